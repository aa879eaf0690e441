//! Empties buckets, earlier versions and delete markers included, and deletes them.

use aws_sdk_s3::{
    Client,
    types::{Delete, ObjectIdentifier},
};

use crate::{
    error::Error,
    failure::{code, failed},
};

/// What became of a bucket.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is gone, now or already before.
    Gone,
    /// It is still there, for this reason.
    Remains(String),
}

/// Empties a bucket and deletes it.
pub(crate) async fn delete(client: &Client, bucket: &str) -> Result<Outcome, Error> {
    if let Outcome::Remains(why) = empty(client, bucket).await? {
        return Ok(Outcome::Remains(why));
    }
    match client.delete_bucket().bucket(bucket).send().await {
        Ok(_) => Ok(Outcome::Gone),
        Err(error) if code(&error) == Some("NoSuchBucket") => Ok(Outcome::Gone),
        Err(error) => refused(failed("DeleteBucket")(error)),
    }
}

/// Empties a bucket. One that does not exist is empty.
pub(crate) async fn empty(client: &Client, bucket: &str) -> Result<Outcome, Error> {
    loop {
        // Always the first page: what was on it is gone the next time.
        let page = match client.list_object_versions().bucket(bucket).send().await {
            Ok(page) => page,
            Err(error) if code(&error) == Some("NoSuchBucket") => return Ok(Outcome::Gone),
            Err(error) => return refused(failed("ListObjectVersions")(error)),
        };
        let versions = page.versions().iter().map(|version| (version.key(), version.version_id()));
        let markers = page.delete_markers().iter().map(|marker| (marker.key(), marker.version_id()));
        let objects: Vec<ObjectIdentifier> = versions
            .chain(markers)
            .filter_map(|(key, version)| {
                ObjectIdentifier::builder().key(key?).set_version_id(version.map(str::to_owned)).build().ok()
            })
            .collect();
        if objects.is_empty() {
            return Ok(Outcome::Gone);
        }
        let Ok(delete) = Delete::builder().set_objects(Some(objects)).quiet(true).build() else {
            return Ok(Outcome::Gone);
        };
        match client.delete_objects().bucket(bucket).delete(delete).send().await {
            Ok(reply) => {
                if let Some(error) = reply.errors().first() {
                    let (key, message) = (error.key().unwrap_or_default(), error.message().unwrap_or_default());
                    return Ok(Outcome::Remains(format!("`{key}` cannot be deleted: {message}")));
                }
            }
            Err(error) => return refused(failed("DeleteObjects")(error)),
        }
    }
}

/// A refusal concerns this bucket alone; anything else would meet the next one too.
fn refused(error: Error) -> Result<Outcome, Error> {
    match error {
        Error::Service { operation, code, message } => Ok(Outcome::Remains(format!("{operation}: {code}: {message}"))),
        other => Err(other),
    }
}
