//! Errors of the local cloud as the host shows them.

use amplify_local_cloud::Error;
use amplify_sdk::error::{ErrorKind, PluginError};

/// Turns an error into plain data.
pub(crate) fn convert(error: &Error) -> PluginError {
    let kind = if matches!(error, Error::Cancelled) { ErrorKind::Cancelled } else { ErrorKind::Failed };
    let mut converted = PluginError { kind, ..PluginError::new(error.code(), error.to_string()) };
    converted.causes = error.causes();
    converted.hints = error.hints();
    converted
}

/// Nothing is deployed yet.
pub(crate) fn not_deployed() -> PluginError {
    PluginError::new("not-deployed", "the environment has nothing deployed on this machine").hint("run `amplify push`")
}

/// A request of a newer host.
pub(crate) fn unknown_request() -> PluginError {
    PluginError {
        kind: ErrorKind::Unsupported,
        ..PluginError::new("unsupported", "the provider `local` does not know this request")
    }
}
