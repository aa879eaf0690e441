//! The payload of `--headless`: its version, and which service it is about.

use amplify_sdk::prelude::*;
use serde_json::{Value, json};

use crate::{bucket, error::StorageError, table};

/// Turns a payload into answers. `command` is `add` or `update`.
///
/// # Errors
/// A payload that does not follow the schema of version 1.
pub fn answers(context: &mut Context<'_>, command: &str, payload: &Value) -> Result<JsonMap, PluginError> {
    let wrong = |path: &str, wanted: &str| StorageError::Headless { path: path.into(), wanted: wanted.into() };
    if payload["version"] != json!(1) {
        return Err(wrong("version", "1").into());
    }
    let section = match command {
        "add" => "serviceConfiguration",
        "update" => "serviceModification",
        _ => return Err(StorageError::UnknownCommand { command: command.into() }.into()),
    };
    let Some(body) = payload[section].as_object() else { return Err(wrong(section, "an object").into()) };
    match body.get("serviceName").and_then(Value::as_str) {
        Some(bucket::SERVICE) => Ok(bucket::headless(command, section, body, context.project())?),
        Some(table::SERVICE) => table::headless(context, command, section, body),
        _ => Err(wrong(&format!("{section}.serviceName"), "\"S3\" or \"DynamoDB\"").into()),
    }
}
