//! Several index changes of a table in one push: made one at a time, shown before, and gone on with after a kill.

use std::collections::BTreeSet;

use amplify_tests::{Account, Sandbox, corpus::copy_folder};
use serde_json::{Value, json};

const FAILPOINT: &str = "AMPLIFY_FAILPOINT";
const ANSWERS: [&str; 4] = [
    "storage.service=DynamoDB",
    "storage.resourceName=notes",
    "storage.columns[0].name=id",
    "storage.columns[0].type=string",
];
const TABLE: &str = "amplify/backend/storage/notes/notes-cloudformation-template.json";

fn index(name: &str) -> Value {
    json!({ "IndexName": name, "Projection": { "ProjectionType": "ALL" },
        "KeySchema": [{ "AttributeName": name, "KeyType": "HASH" }],
        "ProvisionedThroughput": { "ReadCapacityUnits": 5, "WriteCapacityUnits": 5 } })
}

/// Gives a table these indexes, each with its name as its key.
fn set(sandbox: &Sandbox, template: &str, table: &str, indexes: &[&str]) {
    let mut document = sandbox.read_json(template);
    let properties = &mut document["Resources"][table]["Properties"];
    let mut definitions = vec![properties["AttributeDefinitions"][0].clone()];
    definitions.extend(indexes.iter().map(|name| json!({ "AttributeName": name, "AttributeType": "S" })));
    properties["AttributeDefinitions"] = definitions.into();
    properties["GlobalSecondaryIndexes"] = indexes.iter().map(|name| index(name)).collect();
    sandbox.write(template, format!("{document:#}"));
}

