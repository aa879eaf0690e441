//! What can go wrong with an environment in the cloud.

use amplify_sdk::error::{ErrorKind, PluginError, RESOURCE_FAILED};

use crate::{access_error::AccessError, agreement::Unsaid, record::Leaf};

/// A failure. Its text is the first line the user reads.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The way to credentials.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// Another push or deletion works on the environment.
    #[error("`{owner}` is changing the environment since {since}")]
    Busy { owner: String, since: String, expires: String },
    /// The user stopped it.
    #[error("interrupted")]
    Cancelled { outcome: String },
    /// CloudFormation cannot do what it is asked.
    #[error("CloudFormation cannot make the deployment of the stack `{stack}`")]
    ChangeSetFailed { stack: String, reason: String },
    /// No answer from a service.
    #[error("the call `{operation}` got no answer")]
    Connection { operation: &'static str, causes: Vec<String> },
    /// The session is over.
    #[error("the AWS credentials have expired")]
    Expired { operation: &'static str, message: String },
    /// The session ends before a deployment could be through.
    #[error("the AWS credentials expire in {} minutes, which is too short for a push", seconds / 60)]
    ExpiresSoon { seconds: u64 },
    /// A file of the deployment or of the provider.
    #[error("a file cannot be used")]
    File(#[from] std::io::Error),
    /// The lease went to somebody else while files were sent.
    #[error("the lease of the environment was taken over")]
    LeaseLost,
    /// The chain found nothing.
    #[error("no AWS credentials were found")]
    NoCredentials { causes: Vec<String> },
    /// DynamoDB gave up a backup, or takes too long.
    #[error("the backup of the table `{table}` did not come about")]
    NoBackup { table: String },
    /// Nothing says which region.
    #[error("no AWS region is configured")]
    NoRegion,
    /// The Amplify service, where it is needed.
    #[error("the region {region} has no Amplify service")]
    NoAmplify { region: String },
    /// Nothing to look at.
    #[error("{what} is not deployed")]
    NotDeployed { what: String },
    /// A way to mend a stack that is in another state.
    #[error("there is no {action}: the stack is in the state {status}")]
    NotRecoverable { action: String, status: String },
    /// A resource to be skipped that holds nothing up.
    #[error("the resource `{path}` is not stuck")]
    NotStuck { path: String, stuck: Vec<String> },
    /// The shared record of the environment.
    #[error("no `{key}` is recorded for the environment `{environment}`")]
    NotRecorded { environment: String, key: &'static str },
    /// An option of the wrong kind.
    #[error("the option `{key}` of the provider is not {wanted}")]
    Option { key: &'static str, wanted: &'static str },
    /// The credentials speak for somebody else.
    #[error("the environment `{environment}` is in the AWS account {recorded}, but the credentials are for {found}")]
    OtherAccount { environment: String, recorded: String, found: String, arn: String },
    /// The stack says that it belongs to another environment.
    #[error("the stack `{stack}` belongs to the environment `{found}`, not to `{environment}`")]
    OtherEnvironment { stack: String, environment: String, found: String },
    /// Termination protection.
    #[error("the stack `{stack}` is protected against deletion")]
    Protected { stack: String },
    /// Secrets that the stack needs.
    #[error("the environment `{environment}` lacks {}", secret_names(names))]
    SecretsMissing { environment: String, names: Vec<String> },
    /// A service said no.
    #[error("the call `{operation}` was refused")]
    Service { operation: &'static str, code: String, message: String },
    /// Others changed the environment since the last pull.
    #[error("the environment was changed in the cloud{} at {at}", by_whom(by))]
    PullFirst { by: String, at: String },
    /// The stack is in a state that allows no update.
    #[error("the stack `{stack}` is in the state {status}, which allows no update")]
    StackBlocked { stack: String, status: String, stuck: Vec<String> },
    /// A stack operation failed.
    #[error("{}", headline(what, leaves))]
    StackFailed { what: String, leaves: Vec<Leaf>, outcome: String },
    /// CloudFormation would lose data that the user was not told of.
    #[error("CloudFormation would lose data, which the plan does not say; nothing was deployed")]
    Unplanned { losses: Vec<Unsaid> },
    /// A request of a later version.
    #[error("the provider `awscloudformation` does not know this request")]
    UnknownRequest,
    /// No such stack.
    #[error("the stack `{stack}` does not exist in the region {region}")]
    StackMissing { stack: String, region: String },
}

fn by_whom(by: &str) -> String {
    if by.is_empty() { String::new() } else { format!(" by `{by}`") }
}

fn headline(what: &str, leaves: &[Leaf]) -> String {
    match leaves.first() {
        Some(leaf) => format!("`{}` ({}) failed", leaf.path, leaf.resource_type),
        None => format!("{what} failed"),
    }
}

fn secret_names(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    format!("the secret{} {}", if names.len() == 1 { "" } else { "s" }, names.join(", "))
}

impl Error {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Access(error) => error.code(),
            Self::Busy { .. } => "environment-busy",
            Self::Cancelled { .. } => "cancelled",
            Self::ChangeSetFailed { .. } => "change-set-failed",
            Self::Connection { .. } => "aws-no-answer",
            Self::Expired { .. } => "credentials-expired",
            Self::ExpiresSoon { .. } => "credentials-expiring",
            Self::File(_) => "file",
            Self::LeaseLost => "lease-lost",
            Self::NoCredentials { .. } => "no-credentials",
            Self::NoAmplify { .. } => "no-amplify-service",
            Self::NoBackup { .. } => "no-backup",
            Self::NoRegion => "no-region",
            Self::NotDeployed { .. } => "not-deployed",
            Self::NotRecorded { .. } => "not-recorded",
            Self::NotRecoverable { .. } => "not-recoverable",
            Self::NotStuck { .. } => "not-stuck",
            Self::Option { .. } => "provider-option",
            Self::OtherAccount { .. } => "other-account",
            Self::OtherEnvironment { .. } => "other-environment",
            Self::Protected { .. } => "stack-protected",
            Self::PullFirst { .. } => "pull-first",
            Self::SecretsMissing { .. } => "secrets-missing",
            Self::Service { .. } => "aws-refused",
            Self::StackBlocked { .. } => "stack-blocked",
            Self::StackFailed { leaves, .. } if leaves.is_empty() => "stack-failed",
            Self::StackFailed { .. } => RESOURCE_FAILED,
            Self::StackMissing { .. } => "stack-missing",
            Self::UnknownRequest => "unsupported",
            Self::Unplanned { .. } => "unplanned-loss",
        }
    }

    /// Why, outermost first.
    pub fn causes(&self) -> Vec<String> {
        match self {
            Self::Cancelled { outcome } => vec![outcome.clone()],
            Self::ChangeSetFailed { reason, .. } => vec![reason.clone()],
            Self::Connection { causes, .. } | Self::NoCredentials { causes } => causes.clone(),
            Self::Expired { operation, message } => vec![format!("{operation}: {message}")],
            Self::File(error) => vec![error.to_string()],
            Self::PullFirst { .. } => vec!["what is pushed here was made before that".into()],
            Self::OtherAccount { arn, .. } => vec![format!("they belong to `{arn}`")],
            Self::Service { code, message, .. } => vec![format!("{code}: {message}")],
            Self::StackBlocked { stuck, .. } => stuck.clone(),
            Self::StackFailed { leaves, outcome, .. } => {
                let first = leaves.first().map(|leaf| leaf.reason.clone());
                let more = leaves.iter().skip(1);
                let more =
                    more.map(|leaf| format!("`{}` ({}) failed too: {}", leaf.path, leaf.resource_type, leaf.reason));
                first.into_iter().chain(more).chain([outcome.clone()]).collect()
            }
            Self::Unplanned { losses } => {
                let loss = |unsaid: &Unsaid| format!("{}: it loses {}", unsaid.text, unsaid.loss.unwrap_or_default());
                losses.iter().map(loss).collect()
            }
            _ => Vec::new(),
        }
    }

    /// What to type or do next.
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::Busy { expires, .. } => {
                format!("wait for it to end; if it was killed, its lease ends at {expires}, or by `amplify recover`")
            }
            Self::Connection { .. } => {
                "check the network and run the command again; it goes on where it stopped".into()
            }
            Self::Expired { .. } => {
                "sign in again (`aws sso login` for single sign-on) and run the command again; it goes on \
                                     where it stopped"
                    .into()
            }
            Self::ExpiresSoon { .. } => "sign in again, and push then; nothing was changed".into(),
            Self::LeaseLost => "run `amplify push` again".into(),
            Self::NoCredentials { .. } => {
                "`amplify configure` makes a profile; else set AWS_PROFILE, or AWS_ACCESS_KEY_ID and \
                 AWS_SECRET_ACCESS_KEY, or sign in with `aws sso login`"
                    .into()
            }
            Self::NoRegion => "set AWS_REGION, or give `{\"awscloudformation\": {\"region\": \"<region>\"}}`".into(),
            Self::NoAmplify { .. } => "choose another region with AWS_REGION; an environment that is recorded in \
                                       `team-provider-info.json` needs no such service"
                .into(),
            Self::NotDeployed { .. } => "`amplify status` lists what there is, and `amplify push` deploys it".into(),
            Self::NotRecoverable { .. } => "`amplify recover` shows what can be done".into(),
            Self::NotStuck { stuck, .. } => format!("these are: {}", stuck.join(", ")),
            Self::OtherEnvironment { .. } => {
                "restore the record of both environments in `amplify/team-provider-info.json`".into()
            }
            Self::NotRecorded { .. } => {
                "restore `amplify/team-provider-info.json`, or make the environment anew with `amplify init`".into()
            }
            Self::OtherAccount { recorded, .. } => {
                format!(
                    "choose a profile of the account {recorded} with AWS_PROFILE, or with `amplify configure project`"
                )
            }
            Self::Protected { stack } => format!(
                "`aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name \
                 {stack}` allows it"
            ),
            Self::PullFirst { .. } => "`amplify pull` brings it here; then push again".into(),
            Self::SecretsMissing { names, .. } => {
                let category = names.first().and_then(|name| name.split('/').next()).unwrap_or("<category>");
                format!("`amplify {category} update` asks for them")
            }
            Self::StackBlocked { status, .. } => blocked(status),
            Self::Unplanned { losses } => unplanned(losses),
            Self::StackMissing { .. } => {
                "it was deleted, or the environment is in another region; `amplify init` makes another environment"
                    .into()
            }
            Self::Cancelled { .. }
            | Self::ChangeSetFailed { .. }
            | Self::Access(_)
            | Self::File(_)
            | Self::Option { .. }
            | Self::Service { .. }
            | Self::StackFailed { .. }
            | Self::NoBackup { .. }
            | Self::UnknownRequest => return Vec::new(),
        };
        vec![hint]
    }
}

/// How what would be lost is allowed.
fn unplanned(losses: &[Unsaid]) -> String {
    let mut options: Vec<&str> = losses.iter().filter_map(|unsaid| unsaid.option.as_deref()).collect();
    options.sort_unstable();
    options.dedup();
    match options.as_slice() {
        [] => "nothing allows it: undo in `amplify/backend` what leads to it".into(),
        options => format!("make a backup first; if the data may go, add {}", options.join(" ")),
    }
}

/// What ends a blocked state.
fn blocked(status: &str) -> String {
    match status {
        "DELETE_FAILED" => "`amplify delete` tries again".into(),
        _ => "`amplify recover` shows what can be done, and does it".into(),
    }
}

impl From<Error> for PluginError {
    fn from(error: Error) -> Self {
        let kind = match error {
            Error::Cancelled { .. } => ErrorKind::Cancelled,
            Error::Access(error) => return error.into(),
            Error::Option { .. } => ErrorKind::Usage,
            Error::UnknownRequest => ErrorKind::Unsupported,
            _ => ErrorKind::Failed,
        };
        let mut converted = Self { kind, ..Self::new(error.code(), error.to_string()) };
        converted.causes = error.causes();
        converted.hints = error.hints();
        converted
    }
}
