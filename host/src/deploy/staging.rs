//! The folder that a deployment is put together in, outside the project. It goes with the push; what a push that was killed
//! left behind, the next one removes.

use std::{ffi::OsStr, io, path::Path};

use fs4::fs_std::FileExt;
use tempfile::TempDir;

/// How the folders' names begin.
const PREFIX: &str = "amplify-push-";
/// A file in each that its process keeps locked. The system ends the lock with the process, however that ends.
const IN_USE: &str = "in-use";

/// A folder of this process. It is gone when dropped.
pub struct Staging {
    folder: TempDir,
    _in_use: fs_err::File,
}

impl Staging {
    /// Makes one below a folder for temporary files, and removes those there whose processes are gone.
    pub fn make(temporary: &Path) -> io::Result<Self> {
        sweep(temporary);
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(temporary)?;
        // It gets its name only when it is locked, so nobody finds it unlocked while its process lives.
        let unnamed = folder.path().join("new");
        let file = fs_err::File::create(&unnamed)?;
        FileExt::try_lock_exclusive(file.file())?;
        fs_err::rename(&unnamed, folder.path().join(IN_USE))?;
        Ok(Self { folder, _in_use: file })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// What cannot be looked at or removed, such as another user's, is left alone.
fn sweep(temporary: &Path) {
    for entry in fs_err::read_dir(temporary).into_iter().flatten().flatten() {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX)) {
            remove_if_abandoned(&entry.path());
        }
    }
}

fn remove_if_abandoned(folder: &Path) {
    let Ok(file) = fs_err::File::open(folder.join(IN_USE)) else { return };
    if FileExt::try_lock_exclusive(file.file()).is_ok_and(|locked| locked) {
        // The mark goes last: a removal that is cut off is finished by the next push.
        for entry in fs_err::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let _ = match entry.file_type() {
                Ok(kind) if kind.is_dir() => fs_err::remove_dir_all(path),
                Ok(_) if path.file_name() != Some(OsStr::new(IN_USE)) => fs_err::remove_file(path),
                _ => Ok(()),
            };
        }
        let _ = fs_err::remove_dir_all(folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> usize {
        fs_err::read_dir(folder).unwrap().count()
    }

    #[test]
    fn what_nobody_uses_is_removed_and_nothing_else() {
        let temporary = tempfile::tempdir().unwrap();
        let mine = Staging::make(temporary.path()).unwrap();
        fs_err::write(mine.path().join("template.json"), "{}").unwrap();
        for (name, marked) in [("amplify-push-dead", true), ("amplify-push-unmarked", false), ("other", true)] {
            let folder = temporary.path().join(name);
            fs_err::create_dir_all(folder.join("files")).unwrap();
            if marked {
                fs_err::write(folder.join(IN_USE), "").unwrap();
            }
        }
        let next = Staging::make(temporary.path()).unwrap();
        assert!(!temporary.path().join("amplify-push-dead").exists());
        assert!(mine.path().join("template.json").exists() && next.path().exists());
        assert_eq!(names(temporary.path()), 4, "the two in use, one that is just being made, and what is not ours");
        drop((mine, next));
        assert_eq!(names(temporary.path()), 2);
    }
}