/// The indexes that a table of the local cloud has.
fn deployed(sandbox: &Sandbox, path: &[&str]) -> BTreeSet<String> {
    let state = sandbox.read_json("amplify/mock-data/dev/state.json");
    let mut stack = &state["stack"];
    let (table, stacks) = path.split_last().unwrap();
    for name in stacks {
        stack = &stack["resources"][name]["stack"];
    }
    let list = stack["resources"][table]["properties"]["GlobalSecondaryIndexes"].as_array().cloned();
    list.unwrap_or_default().iter().map(|index| index["IndexName"].as_str().unwrap().to_owned()).collect()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// A deployed table with two indexes, of which one is to go, and two others to come.
fn project() -> Sandbox {
    let sandbox = Sandbox::initialised();
    let answers = ANSWERS.into_iter().flat_map(|answer| ["--answer", answer]);
    let _ = sandbox.amplify(["add", "storage", "--yes"].into_iter().chain(answers)).success();
    set(&sandbox, TABLE, "DynamoDBTable", &["byA", "byB"]);
    let _ = sandbox.amplify(["push", "--yes"]).success();
    set(&sandbox, TABLE, "DynamoDBTable", &["byB", "byC", "byD"]);
    sandbox.add_bucket("photos");
    sandbox
}

const PATH: &[&str] = &["storagenotes", "DynamoDBTable"];

#[test]
fn indexes_change_one_at_a_time() {
    let sandbox = project();
    let plan = sandbox.amplify(["plan"]).success();
    let plan = plan
        .prints("this takes 3 deployments")
        .prints("2. create the index `byD` of storagenotes/DynamoDBTable, everything else");
    let _ = plan.prints("3. delete the index `byA` of storagenotes/DynamoDBTable");
    let steps = sandbox.amplify(["plan", "--json"]).success().json()["steps"].clone();
    let of = |step: &Value| (step["indexes"][0]["index"].clone(), step["indexes"][0]["create"].clone());
    let steps: Vec<_> = steps.as_array().unwrap().iter().map(of).collect();
    assert_eq!(steps, [(json!("byC"), json!(true)), (json!("byD"), json!(true)), (json!("byA"), json!(false))]);

    let pushed = sandbox.amplify(["push", "--yes"]).success();
    assert!(pushed.stderr.contains("Step 3 of 3: delete the index `byA`"), "{pushed}");
    assert_eq!(deployed(&sandbox, PATH), names(&["byB", "byC", "byD"]));
    let _ = sandbox.amplify(["plan", "--detailed-exitcode"]).ended_with(0);
    let cloud = sandbox.read(&TABLE.replace("backend", "#current-cloud-backend"));
    assert_eq!(cloud, sandbox.read(TABLE), "the record is byte for byte what the project has");
}

#[test]
fn a_push_killed_between_index_changes_goes_on_with_the_rest() {
    let sandbox = project();
    let pristine = tempfile::tempdir().unwrap();
    copy_folder(&sandbox.root(), pristine.path());
    let mut seen = BTreeSet::new();
    for step in (1..).step_by(2) {
        assert!(step < 2000, "the push never ends");
        fs_err::remove_dir_all(sandbox.root()).unwrap();
        copy_folder(pristine.path(), &sandbox.root());
        let killed = sandbox.command(["push", "--yes"]).env(FAILPOINT, format!("kill:{step}")).run();
        if killed.status == 0 {
            break;
        }
        assert_eq!(killed.status, -1, "step {step}\n{killed}");
        let plan = sandbox.amplify(["plan", "--json"]).success().json();
        let left = plan["steps"].as_array().map_or(usize::from(plan["summary"]["update"] == 1), Vec::len);
        seen.insert(left);
        // The local provider refuses two index changes at once, as AWS does.
        let again = sandbox.amplify(["push", "--yes"]);
        assert_eq!(again.status, 0, "step {step}, {left} left\n{again}");
        assert_eq!(deployed(&sandbox, PATH), names(&["byB", "byC", "byD"]), "step {step}\n{again}");
        let _ = sandbox.amplify(["plan", "--detailed-exitcode"]).ended_with(0);
    }
    assert_eq!(seen, BTreeSet::from([0, 1, 2, 3]), "how many steps were left");
}

#[test]
fn a_step_that_fails_says_what_is_left() {
    let sandbox = project();
    // The second step brings a table that cannot be made.
    let template = json!({ "Resources": { "Bad": { "Type": "AWS::DynamoDB::Table", "Properties": {
        "AttributeDefinitions": [], "KeySchema": [{ "AttributeName": "x", "KeyType": "HASH" }] } } } });
    sandbox.write("amplify/backend/custom/bad/template.json", template.to_string());
    let entry = json!({ "service": "any", "providerPlugin": "awscloudformation" });
    for file in ["backend-config.json", "amplify-meta.json"] {
        let path = format!("amplify/backend/{file}");
        let mut config = sandbox.read_json(&path);
        config["custom"]["bad"] = entry.clone();
        sandbox.write(&path, config.to_string());
    }
    let failed = sandbox.amplify(["push", "--yes"]).ended_with(1);
    let _ = failed.says("custombad/Bad").says("1 of 3 steps are deployed and recorded");
    assert_eq!(deployed(&sandbox, PATH), names(&["byA", "byB", "byC"]));
    let _ = sandbox.amplify(["remove", "custom", "bad", "--yes"]).success();
    let plan = sandbox.amplify(["plan", "--json"]).success().json();
    assert_eq!(plan["steps"].as_array().unwrap().len(), 2, "{plan}");
    let _ = sandbox.amplify(["push", "--yes"]).success();
    assert_eq!(deployed(&sandbox, PATH), names(&["byB", "byC", "byD"]));
}

#[test]
fn tables_of_a_graphql_model_change_in_steps_too() {
    let sandbox = Sandbox::initialised();
    let schema = |keys: [&str; 2]| {
        let keys = keys.map(|key| format!("@key(name: \"{key}\", fields: [\"{key}\"])")).join(" ");
        format!("type Todo @model {keys} {{ id: ID! one: ID! two: ID! three: ID! four: ID! }}\n")
    };
    sandbox.write("mine.graphql", schema(["one", "two"]));
    let answers = ["--answer", "api.name=gql", "--answer", "api.schema.file=mine.graphql"];
    let _ = sandbox.amplify(["add", "api", "--yes"].into_iter().chain(answers)).success();
    let _ = sandbox.amplify(["push", "--yes"]).success();
    sandbox.write("amplify/backend/api/gql/schema.graphql", schema(["three", "four"]));
    let pushed = sandbox.amplify(["push", "--yes"]).success();
    assert!(pushed.stderr.contains("Step 4 of 4: delete the index `two` of apigql/Todo/TodoTable"), "{pushed}");
    assert_eq!(deployed(&sandbox, &["apigql", "Todo", "TodoTable"]), names(&["three", "four"]));
    let _ = sandbox.amplify(["plan", "--detailed-exitcode"]).ended_with(0);
}

#[test]
fn the_cloud_is_asked_about_all_steps_together() {
    let Some(account) = Account::new() else { return };
    let sandbox = &account.sandbox;
    let _ = account.amplify(["init", "--yes", "--provider", "awscloudformation"]).success();
    let answers = ANSWERS.into_iter().flat_map(|answer| ["--answer", answer]);
    let _ = account.amplify(["add", "storage", "--yes"].into_iter().chain(answers)).success();
    set(sandbox, TABLE, "DynamoDBTable", &["byA", "byB"]);
    let _ = account.amplify(["push", "--yes"]).success();
    set(sandbox, TABLE, "DynamoDBTable", &["byB", "byC", "byD"]);
    let _ = account.amplify(["function", "add", "--yes", "--answer", "function.resourceName=hello"]).success();

    let shown = account.amplify(["plan", "--cloud"]).success().prints("so this takes 3 deployments:");
    let shown = shown
        .prints("1. create the index `byC` of storagenotes/DynamoDBTable")
        .prints("2. create the index `byD` of storagenotes/DynamoDBTable, everything else")
        .prints("3. delete the index `byA` of storagenotes/DynamoDBTable");
    // The function comes with the second step, so the first alone does not tell of it.
    let _ = shown
        .prints("The cloud foresees, of the 3 steps together:")
        .prints("  update storagenotes/DynamoDBTable (AWS::DynamoDB::Table): ")
        .prints("  create functionhello (AWS::CloudFormation::Stack)");
    let document = account.amplify(["plan", "--cloud", "--json"]).success().json();
    assert_eq!(document["steps"].as_array().map(Vec::len), Some(3), "{document}");
    assert_eq!(document["cloud"]["unplanned"], Value::Null, "{document}");
    let _ = account.amplify(["push", "--yes"]).success();
    let _ = account.amplify(["plan", "--cloud"]).success().prints("The cloud foresees no changes.");
    let _ = account.amplify(["delete", "--yes", "--force"]).success();
}
