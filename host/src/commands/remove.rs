//! `amplify remove <category>`: takes a resource out of the project. The cloud follows at the next push.

use amplify_plugin_abi::{
    change::Changes,
    message::LifecycleEvent,
    question::{Choice, Question},
};
use serde_json::json;

use super::plugin_command::tell;
use crate::{
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    error::Error,
    events,
    exit::Exit,
    host::Host,
    open,
    pending::Pending,
    suggestion,
};

/// The command, for every category, whether a plugin keeps it or not.
pub struct Remove;

impl Command for Remove {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["remove"], "Removes a resource for an Amplify category in your local backend.")
            .needs_project()
            .asks()
            .argument(Argument::positional("category", "The category of the resource").required())
            .argument(Argument::positional("name", "The resource; without it the command asks"))
            .details("Deletes the resource's files from the backend directory, and with it what is of no use without it, which is named first. It is removed from the cloud on the next push.")
            .example("amplify remove storage photos --yes", "Remove a bucket from the project")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let category = call.argument(0).unwrap_or_default();
        let (project, lock, state) = open::change(host, &format!("remove {category}"))?;
        let names: Vec<String> = state.meta.names(category).into_iter().map(str::to_owned).collect();
        if names.is_empty() {
            let error = Error::failed("no-resources", "no resources added for this category");
            let error = error.cause(format!("the project has no resource of the category `{category}`"));
            return Err(error.hint("`amplify status` lists the resources that there are"));
        }
        let name = match call.argument(1) {
            Some(name) => name.to_owned(),
            None => ask_name(host, category, &names)?,
        };
        if !names.contains(&name) {
            let error =
                Error::failed("resource-not-found", format!("resource `{name}` has not been added to {category}"));
            return Err(match suggestion::nearest(&name, names.iter().map(String::as_str)) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint(format!("{category} has: {}", names.join(", "))),
            });
        }
        let mut pending = Pending::new(&project, &lock, state);
        let data = json!({ "category": category, "name": name });
        // Subscribers may have other things go along, so they are asked before the user is.
        events::before(host, LifecycleEvent::PreRemove, &data, Some(&mut pending))?;
        let along: Vec<(String, String)> =
            pending.removed().map(|(category, name)| (category.to_owned(), name.to_owned())).collect();
        let changes = Changes::new()
            .remove_resource(category, &name)
            .message(format!("Successfully removed resource {name}"))
            .next_step("\"amplify push\" removes it from the cloud as well");
        pending.keep(changes)?;
        // Said before the question, so that nobody confirms what cannot be done.
        pending.check()?;
        if !along.is_empty() {
            let names: Vec<String> = along.iter().map(|(category, name)| format!("{category}/{name}")).collect();
            host.output.info(&format!("What is of no use without it goes along: {}", names.join(", ")));
        }
        let sure = host.ask_confirm(
            &format!("{category}.confirmRemove"),
            "Are you sure you want to delete the resource? This action deletes all files related to this resource from the \
             backend directory.",
            true,
        )?;
        host.questions.finish(host.output)?;
        if !sure {
            host.output.info("Nothing was removed.");
            host.output.document(&json!({ "resources": [], "messages": [], "nextSteps": [] }))?;
            return Ok(Exit::Done);
        }
        let gone = along.into_iter().map(|(_, name)| format!("Successfully removed resource {name}"));
        pending.keep(gone.fold(Changes::new(), Changes::message))?;
        let told = pending.commit(host)?;
        events::after(host, LifecycleEvent::PostRemove, &data, Some((&project, &lock)));
        tell(host, told)?;
        Ok(Exit::Done)
    }
}

fn ask_name(host: &Host<'_>, category: &str, names: &[String]) -> Result<String, Error> {
    let choices = names.iter().map(Choice::same).collect();
    let text = "Choose the resource you would want to remove";
    let mut question = Question::select(format!("{category}.remove"), text, choices);
    // Only one can be meant, so `--yes` may take it.
    if let [only] = names {
        question = question.default_text(only);
    }
    host.ask_text(&question)
}
