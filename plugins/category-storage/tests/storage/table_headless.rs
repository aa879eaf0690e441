//! Payloads of `--headless` for a table.

use amplify_sdk::testing::{Host, Outcome};
use serde_json::{Value, json};

use crate::{bucket_headless::is_valid, plugin};

/// A payload for a new table with these parts besides a number and two texts, the first of which is its key.
fn payload(more: Value) -> Value {
    let mut body = json!({
        "serviceName": "DynamoDB", "resourceName": "orders", "tableName": "my-orders",
        "columns": [{ "name": "id", "type": "STRING" }, { "name": "at", "type": "NUMBER" },
            { "name": "by", "type": "STRING" }, { "name": "tags", "type": "STRING_SET" }],
        "partitionKey": "id",
    });
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    json!({ "version": 1, "serviceConfiguration": body })
}

fn change(more: Value) -> Value {
    let mut body = json!({ "serviceName": "DynamoDB", "resourceName": "orders" });
    for (key, value) in more.as_object().unwrap() {
        body[key] = value.clone();
    }
    json!({ "version": 1, "serviceModification": body })
}

/// Runs the command with the payload's answers and no defaults: what the payload leaves open would be missed here.
fn run(mut host: Host, command: &str, payload: &Value) -> (Host, Outcome) {
    let answers = host.headless(&plugin(), command, payload.clone()).value().clone();
    host = host.answers(json!({}));
    for (key, value) in answers {
        host = host.answer(&key, value);
    }
    let arguments: &[&str] = if command == "update" { &["orders"] } else { &[] };
    let outcome = host.run(&plugin(), command, arguments);
    outcome.value();
    (host, outcome)
}

fn functions() -> Host {
    Host::new()
        .resource("function", "audit", crate::called_by_orders())
        .reply("function", "addTableTrigger", Value::Null)
        .reply("function", "create", json!({ "resource": "ordersTrigger01234567" }))
}

#[test]
fn a_payload_answers_every_question() {
    let payload = payload(json!({
        "sortKey": "at", "globalSecondaryIndexes": [{ "name": "byBy", "partitionKey": "by", "sortKey": "at" }],
        "lambdaTrigger": { "mode": "existing", "name": "audit" },
    }));
    let (mut host, added) = run(functions(), "add", &payload);
    let parameters = json!({
        "tableName": "my-orders", "partitionKeyName": "id", "partitionKeyType": "S", "sortKeyName": "at",
        "sortKeyType": "N",
    });
    assert_eq!(added.json("storage", "orders", "parameters.json"), parameters);
    assert_eq!(added.json("storage", "orders", "storage-params.json"), json!({ "triggerFunctions": ["audit"] }));
    let template = added.json("storage", "orders", "orders-cloudformation-template.json");
    let table = &template["Resources"]["DynamoDBTable"]["Properties"];
    assert_eq!(table["GlobalSecondaryIndexes"][0]["IndexName"], "byBy");
    assert_eq!(table["GlobalSecondaryIndexes"][0]["KeySchema"].as_array().unwrap().len(), 2);

    host.apply(&added);
    let payload = change(json!({
        "addColumns": [{ "name": "until", "type": "NUMBER" }],
        "addGlobalSecondaryIndexes": [{ "name": "byUntil", "partitionKey": "until" }],
        "removeGlobalSecondaryIndexes": ["byBy"],
    }));
    let (_, updated) = run(host, "update", &payload);
    let template = updated.json("storage", "orders", "orders-cloudformation-template.json");
    let indexes = template["Resources"]["DynamoDBTable"]["Properties"]["GlobalSecondaryIndexes"].as_array().unwrap();
    assert_eq!(indexes.iter().map(|index| index["IndexName"].as_str().unwrap()).collect::<Vec<_>>(), ["byUntil"]);
}

#[test]
fn a_payload_says_what_calls_a_function() {
    let (mut host, added) = run(functions(), "add", &payload(json!({})));
    assert_eq!(added.json("storage", "orders", "storage-params.json"), json!({}));
    host.apply(&added);
    let (_, updated) = run(host, "update", &change(json!({ "addLambdaTrigger": { "mode": "new" } })));
    assert_eq!(
        updated.json("storage", "orders", "storage-params.json"),
        json!({ "triggerFunctions": ["ordersTrigger01234567"] })
    );
    let outcome = functions().resource("storage", "orders", [("service", json!("DynamoDB"))]).headless(
        &plugin(),
        "update",
        change(json!({ "removeLambdaTrigger": "audit" })),
    );
    assert!(outcome.error().message.contains("removeLambdaTrigger"), "{:?}", outcome.error());
}

