//! The identity pool, which gives AWS credentials to users, and the roles it gives them.

use amplify_sdk::JsonMap;
use serde_json::{Value, json};

use super::{Elsewhere, attribute, named, output, parameters::FEDERATION, reference};
use crate::settings::Settings;

pub fn identity_pool(settings: &Settings) -> Value {
    let name = settings.text("identityPoolName");
    let mut properties = JsonMap::new();
    properties.insert("IdentityPoolName".into(), named(name, vec![json!(name), json!("__"), reference("env")]));
    if settings.has_user_pool() {
        let clients: Vec<Value> = ["UserPoolClient", "UserPoolClientWeb"]
            .into_iter()
            .map(|client| json!({ "ClientId": reference(client), "ProviderName": attribute("UserPool", "ProviderName") }))
            .collect();
        properties.insert("CognitoIdentityProviders".into(), clients.into());
    }
    let federated = federated(settings);
    if !federated.is_empty() {
        let logins: JsonMap =
            federated.iter().map(|(key, provider)| ((*provider).to_owned(), reference(key))).collect();
        properties.insert("SupportedLoginProviders".into(), Value::Object(logins));
    }
    properties.insert("AllowUnauthenticatedIdentities".into(), reference("allowUnauthenticatedIdentities"));
    json!({ "Type": "AWS::Cognito::IdentityPool", "Properties": properties })
}

pub fn roles(settings: &Settings, elsewhere: Elsewhere) -> Value {
    let mut properties = json!({
        "IdentityPoolId": reference("IdentityPool"),
        "Roles": { "unauthenticated": reference("unauthRoleArn"), "authenticated": reference("authRoleArn") }
    });
    // A member of a group gets the group's role, which the token names.
    if settings.has_user_pool() && !settings.list("userPoolGroupList").is_empty() && !elsewhere.group_roles {
        let mapping = |client: &str| {
            json!({
                "IdentityProvider": { "Fn::Join": [":", [attribute("UserPool", "ProviderName"), reference(client)]] },
                "Type": "Token",
                "AmbiguousRoleResolution": "AuthenticatedRole"
            })
        };
        properties["RoleMappings"] =
            json!({ "Web": mapping("UserPoolClientWeb"), "Native": mapping("UserPoolClient") });
    }
    json!({ "Type": "AWS::Cognito::IdentityPoolRoleAttachment", "Properties": properties })
}

pub fn outputs(settings: &Settings, outputs: &mut JsonMap) {
    outputs.insert("IdentityPoolId".into(), output(reference("IdentityPool"), "Id for the identity pool"));
    outputs.insert("IdentityPoolName".into(), output(attribute("IdentityPool", "Name"), ""));
    for (key, _) in federated(settings) {
        let name = match key {
            "facebookAppId" => "FacebookWebClient",
            "googleClientId" => "GoogleWebClient",
            _ => "AmazonWebClient",
        };
        outputs.insert(name.into(), output(reference(key), ""));
    }
}

/// The identity providers that the pool trusts directly.
fn federated(settings: &Settings) -> Vec<(&'static str, &'static str)> {
    let chosen = settings.list("authProviders");
    FEDERATION.into_iter().filter(|(_, provider)| chosen.iter().any(|each| each == provider)).collect()
}
