//! `amplify init --app`: clones an app into the empty folder, and makes and deploys an environment for it.

use std::{
    path::{Path, PathBuf},
    process::{Command as Process, Stdio},
};

use amplify_project::Project;
use serde_json::Value;

use super::{
    init::{self, Purpose},
    push::Push,
};
use crate::{
    command::{Call, Command},
    environment::{make, target},
    error::Error,
    exit::Exit,
    host::Host,
    interrupt,
};

/// The environment that the original makes for a sample.
const ENVIRONMENT: &str = "sampledev";

/// Clones, makes an environment, and deploys it. What fails leaves the folder as empty as it was.
///
/// # Errors
/// A folder that is not empty, an address that git cannot clone, and everything that `init` and `push` can fail with.
pub fn run(host: &Host<'_>, call: &Call, url: &str) -> Result<Exit, Error> {
    let folder = host.settings.folder.clone();
    if fs_err::read_dir(&folder)?.next().is_some() {
        let error = Error::usage("folder-not-empty", "`--app` needs an empty folder, and this one is not");
        return Err(error.hint("make a folder for the app, and type the same there"));
    }
    let mut call = call.clone();
    call.options.shift_remove("app");
    call.options.entry("env").or_insert_with(|| Value::String(ENVIRONMENT.to_owned()));
    host.output.info("Note: Amplify does not have knowledge of the url provided");
    let made = clone(host, &folder, url).and_then(|()| deploy(host, &call, &folder));
    if made.is_err() {
        // Whoever stopped this wants nothing of it.
        let _undoing = interrupt::postpone();
        undo(host, &folder);
    }
    made
}

/// Clones beside nothing, and moves what came out of it to its place once it is whole.
fn clone(host: &Host<'_>, folder: &Path, url: &str) -> Result<(), Error> {
    let refused = |cause: String| {
        Error::failed("clone-failed", format!("`{url}` cannot be cloned"))
            .cause(cause)
            .hint("give the address of a git repository")
    };
    let place = tempfile::Builder::new().prefix(".amplify-clone-").tempdir_in(folder)?;
    let target = place.path().join("app");
    host.output.progress(&format!("Cloning {url}..."));
    let mut git = Process::new("git");
    git.args(["clone", "--quiet", "--depth", "1", "--"]).arg(url).arg(&target).stdin(Stdio::null());
    if !host.surroundings.stdin_terminal {
        git.env("GIT_TERMINAL_PROMPT", "0");
    }
    let output = git.output().map_err(|error| refused(format!("git cannot be started: {error}")))?;
    if interrupt::requested() {
        return Err(Error::interrupted());
    }
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        return Err(refused(text.lines().last().unwrap_or("git says nothing more").to_owned()));
    }
    host.output.end_live();
    for entry in fs_err::read_dir(&target)? {
        let entry = entry?;
        fs_err::rename(entry.path(), folder.join(entry.file_name()))?;
    }
    Ok(())
}

fn deploy(host: &Host<'_>, call: &Call, folder: &Path) -> Result<Exit, Error> {
    let environment = call.value("env").unwrap_or(ENVIRONMENT);
    host.output.info(&format!("Setting environment to {environment}"));
    let inner = Host::new(host.surroundings, host.catalog, host.output, call);
    init::run(&inner, call, Purpose::Init)?;
    if Project::at(folder).load()?.meta.resources().next().is_none() {
        return Ok(Exit::Done);
    }
    let mut push = Call::default();
    push.options.insert("yes".to_owned(), Value::Bool(true));
    let inner = Host::new(host.surroundings, host.catalog, host.output, &push);
    Push.run(&inner, &push)
}

/// Deletes the environment if it was made, and everything in the folder.
fn undo(host: &Host<'_>, folder: &Path) {
    let project = Project::at(folder);
    if let Ok(state) = project.load()
        && let Ok((entry, target)) = target::current(host, &project, &state)
        && !target.state.is_empty()
    {
        let gone = make::destroy(host, entry, &project, &target.environment, target.state, target.local);
        if let Err(error) = gone {
            let name = target.environment;
            host.output.warning(&format!("the environment `{name}` could not be undone: {}", error.message));
            host.output.warning("the folder keeps what was cloned, so that `amplify delete` can try again");
            return;
        }
    }
    for path in entries(folder) {
        let removed = if path.is_dir() { fs_err::remove_dir_all(&path) } else { fs_err::remove_file(&path) };
        if let Err(error) = removed {
            host.output.warning(&format!("something is left: {error}"));
        }
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs_err::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}
