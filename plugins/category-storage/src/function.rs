//! Functions that storage calls: which one, and the words of the `function` plugin.

use amplify_sdk::prelude::*;
use serde_json::Value;

use crate::error::StorageError;

/// Where a trigger comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// This function of the project.
    Existing(String),
    /// One that is yet to be made.
    New,
}

/// Asks which function is to be called; those in `taken` are not offered.
///
/// # Errors
/// The project has no other function, or an answer is missing.
pub fn ask(context: &mut Context<'_>, taken: &[String]) -> Result<Source, PluginError> {
    let text = "Select from the following options";
    let choices = vec![
        Choice::new("existing", "Choose an existing function from the project"),
        Choice::new("new", "Create a new function"),
    ];
    let functions = context.project().resources_of_service("function", "Lambda");
    let functions: Vec<Choice> =
        functions.into_iter().filter(|name| !taken.iter().any(|taken| taken == name)).map(Choice::same).collect();
    let question = Question::select("storage.trigger.source", text, choices);
    let source = context.ask_read(&question, |answer| match answer.as_str() {
        Some("existing") if functions.is_empty() => Err(StorageError::NoFunctions.into()),
        _ => Ok(answer.clone()),
    })?;
    if source == "new" {
        return Ok(Source::New);
    }
    Ok(Source::Existing(context.select("storage.trigger.function", text, functions, None)?))
}

/// Has a function made, and returns its name.
///
/// # Errors
/// Those of the function plugin.
pub fn create(context: &mut Context<'_>, parameters: Value) -> Result<String, PluginError> {
    let reply = context.call("function", "create", parameters)?;
    reply["resource"].as_str().map(Into::into).ok_or_else(|| StorageError::NamelessFunction.into())
}
