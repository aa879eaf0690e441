//! What a compilation makes: the files of `build/`.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::Serialize as _;
use serde_json::ser::PrettyFormatter;
use serde_json::{Map, Value};

/// The compiled API.
#[derive(Debug, Clone)]
pub struct Output {
    /// `cloudformation-template.json`.
    pub template: Value,
    /// `stacks/<name>.json`.
    pub stacks: IndexMap<String, Stack>,
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

/// The template of a nested stack, kept as text: a large API has hundreds of them, and as values they take eight times the
/// room.
#[derive(Debug, Clone, PartialEq)]
pub struct Stack {
    /// JSON without blanks.
    text: String,
}

impl Stack {
    pub(crate) fn new(template: &Members) -> Self {
        Self { text: template.object() }
    }

    /// The template. It is parsed anew each time.
    pub fn value(&self) -> Value {
        // What was written from values is JSON; null would show if it were not.
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    fn into_text(self, minify: bool) -> String {
        if minify { self.text } else { self.pretty() }
    }

    /// Four spaces a level, as the original writes it.
    fn pretty(&self) -> String {
        let mut source = serde_json::Deserializer::from_str(&self.text);
        let mut bytes = Vec::with_capacity(self.text.len() * 3);
        // As above: what was written from values can be read, and the buffer takes everything.
        let _ = serde_transcode::transcode(&mut source, &mut indented(&mut bytes));
        String::from_utf8(bytes).unwrap_or_default()
    }
}

impl From<&Value> for Stack {
    fn from(template: &Value) -> Self {
        Self { text: template.to_string() }
    }
}

/// Members of a JSON object, written one after the other.
#[derive(Debug, Default)]
pub(crate) struct Members {
    text: String,
    count: usize,
}

impl Members {
    pub(crate) fn push(&mut self, name: &str, value: &Value) {
        self.push_text(name, &value.to_string());
    }

    pub(crate) fn push_text(&mut self, name: &str, json: &str) {
        if self.count > 0 {
            self.text.push(',');
        }
        self.text.push_str(&Value::from(name).to_string());
        self.text.push(':');
        self.text.push_str(json);
        self.count += 1;
    }

    pub(crate) fn len(&self) -> usize {
        self.count
    }

    pub(crate) fn object(&self) -> String {
        format!("{{{}}}", self.text)
    }
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
    /// The templates of the nested stacks by name, as [`crate::Previous`] has them.
    pub fn stack_values(&self) -> BTreeMap<String, Value> {
        self.stacks.iter().map(|(name, stack)| (name.clone(), stack.value())).collect()
    }

    /// Path below `build/` and bytes of each file that is no text.
    pub fn archives(&self) -> impl Iterator<Item = (String, &[u8])> {
        self.functions.iter().map(|(name, bytes)| (format!("functions/{name}"), bytes.as_slice()))
    }

    /// Path below `build/` and text of each text file, one after the other: what was written is gone before the next one is
    /// made. `minify` leaves the blanks of JSON out.
    pub fn into_files(self, minify: bool) -> impl Iterator<Item = (String, String)> {
        let below = |folder: &'static str| move |(name, text)| (format!("{folder}/{name}"), text);
        let documents =
            [("cloudformation-template.json", self.template), ("parameters.json", Value::Object(self.parameters))];
        let documents = documents.into_iter().map(|(name, value)| (name.to_owned(), value));
        let documents = documents.map(move |(name, value)| (name, json(&value, minify)));
        let stacks = self.stacks.into_iter();
        documents
            .chain(stacks.map(move |(name, stack)| (format!("stacks/{name}.json"), stack.into_text(minify))))
            .chain([("schema.graphql".to_owned(), self.schema)])
            .chain(self.resolvers.into_iter().map(below("resolvers")))
            .chain(self.pipeline_functions.into_iter().map(below("pipelineFunctions")))
    }

    /// The same at once, from an output that stays.
    pub fn files(&self, minify: bool) -> Vec<(String, String)> {
        self.clone().into_files(minify).collect()
    }
}

fn json(value: &Value, minify: bool) -> String {
    if minify {
        return value.to_string();
    }
    let mut bytes = Vec::new();
    // Values have text keys only and the buffer takes everything, so writing cannot fail; an empty file would show it.
    let _ = value.serialize(&mut indented(&mut bytes));
    String::from_utf8(bytes).unwrap_or_default()
}

fn indented(bytes: &mut Vec<u8>) -> serde_json::Serializer<&mut Vec<u8>, PrettyFormatter<'static>> {
    serde_json::Serializer::with_formatter(bytes, PrettyFormatter::with_indent(b"    "))
}
