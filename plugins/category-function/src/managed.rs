//! Functions that another plugin makes and keeps: it brings the code and says what the function needs.
//!
//! Files that are there already stay as they are, because whoever uses the project may have edited them. Everything else
//! is changed piece by piece, so that access, schedules and variables given by `amplify update function` stay too.

use amplify_sdk::{JsonMap, prelude::*};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    access::depend,
    documents::{CATEGORY, Documents, folder},
    environment::refusal,
    runtime::{Runtime, state_file},
    template::{per_environment, refers_to, section, variables},
};

/// Lambda's limit for the name of a function, `-<env>` included.
const LONGEST_NAME: usize = 64;

/// What `put` takes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Put {
    /// The resource's name, which is also the function's.
    name: String,
    /// The name of its role, without `-<env>`; made up if it is absent. Counts for a new function only.
    role_name: Option<String>,
    /// Path below the resource's folder, and text. Written where there is no such file.
    #[serde(default)]
    files: JsonMap,
    /// Files of `files` that are the caller's own to change: they are written even where there is one.
    #[serde(default)]
    replace: Vec<String>,
    /// Files that go.
    #[serde(default)]
    remove_files: Vec<String>,
    /// Environment variables: texts, or values of a template. A null takes one away.
    #[serde(default)]
    variables: JsonMap,
    /// Values of `parameters.json`. A null takes one away.
    #[serde(default)]
    parameters: JsonMap,
    /// Environment variables with a value of each environment's own. A null takes one away.
    #[serde(default)]
    values: JsonMap,
    /// The same for secrets. A text sets the secret, `true` keeps the one there is, a null takes it away.
    #[serde(default)]
    secrets: JsonMap,
    /// Statements that a new function's role has from the beginning.
    #[serde(default)]
    statements: Vec<Value>,
    /// Dependencies of a new function, in the form of `backend-config.json`.
    #[serde(default)]
    depends_on: Vec<On>,
    /// Files that the user may want to edit now.
    #[serde(default)]
    edit: Vec<Edit>,
    /// What `function-parameters.json` remembers beside the rest.
    #[serde(default)]
    memory: JsonMap,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct On {
    category: String,
    resource_name: String,
    attributes: Vec<String>,
}

/// A file to offer for editing, and the yes-or-no question that does so.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    path: String,
    key: String,
    text: String,
}

/// What `discard` takes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Discard {
    resource: String,
}

/// Makes the function, or changes it to what is asked for. The reply says which: `{resource, added}`.
///
/// # Errors
/// A name or a variable that Lambda refuses, or files of the function that are not understood.
pub fn put(context: &mut Context<'_>, call: Put) -> Result<CallReply, PluginError> {
    check(context.project(), &call)?;
    let added = context.project().resource(CATEGORY, &call.name).is_none();
    let before = if added { None } else { Some(Documents::load(context, &call.name)?) };
    let function = shaped(context.project(), before.as_ref(), &call);
    let mut changes = match &before {
        Some(present) => function.changes_since(present, context)?,
        None => creation(&function),
    };
    changes = values(changes, context.project(), &call);
    for (path, text) in &call.files {
        let present = if added { None } else { context.read_text(&format!("{}/{path}", folder(&call.name)))? };
        let text = text.as_str().unwrap_or_default();
        let wanted = present.is_none() || call.replace.contains(path) && present.as_deref() != Some(text);
        if wanted {
            changes = changes.text(CATEGORY, &call.name, path, text);
        }
    }
    for path in &call.remove_files {
        if !added && context.read_bytes(&format!("{}/{path}", folder(&call.name)))?.is_some() {
            changes = changes.delete_file(CATEGORY, &call.name, path);
        }
    }
    for Edit { path, key, text } in call.edit {
        changes = changes.open_file(CATEGORY, &call.name, &path, Question::confirm(key, text, true));
    }
    Ok(CallReply { value: json!({ "resource": call.name, "added": added }), changes, project: None })
}

/// Takes a function out of the project, with its folder. The reply says whether there was one: `{removed}`.
pub fn discard(context: &Context<'_>, call: &Discard) -> CallReply {
    let known = context.project().resource(CATEGORY, &call.resource).is_some();
    let changes = if known { Changes::new().remove_resource(CATEGORY, &call.resource) } else { Changes::new() };
    CallReply { value: json!({ "removed": known }), changes, project: None }
}

