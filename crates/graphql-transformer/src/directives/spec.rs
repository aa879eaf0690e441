//! Where a directive may stand and what it accepts; the same table says in a message what is allowed.

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::syntax::{DirectiveUse, Value, ValueNode};

/// Where a directive stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Object,
    Field,
    InterfaceField,
    Elsewhere,
}

/// What a directive accepts.
#[derive(Debug)]
pub struct Spec {
    pub name: &'static str,
    pub places: &'static [Place],
    pub repeatable: bool,
    pub arguments: &'static [Argument],
}

/// An argument of a directive, or a member of an object value.
#[derive(Debug)]
pub struct Argument {
    pub name: &'static str,
    pub shape: Shape,
    pub required: bool,
}

impl Argument {
    /// May be left out.
    pub const fn optional(name: &'static str, shape: Shape) -> Self {
        Self { name, shape, required: false }
    }

    /// Must be given.
    pub const fn required(name: &'static str, shape: Shape) -> Self {
        Self { name, shape, required: true }
    }
}

/// What a value looks like.
#[derive(Debug)]
pub enum Shape {
    Text,
    Int,
    Choice(&'static [&'static str]),
    /// A single value stands for a list of one.
    List(&'static Shape),
    Object(&'static [Argument]),
}

impl Shape {
    fn words(&self) -> String {
        match self {
            Self::Text => "a text in quotes".to_owned(),
            Self::Int => "a whole number".to_owned(),
            Self::Choice(names) => names.join(", "),
            Self::List(item) => format!("a list of: {}", item.words()),
            Self::Object(members) => {
                let names: Vec<&str> = members.iter().map(|member| member.name).collect();
                format!("an object with: {}", names.join(", "))
            }
        }
    }
}

/// Compares a use with the table and reports what differs.
pub(crate) fn check_use(spec: &Spec, place: Place, used: &DirectiveUse, findings: &mut Vec<Diagnostic>) {
    if !spec.places.contains(&place) {
        let word = |place: &Place| match place {
            Place::Object => "object types",
            Place::Field => "fields of object types",
            Place::InterfaceField | Place::Elsewhere => "other places",
        };
        let places: Vec<&str> = spec.places.iter().map(word).collect();
        let message = format!("`@{}` cannot be used here", spec.name);
        findings.push(Diagnostic::error("directive-misplaced", used.span, message).allow(places.join(", ")));
        return;
    }
    let given: Vec<_> = used.arguments.iter().map(|(name, value)| (name.text.as_str(), name.span, value)).collect();
    check_members(&format!("@{}", spec.name), used.span, &given, spec.arguments, findings);
}

fn check_members(
    owner: &str,
    span: crate::source::Span,
    given: &[(&str, crate::source::Span, &ValueNode)],
    allowed: &'static [Argument],
    findings: &mut Vec<Diagnostic>,
) {
    let names = || allowed.iter().map(|argument| argument.name);
    for (index, (name, at, value)) in given.iter().enumerate() {
        if given[..index].iter().any(|(other, ..)| other == name) {
            findings.push(Diagnostic::error("argument-repeated", *at, format!("`{name}` is given twice")));
        }
        // A hostile use may have thousands of arguments; the table has a dozen.
        if index > 100 {
            return;
        }
        let Some(argument) = allowed.iter().find(|argument| argument.name == *name) else {
            let mut found = Diagnostic::error("unknown-argument", *at, format!("`{owner}` has no argument `{name}`"));
            found.suggestion = did_you_mean(name, names());
            found.allowed = Some(names().collect::<Vec<_>>().join(", "));
            findings.push(found);
            continue;
        };
        if value.is_null() && !argument.required {
            continue;
        }
        check_value(&format!("`{name}` of `{owner}`"), owner, value, &argument.shape, findings);
    }
    for argument in allowed.iter().filter(|argument| argument.required) {
        if !given.iter().any(|(name, ..)| *name == argument.name) {
            let message = format!("`{owner}` needs the argument `{}`", argument.name);
            findings.push(Diagnostic::error("argument-missing", span, message).allow(format!(
                "{}: {}",
                argument.name,
                argument.shape.words()
            )));
        }
    }
}

fn check_value(what: &str, owner: &str, value: &ValueNode, shape: &'static Shape, findings: &mut Vec<Diagnostic>) {
    let fits = match (shape, &value.value) {
        (Shape::Text, Value::Text(_)) | (Shape::Int, Value::Int(_)) => true,
        (Shape::Choice(names), Value::Enum(name)) => names.contains(&name.as_str()),
        (Shape::List(item), _) if !value.is_null() => {
            for entry in value.items() {
                check_value(what, owner, entry, item, findings);
            }
            return;
        }
        (Shape::Object(members), Value::Object(entries)) => {
            let given: Vec<_> = entries.iter().map(|(name, value)| (name.text.as_str(), name.span, value)).collect();
            check_members(owner, value.span, &given, members, findings);
            return;
        }
        _ => false,
    };
    if !fits {
        let mut found = Diagnostic::error("argument-value", value.span, format!("{what} cannot be {}", shown(value)));
        found.allowed = Some(shape.words());
        found.suggestion = match (shape, &value.value) {
            (Shape::Choice(names), Value::Text(text)) if names.contains(&text.as_str()) => {
                Some(format!("write `{text}` without quotes"))
            }
            (Shape::Choice(names), Value::Enum(name) | Value::Text(name)) => did_you_mean(name, names.iter().copied()),
            (Shape::Text, Value::Enum(name)) => Some(format!("write \"{name}\" in quotes")),
            _ => None,
        };
        findings.push(found);
    }
}

fn shown(value: &ValueNode) -> String {
    match &value.value {
        Value::Enum(name) => format!("`{name}`"),
        _ => value.word().to_owned(),
    }
}
