//! `amplify add auth`.

use amplify_sdk::error::ErrorKind;
use serde_json::{Value, json};

use crate::{RESOURCE, plugin, project, settings, template, with_auth};

#[test]
fn the_default_configuration_is_that_of_the_original() {
    let outcome = project().defaults().run(&plugin(), "add", &[]);
    let expected = json!({
        "identityPoolName": "shop01234567_identitypool_01234567",
        "allowUnauthenticatedIdentities": false,
        "resourceNameTruncated": "shop01234567",
        "userPoolName": "shop01234567_userpool_01234567",
        "autoVerifiedAttributes": ["email"],
        "mfaConfiguration": "OFF",
        "mfaTypes": ["SMS Text Message"],
        "smsAuthenticationMessage": "Your authentication code is {####}",
        "smsVerificationMessage": "Your verification code is {####}",
        "emailVerificationSubject": "Your verification code",
        "emailVerificationMessage": "Your verification code is {####}",
        "defaultPasswordPolicy": false,
        "passwordPolicyMinLength": 8,
        "passwordPolicyCharacters": [],
        "requiredAttributes": ["email"],
        "userpoolClientGenerateSecret": true,
        "userpoolClientRefreshTokenValidity": 30,
        "userpoolClientWriteAttributes": ["email"],
        "userpoolClientReadAttributes": ["email"],
        "userpoolClientLambdaRole": "shop0101234567_userpoolclient_lambda_role",
        "userpoolClientSetAttributes": false,
        "sharedId": "01234567",
        "resourceName": RESOURCE,
        "authSelections": "identityPoolAndUserPool",
        "authRoleArn": { "Fn::GetAtt": ["AuthRole", "Arn"] },
        "unauthRoleArn": { "Fn::GetAtt": ["UnauthRole", "Arn"] },
        "useDefault": "default",
        "userPoolGroupList": [],
        "dependsOn": []
    });
    assert_eq!(format!("{:#}", settings(&outcome)), format!("{expected:#}"), "keys and their order");
    let entry = Value::Object(outcome.entry("auth", RESOURCE).clone());
    assert_eq!(
        entry,
        json!({ "service": "Cognito", "providerPlugin": "awscloudformation", "dependsOn": [], "customAuth": false })
    );
}

