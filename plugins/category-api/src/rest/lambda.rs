//! The function behind a path: one of the project's, or one that the function plugin makes for it.

use amplify_sdk::prelude::*;
use serde_json::json;

use super::params::circle;
use crate::error::ApiError;

const EXISTING: &str = "existing";
const NEW: &str = "new";

/// Asks where the function comes from, and has it made where it is new. `key` is that of the path's questions, `present`
/// the function so far, and `api` the API that is changed.
///
/// # Errors
/// An answer that is missing, the function plugin's own, or a function that depends on the API.
pub fn ask(
    context: &mut Context<'_>,
    key: &str,
    path: &str,
    present: Option<&str>,
    api: &str,
) -> Result<String, PluginError> {
    let functions = context.project().resources_of_service("function", "Lambda");
    let functions: Vec<String> = functions.into_iter().map(Into::into).collect();
    let mut choices = vec![Choice::new(NEW, "Create a new Lambda function")];
    if !functions.is_empty() {
        choices.push(Choice::new(EXISTING, "Use a Lambda function already added in the current Amplify project"));
    }
    let default = if present.is_some() && !functions.is_empty() { EXISTING } else { NEW };
    let source = context.select(&format!("{key}.lambdaSource"), "Choose a Lambda source", choices, Some(default))?;
    if source == NEW {
        return create(context, path);
    }
    let first = present.filter(|present| functions.iter().any(|function| function == present)).map(Into::into);
    let first: Option<String> = first.or_else(|| functions.first().cloned());
    let choices = functions.into_iter().map(Choice::same).collect();
    let text = "Choose the Lambda function to invoke by this path";
    let function = context.select(&format!("{key}.function"), text, choices, first.as_deref())?;
    match circle(context.project(), &function, api) {
        Some(way) => Err(ApiError::Circle { function, way }.into()),
        None => Ok(function),
    }
}

/// Has the function plugin ask for a function and make it.
fn create(context: &mut Context<'_>, path: &str) -> Result<String, PluginError> {
    let parameters = json!({ "templates": ["crud", "serverless-express"], "path": path });
    let reply = context.call("function", "add", parameters)?;
    reply["resource"].as_str().map(str::to_owned).ok_or_else(|| ApiError::NamelessFunction.into())
}

/// Tells of the functions that have been made since there were so many, once they are there: answers that come later may be
/// missing, and then nothing is made.
pub fn told(changes: Changes, project: &ProjectView, before: usize) -> Changes {
    let made = count(project).saturating_sub(before);
    // Spelt as the original spells it.
    (0..made).fold(changes, |changes, _| changes.message("Succesfully added the Lambda function locally"))
}

/// How many functions there are.
pub fn count(project: &ProjectView) -> usize {
    project.resources("function").len()
}