#[test]
fn the_schema_and_the_plugin_agree() {
    let project = || Host::new().resource("storage", "orders", [("service", json!("DynamoDB"))]);
    let index = json!([{ "name": "byBy", "partitionKey": "by" }]);
    let right = [
        ("add", payload(json!({}))),
        ("add", payload(json!({ "sortKey": "at", "globalSecondaryIndexes": index }))),
        ("add", payload(json!({ "lambdaTrigger": null }))),
        ("update", change(json!({}))),
        ("update", change(json!({ "addColumns": [{ "name": "to", "type": "BINARY_SET" }] }))),
        ("update", change(json!({ "removeGlobalSecondaryIndexes": ["byBy"], "addGlobalSecondaryIndexes": index }))),
    ];
    for (command, payload) in right {
        assert!(is_valid(&payload), "{payload}");
        project().headless(&plugin(), command, payload).value();
    }
    let trigger = json!({ "mode": "new" });
    let wrong = [
        ("add", payload(json!({ "columns": [] }))),
        ("add", payload(json!({ "columns": [{ "name": "id", "type": "TEXT" }] }))),
        ("add", payload(json!({ "columns": [{ "name": "id" }] }))),
        ("add", payload(json!({ "columns": [{ "name": "id", "type": "STRING", "size": 1 }] }))),
        ("add", payload(json!({ "partitionKey": null }))),
        ("add", payload(json!({ "partitionKey": 7 }))),
        ("add", payload(json!({ "sortKey": ["at"] }))),
        ("add", payload(json!({ "globalSecondaryIndexes": [{ "name": "byBy" }] }))),
        ("add", payload(json!({ "globalSecondaryIndexes": [{ "name": "byBy", "partitionKey": "by", "x": 1 }] }))),
        ("add", payload(json!({ "lambdaTrigger": { "mode": "new", "name": "f" } }))),
        ("add", payload(json!({ "bucketName": "photos" }))),
        ("update", change(json!({ "partitionKey": "by" }))),
        ("update", change(json!({ "resourceName": null }))),
        ("update", change(json!({ "removeGlobalSecondaryIndexes": [7] }))),
        ("update", change(json!({ "addLambdaTrigger": trigger, "removeLambdaTrigger": "f" }))),
    ];
    for (command, payload) in wrong {
        assert!(!is_valid(&payload), "{payload}");
        let outcome = project().headless(&plugin(), command, payload.clone());
        assert_eq!(outcome.error().code, "storage-headless-payload", "{payload}");
    }
}

#[test]
fn what_a_schema_cannot_say_is_refused_by_its_place() {
    let twice = json!([{ "name": "id", "type": "STRING" }, { "name": "id", "type": "NUMBER" }]);
    for (more, place) in [
        (json!({ "columns": twice }), "columns[1]"),
        (json!({ "partitionKey": "tags" }), "partitionKey"),
        (json!({ "partitionKey": "nobody" }), "partitionKey"),
        (json!({ "sortKey": "id" }), "sortKey"),
        (json!({ "sortKey": "tags" }), "sortKey"),
    ] {
        let outcome = Host::new().headless(&plugin(), "add", payload(more));
        let error = outcome.error();
        assert!(error.message.contains(&format!("serviceConfiguration.{place}")), "{error:?}");
    }
}

#[test]
fn an_index_turns_the_keys_of_its_table_around() {
    let body = json!({
        "serviceName": "DynamoDB", "resourceName": "orders", "tableName": "orders", "partitionKey": "pk", "sortKey": "sk",
        "columns": [{ "name": "pk", "type": "STRING" }, { "name": "sk", "type": "STRING" }],
        "globalSecondaryIndexes": [{ "name": "inverted", "partitionKey": "sk", "sortKey": "pk" }],
    });
    let (_, added) = run(Host::new(), "add", &json!({ "version": 1, "serviceConfiguration": body }));
    let template = added.json("storage", "orders", "orders-cloudformation-template.json");
    let index = &template["Resources"]["DynamoDBTable"]["Properties"]["GlobalSecondaryIndexes"][0];
    let keys = json!([
        { "AttributeName": "sk", "KeyType": "HASH" }, { "AttributeName": "pk", "KeyType": "RANGE" }
    ]);
    assert_eq!(index["KeySchema"], keys);
    let asked = added.asked.iter().find(|question| question.key == "storage.indexes[0].sortKey").unwrap();
    assert_eq!(asked.default_answer(), Some(json!(false)), "the original would not ask");
}
