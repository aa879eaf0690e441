//! Reads package archives that come from elsewhere: nothing is taken but plain files with the names that a package has.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Read, Write},
    path::Path,
};

use amplify_plugin_abi::manifest::{FILE_NAME, Manifest};
use flate2::read::GzDecoder;

use crate::{
    Digest, Error, Package,
    archive::{is_text, manifest_faults},
    digest::digest,
};

/// The largest library that is unpacked, in bytes.
pub const MAX_FILE: u64 = 512 * 1024 * 1024;

/// The largest manifest or text, in bytes.
pub const MAX_TEXT: u64 = 4 * 1024 * 1024;

/// How many files an archive may hold.
pub const MAX_FILES: usize = 16;

/// How many zeros may fill the last block of an archive.
const MAX_REST: u64 = 64 * 1024;

/// What was unpacked into a folder.
#[derive(Clone, Debug, PartialEq)]
pub struct Unpacked {
    /// The manifest; its library was found to be the one beside it.
    pub manifest: Manifest,
    /// The library's size and SHA-256.
    pub library: Digest,
    /// Names of the files written.
    pub files: Vec<String>,
}

/// Unpacks an archive into a folder that exists. `archive` is how errors call it.
///
/// Files are made new and never replaced, and are flushed to the disk. When it fails, what was written so far remains: unpack
/// into a folder of its own and rename that. The hash of the archive as a whole is for the caller to check, before.
///
/// # Errors
/// The archive is damaged, holds anything besides a package's files, or its manifest is not that of its library; or the
/// folder cannot be written to.
pub fn unpack(reader: impl Read, archive: &str, folder: &Path) -> Result<Unpacked, Error> {
    let mut manifest_text = Vec::new();
    let mut others: BTreeMap<String, Digest> = BTreeMap::new();
    walk(reader, archive, |name, content| {
        let path = folder.join(name);
        let mut file = fs_err::OpenOptions::new().write(true).create_new(true).open(&path).map_err(Failure::Ours)?;
        if name == FILE_NAME {
            content.read_to_end(&mut manifest_text).map_err(Failure::Theirs)?;
            file.write_all(&manifest_text).map_err(Failure::Ours)?;
        } else {
            let mut copying = Copying { from: content, to: &mut file, failed: None };
            let found = digest(&mut copying);
            if let Some(error) = copying.failed {
                return Err(Failure::Ours(error));
            }
            others.insert(name.to_owned(), found.map_err(Failure::Theirs)?);
        }
        file.sync_all().map_err(Failure::Ours)
    })?;
    let mut files: Vec<String> = others.keys().cloned().collect();
    files.push(FILE_NAME.to_owned());
    files.sort();
    let manifest = accept(archive, &manifest_text, &others)?;
    let library = manifest.library.as_ref().and_then(|name| others.remove(name));
    Ok(Unpacked { library: library.unwrap_or(Digest { size: 0, sha256: String::new() }), manifest, files })
}

/// Reads an archive into memory.
pub(crate) fn read(reader: impl Read, archive: &str) -> Result<Package, Error> {
    let mut files = BTreeMap::new();
    walk(reader, archive, |name, content| {
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes).map_err(Failure::Theirs)?;
        files.insert(name.to_owned(), bytes);
        Ok(())
    })?;
    let manifest_text = files.remove(FILE_NAME).unwrap_or_default();
    let digests = files.iter().map(|(name, bytes)| (name.clone(), Digest::of(bytes))).collect();
    let manifest = accept(archive, &manifest_text, &digests)?;
    let library = manifest.library.as_ref().and_then(|name| files.remove(name)).unwrap_or_default();
    Ok(Package { manifest, manifest_text, library, texts: files })
}

/// Whose fault it is that a file cannot be copied.
enum Failure {
    Ours(io::Error),
    Theirs(io::Error),
}

/// A reader that writes what it reads.
struct Copying<'a, R: ?Sized, W> {
    from: &'a mut R,
    to: &'a mut W,
    failed: Option<io::Error>,
}

impl<R: Read + ?Sized, W: Write> Read for Copying<'_, R, W> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        if let Err(error) = self.to.write_all(&buffer[..count]) {
            self.failed = Some(error);
            return Err(io::Error::other("not written"));
        }
        Ok(count)
    }
}

