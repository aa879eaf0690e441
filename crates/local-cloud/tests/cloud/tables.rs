//! Tables, over HTTP and through deployments, also while they are served.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
};

use amplify_local_cloud::{Serve, Services};
use serde_json::{Value, json};

use crate::fixture::{Fixture, root, table};

/// Serves an environment for a test.
pub fn serve(fixture: &Fixture) -> Services {
    let options = Serve { holder: "`amplify mock`".into(), lasting: true, ..Serve::default() };
    fixture.cloud.serve(&options).unwrap()
}

/// Calls DynamoDB as any client does.
pub fn call(address: SocketAddr, operation: &str, request: &Value) -> (u16, Value) {
    let body = request.to_string();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "POST / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/x-amz-json-1.0\r\n\
         X-Amz-Target: DynamoDB_20120810.{operation}\r\nX-Amz-Date: 20200530T000000Z\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=any/20200530/us-east-1/dynamodb/aws4_request, \
         SignedHeaders=host, Signature=00\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), serde_json::from_str(body).unwrap_or_default())
}

pub fn describe(fixture: &Fixture, name: &str) -> Value {
    let services = serve(fixture);
    let address = services.endpoints().dynamodb.unwrap();
    let (status, mut answer) = call(address, "DescribeTable", &json!({ "TableName": name }));
    assert_eq!(status, 200, "{answer}");
    answer["Table"].take()
}

fn index(name: &str, attribute: &str) -> Value {
    json!({
        "IndexName": name,
        "KeySchema": [{ "AttributeName": attribute, "KeyType": "HASH" }],
        "Projection": { "ProjectionType": "ALL" },
        "ProvisionedThroughput": { "ReadCapacityUnits": "5", "WriteCapacityUnits": "5" },
    })
}

fn with_indexes(indexes: &[(&str, &str)]) -> Value {
    let mut notes = table("notes-dev");
    let definitions = notes["Properties"]["AttributeDefinitions"].as_array_mut().unwrap();
    for (_, attribute) in indexes {
        definitions.push(json!({ "AttributeName": attribute, "AttributeType": "S" }));
    }
    let indexes: Vec<_> = indexes.iter().map(|(name, attribute)| index(name, attribute)).collect();
    if !indexes.is_empty() {
        notes["Properties"]["GlobalSecondaryIndexes"] = json!(indexes);
    }
    root(json!({ "Notes": notes }))
}

