//! What goes along with a user pool: the functions that it calls, its groups, and the admin queries.

use amplify_sdk::prelude::*;
use serde_json::{Value, json};

use crate::{
    admin,
    change::{CATEGORY, name},
    groups,
};

/// Takes out what is of no use without the pool, if that is what goes; what somebody else uses stays.
///
/// The project's entries say what there is, so that a resource with broken files can be removed, too.
///
/// # Errors
/// A function or an API that cannot be changed.
pub fn along(context: &mut Context<'_>, data: &Value) -> Result<Changes, PluginError> {
    let Some(pool) = name(context.project()).filter(|pool| data["category"] == CATEGORY && data["name"] == *pool)
    else {
        return Ok(Changes::new());
    };
    let called: Vec<String> = needs(context.project(), CATEGORY, &pool)
        .filter(|need| need["category"] == "function" && need["triggerProvider"] == "Cognito")
        .filter_map(|need| need["resourceName"].as_str().map(Into::into))
        .collect();
    for function in called {
        let known = context.project().resource("function", &function).is_some();
        if known && users(context.project(), "function", &function) == [format!("{CATEGORY}/{pool}")] {
            context.call("function", "discard", json!({ "resource": function }))?;
        }
    }
    admin::remove(context)?;
    let groups = context.project().resource(CATEGORY, groups::RESOURCE).is_some()
        && users(context.project(), CATEGORY, groups::RESOURCE).is_empty();
    let changes = Changes::new();
    Ok(if groups { changes.remove_resource(CATEGORY, groups::RESOURCE) } else { changes })
}

fn needs<'p>(project: &'p ProjectView, category: &str, name: &str) -> impl Iterator<Item = &'p Value> {
    let needs = project.resource(category, name).and_then(|entry| entry.get("dependsOn")?.as_array());
    needs.into_iter().flatten()
}

/// `category/name` of every resource that depends on this one.
pub fn users(project: &ProjectView, category: &str, name: &str) -> Vec<String> {
    let mut users = Vec::new();
    for user_category in project.backend_config.keys() {
        for user in project.resources(user_category) {
            let mut needs = needs(project, user_category, user);
            if needs.any(|need| need["category"] == category && need["resourceName"] == name) {
                users.push(format!("{user_category}/{user}"));
            }
        }
    }
    users
}
