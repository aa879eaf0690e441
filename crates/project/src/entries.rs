//! The list of resources that `backend-config.json` and `amplify-meta.json` share: category, then name, then entry.

use std::path::Path;

use serde_json::{Map, Value};

use crate::{
    Document, Error,
    document::{join, optional_object, optional_string, shape},
    names,
};

/// Top-level keys that are no category: `providers` of `amplify-meta.json`, and what later versions of the original keep
/// in `backend-config.json` beside the resources.
const NOT_CATEGORIES: [&str; 2] = ["providers", "parameters"];

/// Resources by category and name, in recorded order. [`crate::BackendConfig`] and [`crate::AmplifyMeta`] are both this.
#[derive(Clone, Debug, PartialEq)]
pub struct Entries {
    document: Document,
}

/// One resource of a list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResourceRef<'e> {
    /// Such as `storage`.
    pub category: &'e str,
    /// The resource's name.
    pub name: &'e str,
    /// What is recorded: `service`, `providerPlugin`, `dependsOn`, ...
    pub entry: &'e Map<String, Value>,
}

impl<'e> ResourceRef<'e> {
    /// The `service`, such as `S3`; empty if none is recorded.
    pub fn service(&self) -> &'e str {
        self.text("service")
    }

    /// The `providerPlugin`; empty for resources that no provider deploys.
    pub fn provider(&self) -> &'e str {
        self.text("providerPlugin")
    }

    /// What it depends on, in recorded order.
    pub fn depends_on(&self) -> Vec<Dependency> {
        dependencies(self.entry)
    }

    fn text(&self, key: &str) -> &'e str {
        self.entry.get(key).and_then(Value::as_str).unwrap_or_default()
    }
}

/// One entry of a resource's `dependsOn`.
#[derive(Clone, Debug, PartialEq)]
pub struct Dependency {
    /// Category of the resource that is needed.
    pub category: String,
    /// Its name (`resourceName`).
    pub name: String,
    /// The outputs handed over as parameters.
    pub attributes: Vec<String>,
    /// Parameters that import an export of another stack: parameter, then export name.
    pub exports: Map<String, Value>,
}

/// Reads the `dependsOn` of an entry; malformed parts are left out.
pub fn dependencies(entry: &Map<String, Value>) -> Vec<Dependency> {
    let Some(Value::Array(items)) = entry.get("dependsOn") else { return Vec::new() };
    items
        .iter()
        .filter_map(|item| {
            Some(Dependency {
                category: item.get("category")?.as_str()?.to_owned(),
                name: item.get("resourceName")?.as_str()?.to_owned(),
                attributes: item
                    .get("attributes")
                    .and_then(Value::as_array)
                    .map(|attributes| attributes.iter().filter_map(Value::as_str).map(str::to_owned).collect())
                    .unwrap_or_default(),
                exports: item.get("exports").and_then(Value::as_object).cloned().unwrap_or_default(),
            })
        })
        .collect()
}

impl Entries {
    pub(crate) fn unchecked(document: Document) -> Self {
        Self { document }
    }

    pub(crate) fn checked(document: Document, path: &Path) -> Result<Self, Error> {
        for (category, section) in document.object() {
            if NOT_CATEGORIES.contains(&category.as_str()) {
                continue;
            }
            names::component("category", category)?;
            let Value::Object(section) = section else { return Err(shape(path, category, "an object", section)) };
            for name in section.keys() {
                names::component("resource", name)?;
                if let Some(entry) = optional_object(path, section, category, name)? {
                    check_entry(path, &join(category, name), entry)?;
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

    /// The categories in recorded order, empty ones included.
    pub fn categories(&self) -> impl Iterator<Item = &str> {
        self.sections().map(|(category, _)| category)
    }

    /// Names of the resources of a category, in recorded order.
    pub fn names(&self, category: &str) -> Vec<&str> {
        self.section(category).map(|section| section.keys().map(String::as_str).collect()).unwrap_or_default()
    }

    /// All resources in recorded order.
    pub fn resources(&self) -> impl Iterator<Item = ResourceRef<'_>> {
        self.sections().flat_map(|(category, section)| {
            section
                .iter()
                .filter_map(move |(name, entry)| Some(ResourceRef { category, name, entry: entry.as_object()? }))
        })
    }

    /// What is recorded of a resource.
    pub fn entry(&self, category: &str, name: &str) -> Option<&Map<String, Value>> {
        self.section(category)?.get(name)?.as_object()
    }

    /// What is recorded of a resource, to be changed.
    pub fn entry_mut(&mut self, category: &str, name: &str) -> Option<&mut Map<String, Value>> {
        self.document.object_mut().get_mut(category)?.get_mut(name)?.as_object_mut()
    }

    /// Whether the resource is recorded.
    pub fn contains(&self, category: &str, name: &str) -> bool {
        self.entry(category, name).is_some()
    }

    /// Records a resource: in its place if it is known, else as the last of its category.
    pub fn insert(&mut self, category: &str, name: &str, entry: Map<String, Value>) {
        let section = self.document.object_mut().entry(category).or_insert_with(|| Value::Object(Map::new()));
        if !section.is_object() {
            *section = Value::Object(Map::new());
        }
        if let Value::Object(section) = section {
            section.insert(name.to_owned(), Value::Object(entry));
        }
    }

    /// Forgets a resource. As in the original, its category stays, even if empty.
    pub fn remove(&mut self, category: &str, name: &str) -> Option<Map<String, Value>> {
        match self.document.object_mut().get_mut(category)?.as_object_mut()?.shift_remove(name)? {
            Value::Object(entry) => Some(entry),
            _ => None,
        }
    }

    fn section(&self, category: &str) -> Option<&Map<String, Value>> {
        if NOT_CATEGORIES.contains(&category) {
            return None;
        }
        self.document.object().get(category)?.as_object()
    }

    fn sections(&self) -> impl Iterator<Item = (&str, &Map<String, Value>)> {
        self.document
            .object()
            .iter()
            .filter(|(category, _)| !NOT_CATEGORIES.contains(&category.as_str()))
            .filter_map(|(category, section)| Some((category.as_str(), section.as_object()?)))
    }
}

pub(crate) fn check_entry(path: &Path, pointer: &str, entry: &Map<String, Value>) -> Result<(), Error> {
    for key in ["service", "providerPlugin"] {
        optional_string(path, entry, pointer, key)?;
    }
    let pointer = join(pointer, "dependsOn");
    let items = match entry.get("dependsOn") {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::Array(items)) => items,
        Some(other) => return Err(shape(path, &pointer, "an array", other)),
    };
    for (index, item) in items.iter().enumerate() {
        let pointer = format!("{pointer}[{index}]");
        let Value::Object(item) = item else { return Err(shape(path, &pointer, "an object", item)) };
        for key in ["category", "resourceName"] {
            match item.get(key) {
                Some(Value::String(_)) => {}
                other => return Err(shape(path, &join(&pointer, key), "a string", other.unwrap_or(&Value::Null))),
            }
        }
        match item.get("attributes") {
            None | Some(Value::Null) => {}
            Some(Value::Array(attributes)) => {
                if let Some(other) = attributes.iter().find(|attribute| !attribute.is_string()) {
                    return Err(shape(path, &join(&pointer, "attributes"), "a list of strings", other));
                }
            }
            Some(other) => return Err(shape(path, &join(&pointer, "attributes"), "an array", other)),
        }
    }
    Ok(())
}
