//! The HTTP side of S3: drops signatures that nobody checks, and answers browsers.

use std::sync::Arc;

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri,
    header::{self, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, ORIGIN},
};
use hyper::body::Incoming;
use s3s::{
    Body, S3Result,
    host::{S3Host, VirtualHost},
    service::{S3Service, S3ServiceBuilder},
};

use super::{buckets::Buckets, chunked::Chunked, form};

/// The S3 service.
#[derive(Clone)]
pub(super) struct S3 {
    service: Arc<S3Service>,
}

/// Headers of answers that scripts of other origins may read.
const EXPOSED: &str = "ETag, Content-Length, Content-Range, Content-Type, Last-Modified, x-amz-request-id, x-amz-id-2, \
                       x-amz-version-id, x-amz-delete-marker, x-amz-server-side-encryption";

impl S3 {
    pub(super) fn new(buckets: Buckets) -> Self {
        let mut builder = S3ServiceBuilder::new(buckets);
        builder.set_host(LoopbackHost);
        Self { service: Arc::new(builder.build()) }
    }

    pub(super) async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let origin = request.headers().get(ORIGIN).cloned();
        let mut response = if request.method() == Method::OPTIONS {
            preflight(request.headers())
        } else {
            let failed = |_| status(StatusCode::INTERNAL_SERVER_ERROR);
            match unsigned(request).await {
                Ok(request) => self.service.call(request).await.unwrap_or_else(failed),
                Err(code) => status(code),
            }
        };
        if origin.is_some() {
            let headers = response.headers_mut();
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
        }
        response
    }
}

/// What browsers ask before they send anything.
fn preflight(asked: &HeaderMap) -> Response<Body> {
    let mut response = status(StatusCode::OK);
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let methods = HeaderValue::from_static("GET, HEAD, PUT, POST, DELETE");
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3000"));
    if let Some(wanted) = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
    response
}

/// Takes the signature off a request, wherever it is, and the framing that belongs to it off the body.
async fn unsigned(request: Request<Incoming>) -> Result<Request<Body>, StatusCode> {
    let (mut parts, body) = request.into_parts();
    parts.headers.remove(AUTHORIZATION);
    parts.uri = without_signature(&parts.uri).ok_or(StatusCode::BAD_REQUEST)?;
    if parts.method == Method::POST && form::is_form(&parts.headers) {
        let form = form::unsigned(body).await?;
        parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(form.len()));
        return Ok(Request::from_parts(parts, Body::from(form)));
    }
    let content_hash = parts.headers.remove("x-amz-content-sha256");
    let streaming = content_hash.is_some_and(|value| value.as_bytes().starts_with(b"STREAMING-"));
    if !streaming {
        return Ok(Request::from_parts(parts, Body::from(body)));
    }
    let length = parts.headers.remove("x-amz-decoded-content-length");
    let length: u64 = length.and_then(|value| value.to_str().ok()?.parse().ok()).ok_or(StatusCode::LENGTH_REQUIRED)?;
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    parts.headers.remove(header::TRANSFER_ENCODING);
    let trailer = parts.headers.remove("x-amz-trailer");
    let checksum = trailer.as_ref().and_then(|name| HeaderName::from_bytes(name.as_bytes()).ok());
    if checksum.is_some() {
        // The checksum follows the body and is checked there.
        parts.headers.remove("x-amz-sdk-checksum-algorithm");
    }
    plain_encoding(&mut parts.headers);
    let body = Chunked::new(body, length, checksum.as_ref());
    Ok(Request::from_parts(parts, Body::http_body_unsync(body)))
}

/// Leaves of `Content-Encoding` what belongs to the object.
fn plain_encoding(headers: &mut HeaderMap) {
    let Some(value) = headers.remove(CONTENT_ENCODING) else { return };
    let text = value.to_str().unwrap_or_default();
    let rest: Vec<&str> =
        text.split(',').map(str::trim).filter(|name| *name != "aws-chunked" && !name.is_empty()).collect();
    if let Ok(value) = HeaderValue::from_str(&rest.join(","))
        && !rest.is_empty()
    {
        headers.insert(CONTENT_ENCODING, value);
    }
}

