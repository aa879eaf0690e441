//! `amplify update storage`, for a table.

use amplify_sdk::{
    question::QuestionKind,
    testing::{Host, Outcome},
};
use serde_json::{Value, json};

use crate::{plugin, text};

const FILE: &str = "amplify/backend/storage/orders/orders-cloudformation-template.json";

/// A table with an index by `at`, with a part that only a hand could have written.
fn template() -> Value {
    json!({
        "Parameters": { "tableName": { "Type": "String" } },
        "Resources": { "DynamoDBTable": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "AttributeDefinitions": [
                    { "AttributeName": { "Ref": "partitionKeyName" }, "AttributeType": "S" },
                    { "AttributeName": "at", "AttributeType": "N" },
                    { "AttributeName": "local", "AttributeType": "N" }
                ],
                "KeySchema": [{ "AttributeName": { "Ref": "partitionKeyName" }, "KeyType": "HASH" }],
                "LocalSecondaryIndexes": [
                    { "IndexName": "near", "KeySchema": [
                        { "AttributeName": "id", "KeyType": "HASH" }, { "AttributeName": "local", "KeyType": "RANGE" }
                    ] }
                ],
                "GlobalSecondaryIndexes": [
                    { "IndexName": "by-at", "KeySchema": [{ "AttributeName": "at", "KeyType": "HASH" }] }
                ],
                "TimeToLiveSpecification": { "AttributeName": "gone", "Enabled": true }
            }
        } }
    })
}

fn host(template: &Value, answers: Value) -> Host {
    let mut answers = answers;
    if answers.get("trigger").is_none() {
        answers["trigger"] = json!(false);
    }
    Host::new()
        .resource("storage", "orders", [("service", json!("DynamoDB"))])
        .file(FILE, template.to_string())
        .file("amplify/backend/storage/orders/parameters.json", json!({ "partitionKeyName": "id" }).to_string())
        .answers(json!({ "storage": answers }))
}

fn update(answers: Value) -> Outcome {
    host(&template(), answers).run(&plugin(), "update", &["orders"])
}

fn table(outcome: &Outcome) -> Value {
    let template = outcome.json("storage", "orders", "orders-cloudformation-template.json");
    template["Resources"]["DynamoDBTable"]["Properties"].clone()
}

#[test]
fn an_index_is_added_beside_the_others() {
    let outcome = update(json!({
        "columns": [{ "name": "state", "type": "string" }],
        "indexes": [{ "name": "by-state", "partitionKey": "state", "sortKey": { "column": "local" } }],
        "keepIndexes": true
    }));
    let changed = table(&outcome);
    let names: Vec<&Value> =
        changed["GlobalSecondaryIndexes"].as_array().unwrap().iter().map(|index| &index["IndexName"]).collect();
    assert_eq!(names, ["by-at", "by-state"]);
    assert_eq!(changed["AttributeDefinitions"][3], json!({ "AttributeName": "state", "AttributeType": "S" }));
    assert_eq!(changed["TimeToLiveSpecification"]["Enabled"], json!(true), "what a hand wrote stays");
    assert_eq!(outcome.files(), ["storage/orders/orders-cloudformation-template.json"]);
    assert_eq!(
        outcome.keys(),
        [
            "storage.columns",
            "storage.columns[0].name",
            "storage.columns[0].type",
            "storage.columns[0].another",
            "storage.indexes",
            "storage.indexes[0].name",
            "storage.indexes[0].partitionKey",
            "storage.indexes[0].sortKey",
            "storage.indexes[0].sortKey.column",
            "storage.indexes[0].another",
            "storage.keepIndexes",
            "storage.trigger"
        ]
    );
    assert!(format!("{:?}", outcome.progress).contains("The keys of a table cannot be changed once it exists"));
}

#[test]
fn declining_new_indexes_loses_none() {
    let outcome = update(json!({ "columns": false, "indexes": false, "keepIndexes": true }));
    assert!(outcome.changes().is_empty());
    assert!(outcome.changes().messages[0].starts_with("Nothing changed"));
}

