//! A text of several lines, changed in the user's own editor.

use std::path::PathBuf;

use amplify_plugin_abi::question::Question;
use amplify_project::Project;
use serde_json::Value;

use super::terminal;
use crate::{
    editor::{Opened, Program},
    error::Error,
    output::Output,
};

/// What decides which editor is opened.
#[derive(Clone, Debug, Default)]
pub struct Editor {
    /// The user's own command, from the environment.
    pub command: Option<String>,
    /// The folder of the project, whose own choice comes after that.
    pub folder: PathBuf,
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
        // In a window the user is still at work; an editor that does not open leaves the file to be edited in another way.
        if program.open(&file) != Opened::Closed {
            terminal::ask(&Question::input(question.key.as_str(), "Press enter to continue"), output)?;
        }
        fs_err::read_to_string(&file).map_err(failed)
    }

    /// `None` where the project says so, and where nobody chose an editor.
    fn program(&self) -> Option<Program> {
        let project = Project::find(&self.folder).and_then(|project| project.load()).ok();
        let local = project.and_then(|state| state.local_env);
        let chosen = local.as_ref().and_then(|local| local.default_editor());
        Program::choose(self.command.as_deref(), chosen)
    }
}
