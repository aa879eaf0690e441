//! The HTTP side of user pools and identity pools.

use std::sync::Arc;

use amplify_local_identity::Service;
use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Request, Response, StatusCode,
    header::{self, AUTHORIZATION, CONTENT_TYPE, HOST},
};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use serde_json::{Value, json};

/// The largest call.
const LIMIT: usize = 1024 * 1024;
const JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");
const ANYONE: HeaderValue = HeaderValue::from_static("*");
/// Headers of answers that scripts of other origins may read.
const EXPOSED: HeaderValue = HeaderValue::from_static("x-amzn-errortype, x-amzn-errormessage, x-amzn-requestid");

type Answer = Response<Full<Bytes>>;

/// Answers a request.
pub(super) async fn answer(service: Arc<Service>, request: Request<Incoming>) -> Answer {
    let mut response = match *request.method() {
        Method::OPTIONS => preflight(request.headers()),
        Method::GET | Method::HEAD => document(&service, &request),
        Method::POST => call(service, request).await,
        _ => plain(StatusCode::METHOD_NOT_ALLOWED),
    };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, ANYONE);
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    response
}

async fn call(service: Arc<Service>, request: Request<Incoming>) -> Answer {
    let text = |name: &str| {
        let value = request.headers().get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let target = text("x-amz-target");
    let signed = text(AUTHORIZATION.as_str()).starts_with("AWS4-HMAC-SHA256 ");
    let Ok(body) = Limited::new(request.into_body(), LIMIT).collect().await else {
        return refusal(413, "RequestEntityTooLargeException", "the call is larger than 1 MiB");
    };
    let body = body.to_bytes();
    // Functions of triggers run within, and they call back.
    let answered = tokio::task::spawn_blocking(move || service.call(&target, &body, signed)).await;
    match answered {
        Ok(Ok(document)) => json(StatusCode::OK, &document),
        Ok(Err(failure)) => refusal(failure.status(), failure.name, &failure.message),
        Err(_) => refusal(500, "InternalErrorException", "the call was not brought to its end"),
    }
}

/// What is public of a pool.
fn document(service: &Service, request: &Request<Incoming>) -> Answer {
    let mut parts = request.uri().path().trim_start_matches('/').split('/');
    let (Some(pool), Some(".well-known"), Some(name), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return plain(StatusCode::NOT_FOUND);
    };
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let found = match name {
        "jwks.json" => service.public_keys(pool),
        "openid-configuration" => service.configuration(pool, &format!("http://{host}")),
        _ => Ok(None),
    };
    match found {
        Ok(Some(document)) => json(StatusCode::OK, &document),
        Ok(None) => plain(StatusCode::NOT_FOUND),
        Err(failure) => refusal(failure.status(), failure.name, &failure.message),
    }
}

fn json(status: StatusCode, document: &Value) -> Answer {
    let mut response = Response::new(Full::new(Bytes::from(document.to_string())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response
}

fn refusal(status: u16, name: &str, message: &str) -> Answer {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = json(status, &json!({ "__type": name, "message": message }));
    if let Ok(name) = HeaderValue::from_str(name) {
        response.headers_mut().insert("x-amzn-errortype", name);
    }
    response
}

fn plain(status: StatusCode) -> Answer {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

/// What browsers ask before they send anything.
fn preflight(asked: &HeaderMap) -> Answer {
    let mut response = plain(StatusCode::OK);
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3000"));
    if let Some(wanted) = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
    response
}
