//! Which paths a transaction may touch: inside the project, and nowhere else.

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
};

use fs_err as fs;

use crate::{Error, paths::relative};

const LONGEST_COMPONENT: usize = 255;

/// A path that was followed through symbolic links.
pub(super) struct Target {
    /// Where the file really lies.
    pub absolute: PathBuf,
    /// The same below the project root, with forward slashes.
    pub relative: String,
}

/// Checks the form of a path without looking at the disk.
pub(crate) fn check(path: &str) -> Result<(), Error> {
    let unsafe_path = |reason| Err(Error::UnsafePath { path: path.to_owned(), reason });
    if path.is_empty() {
        return unsafe_path("it is empty");
    }
    if path.starts_with('/') || Path::new(path).is_absolute() {
        return unsafe_path("it must be relative to the project");
    }
    if path.contains(['\\', '\0']) || (cfg!(windows) && path.contains(':')) {
        return unsafe_path("it has characters that cannot be in a path");
    }
    for part in path.split('/') {
        match part {
            "" | "." => return unsafe_path("it has empty parts"),
            ".." => return unsafe_path("it must not lead out of its folder"),
            _ if part.len() > LONGEST_COMPONENT => return unsafe_path("a part of it is longer than 255 bytes"),
            _ if part.eq_ignore_ascii_case(".git") => return unsafe_path("git's own folder is not ours"),
            _ => {}
        }
    }
    let reserved = |own: &str| path == own || path.strip_prefix(own).is_some_and(|rest| rest.starts_with('/'));
    if reserved(relative::LOCK) || reserved(relative::TRANSACTION) {
        return unsafe_path("it is part of how changes are made safe");
    }
    Ok(())
}

/// Follows the symbolic links on a path, the last part included, and checks that they stay in the project.
pub(super) fn resolve(root: &Path, path: &str) -> Result<Target, Error> {
    Finder::new(root)?.resolve(path)
}

/// The same, but the last part is taken as it is: the way to delete a link itself.
pub(super) fn resolve_parent(root: &Path, path: &str) -> Result<Target, Error> {
    Finder::new(root)?.resolve_parent(path)
}

/// Resolves many paths, each folder once. It must not outlive a change of the folders.
pub(super) struct Finder<'r> {
    root: &'r Path,
    real_root: PathBuf,
    /// Folders by their path below the root → where they lie.
    folders: HashMap<String, PathBuf>,
}

impl<'r> Finder<'r> {
    pub(super) fn new(root: &'r Path) -> Result<Self, Error> {
        let real_root = fs::canonicalize(root).map_err(Error::io("read", root))?;
        Ok(Self { root, real_root, folders: HashMap::new() })
    }

    /// As [`resolve`].
    pub(super) fn resolve(&mut self, path: &str) -> Result<Target, Error> {
        self.follow(path, true)
    }

    /// As [`resolve_parent`].
    pub(super) fn resolve_parent(&mut self, path: &str) -> Result<Target, Error> {
        self.follow(path, false)
    }

    fn follow(&mut self, path: &str, last_too: bool) -> Result<Target, Error> {
        check(path)?;
        let unsafe_path = |reason| Error::UnsafePath { path: path.to_owned(), reason };
        let (folder, last) = path.rsplit_once('/').unwrap_or(("", path));
        let absolute = self.folder(folder).and_then(|folder| self.step(&folder, last, true, last_too));
        let absolute = absolute.map_err(|wrong| match wrong {
            Wrong::Place(reason) => unsafe_path(reason),
            Wrong::Other(error) => error,
        })?;
        let below =
            absolute.strip_prefix(&self.real_root).map_err(|_| unsafe_path("it must not lead out of its folder"))?;
        let parts: Option<Vec<&str>> = below.iter().map(|part| part.to_str()).collect();
        let relative = parts.ok_or_else(|| unsafe_path("a folder on the way has a name that is not UTF-8"))?.join("/");
        check(&relative)?;
        Ok(Target { absolute: self.root.join(&relative), relative })
    }

    fn folder(&mut self, path: &str) -> Result<PathBuf, Wrong> {
        if path.is_empty() {
            return Ok(self.real_root.clone());
        }
        if let Some(known) = self.folders.get(path) {
            return Ok(known.clone());
        }
        let (above, part) = path.rsplit_once('/').unwrap_or(("", path));
        let above = self.folder(above)?;
        let found = self.step(&above, part, false, true)?;
        self.folders.insert(path.to_owned(), found.clone());
        Ok(found)
    }

    /// Where a part of a path leads from a folder.
    fn step(&self, folder: &Path, part: &str, is_last: bool, through: bool) -> Result<PathBuf, Wrong> {
        let next = folder.join(part);
        match fs::symlink_metadata(&next) {
            Ok(metadata) if metadata.is_symlink() && through => {
                let real =
                    fs::canonicalize(&next).map_err(|_| Wrong::Place("a symbolic link on the way leads nowhere"))?;
                if !real.starts_with(&self.real_root) {
                    return Err(Wrong::Place("a symbolic link on the way leads out of the project"));
                }
                Ok(real)
            }
            Ok(metadata) if !is_last && !metadata.is_dir() => Err(Wrong::Place("a part of it is a file, not a folder")),
            Ok(_) => Ok(next),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(next),
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                Err(Wrong::Place("a part of it is a file, not a folder"))
            }
            Err(error) => Err(Wrong::Other(Error::io("read", &next)(error))),
        }
    }
}

/// Why a path leads nowhere that may be touched.
enum Wrong {
    Place(&'static str),
    Other(Error),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_paths_below_the_root() {
        for good in
            ["a", "amplify/backend/x.json", "amplify/#current-cloud-backend/a b", "src/aws-exports.js", ".gitignore"]
        {
            assert!(check(good).is_ok(), "{good}");
        }
        let long = format!("a/{}", "x".repeat(256));
        for bad in [
            "",
            "/etc/passwd",
            "../x",
            "a/../../x",
            "a//b",
            "a/./b",
            "a/",
            "a\\..\\b",
            "a\0b",
            ".git/config",
            "x/.GIT/hooks",
            "amplify/.transaction/journal",
            "amplify/.config/local-lock",
            &long,
        ] {
            assert_eq!(check(bad).unwrap_err().code(), "unsafe-path", "{bad}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_inside_the_project_only() {
        use std::os::unix::fs::symlink;
        let outside = tempfile::tempdir().unwrap();
        let root = tempfile::tempdir().unwrap();
        let root = root.path();
        fs::create_dir_all(root.join("shared/deep")).unwrap();
        fs::write(root.join("shared/deep/f"), "").unwrap();
        symlink(root.join("shared"), root.join("inner")).unwrap();
        symlink(outside.path(), root.join("outer")).unwrap();
        symlink("shared/deep/f", root.join("file")).unwrap();
        symlink("nowhere", root.join("dangling")).unwrap();
        fs::create_dir(root.join(".git")).unwrap();
        symlink(".git", root.join("sly")).unwrap();

        assert_eq!(resolve(root, "inner/deep/new/x").unwrap().relative, "shared/deep/new/x");
        assert_eq!(resolve(root, "file").unwrap().relative, "shared/deep/f");
        assert_eq!(resolve_parent(root, "file").unwrap().relative, "file");
        for bad in ["outer/x", "outer", "dangling", "file/x", "sly/config"] {
            assert_eq!(resolve(root, bad).err().map(|error| error.code()), Some("unsafe-path"), "{bad}");
        }
    }
}
