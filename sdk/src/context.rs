//! What a plugin can ask of the host while it works.

use std::collections::BTreeMap;

use amplify_plugin_abi::{
    change::FileContent,
    error::{ErrorKind, PluginError},
    message::{CallReply, CallRequest, HOST, KEEP, LogLevel, LogRecord, Progress},
    project::ProjectView,
    question::{Answer, Choice, Question, QuestionKind, Validation},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

/// The far end of a [`Context`]: the host, or a test.
pub trait HostConnection {
    /// Asks a question.
    ///
    /// # Errors
    /// No answer, or the user stopped.
    fn ask(&mut self, question: &Question) -> Result<Answer, PluginError>;
    /// Shows progress.
    fn progress(&mut self, progress: &Progress);
    /// Writes to the log.
    fn log(&mut self, record: &LogRecord);
    /// Calls another plugin.
    ///
    /// # Errors
    /// No such plugin or method, or its own failure.
    fn call(&mut self, request: &CallRequest) -> Result<CallReply, PluginError>;
    /// Reads a project file.
    ///
    /// # Errors
    /// A path outside the project, or an unreadable file.
    fn read(&mut self, path: &str) -> Result<Option<FileContent>, PluginError>;
    /// Lists the files below a folder.
    ///
    /// # Errors
    /// A path outside the project.
    fn list(&mut self, path: &str) -> Result<Vec<String>, PluginError>;
    /// Whether to stop.
    fn cancelled(&mut self) -> bool;
}

/// Given to a plugin with every request: questions, files, other plugins, progress.
pub struct Context<'host> {
    host: &'host mut dyn HostConnection,
    project: ProjectView,
    endpoints: BTreeMap<String, String>,
    stand_in: bool,
    /// Whether the host keeps contents, as far as is known.
    keeps: bool,
}

impl<'host> Context<'host> {
    /// A context over a connection, with the project that came with the request.
    pub fn new(host: &'host mut dyn HostConnection, project: ProjectView) -> Self {
        Self { host, project, endpoints: BTreeMap::new(), stand_in: false, keeps: true }
    }

    /// The same with services that are served on this machine.
    pub(crate) fn serving(self, endpoints: BTreeMap<String, String>) -> Self {
        Self { endpoints, ..self }
    }

    /// The address of a service of the environment, such as `cognito`, while it is served on this machine. For
    /// [`Category::exports`](crate::Category::exports).
    pub fn endpoint(&self, service: &str) -> Option<&str> {
        self.endpoints.get(service).map(String::as_str)
    }

    /// The project, kept up to date with what called plugins change.
    pub fn project(&self) -> &ProjectView {
        &self.project
    }

    /// Asks a question and returns the answer as the host gave it.
    ///
    /// # Errors
    /// No answer, or the user stopped; pass it on with `?`.
    pub fn ask(&mut self, question: Question) -> Result<Value, PluginError> {
        let answer = self.host.ask(&question)?;
        self.stand_in |= answer.stand_in;
        Ok(answer.value)
    }

    /// Fails if an answer so far was not given by anybody: the host goes on only to learn which others are missing. Changes
    /// are thrown away then; whoever does things at once, as a provider does, must check this before.
    ///
    /// # Errors
    /// [`ErrorKind::MissingAnswer`]; the host tells the user which answers are missing.
    pub fn check_answered(&self) -> Result<(), PluginError> {
        if self.stand_in {
            let error = PluginError::new("missing-answers", "answers are missing");
            return Err(PluginError { kind: ErrorKind::MissingAnswer, ..error });
        }
        Ok(())
    }

    /// Asks for a line of text.
    ///
    /// # Errors
    /// See [`Context::ask`].
    pub fn input(
        &mut self,
        key: &str,
        text: &str,
        default: Option<String>,
        validation: Option<Validation>,
    ) -> Result<String, PluginError> {
        let kind = QuestionKind::Input { default, validation };
        text_answer(key, self.ask(Question::of(key, text, kind))?)
    }

    /// Asks a question with a rule that the question itself cannot say: `read` makes something of the answer. At a terminal
    /// its refusal is shown and the question comes once more; an answer that was given beforehand fails with it.
    ///
    /// # Errors
    /// See [`Context::ask`], and the refusal of `read`.
    pub fn ask_read<T>(
        &mut self,
        question: &Question,
        read: impl Fn(&Value) -> Result<T, PluginError>,
    ) -> Result<T, PluginError> {
        loop {
            let answer = self.host.ask(question)?;
            self.stand_in |= answer.stand_in;
            let refusal = match read(&answer.value) {
                Ok(value) => return Ok(value),
                Err(refusal) => refusal,
            };
            if answer.stand_in {
                // Nobody gave it, so nobody is told what is wrong with it: those that are missing are listed.
                self.check_answered()?;
            }
            if !answer.typed {
                return Err(refusal);
            }
            let causes = refusal.causes.join("\n");
            let text = if causes.is_empty() { refusal.message } else { causes };
            self.progress(&Progress::Message { text });
        }
    }

