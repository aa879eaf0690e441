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

pub(crate) enum Kind {
    File { length: u64 },
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
        let mut metadata = entry.metadata().map_err(Error::io("read", &entry.path()))?;
        if metadata.is_symlink() {
            metadata = match fs::metadata(entry.path()) {
                Ok(metadata) => metadata,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(Error::io("read", &entry.path())(error)),
            };
        }
        let kind = if metadata.is_dir() {
            Kind::Folder
        } else if metadata.is_file() {
            Kind::File { length: metadata.len() }
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

/// Calls `found` for every file that differs, with its path below the folders. Folders that do not count for status are
/// skipped, and so are folders without files; a folder that does not exist is empty.
pub(crate) fn differences(
    local: &Path,
    deployed: &Path,
    found: &mut dyn FnMut(&str, DifferenceKind) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, Error> {
    Walk { found }.both(local, deployed, "", 0)
}

struct Walk<'w> {
    found: &'w mut dyn FnMut(&str, DifferenceKind) -> ControlFlow<()>,
}

impl Walk<'_> {
    fn both(&mut self, local: &Path, deployed: &Path, prefix: &str, depth: usize) -> Result<ControlFlow<()>, Error> {
        let (ours, theirs) = (counted(local, depth)?, counted(deployed, depth)?);
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
                (Some(our), Some(their)) => match (&our.kind, &their.kind) {
                    (Kind::File { length }, Kind::File { length: other }) => {
                        let path = |folder: &Path, item: &Item| folder.join(&item.os_name);
                        let same = length == other && same_content(&path(local, our), &path(deployed, their), *length)?;
                        if same { ControlFlow::Continue(()) } else { self.tell(prefix, our, DifferenceKind::Modified) }
                    }
                    (Kind::Folder, Kind::Folder) => self.both(
                        &local.join(&our.os_name),
                        &deployed.join(&their.os_name),
                        &format!("{prefix}{}/", our.name),
                        depth + 1,
                    )?,
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
        if matches!(item.kind, Kind::File { .. }) {
            return Ok(self.tell(prefix, item, kind));
        }
        let folder = folder.join(&item.os_name);
        let prefix = format!("{prefix}{}/", item.name);
        for inner in counted(&folder, depth + 1)? {
            if self.one(&folder, &inner, &prefix, kind, depth + 1)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn tell(&mut self, prefix: &str, item: &Item, kind: DifferenceKind) -> ControlFlow<()> {
        (self.found)(&format!("{prefix}{}", item.name), kind)
    }
}

fn counted(folder: &Path, depth: usize) -> Result<Vec<Item>, Error> {
    if depth > MAX_DEPTH {
        return Err(Error::TooDeep { path: folder.to_owned() });
    }
    match items(folder) {
        Ok(mut items) => {
            items.retain(|item| matches!(item.kind, Kind::File { .. }) || !is_excluded(&item.name, &STATUS_EXCLUDED));
            Ok(items)
        }
        Err(Error::Io { source, .. }) if depth == 0 && source.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

const WHOLE: u64 = 1 << 20;

fn same_content(a: &Path, b: &Path, length: u64) -> Result<bool, Error> {
    if length == 0 {
        return Ok(true);
    }
    if length <= WHOLE {
        let read = |path: &Path| fs::read(path).map_err(Error::io("read", path));
        return Ok(read(a)? == read(b)?);
    }
    let open = |path: &Path| fs::File::open(path).map_err(Error::io("open", path));
    let (mut left, mut right) = (open(a)?, open(b)?);
    let (mut left_part, mut right_part) = (Vec::new(), Vec::new());
    loop {
        left_part.clear();
        right_part.clear();
        (&mut left).take(WHOLE).read_to_end(&mut left_part).map_err(Error::io("read", a))?;
        (&mut right).take(WHOLE).read_to_end(&mut right_part).map_err(Error::io("read", b))?;
        if left_part != right_part {
            return Ok(false);
        }
        if left_part.is_empty() {
            return Ok(true);
        }
    }
}
