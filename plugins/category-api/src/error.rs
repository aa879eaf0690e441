//! Everything that can go wrong in this plugin, and what the user can do about it.

use amplify_sdk::{
    error::{ErrorKind, PluginError},
    headless::Unread,
};

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
    /// There is no REST API.
    #[error("No REST API resource to update. Please use \"amplify add api\" command to create a new REST API")]
    NoRestApi,
    /// The API belongs to another category.
    #[error(
        "The Admin Queries API is maintained through the Auth category and should be updated using 'amplify update auth' command"
    )]
    AdminQueries,
    /// A path that breaks a rule.
    #[error("`{path}` cannot be a path of the API")]
    Path {
        /// The question that it answers.
        key: String,
        /// The path.
        path: String,
        /// The rule.
        rule: String,
    },
    /// An API without paths cannot be deployed.
    #[error("`{resource}` has no other path, and an API needs one")]
    LastPath {
        /// The API's resource.
        resource: String,
    },
    /// A function that cannot be deployed before the API that calls it.
    #[error("`{function}` cannot be called by this API: neither could be deployed first")]
    Circle {
        /// The function.
        function: String,
        /// From the function to the API, over what each depends on.
        way: Vec<String>,
    },
    /// The function plugin made a function without saying which.
    #[error("the plugin for functions did not say which function it made")]
    NamelessFunction,
    /// Somebody keeps asking for the explanation.
    #[error("`{key}` was answered with \"Learn more\" too often")]
    LearnMore {
        /// The question.
        key: String,
    },
    /// The record of a REST API cannot be used.
    #[error("`{path}` is not understood")]
    Params {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// The template of a REST API is not there.
    #[error("`{path}` is missing")]
    TemplateMissing {
        /// The file.
        path: String,
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
            Self::NoRestApi => "api-nothing-to-update",
            Self::AdminQueries => "api-of-auth",
            Self::Path { .. } => "api-path",
            Self::LastPath { .. } => "api-last-path",
            Self::Circle { .. } => "api-circle",
            Self::NamelessFunction => "api-nameless-function",
            Self::LearnMore { .. } => "api-learn-more",
            Self::Params { .. } => "api-params",
            Self::TemplateMissing { .. } => "api-template-missing",
            Self::Headless { .. } => "api-headless-payload",
        }
    }

    /// What to type or do next.
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::ApiExists { .. } => "amplify update api".into(),
            Self::NoApi | Self::NoRestApi => "amplify add api".into(),
            Self::AdminQueries => "amplify update auth".into(),
            Self::Path { key, .. } => format!("answer `{key}` with a path such as `/book/{{isbn}}` that lies beside the others"),
            Self::LastPath { resource } => format!("amplify remove api {resource}"),
            Self::Circle { function, .. } => format!("take the access to the API from `{function}` with `amplify update function`, or choose another function"),
            Self::NamelessFunction => "add the function with `amplify add function`, and choose it here".into(),
            Self::LearnMore { key } => format!("answer `{key}` with another of its choices"),
            Self::Params { path, .. } | Self::TemplateMissing { path } => {
                format!("restore the file with `git checkout -- {path}`")
            }
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

impl From<Unread> for ApiError {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::Command(command) => Self::UnknownCommand { command },
            Unread::Value { path, wanted } => Self::Headless { path, wanted },
        }
    }
}

impl From<ApiError> for PluginError {
    fn from(error: ApiError) -> Self {
        let kind = match error {
            ApiError::UnknownCommand { .. }
            | ApiError::ConflictDetection
            | ApiError::SchemaFile { .. }
            | ApiError::Path { .. }
            | ApiError::LearnMore { .. }
            | ApiError::Headless { .. } => ErrorKind::Usage,
            _ => ErrorKind::Failed,
        };
        let mut plain = PluginError::new(error.code(), error.to_string());
        plain.kind = kind;
        plain.hints = error.hints();
        match error {
            ApiError::Schema { findings, .. } => plain.causes = findings,
            ApiError::SchemaFile { reason, .. } | ApiError::Params { reason, .. } => plain.causes = vec![reason],
            ApiError::Path { rule, .. } => plain.causes = rule.lines().map(Into::into).collect(),
            ApiError::Circle { way, .. } => plain.causes = vec![format!("{} depends on it", way.join(" depends on "))],
            _ => {}
        }
        plain
    }
}
