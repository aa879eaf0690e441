//! `amplify git setup`: teaches a clone to merge the project's files by key.

use std::{
    path::Path,
    process::{Command as Process, Stdio},
};

use amplify_project::{Project, Transaction, gitattributes, paths::relative};
use serde_json::json;

use crate::{
    command::{Call, Command},
    descriptor::Descriptor,
    error::Error,
    exit::Exit,
    host::Host,
    open,
};

/// What git runs. Where the program is not found it does what it would have done by itself: a line of git's settings must
/// not make it take one side for the result.
const DRIVER: &str = "if command -v amplify >/dev/null 2>&1; \
    then amplify git merge-file %O %A %B --marker-size %L --path %P; \
    else git merge-file --marker-size=%L %A %O %B; fi";

/// The command.
pub struct Setup;

impl Command for Setup {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["git", "setup"], "Teaches this clone to merge the project's generated files by key")
            .needs_project()
            .details(
                "Branches that each add a resource or an environment change the same lines of the same files. This adds \
                 lines to `.gitattributes`, which go to everybody with the project, and a merge driver to the settings of \
                 this clone, which git does not share: everybody types it once. Where it is missing git merges as it does \
                 without. `git config --remove-section merge.amplify-json` takes it back.",
            )
            .example("amplify git setup", "Once in each clone")
    }

    fn run(&self, host: &Host<'_>, _: &Call) -> Result<Exit, Error> {
        let project = Project::find(&host.settings.folder)?;
        let lock = open::lock(&project, "git setup")?;
        let mut transaction = Transaction::begin(&lock);
        let existing = transaction.read(relative::GITATTRIBUTES)?;
        let existing = existing.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let text = gitattributes::with_block(existing.as_deref());
        let is_new = existing.as_ref() != Some(&text);
        // The driver alone does nothing, so it comes first: what fails then has changed no file.
        set(project.root(), "name", "Amplify's documents, by key")?;
        set(project.root(), "driver", DRIVER)?;
        if is_new {
            transaction.write(relative::GITATTRIBUTES, text)?;
            transaction.commit()?;
        }
        host.output.answer("This clone merges the project's generated files by key.")?;
        if is_new {
            host.output.info("Commit .gitattributes, so that others can do the same.");
        }
        host.output.document(&json!({ "driver": gitattributes::DRIVER, "attributesChanged": is_new }))?;
        Ok(Exit::Done)
    }
}

/// Sets a part of the driver in the clone's own settings.
fn set(root: &Path, key: &str, value: &str) -> Result<(), Error> {
    let key = format!("merge.{}.{key}", gitattributes::DRIVER);
    let mut command = Process::new("git");
    command.args(["config", "--local", &key, value]).current_dir(root).stdin(Stdio::null());
    let failed = || Error::failed("git-failed", "this clone cannot be told how to merge");
    let output = command.output().map_err(|error| failed().cause(format!("git does not start: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(failed().cause(said.trim()).hint("type `git init` first if there is no repository yet"))
}
