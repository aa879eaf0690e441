//! The host behind its callback table.

use abi_stable::std_types::RSlice;
use amplify_plugin_abi::{
    change::FileContent,
    error::PluginError,
    message::{CallReply, CallRequest, CallbackReply, LogRecord, Progress},
    module::{Buffer, Bytes, HostContext, HostTableRef},
    question::{Answer, Question},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::HostConnection;

/// Speaks to the host for the duration of one request.
pub(crate) struct TableConnection {
    table: HostTableRef,
}

type Callback = extern "C" fn(context: HostContext, document: Bytes<'_>) -> Buffer;

impl TableConnection {
    pub(crate) fn new(table: HostTableRef) -> Self {
        Self { table }
    }

    fn request<T: DeserializeOwned>(
        &self,
        callback: Callback,
        document: &(impl Serialize + ?Sized),
    ) -> Result<T, PluginError> {
        let document = serde_json::to_vec(document).map_err(|error| {
            PluginError::new("bad-callback", "a message to the host cannot be encoded").cause(error)
        })?;
        let reply = callback(self.table.context(), RSlice::from_slice(&document));
        let reply: CallbackReply = serde_json::from_slice(reply.as_slice()).map_err(not_understood)?;
        match reply {
            CallbackReply::Ok(value) => T::deserialize(value).map_err(not_understood),
            CallbackReply::Error(error) => Err(error),
        }
    }

    fn tell(&self, callback: extern "C" fn(context: HostContext, document: Bytes<'_>), document: &impl Serialize) {
        // A message that cannot be encoded has nobody to be reported to; the work goes on without it.
        if let Ok(document) = serde_json::to_vec(document) {
            callback(self.table.context(), RSlice::from_slice(&document));
        }
    }
}

fn not_understood(error: serde_json::Error) -> PluginError {
    PluginError::new("bad-callback-reply", "the plugin cannot read the host's answer")
        .cause(error)
        .hint("use versions of amplify and of the plugin that belong together")
}

impl HostConnection for TableConnection {
    fn ask(&mut self, question: &Question) -> Result<Answer, PluginError> {
        self.request(self.table.ask(), question)
    }

    fn progress(&mut self, progress: &Progress) {
        self.tell(self.table.progress(), progress);
    }

    fn log(&mut self, record: &LogRecord) {
        self.tell(self.table.log(), record);
    }

    fn call(&mut self, request: &CallRequest) -> Result<CallReply, PluginError> {
        self.request(self.table.call(), request)
    }

    fn read(&mut self, path: &str) -> Result<Option<FileContent>, PluginError> {
        self.request(self.table.read(), path)
    }

    fn list(&mut self, path: &str) -> Result<Vec<String>, PluginError> {
        self.request(self.table.list(), path)
    }

    fn cancelled(&mut self) -> bool {
        self.table.cancelled()(self.table.context())
    }
}
