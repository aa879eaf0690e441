//! The payload of `--headless`: its version, and which service it is about.

use amplify_sdk::{headless::Section, prelude::*};

use crate::{bucket, error::StorageError, table};

/// Turns a payload into answers. `command` is `add` or `update`.
///
/// # Errors
/// A payload that does not follow the schema of version 1.
pub fn answers(context: &mut Context<'_>, command: &str, payload: &Value) -> Result<JsonMap, PluginError> {
    let section = Section::of(command, payload).map_err(StorageError::from)?;
    match section.body.get("serviceName").and_then(Value::as_str) {
        Some(bucket::SERVICE) => Ok(bucket::headless(command, section, context.project())?),
        Some(table::SERVICE) => table::headless(context, command, section),
        _ => Err(StorageError::from(section.wrong("serviceName", "\"S3\" or \"DynamoDB\"")).into()),
    }
}
