//! REST APIs: from questions to requests that are answered, on this machine and in an (emulated) account.

use std::{path::Path, process::Command};

use amplify_tests::{
    Account, Cloud, Invocation, Output, Sandbox, Served, client_library, function_packages, program, tool, workspace,
};
use rexpect::session::PtySession;
use serde_json::{Value, json};

const DOWN: &str = "\u{1b}[B";

/// What a client does with items; it knows the address and nothing else.
const CLIENT: &str = r#"
import json, sys, urllib.error, urllib.request

def parsed(text):
    try:
        return json.loads(text or b"null")
    except ValueError:
        return text.decode()

def call(method, path, item=None):
    body = json.dumps(item).encode() if item else None
    request = urllib.request.Request(sys.argv[1] + path, body, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request) as reply:
            return [reply.status, parsed(reply.read())]
    except urllib.error.HTTPError as error:
        return [error.code, parsed(error.read())]

print(json.dumps([
    call("POST", "/items", {"id": "a", "text": "one"}),
    call("POST", "/items", {"id": "b", "text": "two"}),
    sorted(item["id"] for item in call("GET", "/items")[1]["items"]),
    call("PUT", "/items", {"id": "a", "text": "changed", "count": 2}),
    call("GET", "/items/object/a"),
    call("GET", "/items/a"),
    call("DELETE", "/items/object/b"),
    call("GET", "/items/object/b"),
    [item["id"] for item in call("GET", "/items")[1]["items"]],
    call("POST", "/items", {"text": "no key"}),
    call("DELETE", "/items/object/a"),
    call("GET", "/nowhere"),
] if sys.argv[2] == "items" else [
    call("GET", "/shop"),
    call("GET", "/shop/a/c?x=1"),
    call("POST", "/shop", {"id": "a"}),
    call("PUT", "/shop/a", {"id": "b"}),
    call("DELETE", "/shop/a"),
    call("PATCH", "/shop/a")[0],
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

/// What the CRUD template answers.
fn items() -> Value {
    let written = |data: Value| json!([200, { "success": true, "url": "/items", "data": data }]);
    let changed = json!({ "id": "a", "text": "changed", "count": 2 });
    json!([
        written(json!({ "id": "a", "text": "one" })),
        written(json!({ "id": "b", "text": "two" })),
        ["a", "b"],
        written(changed.clone()),
        [200, changed],
        [200, [changed]],
        [200, { "success": true, "url": "/items/object/b" }],
        [404, { "error": "There is no such item" }],
        ["a"],
        [400, { "error": "The item needs `id`" }],
        [200, { "success": true, "url": "/items/object/a" }],
        [403, { "message": "Missing Authentication Token" }],
    ])
}

/// What the Express template answers.
fn routes() -> Value {
    json!([
        [200, { "success": true, "url": "/shop" }],
        [200, { "success": true, "url": "/shop/a/c?x=1" }],
        [200, { "success": true, "url": "/shop", "body": { "id": "a" } }],
        [200, { "success": true, "url": "/shop/a", "body": { "id": "b" } }],
        [200, { "success": true, "url": "/shop/a" }],
        404,
    ])
}

/// The API with a function from the CRUD template and the table that it keeps, both made on the way.
fn add(sandbox: &Sandbox, runtime: &str, amplify: impl Fn(&[&str]) -> Output) {
    let answers = json!({
        "api": { "service": "API Gateway", "resourceName": "shop", "paths": [
            { "name": "/items", "lambdaSource": "new", "restrict": false },
        ] },
        "function": { "resourceName": "keeper", "runtime": runtime, "template": "crud", "table": { "source": "new" } },
        "storage": { "resourceName": "notes", "columns": [{ "name": "id", "type": "string" }], "partitionKey": "id",
            "sortKey": false, "indexes": false, "trigger": false },
    });
    sandbox.write("api.json", answers.to_string());
    let _ = amplify(&["add", "api", "--yes", "--answers", "api.json"]).success();
}

/// More paths: a new function from the Express template, and the first one for those who may.
fn add_paths(sandbox: &Sandbox, amplify: impl Fn(&[&str]) -> Output) {
    let answers = json!({
        "api": { "operation": "add", "paths": [
            { "name": "/shop", "lambdaSource": "new", "restrict": false },
            { "name": "/book/{isbn}", "lambdaSource": "existing", "function": "keeper", "access": "protected",
              "authenticated": ["read", "update"], "guest": ["read"] },
        ] },
        "function": { "resourceName": "routes", "template": "serverless-express" },
    });
    sandbox.write("more.json", answers.to_string());
    let _ = amplify(&["update", "api", "--yes", "--answers", "more.json"]).success();
}

fn payload() -> Value {
    json!({ "version": 1, "serviceConfiguration": { "serviceName": "API Gateway", "apiName": "shop", "paths": [
        { "path": "/items", "function": { "mode": "existing", "name": "keeper" }, "access": { "open": true } },
    ] } })
}

fn client(python: &Path, url: &str, what: &str) -> Value {
    let output = Command::new(python).args(["-c", CLIENT, url, what]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn api_output(sandbox: &Sandbox) -> Value {
    sandbox.read_json("amplify/backend/amplify-meta.json")["api"]["shop"]["output"].clone()
}

/// The program where npm finds what functions with Express routes are built from, and Node.js what Lambda's runtime brings.
fn with_packages(invocation: Invocation, packages: &Path) -> Invocation {
    let invocation = invocation.env("npm_config_cache", packages.join("cache")).env("npm_config_offline", "true");
    invocation.env("NODE_PATH", packages.join("node_modules"))
}

#[test]
fn items_are_kept_over_http_in_an_account() {
    let (Some(cloud), Some(packages)) = (Cloud::start(), function_packages()) else { return };
    // The client signs nothing, and the emulator takes what is not signed to be for this account.
    let account = Account::of(&cloud, "000000000000");
    let sandbox = &account.sandbox;
    let amplify = |words: &[&str]| with_packages(account.command(words.iter().copied()), &packages).run();
    let _ = amplify(&["init", "--yes", "--provider", "awscloudformation"]).success();
    add(sandbox, "nodejs", amplify);
    let _ = amplify(&["push", "--yes"]).success();
    let output = api_output(sandbox);
    assert_eq!(output["ApiName"], "shop");
    let exports = sandbox.read("src/aws-exports.js");
    for text in ["aws_cloud_logic_custom", "\"name\": \"shop\"", output["RootUrl"].as_str().unwrap()] {
        assert!(exports.contains(text), "{text}: {exports}");
    }
    let port = account.cloud.ministack.port;
    let url = |output: &Value| {
        format!("http://127.0.0.1:{port}/restapis/{}/dev/_user_request_", output["ApiId"].as_str().unwrap())
    };
    let python = tool("python").unwrap();
    assert_eq!(client(&python, &url(&output), "items"), items());
    let _ = amplify(&["plan", "--detailed-exitcode"]).ended_with(0);

    // Other paths are there after the next push, for those who may: auth comes with it.
    add_paths(sandbox, amplify);
    let _ = amplify(&["push", "--yes"]).success();
    // For a changed description the emulator makes the API anew, where AWS changes it in place.
    let output = api_output(sandbox);
    assert_eq!(client(&python, &url(&output), "routes"), routes());
    assert_eq!(client(&python, &url(&output), "items"), items());
    let _ = amplify(&["plan", "--detailed-exitcode"]).ended_with(0);
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
    let roles = json!({ "auth": team["AuthRoleArn"], "unauth": team["UnauthRoleArn"] });
    let allowed = account.python(SIMULATE, &[&roles.to_string(), &json!(arns).to_string()]);
    let allowed: Vec<bool> = serde_json::from_value(allowed).unwrap();
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
    let (Some(python), Some(packages)) = (tool("python"), function_packages()) else { return };
    // The Python that brings boto3, as Lambda's does.
    let tools = python.parent().unwrap().display().to_string();
    let path = format!("{tools}:{}", std::env::var("PATH").unwrap());
    for runtime in ["nodejs", "python"] {
        let sandbox = Sandbox::initialised();
        let command =
            |words: &[&str]| with_packages(sandbox.command(words.iter().copied()), &packages).env("PATH", &path);
        let amplify = |words: &[&str]| command(words).run();
        add(&sandbox, runtime, amplify);
        add_paths(&sandbox, amplify);
        let _ = amplify(&["push", "--yes"]).success();
        let _ = amplify(&["plan", "--detailed-exitcode"]).ended_with(0);
        let id = api_output(&sandbox)["ApiId"].as_str().unwrap().to_owned();
        // Only the API is asked for, and its function still finds the table.
        for words in [&["mock"][..], &["mock", "api"]] {
            let server = Served::start(command(words));
            let at = if words.contains(&"api") { server.port } else { server.port + 2 };
            // An API looks at who signed a request.
            let any = "S3 and DynamoDB take any credentials.\nPress Ctrl-C to stop.";
            assert!(server.said.contains(any), "{}", server.said);
            let url = format!("http://127.0.0.1:{at}/{id}/dev");
            assert_eq!(client(&python, &url, "items"), items(), "{runtime}");
            assert_eq!(client(&python, &url, "routes"), routes(), "{runtime}");
            let said = server.end("-INT");
            assert!(said.contains(&format!("shop is served at http://127.0.0.1:{at}/{id}/dev")), "{said}");
            assert!(said.contains(&format!("POST /{id}/dev/items 200")), "{said}");
        }
    }
}

/// A function that tells who called it, and calls the path for those who may with the credentials that functions have.
const CALLER: &str = r#"
import json, os, urllib.request
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.session import Session

def handler(event, context):
    at = event["requestContext"]
    if event["path"] != "/open":
        who = at["identity"]
        seen = {"key": who["accessKey"][:4], "who": who["cognitoIdentityId"], "body": event["body"], "path": event["path"]}
        return {"statusCode": 200, "body": json.dumps(seen)}
    url = f"http://{at['domainName']}/{at['apiId']}/{at['stage']}/closed/a%20b?q=1%202"
    request = AWSRequest("POST", url, data="hello", headers={"Content-Type": "text/plain"})
    SigV4Auth(Session().get_credentials(), "execute-api", os.environ["AWS_REGION"]).add_auth(request)
    call = urllib.request.Request(url, b"hello", dict(request.headers), method="POST")
    with urllib.request.urlopen(call) as reply:
        return {"statusCode": reply.status, "body": reply.read().decode()}
"#;

/// Gets the credentials of a guest, and calls with them as boto3 signs.
const GUEST: &str = r#"
import boto3, botocore, json, sys, urllib.error, urllib.request
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

cognito, pool, url, region = sys.argv[1:]
unsigned = botocore.config.Config(signature_version=botocore.UNSIGNED)
identities = boto3.client("cognito-identity", endpoint_url=cognito, region_name=region, config=unsigned)
given = identities.get_credentials_for_identity(IdentityId=identities.get_id(IdentityPoolId=pool)["IdentityId"])
guest = given["Credentials"]
credentials = Credentials(guest["AccessKeyId"], guest["SecretKey"], guest["SessionToken"])

def call(signer, method, path, body=None, secret=None, **options):
    request = AWSRequest(method, url + path, data=body, headers={"Content-Type": "text/plain"} if body else {})
    with_secret = Credentials(guest["AccessKeyId"], secret, guest["SessionToken"]) if secret else credentials
    signer(with_secret, "execute-api", region, **options).add_auth(request)
    prepared = request.prepare()
    sent = urllib.request.Request(prepared.url, prepared.body, dict(prepared.headers), method=method)
    try:
        with urllib.request.urlopen(sent) as reply:
            return [reply.status, json.loads(reply.read())]
    except urllib.error.HTTPError as error:
        return [error.code, error.headers["x-amzn-errortype"]]

odd = "/a%20b/d%C3%BC?q=a%20b&q=c&empty=&Z=%2F%2B%C3%BC"
print(json.dumps({
    "guest": given["IdentityId"],
    "credentials": {"accessKeyId": guest["AccessKeyId"], "secretAccessKey": guest["SecretKey"],
                    "sessionToken": guest["SessionToken"]},
    "header": call(SigV4Auth, "GET", odd),
    "body": call(SigV4Auth, "POST", "/items", "hello".encode()),
    "address": call(SigV4QueryAuth, "GET", odd, expires=60),
    "secret": call(SigV4Auth, "GET", odd, secret="other"),
}))
"#;

/// What AWS's own clients sign reaches a path that is for those who may, and what was changed on the way does not.
#[cfg(unix)]
#[test]
fn requests_that_clients_have_signed_are_told_from_others_on_this_machine() {
    let (Some(python), Some(library)) = (tool("python"), client_library()) else { return };
    let tools = python.parent().unwrap().display().to_string();
    let path = format!("{tools}:{}", std::env::var("PATH").unwrap());
    let sandbox = Sandbox::initialised();
    let amplify = |words: &[&str]| sandbox.amplify(words.iter().copied());
    let answers = json!({
        "api": { "service": "API Gateway", "resourceName": "shop", "paths": [
            { "name": "/open", "lambdaSource": "existing", "function": "caller", "restrict": false },
            { "name": "/closed", "lambdaSource": "existing", "function": "caller", "access": "protected",
              "authenticated": ["read"], "guest": ["create", "read", "update"] },
        ] },
    });
    sandbox.write("api.json", answers.to_string());
    let function = ["function.resourceName=caller", "function.runtime=python"];
    let function = function.iter().flat_map(|answer| ["--answer", answer]);
    let _ = sandbox.amplify(["add", "function", "--yes"].into_iter().chain(function)).success();
    sandbox.write("amplify/backend/function/caller/src/index.py", CALLER);
    let _ = amplify(&["add", "api", "--yes", "--answers", "api.json"]).success();
    let _ = amplify(&["push", "--yes"]).success();
    let meta = sandbox.read_json("amplify/backend/amplify-meta.json");
    let auth = meta["auth"].as_object().unwrap().values().find(|each| each["output"]["IdentityPoolId"].is_string());
    let pool = auth.unwrap()["output"]["IdentityPoolId"].as_str().unwrap();
    let region = meta["providers"]["local"]["Region"].as_str().unwrap();
    let server = Served::start(sandbox.command(["mock"]).env("PATH", &path));
    let port = server.port;
    let api = format!("http://127.0.0.1:{}/{}/dev", port + 2, api_output(&sandbox)["ApiId"].as_str().unwrap());
    let output = |command: &mut Command| {
        let output = command.output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        serde_json::from_slice::<Value>(&output.stdout).unwrap_or_else(|error| panic!("{error}: {errors}"))
    };

    let by_function = r#"import json, sys, urllib.request
print(urllib.request.urlopen(sys.argv[1]).read().decode())"#;
    let seen = output(Command::new(&python).args(["-c", by_function, &format!("{api}/open")]));
    assert_eq!(seen, json!({ "key": "loca", "who": null, "body": "hello", "path": "/closed/a%20b" }));

    let closed = format!("{api}/closed");
    let cognito = format!("http://127.0.0.1:{}", port + 3);
    let seen = output(Command::new(&python).args(["-c", GUEST, &cognito, pool, &closed, region]));
    let told = |path: &str, body: Value| json!({ "key": "ASIA", "who": seen["guest"], "body": body, "path": format!("/closed{path}") });
    let odd = told("/a%20b/d%C3%BC", json!(null));
    assert_eq!(seen["header"], json!([200, odd]), "{seen:#}");
    assert_eq!(seen["body"], json!([200, told("/items", json!("hello"))]), "{seen:#}");
    assert_eq!(seen["address"], json!([200, odd]), "{seen:#}");
    assert_eq!(seen["secret"], json!([403, "InvalidSignatureException"]), "{seen:#}");

    let input = json!({ "url": closed, "region": region, "credentials": seen["credentials"] });
    let script = workspace().join("tests/client/signed.js");
    let signed = output(Command::new("node").arg(script).arg(input.to_string()).env("NODE_PATH", &library));
    let with_body = json!([200, null, told("/items", json!("{\"text\":\"ü\"}"))]);
    for (name, expected) in [
        ("amplify", json!([200, null, odd])),
        ("amplifyBody", with_body.clone()),
        ("amplifyAddress", json!([200, null, odd])),
        ("sdk", json!([200, null, odd])),
        ("sdkBody", with_body),
        ("sdkAddress", json!([200, null, odd])),
    ] {
        assert_eq!(signed[name], expected, "{name}: {signed:#}");
    }
    for (name, says) in [
        ("otherBody", "does not match"),
        ("otherMethod", "does not match"),
        ("late", "Signature expired"),
        ("lateAddress", "Signature expired"),
    ] {
        let [status, kind, message] = signed[name].as_array().unwrap().as_slice() else { panic!("{signed:#}") };
        assert_eq!((status, kind), (&json!(403), &json!("InvalidSignatureException")), "{name}: {signed:#}");
        assert!(message.as_str().unwrap().contains(says), "{name}: {signed:#}");
    }
    let _ = server.end("-INT");
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
        .says("api.paths[1].name")
        .says("code: api-path");
    assert!(headless.tree() == before);
}
