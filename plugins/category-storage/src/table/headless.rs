//! The payload of `--headless` for a table, as answers to its questions. The original's later versions have none for tables,
//! so this one is our own.

use amplify_sdk::{headless::Section, prelude::*};
use serde_json::{Value, json};

use super::{
    SERVICE,
    column::ColumnType,
    trigger::{connected, recorded},
};
use crate::{
    error::StorageError,
    service::{self, CATEGORY, STORAGE_PARAMS_FILE},
};

/// Turns a payload into answers. `command` is `add` or `update`; the payload's version and service have been looked at.
///
/// # Errors
/// A payload that does not follow the schema of version 1.
pub fn headless(context: &mut Context<'_>, command: &str, body: Section<'_>) -> Result<JsonMap, PluginError> {
    let mut answers = JsonMap::new();
    answers.insert("storage.service".into(), SERVICE.into());
    if command == "add" {
        add(&body, &mut answers)?;
    } else {
        update(context, &body, &mut answers)?;
    }
    Ok(answers)
}

fn add(body: &Section<'_>, answers: &mut JsonMap) -> Result<(), StorageError> {
    only(
        body,
        &[
            "serviceName",
            "resourceName",
            "tableName",
            "columns",
            "partitionKey",
            "sortKey",
            "globalSecondaryIndexes",
            "lambdaTrigger",
        ],
    )?;
    for key in ["resourceName", "tableName"] {
        if let Some(text) = body.text(key)? {
            answers.insert(format!("storage.{key}"), text.into());
        }
    }
    let (columns, keys) = columns(body, "columns")?;
    if columns.is_empty() {
        return Err(wrong(body, "columns", COLUMNS));
    }
    answers.insert("storage.columns".into(), columns.into());
    let wanted = "the name of a column of the type STRING, NUMBER or BINARY";
    let key = |at: &str| match body.text(at)? {
        Some(name) if !keys.iter().any(|key| key == name) => Err(wrong(body, at, wanted)),
        found => Ok(found),
    };
    let partition = key("partitionKey")?.ok_or_else(|| wrong(body, "partitionKey", wanted))?;
    let sort = key("sortKey")?;
    if sort == Some(partition) {
        return Err(wrong(body, "sortKey", "another column than `partitionKey`"));
    }
    answers.insert("storage.partitionKey".into(), partition.into());
    answers.insert("storage.sortKey".into(), sort_key(sort));
    answers.insert("storage.indexes".into(), or_no(indexes(body, "globalSecondaryIndexes")?));
    answers.insert("storage.trigger".into(), trigger(body, "lambdaTrigger")?.unwrap_or(json!(false)));
    Ok(())
}

fn update(context: &mut Context<'_>, body: &Section<'_>, answers: &mut JsonMap) -> Result<(), PluginError> {
    only(
        body,
        &[
            "serviceName",
            "resourceName",
            "addColumns",
            "addGlobalSecondaryIndexes",
            "removeGlobalSecondaryIndexes",
            "addLambdaTrigger",
            "removeLambdaTrigger",
        ],
    )?;
    let known = context.project().resources_of_service(CATEGORY, SERVICE);
    let Some(table) = body.text("resourceName").map_err(StorageError::from)?.filter(|name| known.contains(name)) else {
        let names: Vec<String> = known.iter().map(|name| format!("\"{name}\"")).collect();
        let none = "the name of a table, and the project has none".to_owned();
        return Err(wrong(body, "resourceName", &if names.is_empty() { none } else { names.join(" or ") }).into());
    };
    answers.insert("storage.resourceName".into(), table.into());
    answers.insert("storage.columns".into(), or_no(columns(body, "addColumns")?.0));
    answers.insert("storage.indexes".into(), or_no(indexes(body, "addGlobalSecondaryIndexes")?));
    let gone = body.list("removeGlobalSecondaryIndexes", "a list of names").map_err(StorageError::from)?;
    let gone: Option<Vec<&str>> = gone.iter().map(Value::as_str).collect();
    let gone = gone.ok_or_else(|| wrong(body, "removeGlobalSecondaryIndexes", "a list of names"))?;
    if !gone.is_empty() {
        answers.insert("storage.keepIndexes".into(), false.into());
        answers.insert("storage.removeIndexes".into(), gone.into());
    }
    let added = trigger(body, "addLambdaTrigger")?;
    let removed = body.text("removeLambdaTrigger").map_err(StorageError::from)?;
    let remembered = recorded(&service::read_object(context, table, STORAGE_PARAMS_FILE)?);
    let has_triggers = !connected(context.project(), table, remembered).is_empty();
    let change = match (added, removed) {
        (Some(_), Some(_)) => {
            return Err(wrong(body, "removeLambdaTrigger", "absent beside `addLambdaTrigger`: one at a time").into());
        }
        (None, Some(_)) if !has_triggers => {
            return Err(wrong(body, "removeLambdaTrigger", "absent: the table calls no function").into());
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
fn columns(body: &Section<'_>, key: &str) -> Result<(Vec<Value>, Vec<String>), StorageError> {
    let (mut columns, mut keys) = (Vec::<Value>::new(), Vec::new());
    for (position, column) in body.list(key, COLUMNS)?.iter().enumerate() {
        let at = format!("{key}[{position}]");
        let kind = column["type"].as_str().and_then(|word| {
            ColumnType::ALL.into_iter().find(|kind| kind.word().to_uppercase().replace(' ', "_") == word)
        });
        let (Some(name), Some(kind), Some(2)) =
            (column["name"].as_str(), kind, column.as_object().map(serde_json::Map::len))
        else {
            return Err(wrong(body, &at, COLUMNS));
        };
        if columns.iter().any(|known| known["name"] == name) {
            return Err(wrong(body, &at, "another name: this one is there already"));
        }
        if kind.can_be_key() {
            keys.push(name.to_owned());
        }
        columns.push(json!({ "name": name, "type": kind.word() }));
    }
    Ok((columns, keys))
}

fn indexes(body: &Section<'_>, key: &str) -> Result<Vec<Value>, StorageError> {
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
            _ => Err(wrong(body, &format!("{key}[{position}]"), wanted)),
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

fn trigger(body: &Section<'_>, key: &str) -> Result<Option<Value>, StorageError> {
    let Some(trigger) = body.body.get(key).filter(|trigger| !trigger.is_null()) else { return Ok(None) };
    match (trigger["mode"].as_str(), trigger["name"].as_str(), trigger.as_object().map(serde_json::Map::len)) {
        (Some("existing"), Some(function), Some(2)) => Ok(Some(json!({ "source": "existing", "function": function }))),
        (Some("new"), None, Some(1)) => Ok(Some(json!({ "source": "new" }))),
        _ => Err(wrong(body, key, "{\"mode\": \"new\"}, or {\"mode\": \"existing\", \"name\": \"...\"}")),
    }
}

fn only(body: &Section<'_>, known: &[&str]) -> Result<(), StorageError> {
    let unknown = body.body.keys().find(|key| !known.contains(&key.as_str()));
    unknown.map_or(Ok(()), |key| Err(wrong(body, key, &format!("absent; there are {}", known.join(", ")))))
}

fn wrong(body: &Section<'_>, key: &str, wanted: &str) -> StorageError {
    body.wrong(key, wanted).into()
}
