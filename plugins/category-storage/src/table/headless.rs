//! The payload of `--headless` for a table, as answers to its questions. The original's later versions have none for tables,
//! so this one is our own.

use amplify_sdk::prelude::*;
use serde_json::{Value, json};

use super::{SERVICE, column::ColumnType, trigger::recorded};
use crate::{
    error::StorageError,
    service::{self, CATEGORY, STORAGE_PARAMS_FILE},
};

/// Turns a payload into answers. `command` is `add` or `update`; the payload's version and service have been looked at.
///
/// # Errors
/// A payload that does not follow the schema of version 1.
pub fn headless(
    context: &mut Context<'_>,
    command: &str,
    section: &str,
    body: &JsonMap,
) -> Result<JsonMap, PluginError> {
    let body = Body { section, body };
    let mut answers = JsonMap::new();
    answers.insert("storage.service".into(), SERVICE.into());
    if command == "add" {
        add(&body, &mut answers)?;
    } else {
        update(context, &body, &mut answers)?;
    }
    Ok(answers)
}

fn add(body: &Body<'_>, answers: &mut JsonMap) -> Result<(), StorageError> {
    body.only(&[
        "serviceName",
        "resourceName",
        "tableName",
        "columns",
        "partitionKey",
        "sortKey",
        "globalSecondaryIndexes",
        "lambdaTrigger",
    ])?;
    for key in ["resourceName", "tableName"] {
        if let Some(text) = body.text(key)? {
            answers.insert(format!("storage.{key}"), text.into());
        }
    }
    let (columns, keys) = columns(body, "columns")?;
    if columns.is_empty() {
        return Err(body.wrong("columns", COLUMNS));
    }
    answers.insert("storage.columns".into(), columns.into());
    let wanted = "the name of a column of the type STRING, NUMBER or BINARY";
    let key = |at: &str| match body.text(at)? {
        Some(name) if !keys.iter().any(|key| key == name) => Err(body.wrong(at, wanted)),
        found => Ok(found),
    };
    let partition = key("partitionKey")?.ok_or_else(|| body.wrong("partitionKey", wanted))?;
    let sort = key("sortKey")?;
    if sort == Some(partition) {
        return Err(body.wrong("sortKey", "another column than `partitionKey`"));
    }
    answers.insert("storage.partitionKey".into(), partition.into());
    answers.insert("storage.sortKey".into(), sort_key(sort));
    answers.insert("storage.indexes".into(), or_no(indexes(body, "globalSecondaryIndexes")?));
    answers.insert("storage.trigger".into(), trigger(body, "lambdaTrigger")?.unwrap_or(json!(false)));
    Ok(())
}

fn update(context: &mut Context<'_>, body: &Body<'_>, answers: &mut JsonMap) -> Result<(), PluginError> {
    body.only(&[
        "serviceName",
        "resourceName",
        "addColumns",
        "addGlobalSecondaryIndexes",
        "removeGlobalSecondaryIndexes",
        "addLambdaTrigger",
        "removeLambdaTrigger",
    ])?;
    let known = context.project().resources_of_service(CATEGORY, SERVICE);
    let Some(table) = body.text("resourceName")?.filter(|name| known.contains(name)) else {
        let names: Vec<String> = known.iter().map(|name| format!("\"{name}\"")).collect();
        let none = "the name of a table, and the project has none".to_owned();
        return Err(body.wrong("resourceName", &if names.is_empty() { none } else { names.join(" or ") }).into());
    };
    answers.insert("storage.resourceName".into(), table.into());
    answers.insert("storage.columns".into(), or_no(columns(body, "addColumns")?.0));
    answers.insert("storage.indexes".into(), or_no(indexes(body, "addGlobalSecondaryIndexes")?));
    let gone = body.list("removeGlobalSecondaryIndexes", "a list of names")?;
    let gone: Option<Vec<&str>> = gone.iter().map(Value::as_str).collect();
    let gone = gone.ok_or_else(|| body.wrong("removeGlobalSecondaryIndexes", "a list of names"))?;
    if !gone.is_empty() {
        answers.insert("storage.keepIndexes".into(), false.into());
        answers.insert("storage.removeIndexes".into(), gone.into());
    }
    let added = trigger(body, "addLambdaTrigger")?;
    let removed = body.text("removeLambdaTrigger")?;
    let has_triggers = !recorded(&service::read_object(context, table, STORAGE_PARAMS_FILE)?).is_empty();
    let change = match (added, removed) {
        (Some(_), Some(_)) => {
            return Err(body.wrong("removeLambdaTrigger", "absent beside `addLambdaTrigger`: one at a time").into());
        }
        (None, Some(_)) if !has_triggers => {
            return Err(body.wrong("removeLambdaTrigger", "absent: the table calls no function").into());
        }
        (Some(mut added), None) => {
            // The first one is offered; beside others it is a choice.
            if has_triggers {
                added["change"] = "add".into();
            }
            added
        }
        (None, Some(function)) => json!({ "change": "remove", "function": function }),
        (None, None) if has_triggers => json!({ "change": "skip" }),
        (None, None) => json!(false),
    };
    answers.insert("storage.trigger".into(), change);
    Ok(())
}

