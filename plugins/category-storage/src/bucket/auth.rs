//! What a bucket needs of auth: users, and guests where they have access.
//!
//! The `auth` plugin decides how; without it, or without auth in the project, the bucket's policies stand ready on the
//! environment's two roles, and take effect as soon as users can sign in.

use amplify_sdk::{
    error::{ErrorKind, PluginError},
    prelude::*,
};
use serde_json::{Value, json};

/// What the host says where no plugin of that word, or no such method, is installed.
const NOT_INSTALLED: [&str; 2] = ["no-plugin", "unknown-method"];

/// How the project stands with auth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// The project has it, or it was added just now.
    Ready,
    /// The project has none, and there is no plugin to add it.
    Missing,
    /// The user does not want it.
    Declined,
}

/// The resource with the user pool, if the project has one.
pub fn resource(project: &ProjectView) -> Option<String> {
    project.resources_of_service("auth", "Cognito").first().map(|name| (*name).to_string())
}

/// Makes sure that there is auth, before the questions about a bucket.
///
/// # Errors
/// Those of the auth plugin.
pub fn before(context: &mut Context<'_>) -> Result<Auth, PluginError> {
    if resource(context.project()).is_some() {
        return Ok(Auth::Ready);
    }
    let question = Question::confirm(
        "storage.addAuth",
        "You need to add auth (Amazon Cognito) to your project in order to add storage for user files. Do you want to add auth now?",
        true,
    );
    ensure(context, false, Some(question))
}

/// Makes auth fit what the answers need. Returns what the user has to do by hand, if anything.
///
/// # Errors
/// Those of the auth plugin, and an auth resource that cannot be read.
pub fn after(context: &mut Context<'_>, guests: bool) -> Result<Option<String>, PluginError> {
    let Some(resource) = resource(context.project()) else {
        return Ok(Some(
            "the project has no auth resource yet: the bucket's access takes effect for users who sign in through one"
                .into(),
        ));
    };
    if !guests || ensure(context, true, None)? == Auth::Ready {
        return Ok(None);
    }
    let parameters =
        context.read_json(&format!("amplify/backend/auth/{resource}/parameters.json"))?.unwrap_or_default();
    let admitted = parameters["allowUnauthenticatedIdentities"] == json!(true);
    let step = "guests get in once auth allows unauthenticated logins: `amplify update auth`";
    Ok((!admitted).then(|| step.into()))
}

/// Asks the auth plugin for an identity pool and a user pool. It asks `question` first where it would add them.
fn ensure(context: &mut Context<'_>, guests: bool, question: Option<Question>) -> Result<Auth, PluginError> {
    let question = question.and_then(|question| serde_json::to_value(question).ok()).unwrap_or(Value::Null);
    let parameters = json!({
        "requiredBy": { "category": "storage", "service": super::SERVICE },
        "authSelections": "identityPoolAndUserPool",
        "allowUnauthenticatedIdentities": guests,
        "question": question
    });
    match context.call("auth", "ensure", parameters) {
        Ok(reply) if reply["declined"] == json!(true) => Ok(Auth::Declined),
        Ok(_) => Ok(Auth::Ready),
        Err(error) if error.kind == ErrorKind::Unsupported || NOT_INSTALLED.contains(&error.code.as_str()) => {
            Ok(Auth::Missing)
        }
        Err(error) => Err(error),
    }
}
