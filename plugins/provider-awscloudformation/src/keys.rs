//! Key pairs, and the files below the home folder in which the original keeps them, so that a project holds only a path.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use rand::{Rng, distr::Alphanumeric};
use serde::{Deserialize, Serialize};

use crate::{access_error::AccessError, error::Error, machine::Machine, private};

/// The form of an access key id, in words and as a regular expression.
pub(crate) const KEY_ID: &str = "it is 16 to 128 letters and digits, such as AKIAIOSFODNN7EXAMPLE";
pub(crate) const KEY_ID_PATTERN: &str = "[A-Za-z0-9_]{16,128}";

/// The form of a secret access key.
pub(crate) const SECRET_KEY: &str = "it is 40 letters, digits and signs of `/+=`";
pub(crate) const SECRET_KEY_PATTERN: &str = "[A-Za-z0-9/+=]{40}";

/// A key pair with its region.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct KeyPair {
    pub access_key_id: String,
    pub secret_access_key: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub region: String,
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyPair(hidden)")
    }
}

impl KeyPair {
    /// Whether it can be a pair that AWS has given.
    pub fn check(&self) -> Result<(), AccessError> {
        let id = self.access_key_id.as_bytes();
        if !(16..=128).contains(&id.len()) || !id.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_') {
            return Err(AccessError::KeyForm { what: "access key id", wanted: KEY_ID });
        }
        let secret = self.secret_access_key.as_bytes();
        if secret.len() != 40 || !secret.iter().all(|byte| byte.is_ascii_alphanumeric() || b"/+=".contains(byte)) {
            return Err(AccessError::KeyForm { what: "secret access key", wanted: SECRET_KEY });
        }
        Ok(())
    }

    /// Reads the original's file.
    pub fn read(file: &Path) -> Result<Self, AccessError> {
        let failed = |cause| AccessError::KeyFile { cause };
        let bytes = fs_err::read(file).map_err(|error| failed(error.to_string()))?;
        let pair: Self = serde_json::from_slice(&bytes).unwrap_or_default();
        if pair.access_key_id.is_empty() || pair.secret_access_key.is_empty() {
            return Err(failed(format!("`{}` holds no key pair", file.display())));
        }
        Ok(pair)
    }

    /// Writes it into a file of the original's kind, with a new name unless it replaces one.
    pub fn keep(&self, machine: &Machine, instead: Option<&Path>) -> Result<PathBuf, Error> {
        let store = machine.store()?;
        let file = match instead {
            Some(file) if file.starts_with(&store) => file.to_path_buf(),
            _ => {
                let name: String = rand::rng().sample_iter(&Alphanumeric).take(10).map(char::from).collect();
                store.join(name)
            }
        };
        let text = serde_json::to_vec_pretty(self).map_err(|error| Error::File(error.into()))?;
        private::write(&file, &text)?;
        Ok(file)
    }
}

/// Deletes a file with a key pair, if it is one of the store.
pub(crate) fn forget(machine: &Machine, file: &Path) {
    if machine.store().is_ok_and(|store| file.starts_with(store)) {
        // One that cannot be deleted stays the owner's alone.
        let _ = fs_err::remove_file(file);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_kept_as_the_original_keeps_it() {
        let home = tempfile::tempdir().unwrap();
        let machine = Machine::with(&[("HOME", home.path().to_str().unwrap())]);
        let pair =
            KeyPair { access_key_id: "AKIAX".into(), secret_access_key: "hush".into(), region: "eu-west-1".into() };
        let file = pair.keep(&machine, None).unwrap();
        assert_eq!(file.parent().unwrap(), home.path().join(".amplify/awscloudformation"));
        assert_eq!(file.file_name().unwrap().len(), 10);
        let text: serde_json::Value = serde_json::from_slice(&fs_err::read(&file).unwrap()).unwrap();
        let wanted = serde_json::json!({ "accessKeyId": "AKIAX", "secretAccessKey": "hush", "region": "eu-west-1" });
        assert_eq!(text, wanted);
        assert_eq!(KeyPair::read(&file).unwrap(), pair);
        assert_eq!(pair.keep(&machine, Some(&file)).unwrap(), file);
        assert_ne!(pair.keep(&machine, Some(Path::new("/elsewhere/keys"))).unwrap(), Path::new("/elsewhere/keys"));
        assert!(!format!("{pair:?}").contains("hush") && !format!("{pair:?}").contains("AKIAX"));
        forget(&machine, &file);
        assert_eq!(KeyPair::read(&file).unwrap_err().code(), "key-file");
    }

    #[test]
    fn what_lies_elsewhere_is_not_deleted() {
        let home = tempfile::tempdir().unwrap();
        let machine = Machine::with(&[("HOME", home.path().to_str().unwrap())]);
        let file = home.path().join("mine");
        fs_err::write(&file, "{\"accessKeyId\": \"AKIAX\"}").unwrap();
        assert_eq!(KeyPair::read(&file).unwrap_err().code(), "key-file");
        forget(&machine, &file);
        assert!(file.exists());
    }
}
