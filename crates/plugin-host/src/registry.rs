//! What is installed, from manifests alone.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use amplify_plugin_abi::{
    manifest::{FILE_NAME, Manifest, PluginKind},
    message::LifecycleEvent,
};

use crate::{
    Description, LoadError, Pin, SearchPath,
    cache::{Cache, Stamp},
    manifest_file, pin,
};

/// The plugins along a search path.
#[derive(Debug, Default)]
pub struct Registry {
    /// Those that can be used, by the search path's order, then by the name of their folder.
    pub plugins: Vec<Entry>,
    /// Those that cannot, and why.
    pub broken: Vec<Broken>,
    /// Those that an earlier folder of the search path hides.
    pub shadowed: Vec<Shadowed>,
}

/// An installed plugin.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its manifest.
    pub manifest: Description,
    /// The folder that holds it.
    pub folder: PathBuf,
    /// Its library.
    pub library: PathBuf,
}

/// A plugin that cannot be used.
#[derive(Debug)]
pub struct Broken {
    /// The folder that holds it.
    pub folder: PathBuf,
    /// Its manifest, where that could be read; for a pinned plugin that is not there, what its lock tells.
    pub manifest: Option<Box<Manifest>>,
    /// Why.
    pub error: LoadError,
}

/// A plugin that another one hides.
#[derive(Clone, Debug, PartialEq)]
pub struct Shadowed {
    /// The hidden one.
    pub entry: Entry,
    /// The folder of the one that is used instead.
    pub by: PathBuf,
}

impl Registry {
    /// Reads the manifests along a search path. No library is opened.
    ///
    /// `cache` is a file that keeps what was read: a manifest is read again only if its modification time or its size has
    /// changed. A cache that is damaged, or of another version, is ignored and written anew; one that cannot be written
    /// costs nothing but the time saved.
    pub fn load(search: &SearchPath, cache: Option<&Path>) -> Self {
        Self::load_pinned(search, &[], cache)
    }

    /// The same for a project that has locked plugins: of each pinned plugin only the pinned build is used, whether it lies in
    /// its own folder or on the search path. One that lies nowhere is among the broken, as [`LoadError::NotInstalled`].
    pub fn load_pinned(search: &SearchPath, pins: &[Pin], cache: Option<&Path>) -> Self {
        let mut known = cache.map(Cache::read).unwrap_or_default();
        let mut registry = Self::default();
        let pinned = pins.iter().map(|pin| (pin.folder.clone(), true));
        let on_path = search.plugin_folders().into_iter().map(|folder| (folder, false));
        for (folder, pinned) in pinned.chain(on_path) {
            let path = folder.join(FILE_NAME);
            // A relative path means another file in another folder, so the cache does not know it.
            let stamp = if path.is_absolute() { Stamp::of(&path) } else { None };
            // A pinned plugin that is not installed at all is told of later.
            if stamp.is_none() && pinned && !folder.is_dir() {
                continue;
            }
            if let Some(manifest) = stamp.as_ref().and_then(|stamp| known.get(&path, stamp)) {
                // Whether a locked plugin's library is still there is looked at before it is opened, of that plugin alone. One
                // that takes part in the commands of others must be known to be broken, so that they can do without it.
                let alone = manifest.head().events.is_empty() && manifest.head().hooks.is_empty();
                registry.add(manifest, folder, pinned && alone);
                continue;
            }
            match manifest_file::read(&path) {
                Ok(manifest) => {
                    if let Some(stamp) = stamp
                        && cache.is_some()
                    {
                        known.insert(&path, stamp, &manifest);
                    }
                    registry.add(manifest.into(), folder, false);
                }
                Err(error) => registry.broken.push(Broken { manifest: unusable(&path), folder, error }),
            }
        }
        if let Some(file) = cache {
            known.write(file);
        }
        pin::apply(&mut registry, pins);
        registry.shadow();
        registry
    }

    fn add(&mut self, manifest: Description, folder: PathBuf, later: bool) {
        let library = folder.join(manifest.head().library.as_deref().unwrap_or_default());
        if later || library.is_file() {
            self.plugins.push(Entry { manifest, folder, library });
        } else {
            let error = LoadError::LibraryMissing { plugin: manifest.head().name.clone(), library };
            self.broken.push(Broken { folder, manifest: Some(Box::new((*manifest).clone())), error });
        }
    }

