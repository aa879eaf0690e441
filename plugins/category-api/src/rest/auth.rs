//! What restricted access needs of auth: users, guests where they have access, and the groups there are.

use amplify_sdk::{
    error::{ErrorKind, PluginError},
    prelude::*,
};
use serde_json::{Value, json};

use super::{SERVICE, params::GROUPS_RESOURCE};
use crate::{error::ApiError, plugin::CATEGORY};

/// What the host says where no plugin of that word, or no such method, is installed.
const NOT_INSTALLED: [&str; 3] = ["no-plugin", "no-method", "unknown-method"];

/// The resource with the user pool, if the project has one.
pub fn resource(project: &ProjectView) -> Option<String> {
    project.resources_of_service("auth", "Cognito").first().map(|name| (*name).to_owned())
}

/// The groups of the project's user pool, in order of precedence.
///
/// # Errors
/// A file that is no JSON.
pub fn groups(context: &mut Context<'_>) -> Result<Vec<String>, PluginError> {
    if context.project().resource("auth", GROUPS_RESOURCE).is_none() {
        return Ok(Vec::new());
    }
    let path = format!("amplify/backend/auth/{GROUPS_RESOURCE}/user-pool-group-precedence.json");
    let groups = context.read_json(&path)?.unwrap_or_default();
    let names = groups.as_array().into_iter().flatten().filter_map(|group| group["groupName"].as_str());
    Ok(names.map(Into::into).collect())
}

/// Makes sure that there are users and an identity pool, and guests where they are wanted. Where the project has no auth,
/// the user is asked first.
///
/// # Errors
/// The user wants no auth, nobody can add it, or the auth plugin's own.
pub fn ensure(context: &mut Context<'_>, guests: bool) -> Result<(), PluginError> {
    let missing = resource(context.project()).is_none();
    let question = missing.then(|| {
        Question::confirm(
            "api.addAuth",
            "You need to add auth (Amazon Cognito) to your project in order to restrict access to your API. Do you want to add auth now?",
            true,
        )
    });
    let question = question.and_then(|question| serde_json::to_value(question).ok()).unwrap_or(Value::Null);
    let parameters = json!({
        "requiredBy": { "category": CATEGORY, "service": SERVICE },
        "authSelections": "identityPoolAndUserPool",
        "allowUnauthenticatedIdentities": guests,
        "question": question,
    });
    match context.call("auth", "ensure", parameters) {
        Ok(reply) if reply["declined"] == json!(true) => Err(ApiError::NoUserPool.into()),
        Ok(_) => Ok(()),
        // Whoever brought the pool without a plugin for it looks after it.
        Err(error) if error.kind == ErrorKind::Unsupported || NOT_INSTALLED.contains(&error.code.as_str()) => {
            if missing { Err(ApiError::NoUserPool.into()) } else { Ok(()) }
        }
        Err(error) => Err(error),
    }
}
