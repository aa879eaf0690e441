//! What the project around says of its plugins: `amplify/plugins.toml` and `amplify/plugins.lock`.

use std::path::{Path, PathBuf};

use amplify_plugin_abi::TARGET;
use amplify_plugin_host::{Entry, KnownHashes, Pin, Registry, Stamp, check_library};
use amplify_plugin_store::{LOCK, Lock, REQUIREMENTS, Requirements, Store, differences};
use amplify_project::Project;
use serde_json::json;

use crate::{error::Error, output::Output, suggestion, surroundings::Surroundings, words};

/// The plugins of a project's team.
#[derive(Debug, Default)]
pub struct Team {
    /// The project's root.
    pub root: PathBuf,
    /// What is asked for.
    pub requirements: Requirements,
    /// What is locked.
    pub lock: Lock,
}

/// The project at or above a folder whose team says something of its plugins.
#[derive(Debug)]
pub struct Around {
    /// Its root.
    pub root: PathBuf,
    /// What changes when one of the two files does. None for one that was written just now, and may be again.
    pub state: Option<String>,
}

impl Around {
    /// It, unless neither file exists.
    pub fn of(folder: &Path) -> Option<Self> {
        let root = root_around(folder)?;
        // What an interrupted command had decided may be one of the files. That it cannot be finished is told when they are read.
        let reading = Project::at(root).read().ok();
        let stamps = [REQUIREMENTS, LOCK].map(|file| Stamp::of(&root.join(file)).ok());
        if stamps.iter().all(Option::is_none) && reading.is_some() {
            return None;
        }
        let settled = reading.is_some() && stamps.iter().flatten().all(Stamp::settled);
        // Another version may know other keys.
        let state = settled.then(|| json!([env!("CARGO_PKG_VERSION"), stamps]).to_string());
        Some(Self { root: root.to_owned(), state })
    }
}

/// The nearest `amplify/` decides, as for the project itself.
fn root_around(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|root| root.join("amplify/.config").is_dir())
}

impl Team {
    /// That of a project which asks for its first plugin, with a word in the file on what it is for.
    pub fn begun() -> Self {
        Self { requirements: Requirements::new(), ..Self::default() }
    }

    /// That of the project at or above a folder, with the builds for this machine alone: it is for using plugins, not for
    /// writing the lock. None where neither file exists.
    ///
    /// # Errors
    /// A file cannot be read or understood.
    pub fn around(folder: &Path) -> Result<Option<Self>, Error> {
        let Some(root) = root_around(folder) else { return Ok(None) };
        // What an interrupted command had decided is finished first, and nobody changes the files meanwhile.
        let _reading = Project::at(root).read()?;
        Self::read_by(root, |text| Lock::parse_for(text, TARGET))
    }

    /// That of the project at a root; none where neither file exists.
    ///
    /// # Errors
    /// A file cannot be read or understood.
    pub fn read(root: &Path) -> Result<Option<Self>, Error> {
        Self::read_by(root, Lock::parse)
    }

    fn read_by(
        root: &Path,
        lock: impl FnOnce(&str) -> Result<Lock, amplify_plugin_store::Error>,
    ) -> Result<Option<Self>, Error> {
        let (asked, locked) = (text(root, REQUIREMENTS)?, text(root, LOCK)?);
        if asked.is_none() && locked.is_none() {
            return Ok(None);
        }
        Ok(Some(Self {
            root: root.to_owned(),
            requirements: asked.as_deref().map_or_else(|| Ok(Requirements::new()), Requirements::parse)?,
            lock: locked.as_deref().map_or_else(|| Ok(Lock::default()), lock)?,
        }))
    }

    /// What the lock asks of the registry.
    pub fn pins(&self, surroundings: &Surroundings) -> Vec<Pin> {
        pins(&self.lock, surroundings)
    }

    /// Checks that a plugin may be opened where only locked ones may: it is one of them, or came with the program.
    ///
    /// # Errors
    /// It is neither.
    pub fn check_entry(&self, entry: &Entry, surroundings: &Surroundings) -> Result<(), Error> {
        let name = &entry.manifest.name;
        let bundled = surroundings.bundled_folders.iter().any(|folder| entry.folder.starts_with(folder));
        if bundled || self.lock.plugins.contains_key(name) {
            return Ok(());
        }
        let error = Error::failed("plugin-not-locked", format!("the plugin `{name}` is not in `{LOCK}`"));
        let error = error.cause(format!("it was found in `{}`", entry.folder.display()));
        let folder = words::quoted(&entry.folder.to_string_lossy());
        Err(error.hint(format!("type `amplify plugin add {name} --from {folder}`, or remove it")))
    }

