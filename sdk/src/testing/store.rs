//! A project in memory, to which changes can be applied.

use std::collections::BTreeMap;

use amplify_plugin_abi::{
    JsonMap,
    change::{Changes, FileContent, ResourceChange},
    project::{EnvironmentView, ProjectView},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Serialize;
use serde_json::{Value, ser::PrettyFormatter};

/// The view that requests carry, and the project's files.
#[derive(Clone, Debug, Default)]
pub(super) struct Store {
    pub project: ProjectView,
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Store {
    pub fn new() -> Self {
        let environment =
            EnvironmentView { name: "dev".into(), provider: "local".into(), ..EnvironmentView::default() };
        let project = ProjectView {
            root: "/demo".into(),
            name: "demo".into(),
            environment: Some(environment),
            frontend: "javascript".into(),
            ..ProjectView::default()
        };
        Self { project, files: BTreeMap::new() }
    }

    pub fn apply(&mut self, changes: &Changes) {
        for change in &changes.resources {
            match change {
                ResourceChange::Add { category, resource, entry } => {
                    set(&mut self.project.backend_config, category, resource, entry.clone());
                    set(&mut self.project.meta, category, resource, entry.clone());
                }
                ResourceChange::Patch { category, resource, entry } => {
                    patch(&mut self.project.backend_config, category, resource, entry);
                    patch(&mut self.project.meta, category, resource, entry);
                }
                ResourceChange::Remove { category, resource } => self.remove(category, resource),
                _ => {}
            }
        }
        for file in &changes.files {
            let path = format!("amplify/backend/{}/{}/{}", file.category, file.resource, file.path);
            match &file.content {
                Some(content) => self.files.insert(path, bytes(content)),
                None => self.files.remove(&path),
            };
        }
        if let Some(environment) = &mut self.project.environment {
            for value in &changes.environment {
                let entry = JsonMap::from_iter([(value.key.clone(), value.value.clone())]);
                patch(&mut environment.values, &value.category, &value.resource, &entry);
            }
        }
    }

    fn remove(&mut self, category: &str, resource: &str) {
        forget(&mut self.project.backend_config, category, resource);
        forget(&mut self.project.meta, category, resource);
        if let Some(environment) = &mut self.project.environment {
            forget(&mut environment.values, category, resource);
        }
        let folder = format!("amplify/backend/{category}/{resource}/");
        self.files.retain(|path, _| !path.starts_with(&folder));
    }
}

fn set(all: &mut JsonMap, category: &str, resource: &str, entry: JsonMap) {
    let category = all.entry(category).or_insert_with(|| Value::Object(JsonMap::new()));
    if let Some(category) = category.as_object_mut() {
        category.insert(resource.into(), Value::Object(entry));
    }
}

fn patch(all: &mut JsonMap, category: &str, resource: &str, changes: &JsonMap) {
    let mut entry =
        all.get(category).and_then(|all| all.get(resource)).and_then(Value::as_object).cloned().unwrap_or_default();
    for (key, value) in changes {
        match value {
            Value::Null => entry.shift_remove(key),
            value => entry.insert(key.clone(), value.clone()),
        };
    }
    set(all, category, resource, entry);
}

fn forget(all: &mut JsonMap, category: &str, resource: &str) {
    let Some(Value::Object(resources)) = all.get_mut(category) else { return };
    resources.shift_remove(resource);
    if resources.is_empty() {
        all.shift_remove(category);
    }
}

/// A file's bytes as a new file would hold them.
pub(super) fn bytes(content: &FileContent) -> Vec<u8> {
    match content {
        FileContent::Text(text) => text.clone().into_bytes(),
        FileContent::Json(value) => pretty(value, b"    "),
        FileContent::JsonTabs(value) => pretty(value, b"\t"),
        // What is no base64 is kept as it is, so that a test sees it.
        FileContent::Base64(text) => STANDARD.decode(text).unwrap_or_else(|_| text.clone().into_bytes()),
        _ => Vec::new(),
    }
}

fn pretty(value: &Value, indent: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, PrettyFormatter::with_indent(indent));
    // Writing a JSON value to memory cannot fail.
    let _ = value.serialize(&mut serializer);
    out
}
