//! The read-only view of a project that a request carries.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::JsonMap;

/// A project as a plugin sees it. Files are read through the host's `read` callback, so that pending changes show.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProjectView {
    /// Absolute path of the project's root, for starting tools there. Plugins write nothing there themselves.
    pub root: String,
    /// The project's name (3 to 20 alphanumerics).
    pub name: String,
    /// The current environment, absent before `init` has made one.
    pub environment: Option<EnvironmentView>,
    /// The frontend's name, such as `javascript`; empty if none is configured.
    pub frontend: String,
    /// The frontend's section of `project-config.json`: `{framework, config: {SourceDir, ...}}`.
    pub frontend_settings: Value,
    /// `backend-config.json`: category, then resource, then entry. Pending changes included.
    pub backend_config: JsonMap,
    /// `amplify-meta.json` without `providers`: the entries of `backend_config` with outputs and time stamps.
    pub meta: JsonMap,
    /// The recorded meta of what was deployed last (`#current-cloud-backend/amplify-meta.json` without `providers`).
    pub deployed_meta: JsonMap,
}

/// The current environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EnvironmentView {
    /// Its name, `[a-z]{2,10}`.
    pub name: String,
    /// The provider that deploys it, such as `local`.
    pub provider: String,
    /// What the provider recorded of it (`team-provider-info.json`, `<env>.<provider>`): `Region`, `StackName`, ...
    pub provider_state: JsonMap,
    /// Environment-specific values (`team-provider-info.json`, `<env>.categories`): category, then resource.
    pub values: JsonMap,
}

impl ProjectView {
    /// Names of the resources of a category, in recorded order.
    pub fn resources(&self, category: &str) -> Vec<&str> {
        match self.backend_config.get(category) {
            Some(Value::Object(map)) => map.keys().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// The entry of one resource in `backend-config.json`.
    pub fn resource(&self, category: &str, name: &str) -> Option<&JsonMap> {
        self.backend_config.get(category)?.get(name)?.as_object()
    }

    /// Resources of a category that are of one service.
    pub fn resources_of_service(&self, category: &str, service: &str) -> Vec<&str> {
        let Some(Value::Object(map)) = self.backend_config.get(category) else { return Vec::new() };
        map.iter()
            .filter(|(_, entry)| entry.get("service").and_then(Value::as_str) == Some(service))
            .map(|(name, _)| name.as_str())
            .collect()
    }
}
