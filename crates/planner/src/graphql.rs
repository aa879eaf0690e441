//! Compiled GraphQL APIs: the files of `build/` under one key, and the parameters that point there.

use amplify_project::hash;
use serde_json::{Map, Value, json};

use crate::{
    Environment, Error,
    assembly::{Source, Upload},
    folder::Folder,
    parameters::Parameters,
    resource::Entry,
};

/// The template that compiling a schema makes.
pub(crate) const TEMPLATE: &str = "cloudformation-template.json";

/// The service of GraphQL APIs.
pub(crate) const SERVICE: &str = "AppSync";

/// Key under which the files of this version of the API are uploaded.
pub(crate) fn root_key(folder: &Folder) -> Result<String, Error> {
    Ok(format!("amplify-appsync-files/{}", hash::hexadecimal(&folder.path, &["build"])?))
}

/// Every file of `build/`, for upload.
pub(crate) fn uploads(folder: &Folder, root_key: &str) -> Result<Vec<Upload>, Error> {
    let files = folder.inside("build").files()?;
    Ok(files.into_iter().map(|(name, path)| Upload { key: format!("{root_key}/{name}"), source: Source::File(path) }).collect())
}

/// The parameters of a compiled API before the overlays: what the compiler left in `build/parameters.json`, then what the
/// project has in `parameters.json`, then where the files are.
pub(crate) fn parameters(folder: &Folder, entry: &Entry, environment: &Environment, root_key: &str) -> Result<Parameters, Error> {
    let mut parameters = Parameters::default();
    let own = folder.object("parameters.json")?.unwrap_or_default();
    let build = folder.inside("build");
    let file = format!("{}/parameters.json", folder.relative);
    parameters.set("CreateAPIKey", i32::from(uses_api_key(entry)).into(), &file, "CreateAPIKey".to_owned());
    if let Some(mut compiled) = build.object("parameters.json")? {
        compiled.remove("CreateAPIKey");
        parameters.merge(&compiled, &format!("{}/parameters.json", build.relative), "");
    }
    parameters.merge(&without_legacy_key(own), &file, "");
    for (parameter, name) in [("authRoleName", "AuthRoleName"), ("unauthRoleName", "UnauthRoleName")] {
        parameters.set(parameter, json!({ "Ref": name }), &file, parameter.to_owned());
    }
    parameters.set("S3DeploymentBucket", environment.bucket.clone().into(), &file, "S3DeploymentBucket".to_owned());
    parameters.set("S3DeploymentRootKey", root_key.into(), &file, "S3DeploymentRootKey".to_owned());
    Ok(parameters)
}

/// Older projects switched the API key off by an expiry of -1, which `CreateAPIKey` says today.
fn without_legacy_key(mut own: Map<String, Value>) -> Map<String, Value> {
    if own.get("APIKeyExpirationEpoch").is_some_and(|epoch| *epoch == -1) {
        own.shift_remove("APIKeyExpirationEpoch");
    }
    own
}

fn uses_api_key(entry: &Entry) -> bool {
    let Some(output) = entry.record.get("output") else { return false };
    let is_key = |provider: &Value| provider.get("authenticationType").is_some_and(|kind| kind == "API_KEY");
    let config = output.get("authConfig");
    output.get("securityType").is_some_and(|kind| kind == "API_KEY")
        || config.and_then(|config| config.get("defaultAuthentication")).is_some_and(is_key)
        || config
            .and_then(|config| config.get("additionalAuthenticationProviders")?.as_array())
            .is_some_and(|providers| providers.iter().any(is_key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_key_is_made_if_any_provider_is_one() {
        let uses = |output: Value| uses_api_key(&Entry::new("api", "x", json!({ "output": output })));
        assert!(uses(json!({ "securityType": "API_KEY" })));
        assert!(uses(json!({ "authConfig": { "defaultAuthentication": { "authenticationType": "API_KEY" } } })));
        assert!(uses(json!({ "authConfig": {
            "defaultAuthentication": { "authenticationType": "AWS_IAM" },
            "additionalAuthenticationProviders": [{ "authenticationType": "API_KEY" }]
        } })));
        assert!(!uses(json!({ "authConfig": { "defaultAuthentication": { "authenticationType": "AWS_IAM" } } })));
    }

    #[test]
    fn the_legacy_switch_is_dropped_and_a_real_expiry_is_not() {
        let cleaned = |value: i64| without_legacy_key(json!({ "APIKeyExpirationEpoch": value }).as_object().unwrap().clone());
        assert!(cleaned(-1).is_empty());
        assert_eq!(cleaned(0).len(), 1);
    }
}
