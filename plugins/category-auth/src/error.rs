//! Everything that can go wrong in this plugin, and what the user can do about it.

use amplify_sdk::error::{ErrorKind, PluginError};

/// A failure of the plugin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// A project has one auth resource.
    #[error("Auth has already been added to this project")]
    Exists {
        /// Its name.
        resource: String,
    },
    /// There is nothing to update.
    #[error("Auth has not yet been added to this project")]
    Missing,
    /// A command that the manifest does not list.
    #[error("auth has no command `{command}`")]
    UnknownCommand {
        /// The command.
        command: String,
    },
    /// The resource was written by a newer command line, which keeps its answers elsewhere.
    #[error("`{resource}` was written by a newer version of the command line")]
    NewerFormat {
        /// The resource.
        resource: String,
    },
    /// A file of the resource is not there.
    #[error("`{path}` does not exist")]
    FileMissing {
        /// Its path in the project.
        path: String,
    },
    /// A file of the resource is not what it should be.
    #[error("`{path}` is not understood: {cause}")]
    FileInvalid {
        /// Its path in the project.
        path: String,
        /// What is wrong.
        cause: String,
    },
    /// A group's name is there twice.
    #[error("the group `{group}` is there twice")]
    GroupTwice {
        /// The name.
        group: String,
    },
    /// A group that is to go, whose role others name.
    #[error("the group `{group}` is needed by {}", needed_by.iter().map(|each| format!("`{each}`")).collect::<Vec<_>>().join(", "))]
    GroupInUse {
        /// The group.
        group: String,
        /// `category/name` of each resource.
        needed_by: Vec<String>,
    },
    /// A message that Cognito sends must say where the code goes.
    #[error("the answer to `{key}` must contain `{{####}}`, where the code goes")]
    CodePlace {
        /// The question's key.
        key: String,
    },
    /// An answer that is a number out of its range, or no number.
    #[error("the answer to `{key}` must be a number from {from} to {to}")]
    NumberRange {
        /// The question's key.
        key: String,
        /// The smallest.
        from: u32,
        /// The largest.
        to: u32,
    },
    /// MFA cannot be required of the users that are there.
    #[error("MFA cannot be made a requirement of a user pool that exists")]
    MfaNotRequired,
    /// The name of a bucket would be too long.
    #[error("the bucket `{bucket}` has too long a name: {longest} characters are free for it")]
    BucketName {
        /// Its name, without the environment's.
        bucket: String,
        /// How long it may be.
        longest: usize,
    },
    /// A headless payload that does not follow its schema.
    #[error("the headless payload is not understood: `{path}` must be {wanted}")]
    Headless {
        /// Path of the value.
        path: String,
        /// What was expected.
        wanted: String,
    },
    /// A method was called with something else than it takes.
    #[error("the method `{method}` takes {wanted}")]
    Parameters {
        /// The method.
        method: &'static str,
        /// What it takes.
        wanted: &'static str,
    },
}

impl AuthError {
    /// A stable code for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Exists { .. } => "auth-exists",
            Self::Missing => "auth-missing",
            Self::UnknownCommand { .. } => "auth-unknown-command",
            Self::NewerFormat { .. } => "auth-newer-format",
            Self::FileMissing { .. } => "auth-file-missing",
            Self::FileInvalid { .. } => "auth-file-invalid",
            Self::GroupTwice { .. } => "auth-group-twice",
            Self::GroupInUse { .. } => "auth-group-in-use",
            Self::CodePlace { .. } => "auth-code-place",
            Self::NumberRange { .. } => "auth-number-range",
            Self::MfaNotRequired => "auth-mfa-not-required",
            Self::BucketName { .. } => "auth-bucket-name",
            Self::Headless { .. } => "auth-headless-payload",
            Self::Parameters { .. } => "auth-parameters",
        }
    }

    /// What to type or do next.
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::GroupInUse { needed_by, .. } => {
                return needed_by
                    .iter()
                    .filter_map(|each| each.split_once('/'))
                    .map(|(category, name)| {
                        format!("first let `{category}/{name}` do without it (`amplify update {category}`)")
                    })
                    .collect();
            }
            Self::Exists { .. } => "amplify update auth".into(),
            Self::Missing => "amplify add auth".into(),
            Self::UnknownCommand { .. } => "amplify auth help".into(),
            Self::NewerFormat { resource } => format!(
                "its answers are in `amplify/backend/auth/{resource}/cli-inputs.json`; update it with the version that wrote it"
            ),
            Self::FileMissing { path } => format!("restore it, for instance with `git checkout -- {path}`"),
            Self::FileInvalid { path, .. } => format!("mend it, or restore it with `git checkout -- {path}`"),
            Self::GroupTwice { .. } => "a group's name is compared without regard to case".into(),
            Self::CodePlace { .. } => "such as `Your verification code is {####}`".into(),
            Self::NumberRange { from, .. } => format!("such as {from}"),
            Self::MfaNotRequired => "choose `OPTIONAL`: each user can then turn it on".into(),
            Self::BucketName { .. } => "it begins with the resource's name: choose a shorter one".into(),
            Self::Headless { .. } => {
                "its JSON Schemas are docs/schemas/auth-add.json and docs/schemas/auth-update.json".into()
            }
            Self::Parameters { .. } => "report this to the author of the plugin that called it".into(),
        };
        vec![hint]
    }
}

impl From<AuthError> for PluginError {
    fn from(error: AuthError) -> Self {
        let kind = match error {
            AuthError::UnknownCommand { .. }
            | AuthError::GroupTwice { .. }
            | AuthError::GroupInUse { .. }
            | AuthError::CodePlace { .. }
            | AuthError::NumberRange { .. }
            | AuthError::MfaNotRequired
            | AuthError::BucketName { .. }
            | AuthError::Headless { .. } => ErrorKind::Usage,
            _ => ErrorKind::Failed,
        };
        let mut plain = PluginError::new(error.code(), error.to_string());
        plain.kind = kind;
        plain.hints = error.hints();
        plain
    }
}
