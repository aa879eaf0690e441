//! Compiled GraphQL APIs: the files of `build/` under one key, and the parameters that point there.

use std::path::PathBuf;

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
///
/// `earlier` is the deployed copy of the folder with its key. Files that did not change keep their key. The usual key leaves
/// `build/` out; where that alone differs, a key that does not is taken, so that CloudFormation sees new locations.
pub(crate) fn root_key(folder: &Folder, earlier: Option<(&Folder, &str)>) -> Result<String, Error> {
    let key = |excluded: &[&str]| -> Result<String, Error> {
        Ok(format!("amplify-appsync-files/{}", hash::hexadecimal(&folder.path, excluded)?))
    };
    let usual = key(&["build"])?;
    match earlier {
        Some((copy, earlier)) if is_same(folder, copy)? => Ok(earlier.to_owned()),
        Some((_, earlier)) if earlier == usual => key(&[]),
        _ => Ok(usual),
    }
}

/// Whether two folders hold the same files, apart from the parameters that a deployment writes.
fn is_same(folder: &Folder, copy: &Folder) -> Result<bool, Error> {
    let files = |folder: &Folder| -> Result<Vec<(String, PathBuf)>, Error> {
        let mut files = folder.files()?;
        files.retain(|(name, _)| name != "build/parameters.json");
        Ok(files)
    };
    if !copy.exists() {
        return Ok(false);
    }
    let (ours, theirs) = (files(folder)?, files(copy)?);
    if ours.len() != theirs.len() {
        return Ok(false);
    }
    for ((name, path), (other_name, other_path)) in ours.iter().zip(&theirs) {
        if name != other_name || fs_err::read(path)? != fs_err::read(other_path)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Every file of `build/`, for upload.
pub(crate) fn uploads(folder: &Folder, root_key: &str) -> Result<Vec<Upload>, Error> {
    let files = folder.inside("build").files()?;
    Ok(files
        .into_iter()
        .map(|(name, path)| Upload { key: format!("{root_key}/{name}"), source: Source::File(path) })
        .collect())
}

/// The parameters of a compiled API before the overlays: what the compiler left in `build/parameters.json`, then what the
/// project has in `parameters.json`, then where the files are.
pub(crate) fn parameters(
    folder: &Folder,
    entry: &Entry,
    environment: &Environment,
    root_key: &str,
) -> Result<Parameters, Error> {
    let mut parameters = Parameters::default();
    let own = folder.object("parameters.json")?.unwrap_or_default();
    let build = folder.inside("build");
    let file = format!("{}/parameters.json", folder.relative);
    parameters.fix("CreateAPIKey", i32::from(uses_api_key(entry)).into());
    if let Some(mut compiled) = build.object("parameters.json")? {
        compiled.remove("CreateAPIKey");
        parameters.merge(&compiled, &format!("{}/parameters.json", build.relative), "");
    }
    parameters.merge(&without_legacy_key(own), &file, "");
    parameters.fix("authRoleName", json!({ "Ref": "AuthRoleName" }));
    parameters.fix("unauthRoleName", json!({ "Ref": "UnauthRoleName" }));
    parameters.fix("S3DeploymentBucket", environment.bucket.clone().into());
    parameters.fix("S3DeploymentRootKey", root_key.into());
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
        let cleaned =
            |value: i64| without_legacy_key(json!({ "APIKeyExpirationEpoch": value }).as_object().unwrap().clone());
        assert!(cleaned(-1).is_empty());
        assert_eq!(cleaned(0).len(), 1);
    }
}
