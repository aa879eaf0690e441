//! The request to a provider, from an assembly whose files are frozen.

use std::path::Path;

use amplify_planner::{Allowed, Assembly, Plan, Secret, Source, action_word};
use amplify_plugin_abi::{
    JsonMap,
    environment::SecretParameter,
    project::ProjectView,
    provider::{DeployPlan, DeployRequest, PlannedChange, PlannedResource, Upload},
};

use serde_json::Value;

use super::Frozen;
use crate::{environment::remote::Standing, error::Error};

/// Everything the provider needs.
///
/// # Errors
/// No room for the files.
pub fn request(
    assembly: &Assembly,
    frozen: &Frozen,
    project: ProjectView,
    local: Value,
    data_dir: &Path,
    standing: &Standing,
    plan: DeployPlan,
) -> Result<DeployRequest, Error> {
    let mut uploads = Vec::new();
    for (number, upload) in assembly.uploads.iter().enumerate() {
        let path = match &upload.source {
            Source::File(path) => path.clone(),
            Source::Bytes(bytes) => frozen.keep(&format!("upload-{number}"), bytes)?,
        };
        uploads.push(Upload { key: upload.key.clone(), path: path.to_string_lossy().into_owned() });
    }
    Ok(DeployRequest {
        project,
        local,
        data_dir: data_dir.to_string_lossy().into_owned(),
        template: assembly.template.clone(),
        parameters: assembly.parameters.clone(),
        uploads,
        tags: assembly.tags.iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect(),
        secrets: assembly.secrets.iter().map(parameter).collect(),
        based_on: standing.revision.clone(),
        publishes: standing.keeps,
        plan: Some(plan),
        sibling: JsonMap::new(),
    })
}

/// What a plan shows, and what the user has named besides.
pub fn shown(plan: &Plan, allowed: &Allowed) -> DeployPlan {
    let change = |change: &amplify_planner::Change| PlannedChange {
        path: change.path.clone(),
        action: action_word(change.action).to_owned(),
        loses_data: change.data_loss.is_some(),
    };
    let resources = plan.resources.iter().map(|resource| PlannedResource {
        logical_id: format!("{}{}", resource.category, resource.name),
        name: resource.name.clone(),
        may_replace: allowed.may_replace(&resource.category, &resource.name),
        may_delete: allowed.may_delete(&resource.category, &resource.name),
    });
    DeployPlan { changes: plan.changes().map(change).collect(), resources: resources.collect() }
}

fn parameter(secret: &Secret) -> SecretParameter {
    SecretParameter { parameter: secret.parameter.clone(), secret: secret.name.clone() }
}
