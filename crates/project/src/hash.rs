//! Hashes of folders and files, exactly as the original computes them (empty folders count).

use std::path::Path;

use base64::{Engine, engine::general_purpose::STANDARD};
use fs_err as fs;
use sha1::{Digest, Sha1};
use sha2::Sha256;

use crate::{
    Error,
    tree::{self, Kind, MAX_DEPTH},
};

/// Folders that never count as a change of a resource.
pub const STATUS_EXCLUDED: [&str; 5] = [".*", "node_modules", "test_coverage", "dist", "build"];

const PUSH_EXCLUDED: [&str; 3] = [".*", "node_modules", "test_coverage"];

/// The hash by which the original compares a resource folder with its deployed copy.
///
/// # Errors
/// An unreadable folder.
pub fn status(folder: &Path) -> Result<String, Error> {
    base64(folder, &STATUS_EXCLUDED)
}

/// The `lastPushDirHash` of a resource folder.
///
/// # Errors
/// An unreadable folder.
pub fn push(folder: &Path) -> Result<String, Error> {
    base64(folder, &PUSH_EXCLUDED)
}

/// The 20 hexadecimal digits that name a function's package: of its source folder, without the folders named.
///
/// # Errors
/// An unreadable folder.
pub fn source(folder: &Path, excluded: &[&str]) -> Result<String, Error> {
    let mut digits = hex::encode(base64(folder, excluded)?);
    digits.truncate(20);
    Ok(digits)
}

/// Hash of a folder or file in base64. A pattern in `excluded` is a folder's name, or `.*` for all that begin with a dot.
///
/// # Errors
/// Something unreadable.
pub fn base64(path: &Path, excluded: &[&str]) -> Result<String, Error> {
    Hasher { encode: |digest| STANDARD.encode(digest), excluded }.top(path)
}

/// Hash of a folder or file in lower-case hexadecimal, such as names a GraphQL API's files in the bucket.
///
/// # Errors
/// Something unreadable.
pub fn hexadecimal(path: &Path, excluded: &[&str]) -> Result<String, Error> {
    Hasher { encode: |digest| hex::encode(digest), excluded }.top(path)
}

/// SHA-256 of bytes in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

pub(crate) fn is_excluded(name: &str, excluded: &[&str]) -> bool {
    excluded.iter().any(|pattern| if *pattern == ".*" { name.starts_with('.') } else { *pattern == name })
}

struct Hasher<'h> {
    encode: fn(&[u8]) -> String,
    excluded: &'h [&'h str],
}

impl Hasher<'_> {
    fn top(&self, path: &Path) -> Result<String, Error> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let is_folder = fs::metadata(path).map_err(Error::io("read", path))?.is_dir();
        if is_folder { self.folder(path, &name, 0) } else { self.file(path, &name) }
    }

    fn file(&self, path: &Path, name: &str) -> Result<String, Error> {
        let content = fs::read(path).map_err(Error::io("read", path))?;
        Ok((self.encode)(&Sha1::new().chain_update(name).chain_update(content).finalize()))
    }

    fn folder(&self, path: &Path, name: &str, depth: usize) -> Result<String, Error> {
        if depth > MAX_DEPTH {
            return Err(Error::TooDeep { path: path.to_owned() });
        }
        let mut hash = Sha1::new().chain_update(name);
        for item in tree::items(path)? {
            match item.kind {
                Kind::File => hash.update(self.file(&path.join(&item.os_name), &item.name)?),
                Kind::Folder if is_excluded(&item.name, self.excluded) => {}
                Kind::Folder => hash.update(self.folder(&path.join(&item.os_name), &item.name, depth + 1)?),
            }
        }
        Ok((self.encode)(&hash.finalize()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demo() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (path, content) in [("demo/a.txt", "hi"), ("demo/sub/b.txt", "yo"), ("demo/node_modules/x", "x")] {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        fs::create_dir(dir.path().join("demo/empty")).unwrap();
        dir
    }

    #[test]
    fn the_known_vector() {
        let dir = demo();
        let demo = dir.path().join("demo");
        assert_eq!(status(&demo).unwrap(), "jN8TQp7Lsn4LsGBjfMR0GKzC1Ro=");
        assert_eq!(hexadecimal(&demo, &["node_modules"]).unwrap(), "e4a58195ab505e907eb2a458299f3f93c7a2bbeb");
        assert_eq!(source(&demo, &["node_modules"]).unwrap(), "6a4e38545170374c736e");
        assert_eq!(base64(&demo.join("a.txt"), &[]).unwrap(), "XQ97z5QQ6UywOp1HMz1FKbGH+aI=");
    }

    #[test]
    fn dist_and_build_count_for_a_push_only() {
        let dir = demo();
        let demo = dir.path().join("demo");
        let (before_status, before_push) = (status(&demo).unwrap(), push(&demo).unwrap());
        fs::create_dir(demo.join("dist")).unwrap();
        fs::write(demo.join("dist/x"), "x").unwrap();
        assert_eq!(status(&demo).unwrap(), before_status);
        assert_ne!(push(&demo).unwrap(), before_push);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_the_parent_ends_in_an_error() {
        let dir = demo();
        let demo = dir.path().join("demo");
        std::os::unix::fs::symlink(&demo, demo.join("sub/up")).unwrap();
        let code = status(&demo).unwrap_err().code();
        assert!(["folder-too-deep", "file-system"].contains(&code), "{code}");
    }
}