#[test]
fn a_removed_index_takes_its_column_along() {
    let outcome =
        update(json!({ "columns": false, "indexes": false, "keepIndexes": false, "removeIndexes": ["by-at"] }));
    let changed = table(&outcome);
    assert!(changed.get("GlobalSecondaryIndexes").is_none());
    assert_eq!(
        changed["AttributeDefinitions"],
        json!([
            { "AttributeName": { "Ref": "partitionKeyName" }, "AttributeType": "S" },
            { "AttributeName": "local", "AttributeType": "N" }
        ])
    );
}

#[test]
fn columns_alone_change_nothing() {
    let outcome = update(json!({
        "columns": [{ "name": "state", "type": "string" }], "indexes": false, "keepIndexes": true
    }));
    assert!(outcome.changes().is_empty());
}

#[test]
fn the_name_of_an_existing_index_is_taken() {
    let outcome = update(json!({
        "columns": [{ "name": "state", "type": "string" }],
        "indexes": [{ "name": "by-at", "partitionKey": "state", "sortKey": false }]
    }));
    assert!(outcome.error().message.contains("storage.indexes[0].name"));
}

#[test]
fn a_table_paid_by_request_gets_indexes_without_capacity() {
    let mut template = template();
    template["Resources"]["DynamoDBTable"]["Properties"]["BillingMode"] = json!("PAY_PER_REQUEST");
    let answers = json!({
        "columns": [{ "name": "state", "type": "string" }],
        "indexes": [{ "name": "by-state", "partitionKey": "state", "sortKey": false }],
        "keepIndexes": true
    });
    let outcome = host(&template, answers).run(&plugin(), "update", &["orders"]);
    assert!(table(&outcome)["GlobalSecondaryIndexes"][1].get("ProvisionedThroughput").is_none());
}

#[test]
fn several_indexes_at_once_are_said_to_follow_one_another() {
    let answers = json!({
        "columns": [{ "name": "a", "type": "string" }],
        "indexes": [{ "name": "by-a", "partitionKey": "a", "sortKey": false }],
        "keepIndexes": false,
        "removeIndexes": ["by-at"]
    });
    let deployed = "amplify/#current-cloud-backend/storage/orders/orders-cloudformation-template.json";
    let outcome =
        host(&template(), answers.clone()).file(deployed, template().to_string()).run(&plugin(), "update", &["orders"]);
    assert!(
        outcome.changes().next_steps[0].contains("the 2 indexes of orders one after the other"),
        "{:?}",
        outcome.changes().next_steps
    );
    let fresh = host(&template(), answers).run(&plugin(), "update", &["orders"]);
    assert!(fresh.changes().next_steps.is_empty());
}

#[test]
fn the_table_is_asked_for() {
    let answers = json!({
        "service": "DynamoDB", "resourceName": "orders", "columns": false, "indexes": false, "keepIndexes": true
    });
    let outcome = host(&template(), answers).run(&plugin(), "update", &[]);
    assert_eq!(outcome.keys()[..2], ["storage.service", "storage.resourceName"]);
    assert!(outcome.result.is_ok());
}

#[test]
fn a_template_of_another_shape_is_left_alone() {
    let mut odd = template();
    odd["Resources"]["DynamoDBTable"]["Properties"]["KeySchema"] = json!({ "Fn::If": ["x", [], []] });
    let outcome = host(&odd, json!({})).run(&plugin(), "update", &["orders"]);
    assert_eq!(outcome.error().code, "storage-template-shape");
    assert!(text(&json!(outcome.error().hints)).contains("amplify plan"));
}

#[test]
fn a_service_of_another_plugin_is_named() {
    let host = Host::new().resource("storage", "odd", [("service", json!("Elsewhere"))]);
    let outcome = host.run(&plugin(), "update", &["odd"]);
    assert_eq!(outcome.error().code, "storage-foreign-service");
    assert!(outcome.error().message.contains("`Elsewhere`"));
}

#[test]
fn defaults_change_neither_columns_nor_indexes() {
    let outcome = host(&template(), json!({})).defaults().run(&plugin(), "update", &["orders"]);
    assert!(outcome.changes().is_empty());
    let asked = outcome.asked.iter().find(|question| question.key == "storage.indexes").unwrap();
    let QuestionKind::Confirm { default, .. } = asked.kind else { panic!("yes or no: {asked:?}") };
    assert_eq!(default, Some(true), "Enter means yes, as in the original");
}
