//! The CRUD function's code, run by its own language with a table in memory in place of the SDK.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{path::Path, process::Command};

use amplify_sdk::testing::Host;
use category_function::FunctionCategory;
use serde_json::{Value, json};

const CLIENT: &str = "exports.DynamoDBClient = class {};";

const DOCUMENTS: &str = r#"
const items = new Map();
const of = (key) => JSON.stringify([key.id, key.at]);
const command = (run) => class { constructor(input) { this.run = () => run(input); } };
exports.PutCommand = command(({ Item }) => (items.set(of(Item), Item), {}));
exports.GetCommand = command(({ Key }) => ({ Item: items.get(of(Key)) }));
exports.DeleteCommand = command(({ Key }) => (items.delete(of(Key)), {}));
exports.ScanCommand = command(({ ExclusiveStartKey, TableName }) => ({
  Items: ExclusiveStartKey ? [] : [...items.values()],
  LastEvaluatedKey: ExclusiveStartKey ? undefined : { id: TableName, at: 0 },
}));
exports.QueryCommand = command(({ ExpressionAttributeValues: { ":key": key } }) => ({
  Items: [...items.values()].filter((item) => item.id === key),
}));
exports.DynamoDBDocumentClient = { from: () => ({ send: async (command) => command.run() }) };
"#;

const BOTO3: &str = r#"
class Table:
    def __init__(self, name):
        self.name, self.items = name, {}
    def put_item(self, Item):
        self.items[Item["id"], Item["at"]] = Item
    def get_item(self, Key):
        found = self.items.get((Key["id"], Key["at"]))
        return {"Item": found} if found else {}
    def delete_item(self, Key):
        self.items.pop((Key["id"], Key["at"]), None)
    def scan(self, Limit, ExclusiveStartKey=None):
        if ExclusiveStartKey:
            return {"Items": []}
        return {"Items": list(self.items.values()), "LastEvaluatedKey": {"id": self.name, "at": 0}}
    def query(self, KeyConditionExpression):
        return {"Items": [item for item in self.items.values() if item["id"] == KeyConditionExpression]}
class resource:
    def __init__(self, name, region_name):
        pass
    Table = Table
"#;

const CONDITIONS: &str =
    "class Key:\n    def __init__(self, name):\n        pass\n    def eq(self, value):\n        return value\n";

const RUN_NODE: &str = r#"
const { handler } = require("./index");
(async () => {
  const answers = [];
  console.log = () => {};
  for (const event of JSON.parse(process.argv[1])) answers.push(await handler(event));
  process.stdout.write(JSON.stringify(answers));
})();
"#;

const RUN_PYTHON: &str = r#"
import json, sys
sys.dont_write_bytecode = True
sys.path.insert(0, ".")
import builtins, index
index.print = lambda *words: None
print(json.dumps([index.handler(event, None) for event in json.loads(sys.argv[1])]))
"#;

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    fs_err::write(path, text).unwrap();
}

/// The answers of a function, written for a table with a text and a number as its keys, to these requests.
fn answers(runtime: &str, requests: &[(&str, &str, Value)]) -> Option<Vec<(u64, Value)>> {
    answers_of("S", runtime, requests)
}

/// The same with a partition key of another type.
fn answers_of(partition_key: &str, runtime: &str, requests: &[(&str, &str, Value)]) -> Option<Vec<(u64, Value)>> {
    let folder = tempfile::tempdir().unwrap();
    let parameters = json!({
        "partitionKeyName": "id", "partitionKeyType": partition_key, "sortKeyName": "at", "sortKeyType": "N",
    });
    let outcome = Host::new()
        .resource("storage", "orders", [("service", json!("DynamoDB"))])
        .file("amplify/backend/storage/orders/parameters.json", parameters.to_string())
        .call(
            &FunctionCategory,
            "create",
            json!({"name": "f", "template": "crud", "runtime": runtime, "table": "orders", "path": "/shops/{shop}/orders"}),
        );
    for file in outcome.files() {
        if let Some(path) = file.strip_prefix("function/f/src/") {
            write(folder.path(), path, &outcome.text("function", "f", &format!("src/{path}")));
        }
    }
    write(folder.path(), "node_modules/@aws-sdk/client-dynamodb/index.js", CLIENT);
    write(folder.path(), "node_modules/@aws-sdk/lib-dynamodb/index.js", DOCUMENTS);
    write(folder.path(), "boto3/__init__.py", BOTO3);
    write(folder.path(), "boto3/dynamodb/__init__.py", "");
    write(folder.path(), "boto3/dynamodb/conditions.py", CONDITIONS);
    let events: Vec<Value> = requests
        .iter()
        .map(|(method, target, body)| {
            let (path, query) = target.split_once("?next=").map_or((*target, Value::Null), |(path, next)| (path, json!({"next": next})));
            let body = if body.is_null() { Value::Null } else { json!(body.as_str().map_or_else(|| body.to_string(), Into::into)) };
            json!({"httpMethod": method, "path": format!("/shops/12{path}"), "queryStringParameters": query, "body": body, "requestContext": {"identity": {}}})
        })
        .collect();
    let (program, flag, script) =
        if runtime == "python" { ("python3", "-c", RUN_PYTHON) } else { ("node", "-e", RUN_NODE) };
    let output = Command::new(program)
        .args([flag, script, &json!(events).to_string()])
        .current_dir(folder.path())
        .env("STORAGE_ORDERS_NAME", "orders-dev")
        .env("REGION", "eu-west-1")
        .output();
    let Ok(output) = output else { return None };
    assert!(output.status.success(), "{runtime}: {}", String::from_utf8_lossy(&output.stderr));
    let answers: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    Some(
        answers
            .iter()
            .map(|answer| {
                assert_eq!(answer["headers"]["Access-Control-Allow-Origin"], "*", "{answer}");
                (
                    answer["statusCode"].as_u64().unwrap(),
                    serde_json::from_str(answer["body"].as_str().unwrap()).unwrap(),
                )
            })
            .collect(),
    )
}

