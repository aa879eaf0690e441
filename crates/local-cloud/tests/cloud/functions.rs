//! Functions, run with the node and python that are installed; a test is skipped, and says so, where they are not.

use std::{path::Path, process::Command, time::Duration};

use amplify_local_cloud::{Error, Invocation, Invoke, LocalCloud};
use serde_json::{Value, json};

use crate::fixture::{BUCKET, Fixture, bucket, root, table, zip};

pub fn installed(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    if !found {
        println!("skipped: `{program}` is not installed");
    }
    found
}

fn properties(runtime: &str) -> Value {
    json!({
        "Runtime": runtime, "Handler": "index.handler", "Timeout": 10, "MemorySize": 256,
        "Environment": { "Variables": { "TABLE": "notes-dev", "COUNT": 3 } },
    })
}

fn run_in(folder: &Path, properties: Value, event: Value) -> Result<Invocation, Error> {
    let cloud = LocalCloud::open(&folder.join("data"));
    let invoke =
        Invoke { function: "hello-dev".into(), code_dir: folder.join("src"), properties, event, ..Invoke::default() };
    cloud.invoke(&invoke, &mut || false)
}

/// Runs one file.
fn run(name: &str, code: &str, runtime: &str) -> Invocation {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("src")).unwrap();
    std::fs::write(folder.path().join("src").join(name), code).unwrap();
    run_in(folder.path(), properties(runtime), json!({ "n": 41 })).unwrap()
}

fn node(code: &str) -> Invocation {
    run("index.js", code, "nodejs12.x")
}

fn python(code: &str) -> Invocation {
    run("index.py", code, "python3.8")
}

fn error_type(invocation: &Invocation) -> &str {
    &invocation.outcome.as_ref().unwrap_err().error_type
}

#[test]
fn node_handlers_in_all_their_forms() {
    if !installed("node") {
        return;
    }
    for code in [
        "exports.handler = async (event) => event.n + 1",
        "exports.handler = (event, context, callback) => callback(null, event.n + 1)",
        "exports.handler = (event, context, callback) => { setTimeout(() => callback(null, event.n + 1), 20) }",
        "exports.handler = (event, context) => { context.succeed(event.n + 1) }",
        "exports.handler = (event) => new Promise((resolve) => setTimeout(resolve, 10, event.n + 1))",
    ] {
        assert_eq!(node(code).outcome, Ok(json!(42)), "{code}");
    }
    let module = run("index.mjs", "export const handler = async (event) => event.n + 1", "nodejs18.x");
    assert_eq!(module.outcome, Ok(json!(42)));
    assert_eq!(node("exports.handler = () => {}").outcome, Ok(Value::Null));
    assert_eq!(node("exports.handler = async () => undefined").outcome, Ok(Value::Null));
}

#[test]
fn a_package_of_the_type_module_and_a_handler_in_a_folder() {
    if !installed("node") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("src/lib");
    std::fs::create_dir_all(&source).unwrap();
    std::fs::write(folder.path().join("src/package.json"), "{\"type\": \"module\"}").unwrap();
    std::fs::write(source.join("app.js"), "export default { go: async () => import.meta.url.length > 0 }").unwrap();
    let mut properties = properties("nodejs12.x");
    properties["Handler"] = json!("lib/app.go");
    assert_eq!(run_in(folder.path(), properties, json!({})).unwrap().outcome, Ok(json!(true)));
}

