//! `amplify env remove`: deletes an environment and everything it owns.

use amplify_plugin_abi::question::{Question, Validation};
use amplify_project::{Error as ProjectError, Project, ProjectState, environments};
use serde_json::{Value, json};

use crate::{
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    environment::{branch, data_backup, make, protected, provider, remote::Remote, switch},
    error::Error,
    exit::Exit,
    host::Host,
    interrupt, open,
    pending::Pending,
    questions::Mode,
};

/// The command.
pub struct Remove;

impl Command for Remove {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["env", "remove"], "Removes an environment from the Amplify project")
            .needs_project()
            .asks()
            .argument(Argument::positional("name", "The environment").required())
            .argument(Argument::flag("--force", "Remove without asking for the environment's name"))
            .argument(protected::argument())
            .argument(data_backup::wanted())
            .details(
                "Lists what goes, and asks for the environment's name; `--yes` takes the name that is given as the answer. \
                 The current environment stays: check out another one first, or use `amplify delete`.",
            )
            .example("amplify env remove test", "Remove `test` after its name was typed again")
            .example("amplify env remove --yes test", "Remove it without asking")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let name = call.argument(0).unwrap_or_default();
        let (project, lock, state) = open::change_on_any_branch(host, "env remove")?;
        check(&state, name)?;
        protected::check(&state, call, [name])?;
        let provider = state.team.provider(name).unwrap_or(provider::AWS).to_owned();
        let entry = provider::installed(host, &provider)?;
        let remote = Remote::of(host, &project, &state, name)?;
        list(host, &project, &state, name, &provider)?;
        // A person sees whose account it is before typing; what a script answers is looked at before anybody is asked.
        let asks = !call.flag("force");
        let is_person = asks && host.settings.mode == Mode::Terminal;
        if is_person {
            remote.identify()?;
            remote.list_doomed(&state)?;
        }
        if asks {
            confirm(host, name)?;
        }
        host.questions.finish(host.output)?;
        if !is_person {
            remote.identify()?;
            remote.list_doomed(&state)?;
        }
        data_backup::before_deletion(host, call, &remote, name)?;
        host.output.info(&format!("Deleting env: {name}"));
        let recorded = state.team.provider_state(name).cloned().unwrap_or_default();
        let local = make::local(&project, name)?;
        let remaining = make::destroy(host, entry, &project, name, recorded, local)?;
        let _removed = interrupt::postpone();
        host.output.info("Successfully removed environment from the cloud");
        let mut pending = Pending::new(&project, &lock, state);
        environments::remove(&mut pending.state, name)?;
        branch::forget(&mut pending.state.config, name);
        switch::forget(&project, &mut pending.transaction, name)?;
        pending.record()?;
        let done = host.output.style().success("Successfully removed environment from your project locally");
        host.output.answer(&done)?;
        for left in &remaining {
            host.output.warning(&format!("still there: {left}"));
        }
        host.output.document(&json!({ "env": name, "removed": true, "remaining": remaining }))?;
        Ok(Exit::Done)
    }
}

fn check(state: &ProjectState, name: &str) -> Result<(), Error> {
    super::check(state, name)?;
    if state.environment().is_ok_and(|current| current == name) {
        let error: Error = ProjectError::CurrentEnvironment { name: name.to_owned() }.into();
        return Err(error.hint("if this is your only environment, `amplify delete` deletes your project"));
    }
    Ok(())
}

fn confirm(host: &Host<'_>, name: &str) -> Result<(), Error> {
    let text = format!("This CANNOT be undone. Type the name of the environment, {name}, to delete all of it:");
    let wrong = format!("type {name}, or press Ctrl-C to keep everything");
    let question = Question::input("env.remove.confirm", text).validation(Validation::pattern(name, wrong));
    let question = match host.settings.mode {
        // With `--yes` the name on the command line is the answer.
        Mode::Defaults => question.default_text(name),
        _ => question,
    };
    host.ask_text(&question).map(drop)
}

fn list(host: &Host<'_>, project: &Project, state: &ProjectState, name: &str, provider: &str) -> Result<(), Error> {
    host.output.info(&format!("This deletes the environment {name} ({provider}), with all its data:"));
    let recorded = state.team.provider_state(name);
    let text = |key: &str| recorded.and_then(|recorded| recorded.get(key)).and_then(Value::as_str);
    for (label, key) in [("stack", "StackName"), ("bucket", "DeploymentBucketName"), ("region", "Region")] {
        if let Some(value) = text(key) {
            host.output.info(&format!("  {label} {value}"));
        }
    }
    let kept = switch::kept(project, name)?;
    if kept.file("amplify-meta.json").is_some() {
        for resource in kept.deployed()?.meta.resources() {
            host.output.info(&format!("  {} {} ({})", resource.category, resource.name, resource.service()));
        }
    }
    Ok(())
}
