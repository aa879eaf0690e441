//! Lays out the sources of the SDK as a release brings them along, so that a plugin is made with nothing else.

use std::path::Path;

use anyhow::Result;

use crate::shell;

/// What of `sdk/` belongs to a release: what cargo needs to build it, and no tests.
const PARTS: [&str; 5] = ["Cargo.toml", "src", "abi/Cargo.toml", "abi/build.rs", "abi/src"];

/// Copies the SDK to `lib/amplify/sdk` of a prefix. Files that are there already, and the same, are left alone: cargo would
/// build them again.
pub fn install(prefix: &Path) -> Result<()> {
    let place = prefix.join("lib/amplify/sdk");
    for part in PARTS {
        copy(&shell::root().join("sdk").join(part), &place.join(part))?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if !from.is_dir() {
        let bytes = fs_err::read(from)?;
        if fs_err::read(to).ok().as_ref() != Some(&bytes) {
            fs_err::create_dir_all(to.parent().unwrap_or(to))?;
            fs_err::write(to, bytes)?;
        }
        return Ok(());
    }
    fs_err::create_dir_all(to)?;
    for entry in fs_err::read_dir(to)? {
        let entry = entry?;
        // Gone from the sources.
        if !from.join(entry.file_name()).exists() {
            let path = entry.path();
            if path.is_dir() { fs_err::remove_dir_all(path)? } else { fs_err::remove_file(path)? }
        }
    }
    for entry in fs_err::read_dir(from)? {
        let name = entry?.file_name();
        copy(&from.join(&name), &to.join(&name))?;
    }
    Ok(())
}
