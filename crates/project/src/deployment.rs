//! Records a deployment in the documents.

use serde_json::{Map, Value, json};

use crate::{Entries, Error, ProjectState};

/// What a deployment did with one resource.
#[derive(Clone, Debug, Default)]
pub struct DeployedResource {
    /// Its category.
    pub category: String,
    /// Its name.
    pub name: String,
    /// Whether its files were deployed this time. If not, only its outputs are brought up to date.
    pub pushed: bool,
    /// URL of the template that was deployed, if it has one.
    pub template_url: Option<String>,
    /// What its stack gave out.
    pub outputs: Map<String, Value>,
    /// Hash of the folder that was deployed ([`crate::hash::push`]).
    pub folder_hash: Option<String>,
    /// The package of a function.
    pub package: Option<Package>,
}

/// The package of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// When it was built (ISO 8601), if it was built this time.
    pub built: Option<String>,
    /// When it was packed (ISO 8601).
    pub packed: String,
    /// Name of the zip file.
    pub file_name: String,
}

/// Output of a GraphQL API that must not outlive the key which it names.
const API_KEY: &str = "GraphQLAPIKeyOutput";

/// Records a deployment that succeeded: in `amplify-meta.json` what each resource gave out and when (`time`, ISO 8601), and in
/// the documents of `#current-cloud-backend` that this is what is deployed now. What was neither deployed nor deleted this time
/// stays there as it was. The folders of the pushed resources are the caller's to copy.
///
/// # Errors
/// A resource that the project does not have.
pub fn record(
    state: &mut ProjectState,
    resources: &[DeployedResource],
    deleted: &[(String, String)],
    time: &str,
) -> Result<(), Error> {
    for resource in resources {
        match state.meta.entry_mut(&resource.category, &resource.name) {
            Some(entry) => mark(entry, resource, time),
            None => return Err(state.unknown_resource(&resource.category, &resource.name)),
        }
    }
    let mut cloud_meta = state.cloud_meta.take().unwrap_or_default();
    let providers = state.meta.document().object().get("providers").cloned();
    let content = deployed_entries(&state.meta, &cloud_meta, resources, deleted, providers);
    cloud_meta.document_mut().value = content;
    // The original makes byte copies; if both say the same, so do we.
    state.cloud_meta =
        Some(if cloud_meta.document() == state.meta.document() { state.meta.clone() } else { cloud_meta });

    let mut cloud_config = state.cloud_backend_config.take().unwrap_or_default();
    let content = deployed_entries(&state.backend_config, &cloud_config, resources, deleted, None);
    cloud_config.document_mut().value = content;
    let same = cloud_config.document() == state.backend_config.document();
    state.cloud_backend_config = Some(if same { state.backend_config.clone() } else { cloud_config });
    Ok(())
}

fn mark(entry: &mut Map<String, Value>, resource: &DeployedResource, time: &str) {
    if let Some(package) = &resource.package {
        if let Some(built) = &package.built {
            entry.insert("lastBuildTimeStamp".into(), built.as_str().into());
        }
        entry.insert("lastPackageTimeStamp".into(), package.packed.as_str().into());
        entry.insert("distZipFilename".into(), package.file_name.as_str().into());
    }
    if let Some(url) = &resource.template_url {
        let logical_id = format!("{}{}", resource.category, resource.name);
        entry.insert("providerMetadata".into(), json!({ "s3TemplateURL": url, "logicalId": logical_id }));
    }
    if resource.pushed {
        entry.insert("lastPushTimeStamp".into(), time.into());
    }
    if !resource.outputs.is_empty() {
        let output = entry.entry("output").or_insert_with(|| Value::Object(Map::new()));
        if !output.is_object() {
            *output = Value::Object(Map::new());
        }
        if let Value::Object(output) = output {
            if !resource.outputs.contains_key(API_KEY) {
                output.shift_remove(API_KEY);
            }
            output.extend(resource.outputs.iter().map(|(key, value)| (key.clone(), value.clone())));
        }
    }
    if let Some(hash) = &resource.folder_hash {
        entry.insert("lastPushDirHash".into(), hash.as_str().into());
    }
}

/// The deployed side: what was deployed now as the project has it, the rest as it was deployed before.
fn deployed_entries(
    local: &Entries,
    before: &Entries,
    resources: &[DeployedResource],
    deleted: &[(String, String)],
    providers: Option<Value>,
) -> Value {
    let mut top = Map::new();
    let mut put = |category: &str, name: &str, entry: &Map<String, Value>| {
        let section = top.entry(category).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(section) = section {
            section.insert(name.to_owned(), Value::Object(entry.clone()));
        }
    };
    let is_now = |category: &str, name: &str| {
        resources.iter().any(|resource| resource.category == category && resource.name == name)
    };
    for resource in local.resources() {
        let earlier = before.entry(resource.category, resource.name);
        if is_now(resource.category, resource.name) {
            put(resource.category, resource.name, resource.entry);
        } else if let Some(earlier) = earlier {
            put(resource.category, resource.name, earlier);
        }
    }
    for resource in before.resources() {
        let is_deleted = deleted.iter().any(|(category, name)| category == resource.category && name == resource.name);
        if !is_deleted && !local.contains(resource.category, resource.name) {
            put(resource.category, resource.name, resource.entry);
        }
    }
    with_other_keys(top, local, before, providers)
}

