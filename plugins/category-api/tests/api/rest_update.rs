//! `amplify update api`, for a REST API, and headless payloads.

use amplify_sdk::testing::{Host, Outcome};
use serde_json::{Value, json};

use crate::rest::{add, host, host_with_groups, open, rest, template};

/// A project with the API of [`add`].
fn present(host: Host, paths: Value) -> Host {
    let added = add(host_with_groups(), paths);
    let mut host = host;
    host.apply(&added);
    host
}

fn update(host: Host, answers: Value) -> Outcome {
    host.answers(json!({ "api": answers })).defaults().run(&rest(), "update", &[])
}

fn params(outcome: &Outcome) -> Value {
    outcome.json("api", "myrest", "api-params.json")
}

fn deployment(outcome: &Outcome) -> String {
    let template = template(outcome);
    let ids = template["Resources"].as_object().unwrap().keys();
    let found: Vec<&String> = ids.filter(|id| id.starts_with("DeploymentAPIGW")).collect();
    assert_eq!(found.len(), 1);
    found[0].clone()
}

#[test]
fn a_path_is_added_and_the_api_is_deployed_anew() {
    let host = present(host_with_groups(), json!([open("/items")]));
    let outcome = update(
        host,
        json!({ "operation": "add", "paths": [
        { "name": "/users", "lambdaSource": "existing", "function": "other", "authenticated": ["read"] },
    ] }),
    );
    let names: Vec<Value> =
        params(&outcome)["paths"].as_array().unwrap().iter().map(|path| path["name"].clone()).collect();
    assert_eq!(names, ["/items", "/users"]);
    let uuid = params(&outcome)["uuid"].as_str().unwrap().to_owned();
    assert_eq!(uuid.len(), 8);
    assert_eq!(deployment(&outcome), format!("DeploymentAPIGWmyrest{uuid}"), "else nobody sees the change");
    let depends_on = outcome.entry("api", "myrest")["dependsOn"].clone();
    assert_eq!(depends_on.as_array().unwrap().len(), 2);
}

#[test]
fn the_present_answers_are_the_defaults() {
    let paths = json!([{ "name": "/items", "lambdaSource": "existing", "function": "other", "restrictBy": "both",
        "access": "protected", "authenticated": ["create", "update"], "guest": ["read"], "groups": { "Editors": ["delete"] } }]);
    let host = present(host_with_groups(), paths);
    let outcome = update(host, json!({ "operation": "update", "path": "/items" }));
    assert!(outcome.changes().is_empty(), "{:?}", outcome.changes());
    assert_eq!(outcome.changes().messages, ["myrest is as it was"]);
}

#[test]
fn a_path_is_changed_in_its_place() {
    let host = present(host_with_groups(), json!([open("/items"), open("/users")]));
    let outcome = update(
        host,
        json!({ "operation": "update", "path": "/items", "paths": [
        { "name": "/things", "restrict": true, "authenticated": ["read"] },
    ] }),
    );
    let names: Vec<Value> =
        params(&outcome)["paths"].as_array().unwrap().iter().map(|path| path["name"].clone()).collect();
    assert_eq!(names, ["/things", "/users"]);
    let template = template(&outcome);
    assert!(template["Resources"]["PolicyAPIGWmyrestauth"].is_object());
    let paths = &template["Resources"]["myrest"]["Properties"]["Body"]["paths"];
    assert!(paths["/items"].is_null());
    assert_eq!(paths["/things"]["x-amazon-apigateway-any-method"]["security"], json!([{ "sigv4": [] }]));
}

#[test]
fn a_path_is_removed_with_what_only_it_needed() {
    let paths = json!([
        open("/items"),
        { "name": "/users", "lambdaSource": "existing", "function": "other", "restrictBy": "groups", "groups": { "Admins": ["read"] } },
    ]);
    let host = present(host_with_groups(), paths);
    let outcome = update(host, json!({ "operation": "remove", "path": "/users" }));
    let template = template(&outcome);
    let ids: Vec<&String> = template["Resources"].as_object().unwrap().keys().collect();
    assert_eq!(ids.len(), 3, "{ids:?}");
    assert!(template["Parameters"].get("authpoolUserPoolId").is_none());
    assert!(params(&outcome).get("authResourceName").is_none());
    let entry = &outcome.entry("api", "myrest")["dependsOn"];
    assert_eq!(*entry, json!([{ "category": "function", "resourceName": "hello", "attributes": ["Name", "Arn"] }]));
    let last = present(host_with_groups(), json!([open("/items")]));
    assert_eq!(update(last, json!({ "operation": "remove", "path": "/items" })).error().code, "api-last-path");
}

