//! The payload of `--headless`.

use amplify_sdk::testing::{Host, Outcome};
use serde_json::{Value, json};

use crate::{RESOURCE, plugin, project, settings};

fn payload() -> Value {
    json!({
        "version": 2,
        "resourceName": RESOURCE,
        "serviceConfiguration": {
            "serviceName": "Cognito",
            "includeIdentityPool": true,
            "identityPoolConfiguration": {
                "unauthenticatedLogin": true,
                "identitySocialFederation": [{ "provider": "GOOGLE", "clientId": "google-1" }]
            },
            "userPoolConfiguration": {
                "signinMethod": "EMAIL",
                "requiredSignupAttributes": ["EMAIL", "ZONE_INFO"],
                "userPoolGroups": [{ "groupName": "A" }, { "groupName": "B" }],
                "mfa": { "mode": "OPTIONAL", "mfaTypes": ["SMS", "TOTP"], "smsMessage": "{####}" },
                "passwordPolicy": { "minimumLength": 10, "additionalConstraints": ["REQUIRE_DIGIT"] },
                "refreshTokenPeriod": 5,
                "oAuth": {
                    "domainPrefix": "shop-pages",
                    "redirectSigninURIs": ["https://a.example/"],
                    "redirectSignoutURIs": ["https://a.example/", "https://b.example/"],
                    "oAuthGrantType": "IMPLICIT",
                    "oAuthScopes": ["EMAIL", "AWS.COGNITO.SIGNIN.USER.ADMIN"]
                },
                "autoVerifiedAttributes": [{ "type": "EMAIL", "verificationSubject": "Hello" }]
            }
        }
    })
}

#[test]
fn a_payload_answers_every_question() {
    let answers = project().headless(&plugin(), "add", payload());
    let mut host = project();
    for (key, value) in answers.value() {
        host = host.answer(key, value.clone());
    }
    let outcome = host.defaults().run(&plugin(), "add", &[]);
    let settings = settings(&outcome);
    assert_eq!(settings["usernameAttributes"], json!(["email"]));
    assert_eq!(settings["requiredAttributes"], json!(["email", "zoneinfo"]));
    assert_eq!(settings["userPoolGroupList"], json!(["A", "B"]));
    assert_eq!(settings["authProvidersUserPool"], json!([]), "nobody supplies a time zone, so nobody is offered");
    assert_eq!(settings["mfaTypes"], json!(["SMS Text Message", "TOTP"]));
    assert_eq!(settings["allowUnauthenticatedIdentities"], true);
    assert_eq!(settings["authProviders"], json!(["accounts.google.com"]));
    assert_eq!(settings["emailVerificationSubject"], "Hello");
    let metadata: Value = serde_json::from_str(settings["oAuthMetadata"].as_str().unwrap()).unwrap();
    assert_eq!(metadata["AllowedOAuthFlows"], json!(["implicit"]));
    assert_eq!(metadata["LogoutURLs"], json!(["https://a.example/", "https://b.example/"]));
    assert_eq!(outcome.changes().environment[0].value, "google-1");
}

#[test]
fn a_wrong_payload_is_refused_by_its_place() {
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut payload = payload();
        change(&mut payload);
        project().headless(&plugin(), "add", payload).error().clone()
    };
    for (path, change) in [
        ("version", &(|p: &mut Value| p["version"] = json!(3)) as &dyn Fn(&mut Value)),
        ("extra", &|p| p["extra"] = json!(1)),
        ("serviceConfiguration.serviceName", &|p| p["serviceConfiguration"]["serviceName"] = json!("S3")),
        ("serviceConfiguration.userPoolConfiguration.signinMethod", &|p| {
            p["serviceConfiguration"]["userPoolConfiguration"]["signinMethod"] = json!("FACE")
        }),
        ("serviceConfiguration.userPoolConfiguration.requiredSignupAttributes", &|p| {
            p["serviceConfiguration"]["userPoolConfiguration"]["requiredSignupAttributes"] = json!(["SHOE_SIZE"])
        }),
        ("serviceConfiguration.userPoolConfiguration.userPoolGroups[1].colour", &|p| {
            p["serviceConfiguration"]["userPoolConfiguration"]["userPoolGroups"][1]["colour"] = json!("red")
        }),
        ("serviceConfiguration.identityPoolConfiguration.identitySocialFederation[0].provider", &|p| {
            p["serviceConfiguration"]["identityPoolConfiguration"]["identitySocialFederation"][0]["provider"] =
                json!("MYSPACE")
        }),
    ] {
        let error = refused(change);
        assert_eq!(error.code, "auth-headless-payload");
        assert!(error.message.contains(&format!("`{path}`")), "{path}: {}", error.message);
    }
}

/// Runs `update` with a payload, as the host does it: what it does not answer takes its default.
fn updated(host: &Host, payload: Value) -> Outcome {
    let answers = host.headless(&plugin(), "update", payload);
    let mut again = project().project(host.view().clone());
    for path in FILES {
        let path = path.replace("NAME", RESOURCE);
        if let Some(text) = host.text(&path) {
            again = again.file(&path, text);
        }
    }
    for (key, value) in answers.value() {
        again = again.answer(key, value.clone());
    }
    again.defaults().run(&plugin(), "update", &[])
}