    /// Checks that the lock matches what is asked for, and that everything locked is there, unchanged.
    ///
    /// # Errors
    /// It does not, or something is missing or altered.
    pub fn check(&self, registry: &Registry, surroundings: &Surroundings, hashes: &KnownHashes) -> Result<(), Error> {
        self.check_requirements()?;
        let pins = self.pins(surroundings);
        let of_lock = |folder: &PathBuf| pins.iter().any(|pin| pin.folder == *folder);
        let used = |name: &str| registry.by_name(name).is_some();
        let broken = registry.broken.iter().filter(|broken| {
            let name = broken.manifest.as_ref().map(|manifest| manifest.name.as_str());
            of_lock(&broken.folder) && !name.is_some_and(used)
        });
        // The plugins that the command does not open count, too: the next one may.
        let locked =
            registry.plugins.iter().filter(|entry| self.lock.plugins.contains_key(&entry.manifest.head().name));
        let spoiled = locked.filter_map(|entry| check_library(entry, hashes).err());
        let mut faults = broken.map(|broken| Error::from(&broken.error)).chain(spoiled.map(Error::from));
        let Some(first) = faults.next() else { return Ok(()) };
        let others: Vec<Error> = faults.collect();
        if others.is_empty() {
            return Err(first);
        }
        let count = others.len() + 1;
        let error = Error::failed(&*first.code, format!("{count} plugins of `{LOCK}` cannot be used"));
        let error = std::iter::once(first).chain(others).fold(error, |error, one| error.cause(one.message));
        Err(error.hint("type `amplify plugin install`"))
    }

    /// Checks that the lock matches what is asked for.
    ///
    /// # Errors
    /// It does not; each difference is told.
    pub fn check_requirements(&self) -> Result<(), Error> {
        let differences = differences(&self.requirements, &self.lock);
        if differences.is_empty() { Ok(()) } else { Err(amplify_plugin_store::Error::Differs { differences }.into()) }
    }

    /// Whether [`Team::warn`] has nothing to tell.
    pub fn is_quiet(&self) -> bool {
        self.requirements.unknown().is_empty() && self.check_requirements().is_ok()
    }

    /// Tells what does not match, and how to mend it.
    pub fn warn(&self, output: &Output) {
        warn_unknown(&self.requirements, output);
        if let Err(error) = self.check_requirements() {
            let causes = error.causes.join("; ");
            output.warning(&format!("{}: {causes}; type `amplify plugin install`", error.message));
        }
    }
}

/// Tells of keys that mean nothing to this amplify: one that is misspelt asks for nothing.
pub fn warn_unknown(requirements: &Requirements, output: &Output) {
    for unknown in requirements.unknown() {
        let (before, last) = unknown.rsplit_once('.').map_or(("", unknown.as_str()), |(before, last)| (before, last));
        let known: &[&str] = if before.is_empty() { &["index", "key", "plugins"] } else { &["version", "from", "key"] };
        let near = suggestion::nearest(last, known.iter().copied());
        let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        output.warning(&format!("`{REQUIREMENTS}` has the key `{unknown}`, which this amplify does not know{near}"));
    }
}

/// What a lock asks of the registry.
pub fn pins(lock: &Lock, surroundings: &Surroundings) -> Vec<Pin> {
    let store = store(surroundings);
    let pins = lock.plugins.iter().map(|(name, locked)| {
        let (version, library) =
            (locked.version.to_string(), locked.targets.get(TARGET).map(|build| build.library.clone()));
        let folder = store.place(name, &version, TARGET, library.as_deref().unwrap_or("none"));
        Pin { name: name.clone(), version, kind: locked.kind.clone(), sha256: library, folder }
    });
    pins.collect()
}

/// The user's store. Without a home folder there is none, and nothing is found in it.
pub fn store(surroundings: &Surroundings) -> Store {
    Store::at(surroundings.own.as_ref().map_or_else(|| PathBuf::from("amplify-store"), |own| own.join("store")))
}

fn text(root: &Path, file: &str) -> Result<Option<String>, Error> {
    match fs_err::read_to_string(root.join(file)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let message = format!("`{file}` cannot be read");
            Err(Error::failed("plugins-file-unreadable", message).cause(error).hint("take it from git"))
        }
    }
}
