//! What an entry of the registry knows of its plugin: the part that routing looks at, and the rest when somebody asks.

use std::{
    ops::Deref,
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use amplify_plugin_abi::{
    manifest::{Manifest, PluginKind},
    message::LifecycleEvent,
};

use crate::{LoadError, manifest_file, pin};

/// The part of a manifest that decides which plugin a command needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// The plugin's name.
    pub name: String,
    /// Its kind, and the word that addresses it.
    pub kind: PluginKind,
    /// Its version.
    pub version: String,
    /// What it is, on one line.
    pub summary: String,
    /// Events that it subscribes to.
    pub events: Vec<LifecycleEvent>,
    /// The file name of its library.
    pub library: String,
    /// SHA-256 of its library, lower-case hex.
    pub sha256: String,
}

impl From<&Manifest> for Head {
    fn from(manifest: &Manifest) -> Self {
        Self {
            name: manifest.name.clone(),
            kind: manifest.kind.clone(),
            version: manifest.version.clone(),
            summary: manifest.summary.clone(),
            events: manifest.events.clone(),
            library: manifest.library.clone().unwrap_or_default(),
            sha256: manifest.sha256.clone().unwrap_or_default(),
        }
    }
}

impl Head {
    /// A manifest that says no more than this.
    pub fn outline(&self) -> Manifest {
        let mut manifest = Manifest::new(&self.name, self.kind.clone(), &self.version, &self.summary);
        manifest.events.clone_from(&self.events);
        manifest.library = Some(self.library.clone());
        manifest.sha256 = Some(self.sha256.clone());
        manifest
    }
}

/// A plugin's manifest. Its head is there at once. The rest is read from its file on the first use of this value as a
/// [`Manifest`], so that a command that uses one plugin of many pays for one.
#[derive(Clone, Debug)]
pub struct Description(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    head: Head,
    /// None for one that was read whole.
    file: Option<PathBuf>,
    /// Whether it must be what the head says: what a project has locked.
    locked: bool,
    whole: OnceLock<Box<Manifest>>,
    outline: OnceLock<Box<Manifest>>,
}

impl Description {
    /// A manifest whose file was read and accepted earlier. A locked one's file was not looked at since.
    pub(crate) fn remembered(head: Head, file: PathBuf, locked: bool) -> Self {
        Self(Arc::new(Inner { head, file: Some(file), locked, whole: OnceLock::new(), outline: OnceLock::new() }))
    }

    /// The part that is known without a look at the file.
    pub fn head(&self) -> &Head {
        &self.0.head
    }

    /// The whole manifest.
    ///
    /// # Errors
    /// Its file has gone, is none any more, or is not that of the locked build.
    pub fn whole(&self) -> Result<&Manifest, LoadError> {
        match self.0.whole.get() {
            Some(manifest) => Ok(manifest),
            None => self.0.read().map(|manifest| &**self.0.whole.get_or_init(|| manifest.into())),
        }
    }
}

impl Inner {
    fn read(&self) -> Result<Manifest, LoadError> {
        let Some(file) = &self.file else { return Ok(self.head.outline()) };
        let folder = file.parent().unwrap_or(file);
        let manifest = match manifest_file::read(file) {
            Err(LoadError::ManifestUnreadable { .. }) if self.locked && !folder.is_dir() => {
                return Err(pin::not_installed(&self.head.name, &self.head.version, folder));
            }
            read => read?,
        };
        if self.locked {
            pin::check(&self.head, &manifest, folder)?;
        }
        Ok(manifest)
    }
}

impl From<Manifest> for Description {
    fn from(manifest: Manifest) -> Self {
        let head = Head::from(&manifest);
        let whole = OnceLock::from(Box::new(manifest));
        Self(Arc::new(Inner { head, file: None, locked: false, whole, outline: OnceLock::new() }))
    }
}

/// As far as it is known: one that cannot be read any more has no commands. [`Description::whole`] tells why.
impl Deref for Description {
    type Target = Manifest;

    fn deref(&self) -> &Manifest {
        let Inner { head, outline, .. } = &*self.0;
        self.whole().unwrap_or_else(|_| outline.get_or_init(|| head.outline().into()))
    }
}

impl PartialEq for Description {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}
