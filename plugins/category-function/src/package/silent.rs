//! A far end that says nothing, for tests of what works beside the questions.

use amplify_sdk::{
    HostConnection,
    message::{CallRequest, LogRecord},
    prelude::*,
    question::Answer,
};

/// Counts how often it was asked whether to stop, and says yes from the given time on.
#[derive(Default)]
pub struct Silent {
    pub checks: usize,
    pub stop_after: Option<usize>,
}

impl HostConnection for Silent {
    fn ask(&mut self, question: &Question) -> Result<Answer, PluginError> {
        Err(PluginError::new("unasked", &question.key))
    }
    fn progress(&mut self, _: &Progress) {}
    fn log(&mut self, _: &LogRecord) {}
    fn call(&mut self, request: &CallRequest) -> Result<CallReply, PluginError> {
        Err(PluginError::new("unasked", &request.method))
    }
    fn read(&mut self, _: &str) -> Result<Option<FileContent>, PluginError> {
        Ok(None)
    }
    fn list(&mut self, _: &str) -> Result<Vec<String>, PluginError> {
        Ok(Vec::new())
    }
    fn cancelled(&mut self) -> bool {
        self.checks += 1;
        self.stop_after.is_some_and(|after| self.checks > after)
    }
}
