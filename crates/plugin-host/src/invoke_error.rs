//! Why a request to a plugin led to no answer.

use amplify_plugin_abi::error::{ErrorKind, PluginError};

/// Why a request to a plugin led to no answer. Nothing is changed then.
#[derive(Debug, thiserror::Error)]
pub enum InvokeError {
    /// The plugin wants to change what is not its own.
    #[error("the plugin `{plugin}` wants to change what is not its own")]
    ChangesRefused {
        /// The plugin's name.
        plugin: String,
        /// What it may not change, one sentence each.
        faults: Vec<String>,
    },
    /// The plugin failed, panics included, and says so.
    #[error("{error}")]
    Plugin {
        /// The plugin's name.
        plugin: String,
        /// What it said.
        error: Box<PluginError>,
    },
    /// The answer is not a JSON document of the right shape.
    #[error("the plugin `{plugin}` gave an answer that is not understood")]
    ReplyGarbled {
        /// The plugin's name.
        plugin: String,
        /// What is wrong with it.
        reason: String,
        /// How the answer begins.
        excerpt: String,
    },
    /// The answer is larger than any sensible one.
    #[error("the plugin `{plugin}` gave an answer of {bytes} bytes, more than the {limit} allowed")]
    ReplyTooLarge {
        /// The plugin's name.
        plugin: String,
        /// Its size.
        bytes: usize,
        /// The largest size allowed.
        limit: usize,
    },
    /// The answer is well formed, but answers another request.
    #[error("the plugin `{plugin}` gave an answer of the kind `{found}` where `{wanted}` is wanted")]
    ReplyUnexpected {
        /// The plugin's name.
        plugin: String,
        /// The kind of its answer.
        found: &'static str,
        /// The kind that the request wants.
        wanted: &'static str,
    },
    /// The request cannot be written as JSON.
    #[error("the request to the plugin `{plugin}` cannot be encoded")]
    RequestUnencodable {
        /// The plugin's name.
        plugin: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
}

impl InvokeError {
    /// The plugin that was asked.
    pub fn plugin(&self) -> &str {
        match self {
            Self::ChangesRefused { plugin, .. }
            | Self::Plugin { plugin, .. }
            | Self::ReplyGarbled { plugin, .. }
            | Self::ReplyTooLarge { plugin, .. }
            | Self::ReplyUnexpected { plugin, .. }
            | Self::RequestUnencodable { plugin, .. } => plugin,
        }
    }

    /// A stable code in kebab case; that of the plugin where it has one.
    pub fn code(&self) -> &str {
        match self {
            Self::ChangesRefused { .. } => "plugin-changes-refused",
            Self::Plugin { error, .. } => &error.code,
            Self::ReplyGarbled { .. } => "plugin-reply-garbled",
            Self::ReplyTooLarge { .. } => "plugin-reply-too-large",
            Self::ReplyUnexpected { .. } => "plugin-reply-unexpected",
            Self::RequestUnencodable { .. } => "plugin-request-unencodable",
        }
    }

    /// What kind of failure it is; it decides the exit status.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Plugin { error, .. } => error.kind,
            _ => ErrorKind::Failed,
        }
    }

    /// Why, outermost first.
    pub fn causes(&self) -> Vec<String> {
        match self {
            Self::ChangesRefused { faults, .. } => faults.clone(),
            Self::Plugin { error, .. } => error.causes.clone(),
            Self::ReplyGarbled { reason, excerpt, .. } => {
                vec![reason.clone(), format!("the answer begins with `{excerpt}`")]
            }
            Self::ReplyTooLarge { .. } | Self::ReplyUnexpected { .. } => Vec::new(),
            Self::RequestUnencodable { source, .. } => vec![source.to_string()],
        }
    }

    /// What to do about it.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::Plugin { error, .. } => error.hints.clone(),
            _ => vec![
                "this is a fault of the plugin; nothing was changed".to_owned(),
                format!("tell the authors of `{}`, or install another version of it", self.plugin()),
            ],
        }
    }
}