#[test]
fn node_gets_its_context_and_environment() {
    if !installed("node") {
        return;
    }
    let invocation = node(
        "exports.handler = async (event, context) => { console.log('out'); console.error('err'); return {
            name: context.functionName, arn: context.invokedFunctionArn, memory: context.memoryLimitInMB,
            group: context.logGroupName, id: context.awsRequestId.length, left: context.getRemainingTimeInMillis() > 5000,
            table: process.env.TABLE, count: process.env.COUNT, region: process.env.AWS_REGION,
            lambda: process.env.AWS_LAMBDA_FUNCTION_NAME, profile: process.env.AWS_PROFILE === undefined,
            here: process.cwd() === process.env.LAMBDA_TASK_ROOT } }",
    );
    assert_eq!(
        invocation.outcome,
        Ok(json!({
            "name": "hello-dev", "arn": "arn:aws:lambda:us-east-1:000000000000:function:hello-dev", "memory": "256",
            "group": "/aws/lambda/hello-dev", "id": 36, "left": true, "table": "notes-dev", "count": "3",
            "region": "us-east-1", "lambda": "hello-dev", "profile": true, "here": true,
        }))
    );
    assert_eq!(invocation.log, "out\nerr\n");
}

#[test]
fn node_failures_are_data() {
    if !installed("node") {
        return;
    }
    for (code, expected, message) in [
        ("exports.handler = async () => { throw new TypeError('no') }", "TypeError", "no"),
        ("exports.handler = () => { throw new RangeError('no') }", "RangeError", "no"),
        ("exports.handler = (e, c, callback) => callback(new Error('no'))", "Error", "no"),
        ("exports.handler = (e, c, callback) => callback('text')", "string", "text"),
        (
            "exports.handler = async () => { Promise.reject(new Error('lost')); await new Promise((r) => setTimeout(r, 500)) }",
            "Runtime.UnhandledPromiseRejection",
            "lost",
        ),
        ("exports.handler = () => { setTimeout(() => { throw new Error('late') }, 5) }", "Error", "late"),
        ("exports.handler = async () => process.exit(3)", "Runtime.ExitError", "status 3"),
        ("exports.handler = async () => process.kill(process.pid, 'SIGKILL')", "Runtime.ExitError", "signal"),
        ("exports.handler = async () => ({ n: 1n })", "Runtime.MarshalError", "BigInt"),
        ("exports.other = 1", "Runtime.HandlerNotFound", "index.handler"),
        ("exports.handler = (", "Runtime.UserCodeSyntaxError", ""),
        ("require('no-such-package')", "Runtime.ImportModuleError", "no-such-package"),
        (
            "require('@aws-sdk/no-such-client')",
            "Runtime.ImportModuleError",
            "to have it on this machine, `npm install`",
        ),
    ] {
        let invocation = node(code);
        let failure = invocation.outcome.as_ref().unwrap_err();
        assert_eq!(failure.error_type, expected, "{code}: {failure:?}");
        assert!(failure.message.contains(message), "{code}: {failure:?}");
    }
    let failure = node("require('no-such-package')").outcome.unwrap_err();
    assert!(!failure.message.contains("on this machine"), "{failure:?}");
    let failure = node("exports.handler = async () => { throw new TypeError('no') }").outcome.unwrap_err();
    assert!(failure.trace.iter().any(|line| line.contains("index.js")), "{failure:?}");
    assert_eq!(failure.document()["errorType"], json!("TypeError"));
    assert_eq!(error_type(&run("other.js", "", "nodejs12.x")), "Runtime.ImportModuleError");
}

