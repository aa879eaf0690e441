//! Serves one category by the plugin that keeps it, until Ctrl-C.

use amplify_plugin_abi::{
    manifest::{Hook, PluginKind},
    message::{MockRequest, Request, Response},
};
use amplify_plugin_host::Entry;
use amplify_project::{Project, ProjectState};

use super::serve;
use crate::{
    command::Call, environment::provider::answered_wrongly, error::Error, exit::Exit, host::Host, interrupt,
    progress::Telling, view,
};

/// The plugin of a category, if it serves the category itself.
pub fn keeper<'h>(host: &'h Host<'_>, category: &str) -> Option<&'h Entry> {
    let entry = host.catalog.registry().by_word(category)?;
    let manifest = &entry.manifest;
    let serves = matches!(manifest.kind, PluginKind::Category { .. }) && manifest.hooks.contains(&Hook::Mock);
    serves.then_some(entry)
}

/// Serves all resources of the category, or one.
///
/// # Errors
/// The plugin's own, or options that are for running a function.
pub fn serve(
    host: &Host<'_>,
    project: &Project,
    state: &ProjectState,
    entry: &Entry,
    resource: Option<&str>,
    call: &Call,
) -> Result<Exit, Error> {
    if let Some(option) = ["event", "timeout"].iter().find(|option| call.value(option).is_some()) {
        return Err(Error::usage("option-misplaced", format!("`--{option}` is for running a function"))
            .hint("type `amplify help mock` for what it takes"));
    }
    host.telling.set(Telling::Answer);
    let environment = state.environment()?;
    let data = project.paths().local_data(environment).join("plugins").join(&entry.manifest.name);
    let request = MockRequest {
        project: view::of(project.root(), state),
        resource: resource.unwrap_or_default().to_owned(),
        data_dir: data.to_string_lossy().into_owned(),
        port: serve::port(call)?,
    };
    match host.invoke_whole(entry, &Request::Mock(request), None) {
        Ok(Response::Mocked) => Ok(Exit::Done),
        Ok(_) => Err(answered_wrongly(entry)),
        // Ctrl-C is how a server is ended.
        Err(error) if error.exit == Exit::Interrupted && interrupt::requested() => Ok(Exit::Done),
        Err(error) => Err(error),
    }
}
