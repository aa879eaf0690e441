//! From the project folder to the deployment that it asks for.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::PathBuf,
    sync::Arc,
};

use amplify_project::{Project, ProjectState};

use crate::{
    Assembly, Environment, Error, NestedStack, Note, Secret, Skipped,
    assembly::{Source, Upload},
    deployed,
    folder::Folder,
    kept_secrets,
    keys::Keys,
    recorded::Recorded,
    references::{self, references},
    resource::Entry,
    retention, root, skip,
    stage::{Outcome, Side, Stage, Staged},
    tags,
    trust::Trust,
};

/// How to assemble.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Code of functions that is built: category and resource, then the file. Without it the deployment is complete except
    /// for the code files, whose names follow from the sources; that is enough for a plan.
    pub artifacts: BTreeMap<(String, String), Artifact>,
    /// Deploy these resources only; all others stay as they are.
    pub only: Option<Only>,
    /// Resources whose files were made for this deployment elsewhere: category and resource, then where.
    pub prepared: BTreeMap<(String, String), Prepared>,
}

/// Where a resource is deployed from, if not from its own folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prepared {
    /// This folder, which stands for the resource's own.
    Folder(PathBuf),
    /// From nowhere, for this reason, unless its own folder holds what is deployed.
    Impossible(String),
}

/// A built code file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// Its name in `amplify-builds/`.
    pub upload_name: String,
    /// Where it is.
    pub path: PathBuf,
}

/// Which resources to deploy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Only {
    /// Those of this category.
    pub category: String,
    /// Only the one of this name.
    pub resource: Option<String>,
}

impl Only {
    /// Whether a resource is among them by itself; resources that it needs may join.
    pub fn matches(&self, category: &str, resource: &str) -> bool {
        self.category == category && self.resource.as_deref().is_none_or(|name| name == resource)
    }
}

/// Assembles the deployment that the project folder asks for in its current environment.
///
/// Resources without a template are skipped by name and reason; if an earlier version of one is deployed, that version
/// stays part of the deployment. Without a current environment, names stand in for what a new one would have.
///
/// # Errors
/// Files that cannot be read or parsed, references to resources or outputs that do not exist, and circles.
pub fn assemble(project: &Project, state: &ProjectState, options: &Options) -> Result<Assembly, Error> {
    let environment = Environment::of(state);
    let recorded = Recorded::read(project, &environment)?;
    let entries = Entry::all(&state.meta);
    let before = state.cloud_meta.as_ref().map(|meta| Entry::all(meta)).unwrap_or_default();
    references::check_dependencies(&entries)?;
    let mut draft = Draft::new(&entries, &before, options);

    let side = Side::Wanted(options);
    let stage = Stage { project, environment: &environment, recorded: recorded.as_ref(), side };
    for entry in &entries {
        if draft.selected.contains(&entry.logical_id()) {
            match stage.resource(entry)? {
                Outcome::Ready(staged) => draft.ready.push(*staged),
                Outcome::Skipped(reason) => draft.skip(&entry.category, &entry.name, reason),
            }
        }
    }
    draft.skip_dependants();
    let lacking: Vec<String> = draft.ready.iter().flat_map(|staged| staged.lacking.clone()).collect();
    if !lacking.is_empty() && environment.initialized {
        return Err(Error::SecretsMissing { environment: environment.name, names: lacking });
    }
    let trust = Trust::of(recorded.as_ref());
    if environment.initialized && draft.keeps_something() {
        let earlier = deployed::stacks(project, &environment, &before, recorded.as_ref())?;
        draft.keep(earlier.stacks)?;
    }

    let order = positions(&entries);
    let Draft { ready, kept, mut skipped, .. } = draft;
    skipped.sort_by_key(|skipped| order.get(&format!("{}{}", skipped.category, skipped.resource)).copied());
    let mut uploads = Vec::new();
    let mut notes = Vec::new();
    let mut stacks = address(ready, &kept, &before, &environment, &mut uploads, &mut notes);
    stacks.extend(kept);
    stacks.sort_by_key(|stack| order.get(&stack.logical_id).copied().unwrap_or(usize::MAX));
    distinct(&stacks)?;
    trust.break_circle(&mut stacks, &environment);
    references::check(&stacks)?;

    let mut template = root::with_stacks(&stacks);
    // The bucket of an environment that exists stays as it was made: a plan shows what was asked for, and nobody asked.
    if let Some(bucket) = recorded.as_ref().and_then(|recorded| recorded.template.pointer(root::BUCKET))
        && let Some(place) = template.pointer_mut(root::BUCKET)
    {
        place.clone_from(bucket);
    }
    trust.complete(&mut template, &stacks, recorded.as_ref());
    amplify_cfn::localize(&mut template, &environment.region);
    let mut known: Vec<Secret> = entries.iter().flat_map(|entry| environment.secrets_of(entry)).collect();
    known.extend(recorded.iter().flat_map(|recorded| kept_secrets::declared(&recorded.template)));
    let secrets = kept_secrets::declare(&mut template, &stacks, &known);
    let backend = Folder::new(project.root(), project.paths().backend());
    let tags = tags::of(&backend, &environment)?;
    tags::note(&mut template, &tags, recorded.as_ref());
    // Where something stays as it was deployed, so does what is known of it.
    let retains = match stacks.iter().any(|stack| stack.kept) {
        true => retention::is_deployed(recorded.as_ref()),
        false => environment.protected,
    };
    retention::note(&mut template, retains);
    Ok(Assembly {
        stack_name: environment.stack_name.clone(),
        parameters: environment.parameters.clone(),
        template,
        stacks,
        uploads,
        skipped,
        notes,
        tags,
        environment,
        secrets,
        recorded: false,
    })
}

