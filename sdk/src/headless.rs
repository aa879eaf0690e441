//! Payloads of `--headless` in a form of the plugin's own, as the original CLI has them: a version, and a section that says
//! what is wanted.

use std::fmt;

use crate::{JsonMap, Value, error::PluginError};

/// The part of a payload that says what is wanted: `serviceConfiguration` for `add`, `serviceModification` for `update`.
///
/// ```
/// use amplify_sdk::{headless::{Section, Unread}, json};
///
/// let payload = json!({ "version": 1, "serviceConfiguration": { "serviceName": "Note", "title": 7 } });
/// let section = Section::of("add", &payload)?;
/// assert_eq!(section.text("serviceName")?, Some("Note"));
/// assert_eq!(section.text("author")?, None);
/// let wrong = section.text("title").unwrap_err();
/// assert_eq!(wrong.to_string(), "`serviceConfiguration.title` must be text");
/// # Ok::<(), Unread>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Section<'p> {
    /// Its name in the payload.
    pub name: &'static str,
    /// What it holds.
    pub body: &'p JsonMap,
}

/// Why a payload is not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// The command takes no payload.
    Command(String),
    /// A value is not what it must be.
    Value {
        /// Path of the value, such as `serviceConfiguration.title`.
        path: String,
        /// What it must be, such as `text`.
        wanted: String,
    },
}

impl Unread {
    /// A value at this path that must be something else.
    pub fn value(path: impl Into<String>, wanted: impl Into<String>) -> Self {
        Self::Value { path: path.into(), wanted: wanted.into() }
    }
}

impl fmt::Display for Unread {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command(command) => write!(formatter, "`{command}` takes no headless payload"),
            Self::Value { path, wanted } => write!(formatter, "`{path}` must be {wanted}"),
        }
    }
}

impl std::error::Error for Unread {}

/// With the code `headless-payload`, for plugins that have none of their own for this.
impl From<Unread> for PluginError {
    fn from(unread: Unread) -> Self {
        Self::usage("headless-payload", format!("the headless payload is not understood: {unread}"))
    }
}

impl<'p> Section<'p> {
    /// Finds the section for a command in a payload of version 1.
    ///
    /// # Errors
    /// Another version, another command than `add` and `update`, or no such section.
    pub fn of(command: &str, payload: &'p Value) -> Result<Self, Unread> {
        if payload["version"] != 1 {
            return Err(Unread::value("version", "1"));
        }
        let name = match command {
            "add" => "serviceConfiguration",
            "update" => "serviceModification",
            _ => return Err(Unread::Command(command.to_owned())),
        };
        match payload[name].as_object() {
            Some(body) => Ok(Self { name, body }),
            None => Err(Unread::value(name, "an object")),
        }
    }

    /// The path of one of its values, for messages.
    #[must_use]
    pub fn at(&self, key: &str) -> String {
        format!("{}.{key}", self.name)
    }

    /// What to say where one of its values is not what it must be.
    #[must_use]
    pub fn wrong(&self, key: &str, wanted: &str) -> Unread {
        Unread::value(self.at(key), wanted)
    }

    /// A text, if the value is there.
    ///
    /// # Errors
    /// It is something else.
    pub fn text(&self, key: &str) -> Result<Option<&'p str>, Unread> {
        match self.body.get(key) {
            None => Ok(None),
            Some(value) => value.as_str().map(Some).ok_or_else(|| self.wrong(key, "text")),
        }
    }

    /// A list, which is empty if the value is not there. `wanted` says what it is a list of.
    ///
    /// # Errors
    /// It is something else.
    pub fn list(&self, key: &str, wanted: &str) -> Result<&'p [Value], Unread> {
        match self.body.get(key) {
            None => Ok(&[]),
            Some(value) => value.as_array().map(Vec::as_slice).ok_or_else(|| self.wrong(key, wanted)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn a_payload_has_the_section_of_its_command() {
        let payload = json!({ "version": 1, "serviceModification": { "names": ["a"], "title": 1 } });
        let section = Section::of("update", &payload).unwrap();
        assert_eq!(section.at("title"), "serviceModification.title");
        assert_eq!(section.list("names", "a list of names"), Ok(&[json!("a")][..]));
        assert_eq!(section.list("others", "a list of names"), Ok(&[][..]));
        let wrong = Unread::value("serviceModification.title", "a list of names");
        assert_eq!(section.list("title", "a list of names"), Err(wrong));

        let refused = |command: &str, payload: Value| Section::of(command, &payload).unwrap_err().to_string();
        assert_eq!(refused("add", payload.clone()), "`serviceConfiguration` must be an object");
        assert_eq!(refused("remove", payload), "`remove` takes no headless payload");
        assert_eq!(refused("update", json!({ "version": 2, "serviceModification": {} })), "`version` must be 1");
        assert_eq!(
            refused("add", json!({ "version": 1, "serviceConfiguration": [] })),
            "`serviceConfiguration` must be an object"
        );
        assert_eq!(refused("add", json!([])), "`version` must be 1");
        let error = PluginError::from(Unread::value("version", "1"));
        assert_eq!(error.code, "headless-payload");
        assert_eq!(error.message, "the headless payload is not understood: `version` must be 1");
    }
}