/// The documents of a function as a call wants them.
pub fn shaped(project: &ProjectView, before: Option<&Documents>, call: &Put) -> Documents {
    let mut function = match before {
        Some(present) => present.clone(),
        None => new(project, call),
    };
    for (name, value) in &call.parameters {
        if value.is_null() {
            function.parameters.shift_remove(name);
        } else {
            function.parameters.insert(name.clone(), value.clone());
            section(&mut function.template, "Parameters")
                .entry(name.clone())
                .or_insert_with(|| json!({"Type": "String", "Default": ""}));
        }
    }
    for (name, value) in &call.variables {
        set_variable(&mut function.template, name, value.clone());
    }
    for (names, kind) in
        [(&call.values, json!({"Type": "String"})), (&call.secrets, json!({"Type": "String", "NoEcho": true}))]
    {
        for (name, value) in names {
            set_variable(
                &mut function.template,
                name,
                if value.is_null() { Value::Null } else { json!({"Ref": name}) },
            );
            if !value.is_null() {
                section(&mut function.template, "Parameters").entry(name.clone()).or_insert_with(|| kind.clone());
            }
        }
    }
    let maps = [&call.parameters, &call.variables, &call.values, &call.secrets];
    for (name, value) in maps.into_iter().flatten() {
        if value.is_null() && !refers_to(&function.template, name) {
            section(&mut function.template, "Parameters").shift_remove(name);
        }
    }
    for (key, value) in &call.memory {
        function.memory.insert(key.clone(), value.clone());
    }
    function
}

fn check(project: &ProjectView, call: &Put) -> Result<(), PluginError> {
    let environment = project.environment.as_ref().map_or(2, |environment| environment.name.len());
    let longest = LONGEST_NAME - environment - 1;
    let name = &call.name;
    if name.is_empty() || name.len() > longest || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(PluginError::usage("function-name", format!("`{name}` cannot be the name of a function"))
            .hint(format!("use letters and digits only, {longest} at most")));
    }
    let taken = project.resources(CATEGORY).into_iter().find(|taken| taken.eq_ignore_ascii_case(name));
    if let Some(taken) = taken.filter(|taken| taken != name) {
        return Err(PluginError::usage("function-exists", format!("there is a function `{taken}` already")));
    }
    for variable in call.variables.keys().chain(call.values.keys()).chain(call.secrets.keys()) {
        if let Some(why) = refusal(variable) {
            return Err(PluginError::usage("function-variable", format!("`{variable}` cannot be set: {why}")));
        }
    }
    let text = call.files.iter().find(|(_, text)| !text.is_string());
    if let Some((path, _)) = text {
        return Err(PluginError::usage("wrong-parameters", format!("the content of `{path}` is no text")));
    }
    Ok(())
}

fn new(project: &ProjectView, call: &Put) -> Documents {
    let mut function = Documents::new(project, &call.name, &call.name, Runtime::NodeJs);
    if let Some(role) = &call.role_name {
        function.template["Resources"]["LambdaExecutionRole"]["Properties"]["RoleName"] = per_environment(role);
    }
    let statements = "/Resources/lambdaexecutionpolicy/Properties/PolicyDocument/Statement";
    if let Some(Value::Array(list)) = function.template.pointer_mut(statements) {
        list.extend(call.statements.iter().cloned());
    }
    for on in &call.depends_on {
        let attributes: Vec<&str> = on.attributes.iter().map(String::as_str).collect();
        depend(&mut function.template, &mut function.depends_on, &on.category, &on.resource_name, &attributes);
    }
    function
}

/// The documents of a new function. Its sources are the caller's.
fn creation(function: &Documents) -> Changes {
    let name = &function.resource;
    let mut entry =
        vec![("build", json!(true)), ("providerPlugin", json!("awscloudformation")), ("service", json!("Lambda"))];
    if !function.depends_on.is_empty() {
        entry.push(("dependsOn", json!(function.depends_on)));
    }
    Changes::new()
        .add_resource(CATEGORY, name, entry)
        .json_tabs(CATEGORY, name, &format!("{name}-cloudformation-template.json"), function.template.clone())
        .json(CATEGORY, name, "parameters.json", Value::Object(function.parameters.clone()))
        .json(CATEGORY, name, "function-parameters.json", Value::Object(function.memory.clone()))
        .json(CATEGORY, name, "custom-policies.json", json!([{"Action": [], "Resource": []}]))
        .text(CATEGORY, name, "amplify.state", state_file(Runtime::NodeJs, "src/index.js"))
}

fn set_variable(template: &mut Value, name: &str, value: Value) {
    let Some(variables) = variables(template) else { return };
    if value.is_null() {
        variables.shift_remove(name);
    } else {
        variables.insert(name.to_owned(), value);
    }
}

/// What belongs to the current environment alone.
fn values(mut changes: Changes, project: &ProjectView, call: &Put) -> Changes {
    let present = |name: &str| {
        let environment = project.environment.as_ref()?;
        environment.values.get(CATEGORY)?.get(&call.name)?.get(name).cloned()
    };
    for (name, value) in &call.values {
        let known = present(name).unwrap_or_default();
        if known != *value {
            changes = changes.environment_value(CATEGORY, &call.name, name, value.clone());
        }
    }
    for (name, value) in &call.secrets {
        match value {
            Value::String(secret) => changes = changes.secret(CATEGORY, &call.name, name, secret),
            Value::Null => {
                // A project of the original has it among the values.
                if present(name).is_some() {
                    changes = changes.environment_value(CATEGORY, &call.name, name, Value::Null);
                }
                changes = changes.secret(CATEGORY, &call.name, name, "");
            }
            _ => {}
        }
    }
    changes
}
