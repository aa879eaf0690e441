//! `amplify env pull`: brings what is deployed in the current environment.

use amplify_project::{Project, merge::Mode};

use crate::{
    command::{Call, Command},
    commands::pull::{Merging, pull_into},
    descriptor::{Argument, Descriptor},
    error::Error,
    exit::Exit,
    host::Host,
    open,
};

/// The command.
pub struct Pull;

impl Command for Pull {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(
            &["env", "pull"],
            "Pulls your environment from the cloud without impacting any local backend edits",
        )
        .needs_project()
        .asks()
        .argument(Argument::flag("--restore", "Make the backend folder exactly what is deployed"))
        .details("The same as `amplify pull` in a project that has a current environment.")
        .example("amplify env pull --restore", "Give up what was changed here")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let project = Project::find(&host.settings.folder)?;
        let state = project.load()?;
        if let Some(wanted) = &host.settings.environment {
            open::check_environment(&state, wanted)?;
        }
        let mode = if call.flag("restore") { Mode::Restore } else { Mode::Keep };
        let name = state.environment()?.to_owned();
        pull_into(host, &project, Merging { words: "env pull", name, mode: Some(mode) })
    }
}
