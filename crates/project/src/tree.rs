//! Reads folders in a fixed order, and compares two of them file by file.

use std::{
    cmp::Ordering,
    ffi::OsString,
    io::{self, Read},
    ops::ControlFlow,
    path::Path,
};

use fs_err as fs;

use crate::{
    Error,
    hash::{STATUS_EXCLUDED, is_excluded},
};

/// Deeper than any real resource, and shallow enough for the stack.
pub(crate) const MAX_DEPTH: usize = 100;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Folder,
}

pub(crate) struct Item {
    pub name: String,
    pub os_name: OsString,
    pub kind: Kind,
}

/// What a folder holds, in the order of UTF-16 code units. Links are followed; those that lead nowhere (editors leave
/// such lock files) are left out.
pub(crate) fn items(folder: &Path) -> Result<Vec<Item>, Error> {
    let mut items = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::io("read", folder))? {
        let entry = entry.map_err(Error::io("read", folder))?;
        let mut kind = entry.file_type().map_err(Error::io("read", &entry.path()))?;
        if kind.is_symlink() {
            kind = match fs::metadata(entry.path()) {
                Ok(metadata) => metadata.file_type(),
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(Error::io("read", &entry.path())(error)),
            };
        }
        let kind = if kind.is_dir() {
            Kind::Folder
        } else if kind.is_file() {
            Kind::File
        } else {
            continue; // A socket or a pipe has no content to compare, and reading it would wait for ever.
        };
        let os_name = entry.file_name();
        items.push(Item { name: os_name.to_string_lossy().into_owned(), os_name, kind });
    }
    items.sort_by(|a, b| utf16(&a.name, &b.name));
    Ok(items)
}

fn utf16(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() { a.cmp(b) } else { a.encode_utf16().cmp(b.encode_utf16()) }
}

/// How a file of a resource differs from its deployed copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DifferenceKind {
    /// Only in the project.
    Added,
    /// In both, with another content.
    Modified,
    /// Only in the deployed copy.
    Removed,
}

/// Compares folders, one pair after the other.
pub(crate) struct Comparer {
    buffers: [Vec<u8>; 2],
}

/// Most files of a resource are smaller.
const CHUNK: usize = 32 << 10;

impl Comparer {
    pub fn new() -> Self {
        Self { buffers: [vec![0; CHUNK], vec![0; CHUNK]] }
    }

    /// Calls `found` for every file that differs, with its path below the folders. Folders that do not count for status
    /// are skipped, and so are folders without files; a folder that does not exist is empty.
    pub fn differences(
        &mut self,
        local: &Path,
        deployed: &Path,
        found: &mut dyn FnMut(&str, DifferenceKind) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, Error> {
        let ours = counted(local, 0)?.unwrap_or_default();
        let theirs = counted(deployed, 0)?.unwrap_or_default();
        Walk { found, buffers: &mut self.buffers }.both((local, ours), (deployed, theirs), "", 0)
    }

    /// Whether any file differs. A resource without a folder in the project differs in nothing.
    pub fn differ(&mut self, local: &Path, deployed: &Path) -> Result<bool, Error> {
        let Some(ours) = counted(local, 0)? else { return Ok(false) };
        let theirs = counted(deployed, 0)?.unwrap_or_default();
        let found = &mut |_: &str, _| ControlFlow::Break(());
        Ok(Walk { found, buffers: &mut self.buffers }.both((local, ours), (deployed, theirs), "", 0)?.is_break())
    }
}

struct Walk<'w> {
    found: &'w mut dyn FnMut(&str, DifferenceKind) -> ControlFlow<()>,
    buffers: &'w mut [Vec<u8>; 2],
}

