//! Type definitions and what they consist of.

use indexmap::IndexMap;

use super::value::ValueNode;
use crate::source::Span;

/// A name and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    pub text: String,
    pub span: Span,
}

impl Name {
    /// A name that no source holds.
    pub fn made(text: impl Into<String>) -> Self {
        Self { text: text.into(), span: Span::NONE }
    }
}

/// One use of a directive: `@key(fields: ["id"])`.
#[derive(Debug, Clone, PartialEq)]
pub struct DirectiveUse {
    pub name: Name,
    pub arguments: Vec<(Name, ValueNode)>,
    /// From the `@` to the last character.
    pub span: Span,
}

impl DirectiveUse {
    /// A use that no source holds.
    pub fn made(name: &str, arguments: Vec<(&str, ValueNode)>) -> Self {
        let arguments = arguments.into_iter().map(|(name, value)| (Name::made(name), value)).collect();
        Self { name: Name::made(name), arguments, span: Span::NONE }
    }

    /// The value of an argument, when it is given.
    pub fn argument(&self, name: &str) -> Option<&ValueNode> {
        self.arguments.iter().find(|(given, _)| given.text == name).map(|(_, value)| value)
    }

    /// A text argument; `null` counts as absent.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.argument(name).and_then(ValueNode::as_text)
    }

    /// Where an argument's value stands, else the directive itself.
    pub fn span_of(&self, name: &str) -> Span {
        self.argument(name).map_or(self.span, |value| value.span)
    }
}

/// The type of a field or argument.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeRef {
    pub shape: TypeShape,
    pub span: Span,
}

/// A named type, or one wrapped into a list or a non-null.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeShape {
    Named(String),
    List(Box<TypeShape>),
    NonNull(Box<TypeShape>),
}

impl TypeShape {
    fn base(&self) -> &str {
        match self {
            Self::Named(name) => name,
            Self::List(inner) | Self::NonNull(inner) => inner.base(),
        }
    }
}

impl TypeRef {
    /// `Name`.
    pub fn named(name: impl Into<String>) -> Self {
        Self { shape: TypeShape::Named(name.into()), span: Span::NONE }
    }

    /// `[Name]`.
    pub fn list_of(name: impl Into<String>) -> Self {
        Self { shape: TypeShape::List(Box::new(TypeShape::Named(name.into()))), span: Span::NONE }
    }

    /// The same type, which must not be null.
    pub fn required(self) -> Self {
        match self.shape {
            TypeShape::NonNull(_) => self,
            shape => Self { shape: TypeShape::NonNull(Box::new(shape)), span: self.span },
        }
    }

    /// The same type, which may be null.
    pub fn optional(self) -> Self {
        match self.shape {
            TypeShape::NonNull(inner) => Self { shape: *inner, span: self.span },
            _ => self,
        }
    }

    /// The name inside all wrappers.
    pub fn base(&self) -> &str {
        self.shape.base()
    }

    /// The same wrappers around another name.
    pub fn rebased(&self, name: &str) -> Self {
        fn swap(shape: &TypeShape, name: &str) -> TypeShape {
            match shape {
                TypeShape::Named(_) => TypeShape::Named(name.to_owned()),
                TypeShape::List(inner) => TypeShape::List(Box::new(swap(inner, name))),
                TypeShape::NonNull(inner) => TypeShape::NonNull(Box::new(swap(inner, name))),
            }
        }
        Self { shape: swap(&self.shape, name), span: self.span }
    }

    /// True for `T!` and `[T]!`.
    pub fn is_required(&self) -> bool {
        matches!(self.shape, TypeShape::NonNull(_))
    }

    /// True for a list, whether it may be null or not.
    pub fn is_list(&self) -> bool {
        match &self.shape {
            TypeShape::Named(_) => false,
            TypeShape::List(_) => true,
            TypeShape::NonNull(inner) => matches!(**inner, TypeShape::List(_)),
        }
    }
}

/// An argument, or a field of an input type.
#[derive(Debug, Clone, PartialEq)]
pub struct InputValue {
    pub description: Option<String>,
    pub name: Name,
    pub ty: TypeRef,
    pub default: Option<ValueNode>,
    pub directives: Vec<DirectiveUse>,
}

impl InputValue {
    /// A value that no source holds.
    pub fn made(name: &str, ty: TypeRef) -> Self {
        Self { description: None, name: Name::made(name), ty, default: None, directives: Vec::new() }
    }
}

/// A field of an object or interface.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    pub description: Option<String>,
    pub name: Name,
    pub arguments: IndexMap<String, InputValue>,
    pub ty: TypeRef,
    pub directives: Vec<DirectiveUse>,
    /// Added by `extend type`, so that no input, filter or key knows it.
    pub extended: bool,
}

impl Field {
    /// A field that no source holds.
    pub fn made(name: &str, arguments: Vec<InputValue>, ty: TypeRef) -> Self {
        let arguments = arguments.into_iter().map(|value| (value.name.text.clone(), value)).collect();
        Self { description: None, name: Name::made(name), arguments, ty, directives: Vec::new(), extended: false }
    }

    /// True when a field was declared in a source, rather than made by a directive.
    pub fn is_declared(&self) -> bool {
        self.name.span != Span::NONE && !self.extended
    }
}

/// One value of an enum.
#[derive(Debug, Clone, PartialEq)]
pub struct EnumValue {
    pub description: Option<String>,
    pub name: Name,
    pub directives: Vec<DirectiveUse>,
}

/// What kind of type a definition makes, and its members.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Scalar,
    Object { implements: Vec<Name>, fields: IndexMap<String, Field> },
    Interface { implements: Vec<Name>, fields: IndexMap<String, Field> },
    Union { members: Vec<Name> },
    Enum { values: IndexMap<String, EnumValue> },
    Input { fields: IndexMap<String, InputValue> },
}

impl Kind {
    /// What the kind is called in a message.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Object { .. } => "type",
            Self::Interface { .. } => "interface",
            Self::Union { .. } => "union",
            Self::Enum { .. } => "enum",
            Self::Input { .. } => "input",
        }
    }
}

/// A type definition.
#[derive(Debug, Clone, PartialEq)]
pub struct Definition {
    pub description: Option<String>,
    pub name: Name,
    pub directives: Vec<DirectiveUse>,
    pub kind: Kind,
}

impl Definition {
    /// A definition that no source holds.
    pub fn made(name: &str, kind: Kind) -> Self {
        Self { description: None, name: Name::made(name), directives: Vec::new(), kind }
    }

    /// The fields of an object or interface.
    pub fn fields(&self) -> Option<&IndexMap<String, Field>> {
        match &self.kind {
            Kind::Object { fields, .. } | Kind::Interface { fields, .. } => Some(fields),
            _ => None,
        }
    }

    /// The fields of an object or interface.
    pub fn fields_mut(&mut self) -> Option<&mut IndexMap<String, Field>> {
        match &mut self.kind {
            Kind::Object { fields, .. } | Kind::Interface { fields, .. } => Some(fields),
            _ => None,
        }
    }

    /// The first use of a directive.
    pub fn directive(&self, name: &str) -> Option<&DirectiveUse> {
        self.directives.iter().find(|used| used.name.text == name)
    }
}