#[test]
fn python_handlers_and_failures() {
    if !installed("python3") {
        return;
    }
    let good = python(
        "import os, sys\ndef handler(event, context):\n    print('out')\n    print('err', file=sys.stderr)\n    \
         return {'n': event['n'] + 1, 'name': context.function_name, 'table': os.environ['TABLE'], \
         'left': context.get_remaining_time_in_millis() > 5000}",
    );
    assert_eq!(good.outcome, Ok(json!({ "n": 42, "name": "hello-dev", "table": "notes-dev", "left": true })));
    assert_eq!(good.log, "out\nerr\n");
    for (code, expected, message) in [
        ("def handler(e, c):\n    raise ValueError('no')", "ValueError", "no"),
        ("def handler(e, c):\n    import sys; sys.exit(3)", "Runtime.ExitError", "status 3"),
        ("def handler(e, c):\n    import os; os._exit(3)", "Runtime.ExitError", "3"),
        ("def handler(e, c):\n    return object()", "Runtime.MarshalError", "JSON"),
        ("def other(e, c):\n    pass", "Runtime.HandlerNotFound", "handler"),
        ("def handler(e, c)\n    pass", "Runtime.UserCodeSyntaxError", "index"),
        ("import no_such_package", "Runtime.ImportModuleError", "no_such_package"),
        ("import botocore.no_such", "Runtime.ImportModuleError", "to have it on this machine, `python3 -m pip install"),
    ] {
        let invocation = python(code);
        let failure = invocation.outcome.as_ref().unwrap_err();
        assert_eq!(failure.error_type, expected, "{code}: {failure:?}");
        assert!(failure.message.contains(message), "{code}: {failure:?}");
    }
    let failure = python("def handler(e, c):\n    raise ValueError('no')").outcome.unwrap_err();
    assert!(failure.trace.iter().any(|line| line.contains("index.py")), "{failure:?}");
}

#[test]
fn the_time_limit_ends_the_function_and_what_it_started() {
    if !installed("node") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("src")).unwrap();
    let code = "const { spawn } = require('child_process');
        exports.handler = async () => { const child = spawn('sleep', ['60']); console.log(child.pid); await new Promise(() => setInterval(() => {}, 1000)) }";
    std::fs::write(folder.path().join("src/index.js"), code).unwrap();
    let mut properties = properties("nodejs12.x");
    properties["Timeout"] = json!("1");
    let invocation = run_in(folder.path(), properties, json!({})).unwrap();
    let failure = invocation.outcome.unwrap_err();
    assert_eq!(
        (failure.error_type.as_str(), failure.message.as_str()),
        ("Sandbox.Timedout", "Task timed out after 1.00 seconds")
    );
    let child: u32 = invocation.log.trim().parse().unwrap();
    let gone = wait_for(|| {
        // A child that nobody waits for stays as a zombie where no init collects it; it runs no more.
        let status = std::fs::read_to_string(format!("/proc/{child}/status")).unwrap_or_default();
        (status.is_empty() || status.contains("State:\tZ")).then_some(())
    });
    assert!(gone.is_some(), "process {child} is still there");
}

#[test]
fn a_busy_loop_and_a_flood_of_output_end_as_well() {
    if !installed("node") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("src")).unwrap();
    std::fs::write(
        folder.path().join("src/index.js"),
        "exports.handler = () => { for (;;) console.log('x'.repeat(1000000)) }",
    )
    .unwrap();
    let cloud = LocalCloud::open(&folder.path().join("data"));
    let invoke = Invoke {
        function: "flood".into(),
        code_dir: folder.path().join("src"),
        properties: properties("nodejs12.x"),
        time_limit: Some(Duration::from_millis(1500)),
        ..Invoke::default()
    };
    let invocation = cloud.invoke(&invoke, &mut || false).unwrap();
    assert_eq!(error_type(&invocation), "Sandbox.Timedout");
    assert!(invocation.log.ends_with("(the rest of the log is left out)\n") && invocation.log.len() < 5_000_000);
}

#[test]
fn a_long_log_is_complete() {
    if !installed("node") {
        return;
    }
    let invocation =
        node("exports.handler = async () => { console.log('x'.repeat(300000)); console.error('end'); return 1 }");
    assert_eq!((invocation.outcome, invocation.log.len()), (Ok(json!(1)), 300_001 + 4));
}

