//! Where plugins are looked for.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use amplify_plugin_abi::manifest::FILE_NAME;

/// Folders to look in, the most important first.
///
/// Each plugin lives in a folder of its own, which holds its manifest and its library. A folder of the search path is
/// either such a folder itself, or holds such folders. One that does not exist is passed over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchPath {
    /// The folders.
    pub folders: Vec<PathBuf>,
}

impl SearchPath {
    /// A search path of these folders. Empty ones, which a list such as `a::b` has, are left out.
    pub fn new<P: Into<PathBuf>>(folders: impl IntoIterator<Item = P>) -> Self {
        let folders = folders.into_iter().map(Into::into).filter(|folder| !folder.as_os_str().is_empty());
        Self { folders: folders.collect() }
    }

    /// The folders that hold a manifest, by the search path's order, then by name. Each appears once.
    pub(crate) fn plugin_folders(&self) -> Vec<PathBuf> {
        let (mut found, mut known) = (Vec::new(), HashSet::new());
        for folder in &self.folders {
            let below = if holds_manifest(folder) { vec![folder.clone()] } else { folders_below(folder) };
            for plugin in below {
                if known.insert(plugin.clone()) {
                    found.push(plugin);
                }
            }
        }
        found
    }
}

fn folders_below(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs_err::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<PathBuf> =
        entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| holds_manifest(path)).collect();
    found.sort();
    found
}

/// A manifest that is there but no file (or unreadable) is found too: it is reported as broken.
fn holds_manifest(folder: &Path) -> bool {
    folder.join(FILE_NAME).symlink_metadata().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_in_order_and_once() {
        let root = tempfile::tempdir().unwrap();
        for plugin in ["two/b", "two/a", "one", "two/empty"] {
            fs_err::create_dir_all(root.path().join(plugin)).unwrap();
        }
        for plugin in ["two/b", "two/a", "one"] {
            fs_err::write(root.path().join(plugin).join(FILE_NAME), "{}").unwrap();
        }
        let at = |name: &str| root.path().join(name);
        let path = SearchPath::new([at("one"), PathBuf::new(), at("missing"), at("two"), at("two/a")]);
        assert_eq!(path.plugin_folders(), [at("one"), at("two/a"), at("two/b")]);
    }
}
