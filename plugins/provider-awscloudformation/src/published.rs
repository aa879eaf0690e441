//! The record of the last deployment in the deployment bucket: which one it is, who put it there, and whether that is the
//! one a push was planned from.
//!
//! A record is named by the entity tag of its first file. What this project folder published itself is remembered in the
//! provider's folder, so that a push which died between the cloud and its own notes is not taken for somebody else's.

use std::path::PathBuf;

use aws_sdk_s3::{
    Client,
    primitives::{DateTime, DateTimeFormat},
};
use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    failure::{code, failed},
    uploads::SHA256,
};

/// The file that names the record.
pub(crate) const RECORD: &str = "#current-cloud-backend.zip";
/// Metadata of the record: whose credentials put it there.
pub(crate) const PUSHED_BY: &str = "pushed-by";

/// A record that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Published {
    pub revision: String,
    /// SHA-256 of its content; empty if it was put there by another program.
    pub sha256: String,
    pub by: String,
    pub at: String,
}

/// Looks it up by the key of its first file. `None` if nothing was published yet.
pub(crate) async fn find(client: &Client, bucket: &str, key: &str) -> Result<Option<Published>, Error> {
    // A refusal of a question about the head would come without a reason.
    let reply = match client.get_object().bucket(bucket).key(key).range("bytes=0-0").send().await {
        Ok(reply) => reply,
        Err(error) if is_missing(code(&error)) => return Ok(None),
        Err(error) => return Err(failed("GetObject")(error)),
    };
    let said = |key: &str| reply.metadata().and_then(|metadata| metadata.get(key)).cloned().unwrap_or_default();
    Ok(Some(Published {
        revision: revision(reply.e_tag()),
        sha256: said(SHA256),
        by: said(PUSHED_BY),
        at: reply.last_modified().map(moment).unwrap_or_default(),
    }))
}

/// A record's name, from its entity tag.
pub(crate) fn revision(tag: Option<&str>) -> String {
    tag.unwrap_or_default().trim_matches('"').to_owned()
}

/// The object is not there.
pub(crate) fn is_missing(code: Option<&str>) -> bool {
    code == Some("NoSuchKey")
}

fn moment(time: &DateTime) -> String {
    DateTime::from_secs(time.secs()).fmt(DateTimeFormat::DateTime).unwrap_or_default()
}

/// Fails if the record is another one than that which a push was planned from, and not this folder's own either. No
/// revision means that there was none.
pub(crate) fn check(found: Option<&Published>, based_on: &str, own: &Own) -> Result<(), Error> {
    match found {
        Some(found) if found.revision != based_on && !own.wrote(found) => {
            Err(Error::PullFirst { by: found.by.clone(), at: found.at.clone() })
        }
        // Nobody can have worked on a record that was taken away.
        _ => Ok(()),
    }
}

/// What this project folder published last, or was about to publish.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Own {
    contents: Vec<String>,
}

impl Own {
    pub fn read(data_dir: &str) -> Self {
        let bytes = fs_err::read(file(data_dir)).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    /// Whether a record is one of this folder.
    pub fn wrote(&self, found: &Published) -> bool {
        !found.sha256.is_empty() && self.contents.contains(&found.sha256)
    }

    /// Remembers a record that is about to be written, beside the one that may be there still.
    pub fn about_to_write(&mut self, data_dir: &str, sha256: &str) -> Result<(), Error> {
        self.contents.retain(|known| known != sha256);
        self.contents.push(sha256.to_owned());
        self.write(data_dir)
    }

    /// Remembers that it was written; none but this one can be there now.
    pub fn written(&mut self, data_dir: &str, sha256: &str) -> Result<(), Error> {
        self.contents = vec![sha256.to_owned()];
        self.write(data_dir)
    }

    fn write(&self, data_dir: &str) -> Result<(), Error> {
        let file = file(data_dir);
        if let Some(folder) = file.parent() {
            fs_err::create_dir_all(folder)?;
        }
        let text = serde_json::to_vec(self).map_err(|error| Error::File(error.into()))?;
        Ok(fs_err::write(file, text)?)
    }

    /// Forgets everything, because the environment is gone.
    pub fn forget(data_dir: &str) {
        // A file too many does no harm: it names contents that no bucket holds.
        let _ = fs_err::remove_file(file(data_dir));
    }
}

fn file(data_dir: &str) -> PathBuf {
    PathBuf::from(data_dir).join("published.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published(revision: &str, sha256: &str) -> Published {
        Published { revision: revision.into(), sha256: sha256.into(), by: "bob".into(), at: "noon".into() }
    }

    #[test]
    fn a_push_that_was_planned_from_another_record_is_refused() {
        let (found, own) = (published("2", "bb"), Own::default());
        assert!(check(Some(&found), "2", &own).is_ok());
        assert!(check(None, "1", &own).is_ok() && check(None, "", &own).is_ok());
        for older in ["1", ""] {
            let error = check(Some(&found), older, &own).unwrap_err();
            assert_eq!(error.code(), "pull-first");
            assert!(error.to_string().contains("bob") && error.to_string().contains("noon"), "{error}");
        }
    }

    #[test]
    fn what_this_folder_wrote_itself_is_no_surprise() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().join("mock-data/dev");
        let data_dir = data_dir.to_str().unwrap();
        let mut own = Own::read(data_dir);
        own.about_to_write(data_dir, "aa").unwrap();
        own.about_to_write(data_dir, "bb").unwrap();
        // Killed before it was told how the write went: either may be there.
        let own = Own::read(data_dir);
        assert!(check(Some(&published("1", "aa")), "0", &own).is_ok());
        assert!(check(Some(&published("2", "bb")), "0", &own).is_ok());
        assert!(check(Some(&published("3", "cc")), "0", &own).is_err());
        assert!(check(Some(&published("3", "")), "0", &own).is_err());
        Own::read(data_dir).written(data_dir, "bb").unwrap();
        assert!(check(Some(&published("1", "aa")), "0", &Own::read(data_dir)).is_err());
        Own::forget(data_dir);
        assert_eq!(Own::read(data_dir), Own::default());
    }
}
