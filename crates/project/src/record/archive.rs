//! A record as a zip archive: written the same way every time, and read without trusting it.

use std::io::{Cursor, Read, Write};

use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter, result::ZipError, write::SimpleFileOptions};

use super::{Record, damaged};
use crate::{Error, transaction};

/// More than any project has; fewer than would fill a disk.
const MOST_ENTRIES: usize = 50_000;
const MOST_BYTES: u64 = 512 << 20;

pub(super) fn write(record: &Record) -> Result<Vec<u8>, Error> {
    let failed = |entry: &str| {
        let entry = entry.to_owned();
        move |error: ZipError| damaged(&entry, &error.to_string())
    };
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let folders = record.folders.iter().map(|folder| (format!("{folder}/"), None));
    let files = record.files.iter().map(|(path, bytes)| (path.clone(), Some(bytes)));
    let mut entries: Vec<_> = folders.chain(files).collect();
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    for (path, bytes) in entries {
        match bytes {
            None => archive.add_directory(&*path, options.unix_permissions(0o755)).map_err(failed(&path))?,
            Some(bytes) => {
                archive.start_file(&*path, options.unix_permissions(0o644)).map_err(failed(&path))?;
                archive.write_all(bytes).map_err(|error| damaged(&path, &error.to_string()))?;
            }
        }
    }
    Ok(archive.finish().map_err(failed(super::ARCHIVE))?.into_inner())
}

pub(super) fn read(bytes: &[u8]) -> Result<Record, Error> {
    let whole = |error: ZipError| damaged(super::ARCHIVE, &error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(whole)?;
    if archive.len() > MOST_ENTRIES {
        return Err(damaged(super::ARCHIVE, "it has too many entries"));
    }
    let mut record = Record::default();
    let mut left = MOST_BYTES;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(whole)?;
        let name =
            String::from_utf8(entry.name_raw().to_vec()).map_err(|_| damaged(entry.name(), "its name is not UTF-8"))?;
        if entry.is_symlink() {
            return Err(damaged(&name, "it is a symbolic link"));
        }
        let path = name.strip_suffix('/').unwrap_or(&name);
        transaction::check_path(path).map_err(|error| match error {
            Error::UnsafePath { reason, .. } => damaged(&name, reason),
            other => other,
        })?;
        if path.contains(':') {
            return Err(damaged(&name, "it has characters that cannot be in a path"));
        }
        if name.ends_with('/') {
            record.folders.insert(path.to_owned());
            continue;
        }
        let mut content = Vec::new();
        // What the entry says of its own size may be a lie.
        entry.take(left + 1).read_to_end(&mut content).map_err(|error| damaged(&name, &error.to_string()))?;
        left = left
            .checked_sub(u64::try_from(content.len()).unwrap_or(u64::MAX))
            .ok_or_else(|| damaged(&name, "the archive holds more than 512 MiB"))?;
        record.files.insert(path.to_owned(), content);
    }
    let clash = record.files.keys().find(|path| {
        record.folders.contains(*path) || transaction::parents(path).any(|parent| record.files.contains_key(parent))
    });
    match clash {
        Some(path) => Err(damaged(path, "it is both a file and a folder")),
        None => Ok(record),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in entries {
            if name.ends_with('/') {
                archive.add_directory(*name, SimpleFileOptions::default()).unwrap();
            } else {
                archive.start_file(*name, SimpleFileOptions::default()).unwrap();
                archive.write_all(bytes).unwrap();
            }
        }
        archive.finish().unwrap().into_inner()
    }

    fn record() -> Record {
        read(&archive(&[("api/", b""), ("amplify-meta.json", b"{}"), ("api/shop/x", b"1"), ("api/shop/empty/", b"")]))
            .unwrap()
    }

    #[test]
    fn the_same_content_is_the_same_bytes_and_comes_back() {
        let record = record();
        let bytes = record.to_archive().unwrap();
        assert_eq!(bytes, record.clone().to_archive().unwrap());
        assert_eq!(read(&bytes).unwrap(), record);
        let mut names: Vec<String> =
            ZipArchive::new(Cursor::new(bytes)).unwrap().file_names().map(str::to_owned).collect();
        names.sort();
        assert_eq!(names, ["amplify-meta.json", "api/", "api/shop/empty/", "api/shop/x"]);
    }

    #[test]
    fn hostile_entries_are_refused() {
        for name in ["../x", "/etc/passwd", "a/../../x", "a\\..\\x", "C:/x", "a//b", "x/.git/config"] {
            let error = read(&archive(&[(name, b"x")])).unwrap_err();
            assert_eq!(error.code(), "record-damaged", "{name}: {error}");
        }
        assert!(read(&archive(&[("a", b"1"), ("a/b", b"2")])).unwrap_err().to_string().contains("both a file"));
        assert!(read(&archive(&[("a", b"1"), ("a/", b"")])).unwrap_err().to_string().contains("both a file"));
        assert_eq!(read(b"no zip").unwrap_err().code(), "record-damaged");
        assert_eq!(read(b"").unwrap_err().code(), "record-damaged");
    }

    #[test]
    fn links_are_refused() {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        archive.add_symlink("link", "/etc/passwd", SimpleFileOptions::default()).unwrap();
        let bytes = archive.finish().unwrap().into_inner();
        assert!(read(&bytes).unwrap_err().to_string().contains("symbolic link"));
    }

    #[test]
    fn a_cut_off_archive_is_an_error_at_every_length() {
        let bytes = record().to_archive().unwrap();
        for length in 0..bytes.len() {
            assert!(read(&bytes[..length]).is_err(), "{length}");
        }
    }
}
