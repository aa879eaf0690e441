//! Everything before the decision: which changes are needed, their contents and the journal on disk.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io::Write,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError, mpsc},
};

use fs_err as fs;

use super::{
    Altered, Change, Content, Transaction,
    journal::{Journal, Operation, Workshop},
    target::Finder,
};
use crate::{Error, Paths, failpoint, tree::is_absent};

/// One operation with what it needs.
pub(super) struct Planned<'t> {
    operation: Operation,
    content: Option<&'t Content>,
    permissions: Option<std::fs::Permissions>,
}

/// The operations that change anything on disk, deletions first.
pub(super) fn plan<'t>(transaction: &'t Transaction<'_>) -> Result<Vec<Planned<'t>>, Error> {
    let mut finder = Finder::new(transaction.paths.root())?;
    let mut deletions = Vec::new();
    let mut writes = Vec::new();
    let deletion = |operation| Planned { operation, content: None, permissions: None };
    for path in &transaction.removed_folders {
        let target = finder.resolve_parent(path)?;
        match fs::symlink_metadata(&target.absolute) {
            Ok(metadata) if metadata.is_dir() => {
                deletions.push(deletion(Operation::DeleteFolder { path: target.relative }));
            }
            Ok(_) => deletions.push(deletion(Operation::DeleteFile { path: target.relative })),
            Err(error) if is_absent(&error) => {}
            Err(error) => return Err(Error::io("read", &target.absolute)(error)),
        }
    }
    for (path, change) in &transaction.changes {
        let removed = transaction.is_removed(path);
        match change {
            Change::Write(content) => writes.extend(plan_write(&mut finder, path, content, removed)?),
            Change::Delete if removed => {}
            Change::Delete => {
                let target = finder.resolve_parent(path)?;
                match fs::symlink_metadata(&target.absolute) {
                    Ok(metadata) if metadata.is_dir() => {
                        return Err(Error::UnsafePath { path: path.clone(), reason: "it is a folder, not a file" });
                    }
                    Ok(_) => deletions.push(deletion(Operation::DeleteFile { path: target.relative })),
                    Err(error) if is_absent(&error) => {}
                    Err(error) => return Err(Error::io("read", &target.absolute)(error)),
                }
            }
        }
    }
    deletions.extend(writes);
    Ok(deletions)
}

fn plan_write<'t>(
    finder: &mut Finder<'_>,
    path: &str,
    content: &'t Content,
    removed: bool,
) -> Result<Option<Planned<'t>>, Error> {
    // Below a folder that goes there is nothing to follow, compare or keep.
    let target = if removed { finder.resolve_parent(path)? } else { finder.resolve(path)? };
    let mut permissions = match content {
        Content::File(source) => Some(fs::metadata(source).map_err(Error::io("read", source))?.permissions()),
        Content::Bytes(_) | Content::Kept(_) => None,
    };
    if !removed {
        match fs::metadata(&target.absolute) {
            Ok(metadata) if metadata.is_dir() => {
                return Err(Error::UnsafePath { path: path.to_owned(), reason: "it is a folder, not a file" });
            }
            Ok(metadata) => {
                if metadata.len() == content.length()? {
                    let now = fs::read(&target.absolute).map_err(Error::io("read", &target.absolute))?;
                    if *content.read()? == now {
                        return Ok(None);
                    }
                }
                permissions = Some(metadata.permissions());
            }
            Err(error) if is_absent(&error) => {}
            Err(error) => return Err(Error::io("read", &target.absolute)(error)),
        }
    }
    // The hash is that of what is staged, and known then.
    let operation = Operation::Write { path: target.relative, sha256: String::new() };
    Ok(Some(Planned { operation, content: Some(content), permissions }))
}

/// The files that the operations alter, each once.
pub(super) fn altered(transaction: &Transaction<'_>) -> Result<Vec<Altered>, Error> {
    let paths = &transaction.paths;
    let mut files: BTreeMap<String, Altered> = BTreeMap::new();
    let deleted = |path: String| {
        let before = Some(paths.join(&path));
        (path.clone(), Altered { path, before, after: None })
    };
    for item in plan(transaction)? {
        match item.operation {
            Operation::DeleteFile { path } => files.extend([deleted(path)]),
            Operation::DeleteFolder { path } => {
                let mut below = BTreeSet::new();
                super::collect(&paths.join(&path), "", 0, &mut below)?;
                files.extend(below.into_iter().map(|below| deleted(format!("{path}/{below}"))));
            }
            Operation::Write { path, .. } => {
                let Some(content) = item.content else { continue };
                let sha256 = crate::hash::sha256(&content.read()?);
                let there = paths.join(&path);
                if let Ok(now) = fs::read(&there)
                    && crate::hash::sha256(&now) == sha256
                {
                    files.remove(&path);
                    continue;
                }
                let before = there.is_file().then_some(there);
                files.insert(path.clone(), Altered { path, before, after: Some(sha256) });
            }
        }
    }
    Ok(files.into_values().collect())
}

/// How many written files wait to be flushed: a system may allow a process no more than 256 open ones.
const OPEN: usize = 64;

