//! The event that API Gateway hands to a function, version 1.0 of the proxy format.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, Method};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::{
    admission::Admitted,
    route::{Route, decode},
};

/// What is known of a request.
pub(super) struct Facts<'r> {
    pub(super) api: &'r str,
    pub(super) stage: &'r str,
    pub(super) account_id: &'r str,
    pub(super) method: &'r Method,
    /// Below the stage, as sent.
    pub(super) path: &'r str,
    pub(super) query: Option<&'r str>,
    pub(super) headers: &'r HeaderMap,
    pub(super) body: &'r [u8],
    /// Types of content that are handed over in base64.
    pub(super) binary: &'r [String],
    /// The key that the request is signed with.
    pub(super) access_key: Option<&'r str>,
    /// Who its sender is, where the path is not open.
    pub(super) admitted: &'r Admitted,
    pub(super) request_id: &'r str,
    /// Milliseconds since 1970.
    pub(super) now: u64,
}

/// Makes the event.
pub(super) fn event(facts: &Facts<'_>, route: &Route<'_>) -> Value {
    let headers = several(
        facts
            .headers
            .iter()
            .map(|(name, value)| (title(name.as_str()), String::from_utf8_lossy(value.as_bytes()).into_owned())),
    );
    let query = several(facts.query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name, true), decode(value, true))
    }));
    let header = |name: &str| facts.headers.get(name).and_then(|value| value.to_str().ok());
    let (body, encoded) = body(facts, header("content-type").unwrap_or_default());
    let host = header("host").unwrap_or_default();
    let mut context = json!({
        "resourceId": facts.api,
        "resourcePath": route.resource,
        "httpMethod": facts.method.as_str(),
        "extendedRequestId": facts.request_id,
        "requestTime": request_time(facts.now),
        "path": format!("/{}{}", facts.stage, facts.path),
        "accountId": facts.account_id,
        "protocol": "HTTP/1.1",
        "stage": facts.stage,
        "domainPrefix": facts.api,
        "requestTimeEpoch": facts.now,
        "requestId": facts.request_id,
        "identity": identity(facts, header("user-agent")),
        "domainName": host,
        "apiId": facts.api,
    });
    if let Some(claims) = &facts.admitted.claims {
        context["authorizer"] = json!({ "claims": claims });
    }
    json!({
        "resource": route.resource,
        "path": facts.path,
        "httpMethod": facts.method.as_str(),
        "headers": last(&headers),
        "multiValueHeaders": or_null(headers),
        "queryStringParameters": last(&query),
        "multiValueQueryStringParameters": or_null(query),
        "pathParameters": or_null(route.parameters.clone()),
        "stageVariables": null,
        "requestContext": context,
        "body": body,
        "isBase64Encoded": encoded,
    })
}

/// The body as text, or in base64 where it is of a binary type or is no text.
fn body(facts: &Facts<'_>, content_type: &str) -> (Value, bool) {
    if facts.body.is_empty() {
        return (Value::Null, false);
    }
    let content_type = content_type.split(';').next().unwrap_or_default().trim();
    let binary = facts.binary.iter().any(|wanted| fits(wanted, content_type));
    match std::str::from_utf8(facts.body) {
        Ok(text) if !binary => (text.into(), false),
        _ => (STANDARD.encode(facts.body).into(), true),
    }
}

/// Whether a type of content is meant by a pattern such as `image/*`.
fn fits(pattern: &str, content_type: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some("*/") => true,
        Some(start) => content_type.starts_with(start),
        None => content_type.eq_ignore_ascii_case(pattern),
    }
}

fn identity(facts: &Facts<'_>, agent: Option<&str>) -> Value {
    let none = Value::Null;
    let session = facts.admitted.session.as_ref().unwrap_or(&none);
    let kind = session["authenticated"].as_bool().map(|known| if known { "authenticated" } else { "unauthenticated" });
    json!({
        "cognitoIdentityPoolId": session["identityPoolId"],
        "accountId": session.is_object().then_some(facts.account_id),
        "cognitoIdentityId": session["identityId"],
        "caller": null,
        "sourceIp": "127.0.0.1",
        "principalOrgId": null,
        "accessKey": facts.access_key,
        "cognitoAuthenticationType": kind,
        "cognitoAuthenticationProvider": null,
        "userArn": session["role"],
        "userAgent": agent,
        "user": null,
    })
}

