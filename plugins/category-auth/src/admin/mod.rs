//! The admin queries: an API with which an app can manage users, for everybody who is signed in or for one group.
//!
//! The function belongs to the category `function` and the API to `api`; both are made there, of what this brings. Once
//! they are there, their code is the user's.

pub mod ask;
mod template;

pub use template::api;

use amplify_sdk::{JsonMap, prelude::*};
use serde_json::{Value, json};

use crate::{change::CATEGORY, removal::users, settings::Settings};

/// The API's name.
const API: &str = "AdminQueries";
/// How its template is called.
const TEMPLATE_FILE: &str = "admin-queries-cloudformation-template.json";
/// What the variable `GROUP` says where everybody may ask.
const EVERYBODY: &str = "NONE";

/// What a role needs to manage users.
const ACTIONS: [&str; 10] = [
    "cognito-idp:ListUsersInGroup",
    "cognito-idp:AdminUserGlobalSignOut",
    "cognito-idp:AdminEnableUser",
    "cognito-idp:AdminDisableUser",
    "cognito-idp:AdminRemoveUserFromGroup",
    "cognito-idp:AdminAddUserToGroup",
    "cognito-idp:AdminListGroupsForUser",
    "cognito-idp:AdminGetUser",
    "cognito-idp:AdminConfirmSignUp",
    "cognito-idp:ListUsers",
];

const SOURCES: [(&str, &str); 4] = [
    ("src/index.js", include_str!("../../admin/index.js")),
    ("src/app.js", include_str!("../../admin/app.js")),
    ("src/cognitoActions.js", include_str!("../../admin/cognitoActions.js")),
    ("src/event.json", include_str!("../../admin/event.json")),
];

/// What becomes of the admin queries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// They are there, for a group or for everybody who is signed in.
    For(Option<String>),
    /// They go.
    Removed,
}

/// Whether a project has them.
pub fn exists(project: &ProjectView) -> bool {
    project.resource("api", API).is_some()
}

/// Carries out what is wanted, through the categories that the parts belong to. Returns what to tell the user.
///
/// # Errors
/// A function or an API that cannot be changed.
pub fn apply(context: &mut Context<'_>, settings: &Settings, wanted: &Wanted) -> Result<Vec<String>, PluginError> {
    let function = function(context.project(), settings);
    let group = match wanted {
        Wanted::Removed => {
            // What depends on the other goes first.
            context.call("api", "discard", json!({ "resource": API }))?;
            context.call("function", "discard", json!({ "resource": function }))?;
            return Ok(vec![
                format!("Successfully removed {API} API locally"),
                format!("Successfully removed {function} function locally"),
            ]);
        }
        Wanted::For(group) => group.as_deref().unwrap_or(EVERYBODY),
    };
    let owner = settings.text("resourceName");
    let pool = json!({ "category": CATEGORY, "resourceName": owner, "attributes": ["UserPoolId"] });
    let parameter = format!("{CATEGORY}{owner}UserPoolId");
    let mut files: JsonMap = SOURCES.into_iter().map(|(path, text)| (path.to_owned(), text.into())).collect();
    let package = include_str!("../../triggers/package.json").replace("FUNCTION", &function.to_lowercase());
    let package = package.replace("Called by an Amazon Cognito user pool", "Administrative actions for a user pool");
    files.insert("src/package.json".into(), package.into());
    let statement = json!({
        "Effect": "Allow",
        "Action": ACTIONS,
        "Resource": { "Fn::Sub": format!(
            "arn:${{AWS::Partition}}:cognito-idp:${{AWS::Region}}:${{AWS::AccountId}}:userpool/${{{parameter}}}"
        ) }
    });
    let call = json!({
        "name": function,
        "roleName": format!("{function}LambdaRole"),
        "files": files,
        "variables": { "GROUP": group, "USERPOOL": { "Ref": parameter } },
        "statements": [statement],
        "dependsOn": [pool]
    });
    let made = context.call("function", "put", call)?;
    let call = json!({
        "resource": API,
        "service": "API Gateway",
        "dependsOn": [
            pool,
            { "category": "function", "resourceName": function, "attributes": ["Arn", "Name"] }
        ],
        "templateFile": TEMPLATE_FILE,
        "template": api(owner, &function),
        "parameters": {
            "authRoleName": { "Ref": "AuthRoleName" },
            "unauthRoleName": { "Ref": "UnauthRoleName" }
        }
    });
    let put = context.call("api", "put", call)?;
    let done = |reply: &Value| if reply["added"] == json!(true) { "added" } else { "updated" };
    Ok(vec![
        format!("Successfully {} {function} function locally", done(&made)),
        format!("Successfully {} {API} API locally", done(&put)),
    ])
}

/// Takes the API and its function out of the project, unless somebody else uses them.
///
/// # Errors
/// One that cannot be changed.
pub fn remove(context: &mut Context<'_>) -> Result<(), PluginError> {
    if !exists(context.project()) || !users(context.project(), "api", API).is_empty() {
        return Ok(());
    }
    let function = present_function(context.project());
    context.call("api", "discard", json!({ "resource": API }))?;
    match function {
        Some(function) if users(context.project(), "function", &function).is_empty() => {
            context.call("function", "discard", json!({ "resource": function })).map(drop)
        }
        _ => Ok(()),
    }
}

/// The name of the function: the one that the API has, or a new one.
fn function(project: &ProjectView, settings: &Settings) -> String {
    // The id is the pool's own, and there is one pool.
    present_function(project).unwrap_or_else(|| format!("{API}{}", settings.text("sharedId")))
}

fn present_function(project: &ProjectView) -> Option<String> {
    let on = project.resource("api", API).and_then(|entry| entry.get("dependsOn")?.as_array());
    on.into_iter().flatten().find_map(|entry| {
        let name = entry["resourceName"].as_str()?;
        (entry["category"] == "function" && name.contains(API)).then(|| name.to_owned())
    })
}
