//! The package of a function: a zip file that is byte for byte the same for the same files.

use std::{
    collections::BTreeMap,
    io::{self as stdio, BufWriter, Read, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use amplify_sdk::prelude::*;
use fs_err as fs;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use super::{io, node::MARKER};

/// Deeper folders are taken for a mistake.
const MAX_DEPTH: usize = 200;

/// How long a file must have rested before its time is trusted: the coarsest file systems count in steps of two seconds.
const SETTLED: Duration = Duration::from_secs(2);

/// A file to be packed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where it lies; links are followed.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: u64,
    /// When it was changed last, as far as the file system says.
    pub changed: Option<SystemTime>,
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
            let message = format!("the name of `{}` is not valid text", path.display());
            PluginError::new("function-file-name", message).hint("give the file another name")
        })?;
        if is_left_out(prefix, &name) {
            continue;
        }
        let facts = match fs::metadata(&path) {
            Ok(facts) => facts,
            // A link to nothing, such as editors leave beside an open file, is nothing to pack.
            Err(error) if error.kind() == stdio::ErrorKind::NotFound => continue,
            Err(error) => return Err(io("read", &path, &error)),
        };
        let packed = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        if facts.is_dir() {
            walk(&path, &packed, above, files)?;
        } else if facts.is_file() {
            files.insert(
                packed,
                File { size: facts.len(), changed: facts.modified().ok(), executable: is_executable(&facts), path },
            );
        }
    }
    above.pop();
    Ok(())
}

/// Files that no function needs: notes of git, of the desktop and of package managers (some hold passwords), and compiled
/// Python.
fn is_left_out(prefix: &str, name: &str) -> bool {
    let in_modules = prefix == "node_modules" || prefix.ends_with("/node_modules");
    matches!(name, ".git" | ".DS_Store" | ".npmrc" | ".yarnrc" | "__pycache__" | MARKER)
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

/// Writes the package, unless the one that is there was made of the same files.
///
/// # Errors
/// Something unreadable, a disk that is full, a stop.
pub fn write(
    context: &mut Context<'_>,
    files: &BTreeMap<String, File>,
    target: &Path,
    force: bool,
) -> Result<Written, PluginError> {
    let fingerprint = fingerprint(files);
    let record = target.with_extension("json");
    if !force && let Some(written) = still_good(files, target, &record, &fingerprint) {
        return Ok(written);
    }
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
    let noted = json!({"files": fingerprint, "sha256": sha256, "bytes": bytes}).to_string();
    fs::write(&record, noted).map_err(|error| io("write", &record, &error))?;
    Ok(Written { sha256, bytes, changed })
}

/// A hash of everything about the files but their content.
fn fingerprint(files: &BTreeMap<String, File>) -> String {
    let mut digest = Sha256::new();
    for (name, file) in files {
        let since = file.changed.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok()).unwrap_or_default();
        digest.update(format!("{name}\0{}\0{}\0{}\0", file.size, since.as_nanos(), file.executable));
    }
    hex::encode(digest.finalize())
}

/// The package that lies there, if it was made of these very files. A file changed so shortly before that its time may not
/// tell one change from the next counts as changed.
fn still_good(files: &BTreeMap<String, File>, target: &Path, record: &Path, fingerprint: &str) -> Option<Written> {
    let made = fs::metadata(record).ok()?.modified().ok()?;
    let known: Value = serde_json::from_str(&fs::read_to_string(record).ok()?).ok()?;
    let bytes = known.get("bytes")?.as_u64()?;
    let settled = files.values().all(|file| file.changed.is_some_and(|time| time + SETTLED < made));
    let same = known.get("files")?.as_str()? == fingerprint && fs::metadata(target).ok()?.len() == bytes;
    (settled && same).then(|| known.get("sha256")?.as_str().map(str::to_owned)).flatten().map(|sha256| Written {
        sha256,
        bytes,
        changed: false,
    })
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
