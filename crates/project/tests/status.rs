//! Which rows the status table has, and why.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "what a test cannot do fails it")]

mod common;

use amplify_project::{
    Project,
    status::{self, DifferenceKind, Filter},
};
use common::Fixture;
use fs_err as fs;

#[test]
fn operations_come_in_order_and_each_in_recorded_order() {
    let fixture = Fixture::new(&[("storage", "b"), ("function", "f"), ("storage", "a"), ("api", "x")], true);
    fixture.write("amplify/backend/function/f/template.json", "{\"Description\": \"g\"}");
    let mut state = fixture.project.load().unwrap();
    amplify_project::resources::remove(&mut state, "storage", "b").unwrap();
    for name in ["new2", "new1"] {
        amplify_project::resources::add(&mut state, "storage", name, serde_json::Map::new()).unwrap();
    }
    assert_eq!(
        common::rows(&fixture.project, &state),
        [
            "Create storage/new2",
            "Create storage/new1",
            "Update function/f",
            "Delete storage/b",
            "No Change storage/a",
            "No Change api/x"
        ]
    );
}

#[test]
fn rows_say_service_and_provider() {
    let fixture = Fixture::new(&[("storage", "photos")], false);
    let state = fixture.project.load().unwrap();
    let rows = status::rows(&fixture.project, &state).unwrap();
    assert_eq!(
        serde_json::to_value(&rows).unwrap(),
        serde_json::json!([{"category": "storage", "name": "photos", "service": "S3", "operation": "Create", "provider": "awscloudformation"}])
    );
}

#[test]
fn folders_that_do_not_count() {
    let fixture = Fixture::new(&[("function", "f")], true);
    let folder = "amplify/backend/function/f";
    for name in ["build/x", "dist/x", "node_modules/x", ".git-like/x", "src/node_modules/y", "test_coverage/z"] {
        fixture.write(&format!("{folder}/{name}"), "x");
    }
    fs::create_dir_all(fixture.root().join(folder).join("resolvers/deep")).unwrap();
    assert_eq!(fixture.rows(), ["No Change function/f"], "an empty folder is no change either");
    fixture.write(&format!("{folder}/.hidden-file"), "x");
    assert_eq!(fixture.rows(), ["Update function/f"], "a file counts whatever its name");
}

#[test]
fn every_difference_is_explained() {
    let fixture = Fixture::new(&[("function", "f")], true);
    let folder = "amplify/backend/function/f";
    fixture.write(&format!("{folder}/src/index.js"), "1");
    fixture.write(&format!("{folder}/template.json"), "{\"Description\": \"g\"}");
    fs::remove_file(fixture.root().join(folder).join("parameters.json")).unwrap();
    fixture.write("amplify/#current-cloud-backend/function/f/kind/x", "");
    fixture.write(&format!("{folder}/kind"), "now a file");
    let state = fixture.project.load().unwrap();
    let found = status::explain(&fixture.project, &state, "function", "f").unwrap();
    let found: Vec<_> = found.iter().map(|item| (item.path.as_str(), item.kind)).collect();
    assert_eq!(
        found,
        [
            ("kind", DifferenceKind::Added),
            ("kind/x", DifferenceKind::Removed),
            ("parameters.json", DifferenceKind::Removed),
            ("src/index.js", DifferenceKind::Added),
            ("template.json", DifferenceKind::Modified),
        ]
    );
    let error = status::explain(&fixture.project, &state, "function", "nope").unwrap_err();
    assert_eq!(error.hints(), ["resources here: f"]);
}

#[test]
fn large_files_are_compared_to_the_end() {
    let fixture = Fixture::new(&[("storage", "s")], true);
    let mut content = "x".repeat(3 << 20);
    fixture.write("amplify/backend/storage/s/big", &content);
    fixture.write("amplify/#current-cloud-backend/storage/s/big", &content);
    assert_eq!(fixture.rows(), ["No Change storage/s"]);
    content.pop();
    content.push('y');
    fixture.write("amplify/backend/storage/s/big", &content);
    assert_eq!(fixture.rows(), ["Update storage/s"]);
}

#[test]
fn a_resource_merged_in_by_git_is_created() {
    let fixture = Fixture::new(&[("storage", "photos")], true);
    fixture.write(
        "amplify/backend/backend-config.json",
        r#"{"function": {"merged": {"service": "Lambda"}}, "storage": {"photos": {"service": "S3"}, "late": {"service": "S3"}}}"#,
    );
    assert_eq!(fixture.rows(), ["Create storage/late", "Create function/merged", "No Change storage/photos"]);
}

