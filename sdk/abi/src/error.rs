//! How a plugin fails: plain data, which the host renders like its own errors.

use serde::{Deserialize, Serialize};

/// The code of a deployment that failed at a resource. The message begins with the resource in backticks: the logical ids from
/// the root stack down to it, joined by `/`. The host adds the file that declares it.
pub const RESOURCE_FAILED: &str = "resource-failed";

/// A failure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PluginError {
    /// Decides the exit status and the wording around it.
    pub kind: ErrorKind,
    /// Stable code in kebab case, such as `storage-bucket-name`.
    pub code: String,
    /// What failed: one line, names in backticks, no final period.
    pub message: String,
    /// Why, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
    /// What to type or do next.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    /// A page that explains more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Box<str>>,
}

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The user's project, a tool or the cloud failed: exit status 1.
    Failed,
    /// The command line or an answer is wrong: exit status 2.
    Usage,
    /// An answer is missing and nobody is there to give it: exit status 2.
    MissingAnswer,
    /// The user asked to stop: exit status 130.
    Cancelled,
    /// The plugin does not know this request.
    Unsupported,
    /// The plugin panicked: exit status 1, and the plugin is named.
    Panicked,
}

impl PluginError {
    /// A failure with a code and a message.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            kind: ErrorKind::Failed,
            code: code.into(),
            message: message.into(),
            causes: Vec::new(),
            hints: Vec::new(),
            url: None,
        }
    }

    /// A wrong argument or answer.
    pub fn usage(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Usage, ..Self::new(code, message) }
    }

    /// What the plugin cannot do, such as `the method x`.
    pub fn unsupported(what: impl std::fmt::Display) -> Self {
        Self { kind: ErrorKind::Unsupported, ..Self::new("unsupported", format!("the plugin does not support {what}")) }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds a page that explains more.
    #[must_use]
    pub fn url(mut self, url: impl Into<Box<str>>) -> Self {
        self.url = Some(url.into());
        self
    }

    /// Adds a cause.
    #[must_use]
    pub fn cause(mut self, cause: impl std::fmt::Display) -> Self {
        self.causes.push(cause.to_string());
        self
    }
}

impl std::fmt::Display for PluginError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for PluginError {}
