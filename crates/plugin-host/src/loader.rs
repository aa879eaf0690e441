//! Opens plugins, each once.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use amplify_plugin_abi::manifest::Manifest;
use serde_json::Value;

use crate::{Entry, KnownHashes, LoadError, Plugin, library};

/// Opens plugins on demand. A library is opened once and stays open until the process ends.
#[derive(Debug)]
pub struct Loader {
    hashes: KnownHashes,
    open: Mutex<HashMap<PathBuf, Arc<Plugin>>>,
}

impl Default for Loader {
    fn default() -> Self {
        Self::new()
    }
}

impl Loader {
    /// A loader that has opened nothing, and hashes each library itself.
    pub fn new() -> Self {
        Self::with_hashes(KnownHashes::never())
    }

    /// A loader that asks `hashes` instead.
    pub fn with_hashes(hashes: KnownHashes) -> Self {
        Self { hashes, open: Mutex::default() }
    }

    /// Opens the plugin of an entry, or returns it if it is open already.
    ///
    /// Before its code runs, the library's SHA-256 is compared with the manifest; after that, what the library says of
    /// itself.
    ///
    /// # Errors
    /// See [`LoadError`]; one variant a cause.
    pub fn open(&self, entry: &Entry) -> Result<Arc<Plugin>, LoadError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plugin) = open.get(&entry.library) {
            return Ok(Arc::clone(plugin));
        }
        let plugin = Arc::new(load(entry, &self.hashes)?);
        open.insert(entry.library.clone(), Arc::clone(&plugin));
        Ok(plugin)
    }

    /// How many plugins are open.
    pub fn opened(&self) -> usize {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// Whether the library is there, and is the one that its manifest describes. It is not opened.
///
/// # Errors
/// It is missing, cannot be read, or is another one.
pub fn check_library(entry: &Entry, hashes: &KnownHashes) -> Result<(), LoadError> {
    let Entry { library, .. } = entry;
    let manifest = entry.manifest.head();
    if !library.exists() {
        return Err(LoadError::LibraryMissing { plugin: manifest.name.clone(), library: library.clone() });
    }
    let found =
        hashes.sha256(library).map_err(|source| LoadError::LibraryUnreadable { library: library.clone(), source })?;
    let recorded = manifest.sha256.clone();
    if found != recorded {
        return Err(LoadError::HashMismatch {
            plugin: manifest.name.clone(),
            library: library.clone(),
            recorded,
            found,
        });
    }
    Ok(())
}

fn load(entry: &Entry, hashes: &KnownHashes) -> Result<Plugin, LoadError> {
    let library = &entry.library;
    let manifest = entry.manifest.whole()?;
    check_library(entry, hashes)?;
    let module = library::open(library, &manifest.name, &manifest.abi)?;
    let description = library::describe(module, library, &manifest.name)?;
    let differences = differences(manifest, &description);
    if !differences.is_empty() {
        return Err(LoadError::ManifestDisagrees {
            plugin: manifest.name.clone(),
            library: library.clone(),
            differences,
        });
    }
    Ok(Plugin::new(Manifest::clone(manifest), module))
}

/// The fields in which a manifest on disk and a description differ.
fn differences(manifest: &Manifest, description: &Manifest) -> Vec<String> {
    let manifest = Manifest { library: None, sha256: None, ..manifest.clone() };
    let description = Manifest { library: None, sha256: None, ..description.clone() };
    if manifest == description {
        return Vec::new();
    }
    let fields = |manifest: &Manifest| match serde_json::to_value(manifest) {
        Ok(Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let (written, said) = (fields(&manifest), fields(&description));
    let mut names: Vec<&String> = written.keys().chain(said.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .filter(|name| written.get(*name) != said.get(*name))
        .map(|name| {
            format!("`{name}`: the manifest says {}, the library {}", short(written.get(name)), short(said.get(name)))
        })
        .collect()
}

fn short(value: Option<&Value>) -> String {
    let text = value.map_or_else(|| "nothing".to_owned(), Value::to_string);
    if text.chars().count() <= 80 { text } else { text.chars().take(77).collect::<String>() + "..." }
}

#[cfg(test)]
mod tests {
    use amplify_plugin_abi::manifest::{Command, PluginKind};

    use super::*;

    #[test]
    fn differences_name_both_sides() {
        let written = Manifest::new("a", PluginKind::category("storage"), "1.0.0", "A");
        let mut said = written.clone().command(Command::new("add", "Add it"));
        said.version = "2.0.0".into();
        let found = differences(&written, &said);
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found[1], "`version`: the manifest says \"1.0.0\", the library \"2.0.0\"");
        let with_library = Manifest { library: Some("liba.so".into()), ..written.clone() };
        assert_eq!(differences(&with_library, &written), Vec::<String>::new());
    }
}
