//! From what is recorded of an API to the files of its resource.

use amplify_sdk::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    SERVICE, file,
    params::{PARAMS_FILE, Params},
    swagger,
    template::template,
};
use crate::{error::ApiError, plugin::CATEGORY};

const PARAMETERS_FILE: &str = "parameters.json";

/// The name of an API's template.
fn template_file(resource: &str) -> String {
    format!("{resource}-cloudformation-template.json")
}

/// A new API.
///
/// # Errors
/// None that is known.
pub fn added(params: &Params) -> Result<Changes, ApiError> {
    let name = &params.resource_name;
    let entry = [
        ("service", SERVICE.into()),
        // The original knows its one provider by this name, whichever provider deploys an environment.
        ("providerPlugin", "awscloudformation".into()),
        ("dependsOn", params.depends_on.clone().into()),
    ];
    let parameters =
        json!({ "authRoleName": { "Ref": "AuthRoleName" }, "unauthRoleName": { "Ref": "UnauthRoleName" } });
    Ok(Changes::new()
        .add_resource(CATEGORY, name, entry)
        .json(CATEGORY, name, &template_file(name), template(params))
        .json(CATEGORY, name, PARAMS_FILE, params.document()?)
        .json(CATEGORY, name, PARAMETERS_FILE, parameters))
}

/// Carries what changed from `old` to `new` over to the files, which may have been edited by hand.
///
/// # Errors
/// A template that is not there.
pub fn updated(context: &mut Context<'_>, old: &Params, mut new: Params) -> Result<Changes, PluginError> {
    let name = new.resource_name.clone();
    let (before, after) = (swagger::body(old), swagger::body(&new));
    if before != after {
        // A deployment is a copy of the API: only a new one makes changes visible to callers.
        let mut digest = format!("{:x}", Sha256::digest(after.to_string()));
        digest.truncate(8);
        new.uuid = Some(digest);
    }
    if *old == new {
        return Ok(Changes::new());
    }
    let path = file(&name, &template_file(&name));
    let present = context.read_json(&path)?.ok_or_else(|| ApiError::TemplateMissing { path: path.clone() })?;
    let merged = amplify_cfn::merge(&template(old), &template(&new), &present);
    let mut changes = Changes::new();
    if let Some(depends_on) = dependencies(context.project(), &name, old, &new) {
        changes = changes.patch_resource(CATEGORY, &name, [("dependsOn", depends_on)]);
    }
    Ok(changes.json(CATEGORY, &name, &template_file(&name), merged).json(CATEGORY, &name, PARAMS_FILE, new.document()?))
}

/// What the resource depends on from now on, if that differs. What somebody added by hand stays.
fn dependencies(project: &ProjectView, name: &str, old: &Params, new: &Params) -> Option<Value> {
    let recorded = project.resource(CATEGORY, name).and_then(|entry| entry.get("dependsOn"));
    let recorded = recorded.and_then(Value::as_array).cloned().unwrap_or_default();
    let own = recorded.iter().filter(|on| !old.depends_on.contains(on) && !new.depends_on.contains(on));
    let wanted: Vec<Value> = new.depends_on.iter().chain(own).cloned().collect();
    (wanted != recorded).then(|| wanted.into())
}
