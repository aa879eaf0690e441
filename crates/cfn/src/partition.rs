//! The parts of AWS that know nothing of one another, and templates that are meant for another one than they name.
//!
//! Templates are written once and deployed anywhere, and many of them, those of the original CLI among them, name the
//! commercial partition. Nothing of another partition is ever reached by such a name, so it can be put right.

use serde_json::{Map, Value};

/// How templates address buckets where nothing is said of the region.
const GLOBAL: &str = "https://s3.amazonaws.com";

/// The beginning of names in the commercial partition.
const ARN: &str = "arn:aws:";

/// Who vouches for the identities of a pool, in the commercial partition.
const IDENTITIES: &str = "cognito-identity.amazonaws.com";

/// Regions whose buckets [`GLOBAL`] leads to. It does not lead to those of regions that were opened after March 2019.
const REACHED: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// A partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Partition {
    Commercial,
    China,
    GovCloud,
}

impl Partition {
    /// The partition of a region.
    pub fn of(region: &str) -> Self {
        match region {
            _ if region.starts_with("cn-") => Self::China,
            _ if region.starts_with("us-gov-") => Self::GovCloud,
            _ => Self::Commercial,
        }
    }

    /// As it stands in names: `AWS::Partition`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Commercial => "aws",
            Self::China => "aws-cn",
            Self::GovCloud => "aws-us-gov",
        }
    }

    /// Where its hosts are: `AWS::URLSuffix`.
    pub fn url_suffix(self) -> &'static str {
        match self {
            Self::China => "amazonaws.com.cn",
            Self::Commercial | Self::GovCloud => "amazonaws.com",
        }
    }

    /// Who vouches for the identities of a pool.
    fn identities(self, region: &str) -> String {
        match self {
            Self::Commercial => IDENTITIES.to_owned(),
            Self::China => format!("cognito-identity.{region}.amazonaws.com.cn"),
            Self::GovCloud => "cognito-identity-us-gov.amazonaws.com".to_owned(),
        }
    }
}

/// Where buckets of a region are addressed, if the address that templates have does not lead there.
fn buckets(region: &str) -> Option<String> {
    let partition = Partition::of(region);
    let reached = region.is_empty() || (partition == Partition::Commercial && REACHED.contains(&region));
    (!reached).then(|| format!("https://s3.{region}.{}", partition.url_suffix()))
}

/// Whether templates are written for regions like this one: its partition's names, and the address of its buckets.
pub fn is_usual(region: &str) -> bool {
    Partition::of(region) == Partition::Commercial && buckets(region).is_none()
}

/// The same text for a region: names of its partition, and addresses that lead there. `None`, where nothing changes.
pub fn localized(text: &str, region: &str) -> Option<String> {
    let partition = Partition::of(region);
    let mut local = text.to_owned();
    if partition != Partition::Commercial {
        local = local.replace(ARN, &format!("arn:{}:", partition.name()));
        local = local.replace(IDENTITIES, &partition.identities(region));
    }
    if let Some(rest) = local.strip_prefix(GLOBAL)
        && (rest.is_empty() || rest.starts_with('/'))
        && let Some(host) = buckets(region)
    {
        local = host + rest;
    }
    (local != text).then_some(local)
}

/// Does the same with everything in a template. Whether anything changed.
pub fn localize(value: &mut Value, region: &str) -> bool {
    if is_usual(region) {
        return false;
    }
    match value {
        Value::String(text) => match localized(text, region) {
            Some(local) => {
                *text = local;
                true
            }
            None => false,
        },
        Value::Array(items) => items.iter_mut().fold(false, |changed, item| localize(item, region) | changed),
        Value::Object(map) => {
            let mut changed = map.values_mut().fold(false, |changed, value| localize(value, region) | changed);
            // Conditions of policies are named by who vouches.
            if map.keys().any(|key| localized(key, region).is_some()) {
                let renamed: Map<String, Value> = std::mem::take(map)
                    .into_iter()
                    .map(|(key, value)| (localized(&key, region).unwrap_or(key), value))
                    .collect();
                *map = renamed;
                changed = true;
            }
            changed
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_and_addresses_are_those_of_the_region() {
        let local = |text: &str, region: &str| localized(text, region).unwrap_or_else(|| text.to_owned());
        assert_eq!(local("arn:aws:s3:::${b}/*", "cn-north-1"), "arn:aws-cn:s3:::${b}/*");
        assert_eq!(local("arn:aws:s3:::${b}/*", "us-gov-west-1"), "arn:aws-us-gov:s3:::${b}/*");
        assert_eq!(local("arn:aws-cn:s3:::b", "cn-north-1"), "arn:aws-cn:s3:::b");
        assert_eq!(local("arn:aws:s3:::b", "eu-south-2"), "arn:aws:s3:::b");
        let sub = "${cognito-identity.amazonaws.com:sub}";
        assert_eq!(local(sub, "cn-north-1"), "${cognito-identity.cn-north-1.amazonaws.com.cn:sub}");
        assert_eq!(local(sub, "us-gov-west-1"), "${cognito-identity-us-gov.amazonaws.com:sub}");
        for (region, host) in [
            ("eu-west-1", "https://s3.amazonaws.com"),
            ("eu-south-2", "https://s3.eu-south-2.amazonaws.com"),
            ("cn-north-1", "https://s3.cn-north-1.amazonaws.com.cn"),
            ("us-gov-west-1", "https://s3.us-gov-west-1.amazonaws.com"),
        ] {
            assert_eq!(local("https://s3.amazonaws.com", region), host);
            assert_eq!(local("https://s3.amazonaws.com/b/k", region), format!("{host}/b/k"));
            assert_eq!(
                local("https://s3.amazonaws.com.example.org/b", region),
                "https://s3.amazonaws.com.example.org/b"
            );
        }
    }

    #[test]
    fn a_template_is_localized_in_place_with_its_order() {
        let template = json!({
            "Condition": { "StringEquals": { "a": 1, "cognito-identity.amazonaws.com:aud": { "Ref": "Pool" }, "z": 2 } },
            "Url": { "Fn::Join": ["/", ["https://s3.amazonaws.com", { "Ref": "Bucket" }]] },
        });
        let mut local = template.clone();
        assert!(!localize(&mut local, "eu-west-1") && local == template);
        assert!(localize(&mut local, "cn-north-1"));
        assert_eq!(local["Url"]["Fn::Join"][1][0], "https://s3.cn-north-1.amazonaws.com.cn");
        let keys: Vec<&String> = local["Condition"]["StringEquals"].as_object().unwrap().keys().collect();
        assert_eq!(keys, ["a", "cognito-identity.cn-north-1.amazonaws.com.cn:aud", "z"]);
        assert!(!localize(&mut local, "cn-north-1"), "once is enough");
    }
}
