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
    /// `functions/`: file name → archive.
    pub functions: IndexMap<String, Vec<u8>>,
    /// `schema.graphql`.
    pub schema: String,
    /// `parameters.json`, without `S3DeploymentBucket` and `S3DeploymentRootKey`, which the deployment knows.
    pub parameters: Map<String, Value>,
    /// Resources that stand elsewhere than by default: logical id → stack, for `StackMapping`.
    pub stack_mapping: IndexMap<String, String>,
    /// Models that no rule protects: whoever may call the API may do anything with them.
    pub unprotected: Vec<String>,
    /// What the step from the previous build asks for.
    pub migration: Migration,
}

/// Changes of tables that need more than one deployment, or somebody's word.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Migration {
    /// Logical ids of tables that would be deleted with all their items.
    pub lost_tables: Vec<String>,
    pub index_changes: Vec<IndexChange>,
}

/// Global indexes that come and go; the service takes one of them in each deployment.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexChange {
    /// Logical id of the table.
    pub table: String,
    pub added: Vec<String>,
    pub removed: Vec<String>,
}

impl Output {
    /// Path below `build/` and bytes of each file that is no text.
    pub fn archives(&self) -> impl Iterator<Item = (String, &[u8])> {
        self.functions.iter().map(|(name, bytes)| (format!("functions/{name}"), bytes.as_slice()))
    }

    /// The same as [`Output::files`], one after the other: what was written is gone before the next one is made.
    pub fn into_files(self, minify: bool) -> impl Iterator<Item = (String, String)> {
        let below = |folder: &'static str| move |(name, text)| (format!("{folder}/{name}"), text);
        let documents =
            [("cloudformation-template.json", self.template), ("parameters.json", Value::Object(self.parameters))];
        let documents = documents.into_iter().map(|(name, value)| (name.to_owned(), value));
        let stacks = self.stacks.into_iter().map(|(name, stack)| (format!("stacks/{name}.json"), stack));
        let documents = documents.chain(stacks).map(move |(name, value)| (name, json(&value, minify)));
        documents
            .chain([("schema.graphql".to_owned(), self.schema)])
            .chain(self.resolvers.into_iter().map(below("resolvers")))
            .chain(self.pipeline_functions.into_iter().map(below("pipelineFunctions")))
    }

    /// Path below `build/` and text of each text file; `minify` leaves the blanks of JSON out.
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
