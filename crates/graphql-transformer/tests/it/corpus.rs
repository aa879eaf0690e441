//! Real projects: the same resources, types and operations as the build that was deployed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use amplify_graphql_transformer::{AuthConfig, AuthMode, Input, Output, Source};
use serde_json::Value;

use crate::common::output_of;

/// The corpus lies beside the repository, or where `AMPLIFY_CORPUS` says; a machine may have none.
fn project(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("AMPLIFY_CORPUS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"), PathBuf::from);
    let folder = root.join(path);
    if !folder.is_dir() {
        println!("skipped: no {path} in the corpus");
        return None;
    }
    Some(folder)
}

fn read(path: &Path) -> String {
    fs_err::read_to_string(path).unwrap()
}

fn json(path: &Path) -> Option<Value> {
    path.is_file().then(|| serde_json::from_str(&read(path)).unwrap())
}

fn load(folder: &Path, default: AuthMode, additional: Vec<AuthMode>) -> Input {
    let mut input = Input {
        sources: vec![Source { name: "schema.graphql".to_owned(), text: read(&folder.join("schema.graphql")) }],
        configuration: json(&folder.join("transform.conf.json")),
        auth: AuthConfig { default, additional },
        now: 1_600_000_000,
        ..Input::default()
    };
    input.parameters = json(&folder.join("parameters.json")).unwrap().as_object().unwrap().clone();
    for (name, map) in [("stacks", &mut input.overrides.stacks), ("resolvers", &mut input.overrides.resolvers)] {
        if folder.join(name).is_dir() {
            for entry in fs_err::read_dir(folder.join(name)).unwrap() {
                let path = entry.unwrap().path();
                map.insert(path.file_name().unwrap().to_string_lossy().into_owned(), read(&path));
            }
        }
    }
    input
}

/// Leaves out what people read and what depends on the time.
fn without_words(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| *name != "Description" && *name != "Expires");
            Value::Object(kept.map(|(name, value)| (name.clone(), without_words(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(without_words).collect()),
        other => other.clone(),
    }
}

fn assert_same(name: &str, ours: &Value, theirs: &Value) {
    for section in ["Parameters", "Resources", "Outputs", "Conditions"] {
        let (ours, theirs) = (without_words(&ours[section]), without_words(&theirs[section]));
        let empty = serde_json::Map::new();
        let (ours, theirs) = (ours.as_object().unwrap_or(&empty), theirs.as_object().unwrap_or(&empty));
        let ids = |map: &serde_json::Map<String, Value>| map.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(ids(ours), ids(theirs), "{name} {section}");
        for (id, theirs) in theirs {
            assert_eq!(&ours[id], theirs, "{name} {section} {id}");
        }
    }
}

/// Type → members, each on a line, whatever their order.
fn types(schema: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    for block in schema.split("\n}").map(str::trim).filter(|block| !block.is_empty()) {
        let (head, members) = block.split_once('{').unwrap();
        found.insert(head.trim().to_owned(), members.lines().map(|line| line.trim().to_owned()).collect());
    }
    found
}

fn assert_equals_build(output: &Output, build: &Path) {
    assert_same("root", &output.template, &json(&build.join("cloudformation-template.json")).unwrap());
    let mut names = BTreeSet::new();
    for entry in fs_err::read_dir(build.join("stacks")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert_same(&name, &output.stacks[&name].value(), &json(&path).unwrap());
        names.insert(name);
    }
    assert_eq!(output.stacks.keys().cloned().collect::<BTreeSet<_>>(), names);
    assert_eq!(types(&output.schema), types(&read(&build.join("schema.graphql"))));
    let files: BTreeSet<String> = fs_err::read_dir(build.join("resolvers"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(output.resolvers.keys().cloned().collect::<BTreeSet<_>>(), files);
    let recorded = json(&build.join("parameters.json")).unwrap();
    for (name, value) in &output.parameters {
        assert_eq!(recorded.get(name), Some(value), "parameter {name}");
    }
}

#[test]
fn an_unmarked_model_compiles() {
    let Some(folder) = project("unmelpo/amplify/backend/api/noteapp") else { return };
    let output = output_of(&load(&folder, AuthMode::ApiKey { days: 7 }, Vec::new()));
    assert!(output.stacks.contains_key("Note") && output.stacks.contains_key("CustomResources"));
}

#[test]
fn the_build_of_a_deployed_api_is_reproduced() {
    let Some(folder) = project("cli-4.21-all-categories/amplify/backend/api/mygql") else { return };
    let output = output_of(&load(&folder, AuthMode::UserPools, Vec::new()));
    assert_equals_build(&output, &folder.join("build"));
}

#[test]
fn rules_for_guests_and_groups_compile() {
    let Some(folder) = project("appsync-in-depth/amplify/backend/api/festivalapi") else { return };
    let output = output_of(&load(&folder, AuthMode::UserPools, vec![AuthMode::Iam]));
    let ids: BTreeSet<&str> = output.template["Resources"].as_object().unwrap().keys().map(String::as_str).collect();
    let wanted = ["GraphQLAPI", "Stage", "Performance", "ConnectionStack", "AuthRolePolicy01", "UnauthRolePolicy01"];
    assert!(wanted.iter().all(|id| ids.contains(id)), "{ids:?}");
}

#[test]
fn an_old_project_with_own_resolvers_compiles() {
    let Some(folder) = project("conference-app/amplify/backend/api/rnconfinabox") else { return };
    let output = output_of(&load(&folder, AuthMode::ApiKey { days: 7 }, Vec::new()));
    assert!(output.resolvers.contains_key("Query.listCommentsByTalkId.req.vtl"));
    let indexes =
        &output.stacks["Comment"].value()["Resources"]["CommentTable"]["Properties"]["GlobalSecondaryIndexes"];
    assert_eq!(indexes[0]["IndexName"], "gsi-TalkComments");
}

#[test]
fn a_directive_of_a_later_transformer_is_named() {
    let Some(folder) = project("bleam/amplify/backend/api/bleam") else { return };
    let input = load(&folder, AuthMode::UserPools, vec![AuthMode::ApiKey { days: 7 }, AuthMode::Iam]);
    let compilation = amplify_graphql_transformer::compile(&input);
    let codes: Vec<&str> = compilation.errors().map(|found| found.code).collect();
    assert_eq!(codes, ["unknown-directive"]);
}
