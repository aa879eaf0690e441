//! The payload of `--headless` as answers to the questions: what later versions of the original take.
//!
//! `payload` says once what a payload is made of. Payloads are checked against that, and the JSON Schemas in `docs/schemas`
//! are printed from it, so that what is published is what is understood.

mod answers;
mod payload;
mod shape;
mod update;

use amplify_sdk::{error::ErrorKind, prelude::*};
use serde_json::Value;

use crate::{change::Present, error::AuthError, groups::Groups};

/// The commands that take a payload, and the JSON Schema of each.
pub fn schemas() -> [(&'static str, Value); 2] {
    [
        ("add", payload::ADD.schema("What `amplify add auth --headless` reads from its standard input")),
        ("update", payload::UPDATE.schema("What `amplify update auth --headless` reads from its standard input")),
    ]
}

/// Turns a payload into answers.
///
/// # Errors
/// A payload that does not follow the schema, or a command that takes none.
pub fn answers(context: &mut Context<'_>, command: &str, payload: &Value) -> Result<JsonMap, PluginError> {
    match command {
        "add" => {
            payload::ADD.check(payload)?;
            Ok(answers::add(payload, &context.project().frontend))
        }
        "update" => {
            payload::UPDATE.check(payload)?;
            let Some(present) = Present::read(context)? else { return Err(AuthError::Missing.into()) };
            let groups = Groups::read(context)?.map(|groups| groups.names()).unwrap_or_default();
            Ok(update::update(payload, &context.project().frontend, &present.settings, &groups)?)
        }
        _ => {
            let message = format!("auth does not take a headless payload for `{command}`");
            let mut error = PluginError::new("auth-headless-command", message);
            error.kind = ErrorKind::Unsupported;
            Err(error.hint("give the answers with `--answers FILE` or `--answer key=value`"))
        }
    }
}
