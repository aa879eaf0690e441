//! Deploys with the local cloud, into the shared folder.

use amplify_local_cloud::{Deploy, Event, LocalCloud, Observer, Upload};
use amplify_sdk::{
    message::Progress,
    prelude::*,
    provider::{DeployReply, DeployRequest, DestroyReply, DestroyRequest, InitializeReply, InitializeRequest},
};
use serde_json::{Value, json};

use crate::{io, place, record};

struct Watch<'c, 'host>(&'c mut Context<'host>);

impl Observer for Watch<'_, '_> {
    fn event(&mut self, event: &Event) {
        self.0.progress(&Progress::Resource {
            path: event.path.clone(),
            resource_type: event.resource_type.clone(),
            status: event.status.to_owned(),
            reason: event.reason.clone(),
        });
    }

    fn cancelled(&mut self) -> bool {
        self.0.cancelled()
    }
}

fn failed(error: amplify_local_cloud::Error) -> PluginError {
    error.causes().into_iter().fold(PluginError::new(error.code(), error.to_string()), PluginError::cause)
}

pub fn initialize(context: &mut Context<'_>, request: InitializeRequest) -> Result<InitializeReply, PluginError> {
    let options = if request.options.contains_key("folder") { &request.options } else { &request.sibling };
    let place = place(options, &request.project_name, &request.environment, "initialize")?;
    let deploy = Deploy {
        stack_name: request.stack_name,
        template: request.template,
        parameters: request.parameters,
        uploads: Vec::new(),
    };
    let deployed = LocalCloud::open(&place.join("cloud")).deploy(&deploy, &mut Watch(context)).map_err(failed)?;
    let keys = ["Region", "StackName", "StackId", "DeploymentBucketName", "AuthRoleArn", "UnauthRoleArn"];
    let keys = keys.into_iter().chain(["AuthRoleName", "UnauthRoleName"]);
    let mut state: JsonMap =
        keys.filter_map(|key| Some((key.to_owned(), deployed.outputs.get(key)?.clone()))).collect();
    let folder = options.get("folder").or_else(|| options.get("Folder")).cloned().unwrap_or_default();
    state.insert("Folder".into(), folder);
    state.insert("AmplifyAppId".into(), format!("id-{}", request.project_name).into());
    fs_err::write(place.join("state.json"), json!(state).to_string()).map_err(io)?;
    Ok(InitializeReply { state, local: json!({ "configLevel": "general" }) })
}

pub fn deploy(context: &mut Context<'_>, request: DeployRequest) -> Result<DeployReply, PluginError> {
    let environment = request.project.environment.clone().unwrap_or_default();
    let place = place(&environment.provider_state, &request.project.name, &environment.name, "deploy")?;
    if !request.based_on.is_empty() {
        record::check(&place, &request.based_on)?;
    }
    let stack_name = environment.provider_state.get("StackName").and_then(Value::as_str).unwrap_or_default();
    let uploads = request.uploads.into_iter().map(|upload| Upload { key: upload.key, path: upload.path.into() });
    let deploy = Deploy {
        stack_name: stack_name.to_owned(),
        template: request.template,
        parameters: request.parameters,
        uploads: uploads.collect(),
    };
    let deployed = LocalCloud::open(&place.join("cloud")).deploy(&deploy, &mut Watch(context)).map_err(failed)?;
    Ok(DeployReply { outputs: deployed.nested.into_iter().collect(), ..DeployReply::default() })
}

pub fn destroy(context: &mut Context<'_>, request: &DestroyRequest) -> Result<DestroyReply, PluginError> {
    let state = &request.state;
    let project = state.get("AmplifyAppId").and_then(Value::as_str).unwrap_or_default();
    let project = project.strip_prefix("id-").unwrap_or_default();
    let place = place(state, project, &request.environment, "destroy")?;
    LocalCloud::open(&place.join("cloud")).destroy(&mut Watch(context)).map_err(failed)?;
    fs_err::remove_dir_all(&place).map_err(io)?;
    Ok(DestroyReply::default())
}
