//! Signatures of requests (AWS Signature Version 4): read where a request shows one, and made again with the secret of its key.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign},
    sign::v4,
};
use bytes::Bytes;
use http::{HeaderMap, Request, header::AUTHORIZATION};
use time::{OffsetDateTime, PrimitiveDateTime, format_description::BorrowedFormatItem, macros::format_description};

use super::{reply::Own, route::decode};

/// The service that APIs are signed for.
const SERVICE: &str = "execute-api";
const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// How far the clocks of a client and of this machine may be apart.
const SKEW: time::Duration = time::Duration::minutes(5);
/// A week, in seconds: no address is good for longer.
const LONGEST: u64 = 604_800;
const DATE: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]T[hour][minute][second]Z");
/// What an address carries of its signature. A second parameter of such a name is signed like any other.
const IN_ADDRESS: [&str; 6] =
    ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature"];

/// What a request shows of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signature {
    /// The id of the key.
    pub(super) key: String,
    /// The day and the region of its scope.
    day: String,
    region: String,
    /// The names of the headers that it covers.
    headers: Vec<String>,
    date: String,
    value: String,
    place: Place,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Header,
    /// In the address, which is good for so many seconds.
    Address(String),
}

impl Signature {
    /// What is there of a signature for APIs. Each form is whole or none: by which key, where, and the signature.
    pub(super) fn of(headers: &HeaderMap, query: Option<&str>) -> Option<Self> {
        let in_query = |name: &str| parameter(query, name);
        let authorization = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let parts = authorization.and_then(|text| text.strip_prefix(ALGORITHM)?.strip_prefix(' '));
        let part = |name: &str| {
            let parts = parts.into_iter().flat_map(|text| text.split(',')).map(str::trim);
            let mut named = parts.filter_map(|part| part.split_once('='));
            named.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
        };
        let (credential, value, names, date, place) = match (part("Credential"), part("Signature")) {
            (Some(credential), Some(value)) => {
                let date = headers.get("x-amz-date").and_then(|value| value.to_str().ok()).map(str::to_owned);
                (credential, value, part("SignedHeaders"), date, Place::Header)
            }
            _ => {
                let place = Place::Address(in_query("X-Amz-Expires").unwrap_or_default());
                let (credential, value) = (in_query("X-Amz-Credential")?, in_query("X-Amz-Signature")?);
                (credential, value, in_query("X-Amz-SignedHeaders"), in_query("X-Amz-Date"), place)
            }
        };
        let scope: Vec<&str> = credential.split('/').collect();
        let [key, day, region, SERVICE, "aws4_request"] = scope.as_slice() else { return None };
        let headers = names.iter().flat_map(|names| names.split(';')).map(str::to_ascii_lowercase).collect();
        let (key, day, region) = ((*key).to_owned(), (*day).to_owned(), (*region).to_owned());
        Some(Self { key, day, region, headers, date: date.unwrap_or_default(), value, place })
    }

