//! Environments as requests to their providers name them.

use amplify_plugin_abi::environment::Target;
use amplify_plugin_host::Entry;
use amplify_project::{Project, ProjectState};

use super::{make, provider};
use crate::{error::Error, host::Host};

/// The plugin that deploys the current environment, and what is known of the environment.
///
/// # Errors
/// No current environment, or its provider is not installed.
pub fn current<'h>(host: &'h Host<'_>, project: &Project, state: &ProjectState) -> Result<(&'h Entry, Target), Error> {
    of(host, project, state, state.environment()?)
}

/// The same of any environment of the project.
///
/// # Errors
/// Its provider is not installed.
pub fn of<'h>(
    host: &'h Host<'_>,
    project: &Project,
    state: &ProjectState,
    name: &str,
) -> Result<(&'h Entry, Target), Error> {
    let (provider, recorded) = match state.environment().is_ok_and(|current| current == name) {
        // A project without `team-provider-info.json` knows its own environment from `amplify-meta.json`.
        true => (state.provider(), state.provider_state()),
        false => (state.team.provider(name).map(str::to_owned), state.team.provider_state(name)),
    };
    let entry = provider::installed(host, provider.as_deref().unwrap_or(provider::AWS))?;
    let target = Target {
        project_name: state.config.project_name().to_owned(),
        environment: name.to_owned(),
        state: recorded.cloned().unwrap_or_default(),
        local: make::local(project, name)?,
        data_dir: make::text(&project.paths().local_data(name)),
    };
    Ok((entry, target))
}
