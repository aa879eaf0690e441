//! What a project's lock asks of the registry: exactly this build of a plugin, and no other.

use std::path::{Path, PathBuf};

use amplify_plugin_abi::manifest::{Manifest, PluginKind};

use crate::{Broken, Entry, Head, LoadError};

/// One plugin as a project has locked it, for this machine's target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The plugin's name.
    pub name: String,
    /// Its exact version.
    pub version: String,
    /// Its kind and word, so that a command can tell which plugin is missing.
    pub kind: PluginKind,
    /// SHA-256 of the library, lower-case hex; `None` where the release has no build for this target.
    pub sha256: Option<String>,
    /// The folder that holds that build once it is installed. It need not exist.
    pub folder: PathBuf,
}

impl Pin {
    /// Whether a manifest is of this build.
    pub(crate) fn is(&self, head: &Head) -> bool {
        head.name == self.name
            && head.version == self.version
            && head.kind == self.kind
            && self.sha256.as_ref() == Some(&head.sha256)
    }

    /// What can be said of the plugin while nobody has its manifest.
    pub(crate) fn outline(&self) -> Option<Box<Manifest>> {
        Some(Box::new(Manifest::new(&self.name, self.kind.clone(), &self.version, "")))
    }

    /// The plugin when its build lies nowhere.
    pub(crate) fn missing(&self) -> Broken {
        let error = match self.sha256 {
            Some(_) => not_installed(&self.name, &self.version, &self.folder),
            None => LoadError::NoBuild {
                plugin: self.name.clone(),
                version: self.version.clone(),
                target: amplify_plugin_abi::TARGET.to_owned(),
            },
        };
        Broken { folder: self.folder.clone(), manifest: self.outline(), error }
    }

    /// The plugin when another build lies in its folder.
    pub(crate) fn altered(&self, entry: Entry) -> Broken {
        let locked = said(&self.name, &self.version, &self.kind, self.sha256.as_deref());
        let error = not_as_locked(&self.name, locked, entry.manifest.head(), &entry.folder);
        Broken { folder: entry.folder, manifest: self.outline(), error }
    }
}

pub(crate) fn not_installed(plugin: &str, version: &str, folder: &Path) -> LoadError {
    LoadError::NotInstalled { plugin: plugin.to_owned(), version: version.to_owned(), folder: folder.to_owned() }
}

/// Checks that a locked plugin's manifest is still the one that was compared with the lock.
pub(crate) fn check(locked: &Head, found: &Manifest, folder: &Path) -> Result<(), LoadError> {
    let found = Head::from(found);
    let same = found.name == locked.name
        && found.kind == locked.kind
        && found.version == locked.version
        && found.sha256 == locked.sha256;
    if same {
        return Ok(());
    }
    let text = said(&locked.name, &locked.version, &locked.kind, Some(&locked.sha256));
    Err(not_as_locked(&locked.name, text, &found, folder))
}

fn not_as_locked(name: &str, locked: String, found: &Head, folder: &Path) -> LoadError {
    LoadError::NotAsLocked {
        plugin: name.to_owned(),
        folder: folder.to_owned(),
        locked,
        found: said(&found.name, &found.version, &found.kind, Some(&found.sha256)),
    }
}

/// Everything that is compared, so that the two texts of an error differ.
fn said(name: &str, version: &str, kind: &PluginKind, sha256: Option<&str>) -> String {
    let hash = sha256.unwrap_or("none");
    format!("{name} {version}, the {} `{}`, with SHA-256 {hash}", kind.label(), kind.word())
}