const COLUMNS: &str = "a list of objects with `name` and `type`, one of STRING, NUMBER, BINARY, BOOLEAN, LIST, MAP, NULL, \
STRING_SET, NUMBER_SET and BINARY_SET";

/// Columns as answers, and the names of those that can be keys.
fn columns(body: &Body<'_>, key: &str) -> Result<(Vec<Value>, Vec<String>), StorageError> {
    let (mut columns, mut keys) = (Vec::<Value>::new(), Vec::new());
    for (position, column) in body.list(key, COLUMNS)?.iter().enumerate() {
        let at = format!("{key}[{position}]");
        let kind = column["type"].as_str().and_then(|word| {
            ColumnType::ALL.into_iter().find(|kind| kind.word().to_uppercase().replace(' ', "_") == word)
        });
        let (Some(name), Some(kind), Some(2)) =
            (column["name"].as_str(), kind, column.as_object().map(serde_json::Map::len))
        else {
            return Err(body.wrong(&at, COLUMNS));
        };
        if columns.iter().any(|known| known["name"] == name) {
            return Err(body.wrong(&at, "another name: this one is there already"));
        }
        if kind.can_be_key() {
            keys.push(name.to_owned());
        }
        columns.push(json!({ "name": name, "type": kind.word() }));
    }
    Ok((columns, keys))
}

fn indexes(body: &Body<'_>, key: &str) -> Result<Vec<Value>, StorageError> {
    let wanted = "a list of objects with `name`, `partitionKey` and perhaps `sortKey`";
    let index = |(position, index): (usize, &Value)| {
        let known = |map: &JsonMap| map.keys().all(|key| ["name", "partitionKey", "sortKey"].contains(&key.as_str()));
        let sort = match &index["sortKey"] {
            Value::Null => Some(None),
            sort => sort.as_str().map(Some),
        };
        match (index["name"].as_str(), index["partitionKey"].as_str(), sort) {
            (Some(name), Some(partition), Some(sort)) if index.as_object().is_some_and(known) => {
                Ok(json!({ "name": name, "partitionKey": partition, "sortKey": sort_key(sort) }))
            }
            _ => Err(body.wrong(&format!("{key}[{position}]"), wanted)),
        }
    };
    body.list(key, wanted)?.iter().enumerate().map(index).collect()
}

fn sort_key(column: Option<&str>) -> Value {
    column.map_or(json!(false), |column| json!({ "column": column }))
}

fn or_no(list: Vec<Value>) -> Value {
    if list.is_empty() { false.into() } else { list.into() }
}

fn trigger(body: &Body<'_>, key: &str) -> Result<Option<Value>, StorageError> {
    let Some(trigger) = body.body.get(key).filter(|trigger| !trigger.is_null()) else { return Ok(None) };
    match (trigger["mode"].as_str(), trigger["name"].as_str(), trigger.as_object().map(serde_json::Map::len)) {
        (Some("existing"), Some(function), Some(2)) => Ok(Some(json!({ "source": "existing", "function": function }))),
        (Some("new"), None, Some(1)) => Ok(Some(json!({ "source": "new" }))),
        _ => Err(body.wrong(key, "{\"mode\": \"new\"}, or {\"mode\": \"existing\", \"name\": \"...\"}")),
    }
}

/// The part of the payload that says what is wanted.
struct Body<'b> {
    section: &'b str,
    body: &'b JsonMap,
}

impl Body<'_> {
    fn only(&self, known: &[&str]) -> Result<(), StorageError> {
        let unknown = self.body.keys().find(|key| !known.contains(&key.as_str()));
        unknown.map_or(Ok(()), |key| Err(self.wrong(key, &format!("absent; there are {}", known.join(", ")))))
    }

    fn text(&self, key: &str) -> Result<Option<&str>, StorageError> {
        match self.body.get(key) {
            None => Ok(None),
            Some(value) => value.as_str().map(Some).ok_or_else(|| self.wrong(key, "text")),
        }
    }

    fn list(&self, key: &str, wanted: &str) -> Result<&[Value], StorageError> {
        match self.body.get(key) {
            None => Ok(&[]),
            Some(value) => value.as_array().map(Vec::as_slice).ok_or_else(|| self.wrong(key, wanted)),
        }
    }

    fn wrong(&self, key: &str, wanted: &str) -> StorageError {
        StorageError::Headless { path: format!("{}.{key}", self.section), wanted: wanted.into() }
    }
}
