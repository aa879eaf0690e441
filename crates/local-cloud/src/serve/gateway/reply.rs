//! What goes back to the client: a function's answer, or one of the gateway's own.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderName, HeaderValue, Response, StatusCode, header::CONTENT_TYPE};
use s3s::Body;
use serde_json::{Value, json};

/// An answer of the gateway's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Own {
    /// No such path or method, or a signature is wanted and not there.
    MissingToken,
    /// The key is none that was given out here.
    InvalidToken,
    /// The credentials have run out.
    ExpiredToken,
    /// The signature is not the one that the request should have, or is of another time; this is what is said of it.
    Signature(String),
    /// Something is missing that a signature cannot be checked without; this is what is said of it.
    Incomplete(String),
    /// No such API or stage.
    Forbidden,
    /// A token is wanted, and there is none that holds.
    Unauthorized,
    /// The body is too long.
    TooLong,
    /// The function failed, was not there, or answered with something else than a response.
    Failed,
    /// The function took too long for the gateway.
    TimedOut,
}

impl Own {
    /// The signature is another one than the request should have.
    pub(super) fn differs() -> Self {
        let message = "The request signature we calculated does not match the signature you provided. Check your AWS \
                       Secret Access Key and signing method.";
        Self::Signature(message.into())
    }

    fn facts(&self) -> (StatusCode, &str, &'static str, &'static str) {
        match self {
            Self::MissingToken => (
                StatusCode::FORBIDDEN,
                "Missing Authentication Token",
                "MissingAuthenticationTokenException",
                "MISSING_AUTHENTICATION_TOKEN",
            ),
            Self::InvalidToken => (
                StatusCode::FORBIDDEN,
                "The security token included in the request is invalid.",
                "UnrecognizedClientException",
                "INVALID_SIGNATURE",
            ),
            Self::ExpiredToken => (
                StatusCode::FORBIDDEN,
                "The security token included in the request is expired",
                "ExpiredTokenException",
                "EXPIRED_TOKEN",
            ),
            Self::Signature(message) => {
                (StatusCode::FORBIDDEN, message, "InvalidSignatureException", "INVALID_SIGNATURE")
            }
            Self::Incomplete(message) => {
                (StatusCode::FORBIDDEN, message, "IncompleteSignatureException", "INVALID_SIGNATURE")
            }
            Self::Forbidden => (StatusCode::FORBIDDEN, "Forbidden", "ForbiddenException", "ACCESS_DENIED"),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "Unauthorized", "UnauthorizedException", "UNAUTHORIZED"),
            Self::TooLong => {
                (StatusCode::PAYLOAD_TOO_LARGE, "Request Too Long", "RequestTooLargeException", "REQUEST_TOO_LARGE")
            }
            Self::Failed => (
                StatusCode::BAD_GATEWAY,
                "Internal server error",
                "InternalServerErrorException",
                "INTEGRATION_FAILURE",
            ),
            Self::TimedOut => (
                StatusCode::GATEWAY_TIMEOUT,
                "Endpoint request timed out",
                "InternalServerErrorException",
                "INTEGRATION_TIMEOUT",
            ),
        }
    }

    /// The answer, with the headers that the API's description gives to answers of this kind.
    pub(super) fn response(self, description: &Value) -> Response<Body> {
        let (status, message, kind, name) = self.facts();
        let mut response = Response::new(Body::from(json!({ "message": message }).to_string()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert("x-amzn-errortype", HeaderValue::from_static(kind));
        let common = if status.is_client_error() { "DEFAULT_4XX" } else { "DEFAULT_5XX" };
        let customs = &description["x-amazon-apigateway-gateway-responses"];
        let custom = if customs[name].is_object() { &customs[name] } else { &customs[common] };
        for (name, value) in literals(&custom["responseParameters"], "gatewayresponse.header.") {
            headers.insert(name, value);
        }
        response
    }
}

/// Headers that a description sets to fixed values, which stand in quotes.
pub(super) fn literals(parameters: &Value, prefix: &str) -> Vec<(HeaderName, HeaderValue)> {
    let literal = |(name, value): (&String, &Value)| {
        let name = HeaderName::from_bytes(name.strip_prefix(prefix)?.as_bytes()).ok()?;
        let value = value.as_str()?.strip_prefix('\'')?.strip_suffix('\'')?;
        Some((name, HeaderValue::from_str(value).ok()?))
    };
    parameters.as_object().into_iter().flatten().filter_map(literal).collect()
}

/// What a function returned, as a response; none if it is not one.
pub(super) fn from_function(result: &Value) -> Option<Response<Body>> {
    let result = result.as_object()?;
    let status = match result.get("statusCode")? {
        Value::String(text) => text.parse().ok()?,
        number => u16::try_from(number.as_u64()?).ok()?,
    };
    let body = match result.get("body") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::String(text)) if result.get("isBase64Encoded") == Some(&json!(true)) => {
            STANDARD.decode(text).ok()?
        }
        Some(Value::String(text)) => text.clone().into_bytes(),
        Some(_) => return None,
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).ok()?;
    let headers = response.headers_mut();
    for (name, values) in named(result.get("multiValueHeaders"))? {
        for value in values.as_array()? {
            headers.append(name.clone(), text(value)?);
        }
    }
    for (name, value) in named(result.get("headers"))? {
        if !headers.contains_key(&name) {
            headers.insert(name, text(value)?);
        }
    }
    if !headers.contains_key(CONTENT_TYPE) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    // The connection's own affair.
    headers.remove(http::header::CONTENT_LENGTH);
    headers.remove(http::header::TRANSFER_ENCODING);
    Some(response)
}

fn named(map: Option<&Value>) -> Option<Vec<(HeaderName, &Value)>> {
    let map = match map {
        None | Some(Value::Null) => return Some(Vec::new()),
        Some(value) => value.as_object()?,
    };
    map.iter().map(|(name, value)| Some((HeaderName::from_bytes(name.as_bytes()).ok()?, value))).collect()
}

fn text(value: &Value) -> Option<HeaderValue> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        _ => return None,
    };
    HeaderValue::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_functions_are_checked() {
        let response = from_function(&json!({
            "statusCode": 201, "headers": { "X-One": 1, "Set-Cookie": "lost" },
            "multiValueHeaders": { "Set-Cookie": ["a=1", "b=2"] }, "body": "aGk=", "isBase64Encoded": true,
        }))
        .unwrap();
        assert_eq!(response.status(), 201);
        assert_eq!(response.headers()["x-one"], "1");
        assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
        assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
        assert_eq!(from_function(&json!({ "statusCode": "204" })).unwrap().status(), 204);
        for wrong in [
            json!(null),
            json!("text"),
            json!({}),
            json!({ "statusCode": "ok" }),
            json!({ "statusCode": 200, "body": { "a": 1 } }),
            json!({ "statusCode": 99999 }),
            json!({ "statusCode": 200, "headers": [1] }),
            json!({ "statusCode": 200, "body": "%", "isBase64Encoded": true }),
        ] {
            assert!(from_function(&wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn own_answers_have_the_headers_that_the_description_gives_them() {
        let description = json!({ "x-amazon-apigateway-gateway-responses": { "DEFAULT_5XX": {
            "responseParameters": { "gatewayresponse.header.Access-Control-Allow-Origin": "'*'", "other": "x" },
        } } });
        let response = Own::TimedOut.response(&description);
        assert_eq!(response.status(), 504);
        assert_eq!(response.headers()["access-control-allow-origin"], "*");
        assert!(!Own::MissingToken.response(&description).headers().contains_key("access-control-allow-origin"));
    }
}
