//! `team-provider-info.json`: the environments, what their provider knows of each, and values that differ between them.

use std::path::Path;

use serde_json::{Map, Value};

use crate::{
    Document, Error, Indent,
    document::{join, optional_object},
    names,
};

const CATEGORIES: &str = "categories";

/// `team-provider-info.json`. Git tracks it, so nothing secret may be put here.
#[derive(Clone, Debug, PartialEq)]
pub struct TeamProviderInfo {
    document: Document,
}

impl TeamProviderInfo {
    /// A new file without environments.
    pub fn new() -> Self {
        Self { document: Document::new(Value::Object(Map::new()), Indent::Spaces(4)) }
    }

    /// Reads the file; `path` names it in errors.
    ///
    /// # Errors
    /// No JSON object, or an environment, provider, category or resource that is no object.
    pub fn parse(bytes: &[u8], path: &Path) -> Result<Self, Error> {
        let document = Document::parse(bytes, path)?;
        let top = document.object();
        for environment in top.keys() {
            names::component("environment", environment)?;
            let Some(sections) = optional_object(path, top, ".", environment)? else { continue };
            for section in sections.keys() {
                optional_object(path, sections, environment, section)?;
            }
            let pointer = join(environment, CATEGORIES);
            let Some(categories) = optional_object(path, sections, environment, CATEGORIES)? else { continue };
            for category in categories.keys() {
                let pointer_category = join(&pointer, category);
                let Some(resources) = optional_object(path, categories, &pointer, category)? else { continue };
                for name in resources.keys() {
                    optional_object(path, resources, &pointer_category, name)?;
                }
            }
        }
        Ok(Self { document })
    }

    /// The file.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The file, to be changed in ways that the methods here do not cover.
    pub fn document_mut(&mut self) -> &mut Document {
        &mut self.document
    }

    /// The file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.document.to_bytes()
    }

    /// The environments in recorded order.
    pub fn environments(&self) -> Vec<&str> {
        self.document.object().keys().map(String::as_str).collect()
    }

    /// Everything recorded of an environment.
    pub fn environment(&self, name: &str) -> Option<&Map<String, Value>> {
        self.document.object().get(name)?.as_object()
    }

    /// The provider that deploys an environment: the first key that is not `categories`.
    pub fn provider(&self, environment: &str) -> Option<&str> {
        self.environment(environment)?.keys().map(String::as_str).find(|key| *key != CATEGORIES)
    }

    /// What the environment's provider recorded of it: `Region`, `StackName`, ...
    pub fn provider_state(&self, environment: &str) -> Option<&Map<String, Value>> {
        self.environment(environment)?.get(self.provider(environment)?)?.as_object()
    }

    /// Records what a provider knows of an environment; its values stay. A new environment is added at the end.
    pub fn set_provider_state(&mut self, environment: &str, provider: &str, state: Map<String, Value>) {
        let sections = object_at(self.document.object_mut(), environment);
        let known = sections.contains_key(provider);
        sections.insert(provider.to_owned(), Value::Object(state));
        if !known && let Some(categories) = sections.shift_remove(CATEGORIES) {
            // The provider comes first, as in files of the original.
            sections.insert(CATEGORIES.to_owned(), categories);
        }
    }

    /// Forgets an environment.
    pub fn remove_environment(&mut self, name: &str) -> bool {
        self.document.object_mut().shift_remove(name).is_some()
    }

    /// The environment's own values: category, then resource, then key.
    pub fn values(&self, environment: &str) -> Option<&Map<String, Value>> {
        self.environment(environment)?.get(CATEGORIES)?.as_object()
    }

    /// The environment's own values of one resource.
    pub fn resource_values(&self, environment: &str, category: &str, name: &str) -> Option<&Map<String, Value>> {
        self.values(environment)?.get(category)?.get(name)?.as_object()
    }

    /// Sets one value of a resource in an environment; null removes it.
    pub fn set_value(&mut self, environment: &str, category: &str, name: &str, key: &str, value: Value) {
        if value.is_null() {
            let known =
                self.resource_values(environment, category, name).is_some_and(|values| values.contains_key(key));
            if !known {
                return;
            }
        }
        let values = self.resource_values_mut(environment, category, name);
        if value.is_null() {
            values.shift_remove(key);
        } else {
            values.insert(key.to_owned(), value);
        }
    }

    /// The environment's own values of one resource, made if absent.
    pub fn resource_values_mut(&mut self, environment: &str, category: &str, name: &str) -> &mut Map<String, Value> {
        let sections = object_at(self.document.object_mut(), environment);
        object_at(object_at(object_at(sections, CATEGORIES), category), name)
    }

    /// Sets all values of a resource in an environment; none leaves no entry.
    pub fn set_values(&mut self, environment: &str, category: &str, name: &str, values: Map<String, Value>) {
        if values.is_empty() {
            return self.remove_values(environment, category, name);
        }
        *self.resource_values_mut(environment, category, name) = values;
    }

    /// Forgets a resource's values in an environment, with parents that become empty.
    pub fn remove_values(&mut self, environment: &str, category: &str, name: &str) {
        remove_path(self.document.object_mut(), &[environment, CATEGORIES, category, name]);
    }
}

impl Default for TeamProviderInfo {
    fn default() -> Self {
        Self::new()
    }
}

fn object_at<'m>(map: &'m mut Map<String, Value>, key: &str) -> &'m mut Map<String, Value> {
    let value = map.entry(key).or_insert_with(|| Value::Object(Map::new()));
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    match value {
        Value::Object(inner) => inner,
        _ => unreachable!("made an object just above"),
    }
}

fn remove_path(map: &mut Map<String, Value>, keys: &[&str]) {
    match keys {
        [] => {}
        [last] => {
            map.shift_remove(*last);
        }
        [first, rest @ ..] => {
            if let Some(Value::Object(inner)) = map.get_mut(*first) {
                remove_path(inner, rest);
                if inner.is_empty() {
                    map.shift_remove(*first);
                }
            }
        }
    }
}
