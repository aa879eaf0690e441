//! Which paths a transaction may touch: inside the project, and nowhere else.

use std::{
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
    follow(root, path, true)
}

/// The same, but the last part is taken as it is: the way to delete a link itself.
pub(super) fn resolve_parent(root: &Path, path: &str) -> Result<Target, Error> {
    follow(root, path, false)
}

fn follow(root: &Path, path: &str, last_too: bool) -> Result<Target, Error> {
    check(path)?;
    let unsafe_path = |reason| Error::UnsafePath { path: path.to_owned(), reason };
    let real_root = fs::canonicalize(root).map_err(Error::io("read", root))?;
    let mut absolute = real_root.clone();
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        let next = absolute.join(part);
        let is_last = parts.peek().is_none();
        match fs::symlink_metadata(&next) {
            Ok(metadata) if metadata.is_symlink() && (last_too || !is_last) => {
                absolute =
                    fs::canonicalize(&next).map_err(|_| unsafe_path("a symbolic link on the way leads nowhere"))?;
                if !absolute.starts_with(&real_root) {
                    return Err(unsafe_path("a symbolic link on the way leads out of the project"));
                }
            }
            Ok(metadata) if !is_last && !metadata.is_dir() => {
                return Err(unsafe_path("a part of it is a file, not a folder"));
            }
            Ok(_) => absolute = next,
            Err(error) if error.kind() == io::ErrorKind::NotFound => absolute = next,
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                return Err(unsafe_path("a part of it is a file, not a folder"));
            }
            Err(error) => return Err(Error::io("read", &next)(error)),
        }
    }
    let below = absolute.strip_prefix(&real_root).map_err(|_| unsafe_path("it must not lead out of its folder"))?;
    let parts: Option<Vec<&str>> = below.iter().map(|part| part.to_str()).collect();
    let relative = parts.ok_or_else(|| unsafe_path("a folder on the way has a name that is not UTF-8"))?.join("/");
    check(&relative)?;
    Ok(Target { absolute: root.join(&relative), relative })
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
