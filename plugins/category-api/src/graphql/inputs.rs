//! What a compilation starts from, read from the project's files.

use std::collections::BTreeMap;

use amplify_graphql_transformer::{ApiKey, AuthConfig, Input, Overrides, Previous, Source};
use amplify_sdk::prelude::*;
use serde_json::Value;

use super::{
    auth,
    files::{CONFIGURATION_FILE, PARAMETERS_FILE, SCHEMA_FILE},
    key, path,
};
use crate::{error::ApiError, plugin::CATEGORY};

/// Where the copy of what is deployed lies.
const DEPLOYED: &str = "amplify/#current-cloud-backend/api";

/// An API's files.
pub struct Inputs {
    /// For the compiler.
    pub input: Input,
    /// Whether the key differs from the one that is deployed.
    pub key_changed: bool,
}

impl Inputs {
    /// Reads an API's files.
    ///
    /// # Errors
    /// No schema, settings that are not understood, or files that cannot be read.
    pub fn read(context: &mut Context<'_>, resource: &str, now: u64) -> Result<Self, PluginError> {
        let entry = entry(&context.project().meta, resource)
            .or_else(|| entry(&context.project().backend_config, resource))
            .unwrap_or_default();
        let auth = auth::recorded(&entry).ok_or_else(|| ApiError::AuthSettings { resource: resource.to_owned() })?;
        let sources = sources(context, resource)?;
        Self::with(context, resource, sources, auth, now)
    }

    /// The same with sources and settings that are not on disk yet.
    ///
    /// # Errors
    /// Files that cannot be read.
    pub fn with(
        context: &mut Context<'_>,
        resource: &str,
        sources: Vec<Source>,
        auth: AuthConfig,
        now: u64,
    ) -> Result<Self, PluginError> {
        let parameters = match context.read_json(&path(resource, PARAMETERS_FILE))? {
            Some(Value::Object(parameters)) => parameters,
            _ => JsonMap::new(),
        };
        let overrides = Overrides {
            resolvers: texts(context, resource, "resolvers")?,
            pipeline_functions: texts(context, resource, "pipelineFunctions")?,
            stacks: texts(context, resource, "stacks")?,
            functions: archives(context, resource)?,
        };
        let configuration = context.read_json(&path(resource, CONFIGURATION_FILE))?;
        let previous = previous(context, resource)?;
        let deployed = previous.as_ref().and_then(|previous| ApiKey::of(&previous.root));
        let before = entry(&context.project().deployed_meta, resource).as_ref().and_then(auth::recorded);
        let (key, key_changed) = match auth.api_key_days() {
            // Whoever states the time of expiry keeps it up to date.
            Some(days) if !states_expiry(&parameters) => {
                let before = before.and_then(|before| before.api_key_days());
                let decision = key::decide(deployed.as_ref(), days, before, now);
                (Some(decision.key), decision.changed)
            }
            _ => (deployed, false),
        };
        let input = Input { sources, configuration, auth, parameters, overrides, previous, now, key };
        Ok(Self { input, key_changed })
    }
}

fn entry(all: &JsonMap, resource: &str) -> Option<JsonMap> {
    all.get(CATEGORY)?.get(resource)?.as_object().cloned()
}

fn states_expiry(parameters: &JsonMap) -> bool {
    parameters.get("APIKeyExpirationEpoch").and_then(Value::as_i64).is_some_and(|epoch| epoch > 0)
}

/// `schema.graphql`, else every file below `schema/`.
fn sources(context: &mut Context<'_>, resource: &str) -> Result<Vec<Source>, PluginError> {
    let whole = path(resource, SCHEMA_FILE);
    if let Some(text) = context.read_text(&whole)? {
        return Ok(vec![Source { name: whole, text }]);
    }
    let folder = path(resource, "schema");
    let mut sources = Vec::new();
    for name in context.list(&folder)? {
        if name.split('/').any(|part| part.starts_with('.')) {
            continue;
        }
        let name = format!("{folder}/{name}");
        if let Some(text) = context.read_text(&name)? {
            sources.push(Source { name, text });
        }
    }
    match sources.is_empty() {
        true => Err(ApiError::NoSchema { resource: resource.to_owned() }.into()),
        false => Ok(sources),
    }
}

fn texts(context: &mut Context<'_>, resource: &str, folder: &str) -> Result<BTreeMap<String, String>, PluginError> {
    let folder = path(resource, folder);
    let mut found = BTreeMap::new();
    for name in context.list(&folder)? {
        if name.starts_with('.') || name.contains('/') {
            continue;
        }
        if let Some(text) = context.read_text(&format!("{folder}/{name}"))? {
            found.insert(name, text);
        }
    }
    Ok(found)
}

/// The user's own archives of functions.
fn archives(context: &mut Context<'_>, resource: &str) -> Result<BTreeMap<String, Vec<u8>>, PluginError> {
    let folder = path(resource, "functions");
    let mut found = BTreeMap::new();
    for name in context.list(&folder)? {
        if let Some(bytes) = context.read_bytes(&format!("{folder}/{name}"))?.filter(|_| name.ends_with(".zip")) {
            found.insert(name, bytes);
        }
    }
    Ok(found)
}

/// The build that is deployed.
fn previous(context: &mut Context<'_>, resource: &str) -> Result<Option<Previous>, PluginError> {
    if entry(&context.project().deployed_meta, resource).is_none() {
        return Ok(None);
    }
    let build = format!("{DEPLOYED}/{resource}/build");
    let Some(root) = context.read_json(&format!("{build}/cloudformation-template.json"))? else { return Ok(None) };
    let mut stacks = BTreeMap::new();
    for name in context.list(&format!("{build}/stacks"))? {
        let Some(stack) = name.strip_suffix(".json") else { continue };
        if let Some(template) = context.read_json(&format!("{build}/stacks/{name}"))? {
            stacks.insert(stack.to_owned(), template);
        }
    }
    Ok(Some(Previous { root, stacks }))
}
