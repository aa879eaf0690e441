//! The documents of one function: template, parameters, what is remembered, and its entry's dependencies.

use amplify_sdk::{JsonMap, prelude::*};
use serde_json::{Value, json};

use crate::{
    access,
    ask::template::Chosen,
    environment,
    grant::Grant,
    names, params_block,
    runtime::{Runtime, state_file},
    schedule, starter, table,
    template::{self, Facts},
};

/// The category that all of these belong to.
pub const CATEGORY: &str = "function";

const MEMORY_FILE: &str = "function-parameters.json";
const PARAMETERS_FILE: &str = "parameters.json";

/// A function as it is, or as it shall become.
#[derive(Clone, Debug, PartialEq)]
pub struct Documents {
    /// The resource's name.
    pub resource: String,
    template_file: String,
    /// The CloudFormation template.
    pub template: Value,
    /// `parameters.json`.
    pub parameters: JsonMap,
    /// `function-parameters.json`.
    pub memory: JsonMap,
    /// `dependsOn` of the entry.
    pub depends_on: Vec<Value>,
}

/// The folder of a function, relative to the project's root.
pub fn folder(resource: &str) -> String {
    format!("amplify/backend/{CATEGORY}/{resource}")
}

impl Documents {
    /// A new function.
    pub fn new(project: &ProjectView, resource: &str, function_name: &str, runtime: Runtime) -> Self {
        let role_name = names::role_name(project, resource);
        let mut template = template::new(&Facts { function_name, role_name: &role_name, runtime });
        template["Resources"]["LambdaFunction"]["Properties"]["Handler"] =
            runtime.handler(resource, function_name).into();
        Self {
            resource: resource.to_owned(),
            template_file: format!("{resource}-cloudformation-template.json"),
            template,
            parameters: JsonMap::new(),
            memory: JsonMap::new(),
            depends_on: Vec::new(),
        }
    }

    /// Reads the function `resource` of the project.
    ///
    /// # Errors
    /// No such function, no JSON template, or a file that is not what it should be.
    pub fn load(context: &mut Context<'_>, resource: &str) -> Result<Self, PluginError> {
        let Some(entry) = context.project().resource(CATEGORY, resource).cloned() else {
            return Err(unknown(context.project(), resource));
        };
        let folder = folder(resource);
        let template_file = template_file(context, resource)?;
        let path = format!("{folder}/{template_file}");
        let template = context.read_json(&path)?.unwrap_or_default();
        if !template.pointer("/Resources/LambdaFunction/Properties").is_some_and(Value::is_object) {
            return Err(PluginError::new(
                "function-template",
                format!("`{path}` has no resource `LambdaFunction` that could be changed"),
            )
            .hint("edit the template by hand"));
        }
        let mut object = |name: &str| -> Result<JsonMap, PluginError> {
            match context.read_json(&format!("{folder}/{name}"))? {
                None => Ok(JsonMap::new()),
                Some(Value::Object(map)) => Ok(map),
                Some(_) => {
                    let error = PluginError::new("function-document", format!("`{folder}/{name}` must hold an object"));
                    Err(error.hint("put it right by hand, or take it back from git"))
                }
            }
        };
        let (parameters, memory) = (object(PARAMETERS_FILE)?, object(MEMORY_FILE)?);
        let depends_on = entry.get("dependsOn").and_then(Value::as_array).cloned().unwrap_or_default();
        Ok(Self { resource: resource.to_owned(), template_file, template, parameters, memory, depends_on })
    }

    /// Connects a new function with the table that it keeps and with what starts it.
    pub fn set_purpose(&mut self, chosen: &Chosen) {
        if let Some(table) = &chosen.table {
            table::keep(&mut self.template, &mut self.depends_on, &table.resource);
        }
        if let Some(source) = &chosen.source {
            source.connect(&mut self.template, &mut self.depends_on);
        }
    }

    /// Replaces the access to other resources.
    pub fn set_access(&mut self, old: &[Grant], new: &[Grant]) {
        access::apply(&mut self.template, &mut self.memory, &mut self.depends_on, old, new);
    }

    /// The schedule's expression, if there is one.
    pub fn schedule(&self) -> Option<&str> {
        let expression = self.parameters.get(schedule::PARAMETER)?.as_str()?;
        (expression != "NONE").then_some(expression)
    }

    /// Sets the schedule, or removes it.
    pub fn set_schedule(&mut self, expression: Option<&str>) {
        if expression.is_none() && self.schedule().is_none() {
            return;
        }
        schedule::apply(&mut self.template, expression.is_some());
        self.parameters.insert(schedule::PARAMETER.into(), expression.unwrap_or("NONE").into());
    }

    /// Sets an environment variable.
    pub fn set_variable(&mut self, name: &str, value: &str) {
        let parameter = environment::add(&mut self.template, &mut self.memory, name);
        self.parameters.insert(parameter, value.into());
    }

    /// Removes an environment variable, and returns the parameter of its value.
    pub fn remove_variable(&mut self, name: &str) -> Option<String> {
        let parameter = environment::remove(&mut self.template, &mut self.memory, name)?;
        self.parameters.shift_remove(&parameter);
        Some(parameter)
    }

