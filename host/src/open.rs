//! Opens the project that a command works on, and checks that the environment is the one the user means.

use std::{ops::Deref, path::Path, time::Instant};

use amplify_project::{Project, ProjectLock, ProjectState, failpoint};

use crate::{
    environment::{branch, served},
    error::Error,
    host::Host,
    interrupt::{self, Removing},
};

/// The right to change a project. While it is held, Ctrl-C asks the command to stop instead of ending the process in the
/// middle of its work; the second one ends it.
pub struct Held {
    // Gone before the lock is: its file may be another command's from then on.
    _interrupt: Removing,
    lock: ProjectLock,
}

impl Deref for Held {
    type Target = ProjectLock;

    fn deref(&self) -> &ProjectLock {
        &self.lock
    }
}

/// Takes the right to change a project. `words` tell another command who holds it.
///
/// # Errors
/// Another command at work in the project, or files that cannot be written.
pub fn lock(project: &Project, words: &str) -> Result<Held, Error> {
    let lock = project.lock(words)?;
    let held = Held { _interrupt: interrupt::removing(lock.file()), lock };
    failpoint::hit("lock-held")?;
    Ok(held)
}

/// The project at or above the working folder, and what its files say.
///
/// # Errors
/// No project, unreadable files, or another environment than `--env` names.
pub fn read(host: &Host<'_>) -> Result<(Project, ProjectState), Error> {
    let project = Project::find(&host.settings.folder)?;
    let state = load(host, &project)?;
    Ok((project, state))
}

/// The same, with the right to change the project. `words` tell another command who holds it.
///
/// # Errors
/// As [`read`], another command at work in the project, and a branch of git that belongs to another environment.
pub fn change(host: &Host<'_>, words: &str) -> Result<(Project, Held, ProjectState), Error> {
    let (project, lock, state) = change_on_any_branch(host, words)?;
    check_branch(host, &project, &state)?;
    Ok((project, lock, state))
}

/// Stops on a branch that belongs to another environment. Who names the environment knows it.
///
/// # Errors
/// It does.
pub fn check_branch(host: &Host<'_>, project: &Project, state: &ProjectState) -> Result<(), Error> {
    match host.settings.environment {
        Some(_) => Ok(()),
        None => branch::check(project.root(), state),
    }
}

/// The same for commands that name the environment that they are about.
///
/// # Errors
/// As [`read`], and another command at work in the project.
pub fn change_on_any_branch(host: &Host<'_>, words: &str) -> Result<(Project, Held, ProjectState), Error> {
    let project = Project::find(&host.settings.folder)?;
    let lock = lock(&project, words)?;
    if let Err(error) = served::restore(host, &project, &lock) {
        host.warn(&format!("the app's configuration file still leads to this machine: {}", error.message));
    }
    let state = load(host, &project)?;
    Ok((project, lock, state))
}

fn load(host: &Host<'_>, project: &Project) -> Result<ProjectState, Error> {
    let start = Instant::now();
    let state = project.load()?;
    if let Some(wanted) = &host.settings.environment {
        check_environment(&state, wanted)?;
    }
    host.output.debug(&format!(
        "project {} at {}, environment {}, read in {:.1} ms",
        state.config.project_name(),
        project.root().display(),
        state.environment().unwrap_or("none"),
        start.elapsed().as_secs_f64() * 1e3
    ));
    Ok(state)
}

/// Checks that the environment which the user means is the current one.
///
/// # Errors
/// It is not, or there is none of that name.
pub fn check_environment(state: &ProjectState, wanted: &str) -> Result<(), Error> {
    let known = state.team.environments();
    if !known.contains(&wanted) {
        let error = Error::failed("environment-not-found", format!("the project has no environment `{wanted}`"));
        return Err(
            error.hint(format!("type `amplify env add --env {wanted}` to make it; there are: {}", known.join(", ")))
        );
    }
    let active = state.environment()?;
    if active != wanted {
        let message = format!("the current environment is `{active}`, not `{wanted}`");
        return Err(
            Error::failed("environment-mismatch", message).hint(format!("type `amplify env checkout {wanted}`"))
        );
    }
    Ok(())
}

/// Whether the project at or above a folder keeps or has deployed resources of a category. No project keeps none.
pub fn keeps(folder: &Path, category: &str) -> bool {
    let Ok(state) = Project::find(folder).and_then(|project| project.load()) else { return false };
    let deployed = state.cloud_meta.as_ref().is_some_and(|meta| !meta.names(category).is_empty());
    category != "providers" && (deployed || !state.meta.names(category).is_empty())
}
