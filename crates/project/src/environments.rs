//! Makes, changes and forgets environments in the documents.

use std::path::Path;

use serde_json::{Map, Value};

use crate::{AmplifyMeta, BackendConfig, Error, LocalEnvInfo, ProjectState, names};

/// What the documents need to know of a new environment.
#[derive(Clone, Debug)]
pub struct NewEnvironment<'e> {
    /// Its name.
    pub name: &'e str,
    /// The provider that deploys it, such as `local`.
    pub provider: &'e str,
    /// What the provider recorded of it: `Region`, `StackName`, ...
    pub provider_state: Map<String, Value>,
    /// Where the project lies.
    pub root: &'e Path,
    /// The editor to open files with, if one was chosen.
    pub editor: Option<&'e str>,
}

/// What is deployed in an environment, as its provider keeps it.
#[derive(Clone, Debug, Default)]
pub struct DeployedBackend {
    /// Its `amplify-meta.json`.
    pub meta: AmplifyMeta,
    /// Its `backend-config.json`; absent before the first push.
    pub backend_config: Option<BackendConfig>,
}

/// Records a new environment and makes it the current one; nothing is deployed in it yet. In the same transaction, delete
/// [`crate::paths::relative::CLOUD_BACKEND`] before the documents are stored, so that no copy of another environment stays.
///
/// # Errors
/// A name that cannot be used, or is taken.
pub fn add(state: &mut ProjectState, new: NewEnvironment<'_>) -> Result<(), Error> {
    names::environment(new.name)?;
    if state.team.environment(new.name).is_some() {
        return Err(Error::EnvironmentExists { name: new.name.to_owned() });
    }
    state.team.set_provider_state(new.name, new.provider, new.provider_state.clone());
    make_current(state, new.name, new.root, new.editor);
    let mut cloud = AmplifyMeta::new();
    cloud.set_provider(new.provider, new.provider_state);
    reseed(state, new.name, Some(DeployedBackend { meta: cloud, backend_config: None }));
    Ok(())
}

/// Makes another environment the current one, and `amplify-meta.json` what it knows: the provider's record, the resources
/// of `backend-config.json`, and what `deployed` records of them. In the same transaction, replace
/// [`crate::paths::relative::CLOUD_BACKEND`] by the environment's own copy before the documents are stored.
///
/// # Errors
/// No such environment.
pub fn checkout(
    state: &mut ProjectState,
    name: &str,
    root: &Path,
    deployed: Option<DeployedBackend>,
) -> Result<(), Error> {
    if state.team.environment(name).is_none() {
        return Err(Error::UnknownEnvironment { name: name.to_owned(), known: state.environments() });
    }
    make_current(state, name, root, None);
    reseed(state, name, deployed);
    Ok(())
}

/// Forgets an environment that is not the current one.
///
/// # Errors
/// No such environment, or the current one.
pub fn remove(state: &mut ProjectState, name: &str) -> Result<(), Error> {
    if state.environment().is_ok_and(|current| current == name) {
        return Err(Error::CurrentEnvironment { name: name.to_owned() });
    }
    if !state.team.remove_environment(name) {
        return Err(Error::UnknownEnvironment { name: name.to_owned(), known: state.environments() });
    }
    Ok(())
}

fn make_current(state: &mut ProjectState, name: &str, root: &Path, editor: Option<&str>) {
    match &mut state.local_env {
        Some(local_env) => {
            local_env.set_env_name(name);
            local_env.set_project_path(root);
            if let Some(editor) = editor {
                local_env.set_default_editor(editor);
            }
        }
        None => state.local_env = Some(LocalEnvInfo::new(root, editor, name)),
    }
}

