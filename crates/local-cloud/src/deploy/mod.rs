//! Deploys a root stack: locked, recorded, and committed by one rename, or undone.

mod engine;
mod observe;
mod resource;
mod template_url;
mod undo;

use std::{path::PathBuf, time::Duration};

use engine::{Engine, Halt, Wanted};
use indexmap::IndexMap;
pub use observe::{Counts, Deployed, Event, Observer, RecordedResource};
use serde_json::{Map, Value};

use crate::{
    Error, LocalCloud,
    handlers::{Deletion, STACK, Workshop, handler},
    journal::{self, Journal},
    lock::Lock,
    paths::Paths,
    state::{Discarded, StackState, State},
    store, sweep,
    tables::Tables,
};

/// How long a second process waits for a first; deployments take a fraction of a second.
pub(crate) const PATIENCE: Duration = Duration::from_millis(500);

/// What to deploy.
#[derive(Clone, Debug, Default)]
pub struct Deploy {
    /// The root stack's name.
    pub stack_name: String,
    /// Its template.
    pub template: Value,
    /// Its parameters.
    pub parameters: Map<String, Value>,
    /// Files for the deployment bucket: nested templates and function code.
    pub uploads: Vec<Upload>,
}

/// A file for the deployment bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Its key in the bucket.
    pub key: String,
    /// The file.
    pub path: PathBuf,
}

impl LocalCloud {
    /// Brings the environment to what the template says. An unchanged template changes nothing.
    ///
    /// # Errors
    /// Whatever makes it fail; then the environment is as it was before.
    pub fn deploy(&self, request: &Deploy, observer: &mut dyn Observer) -> Result<Deployed, Error> {
        let _lock = Lock::take(&self.paths.deploy_lock(), "a deployment", PATIENCE)?;
        let mut state = self.recover(observer)?;
        if let Some(stack) = &state.stack
            && stack.name != request.stack_name
        {
            return Err(Error::OtherStack { found: stack.name.clone(), wanted: request.stack_name.clone() });
        }
        let old = state.stack.take();
        let workshop = Workshop {
            deployment_bucket: deployment_bucket(old.as_ref(), request),
            ..workshop(&self.paths, request.uploads.clone())
        };
        workshop.store_uploads()?;

        let before = State { stack: old.clone(), ..state.clone() };
        let mut engine = Engine {
            workshop,
            journal: Journal::begin(&self.paths.journal(), state.serial)?,
            exports: before.exports(),
            owned: owned(old.as_ref()),
            state,
            observer,
            counts: Counts::default(),
            discarded: Vec::new(),
            open: Vec::new(),
        };
        let wanted = Wanted {
            name: request.stack_name.clone(),
            id: engine::stack_id(&before.region, &before.account_id, &request.stack_name),
            path: "",
            template: request.template.clone(),
            parameters: request.parameters.clone(),
        };
        match engine.stack(old.as_ref(), wanted) {
            Ok(stack) => self.commit(engine, &before, stack),
            Err(halt) => Err(self.roll_back(engine, &before, &request.stack_name, halt)),
        }
    }

    /// Makes a finished walk the environment's state, then deletes what is no longer needed.
    fn commit(&self, engine: Engine<'_>, before: &State, stack: StackState) -> Result<Deployed, Error> {
        let Engine { mut workshop, mut state, journal, observer, mut counts, discarded, .. } = engine;
        let mut leftovers = Vec::new();
        state.stack = Some(stack);
        state.cleanup = discarded;
        if state != *before {
            state.serial = before.serial + 1;
            state.save(&self.paths.state())?;
        }
        journal.end()?;
        if !state.cleanup.is_empty() {
            counts.deleted = clean_up(&mut state, &mut workshop, observer, &mut leftovers);
            state.save(&self.paths.state())?;
        }
        sweep::functions(&self.paths, &state)?;
        let Some(stack) = state.stack else { return Ok(Deployed::default()) };
        Ok(report(&stack, counts, leftovers))
    }

