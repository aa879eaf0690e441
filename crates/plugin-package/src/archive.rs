//! Package archives: their names, what they hold, and how they are made.

use std::{collections::BTreeMap, io::Write};

use amplify_plugin_abi::{
    check,
    manifest::{FILE_NAME, Manifest},
};
use flate2::{Compression, GzBuilder};

use crate::{Digest, Error, unpack};

/// Words that the texts of a package begin with, in upper case.
const TEXTS: &[&str] = &["README", "LICENSE", "LICENCE", "NOTICE", "CHANGELOG", "COPYING"];

/// What an archive holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Package {
    /// The manifest, with the library's name and SHA-256 filled in.
    pub manifest: Manifest,
    /// The manifest as it is written in the archive.
    pub manifest_text: Vec<u8>,
    /// The library.
    pub library: Vec<u8>,
    /// Texts beside it, by file name.
    pub texts: BTreeMap<String, Vec<u8>>,
}

/// The file name of an archive, such as `category-queue-1.2.0-x86_64-unknown-linux-gnu.tar.gz`.
pub fn archive_name(name: &str, version: &str, target: &str) -> String {
    format!("{name}-{version}-{target}.tar.gz")
}

/// Whether a file name is one of the texts that a package may hold beside its library: `README.md`, `LICENSE-MIT`, ...
pub fn is_text(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    let begins =
        |word: &str| upper.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']));
    plain && name.len() <= 64 && TEXTS.iter().any(|word| begins(word))
}

/// What is wrong with a manifest as that of a package for whichever target. Targets and protocols are for the host to judge.
pub(crate) fn manifest_faults(manifest: &Manifest) -> Vec<String> {
    let mut faults = check::manifest(manifest);
    if manifest.library.is_none() {
        faults.push("the manifest names no library".to_owned());
    }
    if manifest.sha256.is_none() {
        faults.push("the manifest has no `sha256` of the library".to_owned());
    }
    if !is_target(&manifest.target) {
        faults.push(format!("the manifest's target `{}` is no target triple", manifest.target));
    }
    faults
}

/// Whether a text can be a target triple; it becomes part of file names.
pub(crate) fn is_target(target: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.');
    target.len() <= 64 && target.contains('-') && !target.contains("..") && target.bytes().all(plain)
}

/// Packs a manifest, its library and texts into the bytes of an archive. The same content makes the same bytes.
///
/// # Errors
/// The manifest is not valid or is not that of the library, or a text is none.
pub fn pack(manifest: &Manifest, library: &[u8], texts: &BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>, Error> {
    let archive = archive_name(&manifest.name, &manifest.version, &manifest.target);
    let mut faults = manifest_faults(manifest);
    let digest = Digest::of(library);
    if manifest.sha256.as_deref().is_some_and(|recorded| recorded != digest.sha256) {
        faults.push("the library is not the one that the manifest describes".to_owned());
    }
    faults.extend(texts.keys().filter(|name| !is_text(name)).map(|name| format!("`{name}` is no text of a package")));
    if !faults.is_empty() {
        return Err(Error::ArchiveInvalid { archive, faults });
    }
    let mut manifest_text = serde_json::to_vec_pretty(manifest).map_err(std::io::Error::from)?;
    manifest_text.push(b'\n');
    let mut files: BTreeMap<&str, &[u8]> = texts.iter().map(|(name, text)| (name.as_str(), text.as_slice())).collect();
    files.insert(FILE_NAME, &manifest_text);
    files.insert(manifest.library.as_deref().unwrap_or_default(), library);

    // No time, no file name and no operating system in the gzip header either.
    let gzip = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::best());
    let mut builder = tar::Builder::new(gzip);
    for (name, content) in files {
        builder.append(&header(name, content.len() as u64)?, content)?;
    }
    let mut gzip = builder.into_inner()?;
    gzip.flush()?;
    Ok(gzip.finish()?)
}

fn header(name: &str, size: u64) -> Result<tar::Header, Error> {
    let mut header = tar::Header::new_ustar();
    header.set_path(name)?;
    header.set_entry_type(tar::EntryType::Regular);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(size);
    header.set_cksum();
    Ok(header)
}

impl Package {
    /// Reads an archive into memory. `archive` is how errors call it.
    ///
    /// # Errors
    /// See [`unpack::unpack`].
    pub fn read(reader: impl std::io::Read, archive: &str) -> Result<Self, Error> {
        unpack::read(reader, archive)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_few() {
        for good in ["README.md", "README", "LICENSE", "LICENSE-MIT", "license.txt", "CHANGELOG.md"] {
            assert!(is_text(good), "{good}");
        }
        for bad in ["", "readme/evil", "READMEevil", "lib.so", "..", "README .md", "amplify-plugin.json"] {
            assert!(!is_text(bad), "{bad}");
        }
    }

    #[test]
    fn targets() {
        for good in ["x86_64-unknown-linux-gnu", "aarch64-apple-darwin", "x86_64-pc-windows-msvc"] {
            assert!(is_target(good), "{good}");
        }
        for bad in ["", "linux", "../x-y", "a/b-c", "A-B"] {
            assert!(!is_target(bad), "{bad}");
        }
    }
}
