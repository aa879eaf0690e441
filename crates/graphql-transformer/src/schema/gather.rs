//! Puts the definitions of all sources together and folds extensions into the types they extend.

use indexmap::IndexMap;

use super::{Root, Schema, affordable, base_scalar};
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::syntax::{Definition, Kind, Name, Parsed};

pub(crate) fn gather(parsed: Parsed, findings: &mut Vec<Diagnostic>) -> Schema {
    let mut schema = Schema { has_schema_block: parsed.has_schema_block, ..Schema::default() };
    for definition in parsed.definitions {
        let name = definition.name.clone();
        if base_scalar(&name.text).is_some() {
            let message = format!("`{}` is a built-in scalar and cannot be declared", name.text);
            findings.push(Diagnostic::error("reserved-name", name.span, message).suggest("choose another name"));
        } else if schema.types.contains_key(&name.text) {
            twice("type", &name, findings);
        } else {
            schema.types.insert(name.text, definition);
        }
    }
    for (operation, name) in parsed.roots {
        let root = Root::ALL.into_iter().find(|root| root.word() == operation);
        let Some(root) = root.filter(|root| schema.root_name(*root).is_none()) else {
            twice("operation", &Name { text: operation.to_owned(), span: name.span }, findings);
            continue;
        };
        if !matches!(schema.get(&name.text).map(|found| &found.kind), None | Some(Kind::Object { .. })) {
            let message = format!("`{}` cannot be the {operation} type, because it is no object type", name.text);
            findings.push(Diagnostic::error("root-not-object", name.span, message));
        }
        schema.roots.push((root, name.text));
    }
    if !schema.has_schema_block {
        schema.roots = Root::ALL.iter().map(|root| (*root, root.default_name().to_owned())).collect();
    }
    for extension in parsed.extensions {
        extend(&mut schema, extension, findings);
    }
    schema
}

fn extend(schema: &mut Schema, extension: Definition, findings: &mut Vec<Diagnostic>) {
    let Some(base) = schema.types.get_mut(&extension.name.text) else {
        let message = format!("`{}` is extended but nowhere declared", extension.name.text);
        let candidates = schema.types.keys().map(String::as_str).take(affordable(findings.len()));
        let near = did_you_mean(&extension.name.text, candidates);
        let mut found = Diagnostic::error("unknown-type", extension.name.span, message);
        found.suggestion = near.or_else(|| Some("declare it, without `extend`".to_owned()));
        findings.push(found);
        return;
    };
    let (has, wants) = (base.kind.word(), extension.kind.word());
    base.directives.extend(extension.directives);
    match (&mut base.kind, extension.kind) {
        (Kind::Object { implements, fields }, Kind::Object { implements: more, fields: added })
        | (Kind::Interface { implements, fields }, Kind::Interface { implements: more, fields: added }) => {
            implements.extend(more);
            let added = added.into_iter().map(|(name, mut field)| {
                field.extended = true;
                (field.name.clone(), name, field)
            });
            merge(fields, added, findings);
        }
        (Kind::Union { members }, Kind::Union { members: added }) => members.extend(added),
        (Kind::Enum { values }, Kind::Enum { values: added }) => {
            merge(values, added.into_iter().map(|(name, value)| (value.name.clone(), name, value)), findings);
        }
        (Kind::Input { fields }, Kind::Input { fields: added }) => {
            merge(fields, added.into_iter().map(|(name, value)| (value.name.clone(), name, value)), findings);
        }
        (Kind::Scalar, Kind::Scalar) => {}
        _ => {
            let message = format!("`{}` is declared as {has} and extended as {wants}", extension.name.text);
            findings.push(
                Diagnostic::error("extension-kind", extension.name.span, message)
                    .suggest(format!("write `extend {has}`")),
            );
        }
    }
}

fn merge<T>(
    into: &mut IndexMap<String, T>,
    added: impl Iterator<Item = (Name, String, T)>,
    findings: &mut Vec<Diagnostic>,
) {
    for (name, key, member) in added {
        if into.contains_key(&key) {
            twice("member", &name, findings);
        } else {
            into.insert(key, member);
        }
    }
}

fn twice(what: &str, name: &Name, findings: &mut Vec<Diagnostic>) {
    let message = format!("the {what} `{}` is declared twice", name.text);
    findings.push(Diagnostic::error("declared-twice", name.span, message).suggest("rename or remove one of them"));
}
