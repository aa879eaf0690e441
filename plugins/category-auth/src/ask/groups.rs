//! The names of groups, and their order.

use amplify_sdk::prelude::*;
use serde_json::Value;

use super::reply::several;
use crate::{error::AuthError, groups::RESOURCE};

/// Asks which of the present groups go, which come, and in which order they count.
///
/// # Errors
/// An answer that is missing or does not fit.
pub fn groups(context: &mut Context<'_>, present: &[String]) -> Result<Vec<String>, PluginError> {
    let mut groups = present.to_vec();
    let mut ask_for_more = true;
    if !present.is_empty() {
        let text = "Select any user pool groups you want to delete:";
        let choices = present.iter().map(Choice::same).collect();
        let gone = several(context, Question::multi_select("auth.deletedGroups", text, choices, 0), &[])?;
        for group in &gone {
            let needed_by = users(context.project(), group);
            if !needed_by.is_empty() {
                return Err(AuthError::GroupInUse { group: group.clone(), needed_by }.into());
            }
        }
        groups.retain(|group| !gone.contains(group));
        let text = "Do you want to add another User Pool Group";
        ask_for_more = context.confirm("auth.addGroups", text, groups.is_empty())?;
    }
    let mut filled = 0;
    while ask_for_more {
        let wanted = Validation::pattern(
            "[a-zA-Z0-9]{1,128}",
            "Resource name should be alphanumeric, and have 128 characters at most",
        )
        .not_taken(groups.clone());
        let key = format!("auth.groups[{filled}].name");
        groups.push(context.input(&key, "Provide a name for your user pool group:", None, Some(wanted))?);
        ask_for_more = context.another("auth.groups", filled, "Do you want to add another User Pool Group", false)?;
        filled += 1;
    }
    if groups.is_empty() {
        return Ok(groups);
    }
    // The original asks for the order of a single group, too, and scripts press Enter for it.
    let choices = groups.iter().map(Choice::same).collect();
    let question = Question::sort("auth.groupOrder", "Sort the user pool groups in order of preference", choices);
    let sorted = context.ask(question)?;
    Ok(sorted.as_array().into_iter().flatten().filter_map(|each| each.as_str().map(Into::into)).collect())
}

/// The resources that are given the role of a group, and could not be deployed without it.
fn users(project: &ProjectView, group: &str) -> Vec<String> {
    let role = format!("{group}GroupRole");
    let mut found = Vec::new();
    for (category, resources) in &project.backend_config {
        for (name, entry) in resources.as_object().into_iter().flatten() {
            let needs = entry.get("dependsOn").and_then(Value::as_array).into_iter().flatten().any(|on| {
                let attributes = on["attributes"].as_array();
                on["category"] == "auth"
                    && on["resourceName"] == RESOURCE
                    && attributes.is_some_and(|attributes| attributes.iter().any(|each| *each == role))
            });
            if needs {
                found.push(format!("{category}/{name}"));
            }
        }
    }
    found
}
