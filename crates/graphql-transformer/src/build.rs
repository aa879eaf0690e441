//! A compilation while it runs: types, models, resources and findings, which directives read and change.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;

use crate::diagnostic::Diagnostic;
use crate::input::Input;
use crate::model::Model;
use crate::schema::{FilterStyle, Root, Schema, names};
use crate::source::Span;
use crate::syntax::{Definition, Field};
use crate::template::{Resolver, Resources};

/// The state that directives work on.
pub struct Build<'i> {
    pub input: &'i Input,
    /// The types that will be deployed.
    pub schema: Schema,
    /// The types as the sources declare them.
    pub declared: Arc<IndexMap<String, Definition>>,
    /// Types with `@model`, by name.
    pub models: IndexMap<String, Model>,
    /// What the templates will hold.
    pub resources: Resources,
    /// Types whose directives are malformed; complaints that follow from that are left out.
    malformed: HashSet<String>,
    /// Model → fields with a connection to it: parent, field, whether it is a list.
    connected: HashMap<String, Vec<(String, String, bool)>>,
    pub(crate) findings: Vec<Diagnostic>,
}

impl<'i> Build<'i> {
    pub(crate) fn new(input: &'i Input, schema: Schema, malformed: HashSet<String>, findings: Vec<Diagnostic>) -> Self {
        let declared = Arc::new(schema.types.clone());
        let (models, resources) = (IndexMap::new(), Resources::default());
        Self { input, schema, declared, models, resources, malformed, connected: HashMap::new(), findings }
    }

    /// Adds a finding.
    pub fn report(&mut self, found: Diagnostic) {
        self.findings.push(found);
    }

    /// True when the directives of a type are malformed, and so do not run.
    pub fn is_malformed(&self, type_name: &str) -> bool {
        self.malformed.contains(type_name)
    }

    /// True for a type that has, or would have, a table.
    pub fn is_model(&self, type_name: &str) -> bool {
        self.models.contains_key(type_name) || self.declared_model(type_name)
    }

    fn declared_model(&self, type_name: &str) -> bool {
        self.declared.get(type_name).is_some_and(|found| found.directive("model").is_some())
    }

    /// Names and members of filters, from the configuration's version.
    pub(crate) fn style(&self) -> FilterStyle {
        if self.input.version() >= 5 { FilterStyle::WithConditions } else { FilterStyle::Plain }
    }

    /// Adds a field to a root type, or reports at `span` that its name is taken.
    pub fn add_operation(&mut self, root: Root, field: Field, span: Span) {
        if let Err(field) = self.schema.add_root_field(root, field) {
            let message = format!("a {} named `{}` exists already", root.word(), field.name.text);
            self.report(
                Diagnostic::error("operation-taken", span, message).suggest(
                    "rename the type, name the operation in the directive's arguments, or remove the other one",
                ),
            );
        }
    }

    /// Adds a resolver, or reports at `span` that its logical id is taken.
    pub fn add_resolver(&mut self, id: &str, stack: &str, resolver: Resolver, span: Span) {
        if !self.resources.add_resolver(id, stack, resolver) {
            self.report(taken(id, span));
        }
    }

    /// Adds a resource, or reports at `span` that its logical id is taken.
    pub fn add_resource(&mut self, id: &str, stack: &str, body: serde_json::Value, span: Span) {
        if !self.resources.add(id, stack, body) {
            self.report(taken(id, span));
        }
    }

    /// The name of the query type and so on; the usual name where a `schema` block leaves the operation out.
    pub fn root_type(&self, root: Root) -> String {
        self.schema.root_name(root).unwrap_or(root.default_name()).to_owned()
    }

    /// Notes that a field reaches a model.
    pub(crate) fn connect(&mut self, target: &str, parent: &str, field: &str, list: bool) {
        self.connected.entry(target.to_owned()).or_default().push((parent.to_owned(), field.to_owned(), list));
    }

    /// Fields with a connection to a model: parent, field, whether it is a list.
    pub(crate) fn connected_to(&self, target: &str) -> Vec<(String, String, bool)> {
        self.connected.get(target).cloned().unwrap_or_default()
    }

    /// The object type's connection, with what its filter needs.
    pub(crate) fn ensure_connection(&mut self, model: &str) {
        let name = names::connection(model);
        if self.schema.get(&name).is_none() {
            use crate::syntax::{Kind, TypeRef};
            let fields = [
                Field::made("items", Vec::new(), TypeRef::list_of(model)),
                Field::made("nextToken", Vec::new(), TypeRef::named("String")),
            ];
            let fields = fields.into_iter().map(|field| (field.name.text.clone(), field)).collect();
            self.schema.add(Definition::made(&name, Kind::Object { implements: Vec::new(), fields }));
        }
    }
}

fn taken(id: &str, span: Span) -> Diagnostic {
    Diagnostic::error("logical-id-taken", span, format!("two resources would have the logical id `{id}`"))
        .suggest("rename the type or the field")
}
