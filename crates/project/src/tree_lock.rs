//! Keeps readers from seeing a half-applied transaction: writers hold the `amplify/` folder itself for the few
//! milliseconds in which files are put in place, readers share it.

use std::{
    io,
    path::Path,
    time::{Duration, Instant},
};

use fs_err as fs;
use fs4::fs_std::FileExt;

use crate::{Error, held::Held};

const PATIENCE: Duration = Duration::from_secs(10);

/// While it lives, no other process puts files in place. Drop it before committing a transaction in the same process.
#[derive(Debug)]
#[must_use = "files may change as soon as it is dropped"]
pub struct ReadGuard {
    _folder: Option<Held>,
}

pub(crate) struct WriteGuard {
    _folder: Option<Held>,
}

pub(crate) fn read(amplify: &Path) -> Result<ReadGuard, Error> {
    Ok(ReadGuard { _folder: acquire(amplify, FileExt::try_lock_shared)? })
}

pub(crate) fn write(amplify: &Path) -> Result<WriteGuard, Error> {
    Ok(WriteGuard { _folder: acquire(amplify, FileExt::try_lock_exclusive)? })
}

fn acquire(amplify: &Path, attempt: impl Fn(&std::fs::File) -> io::Result<bool>) -> Result<Option<Held>, Error> {
    if !cfg!(unix) {
        // Folders cannot be locked there; readers rely on each single file being replaced at once.
        return Ok(None);
    }
    let folder = match fs::File::open(amplify) {
        Ok(folder) => folder,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::io("open", amplify)(error)),
    };
    let start = Instant::now();
    loop {
        match attempt(folder.file()) {
            Ok(true) => return Ok(Some(Held(folder))),
            Ok(false) if start.elapsed() > PATIENCE => return Err(Error::Busy { path: amplify.to_owned() }),
            Ok(false) => std::thread::sleep(Duration::from_millis(2)),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // A file system without locks: nothing to be had, and no reason to refuse.
            Err(_) => return Ok(None),
        }
    }
}
