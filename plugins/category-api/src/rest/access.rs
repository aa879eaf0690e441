//! Who may call a path, and with which methods.

use amplify_sdk::JsonMap;
pub use amplify_sdk::operation::Operation;
use serde::{Deserialize, Serialize};

/// The methods that an operation stands for, as `api-params.json` has them.
pub fn methods(operation: Operation) -> &'static [&'static str] {
    match operation {
        Operation::Create => &["/POST"],
        Operation::Read => &["/GET"],
        Operation::Update => &["/PUT", "/PATCH"],
        Operation::Delete => &["/DELETE"],
    }
}

/// HTTP methods, each with a slash before it, as `api-params.json` has them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Methods(#[serde(deserialize_with = "listed_or_lettered")] pub Vec<String>);

impl Methods {
    /// The methods of some operations, in the order of the choices.
    pub fn from_words<S: AsRef<str>>(words: &[S]) -> Self {
        let chosen =
            Operation::ALL.into_iter().filter(|operation| words.iter().any(|w| w.as_ref() == operation.word()));
        Self(chosen.flat_map(methods).map(|method| (*method).to_owned()).collect())
    }

    /// The operations all of whose methods are among them.
    pub fn words(&self) -> Vec<String> {
        let has = |method: &&&str| self.0.iter().any(|present| present == **method);
        let whole = Operation::ALL.into_iter().filter(|operation| methods(*operation).iter().all(|m| has(&m)));
        whole.map(|operation| operation.word().to_owned()).collect()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Old projects have `r` and `rw` in place of a list.
fn listed_or_lettered<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Form {
        List(Vec<String>),
        Letters(String),
    }
    match Form::deserialize(deserializer)? {
        Form::List(methods) => Ok(methods),
        Form::Letters(letters) => match letters.as_str() {
            "r" => Ok(Methods::from_words(&["read"]).0),
            "rw" => Ok(["/POST", "/GET", "/PUT", "/PATCH", "/DELETE"].map(str::to_owned).to_vec()),
            other => Err(serde::de::Error::custom(format!("`{other}` stands for no methods"))),
        },
    }
}

/// Who may call a path.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Privacy {
    /// Everybody, without signing anything.
    #[serde(skip_serializing_if = "is_false")]
    pub open: bool,
    /// People who have signed in.
    #[serde(skip_serializing_if = "is_false")]
    pub private: bool,
    /// People who have signed in, and guests.
    #[serde(skip_serializing_if = "is_false")]
    pub protected: bool,
    /// What people who have signed in may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth: Option<Methods>,
    /// What guests may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unauth: Option<Methods>,
    /// What members of groups may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_pool_groups: Option<GroupMethods>,
    /// What other versions record.
    #[serde(flatten)]
    pub other: JsonMap,
}

/// Groups with their methods, in the order in which they were chosen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GroupMethods(pub Vec<(String, Methods)>);

impl Serialize for GroupMethods {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(group, methods)| (group, methods)))
    }
}

impl<'de> Deserialize<'de> for GroupMethods {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let map = JsonMap::deserialize(deserializer)?;
        let read = |(group, methods): (String, serde_json::Value)| {
            Methods::deserialize(methods).map(|methods| (group, methods)).map_err(serde::de::Error::custom)
        };
        map.into_iter().map(read).collect::<Result<_, _>>().map(Self)
    }
}

impl Privacy {
    /// Access for everybody.
    pub fn open() -> Self {
        Self { open: true, ..Self::default() }
    }

    /// The groups with access.
    pub fn groups(&self) -> &[(String, Methods)] {
        self.user_pool_groups.as_ref().map_or(&[], |groups| &groups.0)
    }

    /// What people who have signed in may do, if anything.
    pub fn signed_in(&self) -> Option<&Methods> {
        self.auth.as_ref().filter(|methods| !methods.is_empty())
    }

    /// What guests may do, if anything.
    pub fn guests(&self) -> Option<&Methods> {
        self.unauth.as_ref().filter(|methods| !methods.is_empty())
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_false(value: &bool) -> bool {
    !*value
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn updating_needs_both_of_its_methods() {
        let methods = Methods::from_words(&["update", "create"]);
        assert_eq!(methods.0, ["/POST", "/PUT", "/PATCH"]);
        assert_eq!(methods.words(), ["create", "update"]);
        assert_eq!(Methods(vec!["/PUT".into(), "/GET".into()]).words(), ["read"]);
    }

    #[test]
    fn what_is_recorded_is_read_back_and_written_alike() {
        for document in [
            json!({ "open": true }),
            json!({ "private": true, "auth": ["/GET"] }),
            json!({ "protected": true, "auth": ["/POST"], "unauth": ["/GET"], "userPoolGroups": { "Z": ["/GET"], "A": [] } }),
            json!({ "private": true, "auth": ["/GET"], "later": 1 }),
        ] {
            let privacy: Privacy = serde_json::from_value(document.clone()).unwrap();
            assert_eq!(serde_json::to_string(&privacy).unwrap(), document.to_string());
        }
        let old: Privacy = serde_json::from_value(json!({ "private": true, "auth": "rw", "unauth": "r" })).unwrap();
        assert_eq!(old.auth.unwrap().words(), ["create", "read", "update", "delete"]);
        assert_eq!(old.unauth.unwrap().words(), ["read"]);
        assert!(serde_json::from_value::<Privacy>(json!({ "auth": "x" })).is_err());
    }
}
