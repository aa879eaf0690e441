//! Files that only their owner may read: written beside and renamed, so that they are there whole or not at all.

use std::{
    io::{Error, Write},
    path::Path,
};

use fs_err::{File, OpenOptions};

/// Replaces a file, or makes it with the folders above.
pub(crate) fn write(file: &Path, bytes: &[u8]) -> Result<(), Error> {
    // A link stays one: what it leads to is replaced.
    let file = &fs_err::canonicalize(file).unwrap_or_else(|_| file.to_path_buf());
    let folder = file.parent().ok_or_else(|| Error::other("it has no folder"))?;
    make(folder)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.{:016x}", rand::random::<u64>()));
    let written = fresh(&beside).and_then(|mut new| {
        new.write_all(bytes)?;
        new.sync_all()?;
        fs_err::rename(&beside, file)
    });
    if written.is_err() {
        let _ = fs_err::remove_file(&beside);
    }
    written
}

#[cfg(unix)]
fn fresh(file: &Path) -> Result<File, Error> {
    use fs_err::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)
}

#[cfg(not(unix))]
fn fresh(file: &Path) -> Result<File, Error> {
    OpenOptions::new().write(true).create_new(true).open(file)
}

/// A folder that is new is the owner's alone; one that is there stays as it is.
#[cfg(unix)]
fn make(folder: &Path) -> Result<(), Error> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make(folder: &Path) -> Result<(), Error> {
    fs_err::create_dir_all(folder)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs_err::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn only_the_owner_reads_it_whatever_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new/keys");
        write(&file, b"one").unwrap();
        assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
        fs_err::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
        let link = folder.path().join("link");
        fs_err::os::unix::fs::symlink(&file, &link).unwrap();
        write(&link, b"two").unwrap();
        assert_eq!((fs_err::read_to_string(&file).unwrap().as_str(), mode(&file)), ("two", 0o600));
        assert!(link.is_symlink());
        assert_eq!(fs_err::read_dir(file.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
    }
}
