//! Offers files for editing: the project's editor opens them, else the one that the user's environment names.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use amplify_plugin_abi::change::FileToOpen;
use amplify_project::{Project, paths::relative};

use crate::{error::Error, host::Host};

/// The editors that a project can choose: as recorded, as shown, and as started. One that takes the terminal is waited for.
pub const EDITORS: [(&str, &str, Option<&str>); 7] = [
    ("vscode", "Visual Studio Code", Some("code")),
    ("atom", "Atom Editor", Some("atom")),
    ("sublime", "Sublime Text", Some("subl")),
    ("intellij", "IntelliJ IDEA", Some("idea")),
    ("vim", "Vim (via Terminal, Mac OS only)", Some("vim")),
    ("emacs", "Emacs (via Terminal, Mac OS only)", Some("emacs")),
    ("none", "None", None),
];

const IN_TERMINAL: [&str; 2] = ["vim", "emacs"];

/// Asks about each file, and opens those that are wanted. Whatever fails here is said and is no failure of the command: the
/// files are written.
///
/// # Errors
/// Ctrl-C.
pub fn offer(host: &Host<'_>, project: &Project, chosen: Option<&str>, files: &[FileToOpen]) -> Result<(), Error> {
    for file in files {
        if !host.questions.offer(&file.question, host.output)? {
            continue;
        }
        let path = project.root().join(relative::resource(&file.category, &file.resource)).join(&file.path);
        if !open(host, chosen, &path) {
            host.output.info(&format!("No editor could be started. The file is {}", path.display()));
        }
    }
    Ok(())
}

fn open(host: &Host<'_>, chosen: Option<&str>, path: &Path) -> bool {
    let known = EDITORS.iter().find(|(name, ..)| Some(*name) == chosen);
    let own = known.and_then(|(name, _, program)| {
        let program = (*program)?;
        let mut command = Command::new(program);
        Some(if IN_TERMINAL.contains(name) { waited_for(command.arg(path)) } else { started(command.arg(path)) })
    });
    if own == Some(true) {
        return true;
    }
    let Some(line) = &host.surroundings.editor else { return false };
    // As git does it, the variable may hold options too.
    let mut words = line.split_whitespace();
    let Some(program) = words.next() else { return false };
    waited_for(Command::new(program).args(words).arg(path))
}

/// Runs a program that takes the terminal until it ends.
fn waited_for(command: &mut Command) -> bool {
    command.status().is_ok()
}

/// Starts a program that has a window of its own.
fn started(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().is_ok()
}
