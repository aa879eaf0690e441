//! Functions with what starts them and what they keep, deployed to an (emulated) account and used by boto3.

use amplify_tests::{Account, Output, Sandbox};
use serde_json::{Value, json};

/// Uses what was deployed as an app would, and says what it saw.
const USE: &str = r#"
import boto3, json, sys, time

bucket, crud, s3_trigger, table_trigger, kinesis_trigger = sys.argv[1:]
client = lambda name: boto3.client(name)

def logged(function, words):
    """Waits until a function has written a line with these words."""
    for _ in range(60):
        try:
            events = client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
        except client("logs").exceptions.ResourceNotFoundException:
            events = []
        for event in events:
            if words in event["message"]:
                return event["message"].strip()
        time.sleep(0.5)
    return [event["message"] for event in events]

def call(method, path, body=None, query=None):
    event = {"httpMethod": method, "path": path, "queryStringParameters": query, "requestContext": {"identity": {}},
             "headers": {}, "body": body and json.dumps(body), "isBase64Encoded": False}
    reply = client("lambda").invoke(FunctionName=crud, Payload=json.dumps(event))
    answer = json.loads(reply["Payload"].read())
    return [answer.get("statusCode"), json.loads(answer["body"])] if "body" in answer else answer

seen = {
    "created": call("POST", "/item", {"id": "1", "title": "First", "count": 2}),
    "second": call("PUT", "/item", {"id": "2", "title": "Second"}),
    "list": sorted(item["id"] for item in call("GET", "/item")[1]["items"]),
    "read": call("GET", "/item/object/1"),
    "query": call("GET", "/item/2"),
    "updated": call("PUT", "/item", {"id": "1", "title": "Changed"}),
    "again": call("GET", "/item/object/1"),
    "deleted": call("DELETE", "/item/object/1"),
    "gone": call("GET", "/item/object/1"),
    "nonsense": call("POST", "/item", {"title": "no key"}),
    "nowhere": call("PATCH", "/item"),
}
client("s3").put_object(Bucket=bucket, Key="public/a picture.png", Body=b"x")
seen["upload"] = logged(s3_trigger, "public/a picture.png")
seen["record"] = logged(table_trigger, "INSERT")
client("kinesis").put_record(StreamName="clicks", PartitionKey="user-1", Data=b"a click")
seen["click"] = logged(kinesis_trigger, "user-1: a click")
rules = client("events").list_rules()["Rules"]
seen["rules"] = {
    rule["ScheduleExpression"]: [target["Arn"].rsplit(":", 1)[1] for target in
                                 client("events").list_targets_by_rule(Rule=rule["Name"])["Targets"]]
    for rule in rules
}
print(json.dumps(seen))
"#;

