//! What a compilation makes: the files of `build/`.

use indexmap::IndexMap;
use serde::Serialize as _;
use serde_json::{Map, Value};

/// The compiled API.
#[derive(Debug, Clone)]
pub struct Output {
    /// `cloudformation-template.json`.
    pub template: Value,
    /// `stacks/<name>.json`.
    pub stacks: IndexMap<String, Value>,
    /// `resolvers/`: file name → text.
    pub resolvers: IndexMap<String, String>,
    /// `pipelineFunctions/`: file name → text.
    pub pipeline_functions: IndexMap<String, String>,
    /// `schema.graphql`.
    pub schema: String,
    /// `parameters.json`, without `S3DeploymentBucket` and `S3DeploymentRootKey`, which the deployment knows.
    pub parameters: Map<String, Value>,
    /// Resources that stand elsewhere than by default: logical id → stack, for `StackMapping`.
    pub stack_mapping: IndexMap<String, String>,
}

impl Output {
    /// Path below `build/` and text of each file; `minify` leaves the blanks of JSON out.
    pub fn files(&self, minify: bool) -> Vec<(String, String)> {
        let mut files = vec![
            ("cloudformation-template.json".to_owned(), json(&self.template, minify)),
            ("parameters.json".to_owned(), json(&Value::Object(self.parameters.clone()), minify)),
            ("schema.graphql".to_owned(), self.schema.clone()),
        ];
        files.extend(self.stacks.iter().map(|(name, stack)| (format!("stacks/{name}.json"), json(stack, minify))));
        files.extend(self.resolvers.iter().map(|(name, text)| (format!("resolvers/{name}"), text.clone())));
        let functions = self.pipeline_functions.iter();
        files.extend(functions.map(|(name, text)| (format!("pipelineFunctions/{name}"), text.clone())));
        files
    }
}

fn json(value: &Value, minify: bool) -> String {
    if minify {
        return value.to_string();
    }
    let mut bytes = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, formatter);
    // Values have text keys only and the buffer takes everything, so writing cannot fail; an empty file would show it.
    let _ = value.serialize(&mut serializer);
    String::from_utf8(bytes).unwrap_or_default()
}
