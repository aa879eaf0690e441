//! The methods that other plugins call.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use amplify_sdk::testing::Host;
use category_function::FunctionCategory;
use serde_json::json;

#[test]
fn a_trigger_function_is_created_for_a_table() {
    let outcome = Host::new().call(
        &FunctionCategory,
        "create",
        json!({"prefix": "itemsTrigger", "template": "dynamodb-trigger", "table": "items", "environment": {"LEVEL": 3}}),
    );
    let name = outcome.value().value["resource"].as_str().unwrap().to_owned();
    assert!(name.starts_with("itemsTrigger"));
    assert_eq!(
        outcome.entry("function", &name)["dependsOn"],
        json!([{"category": "storage", "resourceName": "items", "attributes": ["Name", "Arn", "StreamArn"]}])
    );
    let template = outcome.json("function", &name, &format!("{name}-cloudformation-template.json"));
    assert!(template["Resources"]["itemsTrigger"].is_object());
    assert!(outcome.text("function", &name, "src/index.js").contains("record.dynamodb"));
    assert_eq!(outcome.json("function", &name, "parameters.json"), json!({"level": "3"}));
    assert_eq!(outcome.value().changes.messages, [format!("Successfully added resource {name} locally")]);
}

#[test]
fn a_named_function_is_created_with_access() {
    let host = Host::new().resource("storage", "photos", [("service", json!("S3"))]);
    let parameters = json!({"name": "thumbs", "template": "s3-trigger", "runtime": "python", "permissions": {"storage": {"photos": ["read"]}}});
    let outcome = host.call(&FunctionCategory, "create", parameters);
    assert_eq!(outcome.value().value, json!({"resource": "thumbs"}));
    assert!(outcome.text("function", "thumbs", "src/index.py").contains("unquote_plus"));
    assert_eq!(
        outcome.json("function", "thumbs", "function-parameters.json"),
        json!({"permissions": {"storage": {"photos": ["read"]}}})
    );
}

#[test]
fn grants_add_up_and_triggers_come_and_go() {
    let mut host = Host::new().resource("storage", "items", [("service", json!("DynamoDB"))]);
    let created = host.call(&FunctionCategory, "create", json!({"name": "f"}));
    host.apply(&created);
    for words in [["read"], ["create"]] {
        let granted = host.call(
            &FunctionCategory,
            "grant",
            json!({"resource": "f", "permissions": {"storage": {"items": words}}}),
        );
        host.apply(&granted);
    }
    let memory = host.text("amplify/backend/function/f/function-parameters.json").unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&memory).unwrap(),
        json!({"permissions": {"storage": {"items": ["create", "read"]}}})
    );

    let added = host.call(&FunctionCategory, "addTableTrigger", json!({"resource": "f", "table": "items"}));
    host.apply(&added);
    let attributes = |host: &Host| host.view().resource("function", "f").unwrap()["dependsOn"][0]["attributes"].clone();
    assert_eq!(attributes(&host), json!(["Name", "Arn", "StreamArn"]));
    let removed = host.call(&FunctionCategory, "removeTableTrigger", json!({"resource": "f", "table": "items"}));
    assert_eq!(removed.value().value, json!({"removed": true}));
    host.apply(&removed);
    assert_eq!(attributes(&host), json!(["Name", "Arn"]), "access keeps what it needs");
}

#[test]
fn wrong_calls_are_explained() {
    let host = Host::new().resource("function", "Taken", [("service", json!("Lambda"))]);
    let cases = [
        ("create", json!({"name": "taken"}), "function-exists"),
        ("create", json!({"name": "a-b"}), "function-name"),
        ("create", json!({"template": "none"}), "function-create"),
        ("create", json!({"nmae": "x"}), "wrong-parameters"),
        ("create", json!({"permissions": {"storage": {"x": ["read"]}}}), "function-access"),
        ("create", json!({"permissions": {"function": {"Taken": ["fly"]}}}), "function-access"),
        ("create", json!({"environment": {"AWS_X": "1"}}), "function-variable"),
        ("grant", json!({"resource": "nobody", "permissions": {}}), "unknown-function"),
        ("dance", json!({}), "unknown-method"),
    ];
    for (method, parameters, code) in cases {
        assert_eq!(
            host.call(&FunctionCategory, method, parameters.clone()).error().code,
            code,
            "{method} {parameters}"
        );
    }
}

#[test]
fn access_in_a_circle_is_refused() {
    let mut host = Host::new();
    let created = host.call(&FunctionCategory, "create", json!({"name": "f"}));
    host.apply(&created);
    let host = host.resource(
        "storage",
        "photos",
        [
            ("service", json!("S3")),
            ("dependsOn", json!([{"category": "function", "resourceName": "f", "attributes": ["Arn"]}])),
        ],
    );
    let outcome = host.call(
        &FunctionCategory,
        "grant",
        json!({"resource": "f", "permissions": {"storage": {"photos": ["read"]}}}),
    );
    assert_eq!(outcome.error().code, "function-circle");
}
