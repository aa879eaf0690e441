//! All changes of one command: gathered in memory, then put on disk as a whole or not at all.
//!
//! `commit` writes the new contents to `amplify/.transaction/`, flushes them, and writes a journal of what is to be done. The
//! rename that gives the journal its name decides: before it, the old project stands; after it, the next command
//! finishes what this one could not. If putting a file in place fails, everything is put back.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use fs_err as fs;

use crate::{
    Document, Error, Paths, ProjectLock,
    spool::Kept,
    tree::{self, is_absent},
    tree_lock,
};

mod apply;
mod journal;
mod recovery;
mod stage;
mod target;

pub(crate) use recovery::{is_decided, recover};
pub(crate) use target::check as check_path;

/// What a file is to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// These bytes.
    Bytes(Vec<u8>),
    /// A copy of this file, with its permissions if the target is new. It is read when the transaction commits.
    File(PathBuf),
    /// Bytes that wait on disk.
    Kept(Kept),
}

impl Content {
    /// The bytes.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn into_bytes(self) -> Result<Vec<u8>, Error> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            other => other.read().map(Cow::into_owned),
        }
    }

    fn length(&self) -> Result<u64, Error> {
        match self {
            Self::Bytes(bytes) => Ok(bytes.len() as u64),
            Self::File(path) => fs::metadata(path).map(|found| found.len()).map_err(Error::io("read", path)),
            Self::Kept(kept) => Ok(kept.length()),
        }
    }

    fn read(&self) -> Result<Cow<'_, [u8]>, Error> {
        match self {
            Self::Bytes(bytes) => Ok(Cow::Borrowed(bytes)),
            Self::File(path) => fs::read(path).map(Cow::Owned).map_err(Error::io("read", path)),
            Self::Kept(kept) => kept.read().map(Cow::Owned),
        }
    }
}

impl From<Kept> for Content {
    fn from(kept: Kept) -> Self {
        Self::Kept(kept)
    }
}

impl From<Vec<u8>> for Content {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<&[u8]> for Content {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::Bytes(text.as_bytes().to_vec())
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::Bytes(text.into_bytes())
    }
}

impl From<PathBuf> for Content {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

enum Change {
    Write(Content),
    Delete,
}

/// A file that a transaction alters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Altered {
    /// Its path below the project root.
    pub path: String,
    /// Where it lies now; nothing if it is made.
    pub before: Option<PathBuf>,
    /// SHA-256 of what it will hold, in hexadecimal; nothing if it is deleted.
    pub after: Option<String>,
}

/// Changes that belong together. Paths are relative to the project root, with forward slashes. Dropped without
/// [`Transaction::commit`], nothing has happened.
#[must_use = "nothing is written before `commit`"]
pub struct Transaction<'l> {
    paths: Paths,
    _lock: &'l ProjectLock,
    changes: BTreeMap<String, Change>,
    removed_folders: BTreeSet<String>,
    /// Where folders that become empty go too.
    replaced_folders: Vec<String>,
}

impl<'l> Transaction<'l> {
    /// An empty transaction.
    pub fn begin(lock: &'l ProjectLock) -> Self {
        Self {
            paths: lock.paths().clone(),
            _lock: lock,
            changes: BTreeMap::new(),
            removed_folders: BTreeSet::new(),
            replaced_folders: Vec::new(),
        }
    }

    /// Creates or replaces a file, with the folders that it needs. The permissions of a replaced file stay; a file that
    /// holds these bytes already is not touched.
    ///
    /// # Errors
    /// [`Error::UnsafePath`].
    pub fn write(&mut self, path: &str, content: impl Into<Content>) -> Result<(), Error> {
        target::check(path)?;
        let clash = |reason| Err(Error::UnsafePath { path: path.to_owned(), reason });
        if parents(path).any(|parent| matches!(self.changes.get(parent), Some(Change::Write(_)))) {
            return clash("a file is to be written where its folder should be");
        }
        let below = format!("{path}/");
        if self.below(&below).any(|(_, change)| matches!(change, Change::Write(_))) {
            return clash("other files are to be written below it");
        }
        self.changes.insert(path.to_owned(), Change::Write(content.into()));
        Ok(())
    }

    /// Writes a document, in its own layout.
    ///
    /// # Errors
    /// [`Error::UnsafePath`].
    pub fn write_document(&mut self, path: &str, document: &Document) -> Result<(), Error> {
        self.write(path, document.to_bytes())
    }

    /// Deletes a file, if it is there.
    ///
    /// # Errors
    /// [`Error::UnsafePath`].
    pub fn delete_file(&mut self, path: &str) -> Result<(), Error> {
        target::check(path)?;
        self.changes.insert(path.to_owned(), Change::Delete);
        Ok(())
    }

    /// Deletes a folder with all that it holds, if it is there. Files written into it afterwards are kept.
    ///
    /// # Errors
    /// [`Error::UnsafePath`].
    pub fn delete_dir(&mut self, path: &str) -> Result<(), Error> {
        target::check(path)?;
        let below = format!("{path}/");
        self.changes.retain(|changed, _| changed != path && !changed.starts_with(&below));
        self.removed_folders.retain(|removed| !removed.starts_with(&below));
        self.removed_folders.insert(path.to_owned());
        Ok(())
    }

