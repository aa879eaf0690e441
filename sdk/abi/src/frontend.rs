//! Messages for frontend plugins.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{JsonMap, project::ProjectView};

/// What the host asks of a frontend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "operation", rename_all = "camelCase")]
#[non_exhaustive]
pub enum FrontendRequest {
    /// How well does this frontend fit the folder? Answered by [`FrontendReply::Detected`].
    Detect {
        /// A view that holds the root and nothing else yet.
        project: ProjectView,
    },
    /// Ask for the settings of a new project; answered by [`FrontendReply::Configured`].
    Configure {
        /// The project so far.
        project: ProjectView,
        /// The payload of `--frontend`, or an empty object.
        options: JsonMap,
    },
    /// Make the app's configuration files from the outputs; answered by [`FrontendReply::Files`].
    Exports {
        /// The project; `deployed_meta` is the state before the push.
        project: ProjectView,
        /// Keys and values from category plugins with the hook `exports`, for the top level of the configuration file. A
        /// key that the frontend writes itself is its own.
        #[serde(default, skip_serializing_if = "JsonMap::is_empty")]
        values: JsonMap,
        /// The same for the state before the push, so that what has gone is told from what the user added.
        #[serde(default, skip_serializing_if = "JsonMap::is_empty")]
        previous: JsonMap,
    },
    /// The files that `Exports` owns, so that `delete` can remove them; answered by [`FrontendReply::Files`].
    OwnedFiles {
        /// The project.
        project: ProjectView,
    },
}

/// What a frontend answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "operation", rename_all = "camelCase")]
#[non_exhaustive]
pub enum FrontendReply {
    /// A score from 0 to 100; the highest wins.
    Detected {
        /// The score.
        score: u8,
    },
    /// The frontend's section of `project-config.json`; null for none.
    Configured {
        /// Such as `{framework, config: {SourceDir, ...}}`.
        settings: Value,
    },
    /// Files below the project's root.
    Files {
        /// The files; those to delete have no text.
        files: Vec<RootFile>,
    },
}

/// A file below the project's root.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootFile {
    /// Path below the root, with forward slashes and no `..`.
    pub path: String,
    /// Its text; null deletes it.
    pub text: Option<String>,
}
