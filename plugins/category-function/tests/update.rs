//! `amplify update function`: what is asked for changes, the rest stays.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use amplify_sdk::{message::Progress, testing::Host};
use category_function::FunctionCategory;
use serde_json::json;

const FOLDER: &str = "amplify/backend/function/thumbs";

/// A project with a table, a bucket and a function that may read the bucket and has a variable.
fn host() -> Host {
    let mut host = Host::new()
        .resource("storage", "photos", [("service", json!("S3"))])
        .resource("storage", "items", [("service", json!("DynamoDB"))])
        .answer("function.resourceName", "thumbs")
        .answer("function.access", json!({"storage": {"photos": ["read"]}}))
        .answer("function.environment", json!([{"name": "LEVEL", "value": "1"}]))
        .defaults();
    let added = host.run(&FunctionCategory, "add", &[]);
    host.apply(&added);
    host.answers(json!({}))
}

#[test]
fn nothing_changes_by_default() {
    let outcome = host().run(&FunctionCategory, "update", &["thumbs"]);
    assert!(outcome.value().is_empty(), "{:?}", outcome.value());
    assert_eq!(outcome.value().messages, ["thumbs is as it was"]);
}

#[test]
fn what_cannot_be_accessed_is_told_where_nothing_else_can() {
    let on = json!([{"category": "function", "resourceName": "thumbs", "attributes": ["Name"]}]);
    let mut host = Host::new().answer("function.resourceName", "thumbs").defaults();
    let added = host.run(&FunctionCategory, "add", &[]);
    host.apply(&added);
    let host = host.resource("api", "shop", [("service", json!("API Gateway")), ("dependsOn", on)]);
    let outcome = host.run(&FunctionCategory, "update", &["thumbs"]);
    assert!(!outcome.keys().contains(&"function.access"));
    let [Progress::Message { text }] = &outcome.progress[..] else { panic!("one message: {:?}", outcome.progress) };
    let circle = "function/thumbs -> api/shop -> function/thumbs";
    assert_eq!(*text, format!("`shop` is not among what can be accessed, because it needs this function: {circle}"));
}

#[test]
fn access_is_replaced_and_hand_written_parts_stay() {
    let host = host();
    let path = format!("{FOLDER}/thumbs-cloudformation-template.json");
    let edited = host.text(&path).unwrap().replace("\"25\"", "\"60\"");
    let source = host.text(&format!("{FOLDER}/src/index.js")).unwrap();
    let host = host
        .file(&path, edited)
        .file(&format!("{FOLDER}/src/index.js"), format!("{source}// mine\n"))
        .answers(json!({"function": {"access": {"storage": {"items": ["create"]}}}}));
    let outcome = host.run(&FunctionCategory, "update", &["thumbs"]);
    let template = outcome.json("function", "thumbs", "thumbs-cloudformation-template.json");
    assert_eq!(template["Resources"]["LambdaFunction"]["Properties"]["Timeout"], "60");
    assert!(template["Parameters"].get("storagephotosBucketName").is_none());
    assert!(template["Parameters"].get("storageitemsArn").is_some());
    assert_eq!(
        outcome.entry("function", "thumbs")["dependsOn"],
        json!([{"category": "storage", "resourceName": "items", "attributes": ["Name", "Arn"]}])
    );
    let source = outcome.text("function", "thumbs", "src/index.js");
    assert!(
        source.contains("\tSTORAGE_ITEMS_ARN\n") && !source.contains("PHOTOS") && source.ends_with("// mine\n"),
        "{source}"
    );
    assert!(
        !outcome.files().contains(&"function/thumbs/parameters.json".to_owned()),
        "unchanged files are not written"
    );
}

#[test]
fn a_schedule_is_added_changed_and_removed() {
    let mut host = host();
    let run = |host: &mut Host, answers| {
        let moved = std::mem::take(host).defaults().answers(json!({"function": {"schedule": answers}}));
        let outcome = moved.run(&FunctionCategory, "update", &["thumbs"]);
        *host = moved;
        host.apply(&outcome);
        outcome.json("function", "thumbs", "parameters.json")["CloudWatchRule"].clone()
    };
    assert_eq!(run(&mut host, json!({"interval": "hourly", "rate": 1})), "rate(1 hour)");
    assert_eq!(run(&mut host, json!({"action": "update", "interval": "minutes", "rate": 10})), "rate(10 minutes)");
    assert_eq!(run(&mut host, json!({"action": "remove"})), "NONE");
    let template = host.text(&format!("{FOLDER}/thumbs-cloudformation-template.json")).unwrap();
    assert!(!template.contains("CloudWatchEvent"));
}

#[test]
fn variables_are_changed_and_removed() {
    let outcome = host()
        .answers(
            json!({"function": {"environment": [{"name": "LEVEL", "value": "2"}, {"name": "COLOUR", "value": "red"}]}}),
        )
        .run(&FunctionCategory, "update", &["thumbs"]);
    assert_eq!(outcome.json("function", "thumbs", "parameters.json"), json!({"level": "2", "colour": "red"}));

    let outcome = host().answers(json!({"function": {"removeEnvironment": ["LEVEL"]}})).run(
        &FunctionCategory,
        "update",
        &["thumbs"],
    );
    assert_eq!(outcome.json("function", "thumbs", "parameters.json"), json!({}));
    let template = outcome.json("function", "thumbs", "thumbs-cloudformation-template.json");
    assert!(template["Parameters"].get("level").is_none());
}

#[test]
fn an_environments_own_value_is_the_one_that_changes() {
    let host = host();
    let mut project = host.view().clone();
    project.environment.as_mut().unwrap().values.insert("function".into(), json!({"thumbs": {"level": "9"}}));
    let host = host.project(project).answers(json!({"function": {"environment": [{"name": "LEVEL", "value": "2"}]}}));
    let outcome = host.run(&FunctionCategory, "update", &["thumbs"]);
    let value = &outcome.value().environment[0];
    assert_eq!((value.key.as_str(), &value.value), ("level", &json!("2")));
}

#[test]
fn a_function_is_not_offered_what_depends_on_it() {
    let host = host().resource(
        "storage",
        "items",
        [
            ("service", json!("DynamoDB")),
            ("dependsOn", json!([{"category": "function", "resourceName": "thumbs", "attributes": ["Arn"]}])),
        ],
    );
    let outcome = host.answers(json!({"function": {"access": {"storage": {"photos": ["read"]}}}})).run(
        &FunctionCategory,
        "update",
        &["thumbs"],
    );
    assert!(!outcome.keys().contains(&"function.access.storage"), "one bucket is left, so there is no choice");
    assert_eq!(outcome.keys()[1], "function.access");
}

#[test]
fn unknown_functions_and_broken_templates_are_named() {
    let outcome = host().run(&FunctionCategory, "update", &["thumb"]);
    assert_eq!(outcome.error().message, "there is no function `thumb` in this project");
    assert_eq!(outcome.error().hints, ["the functions are: thumbs"]);
    let outcome = Host::new().run(&FunctionCategory, "update", &[]);
    assert_eq!(outcome.error().code, "no-function");
    let path = format!("{FOLDER}/thumbs-cloudformation-template.json");
    assert_eq!(host().file(&path, "{").run(&FunctionCategory, "update", &["thumbs"]).error().code, "invalid-json");
    assert_eq!(
        host().file(&path, "{}").run(&FunctionCategory, "update", &["thumbs"]).error().code,
        "function-template"
    );
}
