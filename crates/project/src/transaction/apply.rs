//! Puts a decided transaction in place, or takes it back. Both can be begun again at any point.

use std::{
    collections::BTreeSet,
    io,
    path::{Path, PathBuf},
};

use fs_err as fs;

use super::{
    journal::{Journal, Operation, Workshop},
    recovery, stage,
    target::{self, Finder},
};
use crate::{Error, Paths, failpoint, tree::MAX_DEPTH};

/// Decides and goes forward; if that fails, goes back and returns why.
pub(super) fn run(paths: &Paths, journal: &Journal) -> Result<(), Error> {
    let workshop = Workshop::of(paths);
    if let Err(error) = stage::decide(&workshop) {
        recovery::sweep(&workshop);
        return Err(error);
    }
    let forward = stage::flush_folders([workshop.folder.clone()]).and_then(|()| forward(paths, &workshop, journal));
    let Err(error) = forward else {
        recovery::sweep(&workshop);
        return Ok(());
    };
    // If even this fails the journal stays, and the next command tries again.
    if turn_back(&workshop).and_then(|()| backward(paths, &workshop, journal)).is_ok() {
        recovery::sweep(&workshop);
    }
    Err(error)
}

/// Does every operation, then retires the journal.
pub(super) fn forward(paths: &Paths, workshop: &Workshop, journal: &Journal) -> Result<(), Error> {
    let mut touched = BTreeSet::new();
    for (slot, operation) in journal.operations.iter().enumerate() {
        if matches!(operation, Operation::Write { .. }) {
            continue;
        }
        let path = locate(paths, operation.path())?;
        match operation {
            Operation::DeleteFolder { .. } => delete_folder(paths, workshop, journal, slot, &path)?,
            _ => delete_file(&path, &workshop.aside(slot))?,
        }
        touched.extend(path.parent().map(Path::to_owned));
    }
    for folder in &journal.folders {
        let path = locate(paths, folder)?;
        if !path.is_dir() {
            failpoint::hit("apply-folder").map_err(Error::io("create", &path))?;
            fs::create_dir(&path).map_err(Error::io("create", &path))?;
        }
        touched.extend(path.parent().map(Path::to_owned));
    }
    let mut finder = Finder::new(paths.root())?;
    for (slot, operation) in journal.operations.iter().enumerate() {
        let Operation::Write { .. } = operation else { continue };
        let path = finder.resolve_parent(operation.path())?.absolute;
        write(&workshop.staged(slot), &workshop.aside(slot), &path)?;
        touched.extend(path.parent().map(Path::to_owned));
    }
    stage::flush_folders(touched.into_iter().filter(|folder| folder.is_dir()))?;
    failpoint::hit("journal-retire").map_err(Error::io("delete", &workshop.journal()))?;
    fs::remove_file(workshop.journal()).map_err(Error::io("delete", &workshop.journal()))
}

/// Marks the transaction as one to be undone. It takes no disk space, so it works on a full disk.
pub(super) fn turn_back(workshop: &Workshop) -> Result<(), Error> {
    failpoint::hit("rollback-decide").map_err(Error::io("rename", &workshop.journal()))?;
    fs::rename(workshop.journal(), workshop.rollback()).map_err(Error::io("rename", &workshop.journal()))
}

/// Undoes every operation in reverse, then retires the journal.
pub(super) fn backward(paths: &Paths, workshop: &Workshop, journal: &Journal) -> Result<(), Error> {
    let reverse = || journal.operations.iter().enumerate().rev();
    for (slot, operation) in reverse() {
        let Operation::Write { .. } = operation else { continue };
        let (path, staged, aside) = (locate(paths, operation.path())?, workshop.staged(slot), workshop.aside(slot));
        if !is_there(&staged) && is_there(&path) {
            rename("rollback-file", &path, &staged)?;
        }
        if is_there(&aside) {
            rename("rollback-file", &aside, &path)?;
        }
    }
    for folder in journal.folders.iter().rev() {
        let path = locate(paths, folder)?;
        failpoint::hit("rollback-folder").map_err(Error::io("delete", &path))?;
        let _ = fs::remove_dir(&path); // Fails where something else was put there, which then stays.
    }
    for (slot, operation) in reverse() {
        let aside = workshop.aside(slot);
        if matches!(operation, Operation::Write { .. }) || !is_there(&aside) {
            continue;
        }
        let path = locate(paths, operation.path())?;
        if aside.is_dir() && !aside.is_symlink() {
            merge_back(&aside, &path, 0)?;
        } else if !is_there(&path) {
            rename("rollback-file", &aside, &path)?;
        }
    }
    failpoint::hit("rollback-retire").map_err(Error::io("delete", &workshop.rollback()))?;
    fs::remove_file(workshop.rollback()).map_err(Error::io("delete", &workshop.rollback()))
}

