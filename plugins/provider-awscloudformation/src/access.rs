//! How an environment finds its credentials: what `--providers` says, and what `local-aws-info.json` keeps of it.

use std::path::PathBuf;

use amplify_sdk::JsonMap;
use serde_json::{Value, json};

use crate::{access_error::AccessError, error::Error, keys::KeyPair, machine::Machine};

/// Where credentials come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// The SDK's own chain: environment, profile `default`, web identity, container, instance.
    Chain,
    /// One profile of the shared configuration, whatever the environment says.
    Profile(String),
    /// A file with a key pair, as the original keeps it below the home folder.
    KeyFile(PathBuf),
    /// A key pair that is not kept yet.
    Keys(KeyPair),
}

impl Access {
    /// Reads the provider's part of `--providers`; `None` if it does not speak of credentials.
    pub fn from_options(options: &JsonMap) -> Result<Option<Self>, Error> {
        let general = text(options, "configLevel")?.is_some_and(|level| level == "general");
        let use_profile = match options.get("useProfile") {
            None => None,
            Some(Value::Bool(wanted)) => Some(*wanted),
            Some(_) => return Err(Error::Option { key: "useProfile", wanted: "true or false" }),
        };
        let keys = options.contains_key("accessKeyId") || options.contains_key("secretAccessKey");
        Ok(match (general, use_profile, text(options, "profileName")?) {
            (true, ..) => Some(Self::Chain),
            (false, Some(false), _) => Some(Self::Keys(key_pair(options)?)),
            (false, None, None) if keys => Some(Self::Keys(key_pair(options)?)),
            (false, None, None) => None,
            (false, _, Some(name)) => Some(Self::Profile(name.to_owned())),
            (false, Some(true), None) => Some(Self::Profile("default".to_owned())),
        })
    }

    /// Reads the environment's entry of `local-aws-info.json`; none means the chain.
    pub fn from_local(local: &Value) -> Result<Self, AccessError> {
        let entry = match local {
            Value::Null => return Ok(Self::Chain),
            Value::Object(entry) if entry.is_empty() => return Ok(Self::Chain),
            Value::Object(entry) => entry,
            _ => return Err(AccessError::LocalInfo),
        };
        match entry.get("configLevel").and_then(Value::as_str) {
            Some("general") => return Ok(Self::Chain),
            Some("project") => {}
            _ => return Err(AccessError::LocalInfo),
        }
        let text = |key: &str| entry.get(key).and_then(Value::as_str).ok_or(AccessError::LocalInfo);
        match entry.get("useProfile").and_then(Value::as_bool) {
            Some(true) => text("profileName").map(|name| Self::Profile(name.to_owned())),
            Some(false) => text("awsConfigFilePath").map(|path| Self::KeyFile(path.into())),
            None => Err(AccessError::LocalInfo),
        }
    }

    /// The region that is kept with the keys.
    pub fn region(&self) -> Result<Option<String>, AccessError> {
        let pair = match self {
            Self::KeyFile(file) => KeyPair::read(file)?,
            Self::Keys(pair) => pair.clone(),
            Self::Chain | Self::Profile(_) => return Ok(None),
        };
        Ok(Some(pair.region).filter(|region| !region.is_empty()))
    }

    /// What `local-aws-info.json` keeps. A key pair goes into a file of the user's own first: a new one, or the one that
    /// it replaces.
    pub fn keep(self, machine: &Machine, before: Option<&Self>) -> Result<Value, Error> {
        Ok(match self {
            Self::Chain => json!({ "configLevel": "general" }),
            Self::Profile(name) => json!({ "configLevel": "project", "useProfile": true, "profileName": name }),
            Self::KeyFile(path) => json!({ "configLevel": "project", "useProfile": false, "awsConfigFilePath": path }),
            Self::Keys(pair) => {
                let instead = match before {
                    Some(Self::KeyFile(file)) => Some(file.as_path()),
                    _ => None,
                };
                return Self::KeyFile(pair.keep(machine, instead)?).keep(machine, None);
            }
        })
    }
}

