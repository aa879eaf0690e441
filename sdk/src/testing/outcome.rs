//! What a request in a test led to.

use amplify_plugin_abi::{
    JsonMap,
    change::{Changes, FileContent, ResourceChange},
    error::PluginError,
    message::{CallReply, CallRequest, LogRecord, Progress, Response},
    question::Question,
};
use serde_json::Value;

use super::store;

/// The answer to a request, and everything that was said on the way. `T` is what such a request is answered with.
#[derive(Debug)]
#[must_use = "look at the result, or the test proves nothing"]
pub struct Outcome<T = Changes> {
    /// The answer, or the plugin's failure.
    pub result: Result<T, PluginError>,
    /// The questions asked, in order, those of called plugins included.
    pub asked: Vec<Question>,
    /// The progress shown.
    pub progress: Vec<Progress>,
    /// The lines logged.
    pub log: Vec<LogRecord>,
    /// The calls of other plugins (without the project).
    pub calls: Vec<CallRequest>,
    /// What called plugins changed.
    pub called: Changes,
    /// The plugin's own changes after those of the plugins it called.
    all: Changes,
}

impl Outcome<Response> {
    pub(super) fn new(
        result: Result<Response, PluginError>,
        asked: Vec<Question>,
        progress: Vec<Progress>,
        log: Vec<LogRecord>,
        calls: Vec<CallRequest>,
        called: Changes,
    ) -> Self {
        let mut all = called.clone();
        match &result {
            Ok(Response::Changes(changes) | Response::Call(CallReply { changes, .. })) => all.extend(changes.clone()),
            Ok(_) => {}
            // Nothing is kept of a request that failed.
            Err(_) => all = Changes::default(),
        }
        Self { result, asked, progress, log, calls, called, all }
    }

    /// Picks the response that was wanted.
    pub(super) fn map<T>(self, pick: impl FnOnce(Response) -> Result<T, Box<Response>>) -> Outcome<T> {
        let Self { result, asked, progress, log, calls, called, all } = self;
        let result = result.and_then(|response| {
            let response = if let Response::Error(error) = response { return Err(error) } else { response };
            pick(response).map_err(|other| {
                PluginError::new("bad-response", "the plugin answered with a response of another kind")
                    .cause(format!("{other:?}"))
            })
        });
        Outcome { result, asked, progress, log, calls, called, all }
    }
}

impl<T> Outcome<T> {
    /// The answer.
    ///
    /// # Panics
    /// The plugin failed.
    #[track_caller]
    pub fn value(&self) -> &T {
        match &self.result {
            Ok(value) => value,
            Err(error) => panic!("the plugin failed: {error}\n{error:#?}"),
        }
    }

    /// The failure.
    ///
    /// # Panics
    /// The plugin did not fail.
    #[track_caller]
    pub fn error(&self) -> &PluginError {
        match &self.result {
            Ok(_) => panic!("the plugin did not fail"),
            Err(error) => error,
        }
    }

    /// The keys of the questions asked, in order.
    pub fn keys(&self) -> Vec<&str> {
        self.asked.iter().map(|question| question.key.as_str()).collect()
    }

    /// Everything that changes: what called plugins want, then what the plugin wants. Empty if it failed.
    pub fn all_changes(&self) -> &Changes {
        &self.all
    }

    /// The paths of the files written, as `category/resource/path`, in order.
    pub fn files(&self) -> Vec<String> {
        let written = self.all.files.iter().filter(|file| file.content.is_some());
        written.map(|file| format!("{}/{}/{}", file.category, file.resource, file.path)).collect()
    }

    /// The text of a file that is written.
    ///
    /// # Panics
    /// The file is not written, or its bytes are no text.
    #[track_caller]
    pub fn text(&self, category: &str, resource: &str, path: &str) -> String {
        match String::from_utf8(store::bytes(self.content(category, resource, path))) {
            Ok(text) => text,
            Err(_) => panic!("`{path}` of `{category}/{resource}` is not text"),
        }
    }

    /// The document of a JSON file that is written.
    ///
    /// # Panics
    /// The file is not written, or it is not JSON.
    #[track_caller]
    pub fn json(&self, category: &str, resource: &str, path: &str) -> Value {
        if let FileContent::Json(value) | FileContent::JsonTabs(value) = self.content(category, resource, path) {
            return value.clone();
        }
        let text = self.text(category, resource, path);
        match serde_json::from_str(&text) {
            Ok(value) => value,
            Err(error) => panic!("`{path}` of `{category}/{resource}` is not JSON: {error}"),
        }
    }

    /// The entry of a resource that is added or patched.
    ///
    /// # Panics
    /// No such entry is changed.
    #[track_caller]
    pub fn entry(&self, category: &str, resource: &str) -> &JsonMap {
        let found = self.all.resources.iter().rev().find_map(|change| match change {
            ResourceChange::Add { category: of, resource: name, entry }
            | ResourceChange::Patch { category: of, resource: name, entry } => {
                (of == category && name == resource).then_some(entry)
            }
            _ => None,
        });
        match found {
            Some(entry) => entry,
            None => panic!("no entry of `{category}/{resource}` is changed: {:?}", self.result.as_ref().err()),
        }
    }

    #[track_caller]
    fn content(&self, category: &str, resource: &str, path: &str) -> &FileContent {
        let mut files = self.all.files.iter().rev();
        let found = files.find(|file| file.category == category && file.resource == resource && file.path == path);
        match found.and_then(|file| file.content.as_ref()) {
            Some(content) => content,
            None => {
                let why = self.result.as_ref().err();
                panic!("`{path}` of `{category}/{resource}` is not written, only {:?}; failure: {why:?}", self.files())
            }
        }
    }
}

impl Outcome {
    /// What the plugin itself wants changed.
    ///
    /// # Panics
    /// The plugin failed.
    #[track_caller]
    pub fn changes(&self) -> &Changes {
        self.value()
    }
}