fn positions(entries: &[Entry]) -> HashMap<String, usize> {
    entries.iter().enumerate().map(|(index, entry)| (entry.logical_id(), index)).collect()
}

/// The deployment while it is decided what belongs to it.
struct Draft {
    /// Logical ids of the resources that are deployed from the project.
    selected: HashSet<String>,
    /// Logical ids of resources that are deployed and stay as they are, if their earlier version is known.
    keep: HashSet<String>,
    ready: Vec<Staged>,
    kept: Vec<NestedStack>,
    skipped: Vec<Skipped>,
    uploaded: HashSet<String>,
}

impl Draft {
    fn new(entries: &[Entry], before: &[Entry], options: &Options) -> Self {
        let uploaded: HashSet<String> =
            before.iter().filter(|entry| entry.was_uploaded()).map(Entry::logical_id).collect();
        let selected = match &options.only {
            None => entries.iter().map(Entry::logical_id).collect(),
            Some(only) => with_needs(entries, &uploaded, only),
        };
        // A resource that is gone from the project is deleted, unless this deployment is about others.
        let keep = match &options.only {
            None => HashSet::new(),
            Some(only) => before
                .iter()
                .filter(|entry| !only.matches(&entry.category, &entry.name))
                .map(Entry::logical_id)
                .filter(|id| !selected.contains(id))
                .collect(),
        };
        Self { selected, keep, ready: Vec::new(), kept: Vec::new(), skipped: Vec::new(), uploaded }
    }

    fn skip(&mut self, category: &str, resource: &str, reason: String) {
        let id = format!("{category}{resource}");
        let deployed = self.uploaded.contains(&id);
        let reason = if deployed { reason + skip::KEPT } else { reason };
        self.skipped.push(Skipped { category: category.to_owned(), resource: resource.to_owned(), reason });
        if deployed {
            self.keep.insert(id);
        }
    }

    /// Skips what needs something that is skipped, until nothing does.
    fn skip_dependants(&mut self) {
        loop {
            let missing: HashMap<String, String> = self
                .skipped
                .iter()
                .map(|skipped| (format!("{}{}", skipped.category, skipped.resource), skipped))
                .filter(|(id, _)| !self.keep.contains(id))
                .map(|(id, skipped)| (id, format!("{}/{}", skipped.category, skipped.resource)))
                .collect();
            let found = self.ready.iter().position(|staged| needs(staged, &missing).is_some());
            let Some(index) = found else { return };
            let staged = self.ready.remove(index);
            let other = needs(&staged, &missing).unwrap_or_default();
            self.skip(&staged.stack.category, &staged.stack.resource, skip::needs(other));
        }
    }

    fn keeps_something(&self) -> bool {
        !self.keep.is_empty()
    }