impl Walk<'_> {
    fn both(
        &mut self,
        (local, ours): (&Path, Vec<Item>),
        (deployed, theirs): (&Path, Vec<Item>),
        prefix: &str,
        depth: usize,
    ) -> Result<ControlFlow<()>, Error> {
        let (mut ours, mut theirs) = (ours.iter().peekable(), theirs.iter().peekable());
        loop {
            let order = match (ours.peek(), theirs.peek()) {
                (None, None) => return Ok(ControlFlow::Continue(())),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(a), Some(b)) => utf16(&a.name, &b.name),
            };
            let our = if order.is_le() { ours.next() } else { None };
            let their = if order.is_ge() { theirs.next() } else { None };
            let flow = match (our, their) {
                (Some(our), Some(their)) => match (our.kind, their.kind) {
                    (Kind::File, Kind::File) => {
                        if self.same_content(&local.join(&our.os_name), &deployed.join(&their.os_name))? {
                            ControlFlow::Continue(())
                        } else {
                            self.tell(prefix, our, DifferenceKind::Modified)
                        }
                    }
                    (Kind::Folder, Kind::Folder) => {
                        let (local, deployed) = (local.join(&our.os_name), deployed.join(&their.os_name));
                        let ours = counted(&local, depth + 1)?.unwrap_or_default();
                        let theirs = counted(&deployed, depth + 1)?.unwrap_or_default();
                        let prefix = format!("{prefix}{}/", our.name);
                        self.both((&local, ours), (&deployed, theirs), &prefix, depth + 1)?
                    }
                    _ => match self.one(local, our, prefix, DifferenceKind::Added, depth)? {
                        ControlFlow::Continue(()) => {
                            self.one(deployed, their, prefix, DifferenceKind::Removed, depth)?
                        }
                        stop => stop,
                    },
                },
                (Some(our), None) => self.one(local, our, prefix, DifferenceKind::Added, depth)?,
                (None, Some(their)) => self.one(deployed, their, prefix, DifferenceKind::Removed, depth)?,
                (None, None) => ControlFlow::Continue(()),
            };
            if flow.is_break() {
                return Ok(flow);
            }
        }
    }

    /// Everything below an item that one side lacks.
    fn one(
        &mut self,
        folder: &Path,
        item: &Item,
        prefix: &str,
        kind: DifferenceKind,
        depth: usize,
    ) -> Result<ControlFlow<()>, Error> {
        if item.kind == Kind::File {
            return Ok(self.tell(prefix, item, kind));
        }
        let folder = folder.join(&item.os_name);
        let prefix = format!("{prefix}{}/", item.name);
        for inner in counted(&folder, depth + 1)?.unwrap_or_default() {
            if self.one(&folder, &inner, &prefix, kind, depth + 1)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn same_content(&mut self, a: &Path, b: &Path) -> Result<bool, Error> {
        let open = |path: &Path| fs::File::open(path).map_err(Error::io("open", path));
        let (mut left, mut right) = (open(a)?, open(b)?);
        let [left_buffer, right_buffer] = &mut *self.buffers;
        loop {
            let length = fill(&mut left, left_buffer).map_err(Error::io("read", a))?;
            let other = fill(&mut right, right_buffer).map_err(Error::io("read", b))?;
            if left_buffer[..length] != right_buffer[..other] {
                return Ok(false);
            }
            if length < CHUNK {
                return Ok(true);
            }
        }
    }

    fn tell(&mut self, prefix: &str, item: &Item, kind: DifferenceKind) -> ControlFlow<()> {
        (self.found)(&format!("{prefix}{}", item.name), kind)
    }
}

/// What counts for status in a folder; nothing if there is no such folder.
fn counted(folder: &Path, depth: usize) -> Result<Option<Vec<Item>>, Error> {
    if depth > MAX_DEPTH {
        return Err(Error::TooDeep { path: folder.to_owned() });
    }
    match items(folder) {
        Ok(mut items) => {
            items.retain(|item| item.kind == Kind::File || !is_excluded(&item.name, &STATUS_EXCLUDED));
            Ok(Some(items))
        }
        Err(Error::Io { source, .. }) if is_absent(&source) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// Reads until the buffer is full or the file ends.
fn fill(file: &mut fs::File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
