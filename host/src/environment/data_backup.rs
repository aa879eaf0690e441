//! Copies of data that is about to be lost: offered by a push before it begins, and made by a deletion that is told to.

use amplify_planner::Plan;
use amplify_plugin_abi::environment::{BackUpReply, Backup, NoBackup};
use serde_json::json;

use super::remote::Remote;
use crate::{command::Call, descriptor::Argument, error::Error, host::Host};

/// The option of a push that does without.
const OPTION: &str = "no-backup";
/// The option of a deletion that makes them.
const WANTED: &str = "backup";

/// The option of a push.
pub fn argument() -> Argument {
    Argument::flag(&format!("--{OPTION}"), "Make no backup of tables whose data is lost")
}

/// The option of a deletion.
pub fn wanted() -> Argument {
    Argument::flag(&format!("--{WANTED}"), "Back up the tables first, where the provider can")
}

/// Names what loses its data, and asks whether what can be copied is to be copied. `false`, if there is nothing to copy.
///
/// # Errors
/// The provider's own, and a question without an answer.
pub fn offer(host: &Host<'_>, call: &Call, remote: &Remote<'_>, plan: &Plan) -> Result<bool, Error> {
    let paths = lost(plan);
    if paths.is_empty() || call.flag(OPTION) {
        return Ok(false);
    }
    let Some(BackUpReply { backups, without }) = remote.back_up(paths, false)? else { return Ok(false) };
    name_others(host, without);
    if backups.is_empty() {
        return Ok(false);
    }
    let names: Vec<String> =
        backups.into_iter().map(|backup| format!("{} ({})", backup.path, backup.resource)).collect();
    let text = format!("Back up what loses its data first: {}?", names.join(", "));
    host.ask_confirm("push.backup", &text, true)
}

/// Makes the copies for a push, and says how each is restored.
///
/// # Errors
/// One could not be made: nothing has been deployed.
pub fn make(host: &Host<'_>, remote: &Remote<'_>, plan: &Plan) -> Result<(), Error> {
    each(host, remote, lost(plan)).map_err(|error| {
        error
            .cause("a backup was to be made before data is lost; nothing was deployed")
            .hint(format!("`amplify push --{OPTION}` deploys without one"))
    })
}

/// Makes copies of all that goes with an environment, if the deletion was told to.
///
/// # Errors
/// One could not be made, or the provider makes none: nothing has been deleted.
pub fn before_deletion(host: &Host<'_>, call: &Call, remote: &Remote<'_>, name: &str) -> Result<(), Error> {
    if !call.flag(WANTED) {
        return Ok(());
    }
    let undone = "nothing was deleted";
    let there = remote.back_up(Vec::new(), false).map_err(|error| error.cause(undone))?;
    let Some(BackUpReply { backups, without }) = there else {
        let message = format!("the provider of the environment `{name}` makes no backups; {undone}");
        return Err(Error::failed("no-backups", message).hint(format!("leave out --{WANTED}")));
    };
    name_others(host, without);
    let mut paths: Vec<String> = backups.into_iter().map(|backup| backup.path).collect();
    paths.sort();
    each(host, remote, paths).map_err(|error| error.cause(undone))
}

/// Makes the copies one after the other: what was made is told, whatever becomes of the next.
fn each(host: &Host<'_>, remote: &Remote<'_>, paths: Vec<String>) -> Result<(), Error> {
    for path in paths {
        tell(host, remote.back_up(vec![path], true)?.unwrap_or_default().backups)?;
    }
    Ok(())
}

/// Names what nothing copies.
fn name_others(host: &Host<'_>, without: Vec<NoBackup>) {
    for NoBackup { path, resource_type, resource, instead } in without {
        let copy = if instead.is_empty() { String::new() } else { format!("; `{instead}` copies it") };
        host.output.warning(&format!("there is no backup of `{path}` ({resource_type} {resource}){copy}"));
    }
}

fn tell(host: &Host<'_>, backups: Vec<Backup>) -> Result<(), Error> {
    for Backup { path, resource, name, restore } in backups {
        host.output.info(&format!("Backed up {path} ({resource}): {name}"));
        host.output.info(&format!("  to have it again: {restore}"));
        let event = json!({ "event": "backup", "path": path, "resource": resource, "name": name, "restore": restore });
        host.output.event(&event)?;
    }
    Ok(())
}

fn lost(plan: &Plan) -> Vec<String> {
    plan.guarded().into_iter().map(|guarded| guarded.path).collect()
}