    /// The names of all environment variables in the template, sorted.
    pub fn variable_names(&self) -> Vec<String> {
        let variables = self.template.pointer("/Resources/LambdaFunction/Properties/Environment/Variables");
        let mut names: Vec<String> =
            variables.and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.clone()).collect();
        names.sort();
        names
    }

    /// Says which variables carry facts about other resources.
    pub fn listing(&self) -> String {
        let mut text =
            "You can access the following resource attributes as environment variables from your Lambda function"
                .to_owned();
        for name in self.variable_names() {
            text.push_str("\n\t");
            text.push_str(&name);
        }
        text
    }

    /// Everything that makes the new function `self`. `path` is where an API has it.
    pub fn creation(&self, chosen: &Chosen, function_name: &str, runtime: Runtime, path: &str) -> Changes {
        let mut entry =
            vec![("build", json!(true)), ("providerPlugin", json!("awscloudformation")), ("service", json!("Lambda"))];
        if !self.depends_on.is_empty() {
            entry.push(("dependsOn", json!(self.depends_on)));
        }
        let name = &self.resource;
        let editor = chosen.starter.editor_file(runtime, function_name);
        let mut changes = Changes::new()
            .add_resource(CATEGORY, name, entry)
            .json_tabs(CATEGORY, name, &self.template_file, self.template.clone())
            .json(CATEGORY, name, PARAMETERS_FILE, Value::Object(self.parameters.clone()))
            .json(CATEGORY, name, MEMORY_FILE, Value::Object(self.memory.clone()))
            .json(CATEGORY, name, "custom-policies.json", json!([{"Action": [], "Resource": []}]))
            .text(CATEGORY, name, "amplify.state", state_file(runtime, &editor));
        let facts = starter::Facts { resource: name, function_name, runtime, path, table: chosen.table.as_ref() };
        for (path, text) in chosen.starter.files(&facts) {
            let listed = self.is_listed() && path == editor && path.ends_with(".js");
            let text = if listed { params_block::with_block(&text, &self.variable_names()) } else { text };
            changes = changes.text(CATEGORY, name, &path, text);
        }
        changes
    }

    /// Whether its source begins with the list of its variables: where there are more than every function has.
    pub fn is_listed(&self) -> bool {
        !self.memory.is_empty() || self.variable_names().len() > 2
    }

    /// What turns the function `before` into `self`: only files that differ are written.
    ///
    /// # Errors
    /// A source file that cannot be read.
    pub fn changes_since(&self, before: &Self, context: &mut Context<'_>) -> Result<Changes, PluginError> {
        let name = &self.resource;
        let mut changes = Changes::new();
        if self.depends_on != before.depends_on {
            let list = if self.depends_on.is_empty() { Value::Null } else { json!(self.depends_on) };
            changes = changes.patch_resource(CATEGORY, name, [("dependsOn", list)]);
        }
        if self.template != before.template {
            changes = changes.json_tabs(CATEGORY, name, &self.template_file, self.template.clone());
        }
        if self.parameters != before.parameters {
            changes = changes.json(CATEGORY, name, PARAMETERS_FILE, Value::Object(self.parameters.clone()));
        }
        if self.memory != before.memory {
            changes = changes.json(CATEGORY, name, MEMORY_FILE, Value::Object(self.memory.clone()));
        }
        if self.variable_names() != before.variable_names() {
            for file in ["src/app.js", "src/index.js"] {
                let Some(source) = context.read_text(&format!("{}/{file}", folder(name)))? else { continue };
                let listed = if self.is_listed() {
                    params_block::with_block(&source, &self.variable_names())
                } else {
                    params_block::without_block(&source)
                };
                if listed != source {
                    changes = changes.text(CATEGORY, name, file, listed);
                }
                break;
            }
        }
        Ok(changes)
    }
}

/// Finds the one file of the resource whose name contains `template`.
fn template_file(context: &mut Context<'_>, resource: &str) -> Result<String, PluginError> {
    let usual = format!("{resource}-cloudformation-template.json");
    let folder = folder(resource);
    if context.read_bytes(&format!("{folder}/{usual}"))?.is_some() {
        return Ok(usual);
    }
    let files = context.list(&folder)?;
    let mut found = files.into_iter().filter(|file| !file.contains('/') && file.contains("template"));
    match (found.next(), found.next()) {
        (Some(file), None) if file.ends_with(".json") => Ok(file),
        (Some(file), None) => {
            Err(PluginError::new("function-template", format!("`{folder}/{file}` is not a JSON template"))
                .hint("edit the template by hand"))
        }
        (None, _) => Err(PluginError::new("function-template", format!("there is no template in `{folder}`"))
            .hint(format!("restore it with `git checkout -- {folder}`"))),
        (Some(first), Some(second)) => Err(PluginError::new(
            "function-template",
            format!("there is more than one template in `{folder}`: `{first}` and `{second}`"),
        )
        .hint("keep one file whose name contains `template`")),
    }
}

/// There is no function with this name.
pub fn unknown(project: &ProjectView, resource: &str) -> PluginError {
    let known = project.resources(CATEGORY);
    let error = PluginError::usage("unknown-function", format!("there is no function `{resource}` in this project"));
    if known.is_empty() {
        return error.hint("add one with `amplify add function`");
    }
    error.hint(format!("the functions are: {}", known.join(", ")))
}
