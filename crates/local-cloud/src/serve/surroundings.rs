//! What user pools see of the environment: what is deployed, its functions, and who hears of their messages.

use std::{
    sync::{Arc, Mutex, PoisonError, mpsc::Sender},
    time::SystemTime,
};

use amplify_local_identity::{Directory, Environment, Message, Resource, TriggerFault};
use serde_json::Value;
use tokio::sync::watch;

use super::Endpoints;
use crate::{Failure, Invoke, LocalCloud, State, handlers::CODE};

/// Something that the person at the terminal wants to see.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Notice {
    /// A message that a user pool would send.
    Message(Message),
    /// What a function wrote that a user pool called.
    Log {
        /// The function's name.
        function: String,
        /// What it wrote, and how it failed.
        text: String,
    },
}

/// Tells one version of the state file from another.
type Stamp = (SystemTime, u64);

/// The environment that is served.
pub(super) struct Surroundings {
    cloud: LocalCloud,
    endpoints: Endpoints,
    notices: Mutex<Sender<Notice>>,
    stopped: watch::Receiver<bool>,
    read: Mutex<Option<(Stamp, Arc<State>, Arc<Directory>)>>,
}

impl Surroundings {
    pub(super) fn new(
        cloud: LocalCloud,
        endpoints: Endpoints,
        notices: Sender<Notice>,
        stopped: watch::Receiver<bool>,
    ) -> Self {
        Self { cloud, endpoints, notices: Mutex::new(notices), stopped, read: Mutex::default() }
    }

    /// The state, read again when a deployment has replaced it.
    fn current(&self) -> Result<(Arc<State>, Arc<Directory>), String> {
        let stamp = fs_err::metadata(self.cloud.paths.state())
            .and_then(|metadata| Ok((metadata.modified()?, metadata.len())))
            .ok();
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(stamp), Some((known, state, directory))) = (stamp, &*read)
            && stamp == *known
        {
            return Ok((state.clone(), directory.clone()));
        }
        let state = self.cloud.state().map_err(|error| error.to_string())?;
        let state = Arc::new(state.unwrap_or_else(|| State::empty(&self.cloud.region, &self.cloud.account_id)));
        let directory = Arc::new(directory(&state));
        *read = stamp.map(|stamp| (stamp, state.clone(), directory.clone()));
        Ok((state, directory))
    }

    fn tell(&self, notice: Notice) {
        // Nobody listens where a function is run once.
        let _ = self.notices.lock().unwrap_or_else(PoisonError::into_inner).send(notice);
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

/// The name in a function's ARN.
fn function_name(arn: &str) -> &str {
    let name = arn.split_once(":function:").map_or(arn, |(_, name)| name);
    name.split(':').next().unwrap_or(name)
}

impl Environment for Surroundings {
    fn directory(&self) -> Result<Arc<Directory>, String> {
        self.current().map(|(_, directory)| directory)
    }

    fn invoke(&self, arn: &str, event: &Value) -> Result<Value, TriggerFault> {
        let (state, _) = self.current().map_err(TriggerFault::Unreachable)?;
        let name = function_name(arn);
        let mut found = None;
        if let Some(stack) = &state.stack {
            stack.walk("", &mut |_, resource| {
                if resource.resource_type == "AWS::Lambda::Function" && resource.physical_id == name {
                    found = Some(resource);
                }
            });
        }
        let code = found.and_then(|function| function.facts.get(CODE)?.as_str());
        let (Some(function), Some(code)) = (found, code) else {
            return Err(TriggerFault::Unreachable(format!("the function {name} is not deployed")));
        };
        let invoke = Invoke {
            function: name.to_owned(),
            code_dir: self.cloud.paths.functions().join(code),
            properties: function.properties.clone(),
            event: event.clone(),
            time_limit: None,
            endpoints: self.endpoints,
        };
        let invocation = self
            .cloud
            .invoke(&invoke, &mut || *self.stopped.borrow())
            .map_err(|error| TriggerFault::Unreachable(error.to_string()))?;
        let mut text = invocation.log;
        if let Err(Failure { error_type, message, .. }) = &invocation.outcome {
            text.push_str(&format!("{error_type}: {message}\n"));
        }
        if !text.is_empty() {
            self.tell(Notice::Log { function: name.to_owned(), text });
        }
        invocation.outcome.map_err(|failure| TriggerFault::Failed(failure.message))
    }

    fn deliver(&self, message: &Message) {
        self.tell(Notice::Message(message.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_have_their_name_in_their_arn() {
        for (arn, name) in [
            ("arn:aws:lambda:us-east-1:000000000000:function:hello-dev", "hello-dev"),
            ("arn:aws:lambda:us-east-1:000000000000:function:hello-dev:live", "hello-dev"),
            ("hello-dev", "hello-dev"),
        ] {
            assert_eq!(function_name(arn), name);
        }
    }
}