/// Takes the parameters of a presigned address out of it.
fn without_signature(uri: &Uri) -> Option<Uri> {
    let Some(query) = uri.query() else { return Some(uri.clone()) };
    let v2 = query.split('&').any(|pair| pair.starts_with("AWSAccessKeyId="));
    let belongs = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default();
        let v4 = ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature", "Security-Token"];
        let signed = name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("X-Amz-"))
            && v4.iter().any(|part| name[6..].eq_ignore_ascii_case(part));
        let signed = signed || (v2 && matches!(name, "AWSAccessKeyId" | "Signature" | "Expires"));
        !signed
    };
    let rest: Vec<&str> = query.split('&').filter(belongs).collect();
    let text = if rest.is_empty() { uri.path().to_owned() } else { format!("{}?{}", uri.path(), rest.join("&")) };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(text.parse().ok()?);
    Uri::from_parts(parts).ok()
}

fn status(code: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = code;
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    response
}

/// Finds the bucket in a host name: `BUCKET.localhost`, `BUCKET.s3.localhost`, and AWS's own names for those who map them
/// to loopback. Any other host takes the bucket in the path.
struct LoopbackHost;

impl S3Host for LoopbackHost {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        Ok(match bucket_of(name) {
            Some(bucket) => VirtualHost::new(host).with_bucket(bucket),
            None => VirtualHost::new(host),
        })
    }
}

fn bucket_of(host: &str) -> Option<&str> {
    let rest = host.strip_suffix(".localhost").or_else(|| host.strip_suffix(".amazonaws.com"))?;
    let service = |text: &str| text == "s3" || text.starts_with("s3.") || text.starts_with("s3-");
    if service(rest) {
        return None;
    }
    let cut = rest.match_indices('.').map(|(index, _)| index).find(|index| service(&rest[index + 1..]));
    Some(cut.map_or(rest, |index| &rest[..index]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_in_host_names() {
        for (host, bucket) in [
            ("photos.localhost", Some("photos")),
            ("photos.s3.localhost", Some("photos")),
            ("my.photos.s3.eu-west-1.amazonaws.com", Some("my.photos")),
            ("localhost", None),
            ("s3.localhost", None),
            ("s3.us-east-1.amazonaws.com", None),
            ("example.com", None),
        ] {
            assert_eq!(bucket_of(host), bucket, "{host}");
        }
    }

    #[test]
    fn a_presigned_address_loses_its_signature_only() {
        let check = |from: &str, to: &str| {
            assert_eq!(without_signature(&from.parse().unwrap()).unwrap(), to.parse::<Uri>().unwrap());
        };
        check(
            "/b/k?X-Amz-Algorithm=A&X-Amz-Credential=c&X-Amz-Date=d&X-Amz-Expires=9&X-Amz-SignedHeaders=h&X-Amz-Signature=s",
            "/b/k",
        );
        check(
            "/b/k?response-content-type=a%2Fb&X-Amz-Signature=s&x-id=GetObject",
            "/b/k?response-content-type=a%2Fb&x-id=GetObject",
        );
        check("/b/k?AWSAccessKeyId=a&Signature=s&Expires=1", "/b/k");
        check("/b?list-type=2&prefix=a", "/b?list-type=2&prefix=a");
    }

    #[test]
    fn the_object_s_own_encoding_stays() {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("aws-chunked, gzip"));
        plain_encoding(&mut headers);
        assert_eq!(headers[CONTENT_ENCODING], "gzip");
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("aws-chunked"));
        plain_encoding(&mut headers);
        assert!(!headers.contains_key(CONTENT_ENCODING));
    }
}
