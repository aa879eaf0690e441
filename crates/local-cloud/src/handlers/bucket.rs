//! `AWS::S3::Bucket`: a folder that the S3 server serves.

use serde_json::{Map, Value, json};

use super::{Deletion, Made, Reason, Request, ResourceHandler, Workshop};
use crate::{identity::generated_name, objects, store};

pub(super) struct Bucket;

impl ResourceHandler for Bucket {
    fn physical_id(&self, request: &Request<'_>) -> Result<String, Reason> {
        let name = match request.properties.get("BucketName").and_then(Value::as_str) {
            Some(name) if !name.is_empty() => name.to_owned(),
            _ => {
                let identity = request.identity();
                generated_name(&identity, request.stack_name, request.logical_id, 63).to_lowercase()
            }
        };
        check_name(&name)?;
        Ok(name)
    }

    fn exists(&self, workshop: &mut Workshop, physical_id: &str) -> Result<bool, Reason> {
        Ok(workshop.paths.bucket(physical_id).exists())
    }

    fn create(&self, workshop: &mut Workshop, request: &Request<'_>, physical_id: &str) -> Result<Made, Reason> {
        fs_err::create_dir_all(workshop.paths.bucket(physical_id)).map_err(|error| error.to_string())?;
        if workshop.deployment_bucket.as_deref() == Some(physical_id) {
            workshop.store_uploads().map_err(|error| error.to_string())?;
        }
        Ok(describe(request.region, physical_id))
    }

    fn update(&self, workshop: &mut Workshop, request: &Request<'_>, physical_id: &str) -> Result<Made, Reason> {
        // Also for a bucket whose folder somebody deleted by hand.
        self.create(workshop, request, physical_id)
    }

    fn delete(&self, workshop: &mut Workshop, physical_id: &str, deletion: Deletion) -> Result<(), Reason> {
        let folder = workshop.paths.bucket(physical_id);
        if deletion == Deletion::Careful && folder.is_dir() && objects::any(&folder) {
            return Err(format!("the bucket `{physical_id}` is not empty"));
        }
        store::remove_folder(&folder).map_err(|error| error.to_string())
    }
}

fn describe(region: &str, name: &str) -> Made {
    let attributes = [
        ("Arn", format!("arn:aws:s3:::{name}")),
        ("DomainName", format!("{name}.s3.amazonaws.com")),
        ("DualStackDomainName", format!("{name}.s3.dualstack.{region}.amazonaws.com")),
        ("RegionalDomainName", format!("{name}.s3.{region}.amazonaws.com")),
        ("WebsiteURL", format!("http://{name}.s3-website-{region}.amazonaws.com")),
    ];
    Made {
        reference: json!(name),
        attributes: attributes.into_iter().map(|(key, value)| (key.to_owned(), Value::String(value))).collect(),
        facts: Map::new(),
    }
}

/// The naming rules of S3.
fn check_name(name: &str) -> Result<(), Reason> {
    let wrong = |rule: &str| Err(format!("`{name}` is no bucket name: {rule}"));
    if !(3..=63).contains(&name.len()) {
        return wrong("it must be 3 to 63 characters long");
    }
    if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'.') {
        return wrong("only lower-case letters, digits, hyphens and periods are allowed");
    }
    let ends = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    if !name.bytes().next().is_some_and(ends) || !name.bytes().next_back().is_some_and(ends) {
        return wrong("it must begin and end with a letter or digit");
    }
    if name.contains("..") {
        return wrong("two periods must not be adjacent");
    }
    if name.parse::<std::net::Ipv4Addr>().is_ok() {
        return wrong("it must not look like an IP address");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rules_of_s3() {
        for good in ["abc", "photos-dev.2020", "a1-b2-c3"] {
            check_name(good).unwrap();
        }
        let long = "a".repeat(64);
        for bad in ["ab", "Photos", "-abc", "abc-", "a..b", "192.168.0.1", "a_b", "../x", long.as_str()] {
            assert!(check_name(bad).unwrap_err().contains("is no bucket name"), "{bad}");
        }
    }
}