#[test]
fn what_was_edited_by_hand_stays() {
    let added = add(host_with_groups(), json!([open("/items")]));
    let mut edited = template(&added);
    edited["Resources"]["Alarm"] = json!({ "Type": "AWS::CloudWatch::Alarm" });
    edited["Resources"]["myrest"]["Properties"]["MinimumCompressionSize"] = 1024.into();
    edited["Resources"]["myrest"]["Properties"]["Body"]["paths"]["/items"]["options"]["summary"] = "mine".into();
    let mut host = host_with_groups();
    host.apply(&added);
    let host = host.file("amplify/backend/api/myrest/myrest-cloudformation-template.json", edited.to_string());
    let outcome = update(host, json!({ "operation": "add", "paths": [open("/users")] }));
    let template = template(&outcome);
    assert!(template["Resources"]["Alarm"].is_object());
    let properties = &template["Resources"]["myrest"]["Properties"];
    assert_eq!(properties["MinimumCompressionSize"], 1024);
    assert_eq!(properties["Body"]["paths"]["/items"]["options"]["summary"], "mine");
    assert!(properties["Body"]["paths"]["/users"].is_object());
}

#[test]
fn an_api_of_the_original_keeps_its_template_but_for_the_change() {
    let template_file = "amplify/backend/api/myrest/myrest-cloudformation-template.json";
    let original: Value = serde_json::from_str(include_str!("../data/rest-template.json")).unwrap();
    let host = host_with_groups()
        .resource("api", "myrest", [("service", json!("API Gateway"))])
        .file("amplify/backend/api/myrest/api-params.json", include_str!("../data/rest-api-params.json"))
        .file(template_file, original.to_string());
    let outcome = update(host, json!({ "operation": "add", "paths": [open("/users")] }));
    let mut ours = template(&outcome);
    let paths = ours["Resources"]["myrest"]["Properties"]["Body"]["paths"].as_object_mut().unwrap();
    assert!(paths.shift_remove("/users").is_some() && paths.shift_remove("/users/{proxy+}").is_some());
    let name = deployment(&outcome);
    let resources = ours["Resources"].as_object_mut().unwrap();
    let deployment = resources.shift_remove(&name).unwrap();
    resources.insert("DeploymentAPIGWmyrest".into(), deployment);
    assert_eq!(ours, original);
}

#[test]
fn what_cannot_be_updated_is_said() {
    let none = Host::new().resource("api", "x", [("service", json!("Other"))]).defaults();
    assert_eq!(none.run(&rest(), "update", &[]).error().code, "api-nothing-to-update");
    let queries = host().resource("api", "AdminQueries", [("service", json!("API Gateway"))]);
    let error = update(queries, json!({ "operation": "add" }));
    assert_eq!((error.error().code.as_str(), &error.error().hints[0][..]), ("api-of-auth", "amplify update auth"));
    for broken in ["{}", "[]", r#"{"paths": [{"name": "x"}]}"#, r#"{"paths": 1}"#] {
        let host = host()
            .resource("api", "myrest", [("service", json!("API Gateway"))])
            .file("amplify/backend/api/myrest/api-params.json", broken);
        let outcome = update(host, json!({ "operation": "add", "paths": [open("/x")] }));
        let code = outcome.error().code.as_str();
        assert!(["api-params", "api-template-missing"].contains(&code), "{broken}: {code}");
    }
}

