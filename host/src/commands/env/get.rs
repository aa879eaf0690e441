//! `amplify env get`: what is recorded of one environment.

use serde_json::Value;

use super::list::details;
use crate::{
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    error::Error,
    exit::Exit,
    host::Host,
    open,
};

/// The command.
pub struct Get;

impl Command for Get {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["env", "get"], "Displays the details of the environment specified in the command")
            .needs_project()
            .argument(Argument::option("--name", "env-name", "The environment").required())
            .example("amplify env get --name dev", "What is recorded of `dev`")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let (_, state) = open::read(host)?;
        let name = call.value("name").unwrap_or_default();
        let Some(entry) = state.team.environment(name) else {
            let known = state.team.environments().into_iter().map(str::to_owned).collect();
            return Err(amplify_project::Error::UnknownEnvironment { name: name.to_owned(), known }.into());
        };
        host.output.answer(&details(&state, name, name))?;
        host.output.document(&Value::Object(entry.clone()))?;
        Ok(Exit::Done)
    }
}