const FILES: [&str; 4] = [
    "amplify/backend/auth/NAME/parameters.json",
    "amplify/backend/auth/NAME/NAME-cloudformation-template.yml",
    "amplify/backend/auth/userPoolGroups/user-pool-group-precedence.json",
    "amplify/backend/auth/userPoolGroups/template.json",
];

/// A project that the payload of `add` made.
fn added() -> Host {
    let answers = project().headless(&plugin(), "add", payload());
    let mut host = project();
    for (key, value) in answers.value() {
        host = host.answer(key, value.clone());
    }
    let outcome = host.defaults().run(&plugin(), "add", &[]);
    let mut host = project();
    host.apply(&outcome);
    host
}

fn change(pool: Value) -> Value {
    json!({ "version": 2, "serviceModification": { "serviceName": "Cognito", "userPoolModification": pool } })
}

#[test]
fn what_an_update_does_not_speak_of_stays() {
    let outcome = updated(&added(), change(json!({})));
    assert!(outcome.files().is_empty(), "{:?}", outcome.files());

    let outcome = updated(&added(), change(json!({ "passwordPolicy": {}, "refreshTokenPeriod": 9 })));
    let after = settings(&outcome);
    assert_eq!((&after["passwordPolicyMinLength"], &after["passwordPolicyCharacters"]), (&json!(8), &json!([])));
    assert_eq!(after["userpoolClientRefreshTokenValidity"], 9);
    assert_eq!(after["userPoolGroupList"], json!(["A", "B"]));
    assert_eq!(after["authProviders"], json!(["accounts.google.com"]));
}

#[test]
fn a_field_that_is_given_replaces_the_old_one() {
    let outcome = updated(
        &added(),
        json!({ "version": 2, "serviceModification": {
            "serviceName": "Cognito",
            "userPoolModification": {
                "userPoolGroups": [{ "groupName": "C" }, { "groupName": "A" }],
                "mfa": { "mode": "OPTIONAL", "mfaTypes": ["TOTP"] },
                "readAttributes": ["EMAIL_VERIFIED"],
                "oAuth": {
                    "redirectSigninURIs": ["https://c.example/", "https://d.example/"],
                    "redirectSignoutURIs": ["https://c.example/"],
                    "socialProviderConfigurations": []
                },
                "autoVerifiedAttributes": [{ "type": "PHONE_NUMBER" }, { "type": "EMAIL" }]
            },
            "includeIdentityPool": true,
            "identityPoolModification": { "unauthenticatedLogin": false, "identitySocialFederation": [] }
        } }),
    );
    let after = settings(&outcome);
    assert_eq!(after["userPoolGroupList"], json!(["C", "A"]));
    assert_eq!(after["mfaTypes"], json!(["TOTP"]));
    assert_eq!(after["userpoolClientReadAttributes"], json!(["email_verified"]));
    assert_eq!(after["autoVerifiedAttributes"], json!(["email", "phone_number"]));
    assert_eq!(after["allowUnauthenticatedIdentities"], false);
    assert!(after.get("authProviders").is_none());
    let metadata: Value = serde_json::from_str(after["oAuthMetadata"].as_str().unwrap()).unwrap();
    assert_eq!(metadata["CallbackURLs"], json!(["https://c.example/", "https://d.example/"]));
    assert_eq!(metadata["LogoutURLs"], json!(["https://c.example/"]));
    assert_eq!(metadata["AllowedOAuthFlows"], json!(["implicit"]), "left out, so it stays");
    assert_eq!(after["hostedUIDomainName"], "shop-pages");

    let outcome = updated(&added(), change(json!({ "oAuth": {}, "userPoolGroups": [] })));
    assert_eq!(settings(&outcome)["hostedUI"], false);
    assert!(settings(&outcome).get("oAuthMetadata").is_none());
    assert!(format!("{:?}", outcome.changes().resources).contains("Remove"));
}

#[test]
fn what_cannot_be_changed_is_said() {
    let refused = |payload: Value| added().headless(&plugin(), "update", payload).error().clone();
    let off = change(json!({ "mfa": { "mode": "OFF" } }));
    assert!(refused(off).message.contains("`serviceModification.userPoolModification.mfa.mode` must be OPTIONAL"));
    let mut none = change(json!({}));
    none["serviceModification"]["includeIdentityPool"] = json!(false);
    none["serviceModification"]["identityPoolModification"] = json!({});
    assert!(refused(none).message.contains("`serviceModification.identityPoolModification` must be absent"));
    let named = change(json!({ "userPoolName": "other" }));
    assert!(refused(named).message.contains("`serviceModification.userPoolModification.userPoolName` must be absent"));
    let error = crate::with_auth()
        .headless(&plugin(), "update", change(json!({ "mfa": { "mode": "ON", "mfaTypes": ["TOTP"] } })))
        .error()
        .clone();
    assert_eq!(error.code, "auth-mfa-not-required");
    let error = project().headless(&plugin(), "update", change(json!({}))).error().clone();
    assert_eq!(error.code, "auth-missing");
}

