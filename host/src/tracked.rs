//! Refuses to send files to the cloud while a file that git tracks holds a secret.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use amplify_planner::Leak;

use crate::{command::Call, descriptor::Argument, error::Error};

/// The option that lets a file through.
const OPTION: &str = "allow-secret-in";

/// The option of commands that send files to the cloud.
pub fn argument() -> Argument {
    let summary = "Go on although git tracks this file and it holds a secret; may be given several times";
    Argument::option(&format!("--{OPTION}"), "file", summary).repeated()
}

/// Whether it is given.
pub fn is_given(call: &Call) -> bool {
    !call.values(OPTION).is_empty()
}

/// Refuses secrets in tracked files, but for those files that a command's option names.
///
/// # Errors
/// A secret was found; its place is told, and not itself.
pub fn check(root: &Path, call: &Call) -> Result<(), Error> {
    let allowed = call.values(OPTION);
    let mut found = amplify_planner::leaks(root, &listed(root))?;
    found.retain(|leak| !allowed.contains(&leak.file.as_str()));
    let Some(first) = found.first() else { return Ok(()) };
    let message = "git tracks a file that holds a secret; nothing was deployed";
    let told = |leak: &Leak| format!("`{}` line {} holds {}", leak.file, leak.line, leak.kind);
    let error = found.iter().map(told).fold(Error::failed("secret-in-git", message), Error::cause);
    Err(error
        .hint("take it out, and make a new one where it came from: what git has seen stays in its history")
        .hint(format!("if it belongs there, add --{OPTION} {}", first.file)))
}

/// The files below `amplify/` that git tracks; none where there is no git.
fn listed(root: &Path) -> Vec<String> {
    let mut command = Command::new("git");
    command.args(["ls-files", "-z", "--", "amplify"]).current_dir(root).stdin(Stdio::null()).stderr(Stdio::null());
    let Ok(output) = command.output() else { return Vec::new() };
    let text = String::from_utf8_lossy(&output.stdout);
    text.split('\0').filter(|file| !file.is_empty()).map(str::to_owned).collect()
}
