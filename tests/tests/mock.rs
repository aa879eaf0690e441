//! `amplify mock`: serving, and running a function once.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    time::{Duration, Instant},
};

#[cfg(unix)]
use amplify_tests::Served;
use amplify_tests::{Output, Sandbox};

fn with_function(runtime: &str) -> Sandbox {
    let sandbox = Sandbox::initialised();
    let runtime = format!("function.runtime={runtime}");
    let _ = sandbox
        .amplify(["add", "function", "--yes", "--answer", "function.resourceName=hello", "--answer", &runtime])
        .success();
    sandbox
}

fn run(sandbox: &Sandbox, words: &[&str]) -> Output {
    sandbox.amplify(["mock", "function"].into_iter().chain(words.iter().copied()))
}

#[test]
fn a_function_is_named_or_asked_for() {
    let sandbox = with_function("nodejs");
    let _ = run(&sandbox, &[]).ended_with(2).says("type `amplify mock function hello`");
    let _ = run(&sandbox, &["helo"]).ended_with(1).says("did you mean `hello`?");
}

#[test]
fn events_come_from_a_file_and_bad_ones_are_named() {
    let sandbox = with_function("nodejs");
    sandbox.write(
        "amplify/backend/function/hello/src/index.js",
        "exports.handler = async (event) => { console.log('seen'); return event.a; };\n",
    );
    sandbox.write("event.json", "{\"a\": 42}");
    sandbox.write("bad.json", "{");
    let output = run(&sandbox, &["hello", "--event", "event.json"]).success().says("seen");
    assert_eq!(output.stdout, "42\n");
    let _ = run(&sandbox, &["hello", "--event", "none.json"]).ended_with(2).says("code: no-event");
    let _ = run(&sandbox, &["hello", "--event", "bad.json"]).ended_with(1).says("code: bad-event");
    let document = run(&sandbox, &["hello", "--event", "event.json", "--json"]).success().json();
    assert_eq!((document["result"].as_i64(), document["log"].as_str()), (Some(42), Some("seen\n")));
}

#[test]
fn an_endless_handler_is_stopped_by_the_time_limit() {
    for (runtime, file, code) in [
        ("nodejs", "index.js", "exports.handler = async () => { for (;;) {} };\n"),
        ("python", "index.py", "def handler(event, context):\n    while True:\n        pass\n"),
    ] {
        let sandbox = with_function(runtime);
        sandbox.write(&format!("amplify/backend/function/hello/src/{file}"), code);
        let start = Instant::now();
        let _ = run(&sandbox, &["hello", "--timeout", "0.5"]).ended_with(1).says("timed out after 0.50 seconds");
        assert!(start.elapsed() < Duration::from_secs(8), "{runtime}: {:?}", start.elapsed());
    }
}

fn request(port: u16, text: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(text.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_server_and_the_data_stay() {
    let sandbox = Sandbox::initialised();
    let answers = ["storage.service=S3", "storage.resourceName=photos", "storage.authenticatedAccess=read"];
    let words = answers.iter().flat_map(|answer| ["--answer", *answer]);
    let _ = sandbox.amplify(["add", "storage", "--yes"].into_iter().chain(words)).success();
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let meta = sandbox.read_json("amplify/backend/amplify-meta.json");
    let bucket = meta["storage"]["photos"]["output"]["BucketName"].as_str().unwrap().to_owned();

    for (round, signal) in ["-INT", "-TERM", "-INT"].into_iter().enumerate() {
        let server = Served::start(sandbox.command(["mock"]));
        let port = server.port;
        let host = format!("Host: 127.0.0.1:{port}\r\nConnection: close\r\n");
        if round == 0 {
            let put = format!("PUT /{bucket}/public/a.txt HTTP/1.1\r\n{host}Content-Length: 5\r\n\r\nhello");
            let answer = request(port, &put);
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        }
        let answer = request(port, &format!("GET /{bucket}/public/a.txt HTTP/1.1\r\n{host}\r\n"));
        assert!(answer.ends_with("hello"), "round {round}: {answer}");
        // While it serves, the environment can be looked at and pushed, and nobody else can serve it.
        let _ = sandbox.amplify(["status"]).success();
        let _ = sandbox.amplify(["push", "--yes"]).success();
        let _ = sandbox.amplify(["mock"]).ended_with(1).says("code: local-in-use");

        let _ = server.end(signal);
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "{signal}: somebody still answers");
    }
}

#[cfg(unix)]
#[test]
fn who_has_no_users_is_not_told_where_they_sign_in() {
    let sandbox = with_function("nodejs");
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let before = sandbox.tree();
    let said = Served::start(sandbox.command(["mock"])).end("-INT");
    assert!(said.contains("S3 is served") && !said.contains("Cognito") && !said.contains("Auth."), "{said}");
    let kept = |tree: Vec<(String, Vec<u8>)>| -> Vec<_> {
        tree.into_iter().filter(|(path, _)| !path.starts_with("amplify/mock-data/")).collect()
    };
    assert!(kept(sandbox.tree()) == kept(before), "nothing of it stays in the project");
}

#[test]
fn a_port_in_use_is_named() {
    let sandbox = Sandbox::initialised();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let _ = sandbox.amplify(["mock", "--port", &port]).ended_with(1).says(&port).says("code: port-in-use");
    let _ = sandbox.amplify(["mock", "--port", "70000"]).ended_with(2).says("code: bad-port");
}
