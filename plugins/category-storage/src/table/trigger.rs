//! The functions that a table's stream calls. Their own templates hold the connection; the `function` plugin writes it.

use amplify_sdk::prelude::*;
use amplify_sdk::random::Random;
use serde_json::{Value, json};

use crate::{
    function::{self, Source},
    service,
};

const KEY: &str = "triggerFunctions";

/// The functions that `storage-params.json` remembers.
pub fn recorded(storage_params: &JsonMap) -> Vec<String> {
    let list = storage_params.get(KEY).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(Into::into).collect()
}

/// Those of `functions` that the stream still calls. A function that was removed has taken its connection along, and one
/// that was made anew under its name has none.
pub fn connected(project: &ProjectView, table: &str, functions: Vec<String>) -> Vec<String> {
    let calls = |function: &String| {
        let entry = project.resource("function", function).and_then(|entry| entry.get("dependsOn"));
        entry.and_then(Value::as_array).into_iter().flatten().any(|on| {
            let attributes = on["attributes"].as_array();
            on["category"] == "storage"
                && on["resourceName"] == table
                && attributes.is_some_and(|attributes| attributes.iter().any(|attribute| attribute == "StreamArn"))
        })
    };
    functions.into_iter().filter(calls).collect()
}

/// Writes the functions into `storage-params.json`.
pub fn remember(storage_params: &mut JsonMap, triggers: &[String]) {
    if triggers.is_empty() && !storage_params.contains_key(KEY) {
        return;
    }
    storage_params.insert(KEY.into(), json!(triggers));
}

/// Asks for a trigger to add or to remove, and returns all of them from then on. `table` is the resource.
///
/// # Errors
/// Those of the function plugin, or an answer that is missing.
pub fn ask(
    context: &mut Context<'_>,
    random: &dyn Random,
    table: &str,
    recorded: &[String],
) -> Result<Vec<String>, PluginError> {
    if recorded.is_empty() {
        let text = "Do you want to add a Lambda Trigger for your Table?";
        if !context.confirm("storage.trigger", text, false)? {
            return Ok(Vec::new());
        }
        return add(context, random, table, recorded);
    }
    let choices = vec![
        Choice::new("add", "Add a Trigger"),
        Choice::new("remove", "Remove a trigger"),
        Choice::new("skip", "Skip Question"),
    ];
    match context.select("storage.trigger.change", "Select from the following options", choices, None)?.as_str() {
        "add" => add(context, random, table, recorded),
        "remove" => remove(context, table, recorded),
        _ => Ok(recorded.to_vec()),
    }
}

fn add(
    context: &mut Context<'_>,
    random: &dyn Random,
    table: &str,
    recorded: &[String],
) -> Result<Vec<String>, PluginError> {
    let function = match function::ask(context, recorded)? {
        Source::Existing(function) => {
            context.call("function", "addTableTrigger", json!({ "resource": function, "table": table }))?;
            function
        }
        Source::New => {
            let name = format!("{table}Trigger{}", random.hex(8));
            function::create(context, json!({ "name": name, "template": "dynamodb-trigger", "table": table }))?
        }
    };
    Ok(recorded.iter().cloned().chain([function]).collect())
}

fn remove(context: &mut Context<'_>, table: &str, recorded: &[String]) -> Result<Vec<String>, PluginError> {
    let choices = recorded.iter().map(|function| Choice::same(function.clone())).collect();
    let text = "Select from the function you would like to remove";
    let function = service::choose(context, "storage.trigger.function", text, choices)?;
    context.call("function", "removeTableTrigger", json!({ "resource": function, "table": table }))?;
    Ok(recorded.iter().filter(|name| **name != function).cloned().collect())
}