#[test]
fn cancelling_ends_the_function() {
    if !installed("node") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("src")).unwrap();
    std::fs::write(folder.path().join("src/index.js"), "exports.handler = () => { for (;;); }").unwrap();
    let cloud = LocalCloud::open(&folder.path().join("data"));
    let invoke =
        Invoke { code_dir: folder.path().join("src"), properties: properties("nodejs12.x"), ..Invoke::default() };
    let begin = std::time::Instant::now();
    let error = cloud.invoke(&invoke, &mut || begin.elapsed() > Duration::from_millis(200)).unwrap_err();
    assert_eq!(error.code(), "cancelled");
    assert!(begin.elapsed() < Duration::from_secs(5));
}

/// Not a test of its own: the process that is killed while a function of its runs.
#[test]
#[ignore = "started by the test below"]
fn victim() {
    let Ok(folder) = std::env::var("LOCAL_CLOUD_TEST_FOLDER") else { return };
    let runtime = std::env::var("LOCAL_CLOUD_TEST_RUNTIME").unwrap();
    run_in(Path::new(&folder), properties(&runtime), json!({})).unwrap();
}

#[test]
fn a_function_does_not_outlive_a_killed_caller() {
    for (program, runtime, file, code) in [
        (
            "node",
            "nodejs12.x",
            "index.js",
            "exports.handler = () => { require('fs').writeFileSync('pid', `${process.pid}`); for (;;); }",
        ),
        (
            "python3",
            "python3.8",
            "index.py",
            "import os\ndef handler(e, c):\n    open('pid', 'w').write(str(os.getpid()))\n    while True:\n        pass",
        ),
    ] {
        if !installed(program) {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("src")).unwrap();
        std::fs::write(folder.path().join("src").join(file), code).unwrap();
        let mut caller = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "functions::victim", "--ignored", "--quiet"])
            .env("LOCAL_CLOUD_TEST_FOLDER", folder.path())
            .env("LOCAL_CLOUD_TEST_RUNTIME", runtime)
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let pid =
            wait_for(|| std::fs::read_to_string(folder.path().join("src/pid")).ok().filter(|pid| !pid.is_empty()));
        caller.kill().unwrap();
        caller.wait().unwrap();
        let gone = wait_for(|| {
            let status = std::fs::read_to_string(format!("/proc/{}/status", pid.as_ref()?)).unwrap_or_default();
            (status.is_empty() || status.contains("State:\tZ")).then_some(())
        });
        assert!(gone.is_some(), "the {program} process {pid:?} is still there");
    }
}

/// Tries for ten seconds.
fn wait_for<T>(mut attempt: impl FnMut() -> Option<T>) -> Option<T> {
    (0..500).find_map(|_| {
        std::thread::sleep(Duration::from_millis(20));
        attempt()
    })
}

#[test]
fn what_cannot_be_started_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        run_in(folder.path(), properties("go1.x"), json!({})).unwrap_err().code(),
        "function-runtime-unsupported"
    );
    let error = run_in(folder.path(), properties("nodejs12.x"), json!({})).unwrap_err();
    assert_eq!(error.code(), "function-code-missing");
}

#[test]
fn deployed_code_is_unpacked_and_old_code_is_swept() {
    let fixture = Fixture::new();
    let function = |code: Value| {
        root(json!({ "Hello": { "Type": "AWS::Lambda::Function", "Properties": {
            "FunctionName": "hello-dev", "Runtime": "nodejs12.x", "Handler": "index.handler", "Code": code,
        }}}))
    };
    let archive = zip(&[("index.js", "exports.handler = 1"), ("lib/a.js", "a")]);
    let code = json!({ "S3Bucket": BUCKET, "S3Key": "amplify-builds/hello.zip" });
    fixture.deploy_with(function(code), &[("amplify-builds/hello.zip", &archive)], &mut ()).unwrap();
    let folder = |fixture: &Fixture| {
        let code = fixture.resource("Hello").facts["code"].as_str().unwrap().to_owned();
        fixture.data().join("functions").join(code)
    };
    let first = folder(&fixture);
    assert_eq!(std::fs::read_to_string(first.join("lib/a.js")).unwrap(), "a");
    assert_eq!(
        fixture.resource("Hello").attributes["Arn"],
        json!("arn:aws:lambda:us-east-1:000000000000:function:hello-dev")
    );

    let inline = function(json!({ "ZipFile": "exports.handler = async () => 7" }));
    fixture.deploy(inline).unwrap();
    let second = folder(&fixture);
    assert_eq!(std::fs::read_to_string(second.join("index.js")).unwrap(), "exports.handler = async () => 7");
    assert!(!first.exists());

    fixture.deploy(root(json!({}))).unwrap();
    assert_eq!(crate::fixture::names(&fixture.data().join("functions")), Vec::<String>::new());
}

