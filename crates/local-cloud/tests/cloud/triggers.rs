//! Functions that changes in buckets and tables start.

use std::time::{Duration, Instant};

use amplify_local_cloud::{Serve, Services};
use serde_json::{Value, json};

use crate::{
    buckets::send,
    fixture::{Fixture, notices, root},
    functions::installed,
    gateway::function,
    tables::call,
};

/// Prints what it was started with.
const PRINT: &str = "import json\ndef handler(event, context):\n    print('EVENT ' + json.dumps(event))\n";
/// Fails.
const RAISE: &str = "def handler(event, context):\n    raise ValueError('not this time')\n";

fn everything() -> Serve {
    Serve { triggers: true, ..Serve::default() }
}

/// Waits for reports until there are enough that fit.
fn wait(services: &Services, count: usize, fits: impl Fn(&str) -> bool) -> Vec<String> {
    let (begin, mut all, mut found) = (Instant::now(), Vec::new(), Vec::new());
    while found.len() < count {
        assert!(begin.elapsed() < Duration::from_secs(30), "{all:?}");
        for line in notices(services) {
            all.push(line.clone());
            if fits(&line) {
                found.push(line);
            }
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    found
}

fn events(services: &Services, count: usize) -> Vec<Value> {
    let lines = wait(services, count, |line| line.contains("| EVENT "));
    lines.iter().map(|line| serde_json::from_str(line.split_once("EVENT ").unwrap().1).unwrap()).collect()
}

#[test]
fn changes_of_objects_start_the_functions_that_are_told_of_them() {
    if !installed("python3") {
        return;
    }
    let fixture = Fixture::new();
    let told = |event: &str, rules: Value| json!({ "Event": event, "Function": { "Fn::GetAtt": ["Print", "Arn"] }, "Filter": { "S3Key": { "Rules": rules } } });
    fixture
        .deploy(root(json!({
            "Print": function("print-dev", PRINT),
            "Photos": { "Type": "AWS::S3::Bucket", "Properties": { "BucketName": "photos-dev", "NotificationConfiguration": {
                "LambdaConfigurations": [
                    told("s3:ObjectCreated:*", json!([{ "Name": "prefix", "Value": "public/" }, { "Name": "suffix", "Value": ".png" }])),
                    told("s3:ObjectRemoved:Delete", json!([{ "Name": "prefix", "Value": "public/" }])),
                ],
            } } },
        })))
        .unwrap();
    let services = fixture.cloud.serve(&everything()).unwrap();
    let s3 = services.endpoints().s3.unwrap();
    for (method, key, body) in [
        ("PUT", "private/a.png", "no"),
        ("PUT", "public/a.txt", "no"),
        ("PUT", "public/a%20b.png", "12345"),
        ("DELETE", "public/a.txt", ""),
        ("DELETE", "public/never", ""),
    ] {
        let answer = send(s3, method, &format!("/photos-dev/{key}"), &[], body);
        assert!(answer.status < 300, "{method} {key}: {}", answer.body);
    }
    let copy = [("x-amz-copy-source", "/photos-dev/public/a%20b.png")];
    assert_eq!(send(s3, "PUT", "/photos-dev/public/c.png", &copy, "").status, 200);
    let events = events(&services, 3);
    let records: Vec<&Value> = events.iter().map(|event| &event["Records"][0]).collect();
    let names: Vec<&Value> = records.iter().map(|record| &record["eventName"]).collect();
    assert_eq!(names, ["ObjectCreated:Put", "ObjectRemoved:Delete", "ObjectCreated:Copy"]);
    let object = &records[0]["s3"]["object"];
    assert_eq!((&object["key"], &object["size"]), (&json!("public/a+b.png"), &json!(5)));
    assert_eq!(object["eTag"], "827ccb0eea8a706c4c34a16891f84e7b", "without quotes");
    assert_eq!(records[0]["s3"]["bucket"]["name"], "photos-dev");
    assert_eq!(records[1]["s3"]["object"].get("size"), None);
}

#[test]
fn changes_of_items_come_in_batches_with_both_images_and_none_is_lost() {
    if !installed("python3") {
        return;
    }
    let fixture = Fixture::new();
    let mut table = crate::fixture::table("notes-dev");
    table["Properties"]["StreamSpecification"] = json!({ "StreamViewType": "NEW_AND_OLD_IMAGES" });
    let mapping = |function: &str, size: u64| {
        json!({ "Type": "AWS::Lambda::EventSourceMapping", "Properties": {
            "EventSourceArn": { "Fn::GetAtt": ["Notes", "StreamArn"] }, "FunctionName": { "Fn::GetAtt": [function, "Arn"] },
            "BatchSize": size, "StartingPosition": "LATEST", "MaximumRetryAttempts": 1,
        }})
    };
    let template = |resources: Value| {
        let mut all = json!({ "Notes": table, "Print": function("print-dev", PRINT), "Mapping": mapping("Print", 2) });
        for (id, resource) in resources.as_object().unwrap() {
            all[id] = resource.clone();
        }
        root(all)
    };
    fixture.deploy(template(json!({}))).unwrap();
    let services = fixture.cloud.serve(&everything()).unwrap();
    let tables = services.endpoints().dynamodb.unwrap();
    let put = |id: &str, text: &str| {
        let item = json!({ "TableName": "notes-dev", "Item": { "id": { "S": id }, "text": { "S": text } } });
        call(tables, "PutItem", &item);
    };
    put("1", "old");
    put("1", "new");
    call(tables, "DeleteItem", &json!({ "TableName": "notes-dev", "Key": { "id": { "S": "1" } } }));
    let mut records = Vec::new();
    while records.len() < 3 {
        for event in events(&services, 1) {
            let batch = event["Records"].as_array().unwrap().clone();
            assert!(batch.len() <= 2, "{batch:?}");
            records.extend(batch);
        }
    }
    let names: Vec<&Value> = records.iter().map(|record| &record["eventName"]).collect();
    assert_eq!(names, ["INSERT", "MODIFY", "REMOVE"]);
    let change = &records[1]["dynamodb"];
    assert_eq!((&change["OldImage"]["text"]["S"], &change["NewImage"]["text"]["S"]), (&json!("old"), &json!("new")));
    assert_eq!(change["Keys"], json!({ "id": { "S": "1" } }));
    let arn = fixture.resource("Notes").attributes["StreamArn"].clone();
    assert_eq!((&records[0]["eventSourceARN"], &records[0]["awsRegion"]), (&arn, &json!("us-east-1")));
    services.stop();

    // What is written while nobody starts functions is handed over later, once.
    let quiet = fixture.cloud.serve(&Serve::default()).unwrap();
    let tables = quiet.endpoints().dynamodb.unwrap();
    let item = json!({ "TableName": "notes-dev", "Item": { "id": { "S": "2" } } });
    call(tables, "PutItem", &item);
    quiet.stop();
    fixture.deploy(template(json!({ "Raise": function("raise-dev", RAISE), "Other": mapping("Raise", 10) }))).unwrap();
    let services = fixture.cloud.serve(&everything()).unwrap();
    let events = events(&services, 1);
    assert_eq!(events[0]["Records"][0]["dynamodb"]["Keys"]["id"]["S"], "2");
    // A batch that fails is tried again as often as the mapping says, and then given up.
    let tables = services.endpoints().dynamodb.unwrap();
    call(tables, "PutItem", &json!({ "TableName": "notes-dev", "Item": { "id": { "S": "3" } } }));
    let failures = wait(&services, 2, |line| line.contains("raise-dev") && line.contains("it failed"));
    assert!(
        failures[0].ends_with("it is tried again") && failures[1].ends_with("the batch is given up"),
        "{failures:?}"
    );
}

#[test]
fn schedules_are_listed() {
    let fixture = Fixture::new();
    let rule = |state: &str| json!({ "Type": "AWS::Events::Rule", "Properties": { "ScheduleExpression": "rate(5 minutes)", "State": state } });
    fixture.deploy(root(json!({ "Every": rule("ENABLED"), "Never": rule("DISABLED") }))).unwrap();
    let schedules = fixture.cloud.schedules().unwrap();
    assert_eq!(schedules.len(), 1);
    assert!(schedules[0].0.contains("Every") && schedules[0].1 == "rate(5 minutes)", "{schedules:?}");
}
