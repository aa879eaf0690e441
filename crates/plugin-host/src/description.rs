//! What an entry of the registry knows of its plugin: the part that routing looks at, and the rest when somebody asks.

use std::{
    ops::Deref,
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use amplify_plugin_abi::manifest::Manifest;

use crate::manifest_file;

/// A plugin's manifest. What decides which plugin a command needs is there at once. The commands with their texts, which are most
/// of a manifest, and the methods are read from its file on the first use of this value as a [`Manifest`], so that a command that
/// uses one plugin of many pays for one.
#[derive(Clone, Debug)]
pub struct Description {
    head: Arc<Manifest>,
    rest: Option<Rest>,
}

#[derive(Clone, Debug)]
struct Rest {
    file: PathBuf,
    whole: Arc<OnceLock<Manifest>>,
}

impl Description {
    /// A manifest whose file was checked earlier, and has not changed since. `head` lacks commands and methods.
    pub(crate) fn remembered(head: Arc<Manifest>, file: PathBuf) -> Self {
        Self { head, rest: Some(Rest { file, whole: Arc::default() }) }
    }

    /// The manifest, which may lack its commands and methods.
    pub fn head(&self) -> &Manifest {
        &self.head
    }
}

impl From<Manifest> for Description {
    fn from(manifest: Manifest) -> Self {
        Self { head: Arc::new(manifest), rest: None }
    }
}

impl Deref for Description {
    type Target = Manifest;

    fn deref(&self) -> &Manifest {
        let Some(Rest { file, whole }) = &self.rest else { return &self.head };
        // A file that was replaced or taken away just now has none any more.
        whole.get_or_init(|| manifest_file::read(file).unwrap_or_else(|_| Manifest::clone(&self.head)))
    }
}

impl PartialEq for Description {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}
