//! `amplify pull --undo`: puts back what a pull replaced.

use amplify_project::{Project, Transaction};
use serde_json::json;

use crate::{environment::backup, error::Error, exit::Exit, host::Host, open};

/// Puts it back.
///
/// # Errors
/// No such backup, or files edited since.
pub fn run(host: &Host<'_>, name: &str, overwrite: bool) -> Result<Exit, Error> {
    // A pull may have made the whole project, or found one that it replaced.
    let project = Project::find(&host.settings.folder)?;
    let lock = open::lock(&project, "pull")?;
    let mut transaction = Transaction::begin(&lock);
    let paths = backup::put_back(&project, &mut transaction, name, overwrite)?;
    host.questions.finish(host.output)?;
    transaction.commit()?;
    host.output.answer(&host.output.style().success("The project is as it was before that pull."))?;
    host.output.document(&json!({ "undone": name, "files": paths }))?;
    Ok(Exit::Done)
}
