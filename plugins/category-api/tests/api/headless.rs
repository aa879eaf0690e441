//! Payloads of `--headless`.

use amplify_sdk::testing::Host;
use serde_json::{Value, json};

use crate::{auth_config, plugin, project, with_pool};

fn payload() -> Value {
    json!({
        "version": 1,
        "serviceConfiguration": {
            "serviceName": "AppSync",
            "apiName": "blog",
            "transformSchema": "type Post @model { id: ID! title: String }",
            "defaultAuthType": { "mode": "API_KEY", "expirationTime": 30, "keyDescription": "for the app" },
            "additionalAuthTypes": [{ "mode": "AWS_IAM" }, { "mode": "AMAZON_COGNITO_USER_POOLS", "cognitoUserPoolId": "authpool" }],
            "conflictResolution": {},
        },
    })
}

/// Runs a command with the answers of a payload and nothing else.
fn run(mut host: Host, command: &str, payload: Value) -> amplify_sdk::testing::Outcome {
    let answers = host.headless(&plugin(), command, payload);
    for (key, value) in answers.value() {
        host = host.answer(key, value.clone());
    }
    host.run(&plugin(), command, &[])
}

#[test]
fn a_payload_answers_every_question() {
    let outcome = run(with_pool(Host::new()), "add", payload());
    let config = auth_config(&outcome);
    assert_eq!(
        config["defaultAuthentication"]["apiKeyConfig"],
        json!({ "description": "for the app", "apiKeyExpirationDays": 30 })
    );
    let modes: Vec<&Value> = config["additionalAuthenticationProviders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|mode| &mode["authenticationType"])
        .collect();
    assert_eq!(modes, ["AMAZON_COGNITO_USER_POOLS", "AWS_IAM"]);
    assert!(outcome.text("api", "blog", "schema.graphql").contains("type Post"));
}

#[test]
fn updates_change_authorization_or_the_schema() {
    let modification = |members: Value| {
        let mut body = json!({ "serviceName": "AppSync" });
        for (key, value) in members.as_object().unwrap() {
            body[key] = value.clone();
        }
        json!({ "version": 1, "serviceModification": body })
    };
    let first = project("type A @model { id: ID! }");
    let outcome = run(first, "update", modification(json!({ "defaultAuthType": { "mode": "AWS_IAM" } })));
    assert_eq!(auth_config(&outcome)["defaultAuthentication"]["authenticationType"], "AWS_IAM");
    let schema = "type B @model { id: ID! }";
    let outcome =
        run(project("type A @model { id: ID! }"), "update", modification(json!({ "transformSchema": schema })));
    assert_eq!(outcome.text("api", "blog", "schema.graphql"), schema);
}

#[test]
fn what_is_wrong_is_named_by_its_path() {
    let check = |change: fn(&mut Value), path: &str| {
        let mut payload = payload();
        change(&mut payload);
        let host = with_pool(Host::new());
        let outcome = host.headless(&plugin(), "add", payload);
        let error = outcome.error();
        assert_eq!(error.code, "api-headless-payload");
        assert!(error.message.contains(path), "{path}: {}", error.message);
    };
    check(|payload| payload["version"] = 2.into(), "`version`");
    check(|payload| payload["serviceConfiguration"]["serviceName"] = "S3".into(), "serviceConfiguration.serviceName");
    check(|payload| payload["serviceConfiguration"]["transformSchema"] = 1.into(), "transformSchema");
    check(
        |payload| payload["serviceConfiguration"]["defaultAuthType"]["mode"] = "AWS_LAMBDA".into(),
        "defaultAuthType.mode",
    );
    check(|payload| payload["serviceConfiguration"]["defaultAuthType"]["expirationTime"] = 0.into(), "expirationTime");
    check(
        |payload| payload["serviceConfiguration"]["additionalAuthTypes"][1]["cognitoUserPoolId"] = "x".into(),
        "[1].cognitoUserPoolId",
    );
    check(
        |payload| {
            payload["serviceConfiguration"]["conflictResolution"] =
                json!({ "defaultResolutionStrategy": { "type": "AUTOMERGE" } })
        },
        "conflictResolution",
    );
}
