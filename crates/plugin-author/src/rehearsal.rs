//! A plugin's library on the stage of `amplify_sdk::testing`, so that a plugin of any compiler is tried like one in a test.

use std::sync::Arc;

use amplify_plugin_host::{Entry, HostServices, InvokeError, LoadError, Loader, Plugin};
use amplify_sdk::{
    Context,
    change::FileContent,
    content,
    error::PluginError,
    manifest::Manifest,
    message::{CallReply, CallRequest, LogRecord, Progress, Request, Response},
    question::{Answer, Question},
};

/// A plugin whose library is open.
#[derive(Debug)]
pub struct Loaded {
    plugin: Arc<Plugin>,
}

/// The kind of a plugin in a library: whichever.
#[derive(Clone, Copy, Debug)]
pub enum AnyKind {}

impl Loaded {
    /// Opens a plugin.
    ///
    /// # Errors
    /// See [`LoadError`].
    pub fn open(entry: &Entry, loader: &Loader) -> Result<Self, LoadError> {
        Ok(Self { plugin: loader.open(entry)? })
    }
}

impl amplify_sdk::Plugin<AnyKind> for Loaded {
    fn describe(&self) -> Manifest {
        self.plugin.manifest().clone()
    }

    fn answer(&self, context: &mut Context<'_>, request: Request) -> Result<Response, PluginError> {
        self.plugin.invoke(&request, &mut Services(context)).map_err(as_plugin_error)
    }
}

/// A plugin that is opened when it is first called.
pub(crate) struct Later {
    pub entry: Entry,
    pub loader: Arc<Loader>,
}

impl amplify_sdk::Plugin<AnyKind> for Later {
    fn describe(&self) -> Manifest {
        Manifest::clone(&self.entry.manifest)
    }

    fn answer(&self, context: &mut Context<'_>, request: Request) -> Result<Response, PluginError> {
        let loaded = Loaded::open(&self.entry, &self.loader).map_err(|error| {
            let refused = PluginError::new(error.code(), error.to_string());
            error.causes().into_iter().fold(refused, PluginError::cause)
        })?;
        loaded.answer(context, request)
    }
}

fn as_plugin_error(error: InvokeError) -> PluginError {
    match error {
        InvokeError::Plugin { error, .. } => *error,
        other => {
            let refused = PluginError::new(other.code(), other.to_string());
            other.causes().into_iter().fold(refused, PluginError::cause)
        }
    }
}

/// The callbacks of a library, answered by the context that a test's host gives.
struct Services<'a, 'h>(&'a mut Context<'h>);

impl HostServices for Services<'_, '_> {
    fn ask(&mut self, question: &Question) -> Result<Answer, PluginError> {
        self.0.ask(question.clone()).map(Answer::given)
    }

    fn progress(&mut self, progress: &Progress) {
        self.0.progress(progress);
    }

    fn log(&mut self, record: &LogRecord) {
        self.0.log(record.level, record.text.clone());
    }

    fn call(&mut self, request: &CallRequest) -> Result<CallReply, PluginError> {
        let value = self.0.call(&request.plugin, &request.method, request.parameters.clone())?;
        Ok(CallReply { value, project: Some(self.0.project().clone()), ..CallReply::default() })
    }

    fn read(&mut self, path: &str) -> Result<Option<FileContent>, PluginError> {
        Ok(self.0.read_bytes(path)?.map(|bytes| content(&bytes)))
    }

    fn list(&mut self, path: &str) -> Result<Vec<String>, PluginError> {
        self.0.list(path)
    }

    fn cancelled(&mut self) -> bool {
        self.0.cancelled()
    }
}
