//! Pulls into a project that exists.

use amplify_plugin_abi::{message::LifecycleEvent, question::Question};
use amplify_project::{
    Project, Record,
    merge::{Mode, Outcome},
    paths::relative,
    status,
};
use serde_json::{Value, json};

use crate::{
    commands::status as status_command,
    environment::{
        backup,
        bring::{self, Brought},
        frontend,
        remote::{self, Fetched, Remote},
        switch, values,
    },
    error::Error,
    events,
    exit::Exit,
    host::Host,
    open,
    pending::Pending,
    questions,
};

/// A pull into a project.
pub struct Merging {
    /// The command's words.
    pub words: &'static str,
    /// The environment, which becomes the current one.
    pub name: String,
    /// What becomes of the backend folder; nothing leaves it alone.
    pub mode: Option<Mode>,
}

/// Carries it out.
///
/// # Errors
/// A provider that fails, files that cannot be read or written: nothing is changed then. With conflicts everything else is
/// done, and the error names them.
pub fn pull_into(host: &Host<'_>, project: &Project, merging: Merging) -> Result<Exit, Error> {
    let Merging { words, name, mode } = merging;
    let lock = open::lock(project, words)?;
    let mut pending = Pending::new(project, &lock, project.load()?);
    let data = json!({ "name": name });
    let remote = Remote::of(host, project, &pending.state, &name)?;
    remote.identify()?;
    host.output.progress(&format!("Fetching updates to backend environment: {name} from the cloud."));
    let Some(fetched) = fetched(&remote, &pending, &name, mode)? else {
        host.questions.finish(host.output)?;
        host.output.answer(&format!("Nothing is deployed in {name} but what this folder knows."))?;
        host.output.document(&json!({ "env": name, "changed": false }))?;
        return Ok(Exit::Done);
    };
    let unpublished = project.revisions()?.is_unpublished(&name);
    if unpublished && !fetched.revision.is_empty() && mode == Some(Mode::Keep) {
        let message = format!("what was deployed in `{name}` from here is not published yet");
        return Err(Error::failed("record-not-published", message).hint("type `amplify push`, which publishes it"));
    }
    events::before(host, LifecycleEvent::PrePull, &data, Some(&mut pending))?;
    let base = base(project, &pending, &name)?;
    let brought = take(&mut pending, project, &name, &base, &fetched, mode)?;
    confirm(host, &brought)?;
    host.questions.finish(host.output)?;
    frontend::write_exports(host, &mut pending, None)?;
    let backup = backup::keep(&mut pending, project, &name)?;
    pending.commit(host)?;
    events::after(host, LifecycleEvent::PostPull, &data, Some((project, &lock)));
    tell(host, project, &name, &brought, backup.as_deref())
}

/// What is deployed. Where the provider keeps no record, this folder's own counts for those who want their files back.
fn fetched(
    remote: &Remote<'_>,
    pending: &Pending<'_>,
    name: &str,
    mode: Option<Mode>,
) -> Result<Option<Fetched>, Error> {
    let fetched = remote.fetch()?;
    let is_current = pending.state.environment().is_ok_and(|current| current == name);
    if fetched.is_some() || !is_current || !matches!(mode, Some(Mode::Restore | Mode::Overwrite)) {
        return Ok(fetched);
    }
    let record = Record::of_transaction(&pending.transaction)?;
    let known = record.file("amplify-meta.json").is_some();
    Ok(known.then_some(Fetched { revision: String::new(), record, root_template: None }))
}

/// What the backend folder was last in step with, as far as this folder knows.
fn base(project: &Project, pending: &Pending<'_>, name: &str) -> Result<Record, Error> {
    if pending.state.environment().is_ok_and(|current| current == name) {
        return remote::recorded(project);
    }
    switch::kept(project, name)
}

fn take(
    pending: &mut Pending<'_>,
    project: &Project,
    name: &str,
    base: &Record,
    fetched: &Fetched,
    mode: Option<Mode>,
) -> Result<Brought, Error> {
    if !fetched.revision.is_empty() {
        switch::take_over(project, pending, name, fetched)?;
    }
    mode.map_or_else(|| Ok(Brought::default()), |mode| bring::backend(pending, project, base, fetched, mode))
}

