//! Everything that can go wrong in this plugin, and what the user can do about it.

use amplify_sdk::error::{ErrorKind, PluginError};

/// A failure of the plugin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// A project has one GraphQL API at most.
    #[error("You already have an AppSync API in your project: `{resource}`")]
    ApiExists {
        /// The API's resource.
        resource: String,
    },
    /// There is no GraphQL API.
    #[error("the project has no AppSync API")]
    NoApi,
    /// A command that the manifest does not list.
    #[error("api has no command `{command}`")]
    UnknownCommand {
        /// The command.
        command: String,
    },
    /// Conflict detection was asked for.
    #[error("conflict detection is not supported yet")]
    ConflictDetection,
    /// Users of a pool were to call the API, and there is no pool.
    #[error("No auth resource found. Please add it using amplify add auth")]
    NoUserPool,
    /// The settings of how clients prove who they are cannot be read.
    #[error("the settings of authorization of `{resource}` are not understood")]
    AuthSettings {
        /// The API's resource.
        resource: String,
    },
    /// The schema's file cannot be read.
    #[error("the schema file `{path}` cannot be read")]
    SchemaFile {
        /// The path as given.
        path: String,
        /// Why.
        reason: String,
    },
    /// A folder without a schema.
    #[error("`{resource}` has no schema: neither `schema.graphql` nor a file in `schema/` exists")]
    NoSchema {
        /// The API's resource.
        resource: String,
    },
    /// The schema is wrong; each finding is a text of several lines.
    #[error("the GraphQL schema of `{resource}` has {}", count(.findings.len()))]
    Schema {
        /// The API's resource.
        resource: String,
        /// What is wrong, with the line and a caret under the place.
        findings: Vec<String>,
    },
    /// A headless payload that does not follow its schema.
    #[error("the headless payload is not understood: `{path}` must be {wanted}")]
    Headless {
        /// Path of the value.
        path: String,
        /// What was expected.
        wanted: String,
    },
}

fn count(findings: usize) -> String {
    match findings {
        1 => "an error".into(),
        several => format!("{several} errors"),
    }
}

impl ApiError {
    /// A stable code for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::ApiExists { .. } => "api-exists",
            Self::NoApi => "api-nothing-to-update",
            Self::UnknownCommand { .. } => "api-unknown-command",
            Self::ConflictDetection => "api-conflict-detection",
            Self::NoUserPool => "api-no-auth",
            Self::AuthSettings { .. } => "api-auth-settings",
            Self::SchemaFile { .. } => "api-schema-file",
            Self::NoSchema { .. } => "api-no-schema",
            Self::Schema { .. } => "api-schema",
            Self::Headless { .. } => "api-headless-payload",
        }
    }

    /// What to type or do next.
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::ApiExists { .. } => "amplify update api".into(),
            Self::NoApi => "amplify add api".into(),
            Self::UnknownCommand { .. } => "amplify api help".into(),
            Self::ConflictDetection => "answer `Configure conflict detection?` with no".into(),
            Self::NoUserPool => "amplify add auth".into(),
            Self::AuthSettings { resource } => {
                format!("restore `output.authConfig` of `{resource}` in `amplify/backend/backend-config.json`, or type `amplify update api`")
            }
            Self::SchemaFile { .. } => "give a path relative to the project's folder, or an absolute one".into(),
            Self::NoSchema { resource } => format!("write `amplify/backend/api/{resource}/schema.graphql`"),
            Self::Schema { resource, .. } => {
                format!("edit `amplify/backend/api/{resource}/schema.graphql`, and check it with `amplify api gql-compile`")
            }
            Self::Headless { .. } => {
                "a payload is {\"version\": 1, \"serviceConfiguration\": {\"serviceName\": \"AppSync\", \"apiName\": \"blog\", \"transformSchema\": \"type Post @model { id: ID! }\", \"defaultAuthType\": {\"mode\": \"API_KEY\"}}}".into()
            }
        };
        vec![hint]
    }
}

impl From<ApiError> for PluginError {
    fn from(error: ApiError) -> Self {
        let kind = match error {
            ApiError::UnknownCommand { .. }
            | ApiError::ConflictDetection
            | ApiError::SchemaFile { .. }
            | ApiError::Headless { .. } => ErrorKind::Usage,
            _ => ErrorKind::Failed,
        };
        let mut plain = PluginError::new(error.code(), error.to_string());
        plain.kind = kind;
        plain.hints = error.hints();
        match error {
            ApiError::Schema { findings, .. } => plain.causes = findings,
            ApiError::SchemaFile { reason, .. } => plain.causes = vec![reason],
            _ => {}
        }
        plain
    }
}