    /// [`Context::ask_read`] for a line of text.
    ///
    /// # Errors
    /// See [`Context::ask_read`].
    pub fn input_read<T>(
        &mut self,
        key: &str,
        text: &str,
        default: Option<String>,
        validation: Option<Validation>,
        read: impl Fn(&str) -> Result<T, PluginError>,
    ) -> Result<T, PluginError> {
        let question = Question::of(key, text, QuestionKind::Input { default, validation });
        self.ask_read(&question, |answer| read(&text_answer(key, answer.clone())?))
    }

    /// Asks yes or no.
    ///
    /// # Errors
    /// See [`Context::ask`].
    pub fn confirm(&mut self, key: &str, text: &str, default: bool) -> Result<bool, PluginError> {
        let kind = QuestionKind::Confirm { default: Some(default), more_of: None };
        bool_answer(key, self.ask(Question::of(key, text, kind))?)
    }

    /// Asks whether item `filled` of a list is to be followed by another. An answers document answers by its length.
    ///
    /// # Errors
    /// See [`Context::ask`].
    pub fn another(&mut self, list: &str, filled: usize, text: &str, default: bool) -> Result<bool, PluginError> {
        let key = format!("{list}[{filled}].another");
        let kind = QuestionKind::Confirm { default: Some(default), more_of: Some(list.into()) };
        bool_answer(&key, self.ask(Question::of(key.clone(), text, kind))?)
    }

    /// Asks for one of several choices and returns its value.
    ///
    /// # Errors
    /// See [`Context::ask`].
    pub fn select(
        &mut self,
        key: &str,
        text: &str,
        choices: Vec<Choice>,
        default: Option<&str>,
    ) -> Result<String, PluginError> {
        let kind = QuestionKind::Select { choices, default: default.map(Into::into) };
        text_answer(key, self.ask(Question::of(key, text, kind))?)
    }

    /// Asks for any number of choices (at least `min`) and returns their values.
    ///
    /// # Errors
    /// See [`Context::ask`].
    pub fn multi_select(
        &mut self,
        key: &str,
        text: &str,
        choices: Vec<Choice>,
        default: Vec<String>,
        min: usize,
    ) -> Result<Vec<String>, PluginError> {
        let kind = QuestionKind::MultiSelect { choices, default, min, min_message: None };
        list_answer(key, self.ask(Question::of(key, text, kind))?)
    }

    /// Offers the user a text to change in an editor, as a file of this name, and returns it as it is then. Without a
    /// terminal, and where the project's editor is `none`, nobody is asked and the text stays.
    ///
    /// # Errors
    /// See [`Context::ask`].
    pub fn edit(&mut self, key: &str, text: &str, name: &str, content: &str) -> Result<String, PluginError> {
        text_answer(key, self.ask(Question::edit(key, text, name, content))?)
    }

    /// Calls a method of another plugin. What it changes is kept by the host with this plugin's own changes, and shows in
    /// [`Context::project`] and in files read from then on.
    ///
    /// # Errors
    /// No such plugin or method, or its own failure.
    pub fn call(&mut self, plugin: &str, method: &str, parameters: Value) -> Result<Value, PluginError> {
        let request = CallRequest {
            plugin: plugin.into(),
            method: method.into(),
            parameters,
            project: Some(self.project.clone()),
        };
        let reply = self.host.call(&request)?;
        if let Some(project) = reply.project {
            self.project = project;
        }
        Ok(reply.value)
    }

    /// Reads a file of the project as text; `None` where there is none. The path is relative to the project's root.
    ///
    /// # Errors
    /// A path outside the project, an unreadable file, or bytes that are no text.
    pub fn read_text(&mut self, path: &str) -> Result<Option<String>, PluginError> {
        match self.host.read(path)? {
            None => Ok(None),
            Some(FileContent::Text(text)) => Ok(Some(text)),
            Some(FileContent::Json(value) | FileContent::JsonTabs(value)) => Ok(Some(value.to_string())),
            Some(_) => Err(PluginError::new("not-text", format!("`{path}` is not a text file"))),
        }
    }

