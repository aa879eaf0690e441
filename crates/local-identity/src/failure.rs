//! What a call is refused with: Cognito's name of the error, and its message.

use serde_json::{Value, json};

/// A refusal. Apps compare the names, and some the messages, so both are Cognito's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Such as `NotAuthorizedException`.
    pub name: &'static str,
    /// Its message.
    pub message: String,
}

pub(crate) type Outcome<T> = Result<T, Failure>;

macro_rules! failures {
    ($($function:ident => $name:literal),* $(,)?) => {
        impl Failure {
            $(pub(crate) fn $function(message: impl Into<String>) -> Self {
                Self { name: $name, message: message.into() }
            })*
        }
    };
}

failures! {
    alias_exists => "AliasExistsException",
    code_mismatch => "CodeMismatchException",
    enable_mfa => "EnableSoftwareTokenMFAException",
    expired_code => "ExpiredCodeException",
    group_exists => "GroupExistsException",
    internal => "InternalErrorException",
    invalid_lambda_response => "InvalidLambdaResponseException",
    invalid_parameter => "InvalidParameterException",
    invalid_password => "InvalidPasswordException",
    limit_exceeded => "LimitExceededException",
    mfa_method_not_found => "MFAMethodNotFoundException",
    no_credentials => "MissingAuthenticationTokenException",
    not_authorized => "NotAuthorizedException",
    not_found => "ResourceNotFoundException",
    password_reset_required => "PasswordResetRequiredException",
    serialization => "SerializationException",
    unexpected_lambda => "UnexpectedLambdaException",
    unknown_operation => "UnknownOperationException",
    unsupported_state => "UnsupportedUserStateException",
    user_exists => "UsernameExistsException",
    user_lambda => "UserLambdaValidationException",
    user_not_confirmed => "UserNotConfirmedException",
    user_not_found => "UserNotFoundException",
}

impl Failure {
    /// The status of the HTTP answer.
    pub fn status(&self) -> u16 {
        if self.name == "InternalErrorException" { 500 } else { 400 }
    }

    /// The body of the HTTP answer.
    pub fn document(&self) -> Value {
        json!({ "__type": self.name, "message": self.message })
    }

    pub(crate) fn wrong_password() -> Self {
        Self::not_authorized("Incorrect username or password.")
    }

    pub(crate) fn no_such_user() -> Self {
        Self::user_not_found("User does not exist.")
    }

    pub(crate) fn wrong_code() -> Self {
        Self::code_mismatch("Invalid verification code provided, please try again.")
    }
}
