//! APIs that another plugin makes and keeps: it brings the template.

use amplify_sdk::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::plugin::CATEGORY;

/// What `put` takes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Put {
    resource: String,
    /// The service in the resource's entry.
    service: String,
    #[serde(default)]
    depends_on: Vec<Value>,
    template_file: String,
    template: JsonMap,
    #[serde(default)]
    parameters: JsonMap,
}

/// What `discard` takes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Discard {
    resource: String,
}

/// Makes the API. One that is there stays as it is, because whoever uses the project may have edited it. The reply says
/// which: `{resource, added}`.
///
/// # Errors
/// A resource of another service has the name already.
pub fn put(context: &Context<'_>, call: Put) -> Result<CallReply, PluginError> {
    let Put { resource, service, depends_on, template_file, template, parameters } = call;
    let present = context.project().resource(CATEGORY, &resource);
    let added = present.is_none();
    if present.is_some_and(|entry| entry.get("service").and_then(Value::as_str) != Some(service.as_str())) {
        return Err(PluginError::usage("api-exists", format!("there is an API `{resource}` of another kind already"))
            .hint("remove it with `amplify remove api`, if it is not needed"));
    }
    let mut changes = Changes::new();
    if added {
        let entry = [
            ("service", json!(service)),
            ("providerPlugin", json!("awscloudformation")),
            ("dependsOn", json!(depends_on)),
        ];
        changes = changes
            .add_resource(CATEGORY, &resource, entry)
            .json(CATEGORY, &resource, &template_file, Value::Object(template))
            .json(CATEGORY, &resource, "parameters.json", Value::Object(parameters));
    }
    Ok(CallReply { value: json!({ "resource": resource, "added": added }), changes, project: None })
}

/// Takes an API out of the project, with its folder. The reply says whether there was one: `{removed}`.
pub fn discard(context: &Context<'_>, call: &Discard) -> CallReply {
    let known = context.project().resource(CATEGORY, &call.resource).is_some();
    let changes = if known { Changes::new().remove_resource(CATEGORY, &call.resource) } else { Changes::new() };
    CallReply { value: json!({ "removed": known }), changes, project: None }
}

/// Answers a call.
///
/// # Errors
/// An unknown method, or wrong parameters.
pub fn call(context: &Context<'_>, method: &str, parameters: &Value) -> Result<CallReply, PluginError> {
    match method {
        "put" => put(context, read(method, parameters)?),
        "discard" => Ok(discard(context, &read(method, parameters)?)),
        other => Err(PluginError::usage("unknown-method", format!("`api` has no method `{other}`"))),
    }
}

fn read<T: for<'de> Deserialize<'de>>(method: &str, parameters: &Value) -> Result<T, PluginError> {
    serde_json::from_value(parameters.clone()).map_err(|error| {
        PluginError::usage("wrong-parameters", format!("the parameters of `{method}` are not understood")).cause(error)
    })
}
