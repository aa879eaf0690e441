//! What can go wrong on the way to credentials.

use amplify_sdk::error::{ErrorKind, PluginError};

use crate::mfa::Challenge;

/// A failure. Its text is the first line the user reads; no text holds a key.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AccessError {
    /// Certificates to be trusted.
    #[error("the certificates in `{file}` cannot be used")]
    CaBundle { file: String, cause: String },
    /// The host's own failure, such as a question that nobody answers.
    #[error("{}", .0.message)]
    Host(#[from] PluginError),
    /// The file with the key pair.
    #[error("the stored AWS keys cannot be read")]
    KeyFile { cause: String },
    /// A part of a key pair that cannot be one.
    #[error("the {what} has not the form of one")]
    KeyForm { what: &'static str, wanted: &'static str },
    /// One key without the other.
    #[error("the option `{key}` of the provider is missing")]
    KeyMissing { key: &'static str },
    /// The machine's record of the environment.
    #[error("`local-aws-info.json` does not say how to find the AWS credentials")]
    LocalInfo,
    /// No folder for what only the user may read.
    #[error("there is no home folder")]
    NoHome,
    /// A profile that is there already, and is not to be changed.
    #[error("the AWS profile `{name}` stays as it is")]
    ProfileKept { name: String },
    /// A profile that is named and not there.
    #[error("there is no AWS profile `{name}`")]
    ProfileMissing { name: String, known: Vec<String> },
    /// A profile in which keys would not be looked at.
    #[error("the AWS profile `{name}` signs in by `{by}`, so keys would not be used")]
    ProfileOther { name: String, by: &'static str },
    /// The files with the profiles.
    #[error("the AWS configuration cannot be read")]
    Profiles { cause: String },
    /// A role that waits for the token of a device.
    #[error("the role asks for the token of a device again and again")]
    TokenNeeded(Box<Challenge>),
}

impl AccessError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::CaBundle { .. } => "ca-bundle",
            Self::Host(_) => "host",
            Self::KeyFile { .. } => "key-file",
            Self::KeyForm { .. } => "key-form",
            Self::KeyMissing { .. } => "key-missing",
            Self::LocalInfo => "local-aws-info",
            Self::NoHome => "no-home",
            Self::ProfileKept { .. } => "profile-kept",
            Self::ProfileMissing { .. } => "profile-missing",
            Self::ProfileOther { .. } => "profile-other",
            Self::Profiles { .. } => "aws-profiles",
            Self::TokenNeeded(_) => "mfa-token",
        }
    }

    /// Whether the command line or an answer is wrong.
    fn kind(&self) -> ErrorKind {
        match self {
            Self::KeyForm { .. } | Self::KeyMissing { .. } | Self::ProfileKept { .. } | Self::ProfileOther { .. } => {
                ErrorKind::Usage
            }
            _ => ErrorKind::Failed,
        }
    }

    fn causes(&self) -> Vec<String> {
        match self {
            Self::CaBundle { cause, .. } | Self::KeyFile { cause } | Self::Profiles { cause } => vec![cause.clone()],
            Self::KeyForm { wanted, .. } => vec![(*wanted).to_owned()],
            _ => Vec::new(),
        }
    }

    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::CaBundle { .. } => {
                "AWS_CA_BUNDLE, or `ca_bundle` of the profile, names a file of PEM certificates".into()
            }
            Self::KeyFile { .. } | Self::LocalInfo => "`amplify configure project` sets it anew".into(),
            Self::KeyMissing { .. } => {
                "keys come as a pair: `accessKeyId` and `secretAccessKey`, with their `region`".into()
            }
            Self::NoHome => "set HOME".into(),
            Self::ProfileKept { .. } => "give another name, or `--answer aws.overwrite=yes`".into(),
            Self::ProfileMissing { known, .. } if known.is_empty() => "`amplify configure` makes one".into(),
            Self::ProfileMissing { known, .. } => format!("these are: {}", known.join(", ")),
            Self::ProfileOther { .. } => "give another name".into(),
            Self::Host(_) | Self::KeyForm { .. } | Self::Profiles { .. } | Self::TokenNeeded(_) => return Vec::new(),
        };
        vec![hint]
    }
}

impl From<AccessError> for PluginError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Host(error) => error,
            error => {
                let mut converted = Self { kind: error.kind(), ..Self::new(error.code(), error.to_string()) };
                converted.causes = error.causes();
                converted.hints = error.hints();
                converted
            }
        }
    }
}
