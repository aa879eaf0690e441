//! What buckets and tables have in common: names, files, and the words around a change.

use amplify_sdk::prelude::*;
use serde_json::{Value, json};

use crate::error::StorageError;

/// The category's word.
pub const CATEGORY: &str = "storage";
/// The parameters of a resource's stack.
pub const PARAMETERS_FILE: &str = "parameters.json";
/// What the questions remember of a resource beside its parameters.
pub const STORAGE_PARAMS_FILE: &str = "storage-params.json";

/// Asks for the name of a new resource.
pub fn ask_name(context: &mut Context<'_>, default: String) -> Result<String, PluginError> {
    let taken: Vec<String> = context.project().resources(CATEGORY).into_iter().map(Into::into).collect();
    let wanted = Validation {
        pattern: Some("[a-zA-Z0-9]+".into()),
        max_length: Some(64),
        taken,
        message: "Resource name should be alphanumeric".into(),
        ..Validation::default()
    };
    let text =
        "Please provide a friendly name for your resource that will be used to label this category in the project:";
    context.input("storage.resourceName", text, Some(default), Some(wanted))
}

/// Asks for one of several choices, the first of which is the default.
pub fn choose(context: &mut Context<'_>, key: &str, text: &str, choices: Vec<Choice>) -> Result<String, PluginError> {
    let first = choices.first().map(|choice| choice.value.clone());
    context.select(key, text, choices, first.as_deref())
}

/// The entry of a new resource in `backend-config.json`.
pub fn entry(service: &str, depends_on: Vec<Value>) -> JsonMap {
    let mut entry = JsonMap::new();
    entry.insert("service".into(), service.into());
    // The original knows its one provider by this name, whichever provider deploys an environment.
    entry.insert("providerPlugin".into(), "awscloudformation".into());
    if !depends_on.is_empty() {
        entry.insert("dependsOn".into(), depends_on.into());
    }
    entry
}

/// Adds what is said after a resource was added.
pub fn added(changes: Changes, resource: &str) -> Changes {
    changes
        .message(format!("Successfully added resource {resource} locally"))
        .next_step("\"amplify push\" builds all of your local backend resources and provisions them in the cloud")
}

/// A resource's path in the project.
pub fn path(resource: &str, file: &str) -> String {
    format!("amplify/backend/{CATEGORY}/{resource}/{file}")
}

/// Reads the template that an update changes.
pub fn read_template(context: &mut Context<'_>, resource: &str, file: &str) -> Result<Value, PluginError> {
    let path = path(resource, file);
    if let Some(template) = context.read_json(&path)? {
        return Ok(template);
    }
    let newer = context.read_text(&self::path(resource, "cli-inputs.json"))?.is_some();
    Err(if newer {
        StorageError::NewerFormat { resource: resource.into() }.into()
    } else {
        StorageError::TemplateMissing { path }.into()
    })
}

/// Reads a file with an object in it; an absent file is an empty object.
pub fn read_object(context: &mut Context<'_>, resource: &str, file: &str) -> Result<JsonMap, PluginError> {
    match context.read_json(&path(resource, file))? {
        Some(Value::Object(map)) => Ok(map),
        _ => Ok(JsonMap::new()),
    }
}

/// Shows lines between questions.
pub fn say(context: &mut Context<'_>, lines: &[&str]) {
    for line in lines {
        context.progress(&Progress::Message { text: (*line).into() });
    }
}

/// What an update of a resource depends on: what it depended on already, less `dropped`, plus `added`.
///
/// Returns the entry to patch, or nothing if it stays the same.
pub fn dependency_patch(
    project: &ProjectView,
    resource: &str,
    dropped: impl Fn(&Value) -> bool,
    added: Vec<Value>,
) -> Option<Value> {
    let old = project.resource(CATEGORY, resource).and_then(|entry| entry.get("dependsOn")).cloned();
    let old = old.unwrap_or_else(|| json!([]));
    let mut new: Vec<Value> = old.as_array().into_iter().flatten().filter(|each| !dropped(each)).cloned().collect();
    for each in added {
        if !new.contains(&each) {
            new.push(each);
        }
    }
    let new = Value::Array(new);
    (new != old).then_some(new)
}
