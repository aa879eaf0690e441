//! `amplify init`: makes a project, or an environment in one that exists.

use amplify_plugin_abi::{
    JsonMap,
    message::LifecycleEvent,
    question::{Choice, Question, Validation},
};
use amplify_plugin_host::Entry;
use amplify_project::{
    LocalAwsInfo, Project, ProjectLock, ProjectState,
    environments::{self, NewEnvironment},
    failpoint, gitignore, names,
    paths::relative,
};
use rand::{Rng, distr::Alphanumeric};
use serde_json::{Value, json};

use super::sample;
use crate::{
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    environment::{carry, frontend, make, provider, remote::Remote, setup, switch},
    error::Error,
    events,
    exit::Exit,
    host::Host,
    interrupt, open,
    pending::Pending,
    questions::Mode,
};

/// The command.
pub struct Init;

impl Command for Init {
    fn descriptor(&self) -> Descriptor {
        arguments(Descriptor::new(
            &["init"],
            "Initializes a new project, sets up deployment resources in the cloud, and makes your project ready for Amplify.",
        ))
        .argument(Argument::option("--env", "name", "Name of the environment to make or to use").aliases(&["envName"]))
        .argument(Argument::option("--app", "url", "Clone this git repository into the empty folder, and deploy it"))
        .details(
            "In a project that exists, an environment that it has is made the current one, or a new one is added. Without \
             AWS credentials the environment is made on this machine. Nothing is deployed before `amplify push`.",
        )
        .example("amplify init", "Ask for everything")
        .example("amplify init --yes", "Take the defaults: an environment `dev`")
        .example("amplify init --app https://example.com/sample.git --yes", "Try out somebody's app")
        .example("amplify init --yes --provider local --env test", "An environment `test` on this machine")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        match call.value("app") {
            Some(url) => sample::run(host, call, url),
            None => run(host, call, Purpose::Init),
        }
    }
}

/// The arguments that `init` and `env add` share.
pub fn arguments(descriptor: Descriptor) -> Descriptor {
    setup::arguments(descriptor).argument(Argument::option(
        "--categories",
        "json",
        "Values for the environment: {\"<category>\": {\"<resource>\": {...}}}; plugins may take others",
    ))
}

/// Why an environment is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// `init`: a new project, or any environment of one.
    Init,
    /// `env add`: a new environment.
    Add,
}

/// Makes or chooses an environment.
///
/// # Errors
/// Missing or wrong answers, a provider that fails, or a file system that refuses. Nothing is written then.
pub fn run(host: &Host<'_>, call: &Call, purpose: Purpose) -> Result<Exit, Error> {
    setup::supply(host, call)?;
    let project = match purpose {
        // The original makes a project exactly where it is started.
        Purpose::Init => Project::at(&host.settings.folder),
        Purpose::Add => Project::find(&host.settings.folder)?,
    };
    let existing = project.exists();
    let data = json!({ "categories": setup::parsed(call, "categories") });
    let (before, after) = match purpose {
        Purpose::Init => (LifecycleEvent::PreInit, LifecycleEvent::PostInit),
        Purpose::Add => (LifecycleEvent::PreEnvAdd, LifecycleEvent::PostEnvAdd),
    };
    let lock = open::lock(&project, if purpose == Purpose::Init { "init" } else { "env add" })?;
    events::before(host, before, &data, None)?;
    let environment = if existing {
        let state = project.load()?;
        let pending = Pending::new(&project, &lock, state);
        in_project(host, call, purpose, &project, &lock, pending)?
    } else {
        let decided = new_project(host, call, &project, &lock)?;
        let pending = Pending::new(&project, &lock, decided.state.clone());
        make_in(host, &project, &lock, pending, decided)?
    };
    events::after(host, after, &data, Some((&project, &lock)));
    tell(host, &project, &environment)?;
    Ok(Exit::Done)
}

/// A new environment, decided but not made.
struct Decided<'h> {
    state: ProjectState,
    name: String,
    editor: Option<String>,
    provider: &'h Entry,
    provider_name: String,
    options: JsonMap,
    new_project: bool,
    /// Values of resources in the new environment.
    values: Vec<carry::Carried>,
}

