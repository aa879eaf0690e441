//! Serves the environment's services on loopback, until Ctrl-C.

use amplify_plugin_abi::message::{Request, Response};
use amplify_plugin_abi::provider::{ProviderReply, ProviderRequest, ServeRequest};
use amplify_project::{Project, ProjectState};

use crate::{
    command::Call,
    environment::{
        provider::{self, answered_wrongly},
        served,
    },
    error::Error,
    exit::Exit,
    host::Host,
    interrupt,
    progress::Telling,
    view,
};

/// The services of a category's resources, as providers name them.
pub fn services(state: &ProjectState, category: &str) -> Vec<String> {
    let mut names: Vec<String> = state
        .meta
        .resources()
        .filter(|resource| resource.category == category)
        .map(|resource| resource.service().to_lowercase())
        .collect();
    names.sort();
    names.dedup();
    names
}

/// The first port to use; 0 for any that are free.
///
/// # Errors
/// It is no port.
pub fn port(call: &Call) -> Result<u16, Error> {
    call.value("port").map_or(Ok(0), |text| {
        text.parse()
            .map_err(|_| Error::usage("bad-port", format!("`{text}` is not a port")).hint("ports are 1 to 65535"))
    })
}

/// Serves some services, or all.
///
/// # Errors
/// Nothing is deployed, or a port is taken.
pub fn serve(
    host: &Host<'_>,
    project: &Project,
    state: &ProjectState,
    services: Vec<String>,
    call: &Call,
) -> Result<Exit, Error> {
    host.telling.set(Telling::Answer);
    let port = port(call)?;
    let environment = state.environment()?;
    let provider = state.provider().unwrap_or_default();
    let entry = provider::installed(host, &provider)?;
    let request = ServeRequest {
        project: view::of(project.root(), state),
        data_dir: project.paths().local_data(environment).to_string_lossy().into_owned(),
        services,
        port,
    };
    let request = Request::Provider(Box::new(ProviderRequest::Serve(request)));
    let served = host.invoke_whole(entry, &request, None);
    served::end(host, project);
    match served {
        Ok(Response::Provider(reply)) if *reply == ProviderReply::Served => Ok(Exit::Done),
        Ok(_) => Err(answered_wrongly(entry)),
        // Ctrl-C is how a server is ended.
        Err(error) if error.exit == Exit::Interrupted && interrupt::requested() => Ok(Exit::Done),
        Err(error) => Err(error),
    }
}
