//! The category in process, with scripted answers.

use amplify_sdk::{
    json,
    testing::{Host, check_manifest},
};
use category_queue::Queue;

fn with_function() -> Host {
    Host::new().resource("function", "hello", [("service", "Lambda".into())])
}

#[test]
fn the_manifest_is_valid() {
    assert_eq!(check_manifest(&Queue).kind.word(), "queue");
}

#[test]
fn a_queue_is_wired_to_a_function() {
    let added = with_function()
        .answers(json!({"queue": {"name": "jobs", "visibilityTimeout": 60, "maxReceiveCount": 5, "function": "hello"}}))
        .run(&Queue, "add", &[]);
    assert_eq!(added.entry("queue", "jobs")["dependsOn"][0]["resourceName"], "hello");
    let template = added.json("queue", "jobs", "queue-template.json");
    assert_eq!(template["Resources"]["Handler"]["Properties"]["FunctionName"]["Ref"], "functionhelloArn");
    assert_eq!(added.json("queue", "jobs", "parameters.json"), json!({"maxReceiveCount": 5}));
    assert_eq!(added.changes().environment[0].value, 60);
}

#[test]
fn without_functions_nobody_is_asked_for_one() {
    let added = Host::new().defaults().run(&Queue, "add", &[]);
    assert_eq!(added.keys(), ["queue.name", "queue.visibilityTimeout", "queue.maxReceiveCount"]);
    assert!(added.entry("queue", "jobs").get("dependsOn").is_none());
}

#[test]
fn update_presets_what_holds_now() {
    let mut host = with_function().answer("queue.visibilityTimeout", 60).defaults();
    let added = host.run(&Queue, "add", &[]);
    host.apply(&added);
    let host = host.answers(json!({"queue": {"name": "jobs"}}));
    assert_eq!(host.run(&Queue, "update", &[]).changes().environment[0].value, 60);
    assert_eq!(Host::new().run(&Queue, "update", &[]).error().code, "queue-none");
    assert_eq!(host.call(&Queue, "describe", json!({"name": "jobs"})).value().value["visibilityTimeout"], 60);
}

#[test]
fn a_payload_is_the_answers_and_wrong_ones_are_refused() {
    let answers = Host::new().headless(&Queue, "add", json!({"version": 1, "name": "mail"}));
    assert_eq!(answers.value()["queue.name"], "mail");
    assert_eq!(Host::new().headless(&Queue, "add", json!({"version": 2})).error().code, "queue-payload");
    let wrong =
        Host::new().answer("queue.name", "jobs").answer("queue.visibilityTimeout", "soon").run(&Queue, "add", &[]);
    assert_eq!(wrong.error().code, "wrong-answer");
}

#[test]
fn the_mock_ends_when_it_is_stopped() {
    let host = Host::new().resource("queue", "jobs", [("service", "SQS".into())]).cancel_after(1);
    let served = host.mock(&Queue, "/nowhere");
    assert!(served.result.is_ok());
    assert_eq!(served.progress.len(), 1);
}