    /// Whether the request is the one that was signed, with this secret, for this region, and not too long ago.
    pub(super) fn verify(
        &self,
        request: &Request<Bytes>,
        secret: &str,
        region: &str,
        now: OffsetDateTime,
    ) -> Result<(), Own> {
        let date = PrimitiveDateTime::parse(&self.date, DATE).map_err(|_| {
            Own::Incomplete("A signature needs its date as `X-Amz-Date`, such as 20200530T120000Z".into())
        })?;
        let date = date.assume_utc();
        if !self.date.starts_with(&self.day) {
            return Err(Own::Signature(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != '{}'",
                self.day,
                &self.date[..8]
            )));
        }
        if self.region != region {
            return Err(Own::Signature(format!(
                "Credential should be scoped to a valid region, not '{}': this environment is in '{region}'",
                self.region
            )));
        }
        let good_for = self.in_time(date, now)?;
        let covers = |wanted: &str| self.headers.iter().any(|name| name == wanted);
        if !covers("host") {
            return Err(Own::Signature("'Host' must be a 'SignedHeader' in the AWS Authorization.".into()));
        }
        // The signer below covers the date's header by itself.
        if self.place == Place::Header && !covers("x-amz-date") {
            return Err(Own::differs());
        }
        if self.again(request, secret, date.into(), good_for)? != self.value {
            return Err(Own::differs());
        }
        Ok(())
    }

    /// Whether it is made now, or for now. How long it is good for, where its address says so.
    fn in_time(&self, date: OffsetDateTime, now: OffsetDateTime) -> Result<Option<Duration>, Own> {
        let text = |time: OffsetDateTime| time.format(DATE).unwrap_or_default();
        if date > now + SKEW {
            return Err(Own::Signature(format!(
                "Signature not yet current: {} is still later than {} ({} + 5 min.)",
                text(date),
                text(now + SKEW),
                text(now)
            )));
        }
        let Place::Address(seconds) = &self.place else {
            if date < now - SKEW {
                return Err(Own::Signature(format!(
                    "Signature expired: {} is now earlier than {} ({} - 5 min.)",
                    text(date),
                    text(now - SKEW),
                    text(now)
                )));
            }
            return Ok(None);
        };
        let seconds = seconds.parse().ok().filter(|seconds| (1..=LONGEST).contains(seconds)).ok_or_else(|| {
            Own::Signature(format!("X-Amz-Expires must be a number of seconds, {LONGEST} (a week) at the most"))
        })?;
        let good_for = Duration::from_secs(seconds);
        if date + good_for < now {
            let end = text(date + good_for);
            return Err(Own::Signature(format!("Signature expired: {end} is now earlier than {}", text(now))));
        }
        Ok(Some(good_for))
    }

    /// The signature that the request should have.
    fn again(
        &self,
        request: &Request<Bytes>,
        secret: &str,
        date: SystemTime,
        good_for: Option<Duration>,
    ) -> Result<String, Own> {
        let mut settings = SigningSettings::default();
        // The client has said what it signed, and a header that it left out is not passed on.
        settings.excluded_headers = None;
        let mut address = request.uri().path().to_owned();
        let query = request.uri().query().unwrap_or_default();
        let query = match good_for {
            None => query.to_owned(),
            Some(_) => {
                settings.signature_location = SignatureLocation::QueryParams;
                settings.expires_in = good_for;
                without_signature(query)
            }
        };
        if !query.is_empty() {
            address = format!("{address}?{query}");
        }
        let mut headers = Vec::new();
        for name in &self.headers {
            let mut values = request.headers().get_all(name.as_str()).iter().peekable();
            if values.peek().is_none() {
                return Err(Own::Signature(format!(
                    "The request signature we calculated does not match the signature you provided: \
                     the signed header '{name}' is not in the request"
                )));
            }
            for value in values {
                let value = std::str::from_utf8(value.as_bytes()).map_err(|_| Own::differs())?;
                headers.push((name.as_str(), value));
            }
        }
        // A session's token is among the headers or in the query, and signed there if the client did so.
        let identity = Credentials::new(self.key.as_str(), secret, None, None, "session").into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&self.region)
            .name(SERVICE)
            .time(date)
            .settings(settings)
            .build();
        let parameters = parameters.map_err(|_| Own::Failed)?.into();
        let method = request.method().as_str();
        let signable =
            SignableRequest::new(method, address, headers.into_iter(), SignableBody::Bytes(request.body().as_ref()));
        let signed = signable.and_then(|signable| sign(signable, &parameters)).map_err(|_| Own::differs())?;
        Ok(signed.signature().to_owned())
    }
}

/// The value of a query's parameter.
pub(super) fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    let mut pairs = query.unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| decode(value, true))
}

