//! APIs that another plugin makes and keeps.

use amplify_sdk::testing::Host;
use category_api::Api;
use serde_json::json;

fn call() -> serde_json::Value {
    json!({
        "resource": "AdminQueries",
        "service": "API Gateway",
        "dependsOn": [{"category": "function", "resourceName": "f", "attributes": ["Arn", "Name"]}],
        "templateFile": "admin-queries-cloudformation-template.json",
        "template": {"Resources": {}},
        "parameters": {"authRoleName": {"Ref": "AuthRoleName"}}
    })
}

#[test]
fn an_api_is_made_once_and_stays_as_its_user_edits_it() {
    let mut host = Host::new();
    let made = host.call(&Api::default(), "put", call());
    assert_eq!(made.value().value, json!({"resource": "AdminQueries", "added": true}));
    assert_eq!(made.entry("api", "AdminQueries")["service"], "API Gateway");
    assert_eq!(
        made.files(),
        ["api/AdminQueries/admin-queries-cloudformation-template.json", "api/AdminQueries/parameters.json"]
    );
    host.apply(&made);
    let again = host.call(&Api::default(), "put", call());
    assert_eq!(again.value().value["added"], false);
    assert!(again.all_changes().is_empty());
    let gone = host.call(&Api::default(), "discard", json!({"resource": "AdminQueries"}));
    assert_eq!(gone.value().value, json!({"removed": true}));
    host.apply(&gone);
    let nobody = host.call(&Api::default(), "discard", json!({"resource": "AdminQueries"}));
    assert_eq!(nobody.value().value, json!({"removed": false}));
}

#[test]
fn wrong_calls_are_explained() {
    let taken = Host::new().resource("api", "AdminQueries", [("service", json!("AppSync"))]);
    assert_eq!(taken.call(&Api::default(), "put", call()).error().code, "api-exists");
    assert_eq!(Host::new().call(&Api::default(), "put", json!({"resorce": "x"})).error().code, "wrong-parameters");
    assert_eq!(Host::new().call(&Api::default(), "dance", json!({})).error().code, "unknown-method");
}
