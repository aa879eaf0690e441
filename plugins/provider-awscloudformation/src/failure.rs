//! What a failed call means: no credentials, expired ones, no connection, or the service's refusal.

use std::error::Error as _;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::error::Error;

/// Codes with which services refuse a session that is over.
const EXPIRED: [&str; 5] =
    ["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired", "ExpiredTokenError"];

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
    let mut causes = Vec::new();
    let mut credentials = false;
    let mut next = error.source();
    while let Some(cause) = next {
        credentials |= cause.is::<CredentialsError>();
        let text = cause.to_string();
        if causes.last() != Some(&text) {
            causes.push(text);
        }
        next = cause.source();
    }
    if credentials { Error::NoCredentials { causes } } else { Error::Connection { operation, causes } }
}
