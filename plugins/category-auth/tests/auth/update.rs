//! `amplify update auth`.

use serde_json::json;

use crate::{RESOURCE, parsed, plugin, project, settings, template, with_auth};

#[test]
fn what_was_edited_by_hand_stays() {
    let host = with_auth();
    let path = format!("amplify/backend/auth/{RESOURCE}/{RESOURCE}-cloudformation-template.yml");
    let edited = host.text(&path).unwrap().replace("DeletionPolicy: Delete", "DeletionPolicy: Retain");
    let outcome = host
        .file(&path, edited)
        .answer("auth.updateFlow", "manual")
        .answer("auth.mfaConfiguration", "OPTIONAL")
        .answer("auth.mfaTypes", json!(["TOTP"]))
        .answer("auth.thirdPartyAuth", "no")
        .answer("auth.hostedUI", "no")
        .defaults()
        .run(&plugin(), "update", &[]);
    let template = template(&outcome);
    assert_eq!(template["Resources"]["UserPool"]["DeletionPolicy"], "Retain");
    assert_eq!(template["Resources"]["UserPool"]["Properties"]["EnabledMfas"], json!(["SOFTWARE_TOKEN_MFA"]));
    assert_eq!(settings(&outcome)["mfaConfiguration"], "OPTIONAL");
}

#[test]
fn nothing_that_lasts_is_asked_again() {
    for key in ["auth.usernameAttributes", "auth.userPoolName", "auth.requiredAttributes", "auth.resourceName"] {
        let outcome = with_auth()
            .answer("auth.updateFlow", "manual")
            .answer("auth.thirdPartyAuth", "no")
            .answer("auth.hostedUI", "no")
            .defaults()
            .run(&plugin(), "update", &[]);
        assert!(!outcome.asked.iter().any(|asked| asked.key == key), "{key}");
    }
}

#[test]
fn addresses_are_edited_one_by_one() {
    let mut host = project();
    let added = project()
        .answer("auth.useDefault", "defaultSocial")
        .answer("auth.newCallbackURLs", json!(["https://one.example/", "https://two.example/"]))
        .answer("auth.newLogoutURLs", json!(["https://one.example/"]))
        .answer("auth.authProvidersUserPool", json!([]))
        .defaults()
        .run(&plugin(), "add", &[]);
    host.apply(&added);
    let outcome = host
        .answer("auth.updateFlow", "callbacks")
        .answer("auth.edit.signin", json!(["https://two.example/"]))
        .answer("auth.edit.signinURIs", json!([null, "https://three.example/"]))
        .answer("auth.edit.signout", json!([]))
        .answer("auth.edit.add.signout", true)
        .answer("auth.newLogoutURLs", json!(["https://four.example/"]))
        .defaults()
        .run(&plugin(), "update", &[]);
    let client = &template(&outcome)["Resources"]["UserPoolClientWeb"]["Properties"];
    assert_eq!(client["CallbackURLs"], json!(["https://one.example/", "https://three.example/"]));
    assert_eq!(client["LogoutURLs"], json!(["https://one.example/", "https://four.example/"]));
}

#[test]
fn without_auth_there_is_nothing_to_update() {
    assert_eq!(project().run(&plugin(), "update", &[]).error().code, "auth-missing");
}

#[test]
fn a_text_survives_being_written_and_read() {
    let host = with_auth();
    let path = format!("amplify/backend/auth/{RESOURCE}/{RESOURCE}-cloudformation-template.yml");
    let template = parsed(&host.text(&path).unwrap());
    assert_eq!(template["AWSTemplateFormatVersion"], "2010-09-09");
    assert_eq!(template["Resources"]["UserPool"]["Properties"]["Policies"]["PasswordPolicy"]["RequireNumbers"], false);
}
