//! The package of a function: a zip file that is byte for byte the same for the same files.

use std::{
    collections::BTreeMap,
    io::{self as stdio, BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use amplify_sdk::prelude::*;
use fs_err as fs;
use sha2::{Digest, Sha256};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use super::{io, node::MARKER};

/// Deeper folders are taken for a mistake.
const MAX_DEPTH: usize = 200;

/// A file to be packed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where it lies; links are followed.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// Whether it may be started as a program.
    pub executable: bool,
}

/// A package that was written.
pub struct Written {
    /// Its SHA-256, in lower-case hex.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Whether it differs from the one that was there before.
    pub changed: bool,
}

/// The files below the folders, by their name in the package (forward slashes), sorted. A file of a later folder takes the
/// place of an earlier folder's file. Links are followed, so that the package holds no link.
///
/// # Errors
/// Something unreadable, a name that is no text, or links that lead in a circle.
pub fn collect(folders: &[PathBuf]) -> Result<BTreeMap<String, File>, PluginError> {
    let mut files = BTreeMap::new();
    for folder in folders {
        walk(folder, "", &mut Vec::new(), &mut files)?;
    }
    Ok(files)
}

fn walk(
    folder: &Path,
    prefix: &str,
    above: &mut Vec<PathBuf>,
    files: &mut BTreeMap<String, File>,
) -> Result<(), PluginError> {
    let real = fs::canonicalize(folder).map_err(|error| io("read", folder, &error))?;
    if above.contains(&real) || above.len() > MAX_DEPTH {
        return Err(PluginError::new("function-link-circle", format!("`{}` leads back to itself", folder.display()))
            .hint("remove the link"));
    }
    above.push(real);
    let entries = fs::read_dir(folder).map_err(|error| io("read", folder, &error))?;
    for entry in entries {
        let entry = entry.map_err(|error| io("read", folder, &error))?;
        let path = entry.path();
        let name = entry.file_name().into_string().map_err(|_| {
            PluginError::new("function-file-name", format!("the name of `{}` is not valid text", path.display()))
        })?;
        if is_left_out(prefix, &name) {
            continue;
        }
        let facts = fs::metadata(&path).map_err(|error| io("read", &path, &error))?;
        let packed = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        if facts.is_dir() {
            walk(&path, &packed, above, files)?;
        } else if facts.is_file() {
            files.insert(packed, File { size: facts.len(), executable: is_executable(&facts), path });
        }
    }
    above.pop();
    Ok(())
}

/// Files that no function needs: notes of git, of the desktop and of package managers, and compiled Python.
fn is_left_out(prefix: &str, name: &str) -> bool {
    let in_modules = prefix == "node_modules" || prefix.ends_with("/node_modules");
    matches!(name, ".git" | ".DS_Store" | "__pycache__" | MARKER)
        || name.ends_with(".pyc")
        || (in_modules && matches!(name, ".bin" | ".cache" | ".package-lock.json" | ".yarn-integrity"))
}

#[cfg(unix)]
fn is_executable(facts: &std::fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&facts.permissions()) & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &std::fs::Metadata) -> bool {
    false
}

/// Writes the package. A package that would be the same is left as it is.
///
/// # Errors
/// Something unreadable, a disk that is full, a stop.
pub fn write(context: &mut Context<'_>, files: &BTreeMap<String, File>, target: &Path) -> Result<Written, PluginError> {
    let folder = target.parent().unwrap_or(target);
    fs::create_dir_all(folder).map_err(|error| io("make", folder, &error))?;
    let staging = target.with_extension("zip.new");
    let result = pack(context, files, &staging);
    if let Err(error) = result {
        // The first error is the one to tell.
        let _ = fs::remove_file(&staging);
        return Err(error);
    }
    let sha256 = digest(&staging)?;
    let bytes = fs::metadata(&staging).map_err(|error| io("read", &staging, &error))?.len();
    let changed = !target.is_file() || digest(target)? != sha256;
    if changed {
        fs::rename(&staging, target).map_err(|error| io("rename", &staging, &error))?;
    } else {
        fs::remove_file(&staging).map_err(|error| io("remove", &staging, &error))?;
    }
    Ok(Written { sha256, bytes, changed })
}

fn pack(context: &mut Context<'_>, files: &BTreeMap<String, File>, target: &Path) -> Result<(), PluginError> {
    let file = fs::File::create(target).map_err(|error| io("write", target, &error))?;
    let mut zip = ZipWriter::new(BufWriter::new(file));
    let plain = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(6))
        .last_modified_time(DateTime::default());
    for (name, file) in files {
        context.check_cancelled()?;
        let mode = if file.executable { 0o755 } else { 0o644 };
        let zip_error = |error: zip::result::ZipError| io("write", target, &stdio::Error::other(error));
        zip.start_file(name.as_str(), plain.unix_permissions(mode)).map_err(zip_error)?;
        let mut source = fs::File::open(&file.path).map_err(|error| io("read", &file.path, &error))?;
        stdio::copy(&mut source, &mut zip).map_err(|error| io("pack", &file.path, &error))?;
    }
    let mut writer = zip.finish().map_err(|error| io("write", target, &stdio::Error::other(error)))?;
    writer.flush().map_err(|error| io("write", target, &error))
}

fn digest(path: &Path) -> Result<String, PluginError> {
    let mut file = fs::File::open(path).map_err(|error| io("read", path, &error))?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut buffer).map_err(|error| io("read", path, &error))?;
        if read == 0 {
            return Ok(hex::encode(digest.finalize()));
        }
        digest.update(&buffer[..read]);
    }
}