    /// Carries over the earlier versions. Leaving one out would delete it, so all must be known.
    fn keep(&mut self, earlier: Vec<NestedStack>) -> Result<(), Error> {
        let kept = earlier.into_iter().filter(|stack| self.keep.contains(&stack.logical_id));
        self.kept = kept.map(|stack| NestedStack { kept: true, ..stack }).collect();
        let known: HashSet<&str> = self.kept.iter().map(|stack| stack.logical_id.as_str()).collect();
        let lost = |skipped: &&Skipped| {
            let id = format!("{}{}", skipped.category, skipped.resource);
            self.keep.contains(&id) && !known.contains(id.as_str())
        };
        match self.skipped.iter().find(lost) {
            Some(skipped) => Err(Error::DeployedUnknown {
                resource: format!("{}/{}", skipped.category, skipped.resource),
                reason: skipped.reason.trim_end_matches(skip::KEPT).to_owned(),
            }),
            None => Ok(()),
        }
    }
}

fn needs<'m>(staged: &Staged, missing: &'m HashMap<String, String>) -> Option<&'m str> {
    let found = staged.stack.parameters.values().flat_map(references);
    found.into_iter().find_map(|reference| missing.get(&reference.target).map(String::as_str))
}

/// The selected resources, and those that they need and that were never deployed.
fn with_needs(entries: &[Entry], uploaded: &HashSet<String>, only: &Only) -> HashSet<String> {
    let by_id: HashMap<String, &Entry> = entries.iter().map(|entry| (entry.logical_id(), entry)).collect();
    let mut pending: Vec<String> =
        entries.iter().filter(|entry| only.matches(&entry.category, &entry.name)).map(Entry::logical_id).collect();
    let mut selected = HashSet::new();
    while let Some(id) = pending.pop() {
        let Some(entry) = by_id.get(&id) else { continue };
        if !selected.insert(id) {
            continue;
        }
        for dependency in entry.depends_on() {
            let text = |key: &str| dependency.get(key).and_then(|value| value.as_str()).unwrap_or_default();
            let needed = format!("{}{}", text("category"), text("resourceName"));
            if !uploaded.contains(&needed) {
                pending.push(needed);
            }
        }
    }
    selected
}

/// Gives each stack its place in the deployment bucket, and collects the files.
fn address(
    ready: Vec<Staged>,
    kept: &[NestedStack],
    before: &[Entry],
    environment: &Environment,
    uploads: &mut Vec<Upload>,
    notes: &mut Vec<Note>,
) -> Vec<NestedStack> {
    let mut keys = Keys::default();
    for stack in kept {
        keys.claim(&stack.template_key);
    }
    let recorded: HashMap<String, String> = before
        .iter()
        .filter_map(|entry| {
            let key = deployed::key_of(entry.template_url()?, environment)?;
            Some((entry.logical_id(), key))
        })
        .collect();
    let earlier: Vec<Option<String>> = ready
        .iter()
        .map(|staged| {
            let key = recorded.get(&staged.stack.logical_id)?;
            (key.ends_with(&format!("/{}", staged.file_name)) && keys.claim(key)).then(|| key.clone())
        })
        .collect();
    let mut stacks = Vec::new();
    for (staged, earlier) in ready.into_iter().zip(earlier) {
        let Staged { mut stack, file_name, uploads: own, notes: own_notes, .. } = staged;
        let key = earlier.unwrap_or_else(|| keys.choose(&stack.category, &stack.resource, &file_name));
        stack.template_url = root::url(environment, &key);
        stack.template_key.clone_from(&key);
        let source = Source::Bytes(Arc::new(stack.template.bytes().to_vec()));
        uploads.push(Upload { key, source });
        uploads.extend(own);
        notes.extend(own_notes.into_iter().map(|text| Note {
            category: stack.category.clone(),
            resource: stack.resource.clone(),
            text,
        }));
        stacks.push(stack);
    }
    stacks
}

fn distinct(stacks: &[NestedStack]) -> Result<(), Error> {
    let mut seen: HashMap<&str, &NestedStack> = HashMap::new();
    for stack in stacks {
        if let Some(first) = seen.insert(&stack.logical_id, stack) {
            return Err(Error::SameLogicalId {
                first: first.label(),
                second: stack.label(),
                logical_id: stack.logical_id.clone(),
            });
        }
    }
    Ok(())
}