/// The keys among the options.
pub(crate) fn key_pair(options: &JsonMap) -> Result<KeyPair, Error> {
    let wanted = |key| Ok::<_, Error>(text(options, key)?.ok_or(AccessError::KeyMissing { key })?.to_owned());
    let pair = KeyPair {
        access_key_id: wanted("accessKeyId")?,
        secret_access_key: wanted("secretAccessKey")?,
        region: text(options, "region")?.unwrap_or_default().to_owned(),
    };
    pair.check()?;
    Ok(pair)
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

    const ID: &str = "AKIAI44QH8DHBEXAMPLE";
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    fn given(options: &Value) -> Result<Option<Access>, Error> {
        Access::from_options(options.as_object().unwrap())
    }

    #[test]
    fn options_name_a_profile_or_leave_it_open() {
        assert_eq!(given(&json!({})).unwrap(), None);
        assert_eq!(given(&json!({ "region": "eu-west-1" })).unwrap(), None);
        assert_eq!(given(&json!({ "configLevel": "general", "profileName": "x" })).unwrap(), Some(Access::Chain));
        let work = Some(Access::Profile("work".into()));
        assert_eq!(given(&json!({ "profileName": "work" })).unwrap(), work);
        let whole = json!({ "configLevel": "project", "useProfile": true, "profileName": "work" });
        assert_eq!(given(&whole).unwrap(), work);
        assert_eq!(given(&json!({ "useProfile": true })).unwrap(), Some(Access::Profile("default".into())));
    }

    #[test]
    fn keys_come_as_a_pair_and_are_never_repeated() {
        let pair = KeyPair { access_key_id: ID.into(), secret_access_key: SECRET.into(), region: "eu-west-1".into() };
        let mut options = json!({ "accessKeyId": ID, "secretAccessKey": SECRET, "region": "eu-west-1" });
        assert_eq!(given(&options).unwrap(), Some(Access::Keys(pair)));
        options["useProfile"] = json!(false);
        assert!(matches!(given(&options).unwrap(), Some(Access::Keys(_))));
        assert_eq!(given(&json!({ "useProfile": false })).unwrap_err().code(), "key-missing");
        assert_eq!(given(&json!({ "secretAccessKey": SECRET })).unwrap_err().code(), "key-missing");
        for (key, wrong) in [("accessKeyId", "<YOUR_ACCESS_KEY_ID>"), ("secretAccessKey", "hush")] {
            let mut options = options.clone();
            options[key] = json!(wrong);
            let error = given(&options).unwrap_err();
            assert_eq!(error.code(), "key-form");
            let shown = format!("{error} {error:?}");
            let shown = format!("{shown} {:?}", amplify_sdk::error::PluginError::from(error));
            assert!(!shown.contains("hush") && !shown.contains(SECRET) && !shown.contains(ID), "{shown}");
        }
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
        let machine = Machine::with(&[]);
        for access in [Access::Chain, Access::Profile("work".into()), Access::KeyFile("/home/u/.amplify/k".into())] {
            let kept = access.clone().keep(&machine, None).unwrap();
            assert_eq!(Access::from_local(&kept).unwrap(), access);
        }
        assert_eq!(Access::from_local(&Value::Null).unwrap(), Access::Chain);
        for broken in
            [json!([]), json!({ "useProfile": true }), json!({ "configLevel": "project", "useProfile": true })]
        {
            assert_eq!(Access::from_local(&broken).unwrap_err().code(), "local-aws-info");
        }
    }

    #[test]
    fn keys_are_kept_outside_of_the_project() {
        let home = tempfile::tempdir().unwrap();
        let machine = Machine::with(&[("HOME", home.path().to_str().unwrap())]);
        let pair = |secret: &str| Access::Keys(KeyPair { secret_access_key: secret.into(), ..KeyPair::default() });
        let local = pair("one").keep(&machine, None).unwrap();
        assert!(!local.to_string().contains("one"));
        let before = Access::from_local(&local).unwrap();
        assert_eq!(pair("two").keep(&machine, Some(&before)).unwrap(), local, "the file is used again");
    }
}
