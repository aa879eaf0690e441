//! The hashes of libraries that were computed before, so that an unchanged library is not read whole each time.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use crate::{hash, manifest_file};

/// Counts changes of the file's shape.
const FORMAT: u32 = 1;

/// A file that changed less than this ago may change again without its stamp telling.
const SETTLED: Duration = Duration::from_secs(1);

/// Hashes of files, remembered in a file of the user's own. A file is hashed again as soon as its size, one of its times
/// or its place on the disk has changed. What is new is written once, when this value is dropped.
#[derive(Debug, Default)]
pub struct KnownHashes {
    file: Option<PathBuf>,
    always: bool,
    known: Mutex<Option<Memory>>,
}

#[derive(Debug)]
struct Memory {
    libraries: BTreeMap<PathBuf, Known>,
    changed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    stamp: Stamp,
    sha256: String,
}

/// What a change of a file cannot leave alone. The time of the last change of its entry cannot be set back by a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    size: u64,
    modified: (u64, u32),
    changed: (i64, i64),
    place: (u64, u64),
}

#[derive(Serialize, Deserialize)]
struct File<K> {
    format: u32,
    libraries: K,
}

impl KnownHashes {
    /// Remembers in `file`, which need not exist.
    pub fn new(file: impl Into<PathBuf>) -> Self {
        Self { file: Some(file.into()), always: false, known: Mutex::default() }
    }

    /// Hashes every time, and remembers nothing.
    pub fn never() -> Self {
        Self { file: None, always: true, known: Mutex::default() }
    }

    /// The SHA-256 of a file, as lower-case hex.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn sha256(&self, path: &Path) -> std::io::Result<String> {
        if self.always || !path.is_absolute() {
            return hash::file(path);
        }
        let before = Stamp::of(path)?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.get_or_insert_with(|| Memory { libraries: self.read(), changed: false });
        if let Some(found) = known.libraries.get(path).filter(|found| found.stamp == before) {
            return Ok(found.sha256.clone());
        }
        let sha256 = hash::file(path)?;
        let stamp = Stamp::of(path)?;
        if stamp == before && stamp.settled() {
            known.libraries.insert(path.to_owned(), Known { stamp, sha256: sha256.clone() });
            known.changed = true;
        }
        Ok(sha256)
    }

    fn read(&self) -> BTreeMap<PathBuf, Known> {
        let bytes = self.file.as_ref().and_then(|file| fs_err::read(file).ok()).unwrap_or_default();
        match serde_json::from_slice::<File<Vec<(PathBuf, Known)>>>(&bytes) {
            Ok(file) if file.format == FORMAT => file.libraries.into_iter().collect(),
            _ => BTreeMap::new(),
        }
    }

    /// Writes what is known in one step; files that are gone are left out. A failure only costs the time saved.
    fn write(&self, known: &BTreeMap<PathBuf, Known>) {
        let Some(path) = &self.file else { return };
        let libraries: Vec<_> = known.iter().filter(|(path, _)| path.exists()).collect();
        let Ok(bytes) = serde_json::to_vec(&File { format: FORMAT, libraries }) else { return };
        if let Some(folder) = path.parent() {
            let _ = fs_err::create_dir_all(folder);
        }
        let _ = manifest_file::replace(path, &bytes);
    }
}

impl Drop for KnownHashes {
    fn drop(&mut self) {
        let known = self.known.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(known) = known.filter(|known| known.changed) {
            self.write(&known.libraries);
        }
    }
}

impl Stamp {
    /// The stamp of a file.
    ///
    /// # Errors
    /// There is none, or it cannot be looked at.
    pub fn of(path: &Path) -> std::io::Result<Self> {
        let metadata = fs_err::metadata(path)?;
        let since = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
        let (changed, place) = system(&metadata);
        Ok(Self { size: metadata.len(), modified: (since.as_secs(), since.subsec_nanos()), changed, place })
    }

    /// Whether the file has been left alone for so long that another change would show.
    pub fn settled(&self) -> bool {
        let changed = u64::try_from(self.changed.0).unwrap_or_default().max(self.modified.0);
        let age = SystemTime::now().duration_since(UNIX_EPOCH + Duration::from_secs(changed));
        age.is_ok_and(|age| age > SETTLED)
    }
}

#[cfg(unix)]
fn system(metadata: &std::fs::Metadata) -> ((i64, i64), (u64, u64)) {
    use std::os::unix::fs::MetadataExt;
    ((metadata.ctime(), metadata.ctime_nsec()), (metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn system(_metadata: &std::fs::Metadata) -> ((i64, i64), (u64, u64)) {
    ((0, 0), (0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file that has been there for a while, as far as its stamp tells, cannot be made; so the test waits.
    fn settle(path: &Path) {
        while !Stamp::of(path).unwrap().settled() {
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    #[test]
    fn an_unchanged_file_is_not_hashed_again_and_a_changed_one_is() {
        let folder = tempfile::tempdir().unwrap();
        let (memory, library) = (folder.path().join("cache/hashes.json"), folder.path().join("lib.so"));
        fs_err::write(&library, "one").unwrap();
        settle(&library);
        let one = KnownHashes::new(&memory).sha256(&library).unwrap();
        assert!(memory.exists());
        // The memory is believed as long as the stamp is right.
        let forged = fs_err::read_to_string(&memory).unwrap().replace(&one, &"f".repeat(64));
        fs_err::write(&memory, forged).unwrap();
        assert_eq!(KnownHashes::new(&memory).sha256(&library).unwrap(), "f".repeat(64));
        assert_eq!(KnownHashes::never().sha256(&library).unwrap(), one);
        // Same size, and the old time of modification.
        let times = std::fs::FileTimes::new().set_modified(fs_err::metadata(&library).unwrap().modified().unwrap());
        fs_err::write(&library, "two").unwrap();
        fs_err::File::options().write(true).open(&library).unwrap().file().set_times(times).unwrap();
        let two = KnownHashes::new(&memory).sha256(&library).unwrap();
        assert!(two != one && two != "f".repeat(64));
    }

    #[test]
    fn a_file_that_has_just_changed_is_not_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let (memory, library) = (folder.path().join("hashes.json"), folder.path().join("lib.so"));
        fs_err::write(&library, "one").unwrap();
        KnownHashes::new(&memory).sha256(&library).unwrap();
        assert!(!memory.exists());
        fs_err::write(&memory, "{damaged").unwrap();
        assert!(KnownHashes::new(&memory).sha256(&library).is_ok());
        assert!(KnownHashes::new(&memory).sha256(&folder.path().join("missing")).is_err());
    }
}