/// Hands over each file of an archive, whose entry was found to be harmless.
fn walk(
    reader: impl Read,
    archive: &str,
    mut each: impl FnMut(&str, &mut dyn Read) -> Result<(), Failure>,
) -> Result<(), Error> {
    let damaged = |source| Error::ArchiveDamaged { archive: archive.to_owned(), source };
    let hostile = |reason: String| Error::ArchiveHostile { archive: archive.to_owned(), reason };
    let mut tar = tar::Archive::new(GzDecoder::new(reader));
    let mut seen = BTreeSet::new();
    // Raw: extension headers (long names, sparse files) are entries of their own, and refused like any other oddity.
    for entry in tar.entries().map_err(damaged)?.raw(true) {
        let mut entry = entry.map_err(damaged)?;
        let name = plain_name(&entry.path_bytes()).map_err(hostile)?;
        if entry.header().entry_type() != tar::EntryType::Regular {
            return Err(hostile(format!("`{name}` is not a plain file")));
        }
        if !seen.insert(name.to_ascii_lowercase()) {
            return Err(hostile(format!("`{name}` occurs twice")));
        }
        if seen.len() > MAX_FILES {
            return Err(hostile(format!("it has more than {MAX_FILES} files")));
        }
        let (size, most) = (entry.size(), if name == FILE_NAME || is_text(&name) { MAX_TEXT } else { MAX_FILE });
        if size > most {
            return Err(hostile(format!("`{name}` has {size} bytes, more than the {most} allowed")));
        }
        let mut content = Exactly { from: &mut entry, left: size };
        each(&name, &mut content).map_err(|failure| match failure {
            Failure::Ours(error) => Error::Files(error),
            Failure::Theirs(error) => damaged(error),
        })?;
    }
    // What is left are zeros that fill a block. Reading them makes gzip compare its checksum.
    let mut rest = Vec::new();
    tar.into_inner().take(MAX_REST).read_to_end(&mut rest).map_err(damaged)?;
    if rest.len() as u64 == MAX_REST || rest.iter().any(|byte| *byte != 0) {
        return Err(hostile("it goes on after its end".to_owned()));
    }
    Ok(())
}

/// A reader that fails where its content ends too early.
struct Exactly<'a, R> {
    from: &'a mut R,
    left: u64,
}

impl<R: Read> Read for Exactly<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.left = self.left.saturating_sub(count as u64);
        if count == 0 && self.left > 0 && !buffer.is_empty() {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "a file ends too early"));
        }
        Ok(count)
    }
}

/// A file name without folders, which no system reads as anything else.
fn plain_name(bytes: &[u8]) -> Result<String, String> {
    let shown: String = String::from_utf8_lossy(bytes).chars().take(100).flat_map(char::escape_default).collect();
    let name = std::str::from_utf8(bytes).map_err(|_| format!("the name `{shown}` is no UTF-8"))?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    if name.is_empty() || name.len() > 100 || name.starts_with('.') || name.ends_with('.') || !name.bytes().all(plain) {
        return Err(format!("the path `{shown}` is not that of a file of a package"));
    }
    Ok(name.to_owned())
}

/// Checks that manifest and files belong together.
fn accept(archive: &str, manifest: &[u8], others: &BTreeMap<String, Digest>) -> Result<Manifest, Error> {
    let invalid = |faults| Error::ArchiveInvalid { archive: archive.to_owned(), faults };
    if manifest.is_empty() {
        return Err(invalid(vec![format!("it holds no `{FILE_NAME}`")]));
    }
    let manifest: Manifest =
        serde_json::from_slice(manifest).map_err(|error| invalid(vec![format!("`{FILE_NAME}`: {error}")]))?;
    let mut faults = manifest_faults(&manifest);
    let library = manifest.library.as_deref().unwrap_or_default();
    match (others.get(library), &manifest.sha256) {
        (None, _) => faults.push(format!("it does not hold the library `{library}` that its manifest names")),
        (Some(found), Some(recorded)) if found.sha256 != *recorded => faults.push(format!(
            "the library `{library}` is not the one that the manifest describes: it has the SHA-256 {}, not {recorded}",
            found.sha256
        )),
        _ => {}
    }
    for name in others.keys().filter(|name| *name != library && !is_text(name)) {
        faults.push(format!("`{name}` is no file of a package"));
    }
    if faults.is_empty() { Ok(manifest) } else { Err(invalid(faults)) }
}
