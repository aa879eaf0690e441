//! `@connection(fields:, keyName:)`: key fields of the parent select items of the target.

use super::{Link, add_resolver, page_field};
use crate::build::Build;
use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::directives::key::sort_argument;
use crate::model::{Index, Key, KeyType};
use crate::schema::affordable;
use crate::syntax::ValueNode;
use crate::vtl;
use crate::vtl::connection::Sort;

pub(super) fn connect(build: &mut Build<'_>, link: &Link<'_>) {
    let list = link.field.ty.is_list();
    let Some((index, key)) = key_of(build, link, list) else { return };
    let Some(fields) = fields(build, link, &key) else { return };
    if list {
        let open = fields.len() == 1;
        let argument = if open { sort_argument(build, link.target, index.as_deref(), &key) } else { None };
        let sort = match (&argument, &key.range) {
            (Some(argument), Some(range)) => Sort::Argument(&argument.name.text, range.clone(), key.clone()),
            (None, Some(range)) if !open => Sort::Fixed(&fields[1..], range),
            _ => Sort::Open,
        };
        let request = vtl::connection::query(index.as_deref(), &key.hash, &fields[0], &sort, link.limit());
        add_resolver(build, link, request, true);
        page_field(build, link, argument);
        return;
    }
    let mut parts: Vec<(&str, KeyType, &[String])> = vec![(&key.hash.attribute, key.hash.ty, &fields[..1])];
    if let Some(range) = &key.range {
        if fields.len() == 1 {
            let target = link.target.name.text.as_str();
            let message = format!("`{target}` is found by {} together", shown(&key));
            link.refuse(
                build,
                "connection-key-part",
                link.used.span_of("fields"),
                message,
                "name a field for each of them",
            );
            return;
        }
        parts.push((&range.attribute, range.ty, &fields[1..]));
    }
    add_resolver(build, link, vtl::connection::get(&parts), false);
}

fn shown(key: &Key) -> String {
    key.fields.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(" and ")
}

/// The index (`None` is the table itself) and its key.
fn key_of(build: &mut Build<'_>, link: &Link<'_>, list: bool) -> Option<(Option<String>, Key)> {
    let target = link.target.name.text.as_str();
    let table = &build.models.get(target)?.table;
    let Some(name) = link.used.text("keyName") else { return Some((None, table.key.clone())) };
    let span = link.used.span_of("keyName");
    if !list {
        let message = "a single item is found by the primary key of its table, never by an index".to_owned();
        link.refuse(build, "connection-key-on-single", span, message, "remove `keyName`, or make the field a list");
        return None;
    }
    if let Some(Index { key, .. }) = table.indexes.iter().find(|index| index.name == name) {
        return Some((Some(name.to_owned()), key.clone()));
    }
    let names: Vec<String> = table.indexes.iter().map(|index| index.name.clone()).collect();
    let mut found = Diagnostic::error("connection-key-unknown", span, format!("`{target}` has no key named `{name}`"));
    found.suggestion = did_you_mean(name, names.iter().map(String::as_str).take(affordable(build.findings.len())))
        .or_else(|| Some(format!("add `@key(name: \"{name}\", fields: [...])` to `{target}`")));
    found.allowed = Some(names.join(", ")).filter(|names| !names.is_empty());
    build.report(found);
    None
}

/// Checks the parent's fields against the key.
fn fields(build: &mut Build<'_>, link: &Link<'_>, key: &Key) -> Option<Vec<String>> {
    let nodes = link.used.argument("fields").map(ValueNode::items).unwrap_or_default();
    let span = link.used.span_of("fields");
    if nodes.is_empty() {
        let message = "`fields` is empty".to_owned();
        link.refuse(build, "connection-fields-empty", span, message, "name the fields that hold the key");
        return None;
    }
    if nodes.len() > 1 && nodes.len() != key.fields.len() {
        let message =
            format!("the key has {} fields ({}), and {} are given", key.fields.len(), shown(key), nodes.len());
        link.refuse(build, "connection-key-part", span, message, "give the first one, or all of them");
        return None;
    }
    let mut found = Vec::new();
    for (node, wanted) in nodes.iter().zip(&key.fields) {
        let name = node.as_text().unwrap_or_default();
        let parent = link.parent.name.text.as_str();
        let Some(field) = link.parent.fields().and_then(|fields| fields.get(name)) else {
            let mut diagnostic =
                Diagnostic::error("connection-field-unknown", node.span, format!("`{parent}` has no field `{name}`"));
            let names = link.parent.fields().into_iter().flat_map(indexmap::IndexMap::keys);
            diagnostic.suggestion =
                did_you_mean(name, names.map(String::as_str).take(affordable(build.findings.len())));
            build.report(diagnostic);
            continue;
        };
        let plain = build.schema.key_scalar(&field.ty).is_some() && !field.ty.is_list();
        if !plain || !field.ty.is_required() {
            let message = format!("`{name}` cannot hold a key: it must be a scalar or an enum that is never null");
            let help = format!("declare it as `{name}: {}!`", if plain { field.ty.base() } else { "ID" });
            link.refuse(build, "connection-field-type", node.span, message, &help);
            continue;
        }
        let other = link.target.fields().and_then(|fields| fields.get(wanted)).map_or("ID", |field| field.ty.base());
        if field.ty.base() != other {
            let target = link.target.name.text.as_str();
            let message =
                format!("`{name}` is of type `{}`, and `{wanted}` of `{target}` is `{other}`", field.ty.base());
            link.refuse(build, "connection-field-type", node.span, message, "give both the same type");
            continue;
        }
        found.push(name.to_owned());
    }
    (found.len() == nodes.len()).then_some(found)
}
