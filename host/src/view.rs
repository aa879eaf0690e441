//! The project as plugins see it.

use std::path::Path;

use amplify_plugin_abi::{
    JsonMap,
    project::{EnvironmentView, ProjectView},
};
use amplify_project::{AmplifyMeta, ProjectState};
use serde_json::Value;

/// What a request carries of the project.
pub fn of(root: &Path, state: &ProjectState) -> ProjectView {
    let environment = state.environment().ok().map(|name| EnvironmentView {
        name: name.to_owned(),
        provider: state.provider().unwrap_or_default(),
        provider_state: state.provider_state().cloned().unwrap_or_default(),
        values: state.team.values(name).cloned().unwrap_or_default(),
    });
    ProjectView {
        root: root.display().to_string(),
        name: state.config.project_name().to_owned(),
        environment,
        frontend: state.config.frontend().to_owned(),
        frontend_settings: state.config.frontend_settings().cloned().map_or(Value::Null, Value::Object),
        backend_config: state.backend_config.document().object().clone(),
        meta: without_providers(&state.meta),
        deployed_meta: state.cloud_meta.as_ref().map(without_providers).unwrap_or_default(),
    }
}

/// A view of a folder that holds no project yet.
pub fn of_folder(root: &Path) -> ProjectView {
    ProjectView { root: root.display().to_string(), ..ProjectView::default() }
}

fn without_providers(meta: &AmplifyMeta) -> JsonMap {
    meta.document()
        .object()
        .iter()
        .filter(|(category, _)| *category != "providers")
        .map(|(category, section)| (category.clone(), section.clone()))
        .collect()
}
