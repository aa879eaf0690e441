//! `amplify pull`: brings what is deployed into the project, or a project into an empty folder.

mod attach;
mod merge;
mod undo;

pub use merge::{Merging, confirm, pull_into, tell_backup};

use amplify_project::{Project, merge::Mode};
use serde_json::Value;

use crate::{
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    environment::setup,
    error::Error,
    exit::Exit,
    host::Host,
    open,
};

/// The command.
pub struct Pull;

impl Command for Pull {
    fn descriptor(&self) -> Descriptor {
        setup::arguments(Descriptor::new(&["pull"], "Fetch upstream backend environment definition changes from the cloud and updates the local environment to match that definition."))
            .argument(Argument::option("--app-id", "id", "The application to pull from").aliases(&["appId"]))
            .argument(Argument::option("--env-name", "name", "The environment to pull").aliases(&["envName"]))
            .argument(Argument::option("--env", "name", "Stop unless this is the current environment"))
            .argument(Argument::flag("--overwrite", "Take what is deployed where a file was changed here, too"))
            .argument(Argument::flag("--restore", "Make the backend folder exactly what is deployed"))
            .argument(Argument::flag("--no-override", "Leave the backend folder as it is").aliases(&["no-overwrite"]))
            .argument(Argument::option("--undo", "backup", "Put back what an earlier pull replaced"))
            .details(
                "In a project, files that you did not change since the last pull or push become what is deployed now. Files \
                 that you changed stay; where both sides changed one it is named, and the command ends with status 1. What \
                 is replaced is kept, and the command that puts it back is printed. In a folder without a project you \
                 choose the application and the environment.",
            )
            .example("amplify pull", "Take over what others have deployed")
            .example("amplify pull --restore --yes", "Give up what was changed here")
            .example(
                "amplify pull --app-id d1a2b3c4 --env-name dev --yes",
                "Put a project's backend into this folder without asking",
            )
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        setup::supply(host, call)?;
        if let Some(backup) = call.value("undo") {
            return undo::run(host, backup, call.flag("overwrite"));
        }
        let mode = mode(call)?;
        let project = match Project::find(&host.settings.folder) {
            Ok(project) => project,
            Err(amplify_project::Error::NotFound { .. }) => {
                return attach::run(host, call, &Project::at(&host.settings.folder));
            }
            Err(error) => return Err(error.into()),
        };
        let state = project.load()?;
        if let Some(wanted) = &host.settings.environment {
            open::check_environment(&state, wanted)?;
        }
        let name = given(call, "env-name", "envName");
        if name.is_none() {
            open::check_branch(host, &project, &state)?;
        }
        let current = state.environment().ok().map(str::to_owned);
        let known = |name: &String| state.team.environment(name).is_some();
        let name = match (name, current) {
            (Some(name), _) if !known(&name) => return attach::run(host, call, &project),
            (Some(name), _) | (None, Some(name)) => name,
            (None, None) => match state.team.environments().as_slice() {
                [] => return attach::run(host, call, &project),
                [only] => (*only).to_owned(),
                several => attach::ask_environment(host, several)?,
            },
        };
        if let Some(wanted) = given(call, "app-id", "appId")
            && let Some(id) =
                state.team.provider_state(&name).and_then(|recorded| recorded.get("AmplifyAppId")?.as_str())
            && id != wanted
        {
            let error = Error::failed("app-mismatch", "Amplify appId mismatch");
            let error = error.cause(format!("You are currently working in the amplify project with Id {id}"));
            return Err(error.hint("pull the other app into an empty folder"));
        }
        pull_into(host, &project, Merging { words: "pull", name, mode })
    }
}

fn mode(call: &Call) -> Result<Option<Mode>, Error> {
    match (call.flag("restore"), call.flag("overwrite"), call.flag("no-override")) {
        (false, false, true) => Ok(None),
        (true, _, false) => Ok(Some(Mode::Restore)),
        (false, true, false) => Ok(Some(Mode::Overwrite)),
        (false, false, false) => Ok(Some(Mode::Keep)),
        (_, _, true) => {
            let error =
                Error::usage("options-conflict", "`--no-override` goes with neither `--restore` nor `--overwrite`");
            Err(error.hint("type one of them"))
        }
    }
}

/// An option, or a key of `--amplify`.
fn given(call: &Call, option: &str, key: &str) -> Option<String> {
    let typed = call.value(option).map(str::to_owned);
    typed.or_else(|| setup::of_amplify(call, key).as_ref().and_then(Value::as_str).map(str::to_owned))
}
