//! Pulls into a folder that knows nothing of the environment yet: the provider says what there is, and the user chooses.

use amplify_plugin_abi::{
    JsonMap,
    environment::{App, AppEnvironment, DiscoverReply, DiscoverRequest},
    message::LifecycleEvent,
    provider::{ProviderReply, ProviderRequest},
    question::{Choice, Question},
};
use amplify_plugin_host::Entry;
use amplify_project::{
    LocalAwsInfo, LocalEnvInfo, Project, ProjectState, Record, gitignore, merge::Mode, paths::relative,
};
use serde_json::{Value, json};

use super::given;
use crate::{
    command::Call,
    environment::{
        backup, bring, frontend,
        provider::{self, answered_wrongly},
        remote::{Fetched, Remote},
        setup, switch, values,
    },
    error::Error,
    events,
    exit::Exit,
    host::Host,
    open,
    pending::Pending,
};

/// An environment that was found.
struct Found {
    app: App,
    environment: AppEnvironment,
    local: Value,
}

/// Pulls an environment that the project in the folder, if there is one, does not know.
///
/// # Errors
/// Missing answers, a provider that fails, files that cannot be written: nothing is changed then.
pub fn run(host: &Host<'_>, call: &Call, project: &Project) -> Result<Exit, Error> {
    let (provider, options) = match call.value("providers") {
        Some(given) => provider::parse(given)?,
        None => (provider::AWS.to_owned(), JsonMap::new()),
    };
    let entry = provider::installed(host, &provider)?;
    host.output.info(&format!("Using default provider  {provider}"));
    let lock = open::lock(project, "pull")?;
    let existing = if project.exists() { Some(project.load()?) } else { None };
    let found = find(host, call, entry, &provider, options)?;
    let name = found.environment.name.clone();
    let app_name = found.app.name.clone();
    let (state, modifies) = match existing {
        Some(state) => (state, true),
        None => {
            let editor = setup::ask_editor(host, None)?;
            let config = setup::ask_frontend(host, call, project, &lock, &app_name)?;
            let question = Question::confirm("pull.modify", "Do you plan on modifying this backend?", true);
            let modifies = host.questions.ask(&question, host.output)?.value == Value::Bool(true);
            let mut state = ProjectState::new(config);
            state.local_env = Some(LocalEnvInfo::new(project.root(), editor.as_deref(), &name));
            (state, modifies)
        }
    };
    let is_new = !project.exists();
    let mut pending = Pending::new(project, &lock, state);
    let recorded = found.environment.state.clone();
    pending.state.team.set_provider_state(&name, &provider, recorded.clone());
    let project_name = pending.state.config.project_name().to_owned();
    let remote = Remote::at(host, entry, project, &project_name, &name, recorded, found.local.clone());
    remote.identify()?;
    host.questions.finish(host.output)?;
    host.output.progress(&format!("Fetching updates to backend environment: {name} from the cloud."));
    let fetched = remote.fetch()?.ok_or_else(|| {
        let message = format!("nothing was published of the environment `{name}`");
        Error::failed("record-missing", message).hint("push it once from the folder that it was made in")
    })?;
    let data = json!({ "name": name });
    events::before(host, LifecycleEvent::PrePull, &data, None)?;
    if !modifies {
        return metadata_only(host, project, pending, &name, &fetched);
    }
    if is_new {
        let existing = pending.transaction.read(relative::GITIGNORE)?;
        let existing = existing.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let text = gitignore::with_block(existing.as_deref());
        pending.transaction.write(relative::GITIGNORE, text)?;
    }
    if let Value::Object(entry) = found.local {
        let mut local = project.local_aws_info()?.unwrap_or_else(LocalAwsInfo::new);
        local.set_environment(&name, entry);
        pending.transaction.write_document(relative::LOCAL_AWS_INFO, local.document())?;
    }
    switch::take_over(project, &mut pending, &name, &fetched)?;
    let brought = bring::backend(&mut pending, project, &Record::default(), &fetched, Mode::Keep)?;
    frontend::write_exports(host, &mut pending, None)?;
    let backup = if is_new { None } else { backup::keep(&mut pending, project, &name)? };
    pending.commit(host)?;
    events::after(host, LifecycleEvent::PostPull, &data, Some((project, &lock)));
    if is_new {
        values::tell_missing(host, project, &project.load()?, &name);
        return tell(host, project, &name, "Successfully pulled backend environment", true);
    }
    super::merge::tell(host, project, &name, &brought, backup.as_deref())
}