#[test]
fn a_function_that_needs_the_api_cannot_stand_behind_it() {
    let on =
        |category: &str, name: &str| json!([{ "category": category, "resourceName": name, "attributes": ["Arn"] }]);
    let host = present(host_with_groups(), json!([open("/items")]))
        .resource("function", "caller", [("service", json!("Lambda")), ("dependsOn", on("storage", "photos"))])
        .resource("storage", "photos", [("service", json!("S3")), ("dependsOn", on("api", "myrest"))]);
    let outcome = update(
        host,
        json!({ "operation": "add", "paths": [
        { "name": "/users", "lambdaSource": "existing", "function": "caller", "restrict": false },
    ] }),
    );
    let error = outcome.error();
    assert_eq!(error.code, "api-circle");
    assert!(error.causes[0].contains("function/caller depends on storage/photos depends on api/myrest"), "{error:?}");
}

#[test]
fn headless_payloads_are_answers() {
    let payload = json!({ "version": 1, "serviceConfiguration": { "serviceName": "API Gateway", "apiName": "myrest", "paths": [
        { "path": "/items", "function": { "mode": "existing", "name": "hello" }, "access": { "open": true } },
        { "path": "/users", "function": { "mode": "new", "answers": { "template": "crud" } },
          "access": { "authenticated": ["CREATE", "UPDATE"], "guest": ["READ"], "groups": { "Admins": ["DELETE"] } } },
    ] } });
    let answers = host().headless(&rest(), "add", payload);
    let answers = answers.value();
    assert_eq!(answers["function"], json!({ "template": "crud" }));
    assert_eq!(answers["api"]["paths"][1]["restrictBy"], "both");
    let by_payload = add(
        host_with_groups().reply("function", "add", json!({ "resource": "other" })),
        answers["api"]["paths"].clone(),
    );
    let by_answers = add(
        host_with_groups(),
        json!([open("/items"), { "name": "/users", "lambdaSource": "existing", "function": "other", "restrictBy": "both",
            "access": "protected", "authenticated": ["create", "update"], "guest": ["read"], "groups": { "Admins": ["delete"] } }]),
    );
    assert_eq!(template(&by_payload), template(&by_answers));
    let change = |modification: Value| {
        let mut modification = modification;
        modification["serviceName"] = "API Gateway".into();
        modification["apiName"] = "myrest".into();
        host().headless(&rest(), "update", json!({ "version": 1, "serviceModification": modification }))
    };
    let renamed = change(
        json!({ "updatePath": { "path": "/a", "newPath": "/b", "function": { "mode": "existing", "name": "hello" }, "access": { "open": true } } }),
    );
    assert_eq!(renamed.value()["api"]["path"], "/a");
    assert_eq!(renamed.value()["api"]["paths"][0]["name"], "/b");
    assert_eq!(change(json!({ "removePath": "/a" })).value()["api"]["operation"], "remove");
    for wrong in
        [json!({}), json!({ "removePath": "/a", "addPaths": [] }), json!({ "removePath": 1 }), json!({ "extra": 1 })]
    {
        assert_eq!(change(wrong.clone()).error().code, "api-headless-payload", "{wrong}");
    }
}

#[test]
fn a_wrong_payload_names_the_place() {
    let path = |change: Value| {
        let mut path = json!({ "path": "/items", "function": { "mode": "existing", "name": "hello" }, "access": { "open": true } });
        for (key, value) in change.as_object().unwrap() {
            path[key] = value.clone();
        }
        let payload =
            json!({ "version": 1, "serviceConfiguration": { "serviceName": "API Gateway", "paths": [path] } });
        host().headless(&rest(), "add", payload).error().message.clone()
    };
    for (change, place) in [
        (json!({ "path": 1 }), "paths[0].path"),
        (json!({ "function": {} }), "paths[0].function.mode"),
        (json!({ "function": { "mode": "existing" } }), "paths[0].function.name"),
        (json!({ "access": {} }), "paths[0].access"),
        (json!({ "access": { "open": false } }), "access.open"),
        (json!({ "access": { "authenticated": ["GET"] } }), "access.authenticated"),
        (json!({ "access": { "guest": ["READ"], "groups": { "A": ["READ"] } } }), "access.guest"),
        (json!({ "access": { "groups": {} } }), "access.groups"),
        (json!({ "typo": 1 }), "paths[0].typo"),
    ] {
        let message = path(change.clone());
        assert!(message.contains(place), "{change}: {message}");
    }
}
