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
    let project = match &request {
        Request::Command(request) => request.project.clone(),
        Request::Headless(request) => request.project.clone(),
        Request::Event(request) => request.project.clone(),
        Request::Call(request) => request.project.clone(),
        Request::Build(request) => Some(request.project.clone()),
        Request::Provider(request) => provider_project(request),
        Request::Frontend(request) => Some(frontend_project(request)),
        _ => None,
    };
    let mut context = Context::new(host, project.unwrap_or_default());
    handler.handle(&mut context, request).unwrap_or_else(Response::Error)
}

fn provider_project(
    request: &amplify_plugin_abi::provider::ProviderRequest,
) -> Option<amplify_plugin_abi::project::ProjectView> {
    use amplify_plugin_abi::provider::ProviderRequest;
    match request {
        ProviderRequest::Deploy(request) => Some(request.project.clone()),
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
        | FrontendRequest::Exports { project }
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

/// Makes a [`Handler`] of a plugin; the export macro uses it.
#[doc(hidden)]
pub struct CategoryHandler<T>(pub T);
#[doc(hidden)]
pub struct ProviderHandler<T>(pub T);
#[doc(hidden)]
pub struct FrontendHandler<T>(pub T);
#[doc(hidden)]
pub struct UtilHandler<T>(pub T);

impl<T: traits::Category> Handler for CategoryHandler<T> {
    fn manifest(&self) -> Manifest {
        self.0.manifest()
    }
    fn handle(&self, context: &mut Context<'_>, request: Request) -> Result<Response, PluginError> {
        match request {
            Request::Command(request) => self.0.run(context, &request).map(Response::Changes),
            Request::Headless(request) => self.0.headless(context, &request).map(Response::Answers),
            Request::Event(request) => self.0.event(context, &request).map(Response::Changes),
            Request::Call(request) => self.0.call(context, &request).map(Response::Call),
            Request::Build(request) => self.0.build(context, &request).map(Response::Build),
            _ => Err(not_for("category")),
        }
    }
}

impl<T: traits::Provider> Handler for ProviderHandler<T> {
    fn manifest(&self) -> Manifest {
        self.0.manifest()
    }
    fn handle(&self, context: &mut Context<'_>, request: Request) -> Result<Response, PluginError> {
        match request {
            Request::Provider(request) => {
                self.0.handle(context, *request).map(|reply| Response::Provider(Box::new(reply)))
            }
            Request::Command(request) => self.0.run(context, &request).map(Response::Changes),
            Request::Event(request) => self.0.event(context, &request).map(Response::Changes),
            _ => Err(not_for("provider")),
        }
    }
}

impl<T: traits::Frontend> Handler for FrontendHandler<T> {
    fn manifest(&self) -> Manifest {
        self.0.manifest()
    }
    fn handle(&self, context: &mut Context<'_>, request: Request) -> Result<Response, PluginError> {
        match request {
            Request::Frontend(request) => {
                self.0.handle(context, *request).map(|reply| Response::Frontend(Box::new(reply)))
            }
            Request::Event(request) => self.0.event(context, &request).map(Response::Changes),
            _ => Err(not_for("frontend")),
        }
    }
}

impl<T: traits::Util> Handler for UtilHandler<T> {
    fn manifest(&self) -> Manifest {
        self.0.manifest()
    }
    fn handle(&self, context: &mut Context<'_>, request: Request) -> Result<Response, PluginError> {
        match request {
            Request::Command(request) => self.0.run(context, &request).map(Response::Changes),
            Request::Call(request) => self.0.call(context, &request).map(Response::Call),
            Request::Event(request) => self.0.event(context, &request).map(Response::Changes),
            _ => Err(not_for("util")),
        }
    }
}
