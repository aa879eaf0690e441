//! What an app's sign-in screens need to know of the user pool: the fields that later versions of the original write into the
//! app's configuration file, and that the client libraries' ready-made screens read.

use amplify_sdk::JsonMap;
use serde_json::{Value, json};

use crate::{federation, settings::Settings, template};

/// The fields, for a resource that is deployed.
pub fn values(settings: &Settings) -> JsonMap {
    let upper = |names: Vec<String>| -> Value { names.iter().map(|name| name.to_uppercase()).collect() };
    let mut values = JsonMap::new();
    if !settings.has_user_pool() {
        return values;
    }
    let mut set = |key: &str, value: Value| {
        values.insert(format!("aws_cognito_{key}"), value);
    };
    set("username_attributes", upper(settings.username_attributes()));
    set("social_providers", upper(socials(settings)));
    set("signup_attributes", upper(settings.list("requiredAttributes")));
    set("mfa_configuration", json!(settings.text("mfaConfiguration")));
    let kinds = settings.list("mfaTypes");
    let kinds = kinds.iter().map(|kind| if kind == "TOTP" { "TOTP" } else { "SMS" }).collect();
    set("mfa_types", kinds);
    let characters = settings.list("passwordPolicyCharacters");
    let characters: Vec<String> = characters.iter().map(|each| each.to_uppercase().replace(' ', "_")).collect();
    let length = settings.number("passwordPolicyMinLength").and_then(|text| text.parse::<u32>().ok());
    set(
        "password_protection_settings",
        json!({ "passwordPolicyMinLength": length, "passwordPolicyCharacters": characters }),
    );
    set("verification_mechanisms", upper(settings.list("autoVerifiedAttributes")));
    values
}

/// The providers by which users can sign in, on the hosted pages or at the identity pool.
fn socials(settings: &Settings) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        if !names.iter().any(|each| each == name) {
            names.push(name.to_owned());
        }
    };
    for social in template::socials(settings) {
        add(social.name().trim_start_matches("LoginWith").trim_start_matches("SignInWith"));
    }
    for provider in federation::chosen(settings) {
        add(provider.label);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::Names;

    #[test]
    fn what_the_sign_in_screens_read() {
        let mut settings = Settings::defaults(&Names::new("shop", "01234567".into()));
        for (key, value) in [
            ("usernameAttributes", json!(["email"])),
            ("mfaConfiguration", json!("OPTIONAL")),
            ("mfaTypes", json!(["SMS Text Message", "TOTP"])),
            ("passwordPolicyCharacters", json!(["Requires Numbers"])),
            ("authProvidersUserPool", json!(["LoginWithAmazon", "SignInWithApple"])),
            ("authProviders", json!(["www.amazon.com", "graph.facebook.com"])),
        ] {
            settings.set(key, value);
        }
        assert_eq!(
            Value::Object(values(&settings)),
            json!({
                "aws_cognito_username_attributes": ["EMAIL"],
                "aws_cognito_social_providers": ["AMAZON", "APPLE", "FACEBOOK"],
                "aws_cognito_signup_attributes": ["EMAIL"],
                "aws_cognito_mfa_configuration": "OPTIONAL",
                "aws_cognito_mfa_types": ["SMS", "TOTP"],
                "aws_cognito_password_protection_settings": {
                    "passwordPolicyMinLength": 8, "passwordPolicyCharacters": ["REQUIRES_NUMBERS"]
                },
                "aws_cognito_verification_mechanisms": ["EMAIL"]
            })
        );
    }
}
