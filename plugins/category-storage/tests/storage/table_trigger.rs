//! Functions that a table's stream calls.

use amplify_sdk::testing::{Host, Outcome};
use serde_json::{Value, json};

use crate::{called_by_orders, plugin};

/// A project with two functions, and a function plugin that does what it is asked.
fn host() -> Host {
    Host::new()
        .resource("function", "audit", called_by_orders())
        .resource("function", "report", called_by_orders())
        .reply("function", "create", json!({ "resource": "ordersTrigger01234567" }))
        .reply("function", "addTableTrigger", Value::Null)
        .reply("function", "removeTableTrigger", json!({ "removed": true }))
        .defaults()
}

fn add(host: Host, trigger: Value) -> Outcome {
    host.answers(json!({ "storage": {
        "service": "DynamoDB",
        "resourceName": "orders",
        "columns": [{ "name": "id" }],
        "trigger": trigger
    } }))
    .run(&plugin(), "add", &[])
}

fn remembered(outcome: &Outcome) -> Value {
    outcome.json("storage", "orders", "storage-params.json")
}

fn calls(outcome: &Outcome) -> Vec<(String, Value)> {
    outcome.calls.iter().map(|call| (call.method.clone(), call.parameters.clone())).collect()
}

#[test]
fn a_new_function_is_made_for_the_table() {
    let outcome = add(host(), json!({ "source": "new" }));
    let wanted = json!({ "name": "ordersTrigger01234567", "template": "dynamodb-trigger", "table": "orders" });
    assert_eq!(calls(&outcome), [("create".into(), wanted)]);
    assert_eq!(remembered(&outcome), json!({ "triggerFunctions": ["ordersTrigger01234567"] }));
    let asked = outcome.asked.iter().find(|question| question.key == "storage.trigger").unwrap();
    assert_eq!(asked.text, "Do you want to add a Lambda Trigger for your Table?");
    assert_eq!(asked.default_answer(), Some(json!(false)));
}

#[test]
fn an_existing_function_is_connected() {
    let outcome = add(host(), json!({ "source": "existing", "function": "audit" }));
    let wanted = json!({ "resource": "audit", "table": "orders" });
    assert_eq!(calls(&outcome), [("addTableTrigger".into(), wanted)]);
    assert_eq!(remembered(&outcome), json!({ "triggerFunctions": ["audit"] }));
    // The function's entry depends on the table, not the other way round.
    assert!(outcome.entry("storage", "orders").get("dependsOn").is_none());
}

#[test]
fn without_functions_none_can_be_chosen() {
    let outcome = add(Host::new().defaults(), json!({ "source": "existing" }));
    assert_eq!(outcome.error().code, "storage-no-functions");
}

#[test]
fn a_function_plugin_must_name_what_it_made() {
    let silent = host().reply("function", "create", Value::Null);
    assert_eq!(add(silent, json!({ "source": "new" })).error().code, "storage-function-name");
}

#[test]
fn triggers_are_added_and_removed_one_by_one() {
    let mut project = host();
    let first = add(host(), json!({ "source": "existing", "function": "audit" }));
    project.apply(&first);
    let update = |host: Host, trigger: Value| {
        let answers = json!({ "columns": false, "indexes": false, "trigger": trigger });
        let host = host.answers(json!({ "storage": answers }));
        let outcome = host.run(&plugin(), "update", &["orders"]);
        (host, outcome)
    };
    // One that is connected already is not offered again.
    let again = json!({ "change": "add", "source": "existing", "function": "audit" });
    let (project, outcome) = update(project, again);
    assert_eq!(outcome.error().code, "wrong-answer");

    let (mut project, second) = update(project, json!({ "change": "add", "source": "existing", "function": "report" }));
    project.apply(&second);
    assert_eq!(second.files(), ["storage/orders/storage-params.json"]);
    assert_eq!(remembered(&second), json!({ "triggerFunctions": ["audit", "report"] }));

    let (project, skipped) = update(project, json!({ "change": "skip" }));
    assert!(skipped.changes().is_empty());

    let (mut project, removed) = update(project, json!({ "change": "remove", "function": "audit" }));
    project.apply(&removed);
    assert_eq!(calls(&removed), [("removeTableTrigger".into(), json!({ "resource": "audit", "table": "orders" }))]);
    assert_eq!(remembered(&removed), json!({ "triggerFunctions": ["report"] }));

    let (_, none) = update(project, json!({ "change": "remove", "function": "report" }));
    assert_eq!(remembered(&none), json!({ "triggerFunctions": [] }));
}

#[test]
fn a_function_that_is_gone_is_forgotten() {
    let project = |host: Host| {
        let mut host =
            host.resource("function", "report", called_by_orders()).reply("function", "addTableTrigger", Value::Null);
        let remembered = json!({ "triggerFunctions": ["audit"] }).to_string();
        host.apply(&add(self::host(), json!(false)));
        host.file("amplify/backend/storage/orders/storage-params.json", remembered).defaults()
    };
    let update = |host: Host, trigger: Value| {
        let answers = json!({ "columns": false, "indexes": false, "trigger": trigger });
        host.answers(json!({ "storage": answers })).run(&plugin(), "update", &["orders"])
    };
    let other = json!({ "source": "existing", "function": "report" });
    let outcome = update(project(Host::new()), other);
    assert_eq!(remembered(&outcome), json!({ "triggerFunctions": ["report"] }));
    assert!(!outcome.keys().contains(&"storage.trigger.change"), "there is nothing to remove");

    // One that was made anew under the same name can be chosen again, also if it has access to the table.
    let on = json!({ "category": "storage", "resourceName": "orders", "attributes": ["Name", "Arn"] });
    let anew = || Host::new().resource("function", "audit", [("service", json!("Lambda")), ("dependsOn", json!([on]))]);
    let outcome = update(project(anew()), json!({ "source": "existing", "function": "audit" }));
    assert_eq!(calls(&outcome), [("addTableTrigger".into(), json!({ "resource": "audit", "table": "orders" }))]);
    assert_eq!(remembered(&outcome), json!({ "triggerFunctions": ["audit"] }));

    let untouched = update(project(anew()), json!(false));
    assert!(untouched.changes().is_empty());
}
