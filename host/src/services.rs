//! What the host does for a plugin while it works: questions, files, other plugins, progress.

use amplify_plugin_abi::{
    change::FileContent,
    error::{ErrorKind, PluginError},
    message::{CallReply, CallRequest, HOST, KEEP, LogLevel, LogRecord, Progress, Request, Response},
    question::{Answer, Question},
};
use amplify_plugin_host::{Entry, HostServices};
use amplify_project::Project;
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{contents, environment::served, host::Host, interrupt, pending::Pending, progress::Telling};

/// How deep calls between plugins may nest; more is a circle.
const DEPTH: usize = 8;

/// The services for one plugin, within one command.
pub struct Services<'s, 'l> {
    host: &'s Host<'s>,
    plugin: &'s Entry,
    pending: Option<&'s mut Pending<'l>>,
    /// The project where nothing is changed, and so nothing is pending.
    reading: Option<&'s Project>,
    depth: usize,
}

impl<'s, 'l> Services<'s, 'l> {
    /// Services for a plugin; without pending changes there is no project.
    pub fn new(host: &'s Host<'s>, plugin: &'s Entry, pending: Option<&'s mut Pending<'l>>) -> Self {
        Self { host, plugin, pending, reading: None, depth: 0 }
    }

    /// Services for a plugin that only reads: a project on disk, and no changes.
    pub fn reading(host: &'s Host<'s>, plugin: &'s Entry, project: &'s Project) -> Self {
        Self { host, plugin, pending: None, reading: Some(project), depth: 0 }
    }
}

impl HostServices for Services<'_, '_> {
    fn ask(&mut self, question: &Question) -> Result<Answer, PluginError> {
        self.host.questions.ask(question, self.host.output).map_err(crate::error::Error::into_plugin)
    }

    fn progress(&mut self, progress: &Progress) {
        if let Progress::Serving { endpoints } = progress
            && self.host.telling.get() == Telling::Answer
            && self.host.serving.borrow().is_none()
        {
            served::begin(self.host, endpoints);
        }
        self.host.show_progress(progress);
    }

    fn log(&mut self, record: &LogRecord) {
        match record.level {
            LogLevel::Warning => self.host.warn(&record.text),
            _ => self.host.output.debug(&format!("{}: {}", self.plugin.manifest.name, record.text)),
        }
    }

    fn call(&mut self, request: &CallRequest) -> Result<CallReply, PluginError> {
        if self.depth >= DEPTH {
            return Err(PluginError::new("call-depth", "plugins call each other in a circle"));
        }
        if request.plugin == HOST {
            return own(request).map_err(crate::error::Error::into_plugin);
        }
        let entry = self.host.catalog.registry().by_word(&request.plugin).ok_or_else(|| {
            PluginError::new("no-plugin", format!("there is no plugin for `{}`", request.plugin))
                .hint("type `amplify plugin list` to see those there are")
        })?;
        let manifest = &entry.manifest;
        if manifest.methods.iter().all(|method| method.name != request.method) {
            let message = format!("the plugin `{}` has no method `{}`", manifest.name, request.method);
            return Err(PluginError { kind: ErrorKind::Unsupported, ..PluginError::new("no-method", message) });
        }
        let plugin = self.host.open(entry).map_err(crate::error::Error::into_plugin)?;
        let project = self.pending.as_deref().map(Pending::view);
        let call = CallRequest { project, ..request.clone() };
        let mark = self.pending.as_deref().map_or(0, Pending::mark);
        let mut inner = Services {
            host: self.host,
            plugin: entry,
            pending: self.pending.as_deref_mut(),
            reading: self.reading,
            depth: self.depth + 1,
        };
        let result = plugin
            .invoke(&Request::Call(call), &mut inner)
            .map_err(crate::error::Error::from)
            .and_then(|response| match response {
                Response::Call(reply) => Ok(reply),
                _ => Err(crate::error::Error::internal("a call was answered by something else")),
            })
            .and_then(|reply| {
                match self.pending.as_deref_mut() {
                    Some(pending) => pending.apply(manifest, reply.changes)?,
                    None => crate::pending::refuse_foreign(manifest, &reply.changes)?,
                }
                Ok(reply.value)
            });
        match result {
            Ok(value) => {
                let project = self.pending.as_deref().map(Pending::view);
                Ok(CallReply { value, project, ..CallReply::default() })
            }
            Err(error) => {
                if let Some(pending) = self.pending.as_deref_mut() {
                    pending.take_back(mark).map_err(crate::error::Error::into_plugin)?;
                }
                Err(error.into_plugin())
            }
        }
    }

    fn read(&mut self, path: &str) -> Result<Option<FileContent>, PluginError> {
        let bytes = match (&self.pending, self.reading) {
            (Some(pending), _) => pending.transaction.read(path),
            (None, Some(project)) => project.read_file(path),
            (None, None) => return Err(no_project()),
        };
        let bytes = bytes.map_err(project_error)?;
        Ok(bytes.map(|bytes| match String::from_utf8(bytes) {
            Ok(text) => FileContent::Text(text),
            Err(other) => FileContent::Base64(STANDARD.encode(other.into_bytes())),
        }))
    }

    fn list(&mut self, path: &str) -> Result<Vec<String>, PluginError> {
        let files = match (&self.pending, self.reading) {
            (Some(pending), _) => pending.transaction.list(path),
            (None, Some(project)) => project.list_files(path),
            (None, None) => return Err(no_project()),
        };
        files.map_err(project_error)
    }

    fn cancelled(&mut self) -> bool {
        interrupt::requested()
    }
}

/// What the host itself does when it is called like a plugin.
fn own(request: &CallRequest) -> Result<CallReply, crate::error::Error> {
    if request.method != KEEP {
        return Err(crate::error::Error::failed("no-method", format!("amplify has no method `{}`", request.method)));
    }
    let content: FileContent = serde_json::from_value(request.parameters.clone())
        .map_err(|error| crate::error::Error::failed("unknown-change", "a content cannot be read").cause(error))?;
    let number = contents::keep(&contents::bytes("what is to be kept", &content)?)?;
    Ok(CallReply { value: number.into(), ..CallReply::default() })
}

fn no_project() -> PluginError {
    PluginError::new("no-project", "there is no project to read from")
}

fn project_error(error: amplify_project::Error) -> PluginError {
    crate::error::Error::from(error).into_plugin()
}
