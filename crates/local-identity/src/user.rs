//! A user, as it is kept and as it is told.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{codes::Code, password::Password};

/// Where a user stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
    Unconfirmed,
    Confirmed,
    ResetRequired,
    ForceChangePassword,
}

impl Status {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Status::Unconfirmed => "UNCONFIRMED",
            Status::Confirmed => "CONFIRMED",
            Status::ResetRequired => "RESET_REQUIRED",
            Status::ForceChangePassword => "FORCE_CHANGE_PASSWORD",
        }
    }
}

/// A user of a pool.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    /// What the pool calls the user; a UUID where people sign in with an address.
    pub(crate) name: String,
    pub(crate) sub: String,
    pub(crate) status: Status,
    pub(crate) enabled: bool,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) made: u64,
    pub(crate) changed: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) password: Option<Password>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) groups: BTreeSet<String>,
    /// Codes sent and not used yet, by purpose.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) codes: BTreeMap<String, Code>,
    #[serde(default)]
    pub(crate) factors: Factors,
}

/// A user's second factors.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Factors {
    /// The secret of the authenticator app, once it is verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) secret: Option<String>,
    /// The secret that waits to be verified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) new_secret: Option<String>,
    /// The last step of time whose code was used.
    #[serde(default)]
    pub(crate) used: u64,
    #[serde(default)]
    pub(crate) app: bool,
    #[serde(default)]
    pub(crate) sms: bool,
    /// `SOFTWARE_TOKEN_MFA` or `SMS_MFA`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) preferred: Option<String>,
}

impl User {
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    pub(crate) fn verified(&self, name: &str) -> bool {
        self.attribute(&format!("{name}_verified")) == Some("true")
    }

    /// All attributes, those that the pool keeps itself included.
    pub(crate) fn all_attributes(&self) -> BTreeMap<String, String> {
        let mut all = self.attributes.clone();
        all.insert("sub".into(), self.sub.clone());
        all
    }

    /// The attributes as the API lists them.
    pub(crate) fn listed(&self, wanted: impl Fn(&str) -> bool) -> Vec<Value> {
        let mut listed = vec![json!({ "Name": "sub", "Value": self.sub })];
        let named = self.attributes.iter().filter(|(name, _)| wanted(name));
        listed.extend(named.map(|(name, value)| json!({ "Name": name, "Value": value })));
        listed
    }

    /// The user as in a list of users.
    pub(crate) fn document(&self, attributes: &str, wanted: impl Fn(&str) -> bool) -> Value {
        json!({
            "Username": self.name,
            attributes: self.listed(wanted),
            "UserCreateDate": self.made,
            "UserLastModifiedDate": self.changed,
            "Enabled": self.enabled,
            "UserStatus": self.status.name(),
        })
    }

    /// The second factors that are on, as the API names them.
    pub(crate) fn factor_names(&self) -> Vec<&'static str> {
        let all = [(self.factors.sms, "SMS_MFA"), (self.factors.app, "SOFTWARE_TOKEN_MFA")];
        all.into_iter().filter(|(on, _)| *on).map(|(_, name)| name).collect()
    }
}