/// Names with all their values.
fn several(pairs: impl Iterator<Item = (String, String)>) -> Map<String, Value> {
    let mut all = Map::new();
    for (name, value) in pairs {
        if let Value::Array(values) = all.entry(name).or_insert_with(|| json!([])) {
            values.push(value.into());
        }
    }
    all
}

/// Names with the last of their values.
fn last(all: &Map<String, Value>) -> Value {
    let one = |value: &Value| value.as_array().and_then(|values| values.last()).cloned().unwrap_or_default();
    or_null(all.iter().map(|(name, values)| (name.clone(), one(values))).collect())
}

fn or_null(map: Map<String, Value>) -> Value {
    if map.is_empty() { Value::Null } else { map.into() }
}

/// `content-type` as clients of HTTP/1.1 write it: `Content-Type`.
fn title(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
    };
    name.split('-').map(word).collect::<Vec<_>>().join("-")
}

/// Such as `09/Apr/2015:12:34:56 +0000`.
fn request_time(milliseconds: u64) -> String {
    let seconds = i64::try_from(milliseconds / 1000).unwrap_or_default();
    let at = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let month: String = at.month().to_string().chars().take(3).collect();
    format!("{:02}/{month}/{}:{:02}:{:02}:{:02} +0000", at.day(), at.year(), at.hour(), at.minute(), at.second())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(headers: &[(&'static str, &'static str)], query: Option<&str>, body: &[u8], binary: &[&str]) -> Value {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let binary: Vec<String> = binary.iter().map(|text| (*text).to_owned()).collect();
        let facts = Facts {
            api: "abc",
            stage: "dev",
            account_id: "000000000000",
            method: &Method::PUT,
            path: "/items/1",
            query,
            headers: &map,
            body,
            binary: &binary,
            access_key: None,
            admitted: &Admitted::default(),
            request_id: "r",
            now: 1_428_582_896_000,
        };
        let none = Value::Null;
        let parameters = Map::from_iter([("proxy".to_owned(), json!("1"))]);
        event(&facts, &Route { resource: "/items/{proxy+}", methods: &none, parameters })
    }

    #[test]
    fn a_request_becomes_the_event_that_the_gateway_sends() {
        let headers = [("content-type", "application/json"), ("x-tag", "a"), ("x-tag", "b"), ("host", "127.0.0.1:1")];
        let event = made(&headers, Some("q=1&q=a%20b+c&empty"), b"{}", &[]);
        assert_eq!(event["resource"], "/items/{proxy+}");
        assert_eq!(event["path"], "/items/1");
        assert_eq!(event["httpMethod"], "PUT");
        assert_eq!(event["headers"]["Content-Type"], "application/json");
        assert_eq!(event["headers"]["X-Tag"], "b", "the last one");
        assert_eq!(event["multiValueHeaders"]["X-Tag"], json!(["a", "b"]));
        assert_eq!(event["queryStringParameters"], json!({ "q": "a b c", "empty": "" }));
        assert_eq!(event["multiValueQueryStringParameters"]["q"], json!(["1", "a b c"]));
        assert_eq!(event["pathParameters"], json!({ "proxy": "1" }));
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("{}"), &json!(false)));
        let context = &event["requestContext"];
        assert_eq!((&context["stage"], &context["path"]), (&json!("dev"), &json!("/dev/items/1")));
        assert_eq!(context["requestTime"], "09/Apr/2015:12:34:56 +0000");
        assert_eq!(context["resourcePath"], "/items/{proxy+}");
        assert_eq!(context.get("authorizer"), None);
    }

    #[test]
    fn what_is_not_there_is_null() {
        let event = made(&[], None, b"", &[]);
        for key in ["headers", "multiValueHeaders", "queryStringParameters", "body", "stageVariables"] {
            assert_eq!(event[key], Value::Null, "{key}");
        }
    }

    #[test]
    fn binary_bodies_come_in_base64() {
        let png = [("content-type", "image/png")];
        let event = made(&png, None, b"abc", &["image/*"]);
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("YWJj"), &json!(true)));
        assert_eq!(made(&png, None, b"abc", &[])["body"], "abc");
        let event = made(&png, None, &[0xff, 0], &[]);
        assert_eq!((&event["body"], &event["isBase64Encoded"]), (&json!("/wA="), &json!(true)), "no text");
    }
}