    /// Makes a folder hold exactly these files (paths below the folder). Files that stay the same are not touched.
    ///
    /// # Errors
    /// [`Error::UnsafePath`], or a folder that cannot be read.
    pub fn replace_dir(&mut self, path: &str, files: Vec<(String, Content)>) -> Result<(), Error> {
        target::check(path)?;
        let wanted: BTreeSet<String> = files.iter().map(|(below, _)| format!("{path}/{below}")).collect();
        for existing in self.list(path)? {
            let existing = format!("{path}/{existing}");
            if !wanted.contains(&existing) {
                self.delete_file(&existing)?;
            }
        }
        for (below, content) in files {
            self.write(&format!("{path}/{below}"), content)?;
        }
        self.replaced_folders.push(path.to_owned());
        Ok(())
    }

    /// A file's content as it will be, or nothing if there is no such file.
    ///
    /// # Errors
    /// [`Error::UnsafePath`], or a file that cannot be read.
    pub fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Error> {
        target::check(path)?;
        match self.changes.get(path) {
            Some(Change::Write(content)) => return content.read().map(|bytes| Some(bytes.into_owned())),
            Some(Change::Delete) => return Ok(None),
            None if self.is_removed(path) => return Ok(None),
            None => {}
        }
        read_file(self.paths.root(), path)
    }

    /// The files below a folder as they will be, as sorted paths below it; none if there is no such folder.
    ///
    /// # Errors
    /// [`Error::UnsafePath`], or a folder that cannot be read.
    pub fn list(&self, path: &str) -> Result<Vec<String>, Error> {
        target::check(path)?;
        let mut files = BTreeSet::new();
        if !self.is_removed(path) {
            files = list_files(self.paths.root(), path)?;
        }
        files.retain(|below| !self.is_removed(&format!("{path}/{below}")));
        let prefix = format!("{path}/");
        for (changed, change) in self.below(&prefix) {
            let below = changed[prefix.len()..].to_owned();
            match change {
                Change::Write(_) => files.insert(below),
                Change::Delete => files.remove(&below),
            };
        }
        Ok(files.into_iter().collect())
    }

    /// Removes folders without files below a folder once the transaction is done, and the folder itself if it is one.
    pub fn tidy(&mut self, path: &str) {
        self.replaced_folders.push(path.to_owned());
    }

    /// The files that a commit would make, replace or delete; those that stay the same are left out.
    ///
    /// # Errors
    /// As [`Transaction::commit`]; nothing is written.
    pub fn altered(&self) -> Result<Vec<Altered>, Error> {
        stage::altered(self)
    }

    /// Puts everything on disk. On an error the old project stands.
    ///
    /// # Errors
    /// [`Error::UnsafePath`], [`Error::Busy`], or a file system that refuses.
    pub fn commit(self) -> Result<(), Error> {
        let planned = stage::plan(&self)?;
        if planned.is_empty() {
            return Ok(());
        }
        // An earlier commit of this command may have failed to be undone.
        recovery::recover(&self.paths)?;
        let staged = stage::stage(&self.paths, planned);
        let ready = staged.and_then(|journal| Ok((journal, tree_lock::write(&self.paths.amplify())?)));
        let (journal, guard) = ready.inspect_err(|_| recovery::discard(&self.paths))?;
        apply::run(&self.paths, &journal)?;
        for folder in &self.replaced_folders {
            prune(&self.paths.join(folder));
        }
        drop(guard);
        Ok(())
    }

    fn below<'t>(&'t self, prefix: &'t str) -> impl Iterator<Item = (&'t str, &'t Change)> {
        self.changes
            .range(prefix.to_owned()..)
            .take_while(move |(path, _)| path.starts_with(prefix))
            .map(|(path, change)| (path.as_str(), change))
    }

    /// Whether a folder above the path (or the path itself) is to be deleted.
    fn is_removed(&self, path: &str) -> bool {
        self.removed_folders.contains(path) || parents(path).any(|parent| self.removed_folders.contains(parent))
    }
}

/// A file's bytes as they are on disk, or nothing if there is no such file.
pub(crate) fn read_file(root: &Path, path: &str) -> Result<Option<Vec<u8>>, Error> {
    let file = target::resolve(root, path)?.absolute;
    match fs::read(&file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(Error::io("read", &file)(error)),
    }
}

/// The files below a folder as they are on disk, as paths below it; none if there is no such folder.
pub(crate) fn list_files(root: &Path, path: &str) -> Result<BTreeSet<String>, Error> {
    let mut files = BTreeSet::new();
    let folder = target::resolve(root, path)?.absolute;
    if folder.is_dir() {
        collect(&folder, "", 0, &mut files)?;
    }
    Ok(files)
}

pub(crate) fn parents(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

/// Links count as files: replacing a folder must not reach through them.
fn collect(folder: &Path, prefix: &str, depth: usize, files: &mut BTreeSet<String>) -> Result<(), Error> {
    if depth > tree::MAX_DEPTH {
        return Err(Error::TooDeep { path: folder.to_owned() });
    }
    for entry in fs::read_dir(folder).map_err(Error::io("read", folder))? {
        let entry = entry.map_err(Error::io("read", folder))?;
        let kind = entry.file_type().map_err(Error::io("read", &entry.path()))?;
        let below = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if kind.is_dir() {
            collect(&entry.path(), &format!("{below}/"), depth + 1, files)?;
        } else {
            files.insert(below);
        }
    }
    Ok(())
}

/// Removes folders without files; git would not keep them either. Failing is harmless.
fn prune(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.filter_map(Result::ok) {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            prune(&entry.path());
        }
    }
    if fs::remove_dir(folder).is_ok()
        && let Some(above) = folder.parent()
    {
        let _ = fs::remove_dir(above);
    }
}
