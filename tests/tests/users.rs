//! Users of an environment on this machine: from the questions to a sign-in with the client library.

use std::{
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::Command,
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use amplify_tests::{Sandbox, amplify_js, client_library, workspace};
use serde_json::{Value, json};

fn step(library: &Path, input: &Value, more: Value) -> Value {
    let mut input = input.clone();
    for (key, value) in more.as_object().unwrap() {
        input[key] = value.clone();
    }
    let mut node = Command::new("node");
    node.arg(workspace().join("tests/client/step.js")).arg(input.to_string()).env("NODE_PATH", library);
    let output = node.output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// The rest of the next line that has these words, after them.
fn after(lines: &Receiver<String>, words: &str) -> String {
    loop {
        let line = lines.recv_timeout(Duration::from_secs(30)).unwrap_or_else(|_| panic!("no line with `{words}`"));
        if let Some((_, rest)) = line.split_once(words) {
            return rest.to_owned();
        }
    }
}

#[cfg(unix)]
#[test]
fn a_member_signs_up_with_the_code_that_mock_shows() {
    let Some(library) = client_library() else { return };
    let sandbox = Sandbox::initialised();
    let _ = sandbox.amplify(["add", "auth", "--yes"]).success();
    let groups = r#"auth.groups=[{"name": "Admins"}]"#;
    let _ = sandbox
        .amplify(["update", "auth", "--yes", "--answer", "auth.updateFlow=groups", "--answer", groups])
        .success();
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let text = sandbox.read("src/aws-exports.js");
    let (_, rest) = text.split_once("const awsmobile = ").unwrap();
    let exports: Value = serde_json::from_str(rest.split_once(";\n").unwrap().0).unwrap();

    for round in 0..2 {
        let mut child = sandbox.command(["mock", "auth"]).start();
        let output = child.stdout.take().unwrap();
        let (tell, lines) = channel();
        let reader = std::thread::spawn(move || {
            BufReader::new(output).lines().map_while(Result::ok).for_each(|line| drop(tell.send(line)));
        });
        let endpoint = after(&lines, "Auth.endpoint=");
        let at = json!({
            "endpoint": endpoint, "pool": exports["aws_user_pools_id"], "client": exports["aws_user_pools_web_client_id"],
            "name": "ann", "password": "Passw0rd!",
        });
        if round == 0 {
            let signed_up = step(&library, &at, json!({ "step": "signUp", "email": "ann@example.com" }));
            assert_eq!(signed_up["confirmed"], false, "{signed_up}");
            let code = after(&lines, "to ann@example.com (SignUp of ann, code ");
            let confirmed = step(&library, &at, json!({ "step": "confirm", "code": code[..6] }));
            assert_eq!(confirmed["answer"], "SUCCESS", "{confirmed}");
        }
        // The second round finds the users of the first.
        let session = step(&library, &at, json!({ "step": "signIn" }));
        assert_eq!((&session["user"], &session["verified"]), (&json!("ann"), &json!(true)), "{session}");
        let ended = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        assert!(ended.success());
        assert_eq!(child.wait().unwrap().code(), Some(0));
        reader.join().unwrap();
    }
}

/// Refuses one user.
fn refuses(name: &str) -> String {
    format!(
        "exports.handler = async (event) => {{\n  if (event.userName === '{name}') {{\n    \
         throw new Error(`${{event.triggerSource}} refuses`);\n  }}\n  return event;\n}};\n"
    )
}

/// Those triggers that the emulator of an account does not fire; the others are shown there (`auth_cloud.rs`).
#[cfg(unix)]
#[test]
fn triggers_before_and_after_a_confirmation_and_a_sign_in_are_fired_on_this_machine() {
    let Some(library) = client_library() else { return };
    let sandbox = Sandbox::initialised();
    sandbox.write(
        "auth.json",
        r#"{"auth": {"useDefault": "manual", "thirdPartyAuth": "no", "hostedUI": "no", "userPoolGroups": "no",
            "adminQueries": "no", "configureTriggers": true,
            "enabledTriggers": ["CustomMessage", "PostAuthentication", "PostConfirmation", "PreAuthentication"],
            "modules": { "CustomMessage": ["verification-link"], "PostAuthentication": ["custom"],
                "PostConfirmation": ["add-to-group"], "PreAuthentication": ["custom"] },
            "triggerEnv": { "REDIRECTURL": "https://shop.example/welcome", "EMAILSUBJECT": "Welcome",
                "EMAILMESSAGE": "Please confirm:", "GROUP": "Newcomers" }}}"#,
    );
    let _ = sandbox.amplify(["add", "auth", "--yes", "--answers", "auth.json"]).success();
    let config = sandbox.read_json("amplify/backend/backend-config.json");
    let owner = config["auth"].as_object().unwrap().keys().next().unwrap().clone();
    for (trigger, name) in [("PreAuthentication", "late"), ("PostAuthentication", "soon")] {
        sandbox.write(&format!("amplify/backend/function/{owner}{trigger}/src/custom.js"), refuses(name));
    }
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let output = &sandbox.read_json("amplify/backend/amplify-meta.json")["auth"][&owner]["output"];
    let parameters = sandbox.read_json(&format!("amplify/backend/auth/{owner}/parameters.json"));
    let bucket = format!("{}-dev", parameters["verificationBucketName"].as_str().unwrap());

    // Lambda's Node.js has the AWS SDK; here it lies where the clients of the tests do.
    let mut child = sandbox.command(["mock"]).env("NODE_PATH", &library).start();
    let told = child.stdout.take().unwrap();
    let (tell, lines) = channel();
    let reader = std::thread::spawn(move || {
        BufReader::new(told).lines().map_while(Result::ok).for_each(|line| drop(tell.send(line)));
    });
    let s3 = after(&lines, "S3 is served at http://");
    let endpoint = after(&lines, "Auth.endpoint=");
    let at = json!({ "endpoint": endpoint, "pool": output["UserPoolId"], "client": output["AppClientIDWeb"] });
    let user = |what: &str, name: &str, more: Value| {
        let mut step = json!({ "do": what, "name": name, "password": "Passw0rd!" });
        for (key, value) in more.as_object().unwrap() {
            step[key] = value.clone();
        }
        step
    };
    for name in ["ann", "late", "soon"] {
        let email = json!({ "email": format!("{name}@example.com") });
        let signed_up = amplify_js(&library, &at, json!([user("signUp", name, email)]));
        assert_eq!(signed_up[0]["nextStep"]["signUpStep"], "CONFIRM_SIGN_UP", "{signed_up:#?}");
        let rest = after(&lines, &format!("to {name}@example.com (SignUp of {name}, code "));
        assert!(rest.contains("`Welcome`: Please confirm:"), "{rest}");
        let link = after(&lines, &format!("https://{bucket}.s3."));
        let code = &rest[..6];
        assert!(link.ends_with(&format!("&user={name}&code={code}")), "{link}");
        let steps = amplify_js(
            &library,
            &at,
            json!([
                user("confirm", name, json!({ "code": code })),
                { "do": "signIn", "name": name, "password": "Passw0rd?" },
                user("signIn", name, json!({})),
            ]),
        );
        assert_eq!(steps[0]["isSignUpComplete"], true, "{steps:#?}");
        assert_eq!(
            steps[1]["error"],
            if name == "late" { "UserLambdaValidationException" } else { "NotAuthorizedException" }
        );
        match name {
            "ann" => assert_eq!(steps[2]["groups"], json!(["Newcomers"]), "{steps:#?}"),
            // The second is refused with the right password only: before that nobody is asked.
            "late" => {
                assert!(steps[2]["message"].as_str().unwrap().contains("PreAuthentication_Authentication refuses"))
            }
            _ => assert!(steps[2]["message"].as_str().unwrap().contains("PostAuthentication_Authentication refuses")),
        }
    }
    let mut stream = std::net::TcpStream::connect(&s3).unwrap();
    write!(stream, "GET /{bucket}/settings.js HTTP/1.1\r\nHost: {s3}\r\nConnection: close\r\n\r\n").unwrap();
    let mut page = String::new();
    let _ = stream.read_to_string(&mut page).unwrap();
    assert!(page.contains("https://shop.example/welcome"), "{page}");
    let ended = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(ended.success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    reader.join().unwrap();
}

/// Does steps with the Auth of Amplify JS, version 5, which knows nothing but the app's configuration file.
fn by_exports(library: &Path, sandbox: &Sandbox, steps: Value) -> Vec<Value> {
    let script = workspace().join("tests/client/exports.js");
    let mut node = Command::new("node");
    node.arg(script).arg(sandbox.root().join("src/aws-exports.js")).arg(steps.to_string()).env("NODE_PATH", library);
    let output = node.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

#[cfg(unix)]
#[test]
fn the_app_s_configuration_leads_to_what_is_served_for_as_long_as_it_is() {
    let Some(library) = client_library() else { return };
    let sandbox = Sandbox::initialised();
    let answers =
        ["auth.useDefault=manual", "auth.authSelections=userPoolOnly", "auth.hostedUI=no", "auth.adminQueries=no"];
    let answers = answers.iter().chain(["auth.userPoolGroups=no"].iter()).flat_map(|answer| ["--answer", answer]);
    let _ = sandbox.amplify(["add", "auth", "--yes"].into_iter().chain(answers)).success();
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let exports = || sandbox.read("src/aws-exports.js");
    let deployed = exports();
    assert!(!deployed.contains("\"endpoint\""), "{deployed}");
    let serve = || {
        let mut child = sandbox.command(["mock"]).start();
        let output = child.stdout.take().unwrap();
        let (tell, lines) = channel();
        let reader = std::thread::spawn(move || {
            BufReader::new(output).lines().map_while(Result::ok).for_each(|line| drop(tell.send(line)));
        });
        let endpoint = after(&lines, "Auth.endpoint=");
        let _ = after(&lines, "Press Ctrl-C to stop");
        (child, lines, reader, endpoint)
    };
    let end = |mut child: std::process::Child, signal: &str| {
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        child.wait().unwrap().code()
    };

    let (child, lines, reader, endpoint) = serve();
    let leads = format!("\"Auth\": {{\n        \"endpoint\": \"{endpoint}\"\n    }}");
    assert!(exports().contains(&leads), "{}", exports());
    let ann = json!({ "do": "signUp", "name": "ann", "password": "Passw0rd!", "email": "ann@example.com" });
    let signed_up = by_exports(&library, &sandbox, json!([ann]));
    assert_eq!(signed_up[0]["userConfirmed"], false, "{signed_up:?}");
    let code = after(&lines, "to ann@example.com (SignUp of ann, code ");
    let steps = json!([
        { "do": "confirm", "name": "ann", "code": code[..6] },
        { "do": "signIn", "name": "ann", "password": "Passw0rd!" },
    ]);
    let steps = by_exports(&library, &sandbox, steps);
    assert_eq!((&steps[0]["answer"], &steps[1]["user"]), (&json!("SUCCESS"), &json!("ann")), "{steps:?}");
    assert_eq!(steps[1]["claims"]["email"], "ann@example.com");
    // A push meanwhile leads nowhere else.
    let _ = sandbox.amplify(["push", "--yes", "--force"]).success();
    assert!(exports().contains(&leads), "{}", exports());
    assert_eq!(end(child, "-INT"), Some(0));
    reader.join().unwrap();
    assert_eq!(exports(), deployed);
    assert!(!sandbox.exists("amplify/.config/local-served.json"));

    // Killed, it leaves its address; whoever changes the project next puts that right, and so does the next server.
    for next in ["push", "mock"] {
        let (child, _lines, reader, endpoint) = serve();
        assert_eq!(end(child, "-KILL"), None);
        reader.join().unwrap();
        assert!(exports().contains(&endpoint));
        let _ = sandbox.amplify(["status"]).success();
        assert!(exports().contains(&endpoint), "who only looks writes nothing");
        if next == "push" {
            let _ = sandbox.amplify(["push", "--yes"]).success();
        } else {
            let (child, _lines, reader, other) = serve();
            assert!(exports().contains(&other) && !exports().contains(&endpoint), "{}", exports());
            assert_eq!(end(child, "-INT"), Some(0));
            reader.join().unwrap();
        }
        assert_eq!(exports(), deployed, "{next}");
    }
}
