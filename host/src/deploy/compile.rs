//! Compiles resources of services that ask for it, into a folder of this command's own.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use amplify_planner::{Only, Prepared};
use amplify_plugin_abi::{
    manifest::{Manifest, PluginKind},
    message::{CompileReply, CompileRequest, Request, Response},
};
use amplify_plugin_host::Entry;
use amplify_project::{
    Content, Project, ProjectState,
    paths::relative,
    status::{Operation, Row},
};
use tempfile::TempDir;

use super::{Frozen, freeze};
use crate::{contents, environment::provider::answered_wrongly, error::Error, host::Host, pending::Pending, view};

/// How often a resource that is edited while it is compiled is compiled again.
const ATTEMPTS: usize = 3;

/// A category and a name.
type Id = (String, String);

/// What was compiled for a plan. Its files are gone when it is dropped.
#[derive(Default)]
pub struct Compiled {
    /// Where the planner finds the resources.
    pub prepared: BTreeMap<Id, Prepared>,
    _scratch: Option<TempDir>,
}

/// Compiles for a plan. Nothing in the project is written.
///
/// # Errors
/// Everything that is wrong with the resources.
pub fn compile(
    host: &Host<'_>,
    project: &Project,
    state: &ProjectState,
    rows: &[Row],
    only: Option<&Only>,
) -> Result<Compiled, Error> {
    let mut compiled = Compiled::default();
    for (entry, row) in selected(host, rows, only) {
        let reply = ask(host, entry, project, state, row)?;
        let id = (row.category.clone(), row.name.clone());
        let prepared = match reply.skipped.clone() {
            Some(reason) => Prepared::Impossible(reason),
            None if reply.files.is_empty() && !reply.deployed => continue,
            None if reply.files.is_empty() => Prepared::Folder(project.paths().cloud_resource(&id.0, &id.1)),
            None => {
                let scratch = match &mut compiled._scratch {
                    Some(scratch) => scratch,
                    none => none.insert(tempfile::Builder::new().prefix("amplify-plan-").tempdir()?),
                };
                let folder = scratch.path().join(&id.0).join(&id.1);
                start(project, &id, &reply, &folder)?;
                put(&reply, &folder)?;
                Prepared::Folder(folder)
            }
        };
        compiled.prepared.insert(id, prepared);
    }
    Ok(compiled)
}

/// Compiles what a push deploys: the files go into the frozen copy.
///
/// Returns the resources whose deployed files change by that alone.
///
/// # Errors
/// As [`compile`].
pub fn compile_frozen(
    host: &Host<'_>,
    project: &Project,
    frozen: &Frozen,
    state: &ProjectState,
    rows: &[Row],
    only: Option<&Only>,
) -> Result<BTreeMap<Id, CompileReply>, Error> {
    let mut replies = BTreeMap::new();
    for (entry, row) in selected(host, rows, only) {
        let id = (row.category.clone(), row.name.clone());
        let reply = settled(host, entry, project, frozen, state, row)?;
        if reply.skipped.is_some() {
            continue;
        }
        let folder = frozen.project.paths().resource(&id.0, &id.1);
        if reply.deployed {
            fs_err::remove_dir_all(&folder)?;
            start(&frozen.project, &id, &reply, &folder)?;
        }
        put(&reply, &folder)?;
        if !reply.files.is_empty() {
            replies.insert(id, reply);
        }
    }
    Ok(replies)
}

/// What was compiled is the same that was frozen.
fn settled(
    host: &Host<'_>,
    entry: &Entry,
    project: &Project,
    frozen: &Frozen,
    state: &ProjectState,
    row: &Row,
) -> Result<CompileReply, Error> {
    for _ in 0..ATTEMPTS {
        let reply = ask(host, entry, project, state, row)?;
        if !frozen.renew(project, &row.category, &row.name)? {
            return Ok(reply);
        }
    }
    let message = format!("`{}/{}` changes all the time while it is compiled", row.category, row.name);
    Err(Error::failed("edited-while-compiling", message).hint("stop what writes to its folder, and push again"))
}

