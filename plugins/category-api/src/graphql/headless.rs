//! The payload of `--headless`, as answers to the questions.

use amplify_sdk::{headless::Section, prelude::*};
use serde_json::{Value, json};

use super::{SERVICE, update};
use crate::error::ApiError;

/// Turns a payload into answers. `command` is `add` or `update`.
///
/// # Errors
/// A payload that does not follow the schema of version 1, or asks for what is not supported.
pub fn answers(command: &str, payload: &Value, project: &ProjectView) -> Result<JsonMap, ApiError> {
    let Section { name: section, body } = Section::of(command, payload)?;
    let at = |key: &str| format!("{section}.{key}");
    if body.get("serviceName") != Some(&json!(SERVICE)) {
        return Err(wrong(&at("serviceName"), "\"AppSync\""));
    }
    conflicts(body.get("conflictResolution"), &at("conflictResolution"))?;
    let mut answers = Answers { found: JsonMap::new(), project };
    let schema = match body.get("transformSchema") {
        None => None,
        Some(Value::String(text)) if text.contains('{') => Some(text.clone()),
        Some(_) => return Err(wrong(&at("transformSchema"), "the text of a schema")),
    };
    let default = body.get("defaultAuthType");
    let additional = body.get("additionalAuthTypes");
    if command == "update" {
        return modification(answers, schema, default, additional, section);
    }
    match body.get("apiName") {
        None => {}
        Some(Value::String(name)) => answers.set("api.name", name.clone()),
        Some(_) => return Err(wrong(&at("apiName"), "text")),
    }
    let Some(schema) = schema else { return Err(wrong(&at("transformSchema"), "the text of a schema")) };
    answers.set("api.schema.file", schema);
    answers.auth(default, additional, section)?;
    Ok(answers.found)
}

fn modification(
    mut answers: Answers<'_>,
    schema: Option<String>,
    default: Option<&Value>,
    additional: Option<&Value>,
    section: &str,
) -> Result<JsonMap, ApiError> {
    match (schema, default, additional) {
        (Some(schema), None, None) => {
            answers.set("api.update", update::SCHEMA);
            answers.set("api.schema.file", schema);
        }
        (None, Some(_), _) => {
            answers.set("api.update", update::WALKTHROUGH);
            answers.auth(default, additional, section)?;
        }
        (Some(_), ..) => {
            return Err(wrong(
                &format!("{section}.transformSchema"),
                "in a payload of its own: schema and authorization change one after the other",
            ));
        }
        (None, None, _) => {
            return Err(wrong(&format!("{section}.defaultAuthType"), "given, as `transformSchema` is not"));
        }
    }
    Ok(answers.found)
}

struct Answers<'p> {
    found: JsonMap,
    project: &'p ProjectView,
}

impl Answers<'_> {
    fn set(&mut self, key: &str, value: impl Into<Value>) {
        self.found.insert(key.into(), value.into());
    }

    fn auth(&mut self, default: Option<&Value>, additional: Option<&Value>, section: &str) -> Result<(), ApiError> {
        let at = format!("{section}.defaultAuthType");
        let default = default.ok_or_else(|| wrong(&at, "an object with a `mode`"))?;
        let mode = self.mode(default, &at)?;
        self.set("api.defaultAuth", mode);
        let at = format!("{section}.additionalAuthTypes");
        let mut modes = Vec::new();
        match additional {
            None => {}
            Some(Value::Array(list)) => {
                for (index, provider) in list.iter().enumerate() {
                    modes.push(self.mode(provider, &format!("{at}[{index}]"))?);
                }
            }
            Some(_) => return Err(wrong(&at, "a list")),
        }
        self.set("api.advanced", if modes.is_empty() { "no" } else { "yes" });
        self.set("api.conflictDetection", false);
        self.set("api.additionalAuth", modes);
        Ok(())
    }

    fn mode(&mut self, provider: &Value, at: &str) -> Result<String, ApiError> {
        let mode = provider["mode"].as_str().unwrap_or_default();
        match mode {
            "API_KEY" => self.api_key(provider, at)?,
            "AWS_IAM" => {}
            "AMAZON_COGNITO_USER_POOLS" => self.user_pool(provider, at)?,
            "OPENID_CONNECT" => {
                for (member, key) in [
                    ("openIDProviderName", "name"),
                    ("openIDIssuerURL", "issuerUrl"),
                    ("openIDClientID", "clientId"),
                    ("openIDIatTTL", "iatTTL"),
                    ("openIDAuthTTL", "authTTL"),
                ] {
                    match &provider[member] {
                        Value::Null if key == "clientId" => self.set("api.openId.clientId", ""),
                        Value::String(text) => self.set(&format!("api.openId.{key}"), text.clone()),
                        Value::Number(number) => self.set(&format!("api.openId.{key}"), number.to_string()),
                        _ => return Err(wrong(&format!("{at}.{member}"), "text")),
                    }
                }
            }
            _ => {
                let wanted = "one of API_KEY, AWS_IAM, AMAZON_COGNITO_USER_POOLS and OPENID_CONNECT";
                return Err(wrong(&format!("{at}.mode"), wanted));
            }
        }
        Ok(mode.to_owned())
    }

    fn api_key(&mut self, provider: &Value, at: &str) -> Result<(), ApiError> {
        if !provider["apiKeyExpirationDate"].is_null() {
            return Err(wrong(
                &format!("{at}.apiKeyExpirationDate"),
                "absent: `expirationTime` takes the days from now",
            ));
        }
        match &provider["expirationTime"] {
            Value::Null => {}
            Value::Number(days) if days.as_u64().is_some_and(|days| (1..=365).contains(&days)) => {
                self.set("api.apiKey.expirationDays", days.to_string());
            }
            _ => return Err(wrong(&format!("{at}.expirationTime"), "a number of days from 1 to 365")),
        }
        match &provider["keyDescription"] {
            Value::Null => self.set("api.apiKey.description", ""),
            Value::String(text) => self.set("api.apiKey.description", text.clone()),
            _ => return Err(wrong(&format!("{at}.keyDescription"), "text")),
        }
        Ok(())
    }

    fn user_pool(&mut self, provider: &Value, at: &str) -> Result<(), ApiError> {
        let pool = &provider["cognitoUserPoolId"];
        let known = self.project.resources_of_service("auth", "Cognito");
        let fits = pool.is_null() || known.iter().any(|name| *pool == format!("auth{name}") || *pool == **name);
        match fits {
            true => Ok(()),
            false => Err(wrong(&format!("{at}.cognitoUserPoolId"), "absent, or the project's own auth resource")),
        }
    }
}

fn conflicts(resolution: Option<&Value>, at: &str) -> Result<(), ApiError> {
    let Some(Value::Object(resolution)) = resolution else { return Ok(()) };
    let is_none = |strategy: &Value| strategy["type"] == "NONE";
    let default = resolution.get("defaultResolutionStrategy").is_none_or(is_none);
    let models = resolution.get("perModelResolutionStrategy").and_then(Value::as_array);
    let models = models.is_none_or(|models| models.iter().all(|model| is_none(&model["resolutionStrategy"])));
    match default && models {
        true => Ok(()),
        false => Err(wrong(at, "absent: conflict detection is not supported yet")),
    }
}

fn wrong(path: &str, wanted: &str) -> ApiError {
    ApiError::Headless { path: path.into(), wanted: wanted.into() }
}
