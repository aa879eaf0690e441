//! The journal: what a decided transaction does, step by step.

use std::{io::Write, path::PathBuf};

use fs_err as fs;
use serde::{Deserialize, Serialize};

use super::target;
use crate::{Error, Paths, failpoint, hash::sha256};

const VERSION: u32 = 1;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Journal {
    version: u32,
    /// Folders to make, outermost first.
    pub folders: Vec<String>,
    /// Deletions first, then writes; the place in the list is the operation's slot.
    pub operations: Vec<Operation>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Operation {
    DeleteFolder { path: String },
    DeleteFile { path: String },
    Write { path: String, sha256: String },
}

impl Operation {
    pub fn path(&self) -> &str {
        match self {
            Self::DeleteFolder { path } | Self::DeleteFile { path } | Self::Write { path, .. } => path,
        }
    }
}

/// The folder in which a transaction is prepared.
pub(super) struct Workshop {
    pub folder: PathBuf,
}

impl Workshop {
    pub fn of(paths: &Paths) -> Self {
        Self { folder: paths.transaction() }
    }

    /// The decided journal.
    pub fn journal(&self) -> PathBuf {
        self.folder.join("journal")
    }

    /// The journal of a transaction that is being undone.
    pub fn rollback(&self) -> PathBuf {
        self.folder.join("rollback")
    }

    /// The journal before it decides.
    pub fn draft(&self) -> PathBuf {
        self.folder.join("draft")
    }

    /// New content of an operation.
    pub fn staged(&self, slot: usize) -> PathBuf {
        self.folder.join(format!("new-{slot}"))
    }

    /// What an operation replaced.
    pub fn aside(&self, slot: usize) -> PathBuf {
        self.folder.join(format!("old-{slot}"))
    }
}

impl Journal {
    pub fn new(folders: Vec<String>, operations: Vec<Operation>) -> Self {
        Self { version: VERSION, folders, operations }
    }

    /// Writes the draft; the caller flushes and renames it.
    pub fn write_draft(&self, workshop: &Workshop) -> Result<fs::File, Error> {
        let path = workshop.draft();
        let body = serde_json::to_string(self).map_err(|error| damaged(&path, &error.to_string()))?;
        let text = format!("{body}\n{}\n", sha256(body.as_bytes()));
        failpoint::hit("journal-write").map_err(Error::io("write", &path))?;
        let mut file = fs::File::create(&path).map_err(Error::io("create", &path))?;
        file.write_all(text.as_bytes()).map_err(Error::io("write", &path))?;
        Ok(file)
    }

    /// Reads a journal back. It lies in a folder that others can write to, so nothing in it is trusted.
    pub fn read(path: PathBuf) -> Result<Self, Error> {
        let text = fs::read_to_string(&path).map_err(Error::io("read", &path))?;
        let (body, sum) = text.split_once('\n').ok_or_else(|| damaged(&path, "it is cut off"))?;
        if sum.trim_end() != sha256(body.as_bytes()) {
            return Err(damaged(&path, "its checksum is wrong"));
        }
        let journal: Self = serde_json::from_str(body).map_err(|error| damaged(&path, &error.to_string()))?;
        if journal.version != VERSION {
            return Err(damaged(&path, "another version of the program wrote it"));
        }
        for inside in journal.folders.iter().map(String::as_str).chain(journal.operations.iter().map(Operation::path)) {
            target::check(inside)?;
        }
        Ok(journal)
    }
}

fn damaged(path: &std::path::Path, reason: &str) -> Error {
    Error::Journal { path: path.to_owned(), reason: reason.to_owned() }
}
