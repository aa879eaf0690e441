//! What is deployed: pools with their clients and groups, as the templates have them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// A deployed resource, of any type.
#[derive(Clone, Copy, Debug)]
pub struct Resource<'r> {
    /// CloudFormation type.
    pub resource_type: &'r str,
    /// What it is called in its service.
    pub physical_id: &'r str,
    /// Its evaluated properties.
    pub properties: &'r Value,
    /// Its attributes.
    pub attributes: &'r Map<String, Value>,
}

/// The pools of an environment.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    pub(crate) region: String,
    pub(crate) account_id: String,
    pub(crate) pools: BTreeMap<String, Pool>,
    pub(crate) identity_pools: BTreeMap<String, IdentityPool>,
}

/// A user pool.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pool {
    pub(crate) id: String,
    pub(crate) arn: String,
    pub(crate) issuer: String,
    pub(crate) properties: Value,
    pub(crate) clients: BTreeMap<String, Client>,
    /// Properties by name.
    pub(crate) groups: BTreeMap<String, Value>,
}

/// A client of a user pool.
#[derive(Clone, Debug, Default)]
pub(crate) struct Client {
    pub(crate) id: String,
    pub(crate) secret: Option<String>,
    pub(crate) properties: Value,
}

/// An identity pool.
#[derive(Clone, Debug, Default)]
pub(crate) struct IdentityPool {
    pub(crate) id: String,
    pub(crate) properties: Value,
    /// The properties of its role attachment.
    pub(crate) roles: Value,
}

impl Directory {
    /// The directory of some resources; types that are no business of it are passed over.
    pub fn new<'r>(region: &str, account_id: &str, resources: impl IntoIterator<Item = Resource<'r>>) -> Self {
        let mut directory = Self { region: region.to_owned(), account_id: account_id.to_owned(), ..Self::default() };
        let resources: Vec<Resource<'_>> = resources.into_iter().collect();
        for resource in &resources {
            directory.add_pool(resource);
        }
        for resource in &resources {
            directory.add_part(resource);
        }
        directory
    }

    /// Whether there is no pool.
    pub fn is_empty(&self) -> bool {
        self.pools.is_empty() && self.identity_pools.is_empty()
    }

    /// The pool of a client, with the client.
    pub(crate) fn client(&self, id: &str) -> Option<(&Pool, &Client)> {
        self.pools.values().find_map(|pool| Some((pool, pool.clients.get(id)?)))
    }

    fn add_pool(&mut self, resource: &Resource<'_>) {
        let (id, properties) = (resource.physical_id.to_owned(), resource.properties.clone());
        match resource.resource_type {
            "AWS::Cognito::UserPool" => {
                let (region, account) = (&self.region, &self.account_id);
                let pool = Pool {
                    arn: format!("arn:aws:cognito-idp:{region}:{account}:userpool/{id}"),
                    issuer: format!("https://cognito-idp.{region}.amazonaws.com/{id}"),
                    id: id.clone(),
                    properties,
                    ..Pool::default()
                };
                self.pools.insert(id, pool);
            }
            "AWS::Cognito::IdentityPool" => {
                let pool = IdentityPool { id: id.clone(), properties, ..IdentityPool::default() };
                self.identity_pools.insert(id, pool);
            }
            _ => {}
        }
    }

    fn add_part(&mut self, resource: &Resource<'_>) {
        let properties = resource.properties;
        let pool =
            |pools: &mut BTreeMap<String, Pool>| pools.remove(text(properties, "UserPoolId").unwrap_or_default());
        match resource.resource_type {
            "AWS::Cognito::UserPoolClient" => {
                let Some(mut pool) = pool(&mut self.pools) else { return };
                let secret = resource.attributes.get("ClientSecret").and_then(Value::as_str);
                let client = Client {
                    id: resource.physical_id.to_owned(),
                    secret: secret.filter(|_| flag(properties, "GenerateSecret")).map(str::to_owned),
                    properties: properties.clone(),
                };
                pool.clients.insert(client.id.clone(), client);
                self.pools.insert(pool.id.clone(), pool);
            }
            "AWS::Cognito::UserPoolGroup" => {
                let Some(mut pool) = pool(&mut self.pools) else { return };
                if let Some(name) = text(properties, "GroupName") {
                    pool.groups.insert(name.to_owned(), properties.clone());
                }
                self.pools.insert(pool.id.clone(), pool);
            }
            "AWS::Cognito::IdentityPoolRoleAttachment" => {
                let id = text(properties, "IdentityPoolId").unwrap_or_default();
                if let Some(pool) = self.identity_pools.get_mut(id) {
                    pool.roles = properties.clone();
                }
            }
            _ => {}
        }
    }
}

impl Pool {
    pub(crate) fn list(&self, key: &str) -> Vec<&str> {
        texts(&self.properties, key)
    }

    /// Whether people sign in with an address instead of a name.
    pub(crate) fn names_are(&self, attribute: &str) -> bool {
        self.list("UsernameAttributes").contains(&attribute)
    }

    /// Attributes by which a user is found besides the name.
    pub(crate) fn aliases(&self) -> Vec<&str> {
        let mut aliases = self.list("AliasAttributes");
        aliases.extend(self.list("UsernameAttributes"));
        aliases
    }

    /// A name as it is compared.
    pub(crate) fn folded(&self, name: &str) -> String {
        let sensitive = self.properties.get("UsernameConfiguration").is_none_or(|value| flag(value, "CaseSensitive"));
        if sensitive { name.to_owned() } else { name.to_lowercase() }
    }

