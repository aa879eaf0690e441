//! The current environment as requests to its provider name it.

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
    let name = state.environment()?;
    let entry = provider::installed(host, state.provider().as_deref().unwrap_or(provider::AWS))?;
    let target = Target {
        project_name: state.config.project_name().to_owned(),
        environment: name.to_owned(),
        state: state.provider_state().cloned().unwrap_or_default(),
        local: make::local(project, name)?,
        data_dir: make::text(&project.paths().local_data(name)),
    };
    Ok((entry, target))
}
