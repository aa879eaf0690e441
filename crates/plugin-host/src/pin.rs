//! What a project's lock asks of the registry: exactly this build of a plugin, and no other.

use std::{
    collections::{HashMap, HashSet},
    ffi::OsStr,
    path::PathBuf,
};

use amplify_plugin_abi::manifest::{Manifest, PluginKind};

use crate::{Broken, Entry, LoadError, Registry, Shadowed};

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
    fn is(&self, entry: &Entry) -> bool {
        let manifest = entry.manifest.head();
        manifest.name == self.name
            && manifest.version == self.version
            && manifest.kind == self.kind
            && self.sha256.is_some()
            && manifest.sha256 == self.sha256
    }

    /// What can be said of the plugin while nobody has its manifest.
    fn outline(&self) -> Option<Box<Manifest>> {
        Some(Box::new(Manifest::new(&self.name, self.kind.clone(), &self.version, "")))
    }

    fn missing(&self) -> Broken {
        let (plugin, version) = (self.name.clone(), self.version.clone());
        let error = match self.sha256 {
            Some(_) => LoadError::NotInstalled { plugin, version, folder: self.folder.clone() },
            None => LoadError::NoBuild { plugin, version, target: amplify_plugin_abi::TARGET.to_owned() },
        };
        Broken { folder: self.folder.clone(), manifest: self.outline(), error }
    }
}

/// Leaves of each pinned plugin only the build that is pinned, wherever that lies.
pub(crate) fn apply(registry: &mut Registry, pins: &[Pin]) {
    if pins.is_empty() {
        return;
    }
    let by_name: HashMap<&str, &Pin> = pins.iter().map(|pin| (pin.name.as_str(), pin)).collect();
    // As texts, because a path is hashed part by part.
    let by_folder: HashMap<&OsStr, &Pin> = pins.iter().map(|pin| (pin.folder.as_os_str(), pin)).collect();
    let (mut kept, mut others, mut there, mut twice) = (Vec::new(), Vec::new(), HashSet::new(), HashSet::new());
    for entry in std::mem::take(&mut registry.plugins) {
        match by_name.get(entry.manifest.head().name.as_str()) {
            Some(pin) if pin.is(&entry) => {
                if !there.insert(pin.name.as_str()) {
                    twice.insert(pin.name.as_str());
                }
                kept.push(entry);
            }
            Some(pin) if pin.folder == entry.folder => registry.broken.push(altered(pin, entry)),
            Some(pin) => registry.shadowed.push(Shadowed { by: pin.folder.clone(), entry }),
            // A folder of the store that calls itself something else now.
            None => match by_folder.get(entry.folder.as_os_str()) {
                Some(pin) => registry.broken.push(altered(pin, entry)),
                None => others.push(entry),
            },
        }
    }
    // The same build lies on the search path, too, and stands in where the store's was damaged.
    kept.retain(|entry: &Entry| !twice.contains(entry.manifest.head().name.as_str()) || entry.library.is_file());
    for pin in pins {
        for broken in registry.broken.iter_mut().filter(|broken| broken.folder == pin.folder) {
            broken.manifest = broken.manifest.take().or_else(|| pin.outline());
            there.insert(pin.name.as_str());
        }
        if !there.contains(pin.name.as_str()) {
            registry.broken.push(pin.missing());
        }
    }
    // What a project asks for by name comes before whatever happens to lie on the search path.
    kept.append(&mut others);
    registry.plugins = kept;
}

fn altered(pin: &Pin, entry: Entry) -> Broken {
    let said = |name: &str, version: &str, hash: Option<&String>| {
        format!("{name} {version} with SHA-256 {}", hash.map_or("none", String::as_str))
    };
    let error = LoadError::NotAsLocked {
        plugin: pin.name.clone(),
        folder: entry.folder.clone(),
        locked: said(&pin.name, &pin.version, pin.sha256.as_ref()),
        found: said(&entry.manifest.head().name, &entry.manifest.head().version, entry.manifest.head().sha256.as_ref()),
    };
    Broken { folder: entry.folder, manifest: pin.outline(), error }
}