/// Puts everything on disk that the decision needs.
pub(super) fn stage(paths: &Paths, planned: Vec<Planned<'_>>) -> Result<Journal, Error> {
    let workshop = Workshop::of(paths);
    let folder = &workshop.folder;
    failpoint::hit("stage-folder").map_err(Error::io("create", folder))?;
    fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    let ignore = folder.join(".gitignore");
    failpoint::hit("stage-ignore").map_err(Error::io("write", &ignore))?;
    fs::write(&ignore, "*\n").map_err(Error::io("write", &ignore))?;

    let operations = write_all(&workshop, planned)?;
    let journal = Journal::new(missing_folders(paths, &operations), operations);
    let mut files = vec![(workshop.draft(), journal.write_draft(&workshop)?)];
    for folder in [folder.clone(), paths.amplify()] {
        files.extend(open_folder(&folder)?.map(|file| (folder, file)));
    }
    flush(&files)?;
    Ok(journal)
}

/// Writes the new contents; while one is written, those before it are flushed.
fn write_all(workshop: &Workshop, planned: Vec<Planned<'_>>) -> Result<Vec<Operation>, Error> {
    let (written, waiting) = mpsc::sync_channel::<(PathBuf, fs::File)>(OPEN);
    let waiting = Mutex::new(waiting);
    let count = planned.iter().filter(|item| item.content.is_some()).count();
    // One that fails goes on with the next, so that nobody waits for it in vain.
    let flushing = || {
        let mut result = Ok(());
        loop {
            let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok((path, file)) = next else { return result };
            result = result.and(file.sync_all().map_err(Error::io("flush", &path)));
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..count.min(THREADS)).map(|_| scope.spawn(flushing)).collect();
        let operations = planned.into_iter().enumerate().map(|(slot, item)| {
            let mut operation = item.operation;
            if let Some(content) = item.content {
                let (path, file, sha256) = write(workshop.staged(slot), content, item.permissions)?;
                failpoint::hit("flush").map_err(Error::io("flush", &path))?;
                if let Operation::Write { sha256: noted, .. } = &mut operation {
                    *noted = sha256;
                }
                // The workers stay until the last file has come, so there is somebody who takes it.
                let _ = written.send((path, file));
            }
            Ok(operation)
        });
        let operations: Result<Vec<_>, Error> = operations.collect();
        drop(written);
        let flushed = workers.into_iter().try_for_each(joined);
        operations.and_then(|operations| flushed.map(|()| operations))
    })
}

fn write(
    path: PathBuf,
    content: &Content,
    permissions: Option<std::fs::Permissions>,
) -> Result<(PathBuf, fs::File, String), Error> {
    failpoint::hit("stage-file").map_err(Error::io("write", &path))?;
    let content = content.read()?;
    let mut file = fs::File::create(&path).map_err(Error::io("create", &path))?;
    file.write_all(&content).map_err(Error::io("write", &path))?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions).map_err(Error::io("set the permissions of", &path))?;
    }
    Ok((path, file, crate::hash::sha256(&content)))
}

fn joined(worker: std::thread::ScopedJoinHandle<'_, Result<(), Error>>) -> Result<(), Error> {
    worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// The decision: once it returns, the transaction happens, unless it is undone.
pub(super) fn decide(workshop: &Workshop) -> Result<(), Error> {
    failpoint::hit("journal-decide").map_err(Error::io("write", &workshop.journal()))?;
    fs::rename(workshop.draft(), workshop.journal()).map_err(Error::io("write", &workshop.journal()))
}

/// Folders that the writes need and that are not there, or go first; outermost first.
fn missing_folders(paths: &Paths, operations: &[Operation]) -> Vec<String> {
    let removed: BTreeSet<&str> = operations
        .iter()
        .filter(|operation| matches!(operation, Operation::DeleteFolder { .. } | Operation::DeleteFile { .. }))
        .map(Operation::path)
        .collect();
    let mut missing = BTreeSet::new();
    // Many files share a folder, and each is looked at once.
    let mut there: HashMap<&str, bool> = HashMap::new();
    for operation in operations {
        let Operation::Write { path, .. } = operation else { continue };
        let mut gone = false;
        for parent in super::parents(path) {
            gone = gone || removed.contains(parent);
            if gone || !*there.entry(parent).or_insert_with(|| paths.join(parent).is_dir()) {
                missing.insert(parent.to_owned());
            }
        }
    }
    missing.into_iter().collect()
}

/// Flushes folders: what was created, renamed or deleted in them lasts.
pub(super) fn flush_folders(folders: impl IntoIterator<Item = PathBuf>) -> Result<(), Error> {
    let mut open = Vec::new();
    for folder in folders {
        open.extend(open_folder(&folder)?.map(|file| (folder, file)));
    }
    flush(&open)
}

fn open_folder(folder: &Path) -> Result<Option<fs::File>, Error> {
    if !cfg!(unix) {
        return Ok(None); // Folders cannot be flushed there.
    }
    fs::File::open(folder).map(Some).map_err(Error::io("open", folder))
}

const THREADS: usize = 16;

/// Waits until all of it is on the disk. One after the other they would each wait for a turn of the disk; together they
/// share a few.
fn flush(files: &[(PathBuf, fs::File)]) -> Result<(), Error> {
    for (path, _) in files {
        failpoint::hit("flush").map_err(Error::io("flush", path))?;
    }
    let one = |(path, file): &(PathBuf, fs::File)| file.sync_all().map_err(Error::io("flush", path));
    let [_, _, ..] = files else { return files.iter().try_for_each(one) };
    std::thread::scope(|scope| {
        let share = files.len().div_ceil(THREADS);
        let workers: Vec<_> =
            files.chunks(share).map(|chunk| scope.spawn(move || chunk.iter().try_for_each(one))).collect();
        workers.into_iter().try_for_each(joined)
    })
}
