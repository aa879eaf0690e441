//! How an environment finds its credentials: what `--providers` says, and what `local-aws-info.json` keeps of it.

use std::path::PathBuf;

use amplify_sdk::JsonMap;
use serde_json::{Value, json};

use crate::error::Error;

/// Where credentials come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// The SDK's own chain: environment, profile `default`, web identity, container, instance.
    Chain,
    /// One profile of the shared configuration, whatever the environment says.
    Profile(String),
    /// A file with a key pair, as the original keeps it below the home folder.
    KeyFile(PathBuf),
}

impl Access {
    /// Reads the provider's part of `--providers`.
    pub fn from_options(options: &JsonMap) -> Result<Self, Error> {
        if options.contains_key("accessKeyId") || options.contains_key("secretAccessKey") {
            return Err(Error::KeysNotKept);
        }
        let general = text(options, "configLevel")?.is_some_and(|level| level == "general");
        let use_profile = match options.get("useProfile") {
            None => None,
            Some(Value::Bool(wanted)) => Some(*wanted),
            Some(_) => return Err(Error::Option { key: "useProfile", wanted: "true or false" }),
        };
        Ok(match (general, use_profile, text(options, "profileName")?) {
            (true, ..) | (false, None, None) => Self::Chain,
            (false, Some(false), _) => return Err(Error::KeysNotKept),
            (false, _, Some(name)) => Self::Profile(name.to_owned()),
            (false, Some(true), None) => Self::Profile("default".to_owned()),
        })
    }

    /// Reads the environment's entry of `local-aws-info.json`; none means the chain.
    pub fn from_local(local: &Value) -> Result<Self, Error> {
        let entry = match local {
            Value::Null => return Ok(Self::Chain),
            Value::Object(entry) if entry.is_empty() => return Ok(Self::Chain),
            Value::Object(entry) => entry,
            _ => return Err(Error::LocalInfo),
        };
        match entry.get("configLevel").and_then(Value::as_str) {
            Some("general") => return Ok(Self::Chain),
            Some("project") => {}
            _ => return Err(Error::LocalInfo),
        }
        let text = |key: &str| entry.get(key).and_then(Value::as_str);
        match entry.get("useProfile").and_then(Value::as_bool) {
            Some(true) => text("profileName").map(|name| Self::Profile(name.to_owned())).ok_or(Error::LocalInfo),
            Some(false) => text("awsConfigFilePath").map(|path| Self::KeyFile(path.into())).ok_or(Error::LocalInfo),
            None => Err(Error::LocalInfo),
        }
    }

    /// What `local-aws-info.json` keeps.
    pub fn local(&self) -> Value {
        match self {
            Self::Chain => json!({ "configLevel": "general" }),
            Self::Profile(name) => json!({ "configLevel": "project", "useProfile": true, "profileName": name }),
            Self::KeyFile(path) => json!({ "configLevel": "project", "useProfile": false, "awsConfigFilePath": path }),
        }
    }
}

/// A text among the options.
pub(crate) fn text<'o>(options: &'o JsonMap, key: &'static str) -> Result<Option<&'o str>, Error> {
    match options.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Error::Option { key, wanted: "a text" }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(options: &Value) -> Result<Access, Error> {
        Access::from_options(options.as_object().unwrap())
    }

    #[test]
    fn options_name_a_profile_or_leave_it_to_the_chain() {
        assert_eq!(given(&json!({})).unwrap(), Access::Chain);
        assert_eq!(given(&json!({ "region": "eu-west-1" })).unwrap(), Access::Chain);
        assert_eq!(given(&json!({ "configLevel": "general", "profileName": "x" })).unwrap(), Access::Chain);
        assert_eq!(given(&json!({ "profileName": "work" })).unwrap(), Access::Profile("work".into()));
        let whole = json!({ "configLevel": "project", "useProfile": true, "profileName": "work" });
        assert_eq!(given(&whole).unwrap(), Access::Profile("work".into()));
        assert_eq!(given(&json!({ "useProfile": true })).unwrap(), Access::Profile("default".into()));
    }

    #[test]
    fn keys_are_refused_and_never_repeated() {
        let options = json!({ "useProfile": false, "accessKeyId": "AKIAX", "secretAccessKey": "hush" });
        let error = given(&options).unwrap_err();
        assert_eq!(error.code(), "keys-not-kept");
        assert!(!format!("{error} {:?}", error.hints()).contains("hush"));
    }

    #[test]
    fn an_option_of_the_wrong_kind_is_named() {
        for (options, key) in
            [(json!({ "useProfile": "yes" }), "useProfile"), (json!({ "profileName": 1 }), "profileName")]
        {
            assert!(given(&options).unwrap_err().to_string().contains(key));
        }
    }

    #[test]
    fn what_is_kept_is_read_back() {
        for access in [Access::Chain, Access::Profile("work".into()), Access::KeyFile("/home/u/.amplify/k".into())] {
            assert_eq!(Access::from_local(&access.local()).unwrap(), access);
        }
        assert_eq!(Access::from_local(&Value::Null).unwrap(), Access::Chain);
        for broken in
            [json!([]), json!({ "useProfile": true }), json!({ "configLevel": "project", "useProfile": true })]
        {
            assert_eq!(Access::from_local(&broken).unwrap_err().code(), "local-aws-info");
        }
    }
}
