//! Files that are replaced whole or not at all.

use std::{
    io::{self, Write},
    path::Path,
};

/// Replaces a file by new content: written beside it, flushed to the disk, renamed.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs_err::create_dir_all(folder)?;
    let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| io::Error::new(error.error.kind(), format!("{}: {error}", path.display())))?;
    Ok(())
}

/// Deletes a file that may be absent.
pub(crate) fn remove_file(path: &Path) -> io::Result<()> {
    absent_is_fine(fs_err::remove_file(path))
}

/// Deletes a folder and what it holds; it may be absent.
pub(crate) fn remove_folder(path: &Path) -> io::Result<()> {
    absent_is_fine(fs_err::remove_dir_all(path))
}

fn absent_is_fine(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replaced_file_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/state.json");
        replace(&path, b"one").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(fs_err::read(&path).unwrap(), b"two");
        assert_eq!(fs_err::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn removing_what_is_absent_is_fine() {
        let folder = tempfile::tempdir().unwrap();
        remove_file(&folder.path().join("no")).unwrap();
        remove_folder(&folder.path().join("no")).unwrap();
    }
}
