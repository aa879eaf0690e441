//! How a command fails, and how that is shown: one shape for the project, the cloud, a plugin and ourselves.

use amplify_plugin_abi::error::{ErrorKind, PluginError};
use serde_json::{Value, json};

use crate::{exit::Exit, questions::Missing};

/// A failure as the user reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    /// The exit status.
    pub exit: Exit,
    /// Stable code in kebab case.
    pub code: Box<str>,
    /// What failed: names in backticks, no final period.
    pub message: Box<str>,
    /// Why, outermost first.
    pub causes: Vec<String>,
    /// What to type next.
    pub hints: Vec<String>,
    /// A page that explains more.
    pub url: Option<Box<str>>,
    /// Questions that nobody answered.
    pub missing: Box<[Missing]>,
}

impl Error {
    /// A failure of the project, the cloud or a plugin.
    pub fn failed(code: impl Into<Box<str>>, message: impl Into<Box<str>>) -> Self {
        Self::new(Exit::Failed, code, message)
    }

    /// A wrong command line or answer.
    pub fn usage(code: impl Into<Box<str>>, message: impl Into<Box<str>>) -> Self {
        Self::new(Exit::Usage, code, message)
    }

    /// A fault of ours.
    pub fn internal(message: impl Into<Box<str>>) -> Self {
        Self::new(Exit::Internal, "internal", message)
    }

    /// The user stopped the command.
    pub fn interrupted() -> Self {
        Self::interrupted_after("interrupted; nothing was changed")
    }

    /// The user stopped the command when something had changed already, which the message tells.
    pub fn interrupted_after(message: impl Into<Box<str>>) -> Self {
        Self::new(Exit::Interrupted, "interrupted", message)
    }

    /// Whoever read our output has gone.
    pub fn closed_pipe() -> Self {
        Self::new(Exit::ClosedPipe, "closed-pipe", "the reader of the output has closed it")
    }

    fn new(exit: Exit, code: impl Into<Box<str>>, message: impl Into<Box<str>>) -> Self {
        Self {
            exit,
            code: code.into(),
            message: message.into(),
            causes: Vec::new(),
            hints: Vec::new(),
            url: None,
            missing: Box::default(),
        }
    }

    /// Adds a cause.
    #[must_use]
    pub fn cause(mut self, cause: impl std::fmt::Display) -> Self {
        self.causes.push(cause.to_string());
        self
    }

    /// Adds what to type next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// A library's error: its message, the chain of its sources, and its own code and hints.
    pub fn of(exit: Exit, error: &dyn std::error::Error, code: &str, hints: Vec<String>) -> Self {
        let mut message = error.to_string();
        let mut causes = Vec::new();
        let mut source = error.source();
        while let Some(inner) = source {
            let text = inner.to_string();
            // Some libraries repeat the cause in their own text; it is said once.
            if let Some(head) = message.strip_suffix(&format!(": {text}")) {
                message = head.to_owned();
            }
            causes.push(text);
            source = inner.source();
        }
        Self { causes, hints, ..Self::new(exit, code, message) }
    }

    /// A plugin's error, in the plugin's own words.
    pub fn of_plugin(plugin: &str, error: PluginError) -> Self {
        let exit = match error.kind {
            ErrorKind::Usage | ErrorKind::MissingAnswer => Exit::Usage,
            ErrorKind::Cancelled => return Self::interrupted(),
            _ => Exit::Failed,
        };
        let message = match error.kind {
            ErrorKind::Panicked | ErrorKind::Unsupported if !error.message.contains(&format!("`{plugin}`")) => {
                format!("{} (plugin `{plugin}`)", error.message)
            }
            _ => error.message,
        };
        Self { causes: error.causes, hints: error.hints, url: error.url, ..Self::new(exit, error.code, message) }
    }

    /// The same as plain data, to hand to a plugin that waits for an answer.
    pub fn into_plugin(self) -> PluginError {
        let kind = match self.exit {
            Exit::Usage if self.missing.is_empty() => ErrorKind::Usage,
            Exit::Usage => ErrorKind::MissingAnswer,
            Exit::Interrupted => ErrorKind::Cancelled,
            _ => ErrorKind::Failed,
        };
        PluginError {
            kind,
            code: self.code.into(),
            message: self.message.into(),
            causes: self.causes,
            hints: self.hints,
            url: self.url,
        }
    }

    /// The document of `--json`.
    pub fn document(&self) -> Value {
        let mut error = json!({
            "code": self.code,
            "message": self.message,
            "causes": self.causes,
            "hints": self.hints,
        });
        if let Some(url) = &self.url {
            error["url"] = json!(url);
        }
        if !self.missing.is_empty() {
            error["missing"] = self.missing.iter().map(Missing::document).collect();
        }
        json!({ "error": error })
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            return Self::closed_pipe();
        }
        Self::of(Exit::Failed, &error, "io", Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_repeated_in_the_message_is_said_once() {
        let inner = std::io::Error::other("disk on fire");
        let outer = std::io::Error::other(Wrapped(inner));
        let error = Error::of(Exit::Failed, &outer, "x", Vec::new());
        assert_eq!(&*error.message, "cannot write `a`");
        assert_eq!(error.causes, ["disk on fire"]);
    }

    #[derive(Debug)]
    struct Wrapped(std::io::Error);
    impl std::fmt::Display for Wrapped {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "cannot write `a`: {}", self.0)
        }
    }
    impl std::error::Error for Wrapped {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn plugin_errors_keep_their_kind() {
        let usage = Error::of_plugin("p", PluginError::usage("bad", "bad word"));
        assert_eq!((usage.exit, &*usage.code), (Exit::Usage, "bad"));
        let panicked = PluginError { kind: ErrorKind::Panicked, ..PluginError::new("panicked", "it panicked") };
        let error = Error::of_plugin("p", panicked);
        assert_eq!((error.exit, &*error.message), (Exit::Failed, "it panicked (plugin `p`)"));
        let cancelled = PluginError { kind: ErrorKind::Cancelled, ..PluginError::new("cancelled", "x") };
        assert_eq!(Error::of_plugin("p", cancelled).exit, Exit::Interrupted);
    }

    #[test]
    fn the_document_names_missing_answers() {
        let mut error = Error::usage("missing-answers", "2 answers are missing");
        assert!(error.document()["error"].get("missing").is_none());
        error.missing =
            [Missing { key: "a.b".into(), text: "Which?".into(), allowed: "x, y".into(), default: None }].into();
        assert_eq!(error.document()["error"]["missing"][0]["key"], "a.b");
    }
}
