//! Which resources differ from what was deployed last, and in which files.

use std::{collections::HashMap, ops::ControlFlow};

use serde::Serialize;
use serde_json::{Map, Value};

pub use crate::tree::DifferenceKind;
use crate::{AmplifyMeta, Entries, Error, Paths, Project, ProjectState, ResourceRef, tree::Comparer};

/// What the next push does with a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum Operation {
    /// It was never deployed.
    Create,
    /// Its files differ from the deployed copy.
    Update,
    /// It is deployed and no longer in the project.
    Delete,
    /// Nothing.
    #[serde(rename = "No Change")]
    NoChange,
}

impl Operation {
    /// As the status table spells it: `No Change`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "Create",
            Self::Update => "Update",
            Self::Delete => "Delete",
            Self::NoChange => "No Change",
        }
    }
}

impl std::fmt::Display for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One line of the status table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// As recorded, such as `storage`.
    pub category: String,
    /// The resource's name.
    pub name: String,
    /// Such as `S3`; empty if none is recorded.
    pub service: String,
    /// What the next push does.
    pub operation: Operation,
    /// The `providerPlugin`; empty for resources that no provider deploys.
    pub provider: String,
}

/// Which resources are asked about.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter<'f> {
    /// Only this category.
    pub category: Option<&'f str>,
    /// Only this resource.
    pub name: Option<&'f str>,
}

impl Filter<'_> {
    fn matches(&self, category: &str, name: &str) -> bool {
        self.category.is_none_or(|wanted| wanted == category) && self.name.is_none_or(|wanted| wanted == name)
    }
}

/// A file that makes a resource differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileDifference {
    /// Below the resource's folder, with forward slashes.
    pub path: String,
    /// How it differs.
    #[serde(rename = "change")]
    pub kind: DifferenceKind,
}

impl Serialize for DifferenceKind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Added => "added",
            Self::Modified => "modified",
            Self::Removed => "removed",
        })
    }
}

/// All rows: Create, Update, Delete, No Change, each in recorded order.
///
/// # Errors
/// A resource folder that cannot be read.
pub fn rows(project: &Project, state: &ProjectState) -> Result<Vec<Row>, Error> {
    rows_of(project, state, Filter::default())
}

/// The rows of some resources, and of the resources that these depend on and that were never deployed.
///
/// # Errors
/// A resource folder that cannot be read.
pub fn rows_of(project: &Project, state: &ProjectState, filter: Filter<'_>) -> Result<Vec<Row>, Error> {
    let none = AmplifyMeta::new();
    let sides = Sides { local: &state.meta, deployed: state.cloud_meta.as_ref().unwrap_or(&none) };
    let wanted: Vec<_> =
        sides.local.resources().filter(|resource| filter.matches(resource.category, resource.name)).collect();

    let mut create: Vec<_> = wanted.iter().filter(|resource| sides.is_new(resource)).copied().collect();
    sides.append_dependencies(&mut create);
    let candidates: Vec<_> = wanted.iter().filter(|resource| !sides.is_new(resource)).copied().collect();
    let changed = changed(&project.paths(), &sides, &candidates)?;

    let mut rows: Vec<Row> = create.into_iter().map(|resource| row(resource, Operation::Create)).collect();
    let of = |flag: bool, operation| {
        let marked = candidates.iter().zip(&changed).filter(move |(_, changed)| **changed == flag);
        marked.map(move |(resource, _)| row(*resource, operation))
    };
    rows.extend(of(true, Operation::Update));
    rows.extend(
        sides
            .deployed
            .resources()
            .filter(|resource| filter.matches(resource.category, resource.name))
            .filter(|resource| !sides.local.contains(resource.category, resource.name))
            .map(|resource| row(resource, Operation::Delete)),
    );
    rows.extend(of(false, Operation::NoChange));
    Ok(rows)
}