/// Puts the keys that are no resources back in the places where the local file has them.
fn with_other_keys(
    mut found: Map<String, Value>,
    local: &Entries,
    before: &Entries,
    providers: Option<Value>,
) -> Value {
    let mut top = Map::new();
    for (key, value) in local.document().object() {
        if let Some(section) = found.shift_remove(key) {
            top.insert(key.clone(), section);
        } else if key == "providers" {
            top.extend(providers.clone().map(|providers| (key.clone(), providers)));
        } else if !local.categories().any(|category| category == key) || value.as_object().is_some_and(Map::is_empty) {
            top.insert(key.clone(), value.clone());
        }
    }
    for key in before.document().object().keys() {
        if let Some(section) = found.shift_remove(key) {
            top.insert(key.clone(), section);
        }
    }
    Value::Object(top)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ProjectConfig, resources};

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    fn state() -> ProjectState {
        let mut state = ProjectState::new(ProjectConfig::new("app", "javascript", None));
        state.meta.set_provider("local", object(json!({"Region": "us-east-1"})));
        for name in ["photos", "table"] {
            resources::add(&mut state, "storage", name, object(json!({"service": "S3"}))).unwrap();
        }
        state
    }

    fn deployed(name: &str) -> DeployedResource {
        DeployedResource {
            category: "storage".into(),
            name: name.into(),
            pushed: true,
            template_url: Some("https://s3.amazonaws.com/b/k".into()),
            outputs: object(json!({"Name": name})),
            folder_hash: Some("h=".into()),
            package: None,
        }
    }

    #[test]
    fn a_whole_push_leaves_both_sides_the_same() {
        let mut state = state();
        record(&mut state, &[deployed("photos"), deployed("table")], &[], "2020-05-30T19:04:47.123Z").unwrap();
        assert_eq!(
            json!(state.meta.entry("storage", "photos")),
            json!({
                "service": "S3",
                "providerMetadata": {"s3TemplateURL": "https://s3.amazonaws.com/b/k", "logicalId": "storagephotos"},
                "lastPushTimeStamp": "2020-05-30T19:04:47.123Z",
                "output": {"Name": "photos"},
                "lastPushDirHash": "h=",
            })
        );
        assert_eq!(state.cloud_meta.as_ref().unwrap().to_bytes(), state.meta.to_bytes());
        assert_eq!(state.cloud_backend_config.as_ref().unwrap().to_bytes(), state.backend_config.to_bytes());
    }

    #[test]
    fn a_push_of_one_leaves_the_others_as_they_were() {
        let mut state = state();
        record(&mut state, &[deployed("photos")], &[], "t1").unwrap();
        assert_eq!(state.cloud_meta.as_ref().unwrap().names("storage"), ["photos"]);
        record(&mut state, &[deployed("table")], &[], "t2").unwrap();
        assert_eq!(state.cloud_meta.as_ref().unwrap().entry("storage", "photos").unwrap()["lastPushTimeStamp"], "t1");
        resources::remove(&mut state, "storage", "photos").unwrap();
        record(&mut state, &[deployed("table")], &[], "t3").unwrap();
        assert_eq!(state.cloud_meta.as_ref().unwrap().names("storage"), ["table", "photos"], "it is still deployed");
        record(&mut state, &[], &[("storage".into(), "photos".into())], "t4").unwrap();
        assert_eq!(state.cloud_meta.as_ref().unwrap().names("storage"), ["table"]);
    }

    #[test]
    fn outputs_are_merged_but_a_lost_api_key_goes() {
        let mut state = state();
        state
            .meta
            .entry_mut("storage", "photos")
            .unwrap()
            .insert("output".into(), json!({"authConfig": 1, "GraphQLAPIKeyOutput": "da2-x", "Name": "old"}));
        let mut resource = deployed("photos");
        resource.pushed = false;
        resource.package =
            Some(Package { built: Some("b".into()), packed: "p".into(), file_name: "photos-0-build.zip".into() });
        record(&mut state, &[resource], &[], "t").unwrap();
        let entry = state.meta.entry("storage", "photos").unwrap();
        assert_eq!(entry["output"], json!({"authConfig": 1, "Name": "photos"}));
        assert_eq!(entry["distZipFilename"], "photos-0-build.zip");
        assert!(!entry.contains_key("lastPushTimeStamp"));
        assert_eq!(record(&mut state, &[deployed("none")], &[], "t").unwrap_err().code(), "resource-not-found");
    }
}
