//! `amplify recover`: what keeps the environment from being deployed, and the ways out.

use amplify_plugin_abi::{
    environment::{RecoverAction, RecoverReply, RecoverRequest, Target},
    provider::{ProviderReply, ProviderRequest},
    question::{Choice, Question},
};
use amplify_plugin_host::Entry;
use amplify_project::{
    AmplifyMeta, Project, ProjectLock, ProjectState,
    environments::{self, DeployedBackend},
    paths::relative,
};
use serde_json::{Value, json};

use crate::{
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    environment::{
        provider::{self, answered_wrongly},
        remote::Remote,
        target,
    },
    error::Error,
    exit::Exit,
    host::Host,
    open,
    pending::Pending,
};

/// The choice to do nothing.
const NOTHING: &str = "nothing";

/// The command.
pub struct Recover;

impl Command for Recover {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["recover"], "Shows what keeps the environment from being deployed, and mends it.")
            .needs_project()
            .asks()
            .argument(Argument::flag("--continue", "Go on with a roll back that failed"))
            .argument(
                Argument::option("--skip", "path", "With --continue: leave this resource as it is; may be given several times")
                    .repeated(),
            )
            .argument(Argument::flag("--cancel", "Roll back an operation that runs without end"))
            .argument(Argument::flag("--recreate", "Delete a stack whose first creation failed, and make it anew"))
            .argument(Argument::flag("--take-hold", "Take the hold of a push that no longer runs"))
            .details(
                "Without an option it shows the state, the resources that are stuck, and what can be done, and asks. With \
                 `--yes` the option that is given is carried out without asking.",
            )
            .example("amplify recover --json", "The state, for scripts")
            .example("amplify recover --continue --skip storagephotos/S3Bucket --yes", "Roll back, but for one resource")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let given = given(call)?;
        let (project, lock, state) = open::change(host, "recover")?;
        let (entry, target) = target::current(host, &project, &state)?;
        let found = ask(host, entry, &target, RecoverAction::Inspect)?;
        show(host, &target, &found)?;
        let action = match given {
            Some(action) => Some(offered(&found, action)?),
            None if found.actions.is_empty() => None,
            // Whoever reads a document asks for the state, and decides then.
            None if host.output.json() => None,
            None => choose(host, &found)?,
        };
        let Some(action) = action else {
            host.questions.finish(host.output)?;
            host.output.document(&document(&target, &found, None))?;
            return verdict(&found);
        };
        Remote::of(host, &project, &state, &target.environment)?.identify()?;
        let text = format!("{}: are you sure?", sentence(&action));
        let sure = host.ask_confirm("recover.confirm", &text, true)?;
        host.questions.finish(host.output)?;
        if !sure {
            host.output.info("Nothing was done.");
            host.output.document(&document(&target, &found, None))?;
            return Ok(Exit::Done);
        }
        let reply = ask(host, entry, &target, action.clone())?;
        if !reply.state.is_empty() {
            begin_anew(host, &project, &lock, state, &reply)?;
        }
        show(host, &target, &reply)?;
        host.output.document(&document(&target, &reply, Some(&action)))?;
        verdict(&reply)
    }
}

/// The action that options ask for.
fn given(call: &Call) -> Result<Option<RecoverAction>, Error> {
    let skip: Vec<String> = call.values("skip").into_iter().map(str::to_owned).collect();
    let mut actions = Vec::new();
    if call.flag("continue") {
        actions.push(RecoverAction::ContinueRollback { skip: skip.clone() });
    }
    for (flag, action) in [
        ("cancel", RecoverAction::Cancel),
        ("recreate", RecoverAction::Recreate),
        ("take-hold", RecoverAction::TakeHold),
    ] {
        if call.flag(flag) {
            actions.push(action);
        }
    }
    if actions.len() > 1 {
        let error = Error::usage("several-actions", "`amplify recover` does one thing at a time");
        return Err(error.hint("type one of these options; `amplify recover` alone says what can be done"));
    }
    if !skip.is_empty() && !call.flag("continue") {
        return Err(Error::usage("skip-alone", "`--skip` goes with `--continue`").hint("type both"));
    }
    Ok(actions.pop())
}

fn ask(host: &Host<'_>, entry: &Entry, target: &Target, action: RecoverAction) -> Result<RecoverReply, Error> {
    let request = RecoverRequest { target: target.clone(), action };
    match provider::request(host, entry, ProviderRequest::Recover(request)) {
        Ok(ProviderReply::Recovered(reply)) => Ok(reply),
        Ok(_) => Err(answered_wrongly(entry)),
        Err(error) if provider::is_unsupported(&error) => {
            let message = format!("the provider `{}` cannot say what state it is in", entry.manifest.kind.word());
            Err(Error::failed("no-recovery", message))
        }
        Err(error) => Err(error),
    }
}

fn show(host: &Host<'_>, target: &Target, found: &RecoverReply) -> Result<(), Error> {
    let output = host.output;
    let usable = if found.usable { "it can be deployed to" } else { "it cannot be deployed to" };
    output.answer(&format!("Environment {}: {}, {usable}", target.environment, found.status))?;
    if !found.holder.is_empty() {
        output.answer(&format!("Held by {}", found.holder))?;
    }
    for stuck in &found.stuck {
        let reason = if stuck.reason.is_empty() { String::new() } else { format!(": {}", stuck.reason) };
        output.answer(&format!("! {} ({}) {}{reason}", stuck.path, stuck.resource_type, stuck.status))?;
    }
    for action in &found.actions {
        output.answer(&format!("  amplify recover {}  {}", option(action), sentence(action)))?;
    }
    Ok(())
}