    /// Reads a file of the project as bytes; `None` where there is none.
    ///
    /// # Errors
    /// A path outside the project, or an unreadable file.
    pub fn read_bytes(&mut self, path: &str) -> Result<Option<Vec<u8>>, PluginError> {
        match self.host.read(path)? {
            None => Ok(None),
            Some(FileContent::Text(text)) => Ok(Some(text.into_bytes())),
            Some(FileContent::Base64(text)) => STANDARD.decode(text).map(Some).map_err(|error| {
                PluginError::new("bad-callback-reply", format!("`{path}` came in pieces")).cause(error)
            }),
            Some(FileContent::Json(value) | FileContent::JsonTabs(value)) => Ok(Some(value.to_string().into_bytes())),
            Some(_) => Err(PluginError::new("bad-callback-reply", format!("`{path}` came in an unknown form"))),
        }
    }

    /// Reads a JSON file of the project; `None` where there is none.
    ///
    /// # Errors
    /// As [`Context::read_text`], and a file that is not valid JSON.
    pub fn read_json(&mut self, path: &str) -> Result<Option<Value>, PluginError> {
        let Some(text) = self.read_text(path)? else { return Ok(None) };
        serde_json::from_str(text.trim_start_matches('\u{feff}')).map(Some).map_err(|error| {
            PluginError::new("invalid-json", format!("`{path}` is not valid JSON"))
                .cause(error)
                .hint(format!("mend the file, or restore it with `git checkout -- {path}`"))
        })
    }

    /// Lists the files below a folder of the project, as paths relative to that folder.
    ///
    /// # Errors
    /// A path outside the project.
    pub fn list(&mut self, path: &str) -> Result<Vec<String>, PluginError> {
        self.host.list(path)
    }

    /// Hands a file's content to the host ahead of the changes, and returns what stands for it there: for requests with so
    /// many files that one document with all of them would take too much memory. From a host that keeps nothing, such as
    /// a test, the content comes back as it is.
    pub fn keep(&mut self, content: FileContent) -> FileContent {
        if !self.keeps {
            return content;
        }
        let Ok(parameters) = serde_json::to_value(&content) else { return content };
        let request = CallRequest { plugin: HOST.into(), method: KEEP.into(), parameters, project: None };
        match self.host.call(&request).ok().and_then(|reply| reply.value.as_u64()) {
            Some(number) => FileContent::Kept(number),
            None => {
                self.keeps = false;
                content
            }
        }
    }

    /// Shows progress of long work.
    pub fn progress(&mut self, progress: &Progress) {
        self.host.progress(progress);
    }

    /// Names the step that begins now.
    pub fn step(&mut self, text: impl Into<String>) {
        self.host.progress(&Progress::Step { text: text.into() });
    }

    /// Writes to the log. Warnings are always shown, the rest with `--debug`.
    pub fn log(&mut self, level: LogLevel, text: impl Into<String>) {
        self.host.log(&LogRecord { level, text: text.into() });
    }

    /// Whether the user has asked to stop. Check it several times a second during long work.
    pub fn cancelled(&mut self) -> bool {
        self.host.cancelled()
    }

    /// Fails if the user has asked to stop.
    ///
    /// # Errors
    /// [`ErrorKind::Cancelled`].
    pub fn check_cancelled(&mut self) -> Result<(), PluginError> {
        if self.host.cancelled() {
            return Err(PluginError { kind: ErrorKind::Cancelled, ..PluginError::new("cancelled", "interrupted") });
        }
        Ok(())
    }
}

/// Bytes as the content of a file: text where they are text.
///
/// ```
/// use amplify_sdk::{change::FileContent, content};
///
/// assert_eq!(content(b"hello"), FileContent::Text("hello".into()));
/// assert_eq!(content(b"\xff"), FileContent::Base64("/w==".into()));
/// ```
pub fn content(bytes: &[u8]) -> FileContent {
    match std::str::from_utf8(bytes) {
        Ok(text) => FileContent::Text(text.into()),
        Err(_) => FileContent::Base64(STANDARD.encode(bytes)),
    }
}

fn wrong(key: &str, wanted: &str, value: &Value) -> PluginError {
    PluginError::usage("wrong-answer", format!("the answer to `{key}` must be {wanted}, not {value}"))
}

fn text_answer(key: &str, value: Value) -> Result<String, PluginError> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(wrong(key, "text", &other)),
    }
}

fn bool_answer(key: &str, value: Value) -> Result<bool, PluginError> {
    value.as_bool().ok_or_else(|| wrong(key, "true or false", &value))
}

fn list_answer(key: &str, value: Value) -> Result<Vec<String>, PluginError> {
    match serde_json::from_value(value.clone()) {
        Ok(list) => Ok(list),
        Err(_) => Err(wrong(key, "a list of texts", &value)),
    }
}
