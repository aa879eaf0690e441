//! REST APIs: from questions to requests that are answered, on this machine and in an (emulated) account.

use std::{
    net::TcpListener,
    process::Command,
    time::{Duration, Instant},
};

use amplify_tests::{Account, Cloud, Output, Sandbox, program, tool};
use rexpect::session::PtySession;
use serde_json::{Value, json};

const DOWN: &str = "\u{1b}[B";

/// A table, and a function that may do everything with it.
const PARTS: &str = r#"{
    "storage": {"service": "DynamoDB", "resourceName": "notes", "tableName": "notes",
        "columns": [{"name": "id", "type": "string"}], "partitionKey": "id", "sortKey": false, "indexes": []},
    "function": {"resourceName": "keeper", "runtime": "python",
        "access": {"storage": {"notes": ["create", "read", "update", "delete"]}}}
}"#;

/// Keeps items, with nothing but Python's own library. Where the database is, the environment says.
const KEEPER: &str = r#"import json
import os
import urllib.request


def ask(operation, request):
    place = os.environ.get("AWS_ENDPOINT_URL_DYNAMODB") or os.environ["AWS_ENDPOINT_URL"]
    scope = "%s/20200101/%s/dynamodb/aws4_request" % (os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_REGION"])
    headers = {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": "DynamoDB_20120810." + operation,
        "X-Amz-Date": "20200101T000000Z",
        "Authorization": "AWS4-HMAC-SHA256 Credential=%s, SignedHeaders=host, Signature=0" % scope,
    }
    body = json.dumps({"TableName": os.environ["STORAGE_NOTES_NAME"], **request}).encode()
    with urllib.request.urlopen(urllib.request.Request(place, body, headers)) as reply:
        return json.load(reply)


def handler(event, context):
    method, parameters = event["httpMethod"], event["pathParameters"] or {}
    key = {"id": {"S": parameters.get("proxy", "")}}
    status, found = 200, None
    if method in ("POST", "PUT"):
        item = json.loads(event["body"])
        ask("PutItem", {"Item": {"id": {"S": item["id"]}, "text": {"S": item["text"]}}})
        status, found = (201 if method == "POST" else 200), item
    elif method == "DELETE":
        ask("DeleteItem", {"Key": key})
    elif "proxy" in parameters:
        item = ask("GetItem", {"Key": key}).get("Item")
        status, found = (200, item["text"]["S"]) if item else (404, None)
    else:
        found = sorted(item["id"]["S"] for item in ask("Scan", {})["Items"])
    return {"statusCode": status, "headers": {"X-Stage": event["requestContext"]["stage"]}, "body": json.dumps(found)}
"#;

/// What a client does with items; it knows the address and nothing else.
const CLIENT: &str = r#"
import json, sys, urllib.error, urllib.request

def call(method, path, item=None):
    body = json.dumps(item).encode() if item else None
    request = urllib.request.Request(sys.argv[1] + path, body, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request) as reply:
            return [reply.status, json.loads(reply.read() or b"null")]
    except urllib.error.HTTPError as error:
        return [error.code, json.loads(error.read() or b"null")]

print(json.dumps([
    call("POST", "/items", {"id": "a", "text": "one"}),
    call("POST", "/items", {"id": "b", "text": "two"}),
    call("GET", "/items"),
    call("PUT", "/items", {"id": "a", "text": "changed"}),
    call("GET", "/items/a"),
    call("DELETE", "/items/b"),
    call("GET", "/items/b"),
    call("GET", "/items"),
    call("DELETE", "/items/a"),
    call("GET", "/nowhere"),
]))
"#;

/// Has the account's own evaluator say who may call what.
const SIMULATE: &str = r#"
import boto3, json, sys

iam, roles = boto3.client("iam"), json.loads(sys.argv[1])

def allowed(role, call):
    resource = "arn:aws:execute-api:eu-west-1:000000000000:" + call
    request = dict(PolicySourceArn=roles[role], ActionNames=["execute-api:Invoke"], ResourceArns=[resource])
    return iam.simulate_principal_policy(**request)["EvaluationResults"][0]["EvalDecision"] == "allowed"

print(json.dumps([allowed(*each) for each in json.loads(sys.argv[2])]))
"#;

fn expected() -> Value {
    json!([
        [201, { "id": "a", "text": "one" }],
        [201, { "id": "b", "text": "two" }],
        [200, ["a", "b"]],
        [200, { "id": "a", "text": "changed" }],
        [200, "changed"],
        [200, null],
        [404, null],
        [200, ["a"]],
        [200, null],
        [403, { "message": "Missing Authentication Token" }],
    ])
}

/// The table, the function and the API.
fn add(sandbox: &Sandbox, amplify: impl Fn(&[&str]) -> Output) {
    sandbox.write("parts.json", PARTS);
    let _ = amplify(&["add", "storage", "--yes", "--answers", "parts.json"]).success();
    let _ = amplify(&["add", "function", "--yes", "--answers", "parts.json"]).success();
    sandbox.write("amplify/backend/function/keeper/src/index.py", KEEPER);
    let answers = json!({ "api": { "service": "API Gateway", "resourceName": "shop", "paths": [
        { "name": "/items", "lambdaSource": "existing", "function": "keeper", "restrict": false },
    ] } });
    sandbox.write("api.json", answers.to_string());
    let _ = amplify(&["add", "api", "--answers", "api.json"]).success();
}

fn payload() -> Value {
    json!({ "version": 1, "serviceConfiguration": { "serviceName": "API Gateway", "apiName": "shop", "paths": [
        { "path": "/items", "function": { "mode": "existing", "name": "keeper" }, "access": { "open": true } },
    ] } })
}

fn client(python: &std::path::Path, url: &str) -> Value {
    let output = Command::new(python).args(["-c", CLIENT, url]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn api_output(sandbox: &Sandbox) -> Value {
    sandbox.read_json("amplify/backend/amplify-meta.json")["api"]["shop"]["output"].clone()
}

#[test]
fn items_are_kept_over_http_in_an_account() {
    let Some(cloud) = Cloud::start() else { return };
    // The client signs nothing, and the emulator takes what is not signed to be for this account.
    let account = Account::of(&cloud, "000000000000");
    let sandbox = &account.sandbox;
    let amplify = |words: &[&str]| account.amplify(words.iter().copied());
    let _ = amplify(&["init", "--yes", "--provider", "awscloudformation"]).success();
    add(sandbox, amplify);
    let _ = amplify(&["push", "--yes"]).success();
    let output = api_output(sandbox);
    let id = output["ApiId"].as_str().unwrap();
    assert_eq!(output["ApiName"], "shop");
    let exports = sandbox.read("src/aws-exports.js");
    for text in ["aws_cloud_logic_custom", "\"name\": \"shop\"", output["RootUrl"].as_str().unwrap()] {
        assert!(exports.contains(text), "{text}: {exports}");
    }
    let port = account.cloud.ministack.port;
    let url = format!("http://127.0.0.1:{port}/restapis/{id}/dev/_user_request_");
    let python = tool("python").unwrap();
    assert_eq!(client(&python, &url), expected());
    let _ = amplify(&["plan", "--detailed-exitcode"]).ended_with(0);

    // Another path is there after the next push, for those who may: auth comes with it.
    let answers = json!({ "api": { "operation": "add", "paths": [
        { "name": "/book/{isbn}", "lambdaSource": "existing", "function": "keeper", "access": "protected",
          "authenticated": ["read", "update"], "guest": ["read"] },
    ] } });
    sandbox.write("more.json", answers.to_string());
    let _ = amplify(&["update", "api", "--yes", "--answers", "more.json"]).success();
    let _ = amplify(&["push", "--yes"]).success();
    // For a changed description the emulator makes the API anew, where AWS changes it in place.
    let output = api_output(sandbox);
    let id = output["ApiId"].as_str().unwrap();
    let asked = [
        ("auth", "GET/book/1", true),
        ("auth", "GET/book/1/page/2", true),
        ("auth", "PATCH/book/1", true),
        ("auth", "POST/book/1", false),
        ("auth", "DELETE/book/1", false),
        ("auth", "GET/book", false),
        ("auth", "GET/items", false),
        ("auth", "GET/bookshelf/1", false),
        ("unauth", "GET/book/1", true),
        ("unauth", "PUT/book/1", false),
        ("unauth", "GET/items", false),
    ];
    let arns: Vec<Value> = asked.iter().map(|(role, call, _)| json!([role, format!("{id}/dev/{call}")])).collect();
    let team = sandbox.read_json("amplify/team-provider-info.json")["dev"]["awscloudformation"].clone();
    let allowed = Command::new(&python)
        .args(["-c", SIMULATE, &json!({ "auth": team["AuthRoleArn"], "unauth": team["UnauthRoleArn"] }).to_string()])
        .arg(json!(arns).to_string())
        .env_clear()
        .envs(account.variables())
        .env("AWS_DEFAULT_REGION", "eu-west-1")
        .output()
        .unwrap();
    assert!(allowed.status.success(), "{}", String::from_utf8_lossy(&allowed.stderr));
    let allowed: Vec<bool> = serde_json::from_slice(&allowed.stdout).unwrap();
    for ((role, call, expected), allowed) in asked.iter().zip(allowed) {
        assert_eq!(allowed, *expected, "{role} {call}");
    }
    let _ = amplify(&["remove", "api", "shop", "--yes"]).success();
    let _ = amplify(&["push", "--yes", "--allow-delete", "shop"]).success();
    let _ = amplify(&["delete", "--yes", "--force"]).success();
}

#[cfg(unix)]
#[test]
fn the_same_items_on_this_machine() {
    let python = std::path::Path::new("python3");
    if !Command::new(python).arg("--version").output().is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: `python3` is not installed");
        return;
    }
    let sandbox = Sandbox::initialised();
    add(&sandbox, |words| sandbox.amplify(words.iter().copied()));
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let id = api_output(&sandbox)["ApiId"].as_str().unwrap().to_owned();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    // Only the API is asked for, and its function still finds the table.
    for words in [&["mock"][..], &["mock", "api"]] {
        let first = port.to_string();
        let words = words.iter().copied().chain(["--port", &first]);
        let child = sandbox.command(words.clone()).start();
        let at = if words.clone().any(|word| word == "api") { port } else { port + 2 };
        let begin = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", at)).is_err() {
            assert!(begin.elapsed() < Duration::from_secs(20), "nothing is served on port {at}");
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(client(python, &format!("http://127.0.0.1:{at}/{id}/dev")), expected());
        let ended = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        assert!(ended.success());
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(0), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
        assert!(said.contains(&format!("shop is served at http://127.0.0.1:{at}/{id}/dev")), "{said}");
        assert!(said.contains(&format!("POST /{id}/dev/items 201")), "{said}");
    }
}

/// Waits for a question, then types.
fn answer(session: &mut PtySession, question: &str, keys: &str) {
    session.exp_string(question).unwrap_or_else(|error| panic!("no question `{question}`: {error}"));
    session.send(keys).unwrap();
    session.flush().unwrap();
}

/// The section "API Examples: REST" of the quickstart, for a function of the project: typed, by answers, and headless.
#[test]
fn the_transcript_of_the_quickstart() {
    let project = || {
        let sandbox = Sandbox::initialised();
        let answers = ["--answer", "function.resourceName=keeper"];
        let _ = sandbox.amplify(["add", "function", "--yes"].into_iter().chain(answers)).success();
        sandbox
    };
    let files = |sandbox: &Sandbox| {
        let read = |name: &str| sandbox.read_json(&format!("amplify/backend/api/shop/{name}"));
        let mut params = read("api-params.json");
        // Names of the environment's roles.
        params["privacy"] = Value::Null;
        let entry = sandbox.read_json("amplify/backend/backend-config.json")["api"]["shop"].clone();
        [params, read("shop-cloudformation-template.json"), read("parameters.json"), entry]
    };
    let typed = project();
    let mut command = Command::new(program());
    command.args(["add", "api"]).current_dir(typed.root());
    typed.clear(&mut command);
    command.env("TERM", "xterm-256color").env("NO_COLOR", "1");
    let mut session = rexpect::session::spawn_command(command, Some(20_000)).unwrap();
    answer(&mut session, "Please select from one of the below mentioned services", &format!("{DOWN}\r"));
    answer(&mut session, "Provide a friendly name for your resource to be used as a label", "shop\r");
    answer(&mut session, "Provide a path (e.g., /book/{isbn})", "items\r");
    session.exp_string("The path must begin with /").unwrap();
    answer(&mut session, "Provide a path (e.g., /book/{isbn})", "\r");
    answer(&mut session, "Choose a Lambda source", &format!("{DOWN}\r"));
    answer(&mut session, "Choose the Lambda function to invoke by this path", "\r");
    answer(&mut session, "Restrict API access", "n\r");
    answer(&mut session, "Do you want to add another path?", "n\r");
    session.exp_string("Successfully added resource shop locally").unwrap();
    session.exp_eof().unwrap();

    let answered = project();
    answered.write(
        "api.json",
        r#"{"api": {"service": "API Gateway", "resourceName": "shop", "paths": [
        {"name": "/items", "lambdaSource": "existing", "function": "keeper", "restrict": false}]}}"#,
    );
    let _ = answered.amplify(["add", "api", "--answers", "api.json"]).success();
    assert_eq!(files(&typed), files(&answered));

    let headless = project();
    let _ = headless.command(["add", "api", "--headless"]).input(&payload().to_string()).run().success();
    assert_eq!(files(&typed), files(&headless));

    // What is wrong is named, and nothing is written.
    let before = headless.tree();
    headless.write(
        "../bad.json",
        r#"{"api": {"service": "API Gateway", "resourceName": "two", "paths": [
        {"name": "/a", "lambdaSource": "existing", "function": "keeper", "restrict": false},
        {"name": "/a/b", "lambdaSource": "existing", "function": "keeper", "restrict": false}]}}"#,
    );
    let _ = headless
        .amplify(["add", "api", "--answers", "../bad.json"])
        .ended_with(2)
        .says("An existing path already matches this sub-path: /a")
        .says("api.paths[1].name");
    assert!(headless.tree() == before);
}
