//! How clients prove who they are: the questions, and what is recorded as `authConfig`.

use amplify_graphql_transformer::AuthConfig;
use amplify_sdk::{
    error::{ErrorKind, PluginError},
    prelude::*,
};
use serde_json::{Value, json};

use super::{SERVICE, say};
use crate::{error::ApiError, plugin::CATEGORY};

const API_KEY: &str = "API_KEY";
const USER_POOLS: &str = "AMAZON_COGNITO_USER_POOLS";
const IAM: &str = "AWS_IAM";
const OPEN_ID: &str = "OPENID_CONNECT";

/// Modes in the order of the questions, as recorded and as shown.
const MODES: [(&str, &str); 4] =
    [(API_KEY, "API key"), (USER_POOLS, "Amazon Cognito User Pool"), (IAM, "IAM"), (OPEN_ID, "OpenID Connect")];

/// What the host says where no plugin of that word, or no such method, is installed.
const NOT_INSTALLED: [&str; 3] = ["no-plugin", "no-method", "unknown-method"];

/// A way in which clients prove who they are, with its settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provider {
    /// A key that is part of the app.
    ApiKey {
        /// What it is for.
        description: String,
        /// How long it lives.
        days: u32,
    },
    /// The users of a pool.
    UserPools {
        /// The auth resource with the pool.
        resource: String,
    },
    /// Whoever has credentials of the account.
    Iam,
    /// The users of another identity provider.
    OpenId {
        /// A name for it.
        name: String,
        /// Where it is.
        issuer: String,
        /// Which of its apps; empty for any.
        client_id: String,
        /// Milliseconds for which a token is good after it was issued.
        iat_ttl: String,
        /// Milliseconds for which a token is good after the user signed in.
        auth_ttl: String,
    },
}

impl Provider {
    /// The recorded name of its kind.
    pub fn mode(&self) -> &'static str {
        match self {
            Self::ApiKey { .. } => API_KEY,
            Self::UserPools { .. } => USER_POOLS,
            Self::Iam => IAM,
            Self::OpenId { .. } => OPEN_ID,
        }
    }

    fn document(&self) -> Value {
        let mut document = json!({ "authenticationType": self.mode() });
        match self {
            Self::ApiKey { description, days } => {
                document["apiKeyConfig"] = json!({ "description": description, "apiKeyExpirationDays": days });
            }
            Self::UserPools { resource } => {
                document["userPoolConfig"] = json!({ "userPoolId": format!("auth{resource}") });
            }
            Self::Iam => {}
            Self::OpenId { name, issuer, client_id, iat_ttl, auth_ttl } => {
                document["openIDConnectConfig"] = json!({
                    "name": name, "issuerUrl": issuer, "clientId": client_id, "iatTTL": iat_ttl, "authTTL": auth_ttl,
                });
            }
        }
        document
    }
}

/// The default way, and those besides it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthSettings {
    /// Taken where a client does not say otherwise.
    pub default: Provider,
    /// The others.
    pub additional: Vec<Provider>,
}

impl AuthSettings {
    /// What is recorded as `authConfig`.
    pub fn document(&self) -> Value {
        let additional: Vec<Value> = self.additional.iter().map(Provider::document).collect();
        json!({ "additionalAuthenticationProviders": additional, "defaultAuthentication": self.default.document() })
    }

    /// The auth resource whose users may call the API.
    pub fn user_pool(&self) -> Option<&str> {
        self.providers().find_map(|provider| match provider {
            Provider::UserPools { resource } => Some(resource.as_str()),
            _ => None,
        })
    }

    fn providers(&self) -> impl Iterator<Item = &Provider> {
        std::iter::once(&self.default).chain(&self.additional)
    }
}

/// Reads how clients prove who they are from an API's entry; projects of older versions record the default alone.
pub fn recorded(entry: &JsonMap) -> Option<AuthConfig> {
    let output = entry.get("output")?;
    if let Some(config) = output.get("authConfig") {
        return AuthConfig::from_value(config);
    }
    let mode = output.get("securityType")?;
    AuthConfig::from_value(&json!({ "defaultAuthentication": { "authenticationType": mode } }))
}

/// The recorded settings of one mode, for defaults of questions.
fn recorded_settings(entry: Option<&JsonMap>, mode: &str) -> Value {
    let config = entry.and_then(|entry| entry.get("output")?.get("authConfig")).cloned().unwrap_or_default();
    let additional = config["additionalAuthenticationProviders"].as_array().cloned().unwrap_or_default();
    let providers = std::iter::once(config["defaultAuthentication"].clone()).chain(additional);
    providers.into_iter().find(|provider| provider["authenticationType"] == mode).unwrap_or_default()
}

/// Asks for the default mode. `entry` is the API's own where it exists already.
///
/// # Errors
/// An answer that is missing, or no user pool where one is needed.
pub fn ask_default(context: &mut Context<'_>, entry: Option<&JsonMap>) -> Result<Provider, PluginError> {
    let text = "Choose the default authorization type for the API";
    let before = entry.and_then(recorded).map_or(API_KEY, |config| config.default.service_name());
    let mode = context.select("api.defaultAuth", text, choices(&[]), Some(before))?;
    ask_settings(context, &mode, entry)
}