/// An action that the environment's state allows.
fn offered(found: &RecoverReply, action: RecoverAction) -> Result<RecoverAction, Error> {
    if found.actions.iter().any(|other| option(other) == option(&action)) {
        return Ok(action);
    }
    let message = format!("`{}` does not help in the state {}", option(&action), found.status);
    let error = Error::failed("recover-not-offered", message);
    if found.actions.is_empty() {
        return Err(error.hint("nothing needs to be mended; `amplify push` deploys"));
    }
    let options: Vec<&str> = found.actions.iter().map(option).collect();
    Err(error.hint(format!("what helps is {}", options.join(" or "))))
}

fn choose(host: &Host<'_>, found: &RecoverReply) -> Result<Option<RecoverAction>, Error> {
    let mut choices: Vec<Choice> = found
        .actions
        .iter()
        .map(|action| Choice { value: word(action).to_owned(), label: sentence(action).to_owned() })
        .collect();
    choices.push(Choice { value: NOTHING.to_owned(), label: "Nothing".to_owned() });
    let chosen = host.ask_text(&Question::select("recover.action", "What is to be done?", choices))?;
    let Some(action) = found.actions.iter().find(|action| word(action) == chosen) else { return Ok(None) };
    if !matches!(action, RecoverAction::ContinueRollback { .. }) || found.stuck.is_empty() {
        return Ok(Some(action.clone()));
    }
    let text = "Leave any of the stuck resources as they are?";
    let stuck = found.stuck.iter().map(|stuck| Choice::same(&stuck.path)).collect();
    let answer = host.questions.ask(&Question::multi_select("recover.skip", text, stuck, 0), host.output)?;
    let skip = answer.value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
    Ok(Some(RecoverAction::ContinueRollback { skip }))
}

/// The environment is a new one by the same name: it has nothing deployed.
fn begin_anew(
    host: &Host<'_>,
    project: &Project,
    lock: &ProjectLock,
    state: ProjectState,
    reply: &RecoverReply,
) -> Result<(), Error> {
    let name = state.environment()?.to_owned();
    let provider = state.provider().unwrap_or_default();
    let mut pending = Pending::new(project, lock, state);
    pending.state.team.set_provider_state(&name, &provider, reply.state.clone());
    let mut meta = AmplifyMeta::new();
    meta.set_provider(&provider, reply.state.clone());
    pending.transaction.delete_dir(relative::CLOUD_BACKEND)?;
    pending.transaction.delete_file(relative::ROOT_TEMPLATE)?;
    pending.transaction.delete_file(relative::DEPLOYED_VALUES)?;
    let deployed = DeployedBackend { meta, backend_config: None };
    environments::checkout(&mut pending.state, &name, project.root(), Some(deployed))?;
    pending.commit(host).map(drop)
}

fn verdict(found: &RecoverReply) -> Result<Exit, Error> {
    Ok(if found.usable { Exit::Done } else { Exit::Failed })
}

fn document(target: &Target, found: &RecoverReply, done: Option<&RecoverAction>) -> Value {
    let words: Vec<&str> = found.actions.iter().map(word).collect();
    json!({
        "env": target.environment,
        "status": found.status,
        "usable": found.usable,
        "holder": found.holder,
        "stuck": found.stuck,
        "actions": words,
        "done": done.map(word),
    })
}

fn word(action: &RecoverAction) -> &'static str {
    option(action).trim_start_matches('-')
}

fn option(action: &RecoverAction) -> &'static str {
    match action {
        RecoverAction::ContinueRollback { .. } => "--continue",
        RecoverAction::Cancel => "--cancel",
        RecoverAction::Recreate => "--recreate",
        RecoverAction::TakeHold => "--take-hold",
        _ => "",
    }
}

fn sentence(action: &RecoverAction) -> &'static str {
    match action {
        RecoverAction::ContinueRollback { .. } => "Go on with the roll back",
        RecoverAction::Cancel => "Roll back what runs or was interrupted",
        RecoverAction::Recreate => "Delete the stack and make the environment anew, empty",
        RecoverAction::TakeHold => "Take the hold of a push that no longer runs",
        _ => "Look only",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(words: &[&str], skip: &[&str]) -> Call {
        let mut call = Call::default();
        call.options.extend(words.iter().map(|word| ((*word).to_owned(), Value::Bool(true))));
        if !skip.is_empty() {
            call.options.insert("skip".into(), json!(skip));
        }
        call
    }

    #[test]
    fn one_action_at_a_time() {
        let skipping = RecoverAction::ContinueRollback { skip: vec!["a/B".into()] };
        assert_eq!(given(&call(&["continue"], &["a/B"])).unwrap(), Some(skipping));
        assert_eq!(given(&call(&["take-hold"], &[])).unwrap(), Some(RecoverAction::TakeHold));
        assert_eq!(given(&call(&[], &[])).unwrap(), None);
        assert_eq!(&*given(&call(&["cancel", "recreate"], &[])).unwrap_err().code, "several-actions");
        assert_eq!(&*given(&call(&["cancel"], &["a/B"])).unwrap_err().code, "skip-alone");
    }

    #[test]
    fn what_does_not_help_is_refused() {
        let found = RecoverReply {
            status: "UPDATE_ROLLBACK_FAILED".into(),
            actions: vec![RecoverAction::ContinueRollback { skip: Vec::new() }],
            ..RecoverReply::default()
        };
        let skipping = RecoverAction::ContinueRollback { skip: vec!["a/B".into()] };
        assert_eq!(offered(&found, skipping.clone()).unwrap(), skipping);
        let error = offered(&found, RecoverAction::Recreate).unwrap_err();
        assert!(error.hints[0].contains("--continue"), "{error:?}");
    }
}
