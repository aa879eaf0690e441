//! The values of an environment with which the resources of a record were deployed.

use serde_json::{Map, Value, json};

use super::damaged;
use crate::{Document, Error, Indent};

const CATEGORIES: &str = "categories";

/// Values of one environment, laid out as in `team-provider-info.json`: category, then resource, then key. Nothing in it is
/// secret. A record of the original CLI has none, which is something else than none being needed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeployedValues {
    categories: Map<String, Value>,
}

impl DeployedValues {
    /// Reads the file that a record or a project holds; `entry` names it in errors.
    ///
    /// # Errors
    /// [`Error::Record`], if it has another form.
    pub fn parse(bytes: &[u8], entry: &str) -> Result<Self, Error> {
        let form = || damaged(entry, "it is no object of categories, their resources and their values");
        let document: Value = serde_json::from_slice(bytes).map_err(|error| damaged(entry, &error.to_string()))?;
        let categories = document.get(CATEGORIES).and_then(Value::as_object).ok_or_else(form)?;
        for resources in categories.values() {
            let resources = resources.as_object().ok_or_else(form)?;
            if !resources.values().all(Value::is_object) {
                return Err(form());
            }
        }
        Ok(Self { categories: categories.clone() })
    }

    /// The file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        Document::new(json!({ CATEGORIES: self.categories }), Indent::Spaces(4)).to_bytes()
    }

    /// The values of one resource.
    pub fn get(&self, category: &str, resource: &str) -> Option<&Map<String, Value>> {
        self.categories.get(category)?.get(resource)?.as_object()
    }

    /// Sets the values of one resource, in place of those that are known; none makes no entry.
    pub fn set(&mut self, category: &str, resource: &str, values: Map<String, Value>) {
        if values.is_empty() {
            return;
        }
        let section = self.categories.entry(category).or_insert_with(|| json!({}));
        if let Some(resources) = section.as_object_mut() {
            resources.insert(resource.to_owned(), Value::Object(values));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut values = DeployedValues::default();
        values.set("queue", "empty", Map::new());
        values.set("queue", "jobs", json!({ "visibilityTimeout": 30 }).as_object().unwrap().clone());
        let read = DeployedValues::parse(&values.to_bytes(), "x").unwrap();
        assert_eq!(read, values);
        assert_eq!(read.get("queue", "jobs").unwrap()["visibilityTimeout"], 30);
        assert!(read.get("queue", "empty").is_none() && read.get("storage", "jobs").is_none());
    }

    #[test]
    fn other_forms_are_refused() {
        for text in [
            "",
            "[]",
            "{}",
            "{\"categories\": 1}",
            "{\"categories\": {\"a\": 1}}",
            "{\"categories\": {\"a\": {\"b\": 1}}}",
        ] {
            assert_eq!(DeployedValues::parse(text.as_bytes(), "x").unwrap_err().code(), "record-damaged", "{text}");
        }
    }
}
