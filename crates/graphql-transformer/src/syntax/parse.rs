//! Reads the schema language into definitions; syntax errors are collected, never thrown.

use apollo_parser::cst::{self, CstNode};
use indexmap::IndexMap;

use super::document::{Definition, DirectiveUse, EnumValue, Field, InputValue, Kind, Name, TypeRef, TypeShape};
use super::value::{Value, ValueNode};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// Deeper nesting than any schema needs, and shallow enough for any stack.
const DEPTH: usize = 64;
/// About 20 MB of schema.
const TOKENS: usize = 4_000_000;

/// What one source holds.
#[derive(Default)]
pub(crate) struct Parsed {
    pub(crate) definitions: Vec<Definition>,
    pub(crate) extensions: Vec<Definition>,
    /// `query`, `mutation`, `subscription` → type name, from a `schema` block.
    pub(crate) roots: Vec<(&'static str, Name)>,
    pub(crate) has_schema_block: bool,
}

pub(crate) fn parse(index: usize, text: &str, into: &mut Parsed, findings: &mut Vec<Diagnostic>) {
    let tree = apollo_parser::Parser::new(text).recursion_limit(DEPTH).token_limit(TOKENS).parse();
    let mut reader = Reader { source: u32::try_from(index).unwrap_or(u32::MAX), text, findings };
    for error in tree.errors() {
        let start = error.index().min(text.len());
        let end = (start + error.data().len()).min(text.len());
        let span = reader.span_between(start, end);
        let code = if error.is_limit() { "schema-too-deep" } else { "syntax" };
        reader.findings.push(Diagnostic::error(code, span, error.message().trim_end_matches('.').to_owned()));
    }
    for definition in tree.document().definitions() {
        reader.definition(definition, into);
    }
}

struct Reader<'p> {
    source: u32,
    text: &'p str,
    findings: &'p mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn span_between(&self, start: usize, end: usize) -> Span {
        // Trees count trailing blanks and commas to the node before them.
        let slice = self.text.get(start..end).unwrap_or_default();
        let end = start + slice.trim_end_matches([' ', '\t', '\n', '\r', ',']).len();
        let number = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Span { source: self.source, start: number(start), end: number(end) }
    }

    fn span(&self, node: &impl CstNode) -> Span {
        let range = node.syntax().text_range();
        self.span_between(range.start().into(), range.end().into())
    }

    fn name(&self, node: Option<cst::Name>) -> Name {
        node.map_or_else(|| Name::made(""), |node| Name { text: node.text().to_string(), span: self.span(&node) })
    }

    fn definition(&mut self, node: cst::Definition, into: &mut Parsed) {
        use cst::Definition as D;
        macro_rules! take {
            ($list:ident, $node:ident, $description:expr, $kind:expr) => {{
                let kind = $kind;
                let name = self.name($node.name());
                let directives = self.directives($node.directives());
                // Without a name the parser has already complained.
                if !name.text.is_empty() {
                    into.$list.push(Definition { description: $description, name, directives, kind });
                }
            }};
        }
        match node {
            D::ScalarTypeDefinition(n) => take!(definitions, n, described(n.description()), Kind::Scalar),
            D::ScalarTypeExtension(n) => take!(extensions, n, None, Kind::Scalar),
            D::ObjectTypeDefinition(n) => {
                take!(
                    definitions,
                    n,
                    described(n.description()),
                    self.object(n.implements_interfaces(), n.fields_definition())
                );
            }
            D::ObjectTypeExtension(n) => {
                take!(extensions, n, None, self.object(n.implements_interfaces(), n.fields_definition()));
            }
            D::InterfaceTypeDefinition(n) => {
                take!(
                    definitions,
                    n,
                    described(n.description()),
                    self.interface(n.implements_interfaces(), n.fields_definition())
                );
            }
            D::InterfaceTypeExtension(n) => {
                take!(extensions, n, None, self.interface(n.implements_interfaces(), n.fields_definition()));
            }
            D::UnionTypeDefinition(n) => {
                take!(definitions, n, described(n.description()), self.union(n.union_member_types()));
            }
            D::UnionTypeExtension(n) => take!(extensions, n, None, self.union(n.union_member_types())),
            D::EnumTypeDefinition(n) => {
                take!(definitions, n, described(n.description()), self.enumeration(n.enum_values_definition()));
            }
            D::EnumTypeExtension(n) => take!(extensions, n, None, self.enumeration(n.enum_values_definition())),
            D::InputObjectTypeDefinition(n) => {
                take!(definitions, n, described(n.description()), self.input(n.input_fields_definition()));
            }
            D::InputObjectTypeExtension(n) => take!(extensions, n, None, self.input(n.input_fields_definition())),
            D::SchemaDefinition(n) => self.roots(n.root_operation_type_definitions(), into),
            D::SchemaExtension(n) => self.roots(n.root_operation_type_definitions(), into),
            D::DirectiveDefinition(n) => {
                self.refuse(&n, "a directive definition", "directives are built in; remove it")
            }
            D::OperationDefinition(n) => self.refuse(&n, "an operation", "move it to the app's code"),
            D::FragmentDefinition(n) => self.refuse(&n, "a fragment", "move it to the app's code"),
        }
    }

    fn refuse(&mut self, node: &impl CstNode, what: &str, hint: &str) {
        let span = self.span(node);
        self.findings.push(
            Diagnostic::error("not-a-type", span, format!("a schema cannot hold {what}"))
                .allow("type, interface, union, enum, input, scalar, extend and schema")
                .suggest(hint),
        );
    }

    fn roots(&mut self, nodes: cst::CstChildren<cst::RootOperationTypeDefinition>, into: &mut Parsed) {
        into.has_schema_block = true;
        for node in nodes {
            let word = node.operation_type().map(|kind| kind.source_string());
            let operation = match word.as_deref().map(str::trim) {
                Some("query") => "query",
                Some("mutation") => "mutation",
                Some("subscription") => "subscription",
                _ => continue,
            };
            into.roots.push((operation, self.name(node.named_type().and_then(|named| named.name()))));
        }
    }

    fn object(&mut self, implements: Option<cst::ImplementsInterfaces>, fields: Option<cst::FieldsDefinition>) -> Kind {
        Kind::Object { implements: self.interfaces(implements), fields: self.fields(fields) }
    }

    fn interface(
        &mut self,
        implements: Option<cst::ImplementsInterfaces>,
        fields: Option<cst::FieldsDefinition>,
    ) -> Kind {
        Kind::Interface { implements: self.interfaces(implements), fields: self.fields(fields) }
    }

    fn interfaces(&self, node: Option<cst::ImplementsInterfaces>) -> Vec<Name> {
        node.map(|node| node.named_types().map(|named| self.name(named.name())).collect()).unwrap_or_default()
    }

    fn union(&mut self, node: Option<cst::UnionMemberTypes>) -> Kind {
        Kind::Union {
            members: node.map(|n| n.named_types().map(|t| self.name(t.name())).collect()).unwrap_or_default(),
        }
    }

    fn enumeration(&mut self, node: Option<cst::EnumValuesDefinition>) -> Kind {
        let mut values = IndexMap::new();
        for value in node.iter().flat_map(cst::EnumValuesDefinition::enum_value_definitions) {
            let name = self.name(value.enum_value().and_then(|inner| inner.name()));
            let entry = EnumValue {
                description: described(value.description()),
                name: name.clone(),
                directives: self.directives(value.directives()),
            };
            if values.insert(name.text.clone(), entry).is_some() {
                self.twice("value", &name);
            }
        }
        Kind::Enum { values }
    }

    fn input(&mut self, node: Option<cst::InputFieldsDefinition>) -> Kind {
        let nodes: Vec<_> = node.iter().flat_map(cst::InputFieldsDefinition::input_value_definitions).collect();
        Kind::Input { fields: self.input_values(nodes) }
    }

    fn input_values(&mut self, nodes: Vec<cst::InputValueDefinition>) -> IndexMap<String, InputValue> {
        let mut values = IndexMap::new();
        for node in nodes {
            let name = self.name(node.name());
            let Some(ty) = self.type_ref(node.ty()) else { continue };
            let value = InputValue {
                description: described(node.description()),
                name: name.clone(),
                ty,
                default: node.default_value().and_then(|default| default.value()).map(|value| self.value(&value)),
                directives: self.directives(node.directives()),
            };
            if values.insert(name.text.clone(), value).is_some() {
                self.twice("name", &name);
            }
        }
        values
    }

    fn fields(&mut self, node: Option<cst::FieldsDefinition>) -> IndexMap<String, Field> {
        let mut fields = IndexMap::new();
        for node in node.iter().flat_map(cst::FieldsDefinition::field_definitions) {
            let name = self.name(node.name());
            let Some(ty) = self.type_ref(node.ty()) else { continue };
            let nodes: Vec<_> = node
                .arguments_definition()
                .iter()
                .flat_map(cst::ArgumentsDefinition::input_value_definitions)
                .collect();
            let field = Field {
                description: described(node.description()),
                name: name.clone(),
                arguments: self.input_values(nodes),
                ty,
                directives: self.directives(node.directives()),
                extended: false,
            };
            if fields.insert(name.text.clone(), field).is_some() {
                self.twice("field", &name);
            }
        }
        fields
    }

    fn twice(&mut self, what: &str, name: &Name) {
        let message = format!("the {what} `{}` is declared twice", name.text);
        self.findings
            .push(Diagnostic::error("declared-twice", name.span, message).suggest("rename or remove one of them"));
    }

    fn type_ref(&self, node: Option<cst::Type>) -> Option<TypeRef> {
        let node = node?;
        Some(TypeRef { span: self.span(&node), shape: shape(&node)? })
    }

    fn directives(&mut self, node: Option<cst::Directives>) -> Vec<DirectiveUse> {
        let Some(node) = node else { return Vec::new() };
        let mut uses = Vec::new();
        for used in node.directives() {
            let arguments = used.arguments().iter().flat_map(cst::Arguments::arguments).collect::<Vec<_>>();
            let arguments = arguments
                .iter()
                .filter_map(|argument| Some((self.name(argument.name()), self.value(&argument.value()?))))
                .collect();
            uses.push(DirectiveUse { name: self.name(used.name()), arguments, span: self.span(&used) });
        }
        uses
    }

    fn value(&self, node: &cst::Value) -> ValueNode {
        let value = match node {
            cst::Value::NullValue(_) => Value::Null,
            cst::Value::IntValue(n) => Value::Int(n.source_string().trim().to_owned()),
            cst::Value::FloatValue(n) => Value::Float(n.source_string().trim().to_owned()),
            cst::Value::StringValue(n) => Value::Text(String::from(n)),
            cst::Value::BooleanValue(n) => Value::Boolean(n.true_token().is_some()),
            cst::Value::EnumValue(n) => Value::Enum(self.name(n.name()).text),
            cst::Value::ListValue(n) => Value::List(n.values().map(|item| self.value(&item)).collect()),
            cst::Value::ObjectValue(n) => Value::Object(
                n.object_fields()
                    .filter_map(|field| Some((self.name(field.name()), self.value(&field.value()?))))
                    .collect(),
            ),
            cst::Value::Variable(n) => Value::Variable(self.name(n.name()).text),
        };
        ValueNode { value, span: self.span(node) }
    }
}

fn described(node: Option<cst::Description>) -> Option<String> {
    node.and_then(|node| node.string_value()).map(|text| String::from(&text))
}

fn shape(node: &cst::Type) -> Option<TypeShape> {
    let named = |node: &cst::NamedType| Some(TypeShape::Named(node.name()?.text().to_string()));
    let list = |node: &cst::ListType| Some(TypeShape::List(Box::new(shape(&node.ty()?)?)));
    match node {
        cst::Type::NamedType(node) => named(node),
        cst::Type::ListType(node) => list(node),
        cst::Type::NonNullType(node) => {
            let inner = match (node.named_type(), node.list_type()) {
                (Some(inner), _) => named(&inner),
                (None, Some(inner)) => list(&inner),
                (None, None) => None,
            };
            Some(TypeShape::NonNull(Box::new(inner?)))
        }
    }
}
