//! The description of a release: its archives, target by target, with their hashes.

use std::collections::BTreeMap;

use amplify_plugin_abi::{
    check,
    manifest::{Manifest, PluginKind},
};
use semver::Version;
use serde::{Deserialize, Serialize};

use crate::{
    Digest, Error, Glibc,
    archive::{archive_name, is_target},
    digest::is_sha256,
};

/// The description of one version of a plugin. Unknown keys are passed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Release {
    /// The plugin's name.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// The message protocol it speaks.
    pub protocol: u32,
    /// `category`, `provider`, `frontend` or `util`.
    pub kind: String,
    /// The word that addresses it.
    pub word: String,
    /// One line.
    pub summary: String,
    /// The archives, by target triple.
    pub targets: BTreeMap<String, ReleaseTarget>,
}

/// The archive of a release for one target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseTarget {
    /// Its file name.
    pub archive: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256, lower-case hex.
    pub sha256: String,
    /// SHA-256 of the library in it, lower-case hex.
    pub library_sha256: String,
    /// The oldest version of glibc that the library works with; absent where it needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub libc: Option<Glibc>,
}

/// The file name of a release description, such as `category-queue-1.2.0.json`.
pub fn release_name(name: &str, version: &str) -> String {
    format!("{name}-{version}.json")
}

impl Release {
    /// The description of a release that has one archive so far.
    ///
    /// # Errors
    /// The manifest breaks rules, or has no hash of its library.
    pub fn new(manifest: &Manifest, archive: &Digest, libc: Option<Glibc>) -> Result<Self, Error> {
        let named = release_name(&manifest.name, &manifest.version);
        let invalid = |fault: String| Error::ReleaseInvalid { release: named.clone(), faults: vec![fault] };
        let version = Version::parse(&manifest.version)
            .map_err(|error| invalid(format!("the version `{}`: {error}", manifest.version)))?;
        let library_sha256 =
            manifest.sha256.clone().ok_or_else(|| invalid("the manifest has no `sha256` of the library".to_owned()))?;
        let target = ReleaseTarget {
            archive: archive_name(&manifest.name, &manifest.version, &manifest.target),
            size: archive.size,
            sha256: archive.sha256.clone(),
            library_sha256,
            libc,
        };
        let release = Self {
            name: manifest.name.clone(),
            version,
            protocol: manifest.protocol,
            kind: manifest.kind.label().to_owned(),
            word: manifest.kind.word().to_owned(),
            summary: manifest.summary.clone(),
            targets: BTreeMap::from([(manifest.target.clone(), target)]),
        };
        release.checked(&named)
    }

    /// Understands and checks a description. `name` is how errors call it.
    ///
    /// # Errors
    /// Bytes that are no description, or one that breaks rules.
    pub fn parse(bytes: &[u8], name: &str) -> Result<Self, Error> {
        let release: Self = serde_json::from_slice(bytes)
            .map_err(|error| Error::ReleaseGarbled { release: name.to_owned(), reason: error.to_string() })?;
        release.checked(name)
    }

    fn checked(self, name: &str) -> Result<Self, Error> {
        let faults = self.faults();
        if faults.is_empty() { Ok(self) } else { Err(Error::ReleaseInvalid { release: name.to_owned(), faults }) }
    }

    /// The description as it is written: indented, with a line end.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Text keys and plain fields always encode.
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// The description's own file name.
    pub fn file_name(&self) -> String {
        release_name(&self.name, &self.version.to_string())
    }

    /// What is wrong with it, one sentence a fault.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if !check::plugin_name(&self.name) {
            faults.push(format!("the name `{}` is not of the form `[a-z][a-z0-9-]*`", self.name));
        }
        if !check::plugin_name(&self.word) {
            faults.push(format!("the word `{}` is not of the form `[a-z][a-z0-9-]*`", self.word));
        }
        if self.plugin_kind().is_none() {
            faults.push(format!("the kind `{}` is none of category, provider, frontend and util", self.kind));
        }
        if self.summary.trim().is_empty() || self.summary.chars().any(char::is_control) {
            faults.push("the summary is not one line of plain text".to_owned());
        }
        if self.targets.is_empty() {
            faults.push("it has no target".to_owned());
        }
        for (triple, target) in &self.targets {
            if !is_target(triple) {
                faults.push(format!("`{triple}` is no target triple"));
            }
            let wanted = archive_name(&self.name, &self.version.to_string(), triple);
            if target.archive != wanted {
                faults.push(format!("the archive of `{triple}` is called `{}`, not `{wanted}`", target.archive));
            }
            for (what, hash) in [("sha256", &target.sha256), ("librarySha256", &target.library_sha256)] {
                if !is_sha256(hash) {
                    faults.push(format!("the `{what}` of `{triple}` is not 64 lower-case hex digits"));
                }
            }
        }
        faults
    }

    /// The kind and its word, as manifests have them.
    pub fn plugin_kind(&self) -> Option<PluginKind> {
        PluginKind::labelled(&self.kind, &*self.word)
    }

    /// Adds the targets of another description of the same release. A target that both have must be the same archive.
    ///
    /// # Errors
    /// They are not of one release, or differ in a target; then nothing is added.
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        let mut faults = Vec::new();
        let version = |release: &Self| release.version.to_string();
        let pairs = [
            ("name", self.name.clone(), other.name.clone()),
            ("version", version(self), version(other)),
            ("protocol", self.protocol.to_string(), other.protocol.to_string()),
            ("kind", self.kind.clone(), other.kind.clone()),
            ("word", self.word.clone(), other.word.clone()),
            ("summary", self.summary.clone(), other.summary.clone()),
        ];
        for (what, one, two) in pairs.iter().filter(|(_, one, two)| one != two) {
            faults.push(format!("the {what} is `{one}` in one and `{two}` in another"));
        }
        for (triple, target) in &other.targets {
            if self.targets.get(triple).is_some_and(|there| there != target) {
                faults.push(format!("there are two different archives for `{triple}`"));
            }
        }
        if !faults.is_empty() {
            return Err(Error::ReleaseConflict { plugin: self.name.clone(), faults });
        }
        self.targets.extend(other.targets.clone());
        Ok(())
    }
}