    pub(crate) fn mfa(&self) -> &str {
        text(&self.properties, "MfaConfiguration").unwrap_or("OFF")
    }

    /// Whether the second factor may be of this kind: `SMS_MFA` or `SOFTWARE_TOKEN_MFA`.
    pub(crate) fn takes_mfa(&self, kind: &str) -> bool {
        let kinds = self.list("EnabledMfas");
        self.mfa() != "OFF" && if kinds.is_empty() { kind == "SMS_MFA" } else { kinds.contains(&kind) }
    }

    /// The function of a trigger.
    pub(crate) fn function(&self, trigger: &str) -> Option<&str> {
        let functions = self.properties.get("LambdaConfig")?;
        if trigger == "PreTokenGeneration"
            && let Some(config) = functions.get("PreTokenGenerationConfig")
        {
            return text(config, "LambdaArn");
        }
        text(functions, trigger).filter(|arn| !arn.is_empty())
    }
}

impl Client {
    /// Whether the client may sign in this way.
    pub(crate) fn allows(&self, flow: &str) -> bool {
        let flows = texts(&self.properties, "ExplicitAuthFlows");
        if flows.is_empty() {
            return ["USER_SRP_AUTH", "CUSTOM_AUTH", "REFRESH_TOKEN_AUTH"].contains(&flow);
        }
        let old_names = flows.iter().any(|name| !name.starts_with("ALLOW_"));
        let by_new_name = flows.iter().any(|name| name.strip_prefix("ALLOW_") == Some(flow));
        let by_old_name = match flow {
            "ADMIN_USER_PASSWORD_AUTH" => flows.contains(&"ADMIN_NO_SRP_AUTH"),
            "CUSTOM_AUTH" => flows.contains(&"CUSTOM_AUTH_FLOW_ONLY"),
            // With the old names these two need not be named.
            "USER_SRP_AUTH" => old_names && !flows.contains(&"CUSTOM_AUTH_FLOW_ONLY"),
            "REFRESH_TOKEN_AUTH" => old_names,
            other => flows.contains(&other),
        };
        by_new_name || by_old_name
    }

    pub(crate) fn hides_users(&self) -> bool {
        text(&self.properties, "PreventUserExistenceErrors") == Some("ENABLED")
    }

    /// How long a token is good for, in seconds.
    pub(crate) fn validity(&self, token: &str) -> u64 {
        let unit = self.properties.get("TokenValidityUnits").and_then(|units| text(units, token));
        let (default_unit, default) = if token == "RefreshToken" { ("days", 30) } else { ("hours", 1) };
        let seconds = match unit.unwrap_or(default_unit) {
            "seconds" => 1,
            "minutes" => crate::clock::MINUTE,
            "hours" => crate::clock::HOUR,
            _ => crate::clock::DAY,
        };
        match number(&self.properties, &format!("{token}Validity")) {
            Some(count) if count > 0 => count.saturating_mul(seconds),
            _ if token == "RefreshToken" => default * crate::clock::DAY,
            _ => default * crate::clock::HOUR,
        }
    }

    /// Whether the client may read or write an attribute.
    pub(crate) fn may(&self, list: &str, attribute: &str) -> bool {
        let names = texts(&self.properties, list);
        names.is_empty() || names.contains(&attribute)
    }
}

/// A text property.
pub(crate) fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key).and_then(Value::as_str)
}

/// A property that is yes or no, which parameters may have made a text of.
pub(crate) fn flag(value: &Value, key: &str) -> bool {
    match value.get(key) {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

/// A number, which parameters may have made a text of.
pub(crate) fn number(value: &Value, key: &str) -> Option<u64> {
    let value = value.get(key)?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// A list of texts.
pub(crate) fn texts<'v>(value: &'v Value, key: &str) -> Vec<&'v str> {
    value.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn client(properties: Value) -> Client {
        Client { properties, ..Client::default() }
    }

    #[test]
    fn flows_have_old_and_new_names() {
        let all =
            ["USER_SRP_AUTH", "USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "CUSTOM_AUTH", "REFRESH_TOKEN_AUTH"];
        for (flows, allowed) in [
            (json!([]), vec!["USER_SRP_AUTH", "CUSTOM_AUTH", "REFRESH_TOKEN_AUTH"]),
            (json!(["ALLOW_USER_PASSWORD_AUTH"]), vec!["USER_PASSWORD_AUTH"]),
            (json!(["ADMIN_NO_SRP_AUTH"]), vec!["USER_SRP_AUTH", "ADMIN_USER_PASSWORD_AUTH", "REFRESH_TOKEN_AUTH"]),
            (json!(["CUSTOM_AUTH_FLOW_ONLY"]), vec!["CUSTOM_AUTH", "REFRESH_TOKEN_AUTH"]),
        ] {
            let client = client(json!({ "ExplicitAuthFlows": flows }));
            let found: Vec<&str> = all.into_iter().filter(|flow| client.allows(flow)).collect();
            assert_eq!(found, allowed, "{flows}");
        }
    }

    #[test]
    fn tokens_last_as_their_units_say() {
        assert_eq!(client(json!({})).validity("AccessToken"), 3600);
        assert_eq!(client(json!({ "RefreshTokenValidity": "10" })).validity("RefreshToken"), 864_000);
        let units = json!({ "IdTokenValidity": 5, "TokenValidityUnits": { "IdToken": "minutes" } });
        assert_eq!(client(units).validity("IdToken"), 300);
    }
}
