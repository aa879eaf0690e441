//! The request to a provider, from an assembly whose files are frozen.

use std::path::Path;

use amplify_planner::{Assembly, Secret, Source};
use amplify_plugin_abi::{
    environment::SecretParameter,
    project::ProjectView,
    provider::{DeployRequest, Upload},
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
    })
}

fn parameter(secret: &Secret) -> SecretParameter {
    SecretParameter { parameter: secret.parameter.clone(), secret: secret.name.clone() }
}
