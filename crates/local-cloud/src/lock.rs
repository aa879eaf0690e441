//! Locks between processes that use one environment. The system frees them when a process ends, however it ends.

use std::{
    fs::{File, TryLockError},
    io::{Read, Write},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use crate::Error;

/// An exclusive lock on a file, which names its holder. Dropping it deletes the file.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
    path: PathBuf,
}

impl Lock {
    /// Takes the lock, waiting up to `patience` for another holder.
    ///
    /// `holder` is what others read, such as `a deployment`.
    pub(crate) fn take(path: &Path, holder: &str, patience: Duration) -> Result<Self, Error> {
        let begin = Instant::now();
        loop {
            if let Some(lock) = Self::attempt(path, holder)? {
                return Ok(lock);
            }
            if begin.elapsed() >= patience {
                return Err(Error::InUse { holder: holder_of(path), path: path.to_path_buf() });
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Takes the lock if it is free.
    pub(crate) fn attempt(path: &Path, holder: &str) -> Result<Option<Self>, Error> {
        if let Some(folder) = path.parent() {
            fs_err::create_dir_all(folder)?;
        }
        let file = fs_err::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let mut file = file.into_parts().0;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        // Its holder may have deleted the file between our opening and locking it; then the lock guards nothing.
        if !still_there(&file, path) {
            return Ok(None);
        }
        file.set_len(0)?;
        write!(file, "{holder} (process {})", std::process::id())?;
        Ok(Some(Self { file, path: path.to_path_buf() }))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Deleted while still held, so that nobody can lock a file that is about to vanish without noticing.
        let _ = crate::store::remove_file(&self.path);
        // By word: a process that another thread is starting just now has a copy of the open file, which would keep it locked.
        let _ = self.file.unlock();
    }
}

/// Who holds a lock, as far as the file tells.
pub(crate) fn holder_of(path: &Path) -> String {
    let mut text = String::new();
    if let Ok(mut file) = fs_err::File::open(path) {
        let _ = file.read_to_string(&mut text);
    }
    if text.is_empty() { "another process".into() } else { text }
}

#[cfg(unix)]
fn still_there(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs_err::metadata(path)) {
        (Ok(held), Ok(named)) => held.ino() == named.ino() && held.dev() == named.dev(),
        _ => false,
    }
}

#[cfg(not(unix))]
fn still_there(_file: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_was_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let first = Lock::take(&path, "a deployment", Duration::ZERO).unwrap();
        let error = Lock::take(&path, "a deployment", Duration::ZERO).unwrap_err();
        assert!(error.to_string().contains(&format!("a deployment (process {})", std::process::id())), "{error}");
        assert_eq!(error.code(), "local-in-use");
        drop(first);
        assert!(!path.exists());
        Lock::take(&path, "a deployment", Duration::ZERO).unwrap();
    }

    #[test]
    fn a_file_left_by_a_dead_process_is_no_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        fs_err::write(&path, "a deployment (process 1)").unwrap();
        Lock::take(&path, "a deployment", Duration::ZERO).unwrap();
    }

    #[test]
    fn a_copy_of_the_open_file_holds_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let lock = Lock::take(&path, "a deployment", Duration::ZERO).unwrap();
        let copy = lock.file.try_clone().unwrap();
        // Linked, so that the same file is there for the next holder.
        fs_err::hard_link(&path, folder.path().join("kept")).unwrap();
        drop(lock);
        fs_err::rename(folder.path().join("kept"), &path).unwrap();
        Lock::take(&path, "a deployment", Duration::ZERO).unwrap();
        drop(copy);
    }

    #[test]
    fn many_takers_are_one_after_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let count = std::sync::atomic::AtomicU32::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..25 {
                        let _lock = Lock::take(&path, "a test", Duration::from_secs(20)).unwrap();
                        assert_eq!(count.fetch_add(1, std::sync::atomic::Ordering::SeqCst), 0);
                        count.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
                    }
                });
            }
        });
    }
}