fn reseed(state: &mut ProjectState, environment: &str, deployed: Option<DeployedBackend>) {
    let provider = state.team.provider(environment).zip(state.team.provider_state(environment));
    let meta = AmplifyMeta::seed(provider, &state.backend_config, deployed.as_ref().map(|deployed| &deployed.meta));
    state.meta.say_the_same_as(&meta);
    let (meta, backend_config) = match deployed {
        Some(deployed) => (Some(deployed.meta), deployed.backend_config),
        None => (None, None),
    };
    state.cloud_meta = meta;
    state.cloud_backend_config = backend_config;
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{ProjectConfig, resources};

    fn provider_state(stack: &str) -> Map<String, Value> {
        json!({"Region": "us-east-1", "StackName": stack}).as_object().unwrap().clone()
    }

    fn project() -> ProjectState {
        let mut state = ProjectState::new(ProjectConfig::new("app", "javascript", None));
        let entry = json!({"service": "S3", "providerPlugin": "awscloudformation"}).as_object().unwrap().clone();
        resources::add(&mut state, "storage", "photos", entry).unwrap();
        state
    }

    fn new(name: &str) -> NewEnvironment<'_> {
        NewEnvironment {
            name,
            provider: "local",
            provider_state: provider_state(name),
            root: Path::new("/app"),
            editor: Some("vim"),
        }
    }

    #[test]
    fn a_new_environment_has_nothing_deployed() {
        let mut state = project();
        add(&mut state, new("dev")).unwrap();
        assert_eq!(state.environment().unwrap(), "dev");
        assert_eq!(state.provider().as_deref(), Some("local"));
        assert_eq!(
            state.meta.document().value,
            json!({
                "providers": {"local": {"Region": "us-east-1", "StackName": "dev"}},
                "storage": {"photos": {"service": "S3", "providerPlugin": "awscloudformation"}},
            })
        );
        assert_eq!(state.cloud_meta.as_ref().unwrap().resources().count(), 0);
        assert_eq!(add(&mut state, new("dev")).unwrap_err().code(), "environment-exists");
        assert_eq!(add(&mut state, new("Dev")).unwrap_err().code(), "invalid-name");
    }

    #[test]
    fn checkout_takes_over_what_is_deployed_there() {
        let mut state = project();
        add(&mut state, new("dev")).unwrap();
        add(&mut state, new("prod")).unwrap();
        let text = br#"{"providers": {}, "storage": {
            "photos": {"service": "S3", "lastPushTimeStamp": "t", "output": {"BucketName": "b"}},
            "gone": {"service": "S3", "lastPushTimeStamp": "t"}}}"#;
        let meta = AmplifyMeta::parse(text, Path::new("m")).unwrap();
        checkout(&mut state, "dev", Path::new("/new"), Some(DeployedBackend { meta, backend_config: None })).unwrap();
        assert_eq!(state.environment().unwrap(), "dev");
        assert_eq!(state.local_env.as_ref().unwrap().project_path(), Some("/new"));
        assert_eq!(state.local_env.as_ref().unwrap().default_editor(), Some("vim"));
        assert_eq!(
            json!(state.meta.entry("storage", "photos")),
            json!({"service": "S3", "providerPlugin": "awscloudformation", "lastPushTimeStamp": "t", "output": {"BucketName": "b"}})
        );
        assert!(!state.meta.contains("storage", "gone"));
        assert_eq!(state.provider_state().unwrap()["StackName"], "dev");
        let error = checkout(&mut state, "test", Path::new("/"), None).unwrap_err();
        assert_eq!(error.hints(), ["environments here: dev, prod"]);
    }

    #[test]
    fn the_current_environment_stays() {
        let mut state = project();
        add(&mut state, new("dev")).unwrap();
        add(&mut state, new("prod")).unwrap();
        assert_eq!(remove(&mut state, "prod").unwrap_err().code(), "environment-current");
        remove(&mut state, "dev").unwrap();
        assert_eq!(state.team.environments(), ["prod"]);
        assert_eq!(remove(&mut state, "dev").unwrap_err().code(), "environment-not-found");
    }
}
