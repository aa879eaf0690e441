//! Reads the keys and indexes out of a table's template, and changes the indexes in it.
//!
//! Everything else in the template stays, whoever wrote it.

use amplify_sdk::JsonMap;
use serde_json::{Value, json};

use super::{
    column::{Column, ColumnType},
    index::Index,
    template::{attribute_definition, global_index},
};

/// The table of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedTable {
    /// The columns that the template declares: those that are keys.
    pub columns: Vec<Column>,
    /// The table's partition key.
    pub partition_key: String,
    /// The indexes.
    pub indexes: Vec<Index>,
}

const TABLE: &str = "/Resources/DynamoDBTable/Properties";

/// Reads the table; `None` if the template does not have the shape that questions can change.
///
/// `parameters` fill in names that the template takes from there.
pub fn read(template: &Value, parameters: &JsonMap) -> Option<RecordedTable> {
    let properties = template.pointer(TABLE)?;
    let text = |value: &Value| resolve(value, parameters);
    let columns = properties["AttributeDefinitions"]
        .as_array()?
        .iter()
        .map(|each| {
            let kind = ColumnType::from_code(&text(&each["AttributeType"])?)?;
            Some(Column { name: text(&each["AttributeName"])?, kind })
        })
        .collect::<Option<Vec<_>>>()?;
    let (partition_key, _) = keys(&properties["KeySchema"], &text)?;
    let indexes = indexes(properties)
        .iter()
        .map(|each| {
            let (partition_key, sort_key) = keys(&each["KeySchema"], &text)?;
            Some(Index { name: text(&each["IndexName"])?, partition_key, sort_key })
        })
        .collect::<Option<Vec<_>>>()?;
    Some(RecordedTable { columns, partition_key, indexes })
}

/// The names of the indexes in a template.
pub fn index_names(template: &Value) -> Vec<&str> {
    let indexes = template.pointer(TABLE).map(indexes).unwrap_or_default();
    indexes.iter().filter_map(|each| each["IndexName"].as_str()).collect()
}

/// Adds and removes indexes, and the declarations of columns that come into use or fall out of it.
pub fn change_indexes(
    template: &mut Value,
    columns: &[Column],
    added: &[Index],
    removed: &[String],
    parameters: &JsonMap,
) {
    let Some(Value::Object(properties)) = template.pointer_mut(TABLE) else { return };
    let on_demand = properties.get("BillingMode") == Some(&json!("PAY_PER_REQUEST"));
    let mut list: Vec<Value> =
        properties.get("GlobalSecondaryIndexes").and_then(Value::as_array).cloned().unwrap_or_default();
    let gone = |each: &Value| resolve(&each["IndexName"], parameters).is_some_and(|name| removed.contains(&name));
    list.retain(|each| !gone(each));
    list.extend(added.iter().map(|index| global_index(index, !on_demand)));
    if list.is_empty() {
        properties.shift_remove("GlobalSecondaryIndexes");
    } else {
        properties.insert("GlobalSecondaryIndexes".into(), list.into());
    }
    let used = used_columns(properties, parameters);
    let Some(Value::Array(definitions)) = properties.get_mut("AttributeDefinitions") else { return };
    let name = |each: &Value| resolve(&each["AttributeName"], parameters);
    definitions.retain(|each| name(each).is_none_or(|name| used.contains(&name)));
    for column in columns.iter().filter(|column| used.contains(&column.name)) {
        if !definitions.iter().any(|each| name(each).as_deref() == Some(&column.name)) {
            definitions.push(attribute_definition(column));
        }
    }
}

fn indexes(properties: &Value) -> &[Value] {
    properties["GlobalSecondaryIndexes"].as_array().map_or(&[], Vec::as_slice)
}

fn used_columns(properties: &JsonMap, parameters: &JsonMap) -> Vec<String> {
    let lists = ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"];
    let indexes = lists.iter().filter_map(|key| properties.get(*key)?.as_array()).flatten();
    let schemas = indexes.filter_map(|index| index.get("KeySchema")).chain(properties.get("KeySchema"));
    let parts = schemas.filter_map(Value::as_array).flatten();
    parts.filter_map(|part| resolve(&part["AttributeName"], parameters)).collect()
}

fn keys(schema: &Value, text: &impl Fn(&Value) -> Option<String>) -> Option<(String, Option<String>)> {
    let parts = schema.as_array()?;
    let of = |kind: &str| {
        let part = parts.iter().find(|part| part["KeyType"] == kind)?;
        text(&part["AttributeName"])
    };
    Some((of("HASH")?, of("RANGE")))
}

/// A text of a template: a literal, or the parameter that it refers to.
fn resolve(value: &Value, parameters: &JsonMap) -> Option<String> {
    let literal = match value.get("Ref").and_then(Value::as_str) {
        Some(parameter) => parameters.get(parameter)?,
        None => value,
    };
    literal.as_str().map(Into::into)
}