/// Asks whether there are more modes, and which.
///
/// # Errors
/// As [`ask_default`].
pub fn ask_additional(
    context: &mut Context<'_>,
    default: &Provider,
    entry: Option<&JsonMap>,
) -> Result<Vec<Provider>, PluginError> {
    let before = entry.and_then(recorded).map(|config| config.additional).unwrap_or_default();
    let selected = before.iter().map(|mode| mode.service_name().to_owned());
    let selected: Vec<String> = selected.filter(|mode| mode != default.mode()).collect();
    if !context.confirm("api.additionalAuth", "Configure additional auth types?", !selected.is_empty())? {
        return Ok(Vec::new());
    }
    let text = "Choose the additional authorization types you want to configure for the API";
    let modes = context.multi_select("api.additionalAuth", text, choices(&[default.mode()]), selected, 0)?;
    let mut providers = Vec::new();
    for (mode, _) in MODES.iter().filter(|(mode, _)| modes.iter().any(|chosen| chosen == mode)) {
        let heading = match *mode {
            API_KEY => "API key configuration",
            USER_POOLS => "Cognito UserPool configuration",
            OPEN_ID => "OpenID Connect configuration",
            _ => "",
        };
        if !heading.is_empty() {
            say(context, heading);
        }
        providers.push(ask_settings(context, mode, entry)?);
    }
    Ok(providers)
}

fn choices(without: &[&str]) -> Vec<Choice> {
    let left = MODES.iter().filter(|(mode, _)| !without.contains(mode));
    left.map(|(mode, label)| Choice::new(*mode, *label)).collect()
}

fn ask_settings(context: &mut Context<'_>, mode: &str, entry: Option<&JsonMap>) -> Result<Provider, PluginError> {
    let before = recorded_settings(entry, mode);
    match mode {
        API_KEY => api_key(context, &before["apiKeyConfig"]),
        USER_POOLS => user_pool(context),
        OPEN_ID => open_id(context, &before["openIDConnectConfig"]),
        _ => Ok(Provider::Iam),
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn api_key(context: &mut Context<'_>, before: &Value) -> Result<Provider, PluginError> {
    let description = text_of(&before["description"]).unwrap_or_default();
    let text = "Enter a description for the API key:";
    let description = context.input("api.apiKey.description", text, Some(description), None)?;
    let wanted = Validation::pattern(
        "0*([1-9]|[1-9][0-9]|[12][0-9][0-9]|3[0-5][0-9]|36[0-5])",
        "Number of days must be between 1 and 365.",
    );
    let days = text_of(&before["apiKeyExpirationDays"]).unwrap_or_else(|| "7".into());
    let text = "After how many days from now the API key should expire (1-365):";
    let days = context.input("api.apiKey.expirationDays", text, Some(days), Some(wanted))?;
    Ok(Provider::ApiKey { description, days: days.trim().parse().unwrap_or(7) })
}

/// The project's user pool; where it has none, the auth plugin makes one.
fn user_pool(context: &mut Context<'_>) -> Result<Provider, PluginError> {
    let pool =
        |project: &ProjectView| project.resources_of_service("auth", "Cognito").first().map(|name| (*name).to_owned());
    let existed = pool(context.project()).is_some();
    if existed {
        say(context, "Use a Cognito user pool configured as a part of this project.");
    }
    let parameters = json!({
        "requiredBy": { "category": CATEGORY, "service": SERVICE },
        "authSelections": "identityPoolAndUserPool",
        "allowUnauthenticatedIdentities": false,
        "question": null,
    });
    match context.call("auth", "ensure", parameters) {
        Ok(_) => {}
        Err(error) if error.kind == ErrorKind::Unsupported || NOT_INSTALLED.contains(&error.code.as_str()) => {}
        Err(error) => return Err(error),
    }
    match pool(context.project()) {
        Some(resource) => Ok(Provider::UserPools { resource }),
        None => Err(ApiError::NoUserPool.into()),
    }
}

fn open_id(context: &mut Context<'_>, before: &Value) -> Result<Provider, PluginError> {
    let before = |key: &str| text_of(&before[key]);
    let not_empty = Validation::length(1, 1024, "The value must not be empty.");
    let text = "Enter a name for the OpenID Connect provider:";
    let name = context.input("api.openId.name", text, before("name"), Some(not_empty))?;
    let address = Validation::pattern("https?://[^ ]+", "The value must be an address that begins with https://");
    let text = "Enter the OpenID Connect provider domain (Issuer URL):";
    let issuer = context.input("api.openId.issuerUrl", text, before("issuerUrl"), Some(address))?;
    let text = "Enter the Client Id from your OpenID Client Connect application (optional):";
    let client_id = Some(before("clientId").unwrap_or_default());
    let client_id = context.input("api.openId.clientId", text, client_id, None)?;
    let number = || Some(Validation::pattern("[0-9]+", "The value must be a number."));
    let text = "Enter the number of milliseconds a token is valid after being issued to a user:";
    let iat_ttl = context.input("api.openId.iatTTL", text, before("iatTTL"), number())?;
    let text = "Enter the number of milliseconds a token is valid after being authenticated:";
    let auth_ttl = context.input("api.openId.authTTL", text, before("authTTL"), number())?;
    Ok(Provider::OpenId { name, issuer, client_id, iat_ttl, auth_ttl })
}
