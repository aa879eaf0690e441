//! Real projects.

use std::path::{Path, PathBuf};

use amplify_planner::Options;
use fs_err as fs;

use crate::fixture::{actions, copy, plan_of};

const ALL: &str = "cli-4.21-all-categories";

/// The corpus, if this machine has it.
fn corpus() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).map(|parent| parent.join("shared/corpus"));
    let corpus = std::env::var_os("AMPLIFY_CORPUS").map(PathBuf::from).or(beside).filter(|path| path.is_dir());
    if corpus.is_none() {
        println!("skipped: no corpus");
    }
    corpus
}

/// A copy of one project, to be changed.
fn project(name: &str) -> Option<tempfile::TempDir> {
    let home = tempfile::tempdir().unwrap();
    copy(&corpus()?.join(name), home.path());
    Some(home)
}

#[test]
fn every_project_is_planned_and_each_resource_named() {
    let Some(corpus) = corpus() else { return };
    for entry in fs::read_dir(corpus).unwrap() {
        let root = entry.unwrap().path();
        let plan = plan_of(&root, &Options::default());
        let config: serde_json::Value =
            serde_json::from_slice(&fs::read(root.join("amplify/backend/backend-config.json")).unwrap()).unwrap();
        for (category, resources) in config.as_object().unwrap() {
            for name in resources.as_object().unwrap().keys() {
                let found = plan.resources.iter().find(|found| found.category == *category && found.name == *name);
                let found = found.unwrap_or_else(|| panic!("{}: {category}/{name}", root.display()));
                let unchanged = found.operation == amplify_project::status::Operation::NoChange;
                assert!(
                    unchanged || found.skipped.is_some() || !found.changes.is_empty(),
                    "{}: {category}/{name} has neither changes nor a reason",
                    root.display()
                );
            }
        }
        let document = serde_json::to_value(&plan).unwrap();
        assert_eq!(document["resources"].as_array().unwrap().len(), plan.resources.len());
    }
}

#[test]
fn an_unchanged_project_has_no_changes() {
    let Some(home) = project(ALL) else { return };
    let plan = plan_of(home.path(), &Options::default());
    assert!(!plan.has_changes(), "{:#?}", plan.lines());
    assert_eq!(plan.resources.len(), 7);
    assert!(plan.resources.iter().all(|resource| resource.skipped.is_none()));
}

#[test]
fn an_unchanged_project_without_record_of_the_root_has_no_changes() {
    let Some(home) = project(ALL) else { return };
    fs::remove_dir_all(home.path().join("amplify/backend/awscloudformation")).unwrap();
    let plan = plan_of(home.path(), &Options::default());
    assert!(!plan.has_changes(), "{:#?}", plan.lines());
}

#[test]
fn another_key_replaces_the_table() {
    let Some(home) = project(ALL) else { return };
    let template = home.path().join("amplify/backend/storage/mytable/mytable-cloudformation-template.json");
    let text = fs::read_to_string(&template).unwrap();
    fs::write(&template, text.replace("\"AttributeName\": \"id\"", "\"AttributeName\": \"key\"")).unwrap();
    let plan = plan_of(home.path(), &Options::default());
    assert_eq!(actions(&plan), ["replace storagemytable/DynamoDBTable"]);
    let guarded = plan.guarded();
    assert_eq!(guarded[0].option(), "--allow-replace mytable");
}

#[test]
fn a_removed_table_is_a_guarded_deletion() {
    let Some(home) = project(ALL) else { return };
    for file in ["backend-config.json", "amplify-meta.json"] {
        let path = home.path().join("amplify/backend").join(file);
        let mut value: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        value["storage"].as_object_mut().unwrap().shift_remove("mytable");
        fs::write(&path, value.to_string()).unwrap();
    }
    fs::remove_dir_all(home.path().join("amplify/backend/storage/mytable")).unwrap();
    let plan = plan_of(home.path(), &Options::default());
    assert_eq!(actions(&plan), ["delete storagemytable/DynamoDBTable"]);
    assert_eq!(plan.guarded()[0].option(), "--allow-delete mytable");
}

#[test]
fn a_changed_model_is_found_inside_the_api() {
    let Some(home) = project(ALL) else { return };
    let stack = home.path().join("amplify/backend/api/mygql/build/stacks/Todo.json");
    let text = fs::read_to_string(&stack).unwrap();
    fs::write(&stack, text.replace("\"AttributeName\": \"id\"", "\"AttributeName\": \"key\"")).unwrap();
    let plan = plan_of(home.path(), &Options::default());
    assert_eq!(plan.guarded().len(), 1, "{:#?}", plan.lines());
    assert_eq!(plan.guarded()[0].path, "apimygql/Todo/TodoTable");
    assert!(plan.guarded()[0].option().ends_with(" TodoTable"), "{:?}", plan.guarded());
}

#[test]
fn the_recorded_root_is_reproduced() {
    let Some(home) = project(ALL) else { return };
    let project = amplify_project::Project::at(home.path());
    let assembly = amplify_planner::assemble(&project, &project.load().unwrap(), &Options::default()).unwrap();
    let recorded =
        fs::read(home.path().join("amplify/backend/awscloudformation/nested-cloudformation-stack.yml")).unwrap();
    let recorded: serde_json::Value = serde_json::from_slice(&recorded).unwrap();
    for (id, resource) in recorded["Resources"].as_object().unwrap() {
        assert_eq!(assembly.template["Resources"][id], *resource, "{id}");
    }
    let ids =
        |template: &serde_json::Value| template["Resources"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(ids(&assembly.template), ids(&recorded));
}