#[test]
fn uploads_records_and_requests_reach_their_functions() {
    let Some(account) = Account::new() else { return };
    let amplify = |words: &[&str]| account.amplify(words.iter().copied());
    let add = |category: &str, answers: Value| {
        account.sandbox.write("answers.json", answers.to_string());
        let words = ["add", category, "--yes", "--answers", "answers.json"];
        account.amplify(words).success()
    };
    let _ = amplify(&["init", "--yes", "--provider", "awscloudformation"]).success();
    // A function with a table that is made on the way, which calls a second function for its records.
    let _ = add(
        "function",
        json!({
            "function": {
                "resourceName": "shop", "runtime": "python", "template": "crud", "table": {"source": "new"},
                "schedule": {"interval": "minutes", "rate": "5"}
            },
            "storage": {
                "resourceName": "orders", "columns": [{"name": "id", "type": "string"}], "partitionKey": "id",
                "sortKey": false, "indexes": false, "trigger": {"source": "new"}
            }
        }),
    );
    let _ = add(
        "storage",
        json!({"storage": {
            "service": "S3", "resourceName": "photos", "authenticatedAccess": ["create/update", "read"],
            "trigger": {"source": "new"}
        }}),
    );
    // A function for a stream that is no part of the project.
    let stream = "import boto3; boto3.client('kinesis').create_stream(StreamName='clicks', ShardCount=1); print(1)";
    assert_eq!(account.python(stream, &[]), 1);
    let arn = format!("arn:aws:kinesis:eu-west-1:{}:stream/clicks", account.number);
    let _ = add(
        "function",
        json!({"function": {
            "resourceName": "counter", "runtime": "python", "template": "trigger",
            "trigger": {"eventSource": "kinesis", "source": "arn", "arn": arn}
        }}),
    );
    let _ = amplify(&["push", "--yes"]).success();
    let _ = amplify(&["plan", "--detailed-exitcode"]).ended_with(0);

    let meta = account.sandbox.read_json("amplify/backend/amplify-meta.json");
    let named = |prefix: &str| {
        let functions = meta["function"].as_object().unwrap();
        let found = functions.iter().find(|(name, _)| name.starts_with(prefix)).unwrap();
        found.1["output"]["Name"].as_str().unwrap().to_owned()
    };
    let bucket = meta["storage"]["photos"]["output"]["BucketName"].as_str().unwrap();
    let functions = ["shop", "S3Trigger", "ordersTrigger", "counter"].map(named);
    let [shop, upload, record, click] = &functions;
    let seen = account.python(USE, &[bucket, shop, upload, record, click]);
    assert_eq!(seen["created"][0], 200, "{seen:#}");
    assert_eq!(seen["list"], json!(["1", "2"]), "{seen:#}");
    assert_eq!(seen["read"], json!([200, {"id": "1", "title": "First", "count": 2}]));
    assert_eq!(seen["query"], json!([200, [{"id": "2", "title": "Second"}]]));
    assert_eq!(seen["again"], json!([200, {"id": "1", "title": "Changed"}]));
    assert_eq!((&seen["deleted"][0], &seen["gone"][0]), (&json!(200), &json!(404)));
    assert_eq!((&seen["nonsense"][0], &seen["nowhere"][0]), (&json!(400), &json!(404)));
    assert!(seen["upload"].as_str().is_some_and(|line| line.contains("ObjectCreated:Put")), "{seen:#}");
    assert!(seen["record"].as_str().is_some_and(|line| line.contains("INSERT")), "{seen:#}");
    assert!(seen["click"].as_str().is_some_and(|line| line.contains("a click")), "{seen:#}");
    assert_eq!(seen["rules"]["rate(5 minutes)"], json!(["shop-dev"]), "{seen:#}");

    // What something depends on is not removed, and what does so is named.
    let _ = amplify(&["remove", "storage", "orders", "--yes"]).ended_with(1).says("shop").says("ordersTrigger");
    let s3_trigger = named("S3Trigger").trim_end_matches("-dev").to_owned();
    let _ = amplify(&["remove", "function", &s3_trigger, "--yes"]).ended_with(1).says("photos");
}

/// A bucket that calls a function cannot be one that the function waits for: that is refused with the circle, and what is
/// there is deployed as it is.
fn refuses_a_circle(sandbox: &Sandbox, amplify: impl Fn(&[&str]) -> Output) {
    let _ = amplify(&["add", "function", "--yes", "--answer", "function.resourceName=resize"]).success();
    let answers = json!({"storage": {
        "service": "S3", "resourceName": "photos", "authenticatedAccess": ["read"],
        "trigger": {"source": "existing", "function": "resize"}
    }});
    sandbox.write("answers.json", answers.to_string());
    let _ = amplify(&["add", "storage", "--yes", "--answers", "answers.json"]).success();
    let before = sandbox.tree();
    let access = r#"function.access={"storage": {"photos": ["read"]}}"#;
    let refused = amplify(&["update", "function", "resize", "--yes", "--answer", access]).ended_with(2);
    let _ = refused.says("function/resize -> storage/photos -> function/resize").says("code: wrong-answer");
    assert!(sandbox.tree() == before, "nothing is written");

    // As it is, both are deployed, the function may use the files, and nothing is left to do.
    let _ = amplify(&["push", "--yes"]).success();
    let _ = amplify(&["plan", "--detailed-exitcode"]).ended_with(0);
}

#[test]
fn a_bucket_and_its_function_that_wait_for_each_other_are_refused_on_this_machine() {
    let sandbox = Sandbox::initialised();
    let _ = sandbox.amplify(["add", "auth", "--yes"]).success();
    refuses_a_circle(&sandbox, |words| sandbox.amplify(words.iter().copied()));
}

#[test]
fn a_bucket_and_its_function_that_wait_for_each_other_are_refused_before_an_account_is_asked() {
    let Some(account) = Account::new() else { return };
    let _ = account.amplify(["init", "--yes", "--provider", "awscloudformation"]).success();
    let _ = account.amplify(["add", "auth", "--yes"]).success();
    refuses_a_circle(&account.sandbox, |words| account.amplify(words.iter().copied()));
}
