//! The registry's cache: manifests as they were read last, without their commands and methods, so that a command reads one file
//! instead of many, and of many plugins no more than it looks at.

use std::{collections::BTreeMap, path::Path, sync::Arc, time::UNIX_EPOCH};

use amplify_plugin_abi::{ABI_VERSION, PROTOCOL, manifest::Manifest};
use serde::{Deserialize, Serialize};

use crate::{Description, manifest_file};

/// Counts changes of the cache's own shape.
const FORMAT: u32 = 2;

/// How a manifest is known to be unchanged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stamp {
    seconds: u64,
    nanos: u32,
    size: u64,
}

impl Stamp {
    /// The stamp of a file; `None` where there is none, or no modification time.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        let metadata = fs_err::metadata(path).ok()?;
        let time = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(Self { seconds: time.as_secs(), nanos: time.subsec_nanos(), size: metadata.len() })
    }
}

/// Manifests that were read and accepted.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    /// By their paths as texts: comparing paths part by part is what a look into a long cache would spend its time on.
    manifests: BTreeMap<String, Kept>,
    /// Whether the file holds something else.
    changed: bool,
}

#[derive(Debug)]
struct Kept {
    stamp: Stamp,
    manifest: Arc<Manifest>,
    /// Whether the manifest was asked for; those that were not are gone.
    used: bool,
}

/// The file. What it was made by decides whether its manifests still count as checked.
#[derive(Serialize, Deserialize)]
struct File<M> {
    format: u32,
    abi: String,
    protocol: u32,
    target: String,
    manifests: M,
}

impl Cache {
    /// Reads a cache. One that is missing, damaged or of another version is empty.
    pub(crate) fn read(path: &Path) -> Self {
        fs_err::read(path).ok().and_then(|bytes| Self::parse(&bytes)).unwrap_or_default()
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        // What is all text is checked to be so once, not string by string.
        let file: File<Vec<(String, Stamp, Manifest)>> = serde_json::from_str(std::str::from_utf8(bytes).ok()?).ok()?;
        let ours = file.format == FORMAT
            && file.abi == ABI_VERSION
            && file.protocol == PROTOCOL
            && file.target == amplify_plugin_abi::TARGET;
        let kept = |(path, stamp, manifest)| (path, Kept { stamp, manifest: Arc::new(manifest), used: false });
        ours.then(|| Self { manifests: file.manifests.into_iter().map(kept).collect(), changed: false })
    }

    /// A manifest that is unchanged since it was kept. It is checked again, since a cache is a file like any other.
    pub(crate) fn get(&mut self, path: &Path, stamp: &Stamp) -> Option<Description> {
        let kept = self.manifests.get_mut(path.to_str()?).filter(|kept| kept.stamp == *stamp)?;
        manifest_file::accept(&kept.manifest, path).ok()?;
        kept.used = true;
        Some(Description::remembered(Arc::clone(&kept.manifest), path.to_owned()))
    }

    /// Keeps a manifest. One whose path is no text is read each time.
    pub(crate) fn insert(&mut self, path: &Path, stamp: Stamp, manifest: &Manifest) {
        let Some(path) = path.to_str() else { return };
        let manifest = Arc::new(Manifest { commands: Vec::new(), methods: Vec::new(), ..manifest.clone() });
        self.manifests.insert(path.to_owned(), Kept { stamp, manifest, used: true });
        self.changed = true;
    }

    /// Writes the cache in one step, if it has changed. A failure is no error: the next command reads the manifests
    /// themselves.
    pub(crate) fn write(mut self, path: &Path) {
        let before = self.manifests.len();
        self.manifests.retain(|_, kept| kept.used);
        if !self.changed && self.manifests.len() == before {
            return;
        }
        let file = File {
            format: FORMAT,
            abi: ABI_VERSION.to_owned(),
            protocol: PROTOCOL,
            target: amplify_plugin_abi::TARGET.to_owned(),
            manifests: self
                .manifests
                .iter()
                .map(|(path, kept)| (path, &kept.stamp, &*kept.manifest))
                .collect::<Vec<_>>(),
        };
        let Ok(bytes) = serde_json::to_vec(&file) else { return };
        if let Some(folder) = path.parent() {
            let _ = fs_err::create_dir_all(folder);
        }
        let _ = manifest_file::replace(path, &bytes);
    }
}
