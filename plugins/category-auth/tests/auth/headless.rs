//! The payload of `--headless`.

use serde_json::{Value, json};

use crate::{RESOURCE, plugin, project, settings};

fn payload() -> Value {
    json!({
        "version": 2,
        "serviceConfiguration": {
            "serviceName": "Cognito",
            "resourceName": RESOURCE,
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
