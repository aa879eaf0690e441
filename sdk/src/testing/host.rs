//! The scripted host.

use std::{cell::Cell, collections::BTreeMap};

use amplify_plugin_abi::{
    JsonMap,
    change::Changes,
    check,
    error::PluginError,
    frontend::{FrontendReply, FrontendRequest},
    manifest::PluginKind,
    message::{
        BuildReply, BuildRequest, CallReply, CallRequest, CommandRequest, CompileReply, CompileRequest, EventRequest,
        ExportsRequest, HeadlessRequest, LifecycleEvent, MockRequest, Request, Response,
    },
    project::ProjectView,
    provider::{ProviderReply, ProviderRequest},
};
use serde_json::Value;

use super::{
    connection::{Connection, Record},
    outcome::Outcome,
    store::Store,
};
use crate::{Context, Handler, Plugin, dispatch, handler};

/// A host for tests: a project in memory, answers, other plugins. It can run any number of requests; what they change is
/// kept only where [`Host::apply`] is called.
#[derive(Default)]
pub struct Host {
    pub(super) store: Store,
    pub(super) document: Value,
    pub(super) use_defaults: bool,
    pub(super) use_stand_ins: bool,
    pub(super) typed: BTreeMap<String, Vec<Value>>,
    pub(super) replies: BTreeMap<(String, String), Result<CallReply, PluginError>>,
    pub(super) plugins: BTreeMap<String, Box<dyn Handler>>,
    pub(super) cancel_after: Option<usize>,
    pub(super) depth: Cell<usize>,
}

impl Host {
    /// A host with an empty project named `demo` in an environment named `dev`.
    pub fn new() -> Self {
        Self { store: Store::new(), ..Self::default() }
    }

    /// Sets the project that requests carry.
    #[must_use]
    pub fn project(mut self, project: ProjectView) -> Self {
        self.store.project = project;
        self
    }

    /// Adds a file of the project, by its path relative to the project's root.
    #[must_use]
    pub fn file(mut self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.store.files.insert(path.into(), content.into());
        self
    }

    /// Adds a resource that exists already: its entry of `backend-config.json`.
    #[must_use]
    pub fn resource<K: Into<String>>(
        mut self,
        category: &str,
        name: &str,
        entry: impl IntoIterator<Item = (K, Value)>,
    ) -> Self {
        self.store.apply(&Changes::new().add_resource(category, name, entry));
        self
    }

    /// Answers the question with this key. A key that is the path of a list or an object answers the questions below it.
    ///
    /// # Panics
    /// The text is no key, or it contradicts an earlier one.
    #[must_use]
    #[track_caller]
    pub fn answer(mut self, key: &str, value: impl Into<Value>) -> Self {
        if let Err(error) = amplify_plugin_abi::answers::set(&mut self.document, key, value.into()) {
            panic!("{error}");
        }
        self
    }

    /// Answers the question with this key as somebody at a terminal would: each time that it is asked with the next of these.
    #[must_use]
    pub fn typed<T: Into<Value>>(mut self, key: &str, answers: impl IntoIterator<Item = T>) -> Self {
        self.typed.insert(key.to_owned(), answers.into_iter().map(Into::into).collect());
        self
    }

    /// Sets the whole answers document, as `--answers FILE` would.
    #[must_use]
    pub fn answers(mut self, document: Value) -> Self {
        self.document = document;
        self
    }

    /// Takes the default wherever there is no answer, as `--yes` would.
    #[must_use]
    pub fn defaults(mut self) -> Self {
        self.use_defaults = true;
        self
    }

    /// Thinks of an answer wherever there is none and no default either: the first choice, or an example of a text.
    #[must_use]
    pub fn stand_ins(mut self) -> Self {
        self.use_stand_ins = true;
        self
    }

    /// Scripts what another plugin's method returns.
    #[must_use]
    pub fn reply(self, plugin: &str, method: &str, value: impl Into<Value>) -> Self {
        let reply = CallReply { value: value.into(), ..CallReply::default() };
        self.reply_with(plugin, method, Ok(reply))
    }

