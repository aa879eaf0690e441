//! A plugin's command, run like a built-in one.

use amplify_plugin_abi::{
    change::Changes,
    manifest::{self, Needs, PluginKind},
    message::{CommandRequest, HeadlessRequest, LifecycleEvent, Request, Response},
    project::ProjectView,
};
use amplify_plugin_host::Entry;
use serde_json::{Value, json};

use crate::{
    command::{Call, Command},
    descriptor::Descriptor,
    editor,
    error::Error,
    events,
    exit::Exit,
    host::Host,
    open,
    pending::{Pending, Told, refuse_foreign},
};

/// Stands for a command of a plugin.
pub struct PluginCommand {
    /// The plugin's name.
    pub plugin: String,
    /// The word that addresses the plugin.
    pub word: String,
    /// The command as its manifest has it.
    pub command: manifest::Command,
}

impl Command for PluginCommand {
    fn descriptor(&self) -> Descriptor {
        Descriptor::of_plugin(&self.word, &self.command)
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let entry = host
            .catalog
            .registry()
            .by_name(&self.plugin)
            .ok_or_else(|| Error::internal(format!("the plugin `{}` has gone from the registry", self.plugin)))?;
        let told = match self.command.needs {
            Needs::Nothing => self.run_anywhere(host, entry, call)?,
            _ => self.run_in_project(host, entry, call)?,
        };
        tell(host, told)?;
        Ok(Exit::Done)
    }
}

impl PluginCommand {
    fn run_in_project(&self, host: &Host<'_>, entry: &Entry, call: &Call) -> Result<Told, Error> {
        let (project, lock, state) = open::change(host, &self.descriptor().name())?;
        state.environment()?;
        let mut pending = Pending::new(&project, &lock, state);
        let events = self.events(entry);
        let data = json!({ "category": self.word });
        if let Some((before, _)) = events {
            events::before(host, before, &data, Some(&mut pending))?;
        }
        let changes = self.ask_plugin(host, entry, call, Some(&mut pending))?;
        pending.apply(&entry.manifest, changes)?;
        let editor = pending.state.local_env.as_ref().and_then(|local| local.default_editor()).map(str::to_owned);
        let told = pending.commit(host)?;
        editor::offer(host, &project, editor.as_deref(), &told.open)?;
        if let Some((_, after)) = events {
            events::after(host, after, &data, Some((&project, &lock)));
        }
        Ok(told)
    }

    fn run_anywhere(&self, host: &Host<'_>, entry: &Entry, call: &Call) -> Result<Told, Error> {
        let changes = self.ask_plugin(host, entry, call, None)?;
        refuse_foreign(&entry.manifest, &changes)?;
        if !changes.is_empty() {
            let message =
                format!("the plugin `{}` wants to change a project, but the command works without one", self.plugin);
            return Err(Error::failed("plugin-changes-refused", message));
        }
        Ok(Told { messages: changes.messages, next_steps: changes.next_steps, ..Told::default() })
    }

    fn ask_plugin(
        &self,
        host: &Host<'_>,
        entry: &Entry,
        call: &Call,
        mut pending: Option<&mut Pending<'_>>,
    ) -> Result<Changes, Error> {
        let view =
            |pending: &Option<&mut Pending<'_>>| -> Option<ProjectView> { pending.as_deref().map(Pending::view) };
        let command = self.command.name.clone();
        if let Some(payload) = host.questions.payload()? {
            let request = HeadlessRequest { command: command.clone(), payload, project: view(&pending) };
            let response = host.invoke(entry, &Request::Headless(request), pending.as_deref_mut())?;
            let Response::Answers(answers) = response else { return Err(unexpected()) };
            for (key, value) in answers {
                host.questions.supply(&key, value);
            }
        }
        // The host's own options mean the same everywhere; the plugin gets those that it declared itself.
        let declared = |name: &str| self.command.arguments.iter().any(|own| own.name.trim_start_matches('-') == name);
        let options = call.options.iter().filter(|(name, _)| declared(name));
        let request = CommandRequest {
            command,
            arguments: call.arguments.clone(),
            options: options.map(|(name, value)| (name.clone(), value.clone())).collect(),
            project: view(&pending),
        };
        let response = host.invoke(entry, &Request::Command(request), pending.as_deref_mut())?;
        let Response::Changes(changes) = response else { return Err(unexpected()) };
        // Files are offered once they are written, when a wrong answer would come too late.
        let before = pending.iter().flat_map(|pending| pending.files_to_open());
        for file in before.chain(&changes.open) {
            host.questions.expect(&file.question)?;
        }
        host.questions.finish(host.output)?;
        Ok(changes)
    }

    fn events(&self, entry: &Entry) -> Option<(LifecycleEvent, LifecycleEvent)> {
        if !matches!(entry.manifest.kind, PluginKind::Category { .. }) {
            return None;
        }
        match self.command.name.as_str() {
            "add" => Some((LifecycleEvent::PreAdd, LifecycleEvent::PostAdd)),
            "update" => Some((LifecycleEvent::PreUpdate, LifecycleEvent::PostUpdate)),
            _ => None,
        }
    }
}

fn unexpected() -> Error {
    Error::internal("a request was answered by something else")
}

/// Prints what was done, and what to do next.
///
/// # Errors
/// stdout is closed.
pub fn tell(host: &Host<'_>, told: Told) -> Result<(), Error> {
    for message in &told.messages {
        host.output.answer(message)?;
    }
    if !told.next_steps.is_empty() {
        host.output.info("\nSome next steps:");
        for step in &told.next_steps {
            host.output.info(step);
        }
    }
    let document: Value = json!({
        "resources": told.resources,
        "messages": told.messages,
        "nextSteps": told.next_steps,
    });
    host.output.document(&document)
}
