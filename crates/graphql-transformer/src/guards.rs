//! What the service cannot do to a deployed table, found before anything is deployed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::diagnostic::Diagnostic;
use crate::input::Previous;
use crate::model::Model;
use crate::output::{IndexChange, Migration, Output};
use crate::source::Span;

const TABLE: &str = "AWS::DynamoDB::Table";

/// Compares the tables of two builds; `models` say where in the source a table comes from.
pub(crate) fn check(
    previous: &Previous,
    output: &Output,
    models: &indexmap::IndexMap<String, Model>,
    findings: &mut Vec<Diagnostic>,
) -> Migration {
    let old = tables(std::iter::once(&previous.root).chain(previous.stacks.values()));
    let stacks: Vec<Value> = output.stacks.values().map(|stack| tables_of(&stack.value())).collect();
    let new = tables(std::iter::once(&output.template).chain(&stacks));
    let mut migration = Migration::default();
    let places: BTreeMap<String, Span> =
        models.values().map(|model| (crate::schema::names::table(&model.name), model.span)).collect();
    for (id, before) in &old {
        let span = places.get(*id).copied().unwrap_or(Span::NONE);
        match new.get(id) {
            None => lost(id, before, &old, &new, findings, &mut migration),
            Some(after) => changed(id, before, after, span, findings, &mut migration),
        }
    }
    migration
}

/// A template's tables alone.
fn tables_of(template: &Value) -> Value {
    let tables = tables(std::iter::once(template)).into_iter();
    let tables = tables.map(|(id, properties)| (id.to_owned(), json!({"Type": TABLE, "Properties": properties})));
    json!({"Resources": Map::from_iter(tables)})
}

fn tables<'v>(templates: impl Iterator<Item = &'v Value>) -> BTreeMap<&'v str, &'v Value> {
    let resources = templates.filter_map(|template| template.get("Resources")?.as_object()).flatten();
    let tables = resources.filter(|(_, body)| body.get("Type").and_then(Value::as_str) == Some(TABLE));
    tables.map(|(id, body)| (id.as_str(), &body["Properties"])).collect()
}

fn lost(
    id: &str,
    before: &Value,
    old: &BTreeMap<&str, &Value>,
    new: &BTreeMap<&str, &Value>,
    findings: &mut Vec<Diagnostic>,
    migration: &mut Migration,
) {
    let same = |after: &Value| ["KeySchema", "AttributeDefinitions"].iter().all(|part| after[*part] == before[*part]);
    let renamed = new.iter().find(|(other, after)| !old.contains_key(*other) && same(after));
    let message = format!("the table `{id}` is deployed, and no type makes it any more: all its items would be lost");
    let help = match renamed {
        Some((other, _)) => {
            let from = id.trim_end_matches("Table");
            let to = other.trim_end_matches("Table");
            format!("if `{to}` is the new name of `{from}`, name it `{from}` again: a table cannot be renamed")
        }
        None => "put the type back, or save the items first".to_owned(),
    };
    findings.push(Diagnostic::warning("table-lost", Span::NONE, message).suggest(help));
    migration.lost_tables.push(id.to_owned());
}

type Keys = BTreeMap<String, BTreeSet<(String, String)>>;

fn key(value: &Value) -> BTreeSet<(String, String)> {
    let text = |part: &Value, name: &str| part.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let parts = value.as_array().into_iter().flatten();
    parts.map(|part| (text(part, "AttributeName"), text(part, "KeyType"))).collect()
}

fn indexes(table: &Value, list: &str) -> Keys {
    let entries = table.get(list).and_then(Value::as_array).into_iter().flatten();
    entries
        .map(|index| (index["IndexName"].as_str().unwrap_or_default().to_owned(), key(&index["KeySchema"])))
        .collect()
}

/// Attribute types of a key, which are part of it.
fn types(table: &Value, keys: &BTreeSet<(String, String)>) -> BTreeSet<String> {
    let entries = table["AttributeDefinitions"].as_array().into_iter().flatten();
    let used =
        entries.filter(|entry| keys.iter().any(|(name, _)| Some(name.as_str()) == entry["AttributeName"].as_str()));
    used.map(|entry| format!("{}:{}", entry["AttributeName"], entry["AttributeType"])).collect()
}

fn changed(
    id: &str,
    before: &Value,
    after: &Value,
    span: Span,
    findings: &mut Vec<Diagnostic>,
    migration: &mut Migration,
) {
    let mut refuse = |code, message: String, help: &str| {
        findings.push(Diagnostic::error(code, span, message).suggest(help));
    };
    let differ = |old: &BTreeSet<(String, String)>, new: &BTreeSet<(String, String)>| {
        old != new || types(before, old) != types(after, new)
    };
    if differ(&key(&before["KeySchema"]), &key(&after["KeySchema"])) {
        let message = format!("the primary key of the deployed table `{id}` cannot change");
        refuse("table-key-changed", message, "put the old `@key` back, or make a new type and move the items");
    }
    let local = (indexes(before, "LocalSecondaryIndexes"), indexes(after, "LocalSecondaryIndexes"));
    if local.0.len() != local.1.len()
        || local.0.iter().any(|(name, old)| local.1.get(name).is_none_or(|new| differ(old, new)))
    {
        let message = format!("the local indexes of the deployed table `{id}` are fixed");
        let help = "start the `@key` with another field, which makes a global index, or make a new type";
        refuse("table-local-index-changed", message, help);
    }
    let global = (indexes(before, "GlobalSecondaryIndexes"), indexes(after, "GlobalSecondaryIndexes"));
    for (name, old) in &global.0 {
        if global.1.get(name).is_some_and(|new| differ(old, new)) {
            let message = format!("the index `{name}` of the deployed table `{id}` cannot change its key");
            refuse("table-index-changed", message, "give the `@key` another name");
        }
    }
    let only = |these: &Keys, others: &Keys| -> Vec<String> {
        these.keys().filter(|name| !others.contains_key(*name)).cloned().collect()
    };
    let (added, removed) = (only(&global.1, &global.0), only(&global.0, &global.1));
    if added.len() + removed.len() > 1 {
        let message =
            format!("the table `{id}` changes {} indexes, which takes as many steps", added.len() + removed.len());
        findings.push(Diagnostic::warning("table-index-steps", span, message));
    }
    if !added.is_empty() || !removed.is_empty() {
        migration.index_changes.push(IndexChange { table: id.to_owned(), added, removed });
    }
}
