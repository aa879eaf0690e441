//! `amplify configure project`: the settings of a project, and how its environment gets into its account from here.

use amplify_plugin_abi::{
    environment::ConfigureReply,
    question::{Choice, Question, Validation},
};
use amplify_project::{LocalAwsInfo, Project as Folder, ProjectState, paths::relative};
use serde_json::{Value, json};

use super::access;
use crate::{
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    environment::{frontend, provider, setup, target},
    error::Error,
    exit::Exit,
    host::Host,
    open,
    pending::Pending,
    questions::Mode,
};

/// The command.
pub struct Project;

impl Command for Project {
    fn descriptor(&self) -> Descriptor {
        setup::arguments(
            Descriptor::new(
                &["configure", "project"],
                "Changes the settings of the project, and which credentials its environment uses on this machine.",
            )
            .needs_project(),
        )
        .argument(Argument::flag("--no-browser", "Print links instead of opening them"))
        .details(
            "Every question has the present setting for its default; with `--yes` only what is given changes. Credentials of \
             another account than the environment's are refused.",
        )
        .example("amplify configure project", "Ask for everything")
        .example(
            "amplify configure project --yes --providers '{\"awscloudformation\": {\"profileName\": \"work\"}}'",
            "Use another profile for the current environment",
        )
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        setup::supply(host, call)?;
        let (project, lock, state) = open::change(host, "configure project")?;
        let environment = state.environment().ok().map(str::to_owned);
        let mut pending = Pending::new(&project, &lock, state);
        let name = ask_name(host, &pending.state)?;
        pending.state.config.set_project_name(&name);
        if let Some(local) = &mut pending.state.local_env
            && let Some(editor) = setup::ask_editor(host, local.default_editor())?
        {
            local.set_default_editor(&editor);
        }
        ask_frontend(host, call, &mut pending)?;
        if host.questions.collecting() {
            // The provider would keep keys at once.
            host.questions.finish(host.output)?;
        }
        let reply = ask_provider(host, call, &project, &pending.state)?;
        host.questions.finish(host.output)?;
        if let (Some(environment), Value::Object(entry)) = (&environment, reply.local) {
            let mut local = project.local_aws_info()?.unwrap_or_else(LocalAwsInfo::new);
            local.set_environment(environment, entry);
            pending.transaction.write_document(relative::LOCAL_AWS_INFO, local.document())?;
        }
        frontend::write_exports(host, &mut pending, None)?;
        pending.commit(host)?;
        for message in &reply.messages {
            host.output.answer(message)?;
        }
        host.output.answer("Successfully made configuration changes to your project.")?;
        host.output.document(&json!({ "project": name, "env": environment, "messages": reply.messages }))?;
        Ok(Exit::Done)
    }
}

fn ask_name(host: &Host<'_>, state: &ProjectState) -> Result<String, Error> {
    let message = "Project name should be between 3 and 20 characters and alphanumeric";
    let question = Question::input("init.projectName", "Enter a name for the project")
        .default_text(state.config.project_name())
        .validation(Validation::pattern("[a-zA-Z0-9]{3,20}", message));
    host.ask_text(&question)
}

/// Asks for the app's type and its settings; those of another type go.
fn ask_frontend(host: &Host<'_>, call: &Call, pending: &mut Pending<'_>) -> Result<(), Error> {
    let mut words: Vec<&str> = host.catalog.registry().frontends().map(|entry| entry.manifest.kind.word()).collect();
    words.sort_unstable();
    let now = pending.state.config.frontend().to_owned();
    let text = "Choose the type of app that you're building";
    let question = Question::select("init.appType", text, words.into_iter().map(Choice::same).collect());
    let app_type = host.ask_text(&question.default_text(&now))?;
    let mut view = pending.view();
    if app_type != now {
        view.frontend.clone_from(&app_type);
        view.frontend_settings = Value::Null;
    }
    let options = setup::parsed(call, "frontend").as_object().cloned().unwrap_or_default();
    let settings = frontend::configure(host, &app_type, view, options, pending)?;
    pending.state.config.set_frontend(&app_type, settings.as_object().cloned());
    Ok(())
}

/// Lets the environment's provider change access, unless nothing was said of it. One that has no access to set up is left out.
fn ask_provider(host: &Host<'_>, call: &Call, project: &Folder, state: &ProjectState) -> Result<ConfigureReply, Error> {
    let given = call.value("providers").map(provider::parse).transpose()?;
    if state.environment().is_err() || (given.is_none() && host.settings.mode == Mode::Defaults) {
        return Ok(ConfigureReply::default());
    }
    let (entry, target) = target::current(host, project, state)?;
    let name = entry.manifest.kind.word();
    if let Some((other, _)) = given.filter(|(other, _)| other != name) {
        let message = format!("the current environment is deployed by `{name}`, not by `{other}`");
        return Err(Error::usage("provider-mismatch", message).hint("`amplify env checkout` changes the environment"));
    }
    host.output.info(&format!("Using default provider  {name}"));
    match access(host, call, entry, target) {
        Err(error) if &*error.code == "unsupported" => Ok(ConfigureReply::default()),
        other => other,
    }
}
