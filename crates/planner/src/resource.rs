//! A resource's entry in `amplify-meta.json`.

use amplify_project::Entries;
use serde_json::{Map, Value};

/// A resource as it is recorded.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// Its category.
    pub category: String,
    /// Its name.
    pub name: String,
    /// What is recorded of it.
    pub record: Map<String, Value>,
}

impl Entry {
    /// An entry with this record.
    #[cfg(test)]
    pub fn new(category: &str, name: &str, record: Value) -> Self {
        let record = match record {
            Value::Object(record) => record,
            _ => Map::new(),
        };
        Self { category: category.to_owned(), name: name.to_owned(), record }
    }

    /// The resources of an `amplify-meta.json`, in its order.
    pub fn all(meta: &Entries) -> Vec<Self> {
        let owned = |text: &str| text.to_owned();
        meta.resources()
            .map(|resource| Self {
                category: owned(resource.category),
                name: owned(resource.name),
                record: resource.entry.clone(),
            })
            .collect()
    }

    /// Logical id of its nested stack in the root stack.
    pub fn logical_id(&self) -> String {
        format!("{}{}", self.category, self.name)
    }

    /// Its service, or an empty text.
    pub fn service(&self) -> &str {
        self.text("service").unwrap_or_default()
    }

    /// A text of its record.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.record.get(key)?.as_str()
    }

    /// Its dependencies.
    pub fn depends_on(&self) -> &[Value] {
        self.record.get("dependsOn").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether it is deployed by CloudFormation at all.
    pub fn has_provider(&self) -> bool {
        self.text("providerPlugin").is_some()
    }

    /// Whether a template of it was ever uploaded.
    pub fn was_uploaded(&self) -> bool {
        self.record.get("providerMetadata").is_some_and(Value::is_object)
    }

    /// The recorded `TemplateURL`.
    pub fn template_url(&self) -> Option<&str> {
        self.record.get("providerMetadata")?.get("s3TemplateURL")?.as_str()
    }
}
