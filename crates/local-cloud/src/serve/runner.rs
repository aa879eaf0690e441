//! Runs deployed functions for the services: those that an API or a user pool calls, and those that a change starts.

use std::sync::{Arc, mpsc};

use serde_json::Value;
use tokio::sync::{Semaphore, watch};

use super::{Endpoints, Notice};
use crate::{
    Error, Invocation, Invoke, LocalCloud,
    handlers::CODE,
    state::{ResourceState, State},
};

/// How many functions run at once; further ones wait.
const SLOTS: usize = 8;

/// Starts functions that are deployed.
#[derive(Clone)]
pub(super) struct Runner {
    cloud: LocalCloud,
    endpoints: Endpoints,
    slots: Arc<Semaphore>,
    notices: mpsc::Sender<Notice>,
    stopped: watch::Receiver<bool>,
}

/// Why a function did not run.
#[derive(Debug)]
pub(super) enum Refusal {
    /// No function of this ARN is deployed.
    Missing,
    /// It may run zero times at once.
    Throttled,
    /// It cannot be started here, or the services stop.
    Failed(Error),
}

/// A function as it is deployed.
pub(super) struct Target {
    pub(super) name: String,
    properties: Value,
    code: String,
}

impl Runner {
    pub(super) fn new(
        cloud: &LocalCloud,
        endpoints: Endpoints,
        notices: mpsc::Sender<Notice>,
        stopped: watch::Receiver<bool>,
    ) -> Self {
        Self { cloud: cloud.clone(), endpoints, slots: Arc::new(Semaphore::new(SLOTS)), notices, stopped }
    }

    /// What is deployed now.
    pub(super) fn state(&self) -> Option<State> {
        self.cloud.state().ok().flatten()
    }

    /// The data of the environment.
    pub(super) fn cloud(&self) -> &LocalCloud {
        &self.cloud
    }

    /// Resolves when the services are to stop.
    pub(super) fn ended(&self) -> impl Future<Output = ()> + use<> {
        super::ended(self.stopped.clone())
    }

    /// Tells whoever serves.
    pub(super) fn tell(&self, notice: Notice) {
        // Nobody may be listening.
        let _ = self.notices.send(notice);
    }

    /// Tells whoever serves, in a line.
    pub(super) fn report(&self, line: String) {
        self.tell(Notice::Report(line));
    }

    /// Runs a function with an event when there is room for it. What it logs is told.
    pub(super) async fn run(&self, target: Target, event: Value) -> Result<Invocation, Refusal> {
        let stopping = || Refusal::Failed(Error::Cancelled);
        let slot = Arc::clone(&self.slots).acquire_owned().await.map_err(|_| stopping())?;
        let runner = self.clone();
        let run = move || {
            let invocation = runner.run_here(target, event);
            drop(slot);
            invocation
        };
        tokio::task::spawn_blocking(run).await.map_err(|_| stopping())?
    }

    /// Runs a function on this thread, for a caller that waits for it. What it logs is told.
    pub(super) fn run_here(&self, target: Target, event: Value) -> Result<Invocation, Refusal> {
        if target.properties["ReservedConcurrentExecutions"] == 0 {
            return Err(Refusal::Throttled);
        }
        let name = target.name.clone();
        let invoke = Invoke {
            code_dir: self.cloud.paths.functions().join(target.code),
            function: target.name,
            properties: target.properties,
            event,
            time_limit: None,
            endpoints: self.endpoints,
        };
        let invocation = self.cloud.invoke(&invoke, &mut || *self.stopped.borrow()).map_err(Refusal::Failed)?;
        let mut text = invocation.log.clone();
        if let Err(failure) = &invocation.outcome {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            text.push_str(&format!("{}: {}\n", failure.error_type, failure.message));
        }
        if !text.is_empty() {
            self.tell(Notice::Log { function: name, text });
        }
        Ok(invocation)
    }
}

impl Refusal {
    /// In words.
    pub(super) fn reason(&self) -> String {
        match self {
            Self::Missing => "no such function is deployed".into(),
            Self::Throttled => "its reserved concurrency is 0".into(),
            Self::Failed(error) => error.to_string(),
        }
    }
}

/// Every resource of an environment.
pub(super) fn resources(state: &State) -> Vec<&ResourceState> {
    let mut all = Vec::new();
    if let Some(stack) = &state.stack {
        stack.walk("", &mut |_, resource| all.push(resource));
    }
    all
}

/// The function that an ARN names; a version or alias behind it makes no difference here.
pub(super) fn target(state: &State, arn: &str) -> Result<Target, Refusal> {
    let name = match arn.split(':').collect::<Vec<_>>().as_slice() {
        [_, _, "lambda", _, _, "function", name, ..] => *name,
        _ => arn,
    };
    let found = resources(state)
        .into_iter()
        .find(|resource| resource.resource_type == "AWS::Lambda::Function" && resource.physical_id == name);
    let code = |resource: &ResourceState| resource.facts.get(CODE).and_then(Value::as_str).map(str::to_owned);
    found
        .and_then(|resource| {
            let properties = resource.properties.clone();
            Some(Target { name: resource.physical_id.clone(), properties, code: code(resource)? })
        })
        .ok_or(Refusal::Missing)
}
