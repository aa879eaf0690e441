//! The payload of `--headless`, as answers to the questions. Its schema is `docs/schemas/function-headless.schema.json`.

use std::collections::BTreeMap;

use amplify_sdk::{message::HeadlessRequest, prelude::*};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    access::{circle, target},
    documents::{CATEGORY, unknown},
    grant::Operation,
    runtime::Runtime,
    schedule,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Payload {
    version: Value,
    service_configuration: Option<Configuration>,
    service_modification: Option<Modification>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Configuration {
    service_name: String,
    resource_name: Option<String>,
    function_name: Option<String>,
    #[serde(default)]
    runtime: RuntimeWord,
    #[serde(default)]
    template: Template,
    #[serde(default)]
    permissions: Permissions,
    schedule: Option<String>,
    #[serde(default)]
    environment_variables: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Modification {
    service_name: String,
    resource_name: String,
    permissions: Option<Permissions>,
    /// Absent: it stays. Null: it goes.
    #[serde(default, deserialize_with = "given")]
    schedule: Option<Option<String>>,
    #[serde(default)]
    environment_variables: BTreeMap<String, Option<String>>,
}

/// Category, then resource.
type Permissions = BTreeMap<String, BTreeMap<String, Vec<OperationWord>>>;

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum OperationWord {
    Create,
    Read,
    Update,
    Delete,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum RuntimeWord {
    Dotnet,
    Go,
    Java,
    #[default]
    Nodejs,
    Python,
}

#[derive(Default, Deserialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase", deny_unknown_fields)]
enum Template {
    #[default]
    HelloWorld,
    /// Keeps the items of a table of the project.
    Crud {
        table: String,
    },
    ServerlessExpress,
    Trigger {
        event_source: EventSource,
    },
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
enum EventSource {
    /// A table of the project.
    Table { table: String },
    /// Types of the project's GraphQL API.
    Model { models: Vec<String> },
    /// The stream of some other table.
    DynamodbStream { arn: String },
    /// A Kinesis stream of the project.
    Analytics { stream: String },
    /// Some other Kinesis stream.
    KinesisStream { arn: String },
}

fn given<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// Turns a payload into answers.
///
/// # Errors
/// A payload that does not follow the schema, or names what the project does not have.
pub fn answers(request: &HeadlessRequest, project: &ProjectView) -> Result<JsonMap, PluginError> {
    let payload: Payload = serde_json::from_value(request.payload.clone()).map_err(|error| wrong("").cause(error))?;
    if payload.version != json!(1) {
        return Err(wrong(": `version` must be 1"));
    }
    let mut answers = JsonMap::new();
    match (request.command.as_str(), payload.service_configuration, payload.service_modification) {
        ("add", Some(new), None) => {
            service(&new.service_name)?;
            check(project, None, &new.permissions)?;
            add(&mut answers, new)?;
        }
        ("update", None, Some(change)) => {
            service(&change.service_name)?;
            check(project, Some(&change.resource_name), change.permissions.iter().flatten())?;
            update(&mut answers, change, project)?;
        }
        ("add", ..) => return Err(wrong(": `add` takes `serviceConfiguration` and nothing else")),
        ("update", ..) => return Err(wrong(": `update` takes `serviceModification` and nothing else")),
        (other, ..) => return Err(PluginError::unsupported(format_args!("headless payloads for `{other}`"))),
    }
    Ok(answers)
}

fn add(answers: &mut JsonMap, new: Configuration) -> Result<(), PluginError> {
    let runtime = match new.runtime {
        RuntimeWord::Dotnet => Runtime::DotNet,
        RuntimeWord::Go => Runtime::Go,
        RuntimeWord::Java => Runtime::Java,
        RuntimeWord::Nodejs => Runtime::NodeJs,
        RuntimeWord::Python => Runtime::Python,
    };
    let mut set = |key: &str, value: Value| answers.insert(key.to_owned(), value);
    for (key, value) in [("function.resourceName", new.resource_name), ("function.functionName", new.function_name)] {
        if let Some(value) = value {
            set(key, value.into());
        }
    }
    set("function.runtime", runtime.name().into());
    let word = match new.template {
        Template::HelloWorld => "hello-world",
        Template::ServerlessExpress => "serverless-express",
        Template::Crud { table } => {
            set("function.table", json!({"source": "project", "resource": table}));
            "crud"
        }
        Template::Trigger { event_source } => {
            set("function.trigger", trigger(event_source));
            "trigger"
        }
    };
    let compiled = matches!(runtime, Runtime::DotNet | Runtime::Go | Runtime::Java);
    if compiled && word != "hello-world" {
        return Err(wrong(&format!(": there is no template but HELLO_WORLD for {}", runtime.label())));
    }
    if !compiled {
        set("function.template", word.into());
    }
    set("function.access", access(&new.permissions));
    set("function.schedule", expression(new.schedule.as_deref())?);
    let variables = new.environment_variables.into_iter().map(|(name, value)| (name, Some(value)));
    set("function.environment", list(variables));
    Ok(())
}

fn trigger(source: EventSource) -> Value {
    match source {
        EventSource::Table { table } => json!({"eventSource": "dynamodb", "source": "storage", "table": table}),
        EventSource::Model { models } => json!({"eventSource": "dynamodb", "source": "model", "models": models}),
        EventSource::DynamodbStream { arn } => json!({"eventSource": "dynamodb", "source": "arn", "arn": arn}),
        EventSource::Analytics { stream } => json!({"eventSource": "kinesis", "source": "analytics", "stream": stream}),
        EventSource::KinesisStream { arn } => json!({"eventSource": "kinesis", "source": "arn", "arn": arn}),
    }
}

/// What is not given stays: the questions about it are answered with no.
fn update(answers: &mut JsonMap, change: Modification, project: &ProjectView) -> Result<(), PluginError> {
    let name = &change.resource_name;
    if !project.resources_of_service(CATEGORY, "Lambda").contains(&name.as_str()) {
        return Err(unknown(project, name));
    }
    answers.insert("function.resourceName".into(), name.clone().into());
    let access = change.permissions.as_ref().map_or(json!(false), |permissions| match permissions.is_empty() {
        // An object that is empty would mean "no" to the question whether anything is to change.
        true => json!({"storage": false}),
        false => access(permissions),
    });
    answers.insert("function.access".into(), access);
    let schedule = match &change.schedule {
        None => json!(false),
        Some(None) => json!({"action": "remove"}),
        Some(Some(text)) => {
            let mut answer = expression(Some(text))?;
            answer["action"] = "update".into();
            answer
        }
    };
    answers.insert("function.schedule".into(), schedule);
    let gone = change.environment_variables.iter().filter(|(_, value)| value.is_none());
    let gone: Vec<&str> = gone.map(|(name, _)| name.as_str()).collect();
    if !gone.is_empty() {
        answers.insert("function.removeEnvironment".into(), gone.into());
    }
    answers.insert("function.environment".into(), list(change.environment_variables));
    Ok(())
}

fn service(name: &str) -> Result<(), PluginError> {
    if name == "Lambda" { Ok(()) } else { Err(wrong(": `serviceName` must be \"Lambda\"")) }
}

/// What cannot be granted is not asked for, so it would be passed over.
fn check<'p>(
    project: &ProjectView,
    function: Option<&str>,
    permissions: impl IntoIterator<Item = (&'p String, &'p BTreeMap<String, Vec<OperationWord>>)>,
) -> Result<(), PluginError> {
    for (category, resource) in permissions.into_iter().flat_map(|(c, all)| all.keys().map(move |name| (c, name))) {
        let message = format!("access to `{category}/{resource}` cannot be granted");
        let refused = PluginError::usage("function-access", message);
        if target(project, category, resource).is_none() {
            return Err(refused
                .cause("there is no such resource, or policies cannot be added for it")
                .hint("`amplify status` lists the resources that there are"));
        }
        if let Some(circle) = function.and_then(|function| circle(project, function, category, resource)) {
            return Err(refused.cause(format!("it needs this function: {circle}")));
        }
    }
    Ok(())
}

fn access(permissions: &Permissions) -> Value {
    let word = |operation: &OperationWord| match operation {
        OperationWord::Create => Operation::Create.word(),
        OperationWord::Read => Operation::Read.word(),
        OperationWord::Update => Operation::Update.word(),
        OperationWord::Delete => Operation::Delete.word(),
    };
    let mut all = JsonMap::new();
    for (category, resources) in permissions {
        let resources = resources
            .iter()
            .map(|(resource, operations)| (resource.clone(), operations.iter().map(word).collect::<Vec<_>>().into()));
        all.insert(category.clone(), Value::Object(resources.collect()));
    }
    Value::Object(all)
}

fn expression(text: Option<&str>) -> Result<Value, PluginError> {
    let Some(text) = text else { return Ok(json!(false)) };
    let text = schedule::custom(text).map_err(|why| wrong(&format!(": `schedule`: {why}")))?;
    Ok(json!({"interval": "custom", "expression": text}))
}

fn list(variables: impl IntoIterator<Item = (String, Option<String>)>) -> Value {
    let wanted = variables.into_iter().filter_map(|(name, value)| Some(json!({"name": name, "value": value?})));
    let wanted: Vec<Value> = wanted.collect();
    if wanted.is_empty() { json!(false) } else { wanted.into() }
}

fn wrong(what: &str) -> PluginError {
    PluginError::usage("function-headless-payload", format!("the headless payload is not understood{what}")).hint(
        "a payload is {\"version\": 1, \"serviceConfiguration\": {\"serviceName\": \"Lambda\", \"resourceName\": \"hello\", ...}}; \
         its schema is docs/schemas/function-headless.schema.json",
    )
}
