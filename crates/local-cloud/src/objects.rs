//! How the objects of a bucket lie on disk.
//!
//! The object `a/b/c.txt` of a bucket is the file `a/b/%objects/c.txt` in the bucket's folder, and the S3 server keeps what
//! it knows about it in `a/b`. So `a` and `a/b` can both be objects, a name may be long, and no other file looks like an
//! object. A part of a key that no file can be called by is written with percent signs.

use std::{
    io,
    path::{Path, PathBuf},
};

/// The folder of the objects of one prefix. No part of a key is ever written so.
pub(crate) const OBJECTS: &str = "%objects";

/// The longest last part of a key, as written on disk, for which the server's own files still have room.
pub(crate) const LONGEST_NAME: usize = 130;

/// Where an object lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The folder of its prefix.
    pub(crate) folder: PathBuf,
    /// Its name in there.
    pub(crate) name: String,
}

impl Place {
    /// The object's file.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.join(OBJECTS).join(&self.name)
    }
}

/// Finds the place of a key; `None` if a part of it is too long for a file's name.
pub(crate) fn place(bucket: &Path, key: &str) -> Option<Place> {
    let (prefix, name) = key.rsplit_once('/').map_or((None, key), |(prefix, name)| (Some(prefix), name));
    let mut folder = bucket.to_path_buf();
    for part in prefix.into_iter().flat_map(|prefix| prefix.split('/')) {
        let part = encode(part);
        if part.len() > 255 {
            return None;
        }
        folder.push(part);
    }
    let name = encode(name);
    (name.len() <= LONGEST_NAME).then_some(Place { folder, name })
}

/// Visits every object below a bucket's folder whose key may begin with `prefix`.
pub(crate) fn walk(bucket: &Path, prefix: &str, visit: &mut dyn FnMut(String, PathBuf)) -> io::Result<()> {
    let mut folders = vec![(bucket.to_path_buf(), String::new())];
    while let Some((folder, key)) = folders.pop() {
        for entry in fs_err::read_dir(folder)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            if !entry.file_type()?.is_dir() {
                continue;
            }
            if name == OBJECTS {
                for object in fs_err::read_dir(entry.path())? {
                    let object = object?;
                    let Ok(name) = object.file_name().into_string() else { continue };
                    let key = format!("{key}{}", decode(&name));
                    if key.starts_with(prefix) {
                        visit(key, object.path());
                    }
                }
                continue;
            }
            let below = format!("{key}{}/", decode(&name));
            if below.starts_with(prefix) || prefix.starts_with(&below) {
                folders.push((entry.path(), below));
            }
        }
    }
    Ok(())
}

/// Whether a bucket holds an object.
pub(crate) fn any(bucket: &Path) -> bool {
    let mut found = false;
    let walked = walk(bucket, "", &mut |_, _| found = true);
    found || walked.is_err()
}

fn encode(part: &str) -> String {
    match part {
        "" => "%".into(),
        "." => "%2E".into(),
        ".." => "%2E%2E".into(),
        // A leading period is kept out of the way of the server's own files.
        _ if part.starts_with('.') => format!("%2E{}", part[1..].replace('%', "%25").replace('\0', "%00")),
        _ => part.replace('%', "%25").replace('\0', "%00"),
    }
}

fn decode(name: &str) -> String {
    if name == "%" {
        return String::new();
    }
    name.replace("%2E", ".").replace("%00", "\0").replace("%25", "%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_back_as_they_were_and_stay_inside() {
        let folder = tempfile::tempdir().unwrap();
        let bucket = folder.path().join("bucket");
        let mut keys = vec![
            "a",
            "a/b",
            "a/b/c.txt",
            "/lead",
            "double//slash",
            "folder/",
            "../outside",
            "./x",
            "%",
            "%2E",
            "%objects",
            ".hidden",
            "%objects/x",
            "100%25",
            "private/us-east-1:0-1/ü.png",
        ];
        for key in &keys {
            let place = place(&bucket, key).unwrap();
            assert!(place.file().starts_with(&bucket) && !place.file().to_str().unwrap().contains(".."), "{key}");
            fs_err::create_dir_all(place.folder.join(OBJECTS)).unwrap();
            fs_err::write(place.file(), key).unwrap();
        }
        let mut found = Vec::new();
        walk(&bucket, "", &mut |key, path| {
            assert_eq!(fs_err::read_to_string(path).unwrap(), key);
            found.push(key);
        })
        .unwrap();
        found.sort();
        keys.sort_unstable();
        assert_eq!(found, keys);

        let mut below = Vec::new();
        walk(&bucket, "a/b", &mut |key, _| below.push(key)).unwrap();
        below.sort();
        assert_eq!(below, ["a/b", "a/b/c.txt"]);
    }

    #[test]
    fn names_without_room_are_refused() {
        let long = "x".repeat(LONGEST_NAME + 1);
        assert_eq!(place(Path::new("b"), &long), None);
        assert!(place(Path::new("b"), &format!("{long}/x")).is_some());
    }
}
