//! Everything that can go wrong in this plugin, and what the user can do about it.

use amplify_sdk::error::PluginError;

/// A failure of the plugin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrontendError {
    /// The payload's `config` lacks keys.
    #[error(
        "The command line parameter for javascript frontend configuration is incomplete: {} missing",
        .missing.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
    )]
    IncompleteConfig {
        /// The keys.
        missing: Vec<String>,
    },
    /// A value of the payload that is no text.
    #[error("`{key}` of the javascript frontend configuration must be text")]
    NotText {
        /// The key.
        key: String,
    },
    /// The source folder is not in the project.
    #[error("the source directory `{folder}` lies outside the project")]
    OutsideProject {
        /// The folder.
        folder: String,
    },
}

impl FrontendError {
    /// A stable code for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::IncompleteConfig { .. } => "javascript-config-incomplete",
            Self::NotText { .. } => "javascript-config-not-text",
            Self::OutsideProject { .. } => "javascript-source-outside",
        }
    }

    /// What to type or do next.
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::IncompleteConfig { .. } | Self::NotText { .. } => {
                "give all four: {\"SourceDir\": \"src\", \"DistributionDir\": \"dist\", \"BuildCommand\": \"npm run-script build\", \"StartCommand\": \"npm run-script start\"}"
            }
            Self::OutsideProject { .. } => {
                "give a folder below the project's root, such as `src`, or `/` for the root itself (`amplify configure project`)"
            }
        };
        vec![hint.into()]
    }
}

impl From<FrontendError> for PluginError {
    fn from(error: FrontendError) -> Self {
        let mut plain = PluginError::usage(error.code(), error.to_string());
        plain.hints = error.hints();
        plain
    }
}
