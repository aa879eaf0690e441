//! Brings what is deployed into `amplify/backend`, file by file: a three-way merge with what this folder was pulled from.

use std::collections::{BTreeMap, BTreeSet};

use amplify_project::{
    Project, ProjectState, Record,
    environments::{self, DeployedBackend},
    merge::{self, Files, Mode, Outcome},
    paths::relative,
};
use serde_json::Value;

use super::{
    remote::Fetched,
    values::{self, Values},
};
use crate::{error::Error, pending::Pending};

/// What a merge did.
#[derive(Debug, Default)]
pub struct Brought {
    /// Paths below `amplify/backend` that differ or differed, with what became of them.
    pub files: BTreeMap<String, Outcome>,
    /// Files that were changed here and are now as they are deployed.
    pub lost: Vec<String>,
    /// Keys of `backend-config.json` that both sides changed; ours stay.
    pub keys: Vec<String>,
    /// What became of the environment's values.
    pub values: Values,
}

impl Brought {
    /// The paths with one of these outcomes.
    pub fn with(&self, wanted: &[Outcome]) -> Vec<&str> {
        self.files.iter().filter(|(_, outcome)| wanted.contains(outcome)).map(|(path, _)| path.as_str()).collect()
    }
}

/// Merges a record into the pending `amplify/backend`, and the values that it was deployed with into the environment's.
/// `base` is the record of which this folder knew until now. The pending documents must know the record already.
///
/// # Errors
/// Files that cannot be read.
pub fn backend(
    pending: &mut Pending<'_>,
    project: &Project,
    base: &Record,
    fetched: &Fetched,
    mode: Mode,
) -> Result<Brought, Error> {
    let theirs = &fetched.record;
    let before = pending.state.backend_config.clone();
    let ours = Record::of_folder(&project.paths().backend(), None)?;
    let (base_files, their_files, our_files) = (sources(base), sources(theirs), sources(&ours));
    let outcomes = merge::files(&base_files, &their_files, &our_files, mode);
    let careful = merge::files(&base_files, &their_files, &our_files, Mode::Keep);
    let mut brought = Brought::default();
    let mut emptied = BTreeSet::new();
    for (path, outcome) in outcomes {
        let target = format!("{}/{path}", relative::BACKEND);
        match outcome {
            Outcome::Added | Outcome::Replaced => {
                pending.transaction.write(&target, their_files.get(path).copied().unwrap_or_default())?;
            }
            Outcome::Deleted => {
                pending.transaction.delete_file(&target)?;
                emptied.extend(resource_of(path));
            }
            Outcome::Kept | Outcome::Conflict => {}
        }
        let is_taken = !matches!(outcome, Outcome::Kept | Outcome::Conflict);
        if is_taken
            && our_files.contains_key(path)
            && matches!(careful.get(path), Some(Outcome::Kept | Outcome::Conflict))
        {
            brought.lost.push(path.to_owned());
        }
        brought.files.insert(path.to_owned(), outcome);
    }
    for (category, name) in emptied {
        let folder = relative::resource(category, name);
        let left = our_files.keys().filter(|path| resource_of(path) == Some((category, name)));
        if left.clone().all(|path| brought.files.get(*path) == Some(&Outcome::Deleted)) {
            // What tools built of it is of no use without it.
            pending.transaction.delete_dir(&folder)?;
        }
        pending.transaction.tidy(&folder);
    }
    brought.keys = backend_config(&mut pending.state, base, theirs, mode, &brought.files)?;
    brought.values = values::merge(&mut pending.state, &before, base, fetched, mode)?;
    brought.lost.extend(brought.values.lost.clone());
    reseed(&mut pending.state, project)?;
    Ok(brought)
}

/// The files that people edit: not the lists of resources, which are merged by key, and not what is generated.
fn sources(record: &Record) -> Files<'_> {
    let is_generated = |path: &str| {
        matches!(path, "amplify-meta.json" | "backend-config.json")
            || path.starts_with("awscloudformation/")
            || path.split('/').nth(2) == Some("build") && path.matches('/').count() > 2
    };
    record.files().filter(|(path, _)| !is_generated(path)).collect()
}

/// The resource that a file belongs to.
fn resource_of(path: &str) -> Option<(&str, &str)> {
    let (category, rest) = path.split_once('/')?;
    Some((category, rest.split_once('/')?.0))
}

fn backend_config(
    state: &mut ProjectState,
    base: &Record,
    theirs: &Record,
    mode: Mode,
    files: &BTreeMap<String, Outcome>,
) -> Result<Vec<String>, Error> {
    let of = |record: &Record| -> Option<Value> { serde_json::from_slice(record.file("backend-config.json")?).ok() };
    let ours = state.backend_config.clone();
    let mut conflicts = Vec::new();
    // Before its first push an environment has no list of resources, and that says the same as an empty one.
    let empty = || Value::Object(serde_json::Map::new());
    let (base, theirs) = (of(base).unwrap_or_else(empty), of(theirs).unwrap_or_else(empty));
    let merged = merge::json(Some(&base), Some(&theirs), Some(&ours.document().value), mode, &mut conflicts);
    state.backend_config.document_mut().value = merged.unwrap_or_else(empty);
    // A category whose last resource went is no category any more.
    let categories = state.backend_config.document_mut().object_mut();
    categories.retain(|category, section| {
        section.as_object().is_none_or(|section| !section.is_empty())
            || ours.document().object().get(category) == Some(section)
    });
    for resource in ours.resources() {
        let folder = format!("{}/{}/", resource.category, resource.name);
        let stays = files
            .iter()
            .any(|(path, outcome)| path.starts_with(&folder) && matches!(outcome, Outcome::Kept | Outcome::Conflict));
        // What was changed here stays, so the resource that it belongs to stays, too.
        if stays && !state.backend_config.contains(resource.category, resource.name) {
            state.backend_config.insert(resource.category, resource.name, resource.entry.clone());
            conflicts.push(format!("{}.{}", resource.category, resource.name));
        }
    }
    Ok(conflicts)
}

/// Makes `amplify-meta.json` again, of the resources as they are listed now.
fn reseed(state: &mut ProjectState, project: &Project) -> Result<(), Error> {
    let Ok(name) = state.environment().map(str::to_owned) else { return Ok(()) };
    let backend_config = state.cloud_backend_config.clone();
    let deployed = state.cloud_meta.clone().map(|meta| DeployedBackend { meta, backend_config });
    Ok(environments::checkout(state, &name, project.root(), deployed)?)
}
