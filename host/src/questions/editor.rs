//! A text of several lines, changed in the user's own editor.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use amplify_plugin_abi::question::Question;
use amplify_project::Project;
use serde_json::Value;

use super::terminal;
use crate::{error::Error, output::Output};

/// Editors as projects record them, with their commands.
const KNOWN: [(&str, &str); 6] = [
    ("vscode", "code"),
    ("atom", "atom"),
    ("sublime", "subl"),
    ("intellij", "idea"),
    ("vim", "vim"),
    ("emacs", "emacs"),
];

/// Editors with a window of their own: their command ends at once, unless it is told to wait.
const WINDOWS: [&str; 4] = ["code", "atom", "subl", "idea"];

/// What decides which editor is opened.
#[derive(Clone, Debug, Default)]
pub struct Editor {
    /// The user's own command, from the environment.
    pub command: Option<String>,
    /// The folder of the project, whose own choice comes after that.
    pub folder: PathBuf,
}

/// A command and its first arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Program {
    words: Vec<String>,
    /// Its window stays open after the command has ended.
    window: bool,
}

impl Editor {
    /// Offers the text, opens the editor if the user wants that, and returns the text as it is then.
    ///
    /// # Errors
    /// Ctrl-C, or a file that cannot be written or read.
    pub fn edit(&self, question: &Question, name: &str, content: &str, output: &Output) -> Result<String, Error> {
        let Some(program) = self.program() else { return Ok(content.to_owned()) };
        let offer = Question::confirm(question.key.as_str(), question.text.as_str(), true);
        if terminal::ask(&offer, output)? != Value::Bool(true) {
            return Ok(content.to_owned());
        }
        let failed = |error: std::io::Error| Error::failed("editor", "the text cannot be edited").cause(error);
        let folder = tempfile::Builder::new().prefix("amplify-").tempdir().map_err(failed)?;
        let file = folder.path().join(name);
        fs_err::write(&file, content).map_err(failed)?;
        output.info(&format!("Please edit the file in your editor: {}", file.display()));
        if !program.open(&file) {
            terminal::ask(&Question::input(question.key.as_str(), "Press enter to continue"), output)?;
        }
        fs_err::read_to_string(&file).map_err(failed)
    }

    /// `None` where the project says so, and where nobody chose an editor.
    fn program(&self) -> Option<Program> {
        let project = Project::find(&self.folder).and_then(|project| project.load()).ok();
        let local = project.and_then(|state| state.local_env);
        let chosen = local.as_ref().and_then(|local| local.default_editor());
        program(self.command.as_deref(), chosen)
    }
}

fn program(command: Option<&str>, chosen: Option<&str>) -> Option<Program> {
    if chosen == Some("none") {
        return None;
    }
    let of_project = || KNOWN.iter().find(|(name, _)| Some(*name) == chosen).map(|(_, command)| *command);
    let words: Vec<String> = command.or_else(of_project)?.split_whitespace().map(str::to_owned).collect();
    let name = Path::new(words.first()?).file_stem()?.to_str()?;
    let waits = words.iter().any(|word| word == "--wait" || word == "-w");
    let window = WINDOWS.contains(&name) && !waits;
    Some(Program { words, window })
}

impl Program {
    /// Opens a file; false where the user is still to say when it is done.
    fn open(&self, file: &Path) -> bool {
        let Some((program, arguments)) = self.words.split_first() else { return false };
        let mut command = Command::new(program);
        command.args(arguments).arg(file);
        if self.window {
            // A window that does not open leaves the file to be edited in any other way.
            let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
            return false;
        }
        command.status().is_ok_and(|status| status.success())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(command: Option<&str>, chosen: Option<&str>) -> Option<(String, bool)> {
        program(command, chosen).map(|program| (program.words.join(" "), program.window))
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
        let program = Program { words: vec!["/no/such/editor".into()], window: false };
        assert!(!program.open(Path::new("/dev/null")));
    }
}
