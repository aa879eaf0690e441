//! `amplify delete`: deletes every environment of the project, and then the project's own files.

use amplify_plugin_abi::{
    JsonMap,
    message::LifecycleEvent,
    question::{Question, Validation},
};
use amplify_plugin_host::Entry;
use amplify_project::{Project, ProjectState};
use serde_json::{Value, json};

use crate::{
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    environment::{data_backup, frontend, make, protected, provider, remote::Remote},
    error::Error,
    events,
    exit::Exit,
    host::Host,
    interrupt, open,
    pending::Pending,
};

/// The command.
pub struct Delete;

impl Command for Delete {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["delete"], "Deletes all of the resources tied to the project from the cloud.")
            .needs_project()
            .asks()
            .argument(Argument::flag("--force", "Delete without asking for the project's name"))
            .argument(protected::argument())
            .argument(data_backup::wanted())
            .details(
                "Lists what goes, and asks for the project's name. Then every environment is deleted with its data, the \
                 folder `amplify`, and the app's configuration files. `.gitignore` stays. `--yes` alone is not enough.",
            )
            .example("amplify delete --yes --force", "Delete everything without asking")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let (project, lock, state) = open::change(host, "delete")?;
        protected::check(&state, call, state.team.environments())?;
        let environments = environments(host, &project, &state)?;
        let name = state.config.project_name().to_owned();
        let mut pending = Pending::new(&project, &lock, state);
        let files = frontend::owned(host, &mut pending)?;
        list(host, &name, &environments, &files);
        for environment in &environments {
            let (known, local) = (environment.state.clone(), environment.local.clone());
            let remote = Remote::at(host, environment.entry, &project, &name, &environment.name, known, local);
            remote.identify()?;
            remote.list_doomed(&pending.state)?;
        }
        if !call.flag("force") {
            let question = Question::input(
                "delete.confirm",
                format!("This CANNOT be undone. Type the name of the project, {name}, to delete all of it:"),
            )
            .validation(Validation::pattern(&name, format!("type {name}, or press Ctrl-C to keep everything")));
            host.ask_text(&question)?;
        }
        host.questions.finish(host.output)?;
        for environment in &environments {
            let (known, local) = (environment.state.clone(), environment.local.clone());
            let remote = Remote::at(host, environment.entry, &project, &name, &environment.name, known, local);
            data_backup::before_deletion(host, call, &remote, &environment.name)?;
        }
        events::before(host, LifecycleEvent::PreDelete, &json!({ "project": name }), Some(&mut pending))?;
        let mut remaining = Vec::new();
        for (index, environment) in environments.iter().enumerate() {
            host.output.info(&format!("Deleting env: {}", environment.name));
            let (state, local) = (environment.state.clone(), environment.local.clone());
            let left = match interrupt::requested() {
                true => Err(Error::interrupted()),
                false => make::destroy(host, environment.entry, &project, &environment.name, state, local),
            };
            let left = left.map_err(|error| half_done(error, &environments[..index], environment))?;
            remaining.extend(left);
        }
        let _deleted = interrupt::postpone();
        host.output.info("Project deleted in the cloud");
        let Pending { mut transaction, .. } = pending;
        for file in &files {
            transaction.delete_file(file)?;
        }
        delete_folder(&project, &mut transaction)?;
        transaction.commit()?;
        drop(lock);
        events::after(host, LifecycleEvent::PostDelete, &json!({ "project": name }), None);
        host.output.answer("Project deleted locally.")?;
        for left in &remaining {
            host.output.warning(&format!("still there: {left}"));
        }
        let names: Vec<&str> = environments.iter().map(|environment| environment.name.as_str()).collect();
        host.output
            .document(&json!({ "project": name, "environments": names, "files": files, "remaining": remaining }))?;
        Ok(Exit::Done)
    }
}

/// An environment that goes.
struct Doomed<'h> {
    name: String,
    entry: &'h Entry,
    state: JsonMap,
    local: Value,
}

/// All environments with their providers. Each provider must be there before anything is deleted.
fn environments<'h>(host: &'h Host<'_>, project: &Project, state: &ProjectState) -> Result<Vec<Doomed<'h>>, Error> {
    let mut doomed = Vec::new();
    for name in state.team.environments() {
        let Some(provider) = state.team.provider(name) else { continue };
        let entry = provider::installed(host, provider)
            .map_err(|error| error.cause(format!("it deploys the environment `{name}`, which would stay behind")))?;
        let state = state.team.provider_state(name).cloned().unwrap_or_default();
        doomed.push(Doomed { name: name.to_owned(), entry, state, local: make::local(project, name)? });
    }
    Ok(doomed)
}

/// The deletion stopped at an environment; those before it are gone.
fn half_done(error: Error, gone: &[Doomed<'_>], at: &Doomed<'_>) -> Error {
    if gone.is_empty() && error.exit == Exit::Interrupted && at.entry.manifest.kind.word() == provider::LOCAL {
        return error;
    }
    let error = match error.exit {
        Exit::Interrupted => Error::interrupted_after(format!("interrupted while deleting env: {}", at.name)),
        _ => error,
    };
    let names: Vec<&str> = gone.iter().map(|environment| environment.name.as_str()).collect();
    let error = if names.is_empty() { error } else { error.cause(format!("deleted already: {}", names.join(", "))) };
    error.hint("type `amplify delete` again to delete the rest; the project's files are still there")
}

fn list(host: &Host<'_>, project: &str, environments: &[Doomed<'_>], files: &[String]) {
    host.output.info(&format!("This deletes the project {project}:"));
    for environment in environments {
        let stack = environment.state.get("StackName").and_then(|name| name.as_str()).unwrap_or("no stack");
        let provider = environment.entry.manifest.kind.word();
        host.output.info(&format!("  environment {} ({provider}, {stack}), with all its data", environment.name));
    }
    host.output.info("  folder amplify");
    for file in files {
        host.output.info(&format!("  file {file}"));
    }
}

/// Everything in `amplify` but the lock, which takes its empty folders along when it is released.
fn delete_folder(project: &Project, transaction: &mut amplify_project::Transaction<'_>) -> Result<(), Error> {
    for entry in fs_err::read_dir(project.paths().amplify())? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("amplify/{name}");
        if name == ".transaction" {
            continue;
        }
        if !entry.file_type()?.is_dir() {
            transaction.delete_file(&path)?;
        } else if name == ".config" {
            for file in fs_err::read_dir(entry.path())? {
                let file = file?;
                let path = format!("{path}/{}", file.file_name().to_string_lossy());
                if file.file_type()?.is_dir() {
                    transaction.delete_dir(&path)?;
                } else if !path.ends_with("/local-lock") {
                    transaction.delete_file(&path)?;
                }
            }
        } else {
            transaction.delete_dir(&path)?;
        }
    }
    Ok(())
}
