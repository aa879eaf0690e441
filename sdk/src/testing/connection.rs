//! The far end of a plugin's context in a test.

use amplify_plugin_abi::{
    answers,
    change::{Changes, FileContent},
    check,
    error::{ErrorKind, PluginError},
    message::{CallReply, CallRequest, HOST, LogRecord, Progress, Request, Response},
    question::{Answer, Question},
};

use super::{
    host::{Host, own_changes},
    store::Store,
};
use crate::{HostConnection, dispatch};

/// Deeper calls between plugins are taken for an endless circle.
const MAX_DEPTH: usize = 16;

/// What a request did besides answering.
#[derive(Default)]
pub(super) struct Record {
    pub asked: Vec<Question>,
    pub progress: Vec<Progress>,
    pub log: Vec<LogRecord>,
    pub calls: Vec<CallRequest>,
    pub called: Changes,
}

/// One request in a scripted host.
pub(super) struct Connection<'h> {
    host: &'h Host,
    store: Store,
    checks: usize,
    pub record: Record,
}

impl<'h> Connection<'h> {
    pub fn new(host: &'h Host, store: Store) -> Self {
        Self { host, store, checks: 0, record: Record::default() }
    }

    /// Lets another plugin in this process answer, with its own questions recorded among the caller's.
    fn route(&mut self, request: &CallRequest) -> Result<CallReply, PluginError> {
        let Some(plugin) = self.host.plugins.get(&request.plugin) else {
            return Err(PluginError::new(
                "unknown-method",
                format!("the test has no reply for `{}` of `{}`", request.method, request.plugin),
            )
            .hint("script it with `reply`, or add the plugin with `plugin`"));
        };
        if self.host.depth.get() >= MAX_DEPTH {
            return Err(PluginError::new("endless-calls", "the plugins call each other in a circle"));
        }
        self.host.depth.set(self.host.depth.get() + 1);
        let mut inner = Connection::new(self.host, self.store.clone());
        let asked = CallRequest { project: Some(self.store.project.clone()), ..request.clone() };
        let response = dispatch::invoke(&**plugin, &mut inner, Request::Call(asked));
        self.host.depth.set(self.host.depth.get() - 1);
        let Record { asked, progress, log, calls, called } = inner.record;
        self.record.asked.extend(asked);
        self.record.progress.extend(progress);
        self.record.log.extend(log);
        self.record.calls.extend(calls);
        own_changes(&plugin.manifest().kind, &response)?;
        match response {
            Response::Call(mut reply) => {
                let mut changes = called;
                changes.extend(reply.changes);
                reply.changes = changes;
                Ok(reply)
            }
            Response::Error(error) => Err(error),
            _ => Err(PluginError::new("bad-response", format!("`{}` answered something else", request.method))),
        }
    }
}

impl HostConnection for Connection<'_> {
    fn ask(&mut self, question: &Question) -> Result<Answer, PluginError> {
        let before = self.record.asked.iter().filter(|asked| asked.key == question.key).count();
        self.record.asked.push(question.clone());
        let wrong = check::question(question);
        if !wrong.is_empty() {
            let error = PluginError::new("bad-question", format!("the question `{}` is malformed", question.key));
            return Err(wrong.into_iter().fold(error, PluginError::cause));
        }
        let default = || match (self.host.use_stand_ins, self.host.use_defaults) {
            (true, _) => check::stand_in(question),
            (false, true) => question.default_answer(),
            (false, false) => None,
        };
        let typed = self.host.typed.get(&question.key).and_then(|answers| answers.get(before)).cloned();
        let is_typed = typed.is_some();
        let given = typed.or_else(|| answers::find(&self.host.document, question));
        let stand_in = given.is_none() && self.host.use_stand_ins;
        let Some(value) = given.or_else(default) else {
            return Err(PluginError {
                kind: ErrorKind::MissingAnswer,
                ..PluginError::new("missing-answer", format!("there is no answer to `{}`", question.key))
            });
        };
        check::answer(question, &value).map(|value| Answer { value, stand_in, typed: is_typed }).map_err(|why| {
            PluginError::usage("wrong-answer", format!("the answer to `{}` is not accepted: {why}", question.key))
        })
    }

    fn progress(&mut self, progress: &Progress) {
        self.record.progress.push(progress.clone());
    }

    fn log(&mut self, record: &LogRecord) {
        self.record.log.push(record.clone());
    }

    fn call(&mut self, request: &CallRequest) -> Result<CallReply, PluginError> {
        if request.plugin == HOST {
            // Nothing is kept, so that a test sees what a plugin writes.
            return Err(PluginError::new("unknown-method", "a test has no methods of the host"));
        }
        self.record.calls.push(CallRequest { project: None, ..request.clone() });
        let scripted = self.host.replies.get(&(request.plugin.clone(), request.method.clone()));
        let mut reply = match scripted {
            Some(reply) => reply.clone()?,
            None => self.route(request)?,
        };
        let changes = std::mem::take(&mut reply.changes);
        self.store.apply(&changes);
        self.record.called.extend(changes);
        reply.project = Some(self.store.project.clone());
        Ok(reply)
    }

    fn read(&mut self, path: &str) -> Result<Option<FileContent>, PluginError> {
        inside(path)?;
        Ok(self.store.files.get(path).map(|bytes| crate::context::content(bytes)))
    }

    fn list(&mut self, path: &str) -> Result<Vec<String>, PluginError> {
        inside(path)?;
        let folder = if path.is_empty() { String::new() } else { format!("{path}/") };
        Ok(self.store.files.keys().filter_map(|file| file.strip_prefix(&folder)).map(Into::into).collect())
    }

    fn cancelled(&mut self) -> bool {
        self.checks += 1;
        self.host.cancel_after.is_some_and(|after| self.checks > after)
    }
}

fn inside(path: &str) -> Result<(), PluginError> {
    let fine = path.is_empty() || path.split('/').all(|part| !matches!(part, "" | "." | "..")) && !path.contains('\\');
    if fine {
        return Ok(());
    }
    Err(PluginError::new("path-outside", format!("`{path}` is not a path below the project's root")))
}
