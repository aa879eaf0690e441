//! The identity pool, which gives AWS credentials to users, and the roles it gives them.

use amplify_sdk::JsonMap;
use serde_json::{Value, json};

use super::{Elsewhere, attribute, named, output, reference};
use crate::{
    federation::{self, GOOGLE, KNOWN_PROVIDER},
    settings::Settings,
};

const OPEN_ID: &str = "GoogleOpenIdProvider";
const MAKES_OPEN_ID: &str = "MakesGoogleOpenIdProvider";

/// Google's OpenID Connect provider, where an app has several ids there.
pub fn open_id(settings: &Settings, elsewhere: Elsewhere, resources: &mut JsonMap, conditions: &mut JsonMap) {
    let native = federation::native(settings);
    if native.is_empty() || elsewhere.open_id {
        return;
    }
    conditions.insert(MAKES_OPEN_ID.into(), json!({ "Fn::Equals": [reference(KNOWN_PROVIDER), ""] }));
    let ids: Vec<Value> =
        ["googleClientId"].into_iter().chain(native.iter().map(|(key, _)| *key)).map(reference).collect();
    let provider = json!({
        "Type": "AWS::IAM::OIDCProvider",
        "Condition": MAKES_OPEN_ID,
        "Properties": { "Url": format!("https://{GOOGLE}"), "ClientIdList": ids }
    });
    resources.insert(OPEN_ID.into(), provider);
}

pub fn identity_pool(settings: &Settings, elsewhere: Elsewhere) -> Value {
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
    let several_of_google = !federation::native(settings).is_empty() || elsewhere.open_id;
    let logins: JsonMap = federation::chosen(settings)
        .iter()
        .filter(|provider| provider.name != GOOGLE || !several_of_google)
        .map(|provider| (provider.name.to_owned(), reference(provider.key)))
        .collect();
    if !logins.is_empty() {
        properties.insert("SupportedLoginProviders".into(), Value::Object(logins));
    }
    if !federation::native(settings).is_empty() && !elsewhere.open_id {
        let arn = json!({ "Fn::If": [MAKES_OPEN_ID, attribute(OPEN_ID, "Arn"), reference(KNOWN_PROVIDER)] });
        properties.insert("OpenIdConnectProviderARNs".into(), json!([arn]));
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
    let chosen = federation::chosen(settings);
    let used = chosen.iter().filter_map(|provider| Some((provider.key, provider.output?)));
    for (key, name) in used.chain(federation::native(settings)) {
        outputs.insert(name.into(), output(reference(key), ""));
    }
}
