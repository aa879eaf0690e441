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
    let bytes = fs_err::read(path).map_err(unreadable)?;
    let manifest = parse(&bytes).map_err(garbled)?;
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

/// Replaces a file in one step, so that a reader sees the old content or the new one.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
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
