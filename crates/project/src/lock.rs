//! One command at a time: the lock that a changing command holds while it works.

use std::{
    io::{self, Read, Seek, Write},
    path::Path,
};

use fs_err as fs;
use fs4::fs_std::FileExt;
use serde_json::{Value, json};

use crate::{Error, Paths, failpoint, held::Held, timestamp, transaction};

/// The right to change a project, until dropped. The system takes it back when the process dies, however it dies.
#[derive(Debug)]
pub struct ProjectLock {
    paths: Paths,
    file: Held,
}

impl ProjectLock {
    /// Takes the lock at once or not at all, then finishes or undoes what an interrupted command left.
    pub(crate) fn acquire(paths: Paths, command: &str) -> Result<Self, Error> {
        let path = paths.lock();
        let file = open_locked(&paths, &path)?;
        let mut lock = Self { paths, file };
        lock.sign(command).map_err(Error::io("write", &path))?;
        transaction::recover(&lock.paths)?;
        Ok(lock)
    }

    /// The project's paths.
    pub fn paths(&self) -> &Paths {
        &self.paths
    }

    /// The file that is locked. It is removed when the lock is dropped.
    pub fn file(&self) -> std::path::PathBuf {
        self.paths.lock()
    }

    fn sign(&mut self, command: &str) -> io::Result<()> {
        let holder = json!({ "pid": std::process::id(), "command": command, "since": timestamp::now() });
        failpoint::hit("lock-sign")?;
        let file = &mut self.file.0;
        file.set_len(0)?;
        file.rewind()?;
        file.write_all(holder.to_string().as_bytes())
    }
}

impl Drop for ProjectLock {
    fn drop(&mut self) {
        // Removed while it is still held, so nobody can hold a file of that name that is not the one on disk. The folders
        // go only if they are empty, which they are when nothing came of an `init`.
        if failpoint::hit("lock-remove").is_ok() && fs::remove_file(self.paths.lock()).is_ok() {
            let _ = fs::remove_dir(self.paths.config_dir());
            let _ = fs::remove_dir(self.paths.amplify());
        }
    }
}

fn open_locked(paths: &Paths, path: &Path) -> Result<Held, Error> {
    // The holder removes the file and perhaps its folders at the end, so each step may find its ground gone.
    for _ in 0..100 {
        failpoint::hit("lock-create").map_err(Error::io("create", path))?;
        fs::create_dir_all(paths.config_dir()).map_err(Error::io("create", &paths.config_dir()))?;
        let opened = fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let mut file = match opened {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(Error::io("open", path)(error)),
        };
        match FileExt::try_lock_exclusive(file.file()) {
            Ok(true) if is_on_disk(&file, path) => return Ok(Held(file)),
            Ok(true) => {}
            Ok(false) => return Err(locked(&mut file)),
            Err(error) => return Err(Error::io("lock", path)(error)),
        }
    }
    Err(Error::Busy { path: path.to_owned() })
}

#[cfg(unix)]
fn is_on_disk(file: &fs::File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(held), Ok(named)) => held.dev() == named.dev() && held.ino() == named.ino(),
        _ => false,
    }
}

/// An open file cannot be removed there.
#[cfg(not(unix))]
fn is_on_disk(_file: &fs::File, path: &Path) -> bool {
    path.exists()
}

fn locked(file: &mut fs::File) -> Error {
    let mut text = String::new();
    let _ = file.read_to_string(&mut text);
    let holder: Value = serde_json::from_str(&text).unwrap_or_default();
    let word = |key: &str| holder[key].as_str().unwrap_or_default().to_owned();
    Error::Locked {
        pid: holder["pid"].as_u64().and_then(|pid| u32::try_from(pid).ok()),
        command: word("command"),
        since: word("since"),
    }
}