fn index_names(description: &Value) -> Vec<String> {
    let list = description["GlobalSecondaryIndexes"].as_array().cloned().unwrap_or_default();
    let mut names: Vec<_> = list.iter().map(|index| index["IndexName"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

#[test]
fn items_survive_a_restart_and_indexes_are_queried() {
    let fixture = Fixture::new();
    fixture.deploy(with_indexes(&[("byAuthor", "author")])).unwrap();
    let services = serve(&fixture);
    let address = services.endpoints().dynamodb.unwrap();
    let item = json!({ "id": { "S": "1" }, "author": { "S": "ada" } });
    assert_eq!(call(address, "PutItem", &json!({ "TableName": "notes-dev", "Item": item })).0, 200);
    services.stop();
    assert!(TcpStream::connect(address).is_err());
    assert_eq!(crate::fixture::names(&fixture.data()), ["dynamodb", "s3", "state.json"]);

    let services = serve(&fixture);
    let address = services.endpoints().dynamodb.unwrap();
    let query = json!({
        "TableName": "notes-dev", "IndexName": "byAuthor", "KeyConditionExpression": "author = :a",
        "ExpressionAttributeValues": { ":a": { "S": "ada" } },
    });
    let (status, answer) = call(address, "Query", &query);
    assert_eq!((status, &answer["Items"][0]), (200, &item));
}

#[test]
fn an_update_changes_one_index_of_a_table() {
    let fixture = Fixture::new();
    let names = || index_names(&describe(&fixture, "notes-dev"));
    fixture.deploy(with_indexes(&[("byA", "a"), ("byB", "b")])).unwrap();
    assert_eq!(names(), ["byA", "byB"], "a new table may have several at once");
    for refused in [&[("byB", "b"), ("byC", "c")][..], &[("byA", "a"), ("byB", "other")], &[]] {
        let error = fixture.deploy(with_indexes(refused)).unwrap_err();
        assert!(error.causes().concat().contains("one index of a table"), "{error}: {:?}", error.causes());
        assert_eq!(names(), ["byA", "byB"], "{refused:?}");
    }
    fixture.deploy(with_indexes(&[("byA", "a"), ("byB", "b"), ("byC", "c")])).unwrap();
    fixture.deploy(with_indexes(&[("byA", "a"), ("byC", "c")])).unwrap();
    assert_eq!(names(), ["byA", "byC"]);
}

#[test]
fn streams_billing_and_time_to_live_follow_the_template() {
    let fixture = Fixture::new();
    fixture.deploy(root(json!({ "Notes": table("notes-dev") }))).unwrap();
    let mut notes = table("notes-dev");
    let properties = notes["Properties"].as_object_mut().unwrap();
    properties.remove("ProvisionedThroughput");
    properties.insert("BillingMode".into(), json!("PAY_PER_REQUEST"));
    properties.insert("StreamSpecification".into(), json!({ "StreamViewType": "NEW_IMAGE" }));
    properties.insert("TimeToLiveSpecification".into(), json!({ "AttributeName": "at", "Enabled": true }));
    let mut template = root(json!({ "Notes": notes.clone() }));
    template["Outputs"]["StreamArn"] = json!({ "Value": { "Fn::GetAtt": ["Notes", "StreamArn"] } });
    let deployed = fixture.deploy(template.clone()).unwrap();
    assert_eq!(deployed.counts.updated, 1);
    let stream = deployed.outputs["StreamArn"].as_str().unwrap().to_owned();
    assert!(stream.starts_with("arn:aws:dynamodb:us-east-1:000000000000:table/notes-dev/stream/"), "{stream}");
    let description = describe(&fixture, "notes-dev");
    assert_eq!(description["BillingModeSummary"]["BillingMode"], json!("PAY_PER_REQUEST"));
    assert_eq!(description["StreamSpecification"]["StreamViewType"], json!("NEW_IMAGE"));

    notes["Properties"]["StreamSpecification"]["StreamViewType"] = json!("KEYS_ONLY");
    notes["Properties"]["TimeToLiveSpecification"]["AttributeName"] = json!("until");
    template["Resources"]["Notes"] = notes;
    fixture.deploy(template).unwrap();
    let services = serve(&fixture);
    let address = services.endpoints().dynamodb.unwrap();
    let (_, answer) = call(address, "DescribeTimeToLive", &json!({ "TableName": "notes-dev" }));
    assert_eq!(answer["TimeToLiveDescription"]["AttributeName"], json!("until"));
    services.stop();
    assert_eq!(describe(&fixture, "notes-dev")["StreamSpecification"]["StreamViewType"], json!("KEYS_ONLY"));

    // And back.
    fixture.deploy(root(json!({ "Notes": table("notes-dev") }))).unwrap();
    let description = describe(&fixture, "notes-dev");
    assert_ne!(description["StreamSpecification"]["StreamEnabled"], json!(true));
    assert_eq!(description["ProvisionedThroughput"]["ReadCapacityUnits"], json!(5));
}

#[test]
fn a_deployment_works_while_the_tables_are_served() {
    let fixture = Fixture::new();
    fixture.deploy(with_indexes(&[])).unwrap();
    let services = serve(&fixture);
    let address = services.endpoints().dynamodb.unwrap();
    let item = json!({ "id": { "S": "1" }, "author": { "S": "ada" } });
    call(address, "PutItem", &json!({ "TableName": "notes-dev", "Item": item }));
    fixture.deploy(with_indexes(&[("byAuthor", "author")])).unwrap();
    // The server knows of the new index at once, and fills it.
    let item = json!({ "id": { "S": "2" }, "author": { "S": "ada" } });
    call(address, "PutItem", &json!({ "TableName": "notes-dev", "Item": item }));
    let query = json!({
        "TableName": "notes-dev", "IndexName": "byAuthor", "KeyConditionExpression": "author = :a",
        "ExpressionAttributeValues": { ":a": { "S": "ada" } },
    });
    assert_eq!(call(address, "Query", &query).1["Count"], json!(2));
    // Also when the deployment fails and is undone.
    let mut failing = with_indexes(&[]);
    failing["Resources"]["Broken"] = crate::fixture::failing(&["Notes"]);
    fixture.deploy(failing).unwrap_err();
    assert_eq!(call(address, "Query", &query).1["Count"], json!(2));
    // Deleting everything below a server is another matter.
    let error = fixture.cloud.destroy(&mut ()).unwrap_err();
    assert_eq!(error.code(), "local-in-use");
    assert_eq!(error.hints(), ["stop `amplify mock`, then try again"]);
    services.stop();
    fixture.cloud.destroy(&mut ()).unwrap();
}

#[test]
fn a_table_that_dynamodb_refuses_fails_with_its_reason() {
    let fixture = Fixture::new();
    let mut notes = table("notes-dev");
    notes["Properties"]["KeySchema"][0]["AttributeName"] = json!("missing");
    let error = fixture.deploy(root(json!({ "Notes": notes }))).unwrap_err();
    assert_eq!(error.to_string(), "`Notes` (AWS::DynamoDB::Table) failed");
    assert!(error.causes()[0].contains("[missing]"), "{error:?}");
}

#[test]
fn only_one_serves_and_the_second_is_told_who() {
    let fixture = Fixture::new();
    fixture.deploy(root(json!({}))).unwrap();
    let services = serve(&fixture);
    assert_eq!(fixture.cloud.served(), Some(services.endpoints()));
    let port = services.endpoints().s3.unwrap().port();
    drop(services);
    assert_eq!(fixture.cloud.served(), None);

    let taken = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    let options = Serve { port, holder: "`amplify mock`".into(), ..Serve::default() };
    let error = fixture.cloud.serve(&options).err().unwrap();
    assert_eq!(error.code(), "port-in-use");
    assert_eq!(error.to_string(), format!("port {port} for S3 cannot be used"));
    drop(taken);
    // A refused start leaves no lock.
    serve(&fixture).stop();
}

#[test]
fn each_service_takes_the_next_port() {
    let fixture = Fixture::new();
    fixture.deploy(root(json!({}))).unwrap();
    // Two neighbours that are free; another process may take one meanwhile, so try some.
    let mut tries = (0..20).filter_map(|_| {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let options = Serve { port: free, holder: "a test".into(), ..Serve::default() };
        fixture.cloud.serve(&options).ok().map(|services| (free, services))
    });
    let (port, services) = tries.next().unwrap();
    assert_eq!(services.endpoints().s3.unwrap().port(), port);
    assert_eq!(services.endpoints().dynamodb.unwrap().port(), port + 1);
}
