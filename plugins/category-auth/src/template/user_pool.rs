//! The user pool, its hosted pages, and the role that it sends text messages with.

use amplify_sdk::JsonMap;
use serde_json::{Value, json};

use super::{Elsewhere, attribute, named, output, reference, socials, stack_part, triggers};
use crate::settings::Settings;

pub fn sns_role(settings: &Settings) -> Value {
    let truncated = settings.text("resourceNameTruncated");
    json!({
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": named(
                format!("{truncated}_sns-role"),
                vec![json!(format!("sns{}", settings.text("sharedId"))), stack_part(), json!("-"), reference("env")]
            ),
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [{
                    "Sid": "",
                    "Effect": "Allow",
                    "Principal": { "Service": "cognito-idp.amazonaws.com" },
                    "Action": ["sts:AssumeRole"],
                    "Condition": { "StringEquals": { "sts:ExternalId": external_id(settings) } }
                }]
            },
            "Policies": [{
                "PolicyName": format!("{truncated}-sns-policy"),
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [{ "Effect": "Allow", "Action": ["sns:Publish"], "Resource": "*" }]
                }
            }]
        }
    })
}

pub fn user_pool(settings: &Settings, elsewhere: Elsewhere) -> Value {
    let mut properties = JsonMap::new();
    let mut set = |key: &str, value: Value| {
        properties.insert(key.into(), value);
    };
    set(
        "UserPoolName",
        named(reference("userPoolName"), vec![reference("userPoolName"), json!("-"), reference("env")]),
    );
    let required = settings.list("requiredAttributes");
    if !required.is_empty() {
        let schema: Vec<Value> =
            required.iter().map(|name| json!({ "Name": name, "Required": true, "Mutable": true })).collect();
        set("Schema", schema.into());
    }
    if let Some(functions) = triggers::configuration(settings) {
        set("LambdaConfig", functions);
    }
    let verified = settings.list("autoVerifiedAttributes");
    if !verified.is_empty() {
        set("AutoVerifiedAttributes", reference("autoVerifiedAttributes"));
    }
    if verified.iter().any(|each| each == "email") {
        set("EmailVerificationMessage", reference("emailVerificationMessage"));
        set("EmailVerificationSubject", reference("emailVerificationSubject"));
    }
    let characters = settings.list("passwordPolicyCharacters");
    let requires = |what: &str| characters.iter().any(|each| each == &format!("Requires {what}"));
    set(
        "Policies",
        json!({ "PasswordPolicy": {
            "MinimumLength": reference("passwordPolicyMinLength"),
            "RequireLowercase": requires("Lowercase"),
            "RequireNumbers": requires("Numbers"),
            "RequireSymbols": requires("Symbols"),
            "RequireUppercase": requires("Uppercase")
        } }),
    );
    if !settings.username_attributes().is_empty() {
        set("UsernameAttributes", reference("usernameAttributes"));
    }
    set("MfaConfiguration", reference("mfaConfiguration"));
    if settings.text("mfaConfiguration") != "OFF" && !elsewhere.mfa {
        let kinds: Vec<&str> = settings
            .list("mfaTypes")
            .iter()
            .map(|kind| if kind == "TOTP" { "SOFTWARE_TOKEN_MFA" } else { "SMS_MFA" })
            .collect();
        set("EnabledMfas", kinds.into());
        set("SmsAuthenticationMessage", reference("smsAuthenticationMessage"));
    }
    set("SmsVerificationMessage", reference("smsVerificationMessage"));
    set(
        "SmsConfiguration",
        json!({ "SnsCallerArn": attribute("SNSRole", "Arn"), "ExternalId": external_id(settings) }),
    );
    // An environment's users go with it, but a replacement by mistake leaves them.
    json!({
        "Type": "AWS::Cognito::UserPool",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Retain",
        "Properties": properties
    })
}

/// The domain and the social providers.
pub fn hosted_pages(settings: &Settings, resources: &mut JsonMap) {
    if settings.flag("hostedUI") {
        let domain = json!({
            "Type": "AWS::Cognito::UserPoolDomain",
            "Properties": { "Domain": domain(), "UserPoolId": reference("UserPool") }
        });
        resources.insert("UserPoolDomain".into(), domain);
    }
    let metas = settings.nested("hostedUIProviderMeta");
    for social in socials(settings) {
        let meta = metas.as_array().into_iter().flatten().find(|meta| meta["ProviderName"] == social.name());
        let meta = meta.cloned().unwrap_or_else(|| social.meta(&settings.list("requiredAttributes")));
        let mut details: JsonMap = social
            .credentials()
            .iter()
            .map(|credential| (credential.detail.to_owned(), reference(&social.key(credential))))
            .collect();
        details.insert("authorize_scopes".into(), meta["authorize_scopes"].clone());
        let provider = json!({
            "Type": "AWS::Cognito::UserPoolIdentityProvider",
            "Properties": {
                "UserPoolId": reference("UserPool"),
                "ProviderName": social.name(),
                "ProviderType": social.name(),
                "ProviderDetails": details,
                "AttributeMapping": meta["AttributeMapping"]
            }
        });
        resources.insert(provider_id(social.name()), provider);
    }
}

/// The logical id of a social provider.
pub fn provider_id(name: &str) -> String {
    format!("{name}IdentityProvider")
}

pub fn outputs(settings: &Settings, outputs: &mut JsonMap) {
    if settings.flag("hostedUI") {
        outputs.insert("HostedUIDomain".into(), output(domain(), ""));
        outputs.insert("OAuthMetadata".into(), output(reference("oAuthMetadata"), ""));
    }
    outputs.insert("UserPoolId".into(), output(reference("UserPool"), "Id for the user pool"));
    outputs.insert("UserPoolName".into(), output(reference("userPoolName"), ""));
    if settings.text("mfaConfiguration") != "OFF" {
        outputs.insert("CreatedSNSRole".into(), output(attribute("SNSRole", "Arn"), "role arn"));
    }
}

fn domain() -> Value {
    named(reference("hostedUIDomainName"), vec![reference("hostedUIDomainName"), json!("-"), reference("env")])
}

fn external_id(settings: &Settings) -> String {
    format!("{}_role_external_id", settings.text("resourceNameTruncated"))
}