/// Writes the app's configuration files and nothing else.
fn metadata_only(
    host: &Host<'_>,
    project: &Project,
    mut pending: Pending<'_>,
    name: &str,
    fetched: &Fetched,
) -> Result<Exit, Error> {
    let deployed = fetched.record.deployed()?;
    pending.state.backend_config = deployed.backend_config.clone().unwrap_or_default();
    amplify_project::environments::checkout(&mut pending.state, name, project.root(), Some(deployed))?;
    frontend::write_exports(host, &mut pending, None)?;
    pending.transaction.commit()?;
    host.output.answer("Added backend environment config object to your project.")?;
    tell(host, project, name, "Successfully pulled the configuration of backend environment", false)
}

fn tell(host: &Host<'_>, project: &Project, name: &str, done: &str, modifies: bool) -> Result<Exit, Error> {
    host.output.answer(&host.output.style().success(&format!("{done} {name} from the cloud.")))?;
    host.output.info("Run 'amplify pull' to sync upstream changes.");
    host.output.document(&json!({ "env": name, "root": project.root(), "backend": modifies }))?;
    Ok(Exit::Done)
}

fn find(host: &Host<'_>, call: &Call, entry: &Entry, provider: &str, options: JsonMap) -> Result<Found, Error> {
    let app_id = given(call, "app-id", "appId").unwrap_or_default();
    let request = DiscoverRequest { options, app_id: app_id.clone() };
    let reply = match provider::request(host, entry, ProviderRequest::Discover(request)) {
        Ok(ProviderReply::Discovered(reply)) => reply,
        Ok(_) => return Err(answered_wrongly(entry)),
        Err(error) if provider::is_unsupported(&error) => {
            let message = format!("the provider `{provider}` keeps no projects to pull from");
            return Err(Error::failed("nothing-to-pull", message).hint("name another one with `--providers`"));
        }
        Err(error) => return Err(error),
    };
    let DiscoverReply { apps, local } = reply;
    let app = choose_app(host, apps, &app_id)?;
    let environment = choose_environment(host, call, &app)?;
    Ok(Found { app, environment, local })
}

fn choose_app(host: &Host<'_>, apps: Vec<App>, wanted: &str) -> Result<App, Error> {
    let profile = "make sure that your credentials are those of the account and the region in which the app exists";
    if !wanted.is_empty() {
        let message = format!("Amplify AppID: {wanted} not found");
        let missing = || Error::failed("app-not-found", message).hint(profile);
        let app = apps.into_iter().find(|app| app.id == wanted).ok_or_else(missing)?;
        host.output.info(&format!("Amplify AppID found: {wanted}. Amplify App name is: {}", app.name));
        return Ok(app);
    }
    if apps.is_empty() {
        return Err(Error::failed("app-not-found", "No Amplify apps found").hint(profile));
    }
    let choices = apps.iter().map(|app| Choice::new(&app.id, format!("{} ({})", app.name, app.id))).collect();
    let id = host.ask_text(&Question::select("pull.app", "Which app are you working on?", choices))?;
    let fallback = apps.first().cloned().unwrap_or_default();
    Ok(apps.into_iter().find(|app| app.id == id).unwrap_or(fallback))
}

fn choose_environment(host: &Host<'_>, call: &Call, app: &App) -> Result<AppEnvironment, Error> {
    let names: Vec<&str> = app.environments.iter().map(|environment| environment.name.as_str()).collect();
    let name = match (given(call, "env-name", "envName"), names.as_slice()) {
        (Some(name), _) if names.contains(&name.as_str()) => name,
        (Some(name), _) => {
            let message = format!("the app `{}` has no backend environment `{name}`", app.name);
            return Err(Error::failed("environment-not-found", message).hint(format!("it has: {}", names.join(", "))));
        }
        (None, []) => {
            let message = format!("the app `{}` has no backend environment", app.name);
            return Err(Error::failed("environment-not-found", message).hint("`amplify init` makes one"));
        }
        (None, [only]) => {
            host.output.info(&format!("Backend environment '{only}' found. Initializing..."));
            (*only).to_owned()
        }
        (None, several) => ask_environment(host, several)?,
    };
    let found = app.environments.iter().find(|environment| environment.name == name);
    found.cloned().ok_or_else(|| Error::internal("an environment was chosen that was not offered"))
}

/// Asks which environment is meant.
///
/// # Errors
/// A wrong or missing answer.
pub fn ask_environment(host: &Host<'_>, names: &[&str]) -> Result<String, Error> {
    let choices = names.iter().copied().map(Choice::same).collect();
    host.ask_text(&Question::select("pull.environment", "Pick a backend environment:", choices))
}
