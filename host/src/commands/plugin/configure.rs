//! `amplify plugin configure`: the index that the project's plugins come from.

use amplify_plugin_abi::question::Question;
use amplify_plugin_store::{Source, check_key, written};
use amplify_project::Project;
use serde_json::json;

use crate::{
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    error::Error,
    exit::Exit,
    host::Host,
    installing, open,
    team::Team,
};

/// The command.
pub struct Configure;

impl Command for Configure {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["plugin", "configure"], "Sets the index that the project's plugins come from, and its key.")
            .argument(Argument::option("--index", "source", "The index: an address, or a folder; `none` for no index"))
            .argument(Argument::option("--key", "minisign key", "The public key that its releases are signed with"))
            .details(
                "Both are kept in `amplify/plugins.toml`, so the whole team has them. Plugins that were added with `--from` keep \
                 their own source.",
            )
            .example("amplify plugin configure --index https://plugins.example.com", "Where `plugin add` looks from now on")
            .asks()
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let project = Project::find(&host.settings.folder)?;
        let held = open::lock(&project, "plugin configure")?;
        let Team { mut requirements, lock, .. } = Team::read(project.root())?.unwrap_or_default();
        let before = requirements.index().map(str::to_owned);
        let index = match call.value("index") {
            Some(index) => index.to_owned(),
            None => {
                let text = "Where do the project's plugins come from? (an address, a folder, or none)";
                let question = Question::input("plugin.index", text);
                let answer = host.ask_text(&question.default_text(before.clone().unwrap_or_else(|| "none".into())))?;
                host.questions.finish(host.output)?;
                answer
            }
        };
        let index = match index.trim() {
            "none" | "" => None,
            same if Some(same) == before.as_deref() => before.clone(),
            other => Some(written(other, &host.settings.folder, project.root())),
        };
        if let Some(index) = &index {
            Source::detect(index, project.root())?;
        }
        let key = call.value("key").filter(|_| index.is_some());
        if let Some(key) = key {
            check_key(key)?;
        }
        // A key belongs to the index that it was given with.
        let kept = requirements.index_key().filter(|_| index == before).map(str::to_owned);
        let key = key.map(str::to_owned).or(kept);
        requirements.set_index(index.as_deref(), key.as_deref());
        installing::write(&held, &requirements, &lock)?;
        host.output.answer(&match &index {
            Some(index) => format!("Plugins come from `{index}`."),
            None => "No index is set: each plugin is added with `--from`.".to_owned(),
        })?;
        host.output.document(&json!({ "index": index, "key": key }))?;
        Ok(Exit::Done)
    }
}