#[test]
fn missing_and_broken_code_fail_the_function() {
    let fixture = Fixture::new();
    let function = root(json!({ "Hello": { "Type": "AWS::Lambda::Function", "Properties": {
        "FunctionName": "hello-dev", "Runtime": "nodejs12.x", "Code": { "S3Bucket": BUCKET, "S3Key": "hello.zip" },
    }}}));
    let error = fixture.deploy(function.clone()).unwrap_err();
    assert_eq!(error.causes(), [format!("there is no object `hello.zip` in the bucket `{BUCKET}`")]);
    let error = fixture.deploy_with(function.clone(), &[("hello.zip", b"no zip")], &mut ()).unwrap_err();
    assert!(error.causes()[0].starts_with("`hello.zip` cannot be unpacked"), "{error:?}");
    // An archive must not reach outside its folder.
    let evil = zip(&[("../../evil.js", "x")]);
    let outcome = fixture.deploy_with(function, &[("hello.zip", &evil)], &mut ());
    assert!(outcome.is_err() && !fixture.data().join("functions/evil.js").exists());
}

#[test]
fn code_in_a_bucket_of_the_real_cloud_is_stood_in_for_by_a_file_that_says_so() {
    for (runtime, file) in [("nodejs12.x", "app.js"), ("python3.8", "app.py")] {
        let fixture = Fixture::new();
        let function = root(json!({ "Hello": { "Type": "AWS::Lambda::Function", "Properties": {
            "FunctionName": "hello-dev", "Runtime": runtime, "Handler": "app.handler",
            "Code": { "S3Bucket": "elsewhere-deployment", "S3Key": "amplify-builds/hello-1-build.zip" },
        }}}));
        fixture.deploy(function).unwrap();
        let functions = fixture.data().join("functions/hello-dev");
        let code = functions.join(&crate::fixture::names(&functions)[0]).join(file);
        let text = std::fs::read_to_string(code).unwrap();
        assert!(text.contains("bucket elsewhere-deployment, which is not on this machine"), "{text}");
    }
}

#[test]
fn a_function_reaches_the_local_services() {
    if !installed("node") {
        return;
    }
    let fixture = Fixture::new();
    fixture.deploy(root(json!({ "Notes": table("notes-dev"), "Photos": bucket("shop-photos") }))).unwrap();
    let services = crate::tables::serve(&fixture);
    let source = fixture.folder.path().join("src");
    std::fs::create_dir(&source).unwrap();
    let code = "exports.handler = async () => {
        const put = await fetch(`${process.env.AWS_ENDPOINT_URL_S3}/shop-photos/a`, { method: 'PUT', body: 'hello' });
        return [put.status, process.env.AWS_ENDPOINT_URL_DYNAMODB] }";
    std::fs::write(source.join("index.js"), code).unwrap();
    let invoke = Invoke {
        function: "hello".into(),
        code_dir: source,
        properties: properties("nodejs18.x"),
        endpoints: services.endpoints(),
        ..Invoke::default()
    };
    let outcome = fixture.cloud.invoke(&invoke, &mut || false).unwrap().outcome.unwrap();
    let dynamodb = format!("http://{}", services.endpoints().dynamodb.unwrap());
    assert_eq!(outcome, json!([200, dynamodb]));
}