#[test]
fn the_published_schemas_are_those_that_payloads_are_checked_against() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/schemas");
    for (command, schema) in category_auth::headless::schemas() {
        let path = folder.join(format!("auth-{command}.json"));
        let text = format!("{schema:#}\n");
        if std::env::var_os("AMPLIFY_WRITE_REFERENCE").is_some() {
            fs_err::write(&path, &text).unwrap();
        }
        let published = fs_err::read_to_string(&path).unwrap_or_default();
        assert!(published == text, "{} is out of date: AMPLIFY_WRITE_REFERENCE=1 writes it", path.display());
    }
}

/// A small reader of JSON Schemas: what it lets through and what the plugin takes must be the same.
fn valid(schema: &Value, document: &Value) -> bool {
    let each = |key: &str| schema[key].as_array().into_iter().flatten();
    if schema["oneOf"].is_array() && each("oneOf").filter(|one| valid(one, document)).count() != 1 {
        return false;
    }
    if schema["enum"].is_array() && !each("enum").any(|one| one == document) {
        return false;
    }
    if schema.get("const").is_some_and(|wanted| wanted != document) {
        return false;
    }
    match schema["type"].as_str() {
        Some("string") => document.is_string(),
        Some("boolean") => document.is_boolean(),
        Some("integer") => document.is_u64(),
        Some("array") => document.as_array().is_some_and(|list| {
            let twice = list.iter().enumerate().any(|(at, one)| list[..at].contains(one));
            list.iter().all(|one| valid(&schema["items"], one)) && !(twice && schema["uniqueItems"] == true)
        }),
        Some("object") => document.as_object().is_some_and(|map| {
            each("required").all(|key| map.contains_key(key.as_str().unwrap()))
                && map.iter().all(|(key, value)| schema["properties"].get(key).is_some_and(|one| valid(one, value)))
        }),
        _ => true,
    }
}

/// Every document that differs from this one in one place: something taken out, put in, or made another kind.
fn spoilt(document: &Value) -> Vec<Value> {
    let mut found = vec![json!(true), json!(7), json!("something"), json!({ "strange": 1 }), json!([{}])];
    match document {
        Value::Object(map) => {
            for (key, value) in map {
                let mut less = map.clone();
                less.shift_remove(key);
                found.push(less.into());
                for other in spoilt(value) {
                    let mut changed = map.clone();
                    changed.insert(key.clone(), other);
                    found.push(changed.into());
                }
            }
            let mut more = map.clone();
            more.insert("strange".into(), json!(1));
            found.push(more.into());
        }
        Value::Array(list) => {
            for (at, value) in list.iter().enumerate() {
                for other in spoilt(value) {
                    let mut changed = list.clone();
                    changed[at] = other;
                    found.push(changed.into());
                }
            }
            found.push(list.iter().chain(list).cloned().collect());
        }
        _ => {}
    }
    found
}

#[test]
fn a_schema_and_the_plugin_agree_on_every_spoilt_payload() {
    let host = added();
    let [(_, add), (_, update)] = category_auth::headless::schemas();
    let mut first = payload();
    first["version"] = json!(1);
    let pool = first["serviceConfiguration"]["userPoolConfiguration"].as_object_mut().unwrap();
    pool.shift_remove("autoVerifiedAttributes");
    pool.insert("adminQueries".into(), json!({ "permissions": { "restrictAccess": false } }));
    pool.insert("passwordRecovery".into(), json!({ "deliveryMethod": "SMS", "smsMessage": "{####}" }));
    let social = json!([
        { "provider": "FACEBOOK", "clientId": "a", "clientSecret": "b" },
        { "provider": "SIGN_IN_WITH_APPLE", "clientId": "a", "teamId": "b", "keyId": "c", "privateKey": "d" }
    ]);
    let mut second = payload();
    second["serviceConfiguration"]["userPoolConfiguration"]["oAuth"]["socialProviderConfigurations"] = social.clone();
    second["serviceConfiguration"]["userPoolConfiguration"]["adminQueries"] =
        json!({ "permissions": { "restrictAccess": true, "groupName": "A" } });
    let changes = change(json!({
        "oAuth": { "socialProviderConfigurations": social },
        "userPoolGroups": [{ "groupName": "A" }],
        "adminQueries": { "permissions": { "restrictAccess": true, "groupName": "A" } }
    }));
    let (mut taken, mut refused) = (0, 0);
    for (command, schema, document) in [("add", &add, first), ("add", &add, second), ("update", &update, changes)] {
        assert!(valid(schema, &document), "{command} {document:#}");
        for spoilt in std::iter::once(document.clone()).chain(spoilt(&document)) {
            let outcome = host.headless(&plugin(), command, spoilt.clone());
            let understood = match &outcome.result {
                Ok(_) => true,
                Err(error) => error.code != "auth-headless-payload",
            };
            assert_eq!(understood, valid(schema, &spoilt), "{command} {spoilt:#}\n{:?}", outcome.result);
            *if understood { &mut taken } else { &mut refused } += 1;
        }
    }
    assert!(taken > 30 && refused > 300, "{taken} taken, {refused} refused");
}
