//! The user's editor: which one it is, and files that it is offered.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use amplify_plugin_abi::change::FileToOpen;
use amplify_project::{Project, paths::relative};

use crate::{error::Error, host::Host};

/// The editors that a project can choose: as recorded, as shown, and as started.
pub const EDITORS: [(&str, &str, Option<&str>); 7] = [
    ("vscode", "Visual Studio Code", Some("code")),
    ("atom", "Atom Editor", Some("atom")),
    ("sublime", "Sublime Text", Some("subl")),
    ("intellij", "IntelliJ IDEA", Some("idea")),
    ("vim", "Vim (via Terminal, Mac OS only)", Some("vim")),
    ("emacs", "Emacs (via Terminal, Mac OS only)", Some("emacs")),
    ("none", "None", None),
];

/// Editors with a window of their own: their command ends at once, unless it is told to wait.
const WINDOWS: [&str; 4] = ["code", "atom", "subl", "idea"];

/// A command and its first arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    words: Vec<String>,
    /// Its window stays open after the command has ended.
    window: bool,
}

/// What became of a file that was to be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// The editor was closed again.
    Closed,
    /// It is open in a window.
    InWindow,
    /// The program could not be started, or it failed.
    Not,
}

impl Program {
    /// The editor: what the environment names, which may hold options as git takes them, else what the project has chosen.
    /// `None` where the project says so, and where nobody chose one.
    pub fn choose(command: Option<&str>, chosen: Option<&str>) -> Option<Self> {
        if chosen == Some("none") {
            return None;
        }
        let of_project = || EDITORS.iter().find(|(name, ..)| Some(*name) == chosen).and_then(|(.., command)| *command);
        let words: Vec<String> = command.or_else(of_project)?.split_whitespace().map(str::to_owned).collect();
        let name = Path::new(words.first()?).file_stem()?.to_str()?;
        let waits = words.iter().any(|word| word == "--wait" || word == "-w");
        let window = WINDOWS.contains(&name) && !waits;
        Some(Self { words, window })
    }

    /// Opens a file.
    pub fn open(&self, file: &Path) -> Opened {
        let Some((program, arguments)) = self.words.split_first() else { return Opened::Not };
        let mut command = Command::new(program);
        command.args(arguments).arg(file);
        if self.window {
            let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            return if quiet.spawn().is_ok() { Opened::InWindow } else { Opened::Not };
        }
        if command.status().is_ok_and(|status| status.success()) { Opened::Closed } else { Opened::Not }
    }
}

/// Asks about each file, and opens those that are wanted. Whatever fails here is said and is no failure of the command: the
/// files are written.
///
/// # Errors
/// Ctrl-C.
pub fn offer(host: &Host<'_>, project: &Project, chosen: Option<&str>, files: &[FileToOpen]) -> Result<(), Error> {
    let program = Program::choose(host.surroundings.editor.as_deref(), chosen);
    for file in files {
        if !host.questions.offer(&file.question, host.output)? {
            continue;
        }
        let path = project.root().join(relative::resource(&file.category, &file.resource)).join(&file.path);
        if program.as_ref().is_none_or(|program| program.open(&path) == Opened::Not) {
            host.output.info(&format!("No editor was opened. The file is {}", path.display()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(command: Option<&str>, chosen: Option<&str>) -> Option<(String, bool)> {
        Program::choose(command, chosen).map(|program| (program.words.join(" "), program.window))
    }

    #[test]
    fn the_environment_then_the_project_decide() {
        assert_eq!(words(Some("nano"), Some("vscode")), Some(("nano".into(), false)));
        assert_eq!(words(Some("/usr/bin/code --wait"), None), Some(("/usr/bin/code --wait".into(), false)));
        assert_eq!(words(None, Some("vscode")), Some(("code".into(), true)));
        assert_eq!(words(None, Some("vim")), Some(("vim".into(), false)));
    }

    #[test]
    fn none_opens_nothing() {
        assert_eq!(words(Some("nano"), Some("none")), None);
        assert_eq!(words(None, Some("ed")), None);
        assert_eq!(words(None, None), None);
        assert_eq!(words(Some("  "), None), None);
    }

    #[test]
    fn an_editor_that_cannot_be_started_leaves_the_file() {
        for window in [false, true] {
            let program = Program { words: vec!["/no/such/editor".into()], window };
            assert_eq!(program.open(Path::new("/dev/null")), Opened::Not);
        }
    }
}