/// Puts what was compiled and deployed into the project's own folders.
///
/// # Errors
/// Files that cannot be read.
pub fn record(pending: &mut Pending<'_>, frozen: &Frozen, compiled: &BTreeMap<Id, CompileReply>) -> Result<(), Error> {
    for ((category, name), reply) in compiled {
        let (within, alone): (Vec<_>, Vec<_>) = reply.files.iter().partition(|file| file.path.contains('/'));
        for file in alone {
            let path = format!("{}/{}", relative::resource(category, name), file.path);
            pending.transaction.write(&path, contents::content(&file.path, &file.content)?)?;
        }
        let paths = reply.folders.iter().chain(within.into_iter().map(|file| &file.path));
        let parts: BTreeSet<&str> = paths.filter_map(|path| path.split('/').next()).collect();
        let files = frozen.files(category, name)?;
        for part in parts {
            let below = format!("{part}/");
            let of_part: Vec<(String, Content)> = (files.iter())
                .filter_map(|(path, file)| Some((path.strip_prefix(&below)?.to_owned(), Content::File(file.clone()))))
                .collect();
            let folder = format!("{}/{part}", relative::resource(category, name));
            pending.transaction.replace_dir(&folder, of_part)?;
        }
    }
    Ok(())
}

fn selected<'s>(host: &'s Host<'_>, rows: &'s [Row], only: Option<&'s Only>) -> Vec<(&'s Entry, &'s Row)> {
    let registry = host.catalog.registry();
    let wanted = |row: &&Row| {
        row.operation != Operation::Delete && only.is_none_or(|only| only.matches(&row.category, &row.name))
    };
    let mut found = Vec::new();
    for row in rows.iter().filter(wanted) {
        let Some(entry) = registry.category(&row.category) else {
            let broken = registry.broken_by_word(&row.category);
            if let Some(broken) = broken.filter(|broken| is_category(broken.manifest.as_deref())) {
                tell_uncompiled(host, row, &Error::from(&broken.error));
            }
            continue;
        };
        match entry.manifest.whole() {
            Ok(manifest) => {
                if manifest.services.iter().any(|service| service.compiled && service.name == row.service) {
                    found.push((entry, row));
                }
            }
            Err(error) => tell_uncompiled(host, row, &Error::from(error)),
        }
    }
    found
}

fn is_category(manifest: Option<&Manifest>) -> bool {
    manifest.is_some_and(|manifest| matches!(manifest.kind, PluginKind::Category { .. }))
}

/// What only its plugin can make anew is taken as it lies there, and that is not kept silent.
fn tell_uncompiled(host: &Host<'_>, row: &Row, error: &Error) {
    if row.operation == Operation::NoChange {
        return;
    }
    let hint = error.hints.first().map_or_else(String::new, |hint| format!("; {hint}"));
    host.warn(&format!(
        "`{}/{}` is taken as its folder has it, since its plugin cannot be used: {}{hint}",
        row.category, row.name, error.message
    ));
}

fn ask(
    host: &Host<'_>,
    entry: &Entry,
    project: &Project,
    state: &ProjectState,
    row: &Row,
) -> Result<CompileReply, Error> {
    let _guard = project.read()?;
    let request = CompileRequest {
        resource: row.name.clone(),
        unchanged: row.operation == Operation::NoChange,
        project: view::of(project.root(), state),
    };
    match host.invoke_reading(entry, &Request::Compile(request), project)? {
        Response::Compile(reply) => Ok(reply),
        _ => Err(answered_wrongly(entry)),
    }
}

/// Copies the folder that the compiled files come on top of.
fn start(project: &Project, id: &Id, reply: &CompileReply, folder: &Path) -> Result<(), Error> {
    let paths = project.paths();
    let from = if reply.deployed { paths.cloud_resource(&id.0, &id.1) } else { paths.resource(&id.0, &id.1) };
    freeze::copy(&from, folder, &|path: &Path| {
        let below = path.strip_prefix(&from).unwrap_or(path);
        reply.folders.iter().any(|made| Path::new(made) == below)
    })
}

fn put(reply: &CompileReply, folder: &Path) -> Result<(), Error> {
    for made in &reply.folders {
        let made = folder.join(made);
        if made.is_dir() {
            fs_err::remove_dir_all(made)?;
        }
    }
    let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
    for file in &reply.files {
        let path = folder.join(&file.path);
        if let Some(parent) = path.parent()
            && folders.insert(parent.to_owned())
        {
            fs_err::create_dir_all(parent)?;
        }
        fs_err::write(&path, contents::bytes(&file.path, &file.content)?)?;
    }
    Ok(())
}
