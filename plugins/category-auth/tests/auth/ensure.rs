//! The method by which other categories ask for users.

use amplify_sdk::question::Question;
use serde_json::json;

use crate::{RESOURCE, plugin, project, with_auth};

fn wanted(guests: bool) -> serde_json::Value {
    json!({ "authSelections": "identityPoolAndUserPool", "allowUnauthenticatedIdentities": guests, "question": null })
}

#[test]
fn auth_that_is_there_is_enough() {
    let outcome = with_auth().call(&plugin(), "ensure", wanted(false));
    assert_eq!(outcome.value().value, json!({ "resource": RESOURCE }));
    assert!(outcome.value().changes.is_empty());
}

#[test]
fn guests_are_let_in_without_a_question() {
    let host = with_auth();
    let outcome = host.call(&plugin(), "ensure", wanted(true));
    let changes = &outcome.value().changes;
    let paths: Vec<&str> = changes.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["parameters.json"], "the template reads it from there");
    assert!(outcome.asked.is_empty());
}

#[test]
fn a_user_can_decline() {
    let mut parameters = wanted(false);
    parameters["question"] = serde_json::to_value(Question::confirm("storage.addAuth", "Add auth?", true)).unwrap();
    let outcome = project().answer("storage.addAuth", false).call(&plugin(), "ensure", parameters.clone());
    assert_eq!(outcome.value().value, json!({ "declined": true }));
    let outcome = project().defaults().call(&plugin(), "ensure", parameters);
    assert!(!outcome.value().changes.is_empty());
}

#[test]
fn other_parameters_are_refused() {
    let error = project().call(&plugin(), "ensure", json!({ "authSelections": "all" })).error().clone();
    assert_eq!(error.code, "auth-parameters");
}
