//! The settings of an auth resource: `parameters.json`, which is the answers to the questions and the stack's parameters.

use amplify_sdk::JsonMap;
use serde_json::{Value, json};

pub use crate::names::Names;

/// Which services users are kept in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Services {
    /// Users sign in to a user pool, and get AWS credentials from an identity pool.
    IdentityPoolAndUserPool,
    /// A user pool only.
    UserPoolOnly,
    /// An identity pool only. Nobody can choose it, but projects have it.
    IdentityPoolOnly,
}

impl Services {
    /// The value of `authSelections`.
    pub fn word(self) -> &'static str {
        match self {
            Self::IdentityPoolAndUserPool => "identityPoolAndUserPool",
            Self::UserPoolOnly => "userPoolOnly",
            Self::IdentityPoolOnly => "identityPoolOnly",
        }
    }
}

/// The settings. Unknown keys and the order of keys are kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    map: JsonMap,
}

impl Settings {
    /// Those of a project that takes every default.
    pub fn defaults(names: &Names) -> Self {
        let document = json!({
            "identityPoolName": names.identity_pool(),
            "allowUnauthenticatedIdentities": false,
            "resourceNameTruncated": names.truncated(),
            "userPoolName": names.user_pool(),
            "autoVerifiedAttributes": ["email"],
            "mfaConfiguration": "OFF",
            "mfaTypes": ["SMS Text Message"],
            "smsAuthenticationMessage": "Your authentication code is {####}",
            "smsVerificationMessage": "Your verification code is {####}",
            "emailVerificationSubject": "Your verification code",
            "emailVerificationMessage": "Your verification code is {####}",
            "defaultPasswordPolicy": false,
            "passwordPolicyMinLength": 8,
            "passwordPolicyCharacters": [],
            "requiredAttributes": ["email"],
            "userpoolClientGenerateSecret": true,
            "userpoolClientRefreshTokenValidity": 30,
            "userpoolClientWriteAttributes": ["email"],
            "userpoolClientReadAttributes": ["email"],
            "userpoolClientLambdaRole": names.client_role(),
            "userpoolClientSetAttributes": false,
            "sharedId": names.id,
            "resourceName": names.resource(),
            "authSelections": Services::IdentityPoolAndUserPool.word(),
            "authRoleArn": { "Fn::GetAtt": ["AuthRole", "Arn"] },
            "unauthRoleArn": { "Fn::GetAtt": ["UnauthRole", "Arn"] },
            "useDefault": "default",
            "userPoolGroupList": [],
            "dependsOn": []
        });
        match document {
            Value::Object(map) => Self { map },
            _ => Self::default(),
        }
    }

    /// Those of an existing resource.
    pub fn read(map: JsonMap) -> Self {
        Self { map }
    }

    /// The document to be written.
    pub fn document(&self) -> Value {
        Value::Object(self.map.clone())
    }

    /// The keys in their order, with their values.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.map.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// A text; empty where there is none.
    pub fn text(&self, key: &str) -> &str {
        self.map.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// Yes or no; no where there is neither. Some versions wrote the words instead.
    pub fn flag(&self, key: &str) -> bool {
        match self.map.get(key) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => text == "true",
            _ => false,
        }
    }

    /// A list of texts. A single text counts as a list of one.
    pub fn list(&self, key: &str) -> Vec<String> {
        match self.map.get(key) {
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(Into::into).collect(),
            Some(Value::String(text)) if !text.is_empty() => vec![text.clone()],
            _ => Vec::new(),
        }
    }

    /// A number as text; some versions wrote it as text.
    pub fn number(&self, key: &str) -> Option<String> {
        match self.map.get(key)? {
            Value::Number(number) => Some(number.to_string()),
            Value::String(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// A document that is kept as text, such as `oAuthMetadata`; null where there is none.
    pub fn nested(&self, key: &str) -> Value {
        match self.map.get(key) {
            Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
            _ => Value::Null,
        }
    }

    /// Any value.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.map.get(key)
    }

    /// Sets a value.
    pub fn set(&mut self, key: &str, value: impl Into<Value>) {
        self.map.insert(key.into(), value.into());
    }

    /// Sets a document that is kept as text.
    pub fn set_nested(&mut self, key: &str, value: &Value) {
        self.set(key, value.to_string());
    }

    /// Removes a key.
    pub fn remove(&mut self, key: &str) {
        self.map.shift_remove(key);
    }

    /// Which services users are kept in.
    pub fn services(&self) -> Services {
        match self.text("authSelections") {
            "userPoolOnly" => Services::UserPoolOnly,
            "identityPoolOnly" => Services::IdentityPoolOnly,
            _ => Services::IdentityPoolAndUserPool,
        }
    }

    /// Whether there is an identity pool.
    pub fn has_identity_pool(&self) -> bool {
        self.services() != Services::UserPoolOnly
    }

    /// Whether there is a user pool.
    pub fn has_user_pool(&self) -> bool {
        self.services() != Services::IdentityPoolOnly
    }

    /// The attributes that users sign in with; none means a user name.
    pub fn username_attributes(&self) -> Vec<String> {
        self.list("usernameAttributes")
            .iter()
            .flat_map(|text| text.split(','))
            .map(|each| each.trim().to_owned())
            .filter(|each| !each.is_empty() && each != "username")
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_each_version_wrote_them() {
        let document = json!({
            "a": "true", "b": true, "n": "6", "m": 8, "one": "email", "both": ["email, phone_number"], "usernameAttributes": "email, phone_number"
        });
        let settings = Settings::read(document.as_object().unwrap().clone());
        assert!(settings.flag("a") && settings.flag("b") && !settings.flag("absent"));
        assert_eq!(settings.number("n").as_deref(), Some("6"));
        assert_eq!(settings.number("m").as_deref(), Some("8"));
        assert_eq!(settings.list("one"), ["email"]);
        assert_eq!(settings.username_attributes(), ["email", "phone_number"]);
        assert_eq!(settings.document(), document, "nothing is lost");
    }
}