    /// Undoes what was done.
    fn roll_back(&self, engine: Engine<'_>, before: &State, stack_name: &str, halt: Halt) -> Error {
        let Engine { mut workshop, journal, observer, .. } = engine;
        let update = before.stack.is_some();
        let tell = |status: &'static str, reason: Option<String>, observer: &mut dyn Observer| {
            observer.event(&Event { path: stack_name.into(), resource_type: STACK.into(), status, reason });
        };
        let why = match &halt {
            Halt::Cancelled => "interrupted".to_owned(),
            Halt::Failed { path, reason, .. } => format!("{path}: {reason}"),
            Halt::Template { stack, findings, .. } => format!("{stack}: {}", findings.join("; ")),
            Halt::Fatal(error) => error.to_string(),
        };
        let begun = if update { "UPDATE_ROLLBACK_IN_PROGRESS" } else { "ROLLBACK_IN_PROGRESS" };
        tell(begun, Some(why), observer);
        let leftovers = undo::undo(&journal.newest_first(), &mut workshop, observer);
        let (done, failed) = if update {
            ("UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED")
        } else {
            ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED")
        };
        tell(if leftovers.is_empty() { done } else { failed }, None, observer);
        // A record that stays behind is undone once more by the next deployment, which does no harm.
        let ended = journal.end().and_then(|()| Ok(sweep::functions(&self.paths, before)?));
        match halt {
            Halt::Cancelled => Error::Cancelled,
            Halt::Failed { path, resource_type, reason } => Error::Resource { path, resource_type, reason, leftovers },
            Halt::Template { stack, findings, hints } => Error::Template { stack, findings, hints },
            Halt::Fatal(error) => ended.err().unwrap_or(error),
        }
    }

    /// Reads the state, after bringing to its end what an interrupted deployment or deletion began.
    pub(crate) fn recover(&self, observer: &mut dyn Observer) -> Result<State, Error> {
        if self.paths.trash().exists() {
            self.empty_trash()?;
        }
        // Files of a process that was killed; if another one holds the lock, they are its own.
        if self.paths.data_lock().exists() && Lock::attempt(&self.paths.data_lock(), "a look")?.is_some() {
            store::remove_file(&self.paths.serving())?;
        }
        let mut state = self.state()?.unwrap_or_else(|| State::empty(&self.region, &self.account_id));
        let steps = journal::unfinished(&self.paths.journal(), state.serial)?;
        let mut workshop = workshop(&self.paths, Vec::new());
        if !steps.is_empty() {
            undo::undo(&steps, &mut workshop, observer);
        }
        store::remove_file(&self.paths.journal())?;
        if !state.cleanup.is_empty() {
            clean_up(&mut state, &mut workshop, observer, &mut Vec::new());
            state.save(&self.paths.state())?;
        }
        Ok(state)
    }
}

/// Deletes what a committed deployment no longer needs. What resists is kept among the retained.
fn clean_up(
    state: &mut State,
    workshop: &mut Workshop,
    observer: &mut dyn Observer,
    leftovers: &mut Vec<String>,
) -> u32 {
    let mut deleted = 0;
    for gone in std::mem::take(&mut state.cleanup) {
        let Discarded { path, resource_type, physical_id } = &gone;
        let mut tell = |status, reason| {
            observer.event(&Event { path: path.clone(), resource_type: resource_type.clone(), status, reason });
        };
        tell("DELETE_IN_PROGRESS", None);
        match handler(resource_type).delete(workshop, physical_id, Deletion::Careful) {
            Ok(()) => {
                tell("DELETE_COMPLETE", None);
                deleted += u32::from(resource_type != STACK);
            }
            Err(reason) => {
                leftovers.push(format!("`{path}` was not deleted: {reason}"));
                tell("DELETE_FAILED", Some(reason));
                state.retained.push(gone);
            }
        }
    }
    deleted
}

fn workshop(paths: &Paths, uploads: Vec<Upload>) -> Workshop {
    Workshop { paths: paths.clone(), tables: Tables::new(paths), uploads, deployment_bucket: None }
}

/// The bucket that uploads go to: the root stack's own, also while it is not made yet.
fn deployment_bucket(old: Option<&StackState>, request: &Deploy) -> Option<String> {
    const LOGICAL_ID: &str = "DeploymentBucket";
    let deployed = old.and_then(|stack| stack.resources.get(LOGICAL_ID)).map(|bucket| bucket.physical_id.clone());
    deployed.or_else(|| request.parameters.get("DeploymentBucketName")?.as_str().map(str::to_owned))
}

/// The names that the services here have in use for this environment.
fn owned(stack: Option<&StackState>) -> std::collections::BTreeSet<(String, String)> {
    let mut names = std::collections::BTreeSet::new();
    if let Some(stack) = stack {
        stack.walk("", &mut |_, resource| {
            if !resource.recorded {
                names.insert((resource.resource_type.clone(), resource.physical_id.clone()));
            }
        });
    }
    names
}

/// Types that a deployment only records, but that the services read: they run while the environment is served.
const SERVED: [&str; 4] =
    ["AWS::ApiGateway::Deployment", "AWS::ApiGateway::RestApi", "AWS::Events::Rule", "AWS::Lambda::EventSourceMapping"];

fn report(stack: &StackState, counts: Counts, leftovers: Vec<String>) -> Deployed {
    let mut recorded = Vec::new();
    stack.walk("", &mut |path, resource| {
        if resource.recorded && !SERVED.contains(&resource.resource_type.as_str()) {
            recorded.push(RecordedResource { path: path.to_owned(), resource_type: resource.resource_type.clone() });
        }
    });
    let nested: IndexMap<_, _> = stack
        .resources
        .iter()
        .filter_map(|(id, resource)| Some((id.clone(), resource.stack.as_ref()?.output_values())))
        .collect();
    Deployed { stack_id: stack.id.clone(), outputs: stack.output_values(), nested, recorded, counts, leftovers }
}
