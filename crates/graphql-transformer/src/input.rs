//! What a compilation starts from; reading files is the caller's part.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::source::Source;

/// Everything that decides what comes out.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// `schema.graphql`, or the files of `schema/` in their order.
    pub sources: Vec<Source>,
    /// `transform.conf.json`; `None` when the file is missing.
    pub configuration: Option<Value>,
    /// How clients prove who they are.
    pub auth: AuthConfig,
    /// `parameters.json`.
    pub parameters: Map<String, Value>,
    /// The user's own templates and stacks.
    pub overrides: Overrides,
    /// The build that is deployed, when there is one.
    pub previous: Option<Previous>,
    /// Seconds since 1970, from which the life of an API key counts.
    pub now: u64,
    /// The key as it is deployed; `None` makes one that lives from now on.
    pub key: Option<ApiKey>,
}

/// An API key in a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its logical id. Another one makes another key.
    pub id: String,
    /// Seconds since 1970 at which it expires.
    pub expires: u64,
}

impl ApiKey {
    /// The logical id of the first key.
    pub const ID: &'static str = "GraphQLAPIKey";

    /// Finds the key in the root template of a build.
    pub fn of(template: &Value) -> Option<Self> {
        let resources = template.get("Resources")?.as_object()?;
        let of_type = |body: &Value| body.get("Type").is_some_and(|kind| kind == "AWS::AppSync::ApiKey");
        let (id, body) = resources.iter().find(|(_, body)| of_type(body))?;
        let expires = body.pointer("/Properties/Expires")?;
        let expires = expires.pointer("/Fn::If/2").unwrap_or(expires).as_u64()?;
        Some(Self { id: id.clone(), expires })
    }
}

/// Files that replace generated ones of the same name, or come in addition.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `resolvers/`: file name → text.
    pub resolvers: BTreeMap<String, String>,
    /// `pipelineFunctions/`: file name → text.
    pub pipeline_functions: BTreeMap<String, String>,
    /// `stacks/`: file name → text.
    pub stacks: BTreeMap<String, String>,
    /// `functions/`: file name → archive.
    pub functions: BTreeMap<String, Vec<u8>>,
}

/// Templates of the deployed build.
#[derive(Debug, Clone, Default)]
pub struct Previous {
    /// `build/cloudformation-template.json`.
    pub root: Value,
    /// `build/stacks/`: name without `.json` → template.
    pub stacks: BTreeMap<String, Value>,
}

/// A way in which clients prove who they are.
#[derive(Debug, Clone, PartialEq)]
pub enum AuthMode {
    /// A key that expires after 1 to 365 days.
    ApiKey {
        days: u32,
    },
    Iam,
    UserPools,
    Oidc {
        issuer: String,
        client_id: Option<String>,
        iat_ttl: Option<u64>,
        auth_ttl: Option<u64>,
    },
}

impl AuthMode {
    /// As the service spells it.
    pub fn service_name(&self) -> &'static str {
        match self {
            Self::ApiKey { .. } => "API_KEY",
            Self::Iam => "AWS_IAM",
            Self::UserPools => "AMAZON_COGNITO_USER_POOLS",
            Self::Oidc { .. } => "OPENID_CONNECT",
        }
    }

    /// Reads one provider of `authConfig`; `None` when it has no known type.
    pub fn from_value(value: &Value) -> Option<Self> {
        let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
        match value.get("authenticationType")?.as_str()? {
            "API_KEY" => {
                let days = value.pointer("/apiKeyConfig/apiKeyExpirationDays").and_then(number).unwrap_or(7);
                Some(Self::ApiKey { days: u32::try_from(days.clamp(1, 365)).unwrap_or(7) })
            }
            "AWS_IAM" => Some(Self::Iam),
            "AMAZON_COGNITO_USER_POOLS" => Some(Self::UserPools),
            "OPENID_CONNECT" => {
                let settings = value.get("openIDConnectConfig").cloned().unwrap_or_default();
                Some(Self::Oidc {
                    issuer: settings.get("issuerUrl").and_then(Value::as_str).unwrap_or_default().to_owned(),
                    client_id: settings.get("clientId").and_then(Value::as_str).map(str::to_owned),
                    iat_ttl: settings.get("iatTTL").and_then(number),
                    auth_ttl: settings.get("authTTL").and_then(number),
                })
            }
            _ => None,
        }
    }
}

/// The default mode and those besides it.
#[derive(Debug, Clone, PartialEq)]
pub struct AuthConfig {
    pub default: AuthMode,
    pub additional: Vec<AuthMode>,
}

impl Default for AuthConfig {
    fn default() -> Self {
        Self { default: AuthMode::ApiKey { days: 7 }, additional: Vec::new() }
    }
}

impl AuthConfig {
    /// Reads the `authConfig` that the project records among the API's outputs.
    pub fn from_value(value: &Value) -> Option<Self> {
        let additional = value.get("additionalAuthenticationProviders").and_then(Value::as_array);
        Some(Self {
            default: AuthMode::from_value(value.get("defaultAuthentication")?)?,
            additional: additional.into_iter().flatten().filter_map(AuthMode::from_value).collect(),
        })
    }

    /// The default mode first.
    pub fn modes(&self) -> impl Iterator<Item = &AuthMode> {
        std::iter::once(&self.default).chain(&self.additional)
    }

    /// How long an API key lives, when the API has one.
    pub fn api_key_days(&self) -> Option<u32> {
        self.modes().find_map(|mode| match mode {
            AuthMode::ApiKey { days } => Some(*days),
            _ => None,
        })
    }
}

impl Input {
    /// The format of generated names: 5 for new APIs, 4 for a configuration file that states none.
    pub fn version(&self) -> u64 {
        match &self.configuration {
            None => 5,
            Some(file) => file.get("Version").and_then(Value::as_u64).unwrap_or(4),
        }
    }

    /// The key that the template holds.
    pub(crate) fn api_key(&self) -> ApiKey {
        self.key.clone().unwrap_or_else(|| ApiKey {
            id: ApiKey::ID.to_owned(),
            expires: self.now + u64::from(self.auth.api_key_days().unwrap_or(7)) * 86_400,
        })
    }

    /// The user's placement of resources: logical id → stack.
    pub fn stack_mapping(&self) -> Option<&Map<String, Value>> {
        self.configuration.as_ref()?.get("StackMapping")?.as_object()
    }
}
