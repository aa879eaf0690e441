//! Uploads from HTML forms: takes the signature out of the form, as nobody checks it.

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;

/// The largest form.
const LIMIT: usize = 256 * 1024 * 1024;
/// Fields with which a form is signed. S3 lets a form have any field of the second name without being asked.
const SIGNATURES: [(&str, &str); 2] = [
    ("name=\"x-amz-signature\"", "name=\"x-ignore-signature\""),
    ("name=\"signature\"", "name=\"x-ignore-signature\""),
];

/// Whether a request carries a form.
pub(super) fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.get(..19).is_some_and(|start| start.eq_ignore_ascii_case("multipart/form-data"))
}

/// Reads a form, without its signature.
pub(super) async fn unsigned(body: Incoming) -> Result<Bytes, StatusCode> {
    let body = Limited::new(body, LIMIT).collect().await.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?.to_bytes();
    Ok(strip(&body))
}

fn strip(form: &[u8]) -> Bytes {
    // The file is the last field, and its content is nobody's business.
    let marker = b"name=\"file\"";
    let end = form.windows(marker.len()).position(|window| window == marker).unwrap_or(form.len());
    let (fields, file) = form.split_at(end);
    let mut rest = fields;
    let mut stripped = Vec::with_capacity(form.len());
    while let Some(first) = rest.first() {
        let found = SIGNATURES.iter().find(|(name, _)| starts_with(rest, name.as_bytes()));
        match found {
            Some((name, other)) => {
                stripped.extend_from_slice(other.as_bytes());
                rest = &rest[name.len()..];
            }
            None => {
                stripped.push(*first);
                rest = &rest[1..];
            }
        }
    }
    stripped.extend_from_slice(file);
    Bytes::from(stripped)
}

fn starts_with(text: &[u8], start: &[u8]) -> bool {
    text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_signature_is_taken_out() {
        let form = "a; name=\"key\"\r\nb; name=\"X-Amz-Signature\"\r\nc; name=\"file\"\r\n name=\"signature\"";
        let expected = "a; name=\"key\"\r\nb; name=\"x-ignore-signature\"\r\nc; name=\"file\"\r\n name=\"signature\"";
        assert_eq!(strip(form.as_bytes()), expected);
    }
}