    /// Scripts another plugin's method in full: its changes too, or its failure.
    #[must_use]
    pub fn reply_with(mut self, plugin: &str, method: &str, reply: Result<CallReply, PluginError>) -> Self {
        self.replies.insert((plugin.into(), method.into()), reply);
        self
    }

    /// Routes calls to another plugin in this process, under the word of its manifest.
    #[must_use]
    pub fn plugin<Kind: 'static>(mut self, plugin: impl Plugin<Kind>) -> Self {
        let plugin = handler(plugin);
        self.plugins.insert(plugin.manifest().kind.word().into(), plugin);
        self
    }

    /// Asks the plugin to stop at the given check for it: 0 means at the first.
    #[must_use]
    pub fn cancel_after(mut self, checks: usize) -> Self {
        self.cancel_after = Some(checks);
        self
    }

    /// The project as it is now.
    pub fn view(&self) -> &ProjectView {
        &self.store.project
    }

    /// The text of a project file as it is now.
    pub fn text(&self, path: &str) -> Option<String> {
        self.store.files.get(path).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// Applies what a request changed, so that the next one finds it.
    pub fn apply<T>(&mut self, outcome: &Outcome<T>) {
        self.store.apply(outcome.all_changes());
    }

    /// Runs a command. Arguments that begin with `--` are options: `--name=value`, or `--name` for true.
    pub fn run<Kind>(&self, plugin: &impl Plugin<Kind>, command: &str, arguments: &[&str]) -> Outcome {
        let mut request = CommandRequest { command: command.into(), ..CommandRequest::default() };
        for argument in arguments {
            match argument.strip_prefix("--").map(|option| option.split_once('=').ok_or(option)) {
                Some(Ok((name, value))) => {
                    request.options.insert(name.into(), value.into());
                }
                Some(Err(name)) => {
                    request.options.insert(name.into(), true.into());
                }
                None => request.arguments.push((*argument).into()),
            }
        }
        request.project = Some(self.store.project.clone());
        self.request(plugin, Request::Command(request)).map(|response| match response {
            Response::Changes(changes) => Ok(changes),
            other => Err(Box::new(other)),
        })
    }

    /// Turns a headless payload into answers.
    pub fn headless<Kind>(&self, plugin: &impl Plugin<Kind>, command: &str, payload: Value) -> Outcome<JsonMap> {
        let project = Some(self.store.project.clone());
        let request = HeadlessRequest { command: command.into(), payload, project };
        self.request(plugin, Request::Headless(request)).map(|response| match response {
            Response::Answers(answers) => Ok(answers),
            other => Err(Box::new(other)),
        })
    }

    /// Raises a lifecycle event.
    pub fn event<Kind>(&self, plugin: &impl Plugin<Kind>, event: LifecycleEvent, data: Value) -> Outcome {
        let request = EventRequest { event, data, project: Some(self.store.project.clone()) };
        self.request(plugin, Request::Event(request)).map(|response| match response {
            Response::Changes(changes) => Ok(changes),
            other => Err(Box::new(other)),
        })
    }

    /// Calls a method.
    pub fn call<Kind>(&self, plugin: &impl Plugin<Kind>, method: &str, parameters: Value) -> Outcome<CallReply> {
        let word = plugin.describe().kind.word().to_owned();
        let project = Some(self.store.project.clone());
        let request = CallRequest { plugin: word, method: method.into(), parameters, project };
        self.request(plugin, Request::Call(request)).map(|response| match response {
            Response::Call(reply) => Ok(reply),
            other => Err(Box::new(other)),
        })
    }

    /// Builds a resource whose folder lies at the given absolute path.
    pub fn build<Kind>(&self, plugin: &impl Plugin<Kind>, resource: &str, folder: &str) -> Outcome<BuildReply> {
        let project = self.store.project.clone();
        let request = BuildRequest { resource: resource.into(), folder: folder.into(), force: false, project };
        self.request(plugin, Request::Build(request)).map(|response| match response {
            Response::Build(reply) => Ok(reply),
            other => Err(Box::new(other)),
        })
    }

    /// Compiles a resource; `unchanged` says that its folder is as it was deployed.
    pub fn compile<Kind>(&self, plugin: &impl Plugin<Kind>, resource: &str, unchanged: bool) -> Outcome<CompileReply> {
        let project = self.store.project.clone();
        let request = CompileRequest { resource: resource.into(), unchanged, project };
        self.request(plugin, Request::Compile(request)).map(|response| match response {
            Response::Compile(reply) => Ok(reply),
            other => Err(Box::new(other)),
        })
    }

    /// Asks what an app needs to know.
    pub fn exports<Kind>(&self, plugin: &impl Plugin<Kind>) -> Outcome<JsonMap> {
        self.exports_while_serving(plugin, [])
    }

    /// The same while services are served on this machine: name and address of each.
    pub fn exports_while_serving<Kind, const N: usize>(
        &self,
        plugin: &impl Plugin<Kind>,
        endpoints: [(&str, &str); N],
    ) -> Outcome<JsonMap> {
        let endpoints = endpoints.map(|(name, address)| (name.to_owned(), address.to_owned())).into();
        let request = ExportsRequest { project: self.store.project.clone(), endpoints };
        self.request(plugin, Request::Exports(request)).map(|response| match response {
            Response::Exports(values) => Ok(values),
            other => Err(Box::new(other)),
        })
    }

    /// Serves the category's resources until [`Host::cancel_after`] says to stop.
    pub fn mock<Kind>(&self, plugin: &impl Plugin<Kind>, data_dir: &str) -> Outcome<()> {
        let project = self.store.project.clone();
        let request = MockRequest { project, data_dir: data_dir.into(), ..MockRequest::default() };
        self.request(plugin, Request::Mock(request)).map(|response| match response {
            Response::Mocked => Ok(()),
            other => Err(Box::new(other)),
        })
    }

    /// Sends a request for providers.
    pub fn provider<Kind>(&self, plugin: &impl Plugin<Kind>, request: ProviderRequest) -> Outcome<ProviderReply> {
        self.request(plugin, Request::Provider(Box::new(request))).map(|response| match response {
            Response::Provider(reply) => Ok(*reply),
            other => Err(Box::new(other)),
        })
    }

    /// Sends a request for frontends.
    pub fn frontend<Kind>(&self, plugin: &impl Plugin<Kind>, request: FrontendRequest) -> Outcome<FrontendReply> {
        self.request(plugin, Request::Frontend(Box::new(request))).map(|response| match response {
            Response::Frontend(reply) => Ok(*reply),
            other => Err(Box::new(other)),
        })
    }

    /// Sends any request.
    pub fn request<Kind>(&self, plugin: &impl Plugin<Kind>, request: Request) -> Outcome<Response> {
        let manifest = plugin.describe();
        let mut connection = Connection::new(self, self.store.clone());
        let project = dispatch::project_of(&request).unwrap_or_default();
        // The request crosses as a document in the real host, so a value that does not survive that fails here too.
        let result = through_json(&request).and_then(|request| {
            let mut context = Context::new(&mut connection, project);
            let response = plugin.answer(&mut context, request)?;
            own_changes(&manifest.kind, &response)?;
            through_json(&response)
        });
        let Record { asked, progress, log, calls, called } = connection.record;
        Outcome::new(result, asked, progress, log, calls, called)
    }
}

fn through_json<T: serde::Serialize + serde::de::DeserializeOwned>(message: &T) -> Result<T, PluginError> {
    serde_json::to_vec(message)
        .and_then(|document| serde_json::from_slice(&document))
        .map_err(|error| PluginError::new("bad-message", "a message does not survive as JSON").cause(error))
}

/// Refuses what is not the plugin's own, as the real host does.
pub(super) fn own_changes(kind: &PluginKind, response: &Response) -> Result<(), PluginError> {
    let wrong = check::response(kind, response);
    if wrong.is_empty() {
        return Ok(());
    }
    let error = PluginError::new("changes-refused", "the plugin wants to change what is not its own");
    Err(wrong.into_iter().fold(error, PluginError::cause))
}
