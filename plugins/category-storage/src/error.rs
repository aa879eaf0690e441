//! Everything that can go wrong in this plugin, and what the user can do about it.

use amplify_sdk::{
    error::{ErrorKind, PluginError},
    headless::Unread,
};

/// A failure of the plugin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// A project has one bucket at most.
    #[error("Amazon S3 storage was already added to your project")]
    BucketExists {
        /// The bucket's resource.
        resource: String,
    },
    /// There is nothing of this service.
    #[error("No resources to update. You need to add a resource")]
    NothingToUpdate,
    /// The name on the command line is no storage resource.
    #[error("`{resource}` is not a storage resource of this project")]
    UnknownResource {
        /// The name given.
        resource: String,
        /// The resources there are.
        known: Vec<String>,
    },
    /// A resource whose service this plugin does not keep.
    #[error("`{resource}` is of the service `{service}`, which this plugin cannot update")]
    ForeignService {
        /// The resource.
        resource: String,
        /// Its service.
        service: String,
    },
    /// A command that the manifest does not list.
    #[error("storage has no command `{command}`")]
    UnknownCommand {
        /// The command.
        command: String,
    },
    /// A method that the manifest does not list.
    #[error("storage has no method `{method}`")]
    UnknownMethod {
        /// The method.
        method: String,
    },
    /// The resource was written by a newer command line, which keeps its answers elsewhere.
    #[error("`{resource}` was written by a newer version of the command line")]
    NewerFormat {
        /// The resource.
        resource: String,
    },
    /// The resource has no template.
    #[error("`{path}` does not exist")]
    TemplateMissing {
        /// The template's path in the project.
        path: String,
    },
    /// The template lacks something that an update changes.
    #[error("`{path}` has no `{missing}`, so it cannot be updated by questions")]
    TemplateShape {
        /// The template's path in the project.
        path: String,
        /// What was looked for.
        missing: String,
    },
    /// Access for groups is meant for a user pool, and there is none.
    #[error("No auth resource found. Please add it using amplify add auth")]
    NoAuthForGroups,
    /// A trigger was to be an existing function, and there is none.
    #[error(
        "No pre-existing functions found in the project. Please use 'amplify add function' command to add a new function to your project"
    )]
    NoFunctions,
    /// The function's template does not name its role.
    #[error("the function `{function}` does not name its role: its template has no output `LambdaExecutionRole`")]
    FunctionWithoutRole {
        /// The function.
        function: String,
    },
    /// The function plugin made a function and did not say which.
    #[error("the function plugin does not say which function it made")]
    NamelessFunction,
    /// "Learn more" was given as the answer.
    #[error("the answer to `{key}` must be one of the other choices")]
    LearnMore {
        /// The question's key.
        key: String,
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

impl From<Unread> for StorageError {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::Command(command) => Self::UnknownCommand { command },
            Unread::Value { path, wanted } => Self::Headless { path, wanted },
        }
    }
}

impl StorageError {
    /// A stable code for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BucketExists { .. } => "storage-bucket-exists",
            Self::NothingToUpdate => "storage-nothing-to-update",
            Self::UnknownResource { .. } => "storage-unknown-resource",
            Self::ForeignService { .. } => "storage-foreign-service",
            Self::UnknownCommand { .. } => "storage-unknown-command",
            Self::UnknownMethod { .. } => "storage-unknown-method",
            Self::NewerFormat { .. } => "storage-newer-format",
            Self::TemplateMissing { .. } => "storage-template-missing",
            Self::TemplateShape { .. } => "storage-template-shape",
            Self::NoAuthForGroups => "storage-no-auth",
            Self::NoFunctions => "storage-no-functions",
            Self::FunctionWithoutRole { .. } => "storage-function-role",
            Self::NamelessFunction => "storage-function-name",
            Self::LearnMore { .. } => "storage-learn-more",
            Self::Headless { .. } => "storage-headless-payload",
        }
    }

    /// What to type or do next.
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::BucketExists { resource } => {
                format!("change it with `amplify update storage {resource}`; for data in tables, choose `NoSQL Database`")
            }
            Self::NothingToUpdate => "amplify add storage".into(),
            Self::UnknownResource { known, .. } if known.is_empty() => "amplify add storage".into(),
            Self::UnknownResource { known, .. } => format!("storage resources: {}", known.join(", ")),
            Self::ForeignService { resource, .. } => {
                format!("edit its template under `amplify/backend/storage/{resource}` by hand")
            }
            Self::UnknownCommand { .. } => "amplify storage help".into(),
            Self::UnknownMethod { .. } => "amplify plugin list".into(),
            Self::NewerFormat { resource } => {
                format!("its answers are in `amplify/backend/storage/{resource}/cli-inputs.json`; update it with the version that wrote it")
            }
            Self::TemplateMissing { path } => format!("restore it, for instance with `git checkout -- {path}`"),
            Self::TemplateShape { .. } => "edit the template by hand; `amplify plan` shows what the edit changes".into(),
            Self::NoAuthForGroups => "amplify add auth".into(),
            Self::NoFunctions => "amplify add function".into(),
            Self::FunctionWithoutRole { .. } => {
                "add the output `LambdaExecutionRole` with the value {\"Ref\": \"LambdaExecutionRole\"} to it".into()
            }
            Self::NamelessFunction => "amplify plugin list".into(),
            Self::LearnMore { .. } => "the explanation was shown above the question".into(),
            Self::Headless { .. } => {
                "a payload is {\"version\": 1, \"serviceConfiguration\": {\"serviceName\": \"S3\", \"permissions\": {\"auth\": [\"READ\"]}, ...}}".into()
            }
        };
        vec![hint]
    }
}

impl From<StorageError> for PluginError {
    fn from(error: StorageError) -> Self {
        let kind = match error {
            StorageError::UnknownResource { .. }
            | StorageError::UnknownCommand { .. }
            | StorageError::UnknownMethod { .. }
            | StorageError::LearnMore { .. }
            | StorageError::Headless { .. } => ErrorKind::Usage,
            _ => ErrorKind::Failed,
        };
        let mut plain = PluginError::new(error.code(), error.to_string());
        plain.kind = kind;
        plain.hints = error.hints();
        plain
    }
}