#[test]
fn items_are_made_listed_read_changed_and_deleted() {
    let item = json!({"id": "a b/c", "at": 7, "title": "First"});
    let changed = json!({"id": "a b/c", "at": 7, "title": "Changed", "size": 1.5});
    let at = "/orders/object/a%20b%2Fc/7";
    let requests = [
        ("POST", "/orders", item.clone()),
        ("GET", at, Value::Null),
        ("PUT", "/orders", changed.clone()),
        ("GET", "/orders/a%20b%2Fc", Value::Null),
        ("GET", "/orders", Value::Null),
        ("DELETE", at, Value::Null),
        ("GET", at, Value::Null),
        ("OPTIONS", "/orders", Value::Null),
    ];
    for runtime in ["nodejs", "python"] {
        let Some(answers) = answers(runtime, &requests) else { continue };
        let statuses: Vec<u64> = answers.iter().map(|(status, _)| *status).collect();
        assert_eq!(statuses, [200, 200, 200, 200, 200, 200, 404, 200], "{runtime}: {answers:?}");
        assert_eq!(answers[1].1, item, "{runtime}");
        assert_eq!(answers[3].1, json!([changed]), "{runtime}");
        assert_eq!(answers[4].1["items"], json!([changed]), "{runtime}");
        let next = answers[4].1["next"].as_str().unwrap();
        let second = self::answers(runtime, &[("GET", &format!("/orders?next={next}"), Value::Null)]).unwrap();
        assert_eq!(second[0], (200, json!({"items": []})), "{runtime}: the second page is empty");
    }
}

#[test]
fn bytes_are_written_in_base64() {
    let item = json!({"id": "YWI=", "at": 7});
    let requests = [
        ("POST", "/orders", item.clone()),
        ("GET", "/orders/object/YWI%3D/7", Value::Null),
        ("GET", "/orders", Value::Null),
        ("POST", "/orders", json!({"id": 5, "at": 7})),
    ];
    for runtime in ["nodejs", "python"] {
        let Some(answers) = answers_of("B", runtime, &requests) else { continue };
        let statuses: Vec<u64> = answers.iter().map(|(status, _)| *status).collect();
        assert_eq!(statuses, [200, 200, 200, 400], "{runtime}: {answers:?}");
        assert_eq!((&answers[0].1["data"], &answers[1].1), (&item, &item), "{runtime}");
        assert_eq!(answers[2].1["items"], json!([item]), "{runtime}");
    }
}

#[test]
fn what_a_caller_does_wrong_is_said_with_its_status() {
    let requests = [
        ("POST", "/orders", json!("{not json")),
        ("POST", "/orders", json!([1])),
        ("POST", "/orders", json!({"id": "x"})),
        ("POST", "/orders", json!({"id": 5, "at": 7})),
        ("POST", "/orders", json!({"id": "", "at": 7})),
        ("POST", "/orders", json!({"id": "x", "at": "seven"})),
        ("POST", "/orders", json!({"id": "x", "at": true})),
        ("POST", "/orders", json!("{\"id\": \"x\", \"at\": NaN}")),
        ("GET", "/orders/object/x", Value::Null),
        ("GET", "/orders/object/x/seven", Value::Null),
        ("GET", "/orders?next=%%%", Value::Null),
        ("PATCH", "/orders", Value::Null),
        ("GET", "/orders/a/b/c/d", Value::Null),
    ];
    for runtime in ["nodejs", "python"] {
        let Some(answers) = answers(runtime, &requests) else { continue };
        let statuses: Vec<u64> = answers.iter().map(|(status, _)| *status).collect();
        assert_eq!(
            statuses,
            [400, 400, 400, 400, 400, 400, 400, 400, 400, 400, 400, 404, 404],
            "{runtime}: {answers:?}"
        );
        assert!(answers.iter().all(|(_, body)| body["error"].is_string()), "{runtime}: {answers:?}");
    }
}
