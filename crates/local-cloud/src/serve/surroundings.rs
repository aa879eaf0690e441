//! What user pools see of the environment: what is deployed, its functions, and who hears of their messages.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use amplify_local_identity::{Directory, Environment, Message, Resource, TriggerFault};
use serde_json::Value;

use super::runner::{self, Refusal, Runner};
use crate::State;

/// Something that the person at the terminal wants to see.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Notice {
    /// A message that a user pool would send.
    Message(Message),
    /// What happened, in a line: a request to an API, a function that a change started.
    Report(String),
    /// What a function wrote that a service called.
    Log {
        /// The function's name.
        function: String,
        /// What it wrote, and how it failed.
        text: String,
    },
}

/// Tells one version of the state file from another.
type Stamp = (SystemTime, u64);

/// What is deployed, as it was read last.
type Read = (Stamp, Arc<State>, Arc<Directory>);

/// The environment that is served.
pub(super) struct Surroundings {
    runner: Runner,
    read: Mutex<Option<Read>>,
}

impl Surroundings {
    pub(super) fn new(runner: Runner) -> Self {
        Self { runner, read: Mutex::default() }
    }

    /// The state, read again when a deployment has replaced it.
    fn current(&self) -> Result<(Arc<State>, Arc<Directory>), String> {
        let stamp = fs_err::metadata(self.runner.cloud().paths.state())
            .and_then(|metadata| Ok((metadata.modified()?, metadata.len())))
            .ok();
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(stamp), Some((known, state, directory))) = (stamp, &*read)
            && stamp == *known
        {
            return Ok((state.clone(), directory.clone()));
        }
        let state = self.runner.cloud().state().map_err(|error| error.to_string())?;
        let state = Arc::new(
            state.unwrap_or_else(|| State::empty(&self.runner.cloud().region, &self.runner.cloud().account_id)),
        );
        let directory = Arc::new(directory(&state));
        *read = stamp.map(|stamp| (stamp, state.clone(), directory.clone()));
        Ok((state, directory))
    }
}

fn directory(state: &State) -> Directory {
    let mut resources = Vec::new();
    if let Some(stack) = &state.stack {
        stack.walk("", &mut |_, resource| {
            resources.push(Resource {
                resource_type: &resource.resource_type,
                physical_id: &resource.physical_id,
                properties: &resource.properties,
                attributes: &resource.attributes,
            });
        });
    }
    Directory::new(&state.region, &state.account_id, resources)
}

impl Environment for Surroundings {
    fn directory(&self) -> Result<Arc<Directory>, String> {
        self.current().map(|(_, directory)| directory)
    }

    fn invoke(&self, arn: &str, event: &Value) -> Result<Value, TriggerFault> {
        let (state, _) = self.current().map_err(TriggerFault::Unreachable)?;
        let unreachable = |refusal: Refusal| TriggerFault::Unreachable(format!("{arn}: {}", refusal.reason()));
        let target = runner::target(&state, arn).map_err(unreachable)?;
        let invocation = self.runner.run_here(target, event.clone()).map_err(unreachable)?;
        invocation.outcome.map_err(|failure| TriggerFault::Failed(failure.message))
    }

    fn deliver(&self, message: &Message) {
        self.runner.tell(Notice::Message(message.clone()));
    }
}
