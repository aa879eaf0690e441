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
    manifest_file,
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
    /// Whether the cache told what is pinned, so that nobody was asked.
    pub remembered: bool,
}

/// What a project has pinned.
#[derive(Clone, Debug, Default)]
pub struct Pins {
    /// The plugins.
    pub pins: Vec<Pin>,
    /// Whether the cache may tell them from now on.
    pub keep: bool,
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
        Self::look(search, || Pins { pins: pins.to_vec(), keep: false }, cache, None, false)
    }

    /// The same for a command that uses few of the plugins. Of a pinned one that is in the cache, and has no part in the commands
    /// of others, the files are looked at when it is used, and what is wrong with them is said by [`Description::whole`].
    ///
    /// `state` tells the state of the lock that pins them: while it is the one for which the cache was written, `pins` is not
    /// called.
    pub fn load_routes(
        search: &SearchPath,
        state: Option<&str>,
        pins: impl FnOnce() -> Pins,
        cache: Option<&Path>,
    ) -> Self {
        Self::look(search, pins, cache, state, true)
    }

    fn look(
        search: &SearchPath,
        pins: impl FnOnce() -> Pins,
        cache: Option<&Path>,
        state: Option<&str>,
        trust: bool,
    ) -> Self {
        let text = cache.and_then(|cache| fs_err::read_to_string(cache).ok()).unwrap_or_default();
        let mut known = Cache::parse(&text);
        let remembered = state.and_then(|state| known.pins(state));
        let mut registry = Self { remembered: remembered.is_some(), ..Self::default() };
        let Pins { pins, keep } = remembered.map_or_else(pins, |pins| Pins { pins, keep: true });
        let mut there = vec![false; pins.len()];
        registry.plugins.reserve(pins.len());
        for (pin, there) in pins.iter().zip(&mut there) {
            match examine(&mut known, &pin.folder, Some(pin), trust) {
                Some(Ok(entry)) if pin.is(entry.manifest.head()) => registry.plugins.push(entry),
                Some(Ok(entry)) => registry.broken.push(pin.altered(entry)),
                Some(Err(broken)) => {
                    registry.broken.push(Broken { manifest: broken.manifest.or_else(|| pin.outline()), ..broken });
                }
                None => continue,
            }
            *there = true;
        }
        let by_name: HashMap<&str, usize> = pins.iter().enumerate().map(|(at, pin)| (&*pin.name, at)).collect();
        let mut others = Vec::new();
        for folder in search.plugin_folders() {
            let entry = match examine(&mut known, &folder, None, false) {
                Some(Ok(entry)) => entry,
                Some(Err(broken)) => {
                    registry.broken.push(broken);
                    continue;
                }
                None => continue,
            };
            let pin =
                by_name.get(&*entry.manifest.head().name).and_then(|at| Some((pins.get(*at)?, there.get_mut(*at)?)));
            match pin {
                None => others.push(entry),
                Some((pin, there)) if pin.is(entry.manifest.head()) => {
                    if !std::mem::replace(there, true) {
                        known.pin(&pin.folder.join(FILE_NAME), entry.manifest.head());
                    }
                    registry.stand_in(entry);
                }
                Some((pin, _)) => registry.shadowed.push(Shadowed { by: pin.folder.clone(), entry }),
            }
        }
        let nowhere = pins.iter().zip(there).filter(|(_, there)| !there);
        registry.broken.extend(nowhere.map(|(pin, _)| pin.missing()));
        if let Some(file) = cache {
            known.write(file, state.filter(|_| keep).map(|state| (state, pins.len())));
        }
        // What a project asks for by name comes before whatever happens to lie on the search path.
        registry.plugins.append(&mut others);
        registry.shadow();
        registry
    }

    /// Takes the locked build of a plugin that lies on the search path, unless the store's is there and sound.
    fn stand_in(&mut self, entry: Entry) {
        let name = &entry.manifest.head().name;
        match self.plugins.iter_mut().find(|other| other.manifest.head().name == *name) {
            Some(stored) if stored.library.is_file() && stored.manifest.whole().is_ok() => {
                self.shadowed.push(Shadowed { by: stored.folder.clone(), entry });
            }
            Some(stored) => *stored = entry,
            None => self.plugins.push(entry),
        }
    }

    /// The first plugin of a name, and of a word, wins.
    fn shadow(&mut self) {
        let mut names: HashMap<&str, &Path> = HashMap::with_capacity(self.plugins.len());
        let mut words: HashMap<(Space, &str), &Path> = HashMap::with_capacity(self.plugins.len());
        let mut hidden = Vec::new();
        for (at, entry) in self.plugins.iter().enumerate() {
            let head = entry.manifest.head();
            let word = (Space::of(&head.kind), head.kind.word());
            match names.get(&*head.name).or_else(|| words.get(&word)) {
                Some(by) => hidden.push((at, by.to_path_buf())),
                None => {
                    names.insert(&head.name, &entry.folder);
                    words.insert(word, &entry.folder);
                }
            }
        }
        // From the end, so that the places of those before stay.
        let shadowed = hidden.into_iter().rev().map(|(at, by)| Shadowed { by, entry: self.plugins.remove(at) });
        let mut shadowed: Vec<Shadowed> = shadowed.collect();
        shadowed.reverse();
        self.shadowed.append(&mut shadowed);
    }

    /// The plugin that a word of the command line addresses: a category or a util, else a provider, else a frontend.
    pub fn by_word(&self, word: &str) -> Option<&Entry> {
        let found = self.plugins.iter().filter(|entry| entry.manifest.head().kind.word() == word);
        found.min_by_key(|entry| Space::of(&entry.manifest.head().kind))
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

/// The plugin in a folder, as its manifest has it. One that is pinned, and not installed at all, is nothing.
fn examine(known: &mut Cache<'_>, folder: &Path, pin: Option<&Pin>, trust: bool) -> Option<Result<Entry, Broken>> {
    let path = folder.join(FILE_NAME);
    // A relative path means another file in another folder, so the cache does not know it.
    let absolute = path.is_absolute();
    let line = if absolute { known.get(&path) } else { None };
    if trust
        && let Some(line) = &line
        && !line.takes_part()
        && pin.is_some_and(|pin| line.is(pin))
        && let Some(head) = line.head()
    {
        known.keep(line, true);
        let library = folder.join(&head.library);
        let manifest = Description::remembered(head, path, true);
        return Some(Ok(Entry { manifest, folder: folder.to_owned(), library }));
    }
    let stamp = Stamp::of(&path);
    if stamp.is_none() && pin.is_some() && !folder.is_dir() {
        return None;
    }
    let remembered = line.filter(|line| stamp.is_some_and(|stamp| line.is_of(stamp)));
    let manifest = match remembered.and_then(|line| Some((line.head()?, line))) {
        Some((head, line)) => {
            known.keep(&line, pin.is_some());
            Description::remembered(head, path, pin.is_some())
        }
        None => match manifest_file::read(&path) {
            Ok(manifest) => {
                let manifest = Description::from(manifest);
                if let Some(stamp) = stamp.filter(|_| absolute) {
                    known.insert(&path, stamp, manifest.head(), pin.is_some());
                }
                manifest
            }
            Err(error) => return Some(Err(Broken { manifest: unusable(&path), folder: folder.to_owned(), error })),
        },
    };
    let folder = folder.to_owned();
    let library = folder.join(&manifest.head().library);
    if library.is_file() {
        return Some(Ok(Entry { manifest, folder, library }));
    }
    let error = LoadError::LibraryMissing { plugin: manifest.head().name.clone(), library };
    Some(Err(Broken { folder, manifest: Some(Box::new(manifest.head().outline())), error }))
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
