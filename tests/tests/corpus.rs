//! Real projects: every one opens, is named resource by resource, and deploys to an environment on this machine beside the
//! environments it records.

use std::collections::BTreeSet;

use amplify_tests::{Output, Sandbox, corpus};
use serde_json::Value;

/// `category/name` of every resource that `backend-config.json` holds.
fn recorded(sandbox: &Sandbox) -> BTreeSet<String> {
    let config = sandbox.read_json("amplify/backend/backend-config.json");
    let mut names = BTreeSet::new();
    for (category, resources) in config.as_object().expect("an object") {
        for name in resources.as_object().expect("an object").keys() {
            names.insert(format!("{category}/{name}"));
        }
    }
    names
}

fn named(document: &Value) -> BTreeSet<String> {
    document["resources"]
        .as_array()
        .expect("an array of resources")
        .iter()
        .map(|row| format!("{}/{}", row["category"].as_str().unwrap(), row["name"].as_str().unwrap()))
        .collect()
}

/// Adds an environment on the local provider, as someone would who cloned the project.
fn add_local_environment(sandbox: &Sandbox) -> Output {
    sandbox.amplify(["init", "--yes", "--provider", "local", "--env", "here"]).success()
}

#[test]
fn status_names_every_resource() {
    let Some(corpus) = corpus() else { return };
    for project in corpus.projects() {
        let sandbox = Sandbox::of_corpus(&corpus, &project);
        let _ = add_local_environment(&sandbox);
        let status = sandbox.amplify(["status", "--json"]).success().json();
        assert_eq!(named(&status), recorded(&sandbox), "{project}");
        assert_eq!(status["env"], "here", "{project}");
        for row in status["resources"].as_array().unwrap() {
            assert_eq!(row["operation"], "Create", "{project}: {row}");
        }
    }
}

#[test]
fn plan_names_every_resource() {
    let Some(corpus) = corpus() else { return };
    for project in corpus.projects() {
        let sandbox = Sandbox::of_corpus(&corpus, &project);
        let _ = add_local_environment(&sandbox);
        let plan = sandbox.amplify(["plan", "--json"]).success().json();
        assert_eq!(named(&plan), recorded(&sandbox), "{project}");
        for resource in plan["resources"].as_array().unwrap() {
            let changes = resource["changes"].as_array().map_or(0, Vec::len);
            let skipped = resource["skipped"].as_str().unwrap_or_default();
            assert!(changes > 0 || !skipped.is_empty(), "{project}: neither planned nor skipped: {resource}");
        }
    }
}

#[test]
fn every_project_deploys_locally_and_every_output_resolves() {
    let Some(corpus) = corpus() else { return };
    for project in corpus.projects() {
        let sandbox = Sandbox::of_corpus(&corpus, &project);
        let recorded_environments = sandbox
            .exists("amplify/team-provider-info.json")
            .then(|| sandbox.read_json("amplify/team-provider-info.json"));
        let _ = add_local_environment(&sandbox);
        let plan = sandbox.amplify(["plan", "--json"]).success().json();
        let _ = sandbox.amplify(["push", "--yes"]).success();

        let meta = sandbox.read_json("amplify/backend/amplify-meta.json");
        for resource in plan["resources"].as_array().unwrap() {
            let (category, name) = (resource["category"].as_str().unwrap(), resource["name"].as_str().unwrap());
            let entry = &meta[category][name];
            if let Some(reason) = resource["skipped"].as_str() {
                // Newer projects hold what their templates are made from, and not the templates.
                let expected = entry["service"] == "AppSync" || reason.contains("cli-inputs.json");
                assert!(expected, "{project}: skipped without need: {resource}");
                continue;
            }
            assert!(entry["lastPushTimeStamp"].is_string(), "{project}: {category}/{name} is not deployed");
            if entry["output"].is_null() {
                // Groups without an identity pool have no roles to give out.
                assert_eq!(entry["service"], "Cognito-UserPool-Groups", "{project}: {category}/{name} has no output");
            }
            for (key, value) in entry["output"].as_object().into_iter().flatten() {
                let text = value.to_string();
                assert!(!text.contains("${") && !text.contains("Fn::"), "{project}: {category}/{name} {key} = {text}");
                assert!(!value.is_null(), "{project}: {category}/{name} {key} is null");
            }
        }

        // Nothing is left to do, and the environments that were recorded before are as they were.
        let rest = sandbox.amplify(["plan", "--detailed-exitcode"]);
        assert_eq!(rest.status, 0, "{project}: a second plan still has changes\n{rest}");
        let team = sandbox.read_json("amplify/team-provider-info.json");
        for (name, entry) in recorded_environments.iter().flat_map(|team| team.as_object().unwrap()) {
            assert_eq!(&team[name], entry, "{project}: environment {name}");
        }
    }
}

#[test]
fn a_deployed_project_of_the_original_has_no_changes() {
    let Some(corpus) = corpus() else { return };
    let sandbox = Sandbox::of_corpus(&corpus, "cli-4.21-all-categories");
    let before = sandbox.tree();
    let status = sandbox.amplify(["status", "--json"]).success().json();
    for row in status["resources"].as_array().unwrap() {
        assert_eq!(row["operation"], "No Change", "{row}");
    }
    let _ = sandbox.amplify(["plan", "--detailed-exitcode"]).ended_with(0);
    assert!(sandbox.tree() == before, "status and plan write nothing");
}
