//! `amplify add storage`, for a table.

use amplify_sdk::{
    error::ErrorKind,
    testing::{Host, Outcome},
};
use serde_json::{Value, json};

use crate::{original, plugin, text};

fn add(answers: Value) -> Outcome {
    let mut answers = answers;
    answers["service"] = json!("DynamoDB");
    Host::new().answers(json!({ "storage": answers })).defaults().run(&plugin(), "add", &[])
}

fn column(name: &str, kind: &str) -> Value {
    json!({ "name": name, "type": kind })
}

fn properties(outcome: &Outcome, resource: &str) -> Value {
    let template = outcome.json("storage", resource, &format!("{resource}-cloudformation-template.json"));
    template["Resources"]["DynamoDBTable"]["Properties"].clone()
}

#[test]
fn writes_the_files_of_the_original() {
    let outcome = add(json!({ "resourceName": "mytable", "columns": [column("id", "string")] }));
    assert_eq!(
        outcome.files(),
        [
            "storage/mytable/mytable-cloudformation-template.json",
            "storage/mytable/parameters.json",
            "storage/mytable/storage-params.json"
        ]
    );
    let mut template = original!("mytable/mytable-cloudformation-template.json");
    // The original writes numbers as text.
    template["Resources"]["DynamoDBTable"]["Properties"]["ProvisionedThroughput"] =
        json!({ "ReadCapacityUnits": 5, "WriteCapacityUnits": 5 });
    let ours = outcome.json("storage", "mytable", "mytable-cloudformation-template.json");
    assert_eq!(text(&ours), text(&template), "keys and their order");
    let parameters = outcome.json("storage", "mytable", "parameters.json");
    assert_eq!(text(&parameters), text(&original!("mytable/parameters.json")));
    assert_eq!(outcome.json("storage", "mytable", "storage-params.json"), json!({}));
    let entry = Value::Object(outcome.entry("storage", "mytable").clone());
    assert_eq!(text(&entry), text(&json!({ "service": "DynamoDB", "providerPlugin": "awscloudformation" })));
}

#[test]
fn one_column_needs_no_further_answers() {
    let outcome = add(json!({ "columns": [column("id", "string")], "indexes": true }));
    assert_eq!(
        outcome.keys(),
        [
            "storage.service",
            "storage.resourceName",
            "storage.tableName",
            "storage.columns[0].name",
            "storage.columns[0].type",
            "storage.columns[0].another",
            "storage.partitionKey",
            "storage.sortKey",
            "storage.indexes",
            "storage.trigger"
        ]
    );
    assert_eq!(outcome.json("storage", "dynamo01234567", "parameters.json")["tableName"], json!("dynamo01234567"));
    assert_eq!(outcome.changes().messages, ["Successfully added resource dynamo01234567 locally"]);
    let said = format!("{:?}", outcome.progress);
    assert!(said.contains("Welcome to the NoSQL DynamoDB database wizard"));
    assert!(said.contains("You must add additional keys in order to select a sort key."));
    assert!(said.contains("You do not have any other attributes remaining to configure"));
}

#[test]
fn keys_and_indexes_are_written() {
    let outcome = add(json!({
        "resourceName": "orders",
        "tableName": "all-orders",
        "columns": [
            column("id", "string"), column("at", "number"), column("paid", "boolean"),
            column("seal", "binary"), column("note", "string")
        ],
        "partitionKey": "id",
        "sortKey": { "column": "at" },
        "indexes": [
            { "name": "by-seal", "partitionKey": "seal", "sortKey": { "column": "at" } },
            { "name": "by-at", "partitionKey": "at", "sortKey": false },
            { "name": "by-seal-and-id", "partitionKey": "seal", "sortKey": { "column": "id" } }
        ]
    }));
    assert_eq!(
        text(&outcome.json("storage", "orders", "parameters.json")),
        text(&json!({
            "tableName": "all-orders",
            "partitionKeyName": "id",
            "partitionKeyType": "S",
            "sortKeyName": "at",
            "sortKeyType": "N"
        }))
    );
    let properties = properties(&outcome, "orders");
    assert_eq!(
        properties["AttributeDefinitions"],
        json!([
            { "AttributeName": "id", "AttributeType": "S" },
            { "AttributeName": "at", "AttributeType": "N" },
            { "AttributeName": "seal", "AttributeType": "B" }
        ]),
        "only keys, in the order of the columns"
    );
    assert_eq!(
        properties["KeySchema"],
        json!([{ "AttributeName": "id", "KeyType": "HASH" }, { "AttributeName": "at", "KeyType": "RANGE" }])
    );
    let indexes = properties["GlobalSecondaryIndexes"].as_array().unwrap();
    assert_eq!(indexes.len(), 3);
    assert_eq!(
        indexes[0],
        json!({
            "IndexName": "by-seal",
            "KeySchema": [
                { "AttributeName": "seal", "KeyType": "HASH" },
                { "AttributeName": "at", "KeyType": "RANGE" }
            ],
            "Projection": { "ProjectionType": "ALL" },
            "ProvisionedThroughput": { "ReadCapacityUnits": 5, "WriteCapacityUnits": 5 }
        })
    );
    assert_eq!(indexes[1]["KeySchema"], json!([{ "AttributeName": "at", "KeyType": "HASH" }]));
    let template = outcome.json("storage", "orders", "orders-cloudformation-template.json");
    let names = |section: &str| template[section].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(
        names("Outputs"),
        ["Name", "Arn", "StreamArn", "PartitionKeyName", "PartitionKeyType", "SortKeyName", "SortKeyType", "Region"]
    );
    assert_eq!(
        names("Parameters"),
        ["partitionKeyName", "partitionKeyType", "env", "sortKeyName", "sortKeyType", "tableName"]
    );
}

