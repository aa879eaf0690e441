//! Payloads of `--headless`: the schema in `docs/` and the plugin agree on each.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use amplify_sdk::testing::Host;
use category_function::FunctionCategory;
use serde_json::{Value, json};

fn is_valid(payload: &Value) -> bool {
    let schema: Value =
        serde_json::from_str(include_str!("../../../docs/schemas/function-headless.schema.json")).unwrap();
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.add_resource("function.json", schema).unwrap();
    let index = compiler.compile("function.json", &mut schemas).unwrap();
    schemas.validate(payload, index).is_ok()
}

fn shop() -> Host {
    Host::new()
        .resource("storage", "orders", [("service", json!("DynamoDB"))])
        .resource("storage", "photos", [("service", json!("S3"))])
        .file(
            "amplify/backend/storage/orders/parameters.json",
            r#"{"tableName": "orders", "partitionKeyName": "id", "partitionKeyType": "S"}"#,
        )
}

fn add(configuration: Value) -> Value {
    json!({"version": 1, "serviceConfiguration": configuration})
}

fn update(modification: Value) -> Value {
    json!({"version": 1, "serviceModification": modification})
}

/// The host with the answers that the payload gives, and the defaults that `--headless` takes.
fn answered(host: Host, command: &str, payload: &Value) -> Host {
    let answers = host.headless(&FunctionCategory, command, payload.clone()).value().clone();
    answers.into_iter().fold(host.defaults(), |host, (key, value)| host.answer(&key, value))
}

#[test]
fn a_payload_says_everything_about_a_new_function() {
    let payload = add(json!({
        "serviceName": "Lambda", "resourceName": "shop", "functionName": "the-shop", "runtime": "PYTHON",
        "template": {"type": "CRUD", "table": "orders"},
        "permissions": {"storage": {"photos": ["CREATE", "READ"]}},
        "schedule": "rate(5 minutes)",
        "environmentVariables": {"LEVEL": "3"}
    }));
    assert!(is_valid(&payload));
    let outcome = answered(shop(), "add", &payload).run(&FunctionCategory, "add", &[]);
    assert!(outcome.text("function", "shop", "src/index.py").contains("STORAGE_ORDERS_NAME"));
    assert_eq!(
        outcome.json("function", "shop", "parameters.json"),
        json!({"CloudWatchRule": "rate(5 minutes)", "level": "3"})
    );
    assert_eq!(
        outcome.json("function", "shop", "function-parameters.json")["permissions"],
        json!({"storage": {"photos": ["create", "read"]}})
    );
}

#[test]
fn what_an_update_does_not_name_stays() {
    let first = add(json!({
        "serviceName": "Lambda", "resourceName": "f", "permissions": {"storage": {"photos": ["READ"]}},
        "schedule": "rate(1 hour)", "environmentVariables": {"LEVEL": "3", "MODE": "x"}
    }));
    let made = || {
        let mut host = shop();
        host.apply(&answered(shop(), "add", &first).run(&FunctionCategory, "add", &[]));
        host
    };
    let nothing = update(json!({"serviceName": "Lambda", "resourceName": "f"}));
    let outcome = answered(made(), "update", &nothing).run(&FunctionCategory, "update", &[]);
    assert!(outcome.files().is_empty(), "{:?}", outcome.files());

    let payload = update(json!({
        "serviceName": "Lambda", "resourceName": "f", "permissions": {}, "schedule": null,
        "environmentVariables": {"LEVEL": null, "MODE": "y"}
    }));
    assert!(is_valid(&nothing) && is_valid(&payload));
    let outcome = answered(made(), "update", &payload).run(&FunctionCategory, "update", &[]);
    assert_eq!(outcome.json("function", "f", "parameters.json"), json!({"CloudWatchRule": "NONE", "mode": "y"}));
    let memory = outcome.json("function", "f", "function-parameters.json");
    assert!(memory.get("permissions").is_none(), "{memory}");
}

#[test]
fn the_schema_and_the_plugin_refuse_the_same() {
    let wrong = [
        json!({}),
        json!({"version": 2, "serviceConfiguration": {"serviceName": "Lambda"}}),
        add(json!({"serviceName": "S3"})),
        add(json!({"serviceName": "Lambda", "unknown": 1})),
        add(json!({"serviceName": "Lambda", "runtime": "COBOL"})),
        add(json!({"serviceName": "Lambda", "template": {"type": "CRUD"}})),
        add(json!({"serviceName": "Lambda", "template": {"type": "TRIGGER", "eventSource": {"type": "TABLE"}}})),
        add(json!({"serviceName": "Lambda", "permissions": {"storage": {"photos": ["FLY"]}}})),
        add(json!({"serviceName": "Lambda", "schedule": "every day"})),
        add(json!({"serviceName": "Lambda", "environmentVariables": {"LEVEL": 3}})),
    ];
    for payload in wrong {
        assert!(!is_valid(&payload), "{payload}");
        let outcome = shop().headless(&FunctionCategory, "add", payload.clone());
        assert_eq!(outcome.error().code, "function-headless-payload", "{payload}");
    }
    for payload in [update(json!({"serviceName": "Lambda"})), update(json!({"resourceName": "f"}))] {
        assert!(!is_valid(&payload), "{payload}");
        let outcome = shop().headless(&FunctionCategory, "update", payload.clone());
        assert_eq!(outcome.error().code, "function-headless-payload", "{payload}");
    }
    // Names are checked by the questions.
    for answers in [json!({"resourceName": "a-b"}), json!({"environmentVariables": {"AWS_X": "1"}})] {
        let mut payload = add(json!({"serviceName": "Lambda", "resourceName": "f"}));
        payload["serviceConfiguration"].as_object_mut().unwrap().extend(answers.as_object().unwrap().clone());
        assert!(!is_valid(&payload), "{payload}");
        let outcome = answered(shop(), "add", &payload).run(&FunctionCategory, "add", &[]);
        assert_eq!(outcome.error().code, "wrong-answer", "{payload}");
    }
}

#[test]
fn access_that_cannot_be_granted_is_refused_and_not_passed_over() {
    let permissions = |resource: &str| json!({"storage": {resource: ["READ"]}});
    let new = add(json!({"serviceName": "Lambda", "resourceName": "f", "permissions": permissions("photos")}));
    let refused = Host::new().headless(&FunctionCategory, "add", new);
    assert_eq!(refused.error().code, "function-access");
    assert_eq!(refused.error().message, "access to `storage/photos` cannot be granted");

    let on = json!([{"category": "function", "resourceName": "f", "attributes": ["Name"]}]);
    let host = Host::new().resource("function", "f", [("service", json!("Lambda"))]).resource(
        "storage",
        "photos",
        [("service", json!("S3")), ("dependsOn", on)],
    );
    for (resource, cause) in [
        ("photos", "it needs this function: function/f -> storage/photos -> function/f"),
        ("none", "there is no such resource, or policies cannot be added for it"),
    ] {
        let change = json!({"serviceName": "Lambda", "resourceName": "f", "permissions": permissions(resource)});
        let refused = host.headless(&FunctionCategory, "update", update(change));
        assert_eq!(refused.error().causes, [cause]);
    }
}
