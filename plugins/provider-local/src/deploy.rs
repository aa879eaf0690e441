//! Brings an environment to what the host has assembled.

use amplify_local_cloud::{Deploy, LocalCloud, Upload};
use amplify_sdk::{
    prelude::*,
    provider::{DeployCounts, DeployReply, DeployRequest, RecordedResource},
};
use serde_json::Value;

use crate::{error::convert, secrets, watch::Watch};

pub(crate) fn run(context: &mut Context<'_>, request: DeployRequest) -> Result<DeployReply, PluginError> {
    let environment = request.project.environment.unwrap_or_default();
    let recorded = |key: &str| environment.provider_state.get(key).and_then(Value::as_str);
    let Some(stack_name) = recorded("StackName") else {
        return Err(PluginError::new(
            "no-stack-name",
            format!("no `StackName` is recorded for the environment `{}`", environment.name),
        )
        .hint("restore `amplify/team-provider-info.json`, or make the environment anew with `amplify init`"));
    };
    let mut cloud = LocalCloud::open(request.data_dir.as_ref());
    if let Some(region) = recorded("Region") {
        cloud = cloud.in_region(region);
    }
    let uploads = request.uploads.into_iter().map(|upload| Upload { key: upload.key, path: upload.path.into() });
    let deploy = Deploy {
        stack_name: stack_name.to_owned(),
        template: request.template,
        parameters: secrets::with(request.parameters, &request.secrets, request.data_dir.as_ref())?,
        uploads: uploads.collect(),
    };
    let deployed = cloud.deploy(&deploy, &mut Watch(context)).map_err(|error| convert(&error))?;
    for leftover in &deployed.leftovers {
        context.log(LogLevel::Warning, leftover.clone());
    }
    Ok(DeployReply {
        outputs: deployed.nested.into_iter().collect(),
        recorded: deployed
            .recorded
            .into_iter()
            .map(|resource| RecordedResource { path: resource.path, resource_type: resource.resource_type })
            .collect(),
        counts: DeployCounts {
            created: deployed.counts.created,
            updated: deployed.counts.updated,
            replaced: deployed.counts.replaced,
            deleted: deployed.counts.deleted,
        },
        ..DeployReply::default()
    })
}