fn new_project<'h>(
    host: &'h Host<'_>,
    call: &Call,
    project: &Project,
    lock: &ProjectLock,
) -> Result<Decided<'h>, Error> {
    host.output.info("Note: It is recommended to run this command from the root of your app directory");
    let folder = project.root().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let filler: String = rand::rng().sample_iter(&Alphanumeric).take(5).map(char::from).collect();
    let question = Question::input("init.projectName", "Enter a name for the project")
        .default_text(names::project_from(&folder, &filler))
        .validation(Validation::pattern(
            "[a-zA-Z0-9]{3,20}",
            "Project name should be between 3 and 20 characters and alphanumeric",
        ));
    let project_name = host.ask_text(&question)?;
    let name = ask_name(host, &[])?;
    let editor = setup::ask_editor(host, None)?;
    let config = setup::ask_frontend(host, call, project, lock, &project_name)?;
    let provider = provider::choose(host, call.value("providers"))?;
    host.output.info(&format!("Using default provider  {}", provider.name));
    Ok(Decided {
        state: ProjectState::new(config),
        name,
        editor,
        provider: provider.entry,
        provider_name: provider.name,
        options: provider.options,
        new_project: true,
        values: Vec::new(),
    })
}

fn in_project(
    host: &Host<'_>,
    call: &Call,
    purpose: Purpose,
    project: &Project,
    lock: &ProjectLock,
    mut pending: Pending<'_>,
) -> Result<String, Error> {
    let known: Vec<String> = pending.state.team.environments().into_iter().map(str::to_owned).collect();
    // A provider that is named limits the choice to its environments.
    let wanted = call.value("providers").map(provider::parse).transpose()?.map(|(name, _)| name);
    let of_provider = |name: &str| wanted.is_none() || pending.state.team.provider(name) == wanted.as_deref();
    let choices: Vec<String> = known.iter().filter(|name| of_provider(name)).cloned().collect();
    let chosen = match (&host.settings.environment, purpose) {
        (Some(name), Purpose::Init) if known.contains(name) && !of_provider(name) => {
            let provider = pending.state.team.provider(name).unwrap_or_default();
            let message = format!(
                "the environment `{name}` is deployed by `{provider}`, not by `{}`",
                wanted.unwrap_or_default()
            );
            return Err(Error::usage("provider-mismatch", message).hint("give the new environment another name"));
        }
        (Some(name), Purpose::Init) if known.contains(name) => Some(name.clone()),
        (None, Purpose::Init) if !choices.is_empty() => ask_existing(host, &pending.state, &choices, true)?,
        // A person can still say yes; a script that adds an environment has decided.
        (None, Purpose::Add) if !choices.is_empty() && host.settings.mode == Mode::Terminal => {
            ask_existing(host, &pending.state, &choices, false)?
        }
        _ => None,
    };
    if let Some(name) = chosen {
        host.questions.finish(host.output)?;
        switch::checkout(host, project, &mut pending, &name, switch::Ask::Always)?;
        frontend::write_exports(host, &mut pending, None)?;
        pending.commit(host)?;
        return Ok(name);
    }
    let name = ask_name(host, &known)?;
    let recorded = pending.state.local_env.as_ref().and_then(|local| local.default_editor()).map(str::to_owned);
    let editor = match recorded {
        Some(editor) => Some(editor),
        None => setup::ask_editor(host, None)?,
    };
    let provider = provider::choose(host, call.value("providers"))?;
    host.output.info(&format!("Using default provider  {}", provider.name));
    let given = setup::parsed(call, "categories");
    let event = if purpose == Purpose::Add { LifecycleEvent::PostEnvAdd } else { LifecycleEvent::PostInit };
    let values = carry::decide(host, &pending.state, &given, event)?;
    let decided = Decided {
        state: pending.state.clone(),
        name,
        editor,
        provider: provider.entry,
        provider_name: provider.name,
        options: provider.options,
        new_project: false,
        values,
    };
    make_in(host, project, lock, pending, decided)
}

