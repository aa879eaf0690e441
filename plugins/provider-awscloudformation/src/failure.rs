//! What a failed call means: no credentials, expired ones, no connection, or the service's refusal.

use std::error::Error as _;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::error::Error;

/// Codes with which services refuse a session that is over.
const EXPIRED: [&str; 5] =
    ["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired", "ExpiredTokenError"];

/// Words with which the SDK, and single sign-on, say that a session is over.
const OVER: [&str; 2] = ["expired", "session token not found or invalid"];

/// Turns the failure of a call into an error that names the operation.
pub(crate) fn failed<E, R>(operation: &'static str) -> impl Fn(SdkError<E, R>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug + 'static,
{
    move |error| describe(operation, &error)
}

/// The code of a service's refusal.
pub(crate) fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Option<&str> {
    error.as_service_error().and_then(ProvideErrorMetadata::code)
}

/// A conditional write came too late: the condition does not hold, or the object it named is gone.
pub(crate) fn is_refusal<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    matches!(code(error), Some("PreconditionFailed" | "ConditionalRequestConflict" | "NoSuchKey"))
}

/// What a service says of its refusal.
pub(crate) fn message<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> &str {
    error.as_service_error().and_then(ProvideErrorMetadata::message).unwrap_or_default()
}

/// What it means that nobody could sign in.
pub(crate) fn unsigned(error: &CredentialsError) -> Error {
    let causes = chain(Some(error));
    let over = causes.iter().find(|cause| {
        let cause = cause.to_ascii_lowercase();
        OVER.iter().any(|words| cause.contains(words))
    });
    match over {
        Some(message) => Error::Expired { operation: "signing in", message: message.clone() },
        None => Error::NoCredentials { causes },
    }
}

/// What is said of an error and of what led to it.
fn chain(mut next: Option<&(dyn std::error::Error + 'static)>) -> Vec<String> {
    let mut causes: Vec<String> = Vec::new();
    while let Some(cause) = next {
        let text = cause.to_string();
        if causes.last() != Some(&text) {
            causes.push(text);
        }
        next = cause.source();
    }
    causes
}

fn describe<E, R>(operation: &'static str, error: &SdkError<E, R>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug + 'static,
{
    if let Some(refusal) = error.as_service_error() {
        let code = refusal.code().unwrap_or("no code").to_owned();
        let message = refusal.message().unwrap_or("no reason was given").trim_end_matches('.').to_owned();
        if EXPIRED.contains(&code.as_str()) {
            return Error::Expired { operation, message };
        }
        return Error::Service { operation, code, message };
    }
    let mut next = error.source();
    while let Some(cause) = next {
        if let Some(cause) = cause.downcast_ref() {
            return unsigned(cause);
        }
        next = cause.source();
    }
    Error::Connection { operation, causes: chain(error.source()) }
}