fn write(staged: &Path, aside: &Path, path: &Path) -> Result<(), Error> {
    if !is_there(staged) {
        return Ok(()); // Done before an interruption.
    }
    if is_there(path) && !is_there(aside) {
        failpoint::hit("apply-keep").map_err(Error::io("link", path))?;
        // A second name for the old file where the file system has such, so that the first is never without content.
        if fs::hard_link(path, aside).is_err() {
            rename("apply-keep", path, aside)?;
        }
    }
    rename("apply-file", staged, path)
}

/// Whether what was staged is still what the journal says, for a transaction found after a crash.
pub(super) fn is_intact(workshop: &Workshop, journal: &Journal) -> bool {
    journal.operations.iter().enumerate().all(|(slot, operation)| match operation {
        Operation::Write { sha256, .. } => match fs::read(workshop.staged(slot)) {
            Ok(bytes) => crate::hash::sha256(&bytes) == *sha256,
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        },
        _ => true,
    })
}

fn delete_file(path: &Path, aside: &Path) -> Result<(), Error> {
    if !is_there(path) || is_there(aside) {
        return Ok(());
    }
    rename("apply-delete", path, aside)
}

fn delete_folder(paths: &Paths, workshop: &Workshop, journal: &Journal, slot: usize, path: &Path) -> Result<(), Error> {
    if !is_there(path) {
        return Ok(());
    }
    // New files that an interrupted run has put there already.
    let mut done = BTreeSet::new();
    for (slot, operation) in journal.operations.iter().enumerate() {
        if matches!(operation, Operation::Write { .. }) && !is_there(&workshop.staged(slot)) {
            done.insert(locate(paths, operation.path())?);
        }
    }
    let aside = workshop.aside(slot);
    if !is_there(&aside) && !done.iter().any(|file| file.starts_with(path)) {
        match rename("apply-delete", path, &aside) {
            // Some file systems (those of containers) move files but not folders.
            Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::CrossesDevices => {}
            other => return other,
        }
    }
    move_files(path, &aside, &done, 0)
}

fn move_files(folder: &Path, aside: &Path, keep: &BTreeSet<PathBuf>, depth: usize) -> Result<(), Error> {
    if depth > MAX_DEPTH {
        return Err(Error::TooDeep { path: folder.to_owned() });
    }
    failpoint::hit("apply-delete").map_err(Error::io("create", aside))?;
    fs::create_dir_all(aside).map_err(Error::io("create", aside))?;
    for entry in fs::read_dir(folder).map_err(Error::io("read", folder))? {
        let entry = entry.map_err(Error::io("read", folder))?;
        let (from, to) = (entry.path(), aside.join(entry.file_name()));
        if entry.file_type().map_err(Error::io("read", &from))?.is_dir() {
            move_files(&from, &to, keep, depth + 1)?;
        } else if !keep.contains(&from) {
            rename("apply-delete", &from, &to)?;
        }
    }
    failpoint::hit("apply-delete").map_err(Error::io("delete", folder))?;
    let _ = fs::remove_dir(folder); // Fails where new files were put, which then stay.
    Ok(())
}

fn merge_back(aside: &Path, path: &Path, depth: usize) -> Result<(), Error> {
    if depth > MAX_DEPTH {
        return Err(Error::TooDeep { path: aside.to_owned() });
    }
    if !is_there(path) {
        match rename("rollback-folder", aside, path) {
            Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::CrossesDevices => {
                fs::create_dir(path).map_err(Error::io("create", path))?;
            }
            other => return other,
        }
    }
    for entry in fs::read_dir(aside).map_err(Error::io("read", aside))? {
        let entry = entry.map_err(Error::io("read", aside))?;
        let (from, to) = (entry.path(), path.join(entry.file_name()));
        if entry.file_type().map_err(Error::io("read", &from))?.is_dir() {
            merge_back(&from, &to, depth + 1)?;
        } else if !is_there(&to) {
            rename("rollback-file", &from, &to)?;
        }
    }
    Ok(())
}

/// The journal names real places. If a link has come between, somebody else has been at work.
fn locate(paths: &Paths, relative: &str) -> Result<PathBuf, Error> {
    Ok(target::resolve_parent(paths.root(), relative)?.absolute)
}

fn rename(step: &'static str, from: &Path, to: &Path) -> Result<(), Error> {
    failpoint::hit(step).map_err(Error::io("write", to))?;
    fs::rename(from, to).map_err(Error::io("write", to))
}

fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}