/// Makes the environment at its provider, and then writes everything at once.
fn make_in(
    host: &Host<'_>,
    project: &Project,
    lock: &ProjectLock,
    mut pending: Pending<'_>,
    decided: Decided<'_>,
) -> Result<String, Error> {
    host.questions.finish(host.output)?;
    let Decided { name, editor, provider, provider_name, options, new_project, values, .. } = decided;
    let project_name = pending.state.config.project_name().to_owned();
    let team = &pending.state.team;
    let sibling = make::sibling(team, &name, &provider_name);
    let wanted = make::Wanted { project_name: &project_name, name: &name, stack_name: None, options, sibling };
    host.output.progress("Initializing project in the cloud...");
    let made = make::make(host, provider, project, wanted)?;
    let (state, local) = (made.state.clone(), made.local.clone());
    failpoint::hit("environment-made")?;
    let written = (|| {
        let current = pending.state.environment().ok().map(str::to_owned);
        switch::leave(&mut pending, current.as_deref())?;
        let new = NewEnvironment {
            name: &name,
            provider: &provider_name,
            provider_state: made.state,
            root: project.root(),
            editor: editor.as_deref(),
        };
        environments::add(&mut pending.state, new)?;
        for carry::Carried { category, resource, key, value } in values {
            pending.state.team.set_value(&name, &category, &resource, &key, value);
        }
        if let Value::Object(entry) = made.local {
            let mut local = project.local_aws_info()?.unwrap_or_else(LocalAwsInfo::new);
            local.set_environment(&name, entry);
            pending.transaction.write_document(relative::LOCAL_AWS_INFO, local.document())?;
        }
        if new_project {
            let existing = pending.transaction.read(relative::GITIGNORE)?;
            let existing = existing.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            let text = gitignore::with_block(existing.as_deref());
            pending.transaction.write(relative::GITIGNORE, text)?;
        }
        frontend::write_exports(host, &mut pending, None)?;
        pending.commit(host)
    })();
    match written {
        Ok(_) => {
            publish(host, project, lock, &name);
            Ok(name)
        }
        Err(error) => {
            // What the provider made belongs to no project now, so it goes again, whoever wants to stop.
            let _undoing = interrupt::postpone();
            if let Err(left) = make::destroy(host, provider, project, &name, state, local) {
                host.output.warning(&format!("the environment `{name}` could not be undone: {}", left.message));
            }
            Err(error)
        }
    }
}

/// What is known of the new environment goes where others find it. It is made already, so a refusal is a warning.
fn publish(host: &Host<'_>, project: &Project, lock: &ProjectLock, name: &str) {
    let published = (|| {
        let state = project.load()?;
        Remote::of(host, project, &state, name)?.publish(project, lock, "")
    })();
    if let Err(error) = published {
        let message = &error.message;
        host.output
            .warning(&format!("others cannot pull `{name}` yet: {message}; the next `amplify push` tries again"));
    }
}

fn ask_name(host: &Host<'_>, taken: &[String]) -> Result<String, Error> {
    let mut question = Question::input("init.environment", "Enter a name for the environment").validation(
        Validation::pattern("[a-z]{2,10}", "Environment name must be between 2 and 10 characters, and lowercase only.")
            .not_taken(taken),
    );
    if taken.iter().all(|name| name != "dev") {
        question = question.default_text("dev");
    }
    host.ask_text(&question)
}

fn ask_existing(
    host: &Host<'_>,
    state: &ProjectState,
    known: &[String],
    default: bool,
) -> Result<Option<String>, Error> {
    if !host.ask_confirm("init.useExisting", "Do you want to use an existing environment?", default)? {
        return Ok(None);
    }
    let current = state.environment().ok().filter(|current| known.iter().any(|name| name == current));
    let preselected = current.or(known.first().map(String::as_str)).unwrap_or_default();
    let choices = known.iter().map(Choice::same).collect();
    let text = "Choose the environment you would like to use:";
    host.ask_text(&Question::select("init.existingEnvironment", text, choices).default_text(preselected)).map(Some)
}

fn tell(host: &Host<'_>, project: &Project, environment: &str) -> Result<(), Error> {
    let state = project.load()?;
    let provider = state.provider().unwrap_or_default();
    let output = host.output;
    output.answer(&output.style().success("Initialized your environment successfully."))?;
    let place = if provider == provider::LOCAL { "this machine" } else { "the cloud" };
    output.answer(&format!("Your project has been successfully initialized and connected to {place}!"))?;
    output.document(&json!({
        "project": state.config.project_name(),
        "env": environment,
        "provider": provider,
        "root": project.root(),
        "frontend": state.config.frontend(),
    }))?;
    output.info("\nSome next steps:");
    for line in [
        "\"amplify status\" will show you what you've added already and if it's locally configured or deployed",
        "\"amplify add <category>\" will allow you to add features like user login or a backend API",
        "\"amplify plan\" will show what a push would create, update, replace and delete",
        "\"amplify push\" will build all your local backend resources and provision it in the cloud",
    ] {
        output.info(line);
    }
    Ok(())
}