/// The files by which a resource differs from its deployed copy, in path order.
///
/// # Errors
/// No such resource on either side, or a folder that cannot be read.
pub fn explain(
    project: &Project,
    state: &ProjectState,
    category: &str,
    name: &str,
) -> Result<Vec<FileDifference>, Error> {
    let known = |meta: &AmplifyMeta| meta.contains(category, name);
    if !known(&state.meta) && !state.cloud_meta.as_ref().is_some_and(known) {
        return Err(state.unknown_resource(category, name));
    }
    let paths = project.paths();
    let mut found = Vec::new();
    let (local, deployed) = (paths.resource(category, name), paths.cloud_resource(category, name));
    let _ = Comparer::new().differences(&local, &deployed, &mut |path, kind| {
        found.push(FileDifference { path: path.to_owned(), kind });
        ControlFlow::Continue(())
    })?;
    Ok(found)
}

struct Sides<'s> {
    local: &'s Entries,
    deployed: &'s Entries,
}

impl<'s> Sides<'s> {
    fn is_new(&self, resource: &ResourceRef<'_>) -> bool {
        !is_marked_pushed(resource.entry) || !self.deployed.contains(resource.category, resource.name)
    }

    fn append_dependencies(&self, create: &mut Vec<ResourceRef<'s>>) {
        let mut listed: HashMap<(&str, &str), ()> =
            create.iter().map(|resource| ((resource.category, resource.name), ())).collect();
        let mut next = 0;
        while let Some(resource) = create.get(next).copied() {
            next += 1;
            for dependency in resource.depends_on() {
                let Some(target) = self.find(&dependency.category, &dependency.name) else { continue };
                if self.is_new(&target) && listed.insert((target.category, target.name), ()).is_none() {
                    create.push(target);
                }
            }
        }
    }

    fn find(&self, category: &str, name: &str) -> Option<ResourceRef<'s>> {
        let section = self.local.document().object().get_key_value(category)?;
        let (name, entry) = section.1.as_object()?.get_key_value(name)?;
        Some(ResourceRef { category: section.0, name, entry: entry.as_object()? })
    }
}

/// JavaScript's notion of "is set" is enough: the original never asks what the value is.
fn is_marked_pushed(entry: &Map<String, Value>) -> bool {
    match entry.get("lastPushTimeStamp") {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Number(number)) => number.as_f64() != Some(0.0),
        Some(_) => true,
    }
}

fn row(resource: ResourceRef<'_>, operation: Operation) -> Row {
    Row {
        category: resource.category.to_owned(),
        name: resource.name.to_owned(),
        service: resource.service().to_owned(),
        operation,
        provider: resource.provider().to_owned(),
    }
}

/// Below this many folders, starting threads costs more than it saves.
const WORTH_A_THREAD: usize = 64;

fn changed(paths: &Paths, sides: &Sides<'_>, resources: &[ResourceRef<'_>]) -> Result<Vec<bool>, Error> {
    let of = |resources: &[ResourceRef<'_>]| -> Result<Vec<bool>, Error> {
        let mut comparer = Comparer::new();
        let one = |resource: &ResourceRef<'_>| {
            let deployed = sides.deployed.entry(resource.category, resource.name);
            if !deployed.is_some_and(is_marked_pushed) {
                return Ok(false);
            }
            let deployed = paths.cloud_resource(resource.category, resource.name);
            comparer.differ(&paths.resource(resource.category, resource.name), &deployed)
        };
        resources.iter().map(one).collect()
    };
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get().min(8));
    if resources.len() < WORTH_A_THREAD || threads == 1 {
        return of(resources);
    }
    let share = resources.len().div_ceil(threads);
    std::thread::scope(|scope| {
        let workers: Vec<_> = resources.chunks(share).map(|chunk| scope.spawn(move || of(chunk))).collect();
        let mut all = Vec::with_capacity(resources.len());
        for worker in workers {
            match worker.join() {
                Ok(part) => all.extend(part?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(all)
    })
}