#[test]
fn what_is_declared_is_what_is_given() {
    let outcome = project().defaults().run(&plugin(), "add", &[]);
    let declared = template(&outcome)["Parameters"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let mut given: Vec<String> = settings(&outcome).as_object().unwrap().keys().cloned().collect();
    given.push("env".into());
    for name in &given {
        assert!(declared.contains(name), "{name} is not declared");
    }
    assert_eq!(declared.len(), given.len());
}

#[test]
fn a_social_secret_is_in_no_file() {
    let outcome = project()
        .answer("auth.useDefault", "defaultSocial")
        .answer("auth.newCallbackURLs", json!(["https://shop.example/", "http://localhost:3000/"]))
        .answer("auth.newLogoutURLs", json!(["https://shop.example/"]))
        .answer("auth.authProvidersUserPool", json!(["Facebook", "Google"]))
        .answer("auth.facebookAppIdUserPool", "fb-id")
        .answer("auth.facebookAppSecretUserPool", "marker-1")
        .answer("auth.googleAppIdUserPool", "google-id")
        .answer("auth.googleAppSecretUserPool", "marker-2")
        .defaults()
        .run(&plugin(), "add", &[]);
    let changes = outcome.changes();
    let secrets: Vec<(&str, &str)> =
        changes.secrets.iter().map(|secret| (secret.key.as_str(), secret.value.as_str())).collect();
    assert_eq!(secrets, [("facebookAppSecretUserPool", "marker-1"), ("googleAppSecretUserPool", "marker-2")]);
    for file in outcome.files() {
        let (_, path) = file.split_once('/').unwrap();
        let (resource, path) = path.split_once('/').unwrap();
        assert!(!outcome.text("auth", resource, path).contains("marker"), "{file}");
    }
    assert!(changes.environment.iter().all(|value| !value.value.to_string().contains("marker")));
    let template = template(&outcome);
    assert_eq!(template["Parameters"]["facebookAppSecretUserPool"]["NoEcho"], true);
    let details = &template["Resources"]["GoogleIdentityProvider"]["Properties"]["ProviderDetails"];
    assert_eq!(details["client_secret"], json!({ "Ref": "googleAppSecretUserPool" }));
    assert_eq!(details["authorize_scopes"], "openid email profile");
    let client = &template["Resources"]["UserPoolClientWeb"];
    assert_eq!(client["Properties"]["SupportedIdentityProviders"], json!(["Facebook", "Google", "COGNITO"]));
    assert_eq!(client["Properties"]["CallbackURLs"], json!(["https://shop.example/", "http://localhost:3000/"]));
    assert_eq!(client["DependsOn"], json!(["FacebookIdentityProvider", "GoogleIdentityProvider"]));
    let metadata: Value = serde_json::from_str(settings(&outcome)["oAuthMetadata"].as_str().unwrap()).unwrap();
    assert_eq!(metadata["AllowedOAuthFlows"], json!(["code"]));
    assert_eq!(metadata["LogoutURLs"], json!(["https://shop.example/"]));
}

#[test]
fn the_manual_configuration_asks_for_everything() {
    let outcome = project()
        .answers(json!({ "auth": {
            "useDefault": "manual",
            "authSelections": "userPoolOnly",
            "resourceName": RESOURCE,
            "userPoolName": "our people",
            "usernameAttributes": "email, phone_number",
            "userPoolGroups": "yes",
            "groups": [{ "name": "Admins" }, { "name": "Editors" }],
            "groupOrder": ["Editors", "Admins"],
            "adminQueries": "no",
            "mfaConfiguration": "OPTIONAL",
            "mfaTypes": ["TOTP"],
            "smsAuthenticationMessage": "{####} it is",
            "autoVerifiedAttributes": "phone_number",
            "smsVerificationMessage": "{####} again",
            "defaultPasswordPolicy": true,
            "passwordPolicyMinLength": "12",
            "passwordPolicyCharacters": ["Requires Numbers"],
            "requiredAttributes": ["phone_number"],
            "userpoolClientRefreshTokenValidity": "7",
            "userpoolClientSetAttributes": true,
            "userpoolClientReadAttributes": ["phone_number", "phone_number_verified"],
            "userpoolClientWriteAttributes": ["nickname"],
            "triggers": [],
            "configureTriggers": false,
            "hostedUI": "no"
        } }))
        .run(&plugin(), "add", &[]);
    let template = template(&outcome);
    assert!(template["Resources"].get("IdentityPool").is_none());
    let pool = &template["Resources"]["UserPool"]["Properties"];
    assert_eq!(pool["EnabledMfas"], json!(["SOFTWARE_TOKEN_MFA"]));
    assert_eq!(pool["Policies"]["PasswordPolicy"]["RequireNumbers"], true);
    assert_eq!(pool["UsernameAttributes"], json!({ "Ref": "usernameAttributes" }));
    let settings = settings(&outcome);
    assert_eq!(settings["usernameAttributes"], json!(["email", "phone_number"]));
    assert_eq!(settings["passwordPolicyMinLength"], 12);
    assert_eq!(settings["userpoolClientRefreshTokenValidity"], 7);
    assert_eq!(settings["userpoolClientWriteAttributes"], json!(["phone_number", "nickname"]));
    assert_eq!(settings["userPoolGroupList"], json!(["Editors", "Admins"]));
    let groups = outcome.json("auth", "userPoolGroups", "user-pool-group-precedence.json");
    assert_eq!(
        groups,
        json!([{ "groupName": "Editors", "precedence": 1 }, { "groupName": "Admins", "precedence": 2 }])
    );
    let depends_on = &outcome.entry("auth", "userPoolGroups")["dependsOn"][0];
    assert_eq!(depends_on["attributes"], json!(["UserPoolId", "AppClientIDWeb", "AppClientID"]));
}

#[test]
fn wrong_answers_name_their_question() {
    let social = || {
        project()
            .answer("auth.useDefault", "defaultSocial")
            .answer("auth.newCallbackURLs", json!(["https://shop.example/"]))
            .answer("auth.newLogoutURLs", json!(["https://shop.example/"]))
            .answer("auth.authProvidersUserPool", json!([]))
    };
    for (key, value) in [
        ("auth.newCallbackURLs", json!(["http://shop.example/"])),
        ("auth.newLogoutURLs", json!(["https://shop.example"])),
        ("auth.hostedUIDomainName", json!("my-cognito")),
        ("auth.useDefault", json!("magic")),
    ] {
        let error = social().answer(key, value).defaults().run(&plugin(), "add", &[]).error().clone();
        assert!(error.message.contains(key), "{key}: {}", error.message);
        assert_eq!(error.kind, ErrorKind::Usage, "{key}");
    }
    let manual = |key: &str, value: Value| {
        project()
            .answer("auth.useDefault", "manual")
            .answer("auth.groups", json!([{ "name": "Admins" }]))
            .answer("auth.thirdPartyAuth", "no")
            .answer("auth.hostedUI", "no")
            .answer("auth.defaultPasswordPolicy", true)
            .answer(key, value)
            .defaults()
            .run(&plugin(), "add", &[])
    };
    for (key, value) in [
        ("auth.passwordPolicyMinLength", json!("5")),
        ("auth.userpoolClientRefreshTokenValidity", json!("4000")),
        ("auth.emailVerificationMessage", json!("no code")),
        ("auth.groups", json!([{ "name": "not one word" }])),
        ("auth.groups", json!([{ "name": "Admins" }, { "name": "admins" }])),
        ("auth.groups", json!([{ "name": "a".repeat(129) }])),
        ("auth.requiredAttributes", json!(["shoe_size"])),
        ("auth.userPoolName", json!("a/b")),
        ("auth.identityPoolName", json!("a b")),
    ] {
        let error = manual(key, value.clone()).error().clone();
        assert!(error.message.contains(key), "{key} {value}: {}", error.message);
    }
}

#[test]
fn a_second_one_is_refused() {
    let error = with_auth().run(&plugin(), "add", &[]).error().clone();
    assert_eq!(error.code, "auth-exists");
    assert_eq!(error.hints, ["amplify update auth"]);
}
