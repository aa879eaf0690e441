//! `amplify update function [name]`.

use amplify_sdk::{message::CommandRequest, prelude::*};
use serde_json::Value;

use crate::{
    access::remembered,
    ask,
    commands::add::{EDIT, open},
    documents::{CATEGORY, Documents, folder, unknown},
    environment,
};

/// Asks what is to change: access, schedule, environment variables. Everything else stays.
///
/// # Errors
/// No function to update, or as [`Context::ask`].
pub fn run(context: &mut Context<'_>, request: &CommandRequest) -> Result<Changes, PluginError> {
    let resource = choose(context, request)?;
    let before = Documents::load(context, &resource)?;
    let mut function = before.clone();

    let current = remembered(&before.memory, context.project());
    if !current.is_empty() || ask::access::possible(context, Some(&resource))? {
        let text = "Do you want to update permissions granted to this Lambda function to perform on other resources in your project?";
        if context.confirm(ask::access::KEY, text, true)? {
            let grants = ask::access::ask(context, Some(&resource), &current)?;
            function.set_access(&current, &grants);
        }
    } else {
        ask::access::explain(context, &resource);
    }
    update_schedule(context, &mut function)?;
    let mut gone = Vec::new();
    let text = "Do you want to configure environment variables for this function?";
    let known = !environment::remembered(&before.memory).is_empty();
    if known || context.confirm(ask::environment::KEY, text, false)? {
        gone = ask::environment::ask(context, &mut function)?;
    }

    let own_values = own_values(context.project(), &resource);
    let mut changes = function.changes_since(&before, context)?;
    for parameter in gone.iter().filter(|parameter| own_values.contains(parameter)) {
        changes = changes.environment_value(CATEGORY, &resource, parameter, Value::Null);
    }
    for parameter in function.parameters.keys().filter(|parameter| own_values.contains(parameter)) {
        // The environment's own value wins over `parameters.json`, so it is the one to change.
        if function.parameters.get(parameter) != before.parameters.get(parameter) {
            changes = changes.environment_value(CATEGORY, &resource, parameter, function.parameters[parameter].clone());
        }
    }
    if function.is_listed() && function.variable_names() != before.variable_names() {
        changes = changes.message(function.listing());
    }
    let file = editor_file(context, &resource)?;
    let done = if changes.is_empty() {
        format!("{resource} is as it was")
    } else {
        "Successfully updated resource".to_owned()
    };
    Ok(open(changes, &resource, &file, EDIT).message(done))
}

/// The file that `amplify.state` names for the editor.
fn editor_file(context: &mut Context<'_>, resource: &str) -> Result<String, PluginError> {
    let state = context.read_json(&format!("{}/amplify.state", folder(resource)))?.unwrap_or_default();
    let named = state.get("defaultEditorFile").and_then(Value::as_str);
    // Versions of the original on Windows wrote backslashes.
    Ok(named.unwrap_or("src/index.js").replace('\\', "/"))
}

fn choose(context: &mut Context<'_>, request: &CommandRequest) -> Result<String, PluginError> {
    let names: Vec<String> =
        context.project().resources_of_service(CATEGORY, "Lambda").into_iter().map(str::to_owned).collect();
    if names.is_empty() {
        return Err(PluginError::new("no-function", "there is no Lambda function to update")
            .hint("add one with `amplify add function`"));
    }
    if let Some(name) = request.arguments.first() {
        return if names.contains(name) { Ok(name.clone()) } else { Err(unknown(context.project(), name)) };
    }
    let default = names[0].clone();
    let choices = names.into_iter().map(Choice::same).collect();
    let text = "Please select the Lambda Function you would want to update";
    context.select("function.resourceName", text, choices, Some(&default))
}

fn update_schedule(context: &mut Context<'_>, function: &mut Documents) -> Result<(), PluginError> {
    let key = ask::schedule::KEY;
    if function.schedule().is_none() {
        if context.confirm(key, "Do you want to invoke this function on a recurring schedule?", false)? {
            let schedule = ask::schedule::ask(context)?;
            function.set_schedule(Some(&schedule.expression()));
        }
        return Ok(());
    }
    if !context.confirm(key, "Do you want to update or remove the function's schedule?", false)? {
        return Ok(());
    }
    let choices = vec![Choice::new("update", "Update the schedule"), Choice::new("remove", "Remove the schedule")];
    let text = "Select from the following options:";
    if context.select(&format!("{key}.action"), text, choices, Some("update"))? == "remove" {
        function.set_schedule(None);
        return Ok(());
    }
    let schedule = ask::schedule::ask(context)?;
    function.set_schedule(Some(&schedule.expression()));
    Ok(())
}

/// The parameters that the current environment overrides.
fn own_values(project: &ProjectView, resource: &str) -> Vec<String> {
    let values = project.environment.as_ref().and_then(|env| env.values.get(CATEGORY)?.get(resource)?.as_object());
    values.into_iter().flatten().map(|(key, _)| key.clone()).collect()
}