#[test]
fn questions_come_in_the_order_of_the_original() {
    let outcome = add(json!({
        "columns": [column("id", "string"), column("name", "string"), column("idx", "string")],
        "sortKey": { "column": "name" },
        "indexes": [{ "name": "gsi1", "partitionKey": "name", "sortKey": { "column": "idx" } }]
    }));
    assert_eq!(
        outcome.keys()[12..],
        [
            "storage.partitionKey",
            "storage.sortKey",
            "storage.sortKey.column",
            "storage.indexes",
            "storage.indexes[0].name",
            "storage.indexes[0].partitionKey",
            "storage.indexes[0].sortKey",
            "storage.indexes[0].sortKey.column",
            "storage.indexes[0].another",
            "storage.trigger"
        ]
    );
}

#[test]
fn only_some_types_are_offered_as_keys() {
    let outcome = add(json!({
        "columns": [column("tags", "list"), column("id", "string")],
        "partitionKey": "tags"
    }));
    assert_eq!(outcome.error().code, "wrong-answer");
}

#[test]
fn a_table_without_a_key_column_asks_for_one_more() {
    let outcome = add(json!({ "columns": [column("tags", "list")] }));
    assert_eq!(outcome.error().kind, ErrorKind::MissingAnswer);
    assert!(outcome.error().message.contains("storage.columns[1].name"));
    assert!(format!("{:?}", outcome.progress).contains("A table needs a column of the type string, number or binary"));
}

#[test]
fn a_column_counts_once() {
    let outcome = add(json!({
        "resourceName": "t",
        "columns": [column("id", "string"), column("id", "number"), column("ID", "number")],
        "sortKey": { "column": "ID" },
        "indexes": false
    }));
    let again = outcome.asked.iter().find(|question| question.key == "storage.columns[1].another").unwrap();
    assert_eq!(again.text, "This attribute was already added. Do you want to add another attribute?");
    let parameters = outcome.json("storage", "t", "parameters.json");
    assert_eq!(parameters["partitionKeyType"], json!("S"));
    assert_eq!(parameters["sortKeyName"], json!("ID"), "names differ by case");
}

#[test]
fn names_are_validated() {
    let columns = json!([column("id", "string"), column("at", "string")]);
    for (name, index) in [("a b", "by-at"), ("t", "by"), ("t", "by at"), ("t", &"x".repeat(256))] {
        let outcome = add(json!({
            "tableName": name,
            "columns": columns,
            "sortKey": false,
            "indexes": [{ "name": index, "partitionKey": "at", "sortKey": false }]
        }));
        assert_eq!(outcome.error().code, "wrong-answer", "{name} {index}");
    }
    assert_eq!(add(json!({ "columns": [column("a b", "string")] })).error().code, "wrong-answer");
    let twice = json!({ "name": "by-at", "partitionKey": "at", "sortKey": false });
    let outcome = add(json!({ "columns": columns, "sortKey": false, "indexes": [twice, twice] }));
    assert!(outcome.error().message.contains("storage.indexes[1].name"), "{}", outcome.error());
}

#[test]
fn without_columns_the_answer_is_missing() {
    let outcome = add(json!({}));
    assert_eq!(outcome.error().kind, ErrorKind::MissingAnswer);
    assert!(outcome.error().message.contains("storage.columns[0].name"));
}
