//! What other plugins may ask of this one: make a function, give it access, connect it with a table.

use amplify_sdk::{message::CallRequest, prelude::*};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    access::{depend, dependants, remembered, target},
    ask::template::Chosen,
    commands::add,
    documents::{CATEGORY, Documents},
    environment::refusal,
    grant::{Grant, Operation},
    managed,
    names::{free_name, is_resource_name},
    runtime::Runtime,
    starter::Starter,
    table::Table,
    trigger,
};

/// The methods, for the manifest.
pub const ALL: [(&str, &str); 7] = [
    (
        "create",
        "Make a function: {name?, prefix?, template?, runtime?, functionName?, permissions?, environment?, dependsOn?, table?, path?} gives {resource}; the table is kept by the template `crud`, and starts any other by its stream",
    ),
    (
        "add",
        "Ask for everything that makes a function: {templates?, path?} gives {resource}; the templates are crud, hello-world, trigger and serverless-express",
    ),
    ("grant", "Give a function access to resources: {resource, permissions: {category: {resource: [operation]}}}"),
    ("addTableTrigger", "Start a function from a table's stream: {resource, table}"),
    ("removeTableTrigger", "Stop starting a function from a table's stream: {resource, table} gives {removed}"),
    (
        "put",
        "Make or change a function whose code the caller brings: {name, roleName?, files?, replace?, removeFiles?, edit?, variables?, parameters?, values?, secrets?, statements?, dependsOn?, memory?} gives {resource, added}",
    ),
    ("discard", "Take a function out of the project: {resource} gives {removed}"),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Create {
    /// The resource's name; a free one is made up if it is absent.
    name: Option<String>,
    /// What a made-up name begins with, such as `S3Trigger`.
    prefix: Option<String>,
    template: Option<String>,
    runtime: Option<String>,
    function_name: Option<String>,
    #[serde(default)]
    permissions: JsonMap,
    #[serde(default)]
    environment: JsonMap,
    /// Further dependencies, in the form of `backend-config.json`.
    #[serde(default)]
    depends_on: Vec<Dependency>,
    /// The table that the function keeps (template `crud`), or whose stream starts it.
    table: Option<String>,
    /// Where an API has it.
    path: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Add {
    templates: Option<Vec<String>>,
    path: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Dependency {
    category: String,
    resource_name: String,
    attributes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GrantCall {
    resource: String,
    permissions: JsonMap,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Trigger {
    resource: String,
    table: String,
}

/// Answers a call.
///
/// # Errors
/// An unknown method, wrong parameters, or a function that is not there.
pub fn call(context: &mut Context<'_>, request: &CallRequest) -> Result<CallReply, PluginError> {
    match request.method.as_str() {
        "create" => create(context, parameters(request)?),
        "add" => {
            let call: Add = parameters(request)?;
            let mut wanted = add::Wanted::default();
            let templates: Vec<&str> = call.templates.iter().flatten().map(String::as_str).collect();
            if call.templates.is_some() {
                wanted.templates = &templates;
            }
            wanted.path = call.path.as_deref().unwrap_or(wanted.path);
            check_path(wanted.path)?;
            let add::Added { resource, changes, .. } = add::ask(context, &wanted)?;
            let changes = changes.message(format!("Successfully added resource {resource} locally"));
            Ok(CallReply { value: json!({ "resource": resource }), changes, project: None })
        }
        "put" => managed::put(context, parameters(request)?),
        "discard" => Ok(managed::discard(context, &parameters(request)?)),
        "grant" => {
            let call: GrantCall = parameters(request)?;
            change(context, &call.resource, |function, project| {
                let known = dependants(project, &call.resource);
                let old = remembered(&function.memory, project);
                let mut new = old.clone();
                for grant in grants(project, &call.permissions)? {
                    if known.contains(&(grant.category.clone(), grant.resource.clone())) {
                        return Err(circle(&call.resource, &grant));
                    }
                    match new.iter_mut().find(|g| g.category == grant.category && g.resource == grant.resource) {
                        Some(present) => {
                            present.operations.extend(grant.operations);
                            present.operations.sort();
                            present.operations.dedup();
                        }
                        None => new.push(grant),
                    }
                }
                function.set_access(&old, &new);
                Ok(Value::Null)
            })
        }
        "addTableTrigger" => {
            let call: Trigger = parameters(request)?;
            change(context, &call.resource, |function, _| {
                trigger::add(&mut function.template, &mut function.depends_on, &call.table);
                Ok(Value::Null)
            })
        }
        "removeTableTrigger" => {
            let call: Trigger = parameters(request)?;
            change(context, &call.resource, |function, _| {
                let removed = trigger::remove(&mut function.template, &mut function.depends_on, &call.table);
                Ok(json!({ "removed": removed }))
            })
        }
        other => Err(PluginError::usage("unknown-method", format!("`function` has no method `{other}`"))),
    }
}

fn create(context: &mut Context<'_>, call: Create) -> Result<CallReply, PluginError> {
    let project = context.project().clone();
    let name = call.name.unwrap_or_else(|| free_name(&project, call.prefix.as_deref().unwrap_or(&project.name)));
    if !is_resource_name(&name) {
        return Err(PluginError::usage("function-name", format!("`{name}` cannot be the name of a function"))
            .hint("use letters and digits only"));
    }
    if project.resources(CATEGORY).iter().any(|taken| taken.eq_ignore_ascii_case(&name)) {
        return Err(PluginError::usage("function-exists", format!("there is a function `{name}` already")));
    }
    let runtime = named("runtime", call.runtime.as_deref(), Runtime::by_name)?.unwrap_or(Runtime::NodeJs);
    let starter = named("template", call.template.as_deref(), Starter::by_name)?.unwrap_or(Starter::HelloWorld);
    if !starter.is_for(runtime) {
        let message = format!("there is no template `{}` for {}", starter.name(), runtime.label());
        return Err(PluginError::usage("function-template-language", message).hint("choose the runtime `nodejs`"));
    }
    let path = call.path.as_deref().unwrap_or("/item");
    check_path(path)?;
    let function_name = call.function_name.as_deref().unwrap_or(&name);
    let mut chosen = Chosen::plain(starter);
    if starter == Starter::Crud {
        let table = call.table.as_deref().ok_or_else(|| {
            PluginError::usage("function-create", "the template `crud` needs a `table`, a resource of `storage`")
        })?;
        chosen.table = Some(Table::load(context, table)?);
    }
    let mut function = Documents::new(&project, &name, function_name, runtime);
    function.set_purpose(&chosen);
    function.set_access(&[], &grants(&project, &call.permissions)?);
    for (variable, value) in &call.environment {
        if let Some(why) = refusal(variable) {
            return Err(PluginError::usage("function-variable", format!("`{variable}` cannot be set: {why}")));
        }
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        function.set_variable(variable, &text);
    }
    for on in &call.depends_on {
        let attributes: Vec<&str> = on.attributes.iter().map(String::as_str).collect();
        depend(&mut function.template, &mut function.depends_on, &on.category, &on.resource_name, &attributes);
    }
    if let Some(table) = call.table.as_ref().filter(|_| starter != Starter::Crud) {
        trigger::add(&mut function.template, &mut function.depends_on, table);
    }
    let message = format!("Successfully added resource {name} locally");
    let changes = function.creation(&chosen, function_name, runtime, path).message(message);
    let text = format!("Do you want to edit the local {name} lambda function now?");
    let changes = add::open(changes, &name, &starter.editor_file(runtime, function_name), text);
    Ok(CallReply { value: json!({ "resource": name }), changes, project: None })
}

/// Loads a function, lets `edit` change it, and replies with what differs.
fn change(
    context: &mut Context<'_>,
    resource: &str,
    edit: impl FnOnce(&mut Documents, &ProjectView) -> Result<Value, PluginError>,
) -> Result<CallReply, PluginError> {
    let before = Documents::load(context, resource)?;
    let mut function = before.clone();
    let value = edit(&mut function, context.project())?;
    let mut changes = function.changes_since(&before, context)?;
    if !changes.is_empty() {
        changes = changes.message(format!("Successfully updated resource {resource} locally"));
    }
    Ok(CallReply { value, changes, project: None })
}

/// Reads `{category: {resource: [operation]}}`.
fn grants(project: &ProjectView, permissions: &JsonMap) -> Result<Vec<Grant>, PluginError> {
    let mut grants = Vec::new();
    for (category, resources) in permissions {
        for (resource, words) in resources.as_object().into_iter().flatten() {
            let (target, api) = target(project, category, resource).ok_or_else(|| {
                PluginError::usage("function-access", format!("access to `{category}/{resource}` cannot be granted"))
                    .cause("there is no such resource, or policies cannot be added for it")
            })?;
            let words: Vec<String> = serde_json::from_value(words.clone()).unwrap_or_default();
            let unknown = words.iter().find(|word| Operation::by_word(word).is_none());
            if let Some(word) = unknown {
                return Err(PluginError::usage("function-access", format!("`{word}` is not an operation"))
                    .hint("the operations are create, read, update and delete"));
            }
            let operations: Vec<Operation> = Operation::ALL
                .into_iter()
                .filter(|operation| words.iter().any(|word| word == operation.word()))
                .collect();
            if operations.is_empty() {
                return Err(PluginError::usage(
                    "function-access",
                    format!("no operation is named for `{category}/{resource}`"),
                ));
            }
            grants.push(Grant { category: category.clone(), resource: resource.clone(), target, operations, api });
        }
    }
    Ok(grants)
}

/// A path becomes part of the code.
fn check_path(path: &str) -> Result<(), PluginError> {
    let plain = path.starts_with('/')
        && path.chars().all(|letter| letter.is_ascii_alphanumeric() || "/-_.~{}+:*".contains(letter));
    if plain {
        return Ok(());
    }
    Err(PluginError::usage("function-path", format!("`{path}` cannot be the path of an API"))
        .hint("a path looks like /items or /book/{isbn}"))
}

fn circle(function: &str, grant: &Grant) -> PluginError {
    PluginError::usage(
        "function-circle",
        format!("`{function}` cannot be given access to `{}/{}`", grant.category, grant.resource),
    )
    .cause(format!(
        "`{}/{}` depends on `{function}`, so neither could be deployed first",
        grant.category, grant.resource
    ))
}

fn named<T>(what: &str, name: Option<&str>, find: fn(&str) -> Option<T>) -> Result<Option<T>, PluginError> {
    let Some(name) = name else { return Ok(None) };
    find(name)
        .map(Some)
        .ok_or_else(|| PluginError::usage("function-create", format!("`{name}` is not a {what} of functions")))
}

fn parameters<T: for<'de> Deserialize<'de>>(request: &CallRequest) -> Result<T, PluginError> {
    serde_json::from_value(request.parameters.clone()).map_err(|error| {
        PluginError::usage("wrong-parameters", format!("the parameters of `{}` are not understood", request.method))
            .cause(error)
    })
}
