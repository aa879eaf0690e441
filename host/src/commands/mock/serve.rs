//! `amplify mock`: serves the environment's buckets and tables on loopback, until Ctrl-C.

use amplify_plugin_abi::message::{Request, Response};
use amplify_plugin_abi::provider::{ProviderReply, ProviderRequest, ServeRequest};
use amplify_project::{Project, ProjectState};

use crate::{
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    environment::provider::{self, answered_wrongly},
    error::Error,
    exit::Exit,
    host::Host,
    interrupt, open,
    progress::Telling,
    view,
};

/// The command.
pub struct Mock;

impl Command for Mock {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["mock"], "Run mock server for testing categories locally.")
            .needs_project()
            .argument(port())
            .details(
                "Serves the deployed buckets and tables of an environment on this machine, for any AWS client. The addresses \
                 are printed. Ctrl-C ends it; the data stay.",
            )
            .example("amplify mock", "Serve on free ports")
            .example("amplify mock --port 20005", "Serve on this port and the next")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let (project, state) = open::read(host)?;
        serve(host, &project, &state, Vec::new(), call)
    }
}

/// `--port`.
pub fn port() -> Argument {
    Argument::option("--port", "number", "First port to use; each further service takes the next one")
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
    let port = match call.value("port") {
        None => 0,
        Some(text) => text
            .parse()
            .map_err(|_| Error::usage("bad-port", format!("`{text}` is not a port")).hint("ports are 1 to 65535"))?,
    };
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
    match host.invoke_whole(entry, &request, None) {
        Ok(Response::Provider(reply)) if *reply == ProviderReply::Served => Ok(Exit::Done),
        Ok(_) => Err(answered_wrongly(entry)),
        // Ctrl-C is how a server is ended.
        Err(error) if error.exit == Exit::Interrupted && interrupt::requested() => Ok(Exit::Done),
        Err(error) => Err(error),
    }
}
