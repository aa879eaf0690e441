//! The two clients of a user pool: one for web pages, which cannot keep a secret, and one for native apps.

use amplify_sdk::JsonMap;
use serde_json::{Value, json};

use super::{Elsewhere, attribute, output, reference, socials, user_pool};
use crate::settings::Settings;

pub fn web(settings: &Settings, elsewhere: Elsewhere) -> Value {
    client(settings, elsewhere, "clientWeb", false)
}

pub fn native(settings: &Settings, elsewhere: Elsewhere) -> Value {
    client(settings, elsewhere, "client", true)
}

fn client(settings: &Settings, elsewhere: Elsewhere, name: &str, secret: bool) -> Value {
    let mut properties = JsonMap::new();
    let mut set = |key: &str, value: Value| {
        properties.insert(key.into(), value);
    };
    set("ClientName", json!(format!("{}_app_{name}", settings.text("resourceNameTruncated"))));
    if settings.flag("userpoolClientSetAttributes") {
        set("ReadAttributes", reference("userpoolClientReadAttributes"));
        set("WriteAttributes", reference("userpoolClientWriteAttributes"));
    }
    if secret {
        set("GenerateSecret", reference("userpoolClientGenerateSecret"));
    }
    set("RefreshTokenValidity", reference("userpoolClientRefreshTokenValidity"));
    set("UserPoolId", reference("UserPool"));
    let mut waits_for = Vec::new();
    if settings.flag("hostedUI") && !elsewhere.hosted_ui {
        let metadata = settings.nested("oAuthMetadata");
        set("AllowedOAuthFlowsUserPoolClient", json!(true));
        for key in ["AllowedOAuthFlows", "AllowedOAuthScopes", "CallbackURLs", "LogoutURLs"] {
            if metadata[key].is_array() {
                set(key, metadata[key].clone());
            }
        }
        let socials = socials(settings);
        let providers: Vec<&str> = socials.iter().map(|social| social.name()).chain(["COGNITO"]).collect();
        set("SupportedIdentityProviders", providers.into());
        waits_for = socials.iter().map(|social| user_pool::provider_id(social.name())).collect();
    }
    let mut client = json!({ "Type": "AWS::Cognito::UserPoolClient", "Properties": properties });
    // The client names the providers by their words, so that nothing else says that they come first.
    if !waits_for.is_empty() {
        client["DependsOn"] = waits_for.into();
    }
    client
}

pub fn outputs(settings: &Settings, outputs: &mut JsonMap) {
    let mut add = |name: &str, value: Value, description: &str| {
        outputs.insert(name.into(), output(value, description));
    };
    add("AppClientIDWeb", reference("UserPoolClientWeb"), "The user pool app client id for web");
    add("AppClientID", reference("UserPoolClient"), "The user pool app client id");
    if settings.flag("userpoolClientGenerateSecret") {
        add("AppClientSecret", attribute("UserPoolClient", "ClientSecret"), "");
    }
}
