//! `amplify plugin remove`: no longer asks for a plugin.

use amplify_plugin_abi::manifest::PluginKind;
use amplify_plugin_host::Registry;
use amplify_plugin_store::Lock;
use amplify_project::Project;
use serde_json::json;

use crate::{
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    error::Error,
    exit::Exit,
    host::Host,
    installing, open, suggestion,
    team::{self, Team},
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
        let mut words = Vec::new();
        for name in &call.arguments {
            let asked = requirements.remove(name);
            let locked = lock.plugins.remove(name);
            if let Some(PluginKind::Category { category }) = locked.as_ref().map(|locked| &locked.kind) {
                words.push(category.clone());
            }
            if locked.is_none() && !asked {
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
        for category in words {
            left_over(host, &project, &lock, &category);
        }
        host.output.document(&json!({ "removed": call.arguments }))?;
        Ok(Exit::Done)
    }
}

/// Tells of resources that only the removed plugin could change. One that comes with amplify may take its place.
fn left_over(host: &Host<'_>, project: &Project, lock: &Lock, category: &str) {
    let pins = team::pins(lock, host.surroundings);
    if Registry::load_pinned(&host.catalog.search_path(), &pins, None).by_word(category).is_some() {
        return;
    }
    // That the project cannot be read is for other commands to tell.
    let Ok(state) = project.load() else { return };
    let names: Vec<String> = state.backend_config.names(category).into_iter().map(|name| format!("`{name}`")).collect();
    if !names.is_empty() {
        let names = names.join(", ");
        host.output
            .warning(&format!("the project still has {names} of the category `{category}`, which no plugin keeps now"));
        host.output.info(&format!("  hint: type `amplify remove {category}`, or add the plugin again"));
    }
}
