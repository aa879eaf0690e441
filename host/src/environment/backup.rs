//! Backups of what a pull replaces, and the way back.

use amplify_project::{Content, Project, Transaction, paths::relative, record};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::{error::Error, pending::Pending};

/// How many are kept.
const MOST: usize = 10;
/// What was altered, in the backup's folder: paths with the hash of what was written there, and whether a file was there before.
const LIST: &str = "backup.json";

/// Keeps a copy of every file that the pending changes replace or delete, as part of these changes. Returns the backup's
/// name, or nothing if nothing changes.
///
/// # Errors
/// Files that cannot be read.
pub fn keep(pending: &mut Pending<'_>, project: &Project, environment: &str) -> Result<Option<String>, Error> {
    pending.store()?;
    let altered = pending.transaction.altered()?;
    if altered.is_empty() {
        return Ok(None);
    }
    let existing = list(project)?;
    let stamp = Timestamp::now().strftime("%Y%m%d-%H%M%S").to_string();
    let name = (1..)
        .map(|number| match number {
            1 => format!("{stamp}-{environment}"),
            _ => format!("{stamp}-{environment}-{number}"),
        })
        .find(|name| !existing.contains(name))
        .unwrap_or(stamp);
    let folder = format!("{}/{name}", relative::LOCAL_BACKUPS);
    let mut files = Vec::new();
    for file in altered.iter().filter(|file| !is_built(&file.path)) {
        if let Some(before) = &file.before {
            pending.transaction.write(&format!("{folder}/files/{}", file.path), Content::File(before.clone()))?;
        }
        files.push(json!({ "path": file.path, "existed": file.before.is_some(), "sha256": file.after }));
    }
    let document = json!({ "environment": environment, "files": files });
    pending.transaction.write(&format!("{folder}/{LIST}"), format!("{document:#}\n"))?;
    for old in existing.iter().rev().skip(MOST - 1) {
        pending.transaction.delete_dir(&format!("{}/{old}", relative::LOCAL_BACKUPS))?;
    }
    Ok(Some(name))
}

/// Whether tools made a file, and can do so again.
fn is_built(path: &str) -> bool {
    let below = path.strip_prefix(relative::BACKEND).and_then(|below| below.strip_prefix('/'));
    below.is_some_and(record::is_built)
}

/// The backups there are, the oldest first.
///
/// # Errors
/// A folder that cannot be read.
pub fn list(project: &Project) -> Result<Vec<String>, Error> {
    let folder = project.paths().join(relative::LOCAL_BACKUPS);
    let mut names = Vec::new();
    if folder.is_dir() {
        for entry in fs_err::read_dir(folder)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Puts back what a pull replaced, as part of a transaction, and returns the paths. The backup goes with that.
///
/// # Errors
/// No such backup; files that were edited since, unless `overwrite`.
pub fn put_back(
    project: &Project,
    transaction: &mut Transaction<'_>,
    name: &str,
    overwrite: bool,
) -> Result<Vec<String>, Error> {
    let known = list(project)?;
    if !known.iter().any(|known| known == name) {
        let error = Error::usage("backup-not-found", format!("there is no backup `{name}`"));
        return Err(match known.is_empty() {
            true => error.hint("a pull that changes files makes one"),
            false => error.hint(format!("there are: {}", known.join(", "))),
        });
    }
    let folder = format!("{}/{name}", relative::LOCAL_BACKUPS);
    let damaged = || Error::failed("backup-damaged", format!("the backup `{name}` cannot be read"));
    let document = transaction.read(&format!("{folder}/{LIST}"))?.ok_or_else(damaged)?;
    let document: Value = serde_json::from_slice(&document).map_err(|error| damaged().cause(error))?;
    let mut paths = Vec::new();
    let mut edited = Vec::new();
    for file in document["files"].as_array().ok_or_else(damaged)? {
        let path = file["path"].as_str().ok_or_else(damaged)?;
        let now = transaction.read(path)?.map(|bytes| amplify_project::hash::sha256(&bytes));
        if now.as_deref() != file["sha256"].as_str() {
            edited.push(path.to_owned());
        }
        if file["existed"] == json!(true) {
            let before = transaction.read(&format!("{folder}/files/{path}"))?.ok_or_else(damaged)?;
            transaction.write(path, before)?;
        } else {
            transaction.delete_file(path)?;
            if let ["amplify", "backend", category, name, ..] = path.split('/').collect::<Vec<_>>().as_slice() {
                transaction.tidy(&relative::resource(category, name));
            }
        }
        paths.push(path.to_owned());
    }
    if !edited.is_empty() && !overwrite {
        let message = format!("{} would be lost: they were edited since that pull", edited.join(", "));
        let error = Error::failed("files-edited", message);
        return Err(
            error.hint(format!("type `amplify pull --undo {name} --overwrite` to put the old ones back anyway"))
        );
    }
    transaction.delete_dir(&folder)?;
    Ok(paths)
}
