//! Makes an environment: its root stack, with a bucket for deployments and two roles.

use amplify_local_cloud::{Deploy, LocalCloud, State};
use amplify_sdk::{
    prelude::*,
    provider::{InitializeReply, InitializeRequest},
};
use serde_json::Value;

use crate::{error::convert, watch::Watch};

/// What is recorded of an environment, in the order the original has it.
const KEYS: [&str; 8] = [
    "Region",
    "StackName",
    "StackId",
    "DeploymentBucketName",
    "AuthRoleArn",
    "UnauthRoleArn",
    "AuthRoleName",
    "UnauthRoleName",
];

pub(crate) fn run(context: &mut Context<'_>, request: InitializeRequest) -> Result<InitializeReply, PluginError> {
    let mut cloud = LocalCloud::open(request.data_dir.as_ref());
    if let Some(region) = request.options.get("region").and_then(Value::as_str) {
        cloud = cloud.in_region(region);
    }
    // What an earlier attempt left that the host could not record any more. It has no resources of the project.
    if cloud.state().map_err(|error| convert(&error))?.is_some_and(|state| is_remnant(&state, &request.stack_name)) {
        cloud.destroy(&mut Watch(context)).map_err(|error| convert(&error))?;
    }
    let deploy = Deploy {
        stack_name: request.stack_name,
        template: request.template,
        parameters: request.parameters,
        uploads: Vec::new(),
    };
    let deployed = cloud.deploy(&deploy, &mut Watch(context)).map_err(|error| convert(&error))?;
    let state: JsonMap =
        KEYS.iter().filter_map(|key| Some(((*key).to_owned(), deployed.outputs.get(*key)?.clone()))).collect();
    Ok(InitializeReply { state, local: Value::Null })
}

fn is_remnant(state: &State, stack_name: &str) -> bool {
    state.stack.as_ref().is_some_and(|stack| {
        stack.name != stack_name && stack.resources.values().all(|resource| resource.stack.is_none())
    })
}
