//! Answers that do not fit: refused by the key of their question, with the rule, and with nothing written.

use amplify_sdk::{error::ErrorKind, testing::Host};
use serde_json::{Value, json};

use crate::{plugin, project};

fn of(flow: &str) -> Host {
    let answers = match flow {
        "social" => json!({ "useDefault": "defaultSocial" }),
        _ => json!({ "useDefault": "manual", "authProviders": ["graph.facebook.com"], "facebookAppId": "a",
                     "groups": [{ "name": "Admins" }], "defaultPasswordPolicy": true,
                     "userpoolClientSetAttributes": true, "mfaConfiguration": "OPTIONAL" }),
    };
    let pages = json!({ "newCallbackURLs": ["https://a.example/"], "newLogoutURLs": ["https://a.example/"],
                        "authProvidersUserPool": ["Google"], "googleAppIdUserPool": "a",
                        "googleAppSecretUserPool": "hush" });
    let mut host = project();
    for (key, value) in answers.as_object().into_iter().chain(pages.as_object()).flatten() {
        host = host.answer(&format!("auth.{key}"), value.clone());
    }
    host
}

#[test]
fn the_key_and_the_rule_are_told_and_nothing_is_written() {
    let long = "a".repeat(129);
    let table: Vec<(&str, &str, Value, &str)> = vec![
        ("social", "useDefault", json!("magic"), "one of `default`"),
        ("social", "usernameAttributes", json!("nickname"), "one of `username`"),
        ("social", "hostedUIDomainName", json!("my-cognito"), "must not contain `aws`, `amazon` or `cognito`"),
        ("social", "hostedUIDomainName", json!("Shop"), "lower-case"),
        ("social", "hostedUIDomainName", json!("a".repeat(63)), "1 to 62"),
        ("social", "newCallbackURLs", json!(["http://shop.example/"]), "HTTPS must be used"),
        ("social", "newCallbackURLs", json!(["shop"]), "valid URI"),
        ("social", "newLogoutURLs", json!(["https://shop.example"]), "trailing forward slash"),
        ("social", "newLogoutURLs", json!(["https://a.example/", "https://b c.example/"]), "valid URI"),
        ("social", "authProvidersUserPool", json!(["MySpace"]), "`MySpace` is not one of"),
        ("social", "googleAppIdUserPool", json!(""), "1 to 256"),
        ("social", "googleAppSecretUserPool", json!(""), "1 to 4096"),
        ("manual", "authSelections", json!("identityPoolOnly"), "one of `identityPoolAndUserPool`"),
        ("manual", "resourceName", json!("two words"), "alphanumeric"),
        ("manual", "resourceName", json!(long.clone()), "alphanumeric"),
        ("manual", "identityPoolName", json!("a b"), "letters, digits and underscores"),
        ("manual", "identityPoolName", json!("ä"), "letters, digits and underscores"),
        ("manual", "userPoolName", json!("a/b"), "letters, digits, spaces"),
        ("manual", "userPoolName", json!(long.clone()), "1 to 128"),
        ("manual", "allowUnauthenticatedIdentities", json!("perhaps"), "one of `yes`, `no`"),
        ("manual", "authProviders", json!(["login.example"]), "`login.example` is not one of"),
        ("manual", "facebookAppId", json!(long.clone()), "1 to 128"),
        ("manual", "groups", json!([{ "name": "not one word" }]), "alphanumeric"),
        ("manual", "groups", json!([{ "name": long }]), "128 characters at most"),
        ("manual", "groups", json!([{ "name": "Admins" }, { "name": "admins" }]), "taken already"),
        ("manual", "groupOrder", json!(["Nobody"]), "`Nobody` is not one of"),
        ("manual", "mfaConfiguration", json!("SOMETIMES"), "one of `OFF`"),
        ("manual", "mfaTypes", json!([]), "at least one MFA type"),
        ("manual", "smsAuthenticationMessage", json!("no code"), "{####}"),
        ("manual", "autoVerifiedAttributes", json!("address"), "one of `email`"),
        ("manual", "emailVerificationSubject", json!(""), "1 to 140"),
        ("manual", "emailVerificationMessage", json!("no code"), "{####}"),
        ("manual", "defaultPasswordPolicy", json!("sure"), "yes or no"),
        ("manual", "passwordPolicyMinLength", json!("5"), "greater than 5 and less than 99"),
        ("manual", "passwordPolicyMinLength", json!("99"), "greater than 5 and less than 99"),
        ("manual", "passwordPolicyMinLength", json!("eight"), "greater than 5 and less than 99"),
        ("manual", "passwordPolicyCharacters", json!(["Requires Runes"]), "`Requires Runes` is not one of"),
        ("manual", "requiredAttributes", json!(["shoe_size"]), "`shoe_size` is not one of"),
        // Cognito keeps these for itself.
        ("manual", "requiredAttributes", json!(["sub"]), "`sub` is not one of"),
        ("manual", "userpoolClientWriteAttributes", json!(["email_verified"]), "`email_verified` is not one of"),
        ("manual", "userpoolClientWriteAttributes", json!(["email"]), "`email` is not one of"),
        ("manual", "userpoolClientReadAttributes", json!(["sub"]), "`sub` is not one of"),
        ("manual", "userpoolClientRefreshTokenValidity", json!("0"), "1 to 3650 days"),
        ("manual", "userpoolClientRefreshTokenValidity", json!("3651"), "1 to 3650 days"),
        ("manual", "AllowedOAuthFlows", json!("device"), "one of `code`"),
        ("manual", "AllowedOAuthScopes", json!([]), "at least one OAuth scope"),
    ];
    for (flow, key, value, rule) in table {
        let outcome = of(flow).answer(&format!("auth.{key}"), value.clone()).defaults().run(&plugin(), "add", &[]);
        let error = outcome.error();
        assert!(error.message.contains(&format!("`auth.{key}")), "{key} {value}: {}", error.message);
        assert!(error.message.contains(rule), "{key} {value}: {}", error.message);
        assert_eq!(error.kind, ErrorKind::Usage, "{key} {value}");
        assert!(outcome.files().is_empty(), "{key} {value}");
        assert!(!format!("{error:?}").contains("hush"), "{key}");
    }
}

#[test]
fn hosted_pages_need_a_place_to_come_back_to() {
    let outcome = project()
        .answer("auth.useDefault", "defaultSocial")
        .answer("auth.authProvidersUserPool", json!([]))
        .defaults()
        .run(&plugin(), "add", &[]);
    let error = outcome.error();
    assert_eq!(error.kind, ErrorKind::MissingAnswer);
    assert!(error.message.contains("auth.newCallbackURLs[0]"), "{}", error.message);
}
