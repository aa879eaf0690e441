//! `amplify env list`: the environments of the project.

use serde_json::json;

use crate::{
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    error::Error,
    exit::Exit,
    host::Host,
    open, table,
};

/// The command.
pub struct List;

impl Command for List {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["env", "list"], "Displays a list of all the environments in your Amplify project")
            .needs_project()
            .argument(Argument::flag("--details", "What is recorded of each"))
            .example("amplify env list --details", "The environments and their stacks")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let (_, state) = open::read(host)?;
        let current = state.environment().ok();
        let names = state.team.environments();
        let starred = |name: &str| if Some(name) == current { format!("*{name}") } else { name.to_owned() };
        if call.flag("details") {
            for name in &names {
                host.output.answer(&details(&state, name, &starred(name)))?;
            }
            host.output.document(&state.team.document().value)?;
            return Ok(Exit::Done);
        }
        let rows: Vec<Vec<String>> = names.iter().map(|name| vec![starred(name)]).collect();
        host.output.answer(&table::markdown(&["Environments"], &rows))?;
        host.output.document(&json!({ "envs": names }))?;
        Ok(Exit::Done)
    }
}

/// What is recorded of an environment, as lines.
pub fn details(state: &amplify_project::ProjectState, name: &str, heading: &str) -> String {
    let provider = state.team.provider(name).unwrap_or("none");
    let mut text = format!("\n{heading}\n--------------\nProvider: {provider}");
    for (key, value) in state.team.provider_state(name).into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text.push_str(&format!("\n{key}: {value}"));
    }
    text
}
