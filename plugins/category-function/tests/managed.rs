//! Functions that another plugin makes and keeps.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use amplify_sdk::testing::Host;
use category_function::FunctionCategory;
use serde_json::{Value, json};

fn wanted() -> Value {
    json!({
        "name": "shopPostConfirmation",
        "roleName": "shopPostConfirmation",
        "files": {"src/index.js": "index", "src/add-to-group.js": "module"},
        "variables": {"MODULES": {"Ref": "modules"}},
        "parameters": {"modules": "add-to-group", "resourceName": "shopPostConfirmation"},
        "values": {"GROUP": "Members"},
        "secrets": {"KEY": "marker"},
        "dependsOn": [{"category": "storage", "resourceName": "items", "attributes": ["Arn"]}],
        "statements": [{"Effect": "Allow", "Action": ["ses:SendEmail"], "Resource": "*"}],
        "memory": {"trigger": true}
    })
}

fn with_function() -> Host {
    let mut host = Host::new();
    let made = host.call(&FunctionCategory, "put", wanted());
    assert_eq!(made.value().value, json!({"resource": "shopPostConfirmation", "added": true}));
    host.apply(&made);
    host
}

fn template(host: &Host) -> Value {
    let path = "amplify/backend/function/shopPostConfirmation/shopPostConfirmation-cloudformation-template.json";
    serde_json::from_str(&host.text(path).unwrap()).unwrap()
}

#[test]
fn a_function_is_made_of_what_the_caller_brings() {
    let outcome = Host::new().call(&FunctionCategory, "put", wanted());
    let name = "shopPostConfirmation";
    let template = outcome.json("function", name, &format!("{name}-cloudformation-template.json"));
    let function = &template["Resources"]["LambdaFunction"]["Properties"];
    let variables = &function["Environment"]["Variables"];
    assert_eq!(variables["MODULES"], json!({"Ref": "modules"}));
    assert_eq!(variables["GROUP"], json!({"Ref": "GROUP"}));
    assert_eq!(template["Parameters"]["KEY"], json!({"Type": "String", "NoEcho": true}));
    assert_eq!(template["Parameters"]["storageitemsArn"]["Type"], "String");
    let role = &template["Resources"]["LambdaExecutionRole"]["Properties"]["RoleName"];
    assert!(role.to_string().contains("\"shopPostConfirmation\""), "{role}");
    assert!(template.to_string().contains("ses:SendEmail"));
    let changes = outcome.all_changes();
    assert_eq!((changes.environment[0].key.as_str(), &changes.environment[0].value), ("GROUP", &json!("Members")));
    assert_eq!((changes.secrets[0].key.as_str(), changes.secrets[0].value.as_str()), ("KEY", "marker"));
    for file in outcome.files() {
        let path = file.strip_prefix(&format!("function/{name}/")).unwrap();
        assert!(!outcome.text("function", name, path).contains("marker"), "{file}");
    }
    assert_eq!(outcome.entry("function", name)["build"], true);
}

#[test]
fn what_is_there_stays_and_what_is_asked_for_changes() {
    let mut host = with_function()
        .file("amplify/backend/function/shopPostConfirmation/src/add-to-group.js", "edited")
        .file("amplify/backend/function/shopPostConfirmation/src/index.js", "old");
    let schedule = host.call(
        &FunctionCategory,
        "put",
        json!({"name": "shopPostConfirmation", "files": {"src/add-to-group.js": "module", "src/index.js": "new", "src/custom.js": "mine"},
               "replace": ["src/index.js"], "parameters": {"modules": "add-to-group,custom"},
               "values": {"GROUP": null, "LEVEL": 3}, "secrets": {"KEY": true}}),
    );
    assert_eq!(schedule.value().value["added"], false);
    let folder = "function/shopPostConfirmation";
    let files = schedule.files();
    assert!(files.contains(&format!("{folder}/src/custom.js")) && files.contains(&format!("{folder}/src/index.js")));
    assert!(!files.contains(&format!("{folder}/src/add-to-group.js")), "{files:?}");
    assert!(schedule.all_changes().secrets.is_empty(), "the secret is kept");
    host.apply(&schedule);
    let after = template(&host);
    assert!(after["Parameters"].get("GROUP").is_none() && after["Parameters"].get("LEVEL").is_some());
    assert!(after["Parameters"].get("KEY").is_some());

    let again = host.call(
        &FunctionCategory,
        "put",
        json!({"name": "shopPostConfirmation", "removeFiles": ["src/custom.js", "src/none.js"]}),
    );
    assert_eq!(again.all_changes().files.len(), 1, "only what is there is taken away");
    let gone = host.call(&FunctionCategory, "put", json!({"name": "shopPostConfirmation", "secrets": {"KEY": null}}));
    assert_eq!(gone.all_changes().secrets[0].value, "", "an empty text forgets a secret");
}

#[test]
fn a_function_that_was_given_access_keeps_it() {
    let mut host = with_function().resource("storage", "photos", [("service", json!("S3"))]);
    let grant = json!({"resource": "shopPostConfirmation", "permissions": {"storage": {"photos": ["read"]}}});
    let granted = host.call(&FunctionCategory, "grant", grant);
    host.apply(&granted);
    let put = host.call(
        &FunctionCategory,
        "put",
        json!({"name": "shopPostConfirmation", "parameters": {"modules": "custom"}}),
    );
    host.apply(&put);
    assert!(template(&host).to_string().contains("s3:GetObject"));
    let memory = host.text("amplify/backend/function/shopPostConfirmation/function-parameters.json").unwrap();
    assert!(memory.contains("trigger") && memory.contains("photos"), "{memory}");
}

#[test]
fn a_function_is_discarded_once() {
    let mut host = with_function();
    let gone = host.call(&FunctionCategory, "discard", json!({"resource": "shopPostConfirmation"}));
    assert_eq!(gone.value().value, json!({"removed": true}));
    host.apply(&gone);
    let again = host.call(&FunctionCategory, "discard", json!({"resource": "shopPostConfirmation"}));
    assert_eq!(again.value().value, json!({"removed": false}));
}

#[test]
fn names_that_lambda_refuses_are_refused() {
    let host = Host::new().resource("function", "Taken", [("service", json!("Lambda"))]);
    for (call, code) in [
        (json!({"name": "a-b"}), "function-name"),
        (json!({"name": "x".repeat(61)}), "function-name"),
        (json!({"name": "taken"}), "function-exists"),
        (json!({"name": "x", "values": {"AWS_X": "1"}}), "function-variable"),
        (json!({"name": "x", "files": {"src/index.js": 1}}), "wrong-parameters"),
        (json!({"nmae": "x"}), "wrong-parameters"),
    ] {
        assert_eq!(host.call(&FunctionCategory, "put", call.clone()).error().code, code, "{call}");
    }
}
