//! Makes an environment at its provider: the root stack with the deployment bucket and the two roles.

use std::path::Path;

use amplify_plugin_abi::{
    JsonMap,
    provider::{DestroyRequest, InitializeReply, InitializeRequest, ProviderReply, ProviderRequest},
};
use amplify_plugin_host::Entry;
use amplify_project::{Project, TeamProviderInfo, names};
use serde_json::Value;

use super::provider;
use crate::{error::Error, host::Host};

/// An environment to be made.
pub struct Wanted<'w> {
    /// The project's name.
    pub project_name: &'w str,
    /// Its own name.
    pub name: &'w str,
    /// Name of its root stack, where that is recorded already; a new one otherwise.
    pub stack_name: Option<&'w str>,
    /// The provider's part of `--providers`.
    pub options: JsonMap,
    /// What is recorded of another environment at the same provider; empty for the first.
    pub sibling: JsonMap,
}

/// What is recorded of another environment at the same provider; empty if there is none.
pub fn sibling(team: &TeamProviderInfo, name: &str, provider: &str) -> JsonMap {
    let is_one = |other: &&str| *other != name && team.provider(other) == Some(provider);
    let found = team.environments().into_iter().find(is_one).and_then(|other| team.provider_state(other));
    found.cloned().unwrap_or_default()
}

/// Makes it.
///
/// # Errors
/// The provider's own.
pub fn make(host: &Host<'_>, entry: &Entry, project: &Project, wanted: Wanted<'_>) -> Result<InitializeReply, Error> {
    let stack_name = match wanted.stack_name {
        Some(name) => name.to_owned(),
        None => names::stack_name(wanted.project_name, wanted.name, jiff::Zoned::now().time()),
    };
    let tags = amplify_planner::tags(project, wanted.project_name, wanted.name)?;
    let request = InitializeRequest {
        project_name: wanted.project_name.to_owned(),
        environment: wanted.name.to_owned(),
        template: amplify_planner::root_template(),
        parameters: amplify_planner::root_parameters(&stack_name),
        stack_name,
        data_dir: text(&project.paths().local_data(wanted.name)),
        options: wanted.options,
        sibling: wanted.sibling,
        tags: tags.into_iter().map(|tag| (tag.key, tag.value)).collect(),
    };
    match provider::request(host, entry, ProviderRequest::Initialize(request)) {
        Ok(ProviderReply::Initialized(reply)) => Ok(reply),
        Ok(_) => Err(provider::answered_wrongly(entry)),
        Err(error) => {
            remove_empty(&project.paths().local_data(wanted.name));
            Err(error)
        }
    }
}

/// Deletes what an environment owns at its provider, and returns what remains.
///
/// # Errors
/// The provider's own.
pub fn destroy(
    host: &Host<'_>,
    entry: &Entry,
    project: &Project,
    name: &str,
    state: JsonMap,
    local: Value,
) -> Result<Vec<String>, Error> {
    let data_dir = text(&project.paths().local_data(name));
    let request = DestroyRequest { environment: name.to_owned(), state, local, data_dir };
    match provider::request(host, entry, ProviderRequest::Destroy(request))? {
        ProviderReply::Destroyed(reply) => {
            remove_empty(&project.paths().local_data(name));
            Ok(reply.remaining)
        }
        _ => Err(provider::answered_wrongly(entry)),
    }
}

/// What this machine alone recorded of an environment; null for nothing.
///
/// # Errors
/// A file that cannot be read or understood.
pub fn local(project: &Project, name: &str) -> Result<Value, Error> {
    let recorded = project.local_aws_info()?;
    Ok(recorded.and_then(|recorded| recorded.environment(name).cloned()).map_or(Value::Null, Value::Object))
}

/// The folder for an environment's data and the one around it, where nothing is in them: an `init` that came to nothing
/// leaves nothing.
fn remove_empty(data_dir: &Path) {
    for folder in data_dir.ancestors().take(2) {
        let _ = fs_err::remove_dir(folder);
    }
}

/// A path for a message.
pub fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
