//! Real projects with functions, storage and REST APIs, pushed whole to this machine and to an (emulated) account, and changed
//! there.

use amplify_tests::{Account, Cloud, Output, Sandbox, corpus, function_packages};
use serde_json::{Value, json};

/// A project that the original made, and what is changed in it.
struct Project {
    name: &'static str,
    /// A function of the project, its REST API, its table, and its users.
    function: &'static str,
    api: &'static str,
    table: &'static str,
    auth: &'static str,
    /// Tables and functions by their names in the environment `here`.
    tables: &'static [&'static str],
    functions: &'static [&'static str],
}

const PROJECTS: [Project; 2] = [
    Project {
        name: "cli-4.21-all-categories",
        function: "hello",
        api: "myrest",
        table: "mytable",
        auth: "app4491f7e83",
        tables: &["mytable-here"],
        functions: &["hello-here"],
    },
    Project {
        name: "ecommerce-rest-triggers",
        function: "ecommercefunction20f",
        api: "ecommerceapi20f",
        table: "producttable20f",
        auth: "ecommerceapp20f30d45d4a",
        tables: &["producttable20f-here"],
        functions: &["ecommercefunction20f-here", "ecommerceapp20f30d45d4aPostConfirmation-here"],
    },
];

/// Fails if a plan would replace anything, or delete what is not made anew with every change anyway.
fn loses_nothing(project: &Project, plan: &Value) {
    assert_eq!(plan["summary"]["replace"], 0, "{}: {plan:#}", project.name);
    let resources = plan["resources"].as_array().unwrap().iter();
    let changes = resources.flat_map(|resource| resource["changes"].as_array().into_iter().flatten());
    for change in changes.filter(|change| change["action"] == "delete") {
        assert_eq!(change["type"], "AWS::ApiGateway::Deployment", "{}: {change}", project.name);
    }
}

/// Makes an environment, pushes, changes the API, and pushes again.
fn push_and_change(project: &Project, sandbox: &Sandbox, provider: &str, amplify: impl Fn(&[&str]) -> Output) {
    let before = sandbox.read_json("amplify/team-provider-info.json");
    let _ = amplify(&["init", "--yes", "--provider", provider, "--env", "here"]).success();
    let plan = amplify(&["plan", "--json"]).success().json();
    loses_nothing(project, &plan);
    assert_eq!(plan["summary"]["delete"], 0, "{}: {plan:#}", project.name);
    let _ = amplify(&["push", "--yes"]).success();
    let meta = sandbox.read_json("amplify/backend/amplify-meta.json");
    for resource in plan["resources"].as_array().unwrap() {
        let (category, name) = (resource["category"].as_str().unwrap(), resource["name"].as_str().unwrap());
        assert_eq!(resource["skipped"], Value::Null, "{}: {category}/{name}", project.name);
        let entry = &meta[category][name];
        assert!(entry["lastPushTimeStamp"].is_string(), "{}: {category}/{name} is not deployed", project.name);
        assert!(entry["output"].as_object().is_some_and(|output| !output.is_empty()), "{}: {entry:#}", project.name);
    }
    let _ = amplify(&["plan", "--detailed-exitcode"]).ended_with(0);

    // What the original wrote can be changed here: one more path, a clock for the function, an index, and a group of users.
    let answers = json!({
        "api": { "service": "API Gateway", "operation": "add", "paths": [
            { "name": "/further", "lambdaSource": "existing", "function": project.function, "restrict": false }] },
        "function": { "schedule": { "interval": "hourly", "rate": "2" } },
        "storage": { "columns": [{ "name": "kind", "type": "string" }], "trigger": false,
            "indexes": [{ "name": "byKind", "partitionKey": "kind", "sortKey": false }] },
        "auth": { "updateFlow": "groups", "groups": [{ "name": "Testers" }] },
    });
    sandbox.write("answers.json", answers.to_string());
    let _ = amplify(&["update", "api", "--yes", "--answers", "answers.json"]).success();
    let _ = amplify(&["update", "function", project.function, "--yes", "--answers", "answers.json"]).success();
    let _ = amplify(&["update", "storage", project.table, "--yes", "--answers", "answers.json"]).success();
    let _ = amplify(&["update", "auth", "--yes", "--answers", "answers.json"]).success();
    let plan = amplify(&["plan", "--json"]).success().json();
    loses_nothing(project, &plan);
    let changed = plan["resources"].as_array().unwrap().iter().filter(|resource| resource["operation"] == "Update");
    let mut changed: Vec<&str> = changed.map(|resource| resource["name"].as_str().unwrap()).collect();
    changed.sort_unstable();
    let mut expected = [project.function, project.api, project.table, project.auth];
    expected.sort_unstable();
    assert_eq!(changed, expected, "{}: {plan:#}", project.name);
    let _ = amplify(&["push", "--yes"]).success();
    let _ = amplify(&["plan", "--detailed-exitcode"]).ended_with(0);
    // Environments that others have stay as they are.
    let team = sandbox.read_json("amplify/team-provider-info.json");
    for (name, entry) in before.as_object().unwrap() {
        assert_eq!(&team[name], entry, "{}: environment {name}", project.name);
    }
}

#[test]
fn projects_of_the_original_are_pushed_to_this_machine_and_changed() {
    let Some(corpus) = corpus() else { return };
    for project in &PROJECTS {
        let sandbox = Sandbox::of_corpus(&corpus, project.name);
        push_and_change(project, &sandbox, "local", |words| sandbox.amplify(words.iter().copied()));
    }
}

#[test]
fn projects_of_the_original_are_pushed_to_an_account_and_changed() {
    let (Some(corpus), Some(_)) = (corpus(), function_packages()) else { return };
    let Some(cloud) = Cloud::start() else { return };
    for (project, number) in PROJECTS.iter().zip(["111122223333", "222233334444"]) {
        let account = Account::of(&cloud, number);
        corpus.copy(project.name, &account.sandbox.root());
        push_and_change(project, &account.sandbox, "awscloudformation", |words| account.amplify(words.iter().copied()));
        let there = account.list();
        let holds = |kind: &str, name: &str| there[kind].as_array().unwrap().contains(&json!(name));
        for function in project.functions {
            assert!(holds("functions", function), "{}: no {function} among {there:#}", project.name);
        }
        for table in project.tables {
            assert!(holds("tables", table), "{}: no {table} among {there:#}", project.name);
        }
    }
}
