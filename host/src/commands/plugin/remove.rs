//! `amplify plugin remove`: no longer asks for a plugin.

use amplify_project::Project;
use serde_json::json;

use crate::{
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    error::Error,
    exit::Exit,
    host::Host,
    installing, open, suggestion,
    team::Team,
};

/// The command.
pub struct Remove;

impl Command for Remove {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["plugin", "remove"], "Explicitly removes a plugin from the Amplify CLI.")
            .argument(Argument::positional("name", "The plugins").required().repeated())
            .details(
                "The plugin is taken out of `amplify/plugins.toml` and `amplify/plugins.lock`. What the user's store holds of it \
                 stays for other projects. A plugin that comes with amplify takes its place again, if there is one.",
            )
            .example("amplify plugin remove category-queue", "Work without it from now on")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let project = Project::find(&host.settings.folder)?;
        let held = open::lock(&project, "plugin remove")?;
        let Team { mut requirements, mut lock, .. } = Team::read(project.root())?.unwrap_or_default();
        let known: Vec<String> = requirements.plugins().keys().chain(lock.plugins.keys()).cloned().collect();
        for name in &call.arguments {
            let asked = requirements.remove(name);
            if lock.plugins.remove(name).is_none() && !asked {
                let error = Error::failed("plugin-not-added", format!("the project has not added the plugin `{name}`"));
                return Err(match suggestion::nearest(name, known.iter().map(String::as_str)) {
                    Some(near) => error.hint(format!("did you mean `{near}`?")),
                    None => error.hint("type `amplify plugin list` to see where each plugin comes from"),
                });
            }
        }
        installing::write(&held, &requirements, &lock)?;
        for name in &call.arguments {
            host.output.answer(&format!("Removed {name}."))?;
        }
        host.output.document(&json!({ "removed": call.arguments }))?;
        Ok(Exit::Done)
    }
}
