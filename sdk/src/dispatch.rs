//! Routes a request to the trait method it is for.

use amplify_plugin_abi::{
    error::{ErrorKind, PluginError},
    manifest::Manifest,
    message::{Request, Response},
};

use crate::{Context, HostConnection, traits};

/// A plugin of any kind, as the export macro and the tests see it.
pub trait Handler: Send + Sync + 'static {
    /// The plugin's manifest.
    fn manifest(&self) -> Manifest;
    /// Answers one request.
    ///
    /// # Errors
    /// Whatever makes it fail, and [`ErrorKind::Unsupported`] for a request that is not for this kind of plugin.
    fn handle(&self, context: &mut Context<'_>, request: Request) -> Result<Response, PluginError>;
}

/// Answers one request over a connection, errors included.
pub fn invoke(handler: &dyn Handler, host: &mut dyn HostConnection, request: Request) -> Response {
    let mut context = Context::new(host, project_of(&request).unwrap_or_default());
    if let Request::Exports(request) = &request {
        context = context.serving(request.endpoints.clone());
    }
    handler.handle(&mut context, request).unwrap_or_else(Response::Error)
}

/// The project that comes with a request.
pub(crate) fn project_of(request: &Request) -> Option<amplify_plugin_abi::project::ProjectView> {
    match request {
        Request::Command(request) => request.project.clone(),
        Request::Headless(request) => request.project.clone(),
        Request::Event(request) => request.project.clone(),
        Request::Call(request) => request.project.clone(),
        Request::Build(request) => Some(request.project.clone()),
        Request::Compile(request) => Some(request.project.clone()),
        Request::Exports(request) => Some(request.project.clone()),
        Request::Mock(request) => Some(request.project.clone()),
        Request::Provider(request) => provider_project(request),
        Request::Frontend(request) => Some(frontend_project(request)),
        _ => None,
    }
}

fn provider_project(
    request: &amplify_plugin_abi::provider::ProviderRequest,
) -> Option<amplify_plugin_abi::project::ProjectView> {
    use amplify_plugin_abi::provider::ProviderRequest;
    match request {
        ProviderRequest::Deploy(request) | ProviderRequest::Foresee(request) => Some(request.project.clone()),
        ProviderRequest::Serve(request) => Some(request.project.clone()),
        ProviderRequest::Invoke(request) => Some(request.project.clone()),
        _ => None,
    }
}

fn frontend_project(
    request: &amplify_plugin_abi::frontend::FrontendRequest,
) -> amplify_plugin_abi::project::ProjectView {
    use amplify_plugin_abi::frontend::FrontendRequest;
    match request {
        FrontendRequest::Detect { project }
        | FrontendRequest::Configure { project, .. }
        | FrontendRequest::Exports { project, .. }
        | FrontendRequest::OwnedFiles { project } => project.clone(),
        _ => amplify_plugin_abi::project::ProjectView::default(),
    }
}

fn not_for(kind: &str) -> PluginError {
    PluginError {
        kind: ErrorKind::Unsupported,
        ..PluginError::new("unsupported", format!("a {kind} plugin does not take this request"))
    }
}

/// A plugin of one kind. Every type with one of the four traits is one; `Kind` only tells the traits apart.
pub trait Plugin<Kind>: Send + Sync + 'static {
    /// The plugin's manifest.
    fn describe(&self) -> Manifest;
    /// Answers one request.
    ///
    /// # Errors
    /// As [`Handler::handle`].
    fn answer(&self, context: &mut Context<'_>, request: Request) -> Result<Response, PluginError>;
}

/// The kinds of plugin, as the type parameter of [`Plugin`].
pub mod kind {
    /// See [`crate::Category`].
    #[derive(Clone, Copy, Debug)]
    pub enum Category {}
    /// See [`crate::Provider`].
    #[derive(Clone, Copy, Debug)]
    pub enum Provider {}
    /// See [`crate::Frontend`].
    #[derive(Clone, Copy, Debug)]
    pub enum Frontend {}
    /// See [`crate::Util`].
    #[derive(Clone, Copy, Debug)]
    pub enum Util {}
}

impl<T: traits::Category> Plugin<kind::Category> for T {
    fn describe(&self) -> Manifest {
        self.manifest()
    }
    fn answer(&self, context: &mut Context<'_>, request: Request) -> Result<Response, PluginError> {
        match request {
            Request::Command(request) => self.run(context, &request).map(Response::Changes),
            Request::Headless(request) => self.headless(context, &request).map(Response::Answers),
            Request::Event(request) => self.event(context, &request).map(Response::Changes),
            Request::Call(request) => self.call(context, &request).map(Response::Call),
            Request::Build(request) => self.build(context, &request).map(Response::Build),
            Request::Compile(request) => self.compile(context, &request).map(Response::Compile),
            Request::Exports(_) => self.exports(context).map(Response::Exports),
            Request::Mock(request) => self.mock(context, &request).map(|()| Response::Mocked),
            _ => Err(not_for("category")),
        }
    }
}

impl<T: traits::Provider> Plugin<kind::Provider> for T {
    fn describe(&self) -> Manifest {
        self.manifest()
    }
    fn answer(&self, context: &mut Context<'_>, request: Request) -> Result<Response, PluginError> {
        match request {
            Request::Provider(request) => {
                self.handle(context, *request).map(|reply| Response::Provider(Box::new(reply)))
            }
            Request::Command(request) => self.run(context, &request).map(Response::Changes),
            Request::Event(request) => self.event(context, &request).map(Response::Changes),
            _ => Err(not_for("provider")),
        }
    }
}

impl<T: traits::Frontend> Plugin<kind::Frontend> for T {
    fn describe(&self) -> Manifest {
        self.manifest()
    }
    fn answer(&self, context: &mut Context<'_>, request: Request) -> Result<Response, PluginError> {
        match request {
            Request::Frontend(request) => {
                self.handle(context, *request).map(|reply| Response::Frontend(Box::new(reply)))
            }
            Request::Event(request) => self.event(context, &request).map(Response::Changes),
            _ => Err(not_for("frontend")),
        }
    }
}

impl<T: traits::Util> Plugin<kind::Util> for T {
    fn describe(&self) -> Manifest {
        self.manifest()
    }
    fn answer(&self, context: &mut Context<'_>, request: Request) -> Result<Response, PluginError> {
        match request {
            Request::Command(request) => self.run(context, &request).map(Response::Changes),
            Request::Call(request) => self.call(context, &request).map(Response::Call),
            Request::Event(request) => self.event(context, &request).map(Response::Changes),
            _ => Err(not_for("util")),
        }
    }
}

/// A plugin of a known kind as a [`Handler`].
struct OfKind<P, Kind> {
    plugin: P,
    kind: std::marker::PhantomData<fn() -> Kind>,
}

impl<P: Plugin<Kind>, Kind: 'static> Handler for OfKind<P, Kind> {
    fn manifest(&self) -> Manifest {
        self.plugin.describe()
    }
    fn handle(&self, context: &mut Context<'_>, request: Request) -> Result<Response, PluginError> {
        self.plugin.answer(context, request)
    }
}

/// Makes a [`Handler`] of a plugin.
pub fn handler<Kind: 'static>(plugin: impl Plugin<Kind>) -> Box<dyn Handler> {
    Box::new(OfKind { plugin, kind: std::marker::PhantomData })
}
