//! Prints every kind of template that the plugin writes, as a JSON array of `{name, template}`, for checks by other tools.

use std::io::Write;

use category_auth::{
    admin, groups,
    settings::{Names, Settings},
    template::{self, Elsewhere},
};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let names = Names::new("shop", "01234567".into());
    let mut templates: Vec<Value> = Vec::new();
    for (name, changes) in variants() {
        let mut settings = Settings::defaults(&names);
        for (key, value) in changes.as_object().into_iter().flatten() {
            settings.set(key, value.clone());
        }
        templates.push(json!({ "name": name, "template": template::build(&settings, Elsewhere::default()) }));
        let list = settings.list("userPoolGroupList");
        if !list.is_empty() {
            let entries: Vec<Value> =
                list.iter().zip(1..).map(|(name, at)| json!({ "groupName": name, "precedence": at })).collect();
            let template = groups::updated(&settings, &entries, None);
            templates.push(json!({ "name": format!("{name}-groups"), "template": template }));
        }
    }
    templates.push(json!({ "name": "admin-queries", "template": admin::api("shop01234567", "AdminQueries01234567") }));
    let mut output = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut output, &templates)?;
    output.write_all(b"\n")?;
    Ok(())
}

fn variants() -> Vec<(&'static str, Value)> {
    let metadata = json!({
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["email", "openid"],
        "CallbackURLs": ["https://shop.example/"],
        "LogoutURLs": ["https://shop.example/"]
    });
    vec![
        ("default", json!({})),
        ("groups", json!({ "userPoolGroupList": ["Admins", "Editors"], "usernameAttributes": ["email"] })),
        (
            "pool-only",
            json!({ "authSelections": "userPoolOnly", "userPoolGroupList": ["Admins"], "requiredAttributes": [],
                    "autoVerifiedAttributes": ["phone_number"] }),
        ),
        (
            "social",
            json!({
                "hostedUI": true,
                "hostedUIDomainName": "shop-pages",
                "oAuthMetadata": metadata.to_string(),
                "authProvidersUserPool": ["Facebook", "Google", "LoginWithAmazon", "SignInWithApple"],
                "authProviders": ["graph.facebook.com", "accounts.google.com", "www.amazon.com", "appleid.apple.com"]
            }),
        ),
        (
            "phone",
            json!({ "authProviders": ["accounts.google.com"], "googleNativeIds": ["googleIos"],
                    "autoVerifiedAttributes": ["email", "phone_number"] }),
        ),
        (
            "mfa",
            json!({
                "mfaConfiguration": "ON",
                "mfaTypes": ["SMS Text Message", "TOTP"],
                "userpoolClientSetAttributes": true,
                "passwordPolicyCharacters": ["Requires Numbers"],
                "triggers": "{\"PostConfirmation\":[\"add-to-group\"],\"CustomMessage\":[\"verification-link\"]}",
                "verificationBucketName": "shop01234567verification89abcdef",
                "permissions": [
                    json!({
                        "policyName": "AddToGroupCognito", "trigger": "PostConfirmation", "effect": "Allow",
                        "actions": ["cognito-idp:AdminAddUserToGroup", "cognito-idp:GetGroup", "cognito-idp:CreateGroup"],
                        "resource": { "paramType": "!GetAtt", "keys": ["UserPool", "Arn"] }
                    }).to_string(),
                    json!({
                        "policyName": "VerificationPage", "trigger": "CustomMessage", "effect": "Allow",
                        "actions": ["s3:PutObject"],
                        "resource": { "paramType": "!Sub", "keys": ["${CustomMessageConfirmationBucket.Arn}/*"] }
                    }).to_string()
                ],
                "dependsOn": [
                    trigger("PostConfirmation"),
                    trigger("CustomMessage")
                ]
            }),
        ),
    ]
}

fn trigger(name: &str) -> Value {
    json!({
        "category": "function", "resourceName": format!("shop01234567{name}"),
        "triggerProvider": "Cognito", "attributes": ["Arn", "Name"]
    })
}
