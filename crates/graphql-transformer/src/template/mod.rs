//! CloudFormation templates: resources by logical id, each with the stack it belongs to.

mod assemble;
mod resolver;
mod root;
mod split;
mod table;

use std::collections::HashSet;

use indexmap::IndexMap;
use serde_json::{Value, json};

use crate::schema::names;

pub(crate) use assemble::assemble;
pub use resolver::{DataSource, Function, Resolver};
pub(crate) use table::{add_table, hex, trust};

/// The stack that holds the API itself.
pub const ROOT: &str = "root";

/// What a resource is made from.
#[derive(Debug, Clone)]
pub enum Body {
    Plain(Value),
    Resolver(Box<Resolver>),
    Function(Box<Function>),
    /// The table of a model, described by the model's keys at the end.
    Table(String),
}

/// A resource and its stack.
#[derive(Debug, Clone)]
pub struct Entry {
    pub stack: String,
    pub body: Body,
}

/// All resources and outputs, in the order in which they came up.
#[derive(Debug, Default)]
pub struct Resources {
    pub(crate) entries: IndexMap<String, Entry>,
    /// Output id → stack and body.
    pub(crate) outputs: IndexMap<String, (String, Value)>,
    /// Mappings by stack.
    pub(crate) mappings: Vec<(String, String, Value)>,
    /// More root parameters.
    pub(crate) parameters: Vec<(String, Value)>,
    pub(crate) needs_none: bool,
    /// Resolvers whose request stands in the template, because the stack fills in the environment's name.
    pub(crate) inline: HashSet<String>,
    /// Code of functions: archive, then its files by name.
    pub(crate) functions: IndexMap<String, Vec<(&'static str, &'static str)>>,
}

impl Resources {
    /// Adds a resource; false when the id is taken.
    pub fn add(&mut self, id: &str, stack: &str, body: Value) -> bool {
        self.insert(id, stack, Body::Plain(body))
    }

    pub(crate) fn add_resolver(&mut self, id: &str, stack: &str, resolver: Resolver) -> bool {
        self.needs_none |= resolver.source == DataSource::None;
        self.insert(id, stack, Body::Resolver(Box::new(resolver)))
    }

    pub(crate) fn insert(&mut self, id: &str, stack: &str, body: Body) -> bool {
        let free = !self.entries.contains_key(id);
        if free {
            let stack = names::resource_id(stack);
            self.entries.insert(id.to_owned(), Entry { stack, body });
        }
        free
    }

    /// True when a resource of that id exists.
    pub fn contains(&self, id: &str) -> bool {
        self.entries.contains_key(id)
    }

    /// A resource that is written as it is, by its logical id.
    pub(crate) fn plain(&self, id: &str) -> Option<&Value> {
        match &self.entries.get(id)?.body {
            Body::Plain(body) => Some(body),
            _ => None,
        }
    }

    /// A resolver by its logical id.
    pub fn resolver_mut(&mut self, id: &str) -> Option<&mut Resolver> {
        match &mut self.entries.get_mut(id)?.body {
            Body::Resolver(resolver) => Some(resolver),
            _ => None,
        }
    }

    /// Adds an output that other stacks import by `name` parts after the API's id.
    pub(crate) fn output(&mut self, id: &str, stack: &str, description: &str, value: Value, name: &[&str]) {
        let mut parts = vec![json!({"Ref": "AppSyncApiId"})];
        parts.extend(name.iter().map(|part| json!(part)));
        let body = json!({
            "Description": description,
            "Value": value,
            "Export": {"Name": {"Fn::Join": [":", parts]}},
        });
        self.outputs.insert(id.to_owned(), (names::resource_id(stack), body));
    }
}

/// `Fn::GetAtt`.
pub(crate) fn attribute(id: &str, name: &str) -> Value {
    json!({"Fn::GetAtt": [id, name]})
}

/// `Ref`.
pub(crate) fn reference(id: &str) -> Value {
    json!({"Ref": id})
}

/// The id of the API, as every resource of it needs it.
pub(crate) fn api_id() -> Value {
    attribute("GraphQLAPI", "ApiId")
}

/// `parts` joined by dashes, with the environment at the end where there is one; `alone` stands where there is none.
pub(crate) fn by_environment(parts: &[Value], alone: &[Value]) -> Value {
    let mut with: Vec<Value> = parts.to_vec();
    with.push(reference("env"));
    json!({"Fn::If": ["HasEnvironmentParameter", {"Fn::Join": ["-", with]}, {"Fn::Join": ["-", alone]}]})
}
