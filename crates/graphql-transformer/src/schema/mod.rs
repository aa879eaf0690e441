//! The types of an API while it is compiled: declared ones first, made ones as directives make them.

mod filters;
mod gather;
pub(crate) mod names;
mod validate;

use indexmap::IndexMap;

use crate::syntax::{Definition, Field, InputValue, Kind, TypeRef, print_definition, print_roots};

pub(crate) use filters::{FilterStyle, enum_filter, filter_type};
pub(crate) use gather::gather;
pub(crate) use validate::{affordable, validate};

/// Directives that the service itself understands; all others are consumed here.
pub(crate) const SERVICE_DIRECTIVES: [&str; 7] =
    ["aws_subscribe", "aws_auth", "aws_api_key", "aws_iam", "aws_oidc", "aws_cognito_user_pools", "deprecated"];

/// Every scalar that needs no declaration, with the scalar that filters and keys use for it.
const SCALARS: [(&str, &str); 16] = [
    ("String", "String"),
    ("ID", "ID"),
    ("Int", "Int"),
    ("Float", "Float"),
    ("Boolean", "Boolean"),
    ("AWSDate", "String"),
    ("AWSTime", "String"),
    ("AWSDateTime", "String"),
    ("AWSTimestamp", "Int"),
    ("AWSEmail", "String"),
    ("AWSJSON", "String"),
    ("AWSURL", "String"),
    ("AWSPhone", "String"),
    ("AWSIPAddress", "String"),
    ("BigInt", "Int"),
    ("Double", "Float"),
];

/// The basic scalar behind a built-in one: `AWSDateTime` → `String`.
pub fn base_scalar(name: &str) -> Option<&'static str> {
    SCALARS.iter().find(|(scalar, _)| *scalar == name).map(|(_, base)| *base)
}

pub(crate) fn scalar_names<'a>() -> impl Iterator<Item = &'a str> {
    SCALARS.iter().map(|(name, _)| *name)
}

/// One of the three root types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Root {
    Query,
    Mutation,
    Subscription,
}

impl Root {
    pub(crate) const ALL: [Self; 3] = [Self::Query, Self::Mutation, Self::Subscription];

    pub(crate) fn default_name(self) -> &'static str {
        match self {
            Self::Query => "Query",
            Self::Mutation => "Mutation",
            Self::Subscription => "Subscription",
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Mutation => "mutation",
            Self::Subscription => "subscription",
        }
    }
}

/// All types by name, in the order in which they came up.
#[derive(Debug, Default)]
pub struct Schema {
    pub(crate) types: IndexMap<String, Definition>,
    /// Names from a `schema` block; without a block, the usual three.
    pub(crate) roots: Vec<(Root, String)>,
    pub(crate) has_schema_block: bool,
}

impl Schema {
    /// A type by its name.
    pub fn get(&self, name: &str) -> Option<&Definition> {
        self.types.get(name)
    }

    /// A type by its name.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Definition> {
        self.types.get_mut(name)
    }

    /// Adds a type, unless one of that name exists.
    pub fn add(&mut self, definition: Definition) {
        self.types.entry(definition.name.text.clone()).or_insert(definition);
    }

    /// Adds an input type, unless a type of that name exists.
    pub fn add_input(&mut self, name: &str, fields: Vec<InputValue>) {
        let fields = fields.into_iter().map(|value| (value.name.text.clone(), value)).collect();
        self.add(Definition::made(name, Kind::Input { fields }));
    }

    /// A field of an object or interface.
    pub fn field(&self, type_name: &str, field: &str) -> Option<&Field> {
        self.get(type_name)?.fields()?.get(field)
    }

    /// A field of an object or interface.
    pub fn field_mut(&mut self, type_name: &str, field: &str) -> Option<&mut Field> {
        self.get_mut(type_name)?.fields_mut()?.get_mut(field)
    }

    /// The fields of an input type.
    pub fn input_mut(&mut self, name: &str) -> Option<&mut IndexMap<String, InputValue>> {
        match &mut self.types.get_mut(name)?.kind {
            Kind::Input { fields } => Some(fields),
            _ => None,
        }
    }

    /// The name of a root type; `None` when a `schema` block leaves the operation out.
    pub fn root_name(&self, root: Root) -> Option<&str> {
        self.roots.iter().find(|(kind, _)| *kind == root).map(|(_, name)| name.as_str())
    }

    /// True for the names of root types.
    pub fn is_root(&self, name: &str) -> bool {
        self.roots.iter().any(|(_, root)| root == name)
    }

    /// Adds a field to a root type, making the type where it is missing. Gives the field back when the name is taken.
    pub fn add_root_field(&mut self, root: Root, field: Field) -> Result<(), Box<Field>> {
        let Some(name) = self.root_name(root).map(str::to_owned) else { return Ok(()) };
        let empty = || Definition::made(&name, Kind::Object { implements: Vec::new(), fields: IndexMap::new() });
        let definition = self.types.entry(name.clone()).or_insert_with(empty);
        let Some(fields) = definition.fields_mut() else { return Err(Box::new(field)) };
        if fields.contains_key(&field.name.text) {
            return Err(Box::new(field));
        }
        fields.insert(field.name.text.clone(), field);
        Ok(())
    }

    /// True for built-in and declared scalars.
    pub fn is_scalar(&self, name: &str) -> bool {
        base_scalar(name).is_some() || self.get(name).is_some_and(|found| found.kind == Kind::Scalar)
    }

    /// True for enums.
    pub fn is_enum(&self, name: &str) -> bool {
        self.get(name).is_some_and(|found| matches!(found.kind, Kind::Enum { .. }))
    }

    /// The scalar that a key or a filter uses for a type: enums count as `String`.
    pub fn key_scalar(&self, ty: &TypeRef) -> Option<&'static str> {
        base_scalar(ty.base()).or_else(|| self.is_enum(ty.base()).then_some("String"))
    }

    /// The whole schema as text, without types that have nothing in them.
    pub(crate) fn print(&self) -> String {
        let mut out = String::new();
        let empty = |definition: &Definition| definition.fields().is_some_and(IndexMap::is_empty);
        for definition in self.types.values().filter(|definition| !empty(definition)) {
            print_definition(&mut out, definition);
        }
        let roots: Vec<(&str, &str)> = (self.roots.iter())
            .filter(|(_, name)| self.get(name).is_some_and(|found| !empty(found)))
            .map(|(root, name)| (root.word(), name.as_str()))
            .collect();
        if self.roots.iter().any(|(root, name)| root.default_name() != name) {
            print_roots(&mut out, &roots);
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
        out
    }
}