/// A query as it was before its signature was added.
fn without_signature(query: &str) -> String {
    let mut own = IN_ADDRESS.to_vec();
    let mut rest = Vec::new();
    for pair in query.split('&') {
        let name = pair.split('=').next().unwrap_or_default();
        match own.iter().position(|each| *each == name) {
            Some(index) => drop(own.swap_remove(index)),
            None => rest.push(pair),
        }
    }
    rest.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCOPE: &str = "AWS4-HMAC-SHA256 Credential=KEY/20200530/us-east-1/execute-api/aws4_request";

    fn read(authorization: &str, query: &str) -> Option<Signature> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, authorization.parse().unwrap());
        headers.insert("x-amz-date", "20200530T120000Z".parse().unwrap());
        Signature::of(&headers, Some(query))
    }

    #[test]
    fn a_signature_is_read_where_it_is_whole_and_for_apis() {
        let found = read(&format!("{SCOPE}, SignedHeaders=host;X-Amz-Date, Signature=0"), "").unwrap();
        assert_eq!((found.key.as_str(), found.place), ("KEY", Place::Header));
        assert_eq!(found.headers, ["host", "x-amz-date"]);
        let query = "a=1&X-Amz-Credential=KEY%2F20200530%2Fus-east-1%2Fexecute-api%2Faws4_request&X-Amz-Expires=60\
                     &X-Amz-Date=20200530T120000Z&X-Amz-Signature=0";
        let found = read("", query).unwrap();
        assert_eq!((found.key.as_str(), found.place), ("KEY", Place::Address("60".into())));
        for (authorization, query) in [
            ("Bearer x", ""),
            (SCOPE, ""),
            ("AWS4-HMAC-SHA256 Credential=KEY/20200530/us-east-1/s3/aws4_request, Signature=0", ""),
            ("AWS4-HMAC-SHA256 Credential=KEY, Signature=0", ""),
            ("", "X-Amz-Signature=0"),
        ] {
            assert_eq!(read(authorization, query), None, "{authorization} {query}");
        }
    }

    #[test]
    fn an_address_loses_its_own_signature_only() {
        assert_eq!(
            without_signature("a=1&X-Amz-Date=1&X-Amz-Signature=0&X-Amz-Date=2&X-Amz-Security-Token=t&flag"),
            "a=1&X-Amz-Date=2&X-Amz-Security-Token=t&flag"
        );
    }

    #[test]
    fn dates_are_compared_with_the_clock() {
        let at = |text: &str| PrimitiveDateTime::parse(text, DATE).unwrap().assume_utc();
        let header = read(&format!("{SCOPE}, SignedHeaders=host, Signature=0"), "").unwrap();
        let in_time = |signature: &Signature, now: &str| match signature.in_time(at(&signature.date), at(now)) {
            Ok(_) => String::new(),
            Err(Own::Signature(message)) => message,
            Err(other) => panic!("{other:?}"),
        };
        for now in ["20200530T115500Z", "20200530T120000Z", "20200530T120500Z"] {
            assert_eq!(in_time(&header, now), "", "{now}");
        }
        assert_eq!(
            in_time(&header, "20200530T120501Z"),
            "Signature expired: 20200530T120000Z is now earlier than 20200530T120001Z (20200530T120501Z - 5 min.)"
        );
        assert_eq!(
            in_time(&header, "20200530T115459Z"),
            "Signature not yet current: 20200530T120000Z is still later than 20200530T115959Z (20200530T115459Z + 5 min.)"
        );
        let address = |seconds: &str| Signature { place: Place::Address(seconds.into()), ..header.clone() };
        assert_eq!(in_time(&address("3600"), "20200530T130000Z"), "");
        assert_eq!(
            in_time(&address("3600"), "20200530T130001Z"),
            "Signature expired: 20200530T130000Z is now earlier than 20200530T130001Z"
        );
        for wrong in ["", "0", "-1", "soon", "604801"] {
            assert!(in_time(&address(wrong), "20200530T120000Z").contains("X-Amz-Expires"), "{wrong}");
        }
    }
}
