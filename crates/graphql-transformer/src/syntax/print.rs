//! Writes definitions in the schema language.

use std::fmt::Write as _;

use super::document::{Definition, DirectiveUse, Field, InputValue, Kind, Name, TypeShape};
use super::value::Value;
use crate::schema::SERVICE_DIRECTIVES;

/// Appends one definition and an empty line.
pub(crate) fn definition(out: &mut String, definition: &Definition) {
    describe(out, "", definition.description.as_deref());
    let word = definition.kind.word();
    let _ = write!(out, "{word} {}", definition.name.text);
    match &definition.kind {
        Kind::Scalar => {
            directives(out, &definition.directives);
            out.push('\n');
        }
        Kind::Object { implements, fields } | Kind::Interface { implements, fields } => {
            names(out, " implements ", " & ", implements);
            directives(out, &definition.directives);
            block(out, fields.values(), |out, field| {
                describe(out, "  ", field.description.as_deref());
                self::field(out, field);
            });
        }
        Kind::Union { members } => {
            directives(out, &definition.directives);
            names(out, " = ", " | ", members);
            out.push('\n');
        }
        Kind::Enum { values } => {
            directives(out, &definition.directives);
            block(out, values.values(), |out, value| {
                describe(out, "  ", value.description.as_deref());
                let _ = write!(out, "  {}", value.name.text);
                directives(out, &value.directives);
            });
        }
        Kind::Input { fields } => {
            directives(out, &definition.directives);
            block(out, fields.values(), |out, value| {
                describe(out, "  ", value.description.as_deref());
                out.push_str("  ");
                input_value(out, value);
            });
        }
    }
    out.push('\n');
}

/// Appends a `schema` block.
pub(crate) fn roots(out: &mut String, roots: &[(&str, &str)]) {
    out.push_str("schema {\n");
    for (operation, name) in roots {
        let _ = writeln!(out, "  {operation}: {name}");
    }
    out.push_str("}\n\n");
}

fn block<'a, T: 'a>(out: &mut String, members: impl Iterator<Item = &'a T>, one: impl Fn(&mut String, &T)) {
    out.push_str(" {\n");
    for member in members {
        one(out, member);
        out.push('\n');
    }
    out.push_str("}\n");
}

fn field(out: &mut String, field: &Field) {
    let _ = write!(out, "  {}", field.name.text);
    if !field.arguments.is_empty() {
        out.push('(');
        for (index, argument) in field.arguments.values().enumerate() {
            if index > 0 {
                out.push_str(", ");
            }
            input_value(out, argument);
        }
        out.push(')');
    }
    out.push_str(": ");
    shape(out, &field.ty.shape);
    directives(out, &field.directives);
}

fn input_value(out: &mut String, value: &InputValue) {
    let _ = write!(out, "{}: ", value.name.text);
    shape(out, &value.ty.shape);
    if let Some(default) = &value.default {
        out.push_str(" = ");
        self::value(out, &default.value);
    }
    directives(out, &value.directives);
}

fn shape(out: &mut String, ty: &TypeShape) {
    match ty {
        TypeShape::Named(name) => out.push_str(name),
        TypeShape::List(inner) => {
            out.push('[');
            shape(out, inner);
            out.push(']');
        }
        TypeShape::NonNull(inner) => {
            shape(out, inner);
            out.push('!');
        }
    }
}

/// Only the directives that the service itself knows survive.
fn directives(out: &mut String, uses: &[DirectiveUse]) {
    for used in uses.iter().filter(|used| SERVICE_DIRECTIVES.contains(&used.name.text.as_str())) {
        let _ = write!(out, " @{}", used.name.text);
        if !used.arguments.is_empty() {
            out.push('(');
            for (index, (name, argument)) in used.arguments.iter().enumerate() {
                let comma = if index > 0 { ", " } else { "" };
                let _ = write!(out, "{comma}{}: ", name.text);
                value(out, &argument.value);
            }
            out.push(')');
        }
    }
}

fn value(out: &mut String, literal: &Value) {
    match literal {
        Value::Null => out.push_str("null"),
        Value::Int(text) | Value::Float(text) | Value::Enum(text) => out.push_str(text),
        Value::Text(text) => quoted(out, text),
        Value::Boolean(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                value(out, &item.value);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (index, (name, member)) in members.iter().enumerate() {
                let comma = if index > 0 { ", " } else { "" };
                let _ = write!(out, "{comma}{}: ", name.text);
                value(out, &member.value);
            }
            out.push('}');
        }
        Value::Variable(name) => {
            let _ = write!(out, "${name}");
        }
    }
}

/// The language's escapes are those of JSON.
fn quoted(out: &mut String, text: &str) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

fn describe(out: &mut String, indent: &str, text: Option<&str>) {
    let Some(text) = text else { return };
    if text.contains('\n') {
        let _ = writeln!(out, "{indent}\"\"\"");
        for line in text.replace("\"\"\"", "\\\"\"\"").lines() {
            let _ = writeln!(out, "{indent}{line}");
        }
        let _ = writeln!(out, "{indent}\"\"\"");
    } else {
        out.push_str(indent);
        quoted(out, text);
        out.push('\n');
    }
}

fn names(out: &mut String, lead: &str, separator: &str, names: &[Name]) {
    for (index, name) in names.iter().enumerate() {
        out.push_str(if index == 0 { lead } else { separator });
        out.push_str(&name.text);
    }
}
