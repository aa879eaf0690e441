//! Any bytes as each of a project's documents: no panic, an unchanged document is written as it was read, a changed one
//! says what it should, and the operations on resources hold together.
#![no_main]

use std::path::Path;

use amplify_project::{
    AmplifyMeta, BackendConfig, Document, Error, LocalAwsInfo, LocalEnvInfo, ProjectConfig, ProjectState,
    TeamProviderInfo, deployment, gitignore, resources,
};
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

fuzz_target!(|bytes: &[u8]| {
    let path = Path::new("amplify/backend/backend-config.json");
    match Document::parse(bytes, path) {
        Ok(document) => whole(bytes, document, path),
        Err(error) => described(&error),
    }
    kept(bytes, ProjectConfig::parse(bytes, path), ProjectConfig::to_bytes);
    kept(bytes, LocalEnvInfo::parse(bytes, path), LocalEnvInfo::to_bytes);
    kept(bytes, LocalAwsInfo::parse(bytes, path), LocalAwsInfo::to_bytes);
    kept(bytes, TeamProviderInfo::parse(bytes, path), TeamProviderInfo::to_bytes);
    kept(bytes, BackendConfig::parse(bytes, path), |file| file.to_bytes());
    kept(bytes, AmplifyMeta::parse(bytes, path), |file| file.to_bytes());
    if let Ok(config) = BackendConfig::parse(bytes, path) {
        operations(config, AmplifyMeta::parse(bytes, path).ok());
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let once = gitignore::with_block(Some(text));
        assert_eq!(gitignore::with_block(Some(&once)), once);
    }
});

fn whole(bytes: &[u8], mut document: Document, path: &Path) {
    assert_eq!(document.to_bytes(), bytes);
    let mut expected = document.value.clone();
    for value in [Value::from("new"), Value::from(vec![1, 2])] {
        document.object_mut().insert("added".into(), value.clone());
        expected["added"] = value;
        let again = Document::parse(&document.to_bytes(), path).expect("what was written can be read");
        assert_eq!(again.value.to_string(), expected.to_string());
    }
}

fn kept<T>(bytes: &[u8], file: Result<T, Error>, write: fn(&T) -> Vec<u8>) {
    match file {
        Ok(file) => assert_eq!(write(&file), bytes),
        Err(error) => described(&error),
    }
}

fn described(error: &Error) {
    assert!(!error.to_string().is_empty() && !error.code().is_empty());
    let _ = error.hints();
}

fn operations(config: BackendConfig, meta: Option<AmplifyMeta>) {
    let mut state = ProjectState::new(ProjectConfig::new("app", "javascript", None));
    state.meta = AmplifyMeta::seed(None, &config, meta.as_ref());
    state.backend_config = config;
    let known: Vec<(String, String)> =
        state.meta.resources().map(|found| (found.category.to_owned(), found.name.to_owned())).collect();
    let _ = (resources::cycle(&state), resources::dangling(&state));
    if resources::add(&mut state, "storage", "fresh", Map::new()).is_ok() {
        assert!(state.meta.contains("storage", "fresh") && state.backend_config.contains("storage", "fresh"));
    }
    for (category, name) in known {
        let deployed = deployment::DeployedResource {
            category: category.clone(),
            name: name.clone(),
            pushed: true,
            ..Default::default()
        };
        deployment::record(&mut state, &[deployed], &[], "t").expect("the resource is there");
        match resources::remove(&mut state, &category, &name) {
            Ok(()) => assert!(!state.meta.contains(&category, &name)),
            Err(error) => described(&error),
        }
    }
}