    /// The first plugin of a name, and of a word, wins.
    fn shadow(&mut self) {
        let mut names: HashMap<String, PathBuf> = HashMap::new();
        let mut words: HashMap<(Space, String), PathBuf> = HashMap::new();
        for entry in std::mem::take(&mut self.plugins) {
            let head = entry.manifest.head();
            let word = (Space::of(&head.kind), head.kind.word().to_owned());
            let name = head.name.clone();
            match names.get(&name).or_else(|| words.get(&word)) {
                Some(by) => self.shadowed.push(Shadowed { by: by.clone(), entry }),
                None => {
                    names.insert(name, entry.folder.clone());
                    words.insert(word, entry.folder.clone());
                    self.plugins.push(entry);
                }
            }
        }
    }

    /// The plugin that a word of the command line addresses: a category or a util, else a provider, else a frontend.
    pub fn by_word(&self, word: &str) -> Option<&Entry> {
        let mut found: Vec<&Entry> =
            self.plugins.iter().filter(|entry| entry.manifest.head().kind.word() == word).collect();
        found.sort_by_key(|entry| Space::of(&entry.manifest.head().kind));
        found.first().copied()
    }

    /// The plugin of this name.
    pub fn by_name(&self, name: &str) -> Option<&Entry> {
        self.plugins.iter().find(|entry| entry.manifest.head().name == name)
    }

    /// The plugin that keeps a category.
    pub fn category(&self, category: &str) -> Option<&Entry> {
        self.plugins.iter().find(
            |entry| matches!(&entry.manifest.head().kind, PluginKind::Category { category: own } if own == category),
        )
    }

    /// All category plugins.
    pub fn categories(&self) -> impl Iterator<Item = &Entry> {
        self.plugins.iter().filter(|entry| matches!(entry.manifest.head().kind, PluginKind::Category { .. }))
    }

    /// The provider of this name.
    pub fn provider(&self, provider: &str) -> Option<&Entry> {
        self.providers().find(|entry| entry.manifest.head().kind.word() == provider)
    }

    /// All providers.
    pub fn providers(&self) -> impl Iterator<Item = &Entry> {
        self.plugins.iter().filter(|entry| matches!(entry.manifest.head().kind, PluginKind::Provider { .. }))
    }

    /// The frontend of this name.
    pub fn frontend(&self, frontend: &str) -> Option<&Entry> {
        self.frontends().find(|entry| entry.manifest.head().kind.word() == frontend)
    }

    /// All frontends.
    pub fn frontends(&self) -> impl Iterator<Item = &Entry> {
        self.plugins.iter().filter(|entry| matches!(entry.manifest.head().kind, PluginKind::Frontend { .. }))
    }

    /// The plugins that subscribe to an event, in order.
    pub fn subscribers(&self, event: LifecycleEvent) -> impl Iterator<Item = &Entry> {
        self.plugins.iter().filter(move |entry| entry.manifest.head().events.contains(&event))
    }

    /// The broken plugin that a word would address if it could be used, so that the user learns why it is missing.
    pub fn broken_by_word(&self, word: &str) -> Option<&Broken> {
        self.broken.iter().find(|broken| broken.manifest.as_ref().is_some_and(|manifest| manifest.kind.word() == word))
    }
}

/// Words are unique within a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Space {
    Commands,
    Providers,
    Frontends,
}

impl Space {
    fn of(kind: &PluginKind) -> Self {
        match kind {
            PluginKind::Provider { .. } => Self::Providers,
            PluginKind::Frontend { .. } => Self::Frontends,
            _ => Self::Commands,
        }
    }
}

/// The manifest of a broken plugin, as far as it can be understood at all.
fn unusable(path: &Path) -> Option<Box<Manifest>> {
    if !path.is_file() {
        return None;
    }
    let bytes = fs_err::read(path).ok()?;
    manifest_file::parse(&bytes).ok().map(Box::new)
}
