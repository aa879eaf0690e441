//! Projects of the original, as it wrote them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "what a test cannot do fails it")]

mod common;

use std::path::{Path, PathBuf};

use amplify_project::{Document, Project, ProjectState, hash, paths::relative};
use fs_err as fs;
use serde_json::Value;

fn projects() -> Vec<PathBuf> {
    let Some(corpus) = common::corpus() else { return Vec::new() };
    let mut projects: Vec<PathBuf> = fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    projects.retain(|path| path.join("amplify").is_dir());
    projects.sort();
    projects
}

/// The same in a folder that we may write to.
fn copy(project: &Path) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    common::copy(project, dir.path());
    dir
}

fn load(root: &Path) -> (Project, ProjectState) {
    let project = Project::find(root).unwrap();
    let state = project.load().unwrap_or_else(|error| panic!("{}: {error}", root.display()));
    (project, state)
}

#[test]
fn every_project_loads_and_names_each_resource() {
    for root in projects() {
        let (project, state) = load(&root);
        let rows = common::rows(&project, &state);
        let listed: Vec<String> = state
            .backend_config
            .resources()
            .map(|resource| format!("{}/{}", resource.category, resource.name))
            .collect();
        assert!(!listed.is_empty());
        let operation = if root.ends_with("cli-4.21-all-categories") { "No Change" } else { "Create" };
        let expected: Vec<String> = listed.iter().map(|name| format!("{operation} {name}")).collect();
        assert_eq!(rows, expected, "{}", root.display());
    }
}

#[test]
fn every_document_is_written_as_it_was_read() {
    for root in projects() {
        for (path, bytes) in common::tree(&root.join("amplify")) {
            let is_object = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
            if !path.ends_with(".json") || !is_object {
                continue;
            }
            match Document::parse(&bytes, Path::new(&path)) {
                Ok(document) => assert_eq!(document.to_bytes(), bytes, "{path}"),
                // A template with a comma too many, which is not for this crate to read.
                Err(error) => assert!(path.ends_with("template.json"), "{error}"),
            }
        }
    }
}

#[test]
fn a_change_shows_in_a_diff_as_that_change_alone() {
    for root in projects() {
        for path in
            [relative::PROJECT_CONFIG, relative::BACKEND_CONFIG, relative::AMPLIFY_META, relative::TEAM_PROVIDER_INFO]
        {
            let Ok(bytes) = fs::read(root.join(path)) else { continue };
            let mut document = Document::parse(&bytes, Path::new(path)).unwrap();
            document.object_mut().insert("added".into(), Value::Bool(true));
            let (before, after) = (String::from_utf8(bytes).unwrap(), String::from_utf8(document.to_bytes()).unwrap());
            let new: Vec<&str> = after.lines().filter(|line| !before.lines().any(|old| old == *line)).collect();
            assert!(new.len() <= 2, "{path}: {new:?}");
            document.object_mut().shift_remove("added");
            assert_eq!(document.to_bytes(), before.as_bytes(), "{path}");
        }
    }
}

#[test]
fn files_of_the_original_are_laid_out_as_ours() {
    // What it wrote with the layout that we detect comes out the same when nothing of the old text is at hand.
    for root in projects() {
        for path in
            [relative::PROJECT_CONFIG, relative::BACKEND_CONFIG, relative::AMPLIFY_META, relative::TEAM_PROVIDER_INFO]
        {
            let Ok(bytes) = fs::read(root.join(path)) else { continue };
            let document = Document::parse(&bytes, Path::new(path)).unwrap();
            let again = Document::new(document.value.clone(), document.style).to_bytes();
            assert_eq!(String::from_utf8(again).unwrap(), String::from_utf8(bytes).unwrap().trim_end(), "{path}");
        }
    }
}

#[test]
fn opening_and_storing_changes_nothing() {
    for root in projects() {
        let copy = copy(&root);
        let (project, state) = load(copy.path());
        let before = common::tree(copy.path());
        let lock = project.lock("test").unwrap();
        let mut transaction = amplify_project::Transaction::begin(&lock);
        state.store(&mut transaction).unwrap();
        transaction.commit().unwrap();
        drop(lock);
        let mut after = common::tree(copy.path());
        if !before.contains_key(relative::AMPLIFY_META) {
            after.remove(relative::AMPLIFY_META).expect("a clone gets the file that git does not carry");
        }
        assert_eq!(after, before, "{}", root.display());
    }
}

#[test]
fn hashes_are_those_that_the_original_recorded() {
    let Some(corpus) = common::corpus() else { return };
    let (project, state) = load(&corpus.join("cli-4.21-all-categories"));
    let mut checked = Vec::new();
    for resource in state.meta.resources() {
        let folder = project.paths().resource(resource.category, resource.name);
        let recorded = resource.entry["lastPushDirHash"].as_str().unwrap();
        if hash::push(&folder).unwrap() == recorded {
            checked.push(resource.name);
        }
    }
    println!("hashes that agree: {checked:?}");
    for name in ["app4491f7e83", "photos", "mytable", "myrest", "S3AndCloudFront"] {
        assert!(checked.contains(&name), "{name}: {checked:?}");
    }
}

#[test]
fn empty_folders_count_in_a_recorded_hash() {
    let Some(corpus) = common::corpus() else { return };
    let copy = copy(&corpus.join("cli-4.21-all-categories"));
    let (project, state) = load(copy.path());
    let folder = project.paths().resource("api", "mygql");
    let recorded = state.meta.entry("api", "mygql").unwrap()["lastPushDirHash"].as_str().unwrap();
    assert_ne!(hash::push(&folder).unwrap(), recorded, "git lost the empty folders");
    for empty in ["resolvers", "build/functions", "build/pipelineFunctions"] {
        fs::create_dir(folder.join(empty)).unwrap();
    }
    assert_eq!(hash::push(&folder).unwrap(), recorded);
    assert!(common::rows(&project, &state).contains(&"No Change api/mygql".to_owned()));
}

#[test]
fn the_environment_and_its_provider_are_found() {
    let Some(corpus) = common::corpus() else { return };
    let (project, state) = load(&corpus.join("cli-4.21-all-categories"));
    assert_eq!(state.environment().unwrap(), "dev");
    assert_eq!(state.provider().as_deref(), Some("awscloudformation"));
    assert_eq!(state.provider_state().unwrap()["StackName"], "amplify-app4-dev-62055");
    assert_eq!(state.config.project_name(), "app4");
    assert_eq!(state.config.frontend_settings().unwrap()["framework"], "react");
    let aws = project.local_aws_info().unwrap().unwrap();
    assert_eq!(aws.environment("dev").unwrap()["configLevel"], "project");
}

#[test]
fn the_gitignore_block_is_the_originals() {
    let Some(corpus) = common::corpus() else { return };
    let recorded = fs::read_to_string(corpus.join("cli-4.21-all-categories/gitignore.txt")).unwrap();
    assert_eq!(amplify_project::gitignore::with_block(Some("")), recorded);
}