#[test]
fn a_resource_removed_by_a_colleague_is_deleted_once_its_folder_is_gone() {
    let fixture = Fixture::new(&[("storage", "photos"), ("storage", "table")], true);
    fixture.write("amplify/backend/backend-config.json", r#"{"storage": {"photos": {"service": "S3"}}}"#);
    assert_eq!(fixture.rows(), ["No Change storage/photos", "No Change storage/table"]);
    fs::remove_dir_all(fixture.root().join("amplify/backend/storage/table")).unwrap();
    assert_eq!(fixture.rows(), ["Delete storage/table", "No Change storage/photos"]);
}

#[test]
fn a_fresh_clone_shows_all_as_new() {
    let fixture = Fixture::new(&[("storage", "photos")], true);
    fs::remove_dir_all(fixture.root().join("amplify/#current-cloud-backend")).unwrap();
    fs::remove_file(fixture.root().join("amplify/backend/amplify-meta.json")).unwrap();
    fs::remove_file(fixture.root().join("amplify/.config/local-env-info.json")).unwrap();
    let state = fixture.project.load().unwrap();
    assert_eq!(common::rows(&fixture.project, &state), ["Create storage/photos"]);
    let error = state.environment().unwrap_err();
    assert_eq!((error.code(), error.hints()), ("no-environment", vec!["run `amplify env checkout dev`".to_owned()]));
}

#[test]
fn a_lost_meta_file_is_made_again_from_what_is_deployed() {
    let fixture = Fixture::new(&[("storage", "photos")], true);
    fs::remove_file(fixture.root().join("amplify/backend/amplify-meta.json")).unwrap();
    assert_eq!(fixture.rows(), ["No Change storage/photos"]);
    assert_eq!(fixture.project.load().unwrap().meta.providers(), ["local"]);
}

#[test]
fn without_a_resource_list_nothing_is_called_deleted() {
    let fixture = Fixture::new(&[("storage", "photos")], true);
    fs::remove_file(fixture.root().join("amplify/backend/amplify-meta.json")).unwrap();
    fs::remove_file(fixture.root().join("amplify/backend/backend-config.json")).unwrap();
    let error = fixture.project.load().unwrap_err();
    assert_eq!(error.code(), "project-file-missing");
    assert!(error.hints()[0].contains("git checkout -- "), "{:?}", error.hints());
}

#[test]
fn filters_bring_undeployed_dependencies_along() {
    let fixture = Fixture::new(&[("storage", "done")], true);
    let mut state = fixture.project.load().unwrap();
    let needs = |list: &[(&str, &str)]| {
        let list: Vec<_> = list
            .iter()
            .map(|(category, name)| serde_json::json!({"category": category, "resourceName": name}))
            .collect();
        serde_json::json!({ "dependsOn": list }).as_object().unwrap().clone()
    };
    let add = amplify_project::resources::add;
    add(&mut state, "storage", "deep", needs(&[])).unwrap();
    add(&mut state, "function", "f", needs(&[("storage", "deep"), ("storage", "done"), ("gone", "x")])).unwrap();
    add(&mut state, "api", "a", needs(&[("function", "f")])).unwrap();
    let rows = |filter| {
        let rows = status::rows_of(&fixture.project, &state, filter).unwrap();
        rows.iter().map(|row| format!("{} {}", row.operation, row.name)).collect::<Vec<_>>()
    };
    assert_eq!(rows(Filter { category: Some("api"), name: None }), ["Create a", "Create f", "Create deep"]);
    assert_eq!(rows(Filter { category: Some("storage"), name: Some("done") }), ["No Change done"]);
    assert_eq!(rows(Filter { category: Some("auth"), name: None }), Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn lock_files_of_editors_do_not_matter() {
    let fixture = Fixture::new(&[("storage", "photos")], true);
    let folder = fixture.root().join("amplify/backend/storage/photos");
    std::os::unix::fs::symlink("user@host.1234", folder.join(".#template.json")).unwrap();
    assert_eq!(fixture.rows(), ["No Change storage/photos"]);
}

#[test]
fn many_resources_are_compared_by_several_threads_in_order() {
    let names: Vec<String> = (0..200).map(|index| format!("r{index}")).collect();
    let resources: Vec<(&str, &str)> = names.iter().map(|name| ("storage", name.as_str())).collect();
    let fixture = Fixture::new(&resources, true);
    for index in [3, 150, 199] {
        fixture.write(&format!("amplify/backend/storage/r{index}/extra"), "x");
    }
    let rows = fixture.rows();
    assert_eq!(rows[..3], ["Update storage/r3", "Update storage/r150", "Update storage/r199"]);
    assert_eq!(rows.len(), 200);
    assert_eq!(rows[3], "No Change storage/r0");
}

#[test]
fn a_folder_that_is_no_project_is_not_found() {
    let dir = tempfile::tempdir().unwrap();
    let error = Project::find(dir.path()).unwrap_err();
    assert_eq!(error.code(), "project-not-found");
    let fixture = Fixture::new(&[], false);
    let deep = fixture.root().join("src/deep");
    fs::create_dir_all(&deep).unwrap();
    assert_eq!(Project::find(&deep).unwrap().root(), fixture.root());
}
