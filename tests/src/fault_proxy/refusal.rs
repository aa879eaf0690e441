//! How services say no, each in its own form.

use crate::http::reply;

/// Why a service refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The credentials may not do this.
    Denied,
    /// The session is over.
    Expired,
    /// Too many calls.
    Throttled,
    /// The service is in trouble.
    Unavailable,
}

/// The forms in which services answer.
enum Form {
    Json,
    Query,
    S3,
}

impl Refusal {
    /// The whole reply of a service.
    pub fn reply(self, service: &str, method: &str) -> Vec<u8> {
        let form = match service {
            "s3" => Form::S3,
            "cloudformation" | "sts" | "iam" => Form::Query,
            _ => Form::Json,
        };
        let (status, code) = self.code(&form);
        let message = match self {
            Self::Denied => "not authorized to perform this operation",
            Self::Expired => "The security token included in the request is expired",
            Self::Throttled => "Rate exceeded",
            Self::Unavailable => "The service is unable to handle this request",
        };
        let text = match form {
            Form::Json => format!(r#"{{"__type":"{code}","message":"{message}"}}"#),
            Form::S3 => {
                format!("<Error><Code>{code}</Code><Message>{message}</Message><RequestId>1</RequestId></Error>")
            }
            Form::Query => format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
                 <RequestId>1</RequestId></ErrorResponse>"
            ),
        };
        let text = if method == "HEAD" { String::new() } else { text };
        match form {
            Form::Json => {
                let headers = [("content-type", "application/json"), ("x-amzn-errortype", code)];
                reply(status, &headers, text.as_bytes())
            }
            Form::Query | Form::S3 => reply(status, &[("content-type", "text/xml")], text.as_bytes()),
        }
    }

    fn code(self, form: &Form) -> (u16, &'static str) {
        match (self, form) {
            (Self::Denied, Form::Json) => (400, "AccessDeniedException"),
            (Self::Denied, _) => (403, "AccessDenied"),
            (Self::Expired, Form::Json) => (400, "ExpiredTokenException"),
            (Self::Expired, Form::Query) => (403, "ExpiredToken"),
            (Self::Expired, Form::S3) => (400, "ExpiredToken"),
            (Self::Throttled, Form::Json) => (429, "ThrottlingException"),
            (Self::Throttled, Form::Query) => (400, "Throttling"),
            (Self::Throttled, Form::S3) => (503, "SlowDown"),
            (Self::Unavailable, Form::S3) => (500, "InternalError"),
            (Self::Unavailable, _) => (503, "ServiceUnavailable"),
        }
    }
}
