//! Literal values: arguments of directives and defaults.

use super::document::Name;
use crate::source::Span;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueNode {
    pub value: Value,
    pub span: Span,
}

/// A literal; numbers keep their text.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Null,
    Int(String),
    Float(String),
    Text(String),
    Boolean(bool),
    Enum(String),
    List(Vec<ValueNode>),
    Object(Vec<(Name, ValueNode)>),
    /// `$name`, which no schema may hold.
    Variable(String),
}

impl ValueNode {
    /// A list of texts that no source holds.
    pub fn texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let item = |text: &str| Self { value: Value::Text(text.to_owned()), span: Span::NONE };
        Self { value: Value::List(texts.into_iter().map(item).collect()), span: Span::NONE }
    }

    /// True for `null`.
    pub fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// The text of a string.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The name of an enum value.
    pub fn as_enum(&self) -> Option<&str> {
        match &self.value {
            Value::Enum(name) => Some(name),
            _ => None,
        }
    }

    /// The whole number that fits.
    pub fn as_int(&self) -> Option<i64> {
        match &self.value {
            Value::Int(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The items of a list; a single value stands for a list of one, as the language has it.
    pub fn items(&self) -> &[ValueNode] {
        match &self.value {
            Value::List(items) => items,
            Value::Null => &[],
            _ => std::slice::from_ref(self),
        }
    }

    /// A member of an object.
    pub fn member(&self, name: &str) -> Option<&ValueNode> {
        match &self.value {
            Value::Object(members) => members.iter().find(|(given, _)| given.text == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// What the value is called in a message.
    pub fn word(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Int(_) => "a whole number",
            Value::Float(_) => "a number",
            Value::Text(_) => "a text",
            Value::Boolean(_) => "a boolean",
            Value::Enum(_) => "a bare name",
            Value::List(_) => "a list",
            Value::Object(_) => "an object",
            Value::Variable(_) => "a variable",
        }
    }
}
