//! A locked file or folder, let go by word and not only by being closed.

use fs_err as fs;
use fs4::fs_std::FileExt;

/// Locked until dropped.
///
/// The system ties such a lock to the open file and not to the process. A process that another thread is starting just now
/// has a copy of every open file until it runs its own program, and the lock would outlive us for that long.
#[derive(Debug)]
pub(crate) struct Held(pub(crate) fs::File);

impl Drop for Held {
    fn drop(&mut self) {
        // Closing the file, which follows, lets it go as well.
        let _ = FileExt::unlock(self.0.file());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_of_the_open_file_holds_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let file = fs::File::create(&path).unwrap();
        assert!(FileExt::try_lock_exclusive(file.file()).unwrap());
        let copy = file.file().try_clone().unwrap();
        let other = fs::File::open(&path).unwrap();
        let held = Held(file);
        assert!(!FileExt::try_lock_exclusive(other.file()).unwrap());
        drop(held);
        assert!(FileExt::try_lock_exclusive(other.file()).unwrap());
        drop(copy);
    }
}
