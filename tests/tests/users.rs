//! Users of an environment on this machine: from the questions to a sign-in with the client library.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::Command,
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use amplify_tests::{Sandbox, client_library, workspace};
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
