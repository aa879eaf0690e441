//! The parameters of a nested stack, put together in the order that the original CLI has.

use amplify_cfn::Template;
use serde_json::{Map, Value, json};

use crate::{
    references::{BACKEND_CONFIG, Origin, Origins, references},
    resource::Entry,
};

/// Parameters while they are put together.
#[derive(Debug, Default)]
pub(crate) struct Parameters {
    values: Map<String, Value>,
    origins: Origins,
}

impl Parameters {
    /// Takes over the values of a document; later values win.
    pub fn merge(&mut self, values: &Map<String, Value>, file: &str, prefix: &str) {
        for (key, value) in values {
            self.set(key, value.clone(), file, format!("{prefix}{key}"));
        }
    }

    /// Sets one value.
    pub fn set(&mut self, key: &str, value: Value, file: &str, place: String) {
        self.origins.insert(key.to_owned(), Origin { file: file.to_owned(), key: place });
        self.values.insert(key.to_owned(), value);
    }

    /// Sets a value that is written nowhere: the deployment itself determines it.
    pub fn fix(&mut self, key: &str, value: Value) {
        self.origins.remove(key);
        self.values.insert(key.to_owned(), value);
    }

    /// Whether there is a value.
    pub fn has(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    /// Adds what `dependsOn` of a resource's entry gives: outputs of other stacks, and imports.
    pub fn depend(&mut self, entry: &Entry) {
        for (index, dependency) in entry.depends_on().iter().enumerate() {
            let text = |key: &str| dependency.get(key).and_then(Value::as_str).unwrap_or_default();
            let target = format!("{}{}", text("category"), text("resourceName"));
            let place = |name: &str| format!("{}.{}.dependsOn[{index}].{name}", entry.category, entry.name);
            for attribute in dependency.get("attributes").and_then(Value::as_array).into_iter().flatten() {
                let Some(attribute) = attribute.as_str() else { continue };
                let value = json!({ "Fn::GetAtt": [target, format!("Outputs.{attribute}")] });
                self.set(&format!("{target}{attribute}"), value, BACKEND_CONFIG, place("attributes"));
            }
            for (parameter, export) in dependency.get("exports").and_then(Value::as_object).into_iter().flatten() {
                self.set(parameter, json!({ "Fn::ImportValue": export }), BACKEND_CONFIG, place("exports"));
            }
        }
    }

    /// The finished parameters: lists as comma-joined text, and only what the template declares. The third part names what
    /// was left out.
    pub fn finish(self, template: &Template) -> (Map<String, Value>, Origins, Vec<String>) {
        let mut values = Map::new();
        let mut left_out = Vec::new();
        for (key, value) in self.values {
            if !template.parameters.contains_key(&key) {
                left_out.push(key);
                continue;
            }
            let value = match value {
                Value::Array(items) => Value::String(joined(&items)),
                other => other,
            };
            values.insert(key, value);
        }
        let mut origins = self.origins;
        origins.retain(|key, _| values.get(key).is_some_and(|value| !references(value).is_empty()));
        (values, origins, left_out)
    }
}

/// A list as the original CLI joins it, so that a stack deployed by either has the same parameters.
pub(crate) fn joined(items: &[Value]) -> String {
    items
        .iter()
        .map(|item| match item {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            Value::Array(items) => joined(items),
            Value::Object(_) => "[object Object]".to_owned(),
            other => other.to_string(),
        })
        .collect::<Vec<_>>()
        .join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(parameters: &[&str]) -> Template {
        let parameters: Map<String, Value> =
            parameters.iter().map(|name| ((*name).to_owned(), json!({ "Type": "String" }))).collect();
        Template::from_value(json!({ "Parameters": parameters, "Resources": {} }), "test").unwrap()
    }

    #[test]
    fn lists_are_joined_as_the_original_does() {
        assert_eq!(joined(&[]), "");
        assert_eq!(joined(&[json!("email"), json!(8), json!(true)]), "email,8,true");
        assert_eq!(joined(&[json!({ "a": 1 }), json!(["x", "y"]), Value::Null]), "[object Object],x,y,");
    }

    #[test]
    fn later_values_win_and_undeclared_ones_are_left_out() {
        let mut parameters = Parameters::default();
        let first = json!({ "tableName": "t", "kinds": ["a", "b"], "extra": 1 });
        parameters.merge(first.as_object().unwrap(), "parameters.json", "");
        parameters.merge(json!({ "tableName": "u" }).as_object().unwrap(), "team-provider-info.json", "dev.");
        let (values, origins, left_out) = parameters.finish(&template(&["tableName", "kinds", "env"]));
        assert_eq!(Value::Object(values), json!({ "tableName": "u", "kinds": "a,b" }));
        assert!(origins.is_empty());
        assert_eq!(left_out, ["extra"]);
    }

    #[test]
    fn dependencies_become_outputs_and_imports() {
        let entry = Entry::new(
            "function",
            "hello",
            json!({ "dependsOn": [
                { "category": "storage", "resourceName": "table", "attributes": ["Name", "Arn"], "exports": { "vpc": "shared-vpc" } }
            ] }),
        );
        let mut parameters = Parameters::default();
        parameters.depend(&entry);
        let (values, origins, _) = parameters.finish(&template(&["storagetableName", "storagetableArn", "vpc"]));
        assert_eq!(values["storagetableArn"], json!({ "Fn::GetAtt": ["storagetable", "Outputs.Arn"] }));
        assert_eq!(values["vpc"], json!({ "Fn::ImportValue": "shared-vpc" }));
        assert_eq!(origins["storagetableName"].key, "function.hello.dependsOn[0].attributes");
    }
}