/// Asks before anything that was changed here is given up.
///
/// # Errors
/// A wrong or missing answer, or another one than yes.
pub fn confirm(host: &Host<'_>, brought: &Brought) -> Result<(), Error> {
    if brought.lost.is_empty() {
        return Ok(());
    }
    host.output.info("\nThese files were changed here, and become what is deployed:");
    for path in &brought.lost {
        host.output.info(&format!("  {path}"));
    }
    let scripted = host.settings.mode == questions::Mode::Defaults;
    let question = Question::confirm("pull.confirm", "Are you sure you would like to continue?", scripted);
    if host.questions.ask(&question, host.output)?.value == Value::Bool(true) || host.questions.collecting() {
        return Ok(());
    }
    Err(Error::failed("pull-declined", "nothing was pulled")
        .hint("`amplify pull` without `--overwrite` and `--restore` leaves what you changed as it is"))
}

/// Says what a pull did.
///
/// # Errors
/// The conflicts, if there are any.
pub fn tell(
    host: &Host<'_>,
    project: &Project,
    name: &str,
    brought: &Brought,
    backup: Option<&str>,
) -> Result<Exit, Error> {
    let output = host.output;
    let state = project.load()?;
    let rows = status::rows(project, &state)?;
    for (title, outcomes) in [
        ("Taken over from the cloud:", &[Outcome::Added, Outcome::Replaced][..]),
        ("Deleted, as in the cloud:", &[Outcome::Deleted]),
        ("Different here, and left as they are:", &[Outcome::Kept]),
    ] {
        let paths = brought.with(outcomes);
        if !paths.is_empty() {
            output.answer(&format!("\n{title}\n  {}", paths.join("\n  ")))?;
        }
    }
    if !brought.values.taken.is_empty() {
        let file = relative::TEAM_PROVIDER_INFO;
        output.answer(&format!(
            "\nValues of the environment taken over into {file}:\n  {}",
            brought.values.taken.join("\n  ")
        ))?;
    }
    output.answer(&status_command::text(Some(name), &rows))?;
    let missing = values::tell_missing(host, project, &state, name);
    let done = format!("\nSuccessfully pulled backend environment {name} from the cloud.");
    output.answer(&output.style().success(&done))?;
    let undo = backup.map(|backup| format!("amplify pull --undo {backup}"));
    if let Some(backup) = backup {
        tell_backup(host, backup);
    }
    let conflicts = brought.with(&[Outcome::Conflict]);
    output.document(&json!({
        "env": name,
        "changed": backup.is_some(),
        "taken": brought.with(&[Outcome::Added, Outcome::Replaced]),
        "deleted": brought.with(&[Outcome::Deleted]),
        "kept": brought.with(&[Outcome::Kept]),
        "conflicts": conflicts,
        "conflictingKeys": brought.keys,
        "values": brought.values.taken,
        "conflictingValues": brought.values.conflicts,
        "missingValues": missing,
        "undo": undo,
        "resources": rows,
    }))?;
    if conflicts.is_empty() && brought.keys.is_empty() && brought.values.conflicts.is_empty() {
        return Ok(Exit::Done);
    }
    Err(conflict(&conflicts, brought))
}

/// Says where what was replaced is, and how to put it back.
pub fn tell_backup(host: &Host<'_>, backup: &str) {
    host.output.info(&format!("What was replaced is in {}/{backup}. To put it back:", relative::LOCAL_BACKUPS));
    host.output.info(&format!("  amplify pull --undo {backup}"));
}

fn conflict(files: &[&str], brought: &Brought) -> Error {
    let message = "everything else was pulled, but some was changed both here and in the cloud; yours was kept";
    let mut error = Error::failed("pull-conflicts", message);
    for path in files {
        error = error.cause(format!("{}/{path}", relative::BACKEND));
    }
    for key in &brought.keys {
        error = error.cause(format!("{}: `{key}`", relative::BACKEND_CONFIG));
    }
    for key in &brought.values.conflicts {
        error = error.cause(format!("{}: `{key}`", relative::TEAM_PROVIDER_INFO));
    }
    if let Some(path) = files.first() {
        let (theirs, ours) = (relative::CLOUD_BACKEND, relative::BACKEND);
        error = error.hint(format!("take the deployed one, if there is one: cp '{theirs}/{path}' '{ours}/{path}'"));
    }
    error.hint("`amplify pull --overwrite` takes all that is deployed; `amplify push` deploys what you have")
}
