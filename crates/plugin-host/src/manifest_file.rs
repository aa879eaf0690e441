//! The file `amplify-plugin.json` beside a library: read, checked, written.

use std::{
    io::{self, Write},
    path::Path,
};

use amplify_plugin_abi::{
    OLDEST_PROTOCOL, PROTOCOL, TARGET, check,
    manifest::{FILE_NAME, Manifest},
};

use crate::{LoadError, hash, library};

/// The largest manifest that is read.
const MAX_BYTES: u64 = 1024 * 1024;

/// Reads and checks a manifest, except for its library.
pub(crate) fn read(path: &Path) -> Result<Manifest, LoadError> {
    let unreadable = |source| LoadError::ManifestUnreadable { path: path.to_owned(), source };
    let metadata = fs_err::metadata(path).map_err(unreadable)?;
    let garbled = |reason: String| LoadError::ManifestGarbled { path: path.to_owned(), reason };
    if !metadata.is_file() {
        return Err(garbled("it is not a file".into()));
    }
    if metadata.len() > MAX_BYTES {
        return Err(garbled(format!("it has {} bytes, more than the {MAX_BYTES} that are read", metadata.len())));
    }
    parse_manifest(&fs_err::read(path).map_err(unreadable)?, path)
}

/// Understands and checks the bytes of a manifest, except for its library. `path` is named in errors.
///
/// # Errors
/// Bytes that are no manifest, and one that this host cannot use.
pub fn parse_manifest(bytes: &[u8], path: &Path) -> Result<Manifest, LoadError> {
    let manifest = parse(bytes).map_err(|reason| LoadError::ManifestGarbled { path: path.to_owned(), reason })?;
    accept(&manifest, path)?;
    Ok(manifest)
}

/// Understands a manifest's bytes.
pub(crate) fn parse(bytes: &[u8]) -> Result<Manifest, String> {
    serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)).map_err(|error| error.to_string())
}

/// Checks what can be checked without the library. The protocol comes first: a newer one may have other rules.
pub(crate) fn accept(manifest: &Manifest, path: &Path) -> Result<(), LoadError> {
    if !(OLDEST_PROTOCOL..=PROTOCOL).contains(&manifest.protocol) {
        return Err(LoadError::WrongProtocol {
            plugin: manifest.name.clone(),
            path: path.to_owned(),
            found: manifest.protocol,
            oldest: OLDEST_PROTOCOL,
            newest: PROTOCOL,
        });
    }
    let mut faults = check::manifest(manifest);
    if manifest.library.is_none() {
        faults.push("it names no library".to_owned());
    }
    if manifest.sha256.is_none() {
        faults.push("it has no `sha256` of the library".to_owned());
    }
    if !faults.is_empty() {
        return Err(LoadError::ManifestInvalid { path: path.to_owned(), faults });
    }
    if manifest.target != TARGET {
        return Err(LoadError::WrongTarget {
            plugin: manifest.name.clone(),
            path: path.to_owned(),
            found: manifest.target.clone(),
            wanted: TARGET.to_owned(),
        });
    }
    Ok(())
}

/// Opens a freshly built library, asks it for its description, and writes `amplify-plugin.json` beside it.
///
/// The library stays open until the process ends, so this is for tools that run once.
///
/// # Errors
/// The library cannot be opened, is no plugin, or describes itself wrongly; or the manifest cannot be written.
pub fn write_manifest(library: &Path) -> Result<Manifest, LoadError> {
    let unreadable = |source| LoadError::LibraryUnreadable { library: library.to_owned(), source };
    let path = library.with_file_name(FILE_NAME);
    if !library.exists() {
        let plugin = library.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        return Err(LoadError::LibraryMissing { plugin, library: library.to_owned() });
    }
    let sha256 = hash::file(library).map_err(unreadable)?;
    let file_name = library.file_name().and_then(|name| name.to_str()).map(str::to_owned);
    let name = file_name.clone().unwrap_or_default();
    let module = library::open(library, &name, "unknown")?;
    let description = library::describe(module, library, &name)?;
    let manifest = Manifest { library: file_name, sha256: Some(sha256), ..description };
    accept(&manifest, &path)?;
    let write = || -> io::Result<()> {
        let mut text = serde_json::to_vec_pretty(&manifest)?;
        text.push(b'\n');
        replace(&path, &text)
    };
    write().map_err(|source| LoadError::ManifestUnreadable { path: path.clone(), source })?;
    Ok(manifest)
}

/// Replaces a file in one step, so that a reader sees the old content or the new one. Everybody may read it.
///
/// # Errors
/// The folder cannot be written to.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use amplify_plugin_abi::manifest::{Command, PluginKind};

    use super::*;

    fn sound() -> Vec<u8> {
        let manifest = Manifest {
            library: Some("libstorage.so".into()),
            sha256: Some("0".repeat(64)),
            ..Manifest::new("category-storage", PluginKind::category("storage"), "1.0.0", "Buckets and tables")
                .command(Command::new("add", "Add one"))
        };
        serde_json::to_vec(&manifest).unwrap()
    }

    #[test]
    fn a_manifest_survives_a_byte_order_mark() {
        let path = Path::new("amplify-plugin.json");
        let plain = parse_manifest(&sound(), path).unwrap();
        let marked = [b"\xef\xbb\xbf".as_slice(), &sound()].concat();
        assert_eq!(parse_manifest(&marked, path).unwrap(), plain);
    }

    #[test]
    fn a_half_written_or_damaged_manifest_is_an_error_and_no_panic() {
        let path = Path::new("amplify-plugin.json");
        let whole = sound();
        for end in 0..whole.len() {
            assert!(parse_manifest(&whole[..end], path).is_err(), "{end}");
        }
        for at in 0..whole.len() {
            for bit in 0..8 {
                let mut damaged = whole.clone();
                damaged[at] ^= 1 << bit;
                // Some flips only change a word; then the rules for names still hold.
                if let Ok(manifest) = parse_manifest(&damaged, path) {
                    assert!(check::plugin_name(&manifest.name) && check::plugin_name(manifest.kind.word()));
                }
            }
        }
    }

    #[test]
    fn a_file_is_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        replace(&path, b"one").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(fs_err::read(&path).unwrap(), b"two");
        assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
        assert!(replace(&folder.path().join("missing/a.json"), b"").is_err());
    }
}
