//! Plans that are saved and pushed later, and environments that are protected.

use amplify_tests::{Account, Sandbox};
use serde_json::json;

const TABLE: [&str; 4] = [
    "storage.service=DynamoDB",
    "storage.resourceName=notes",
    "storage.columns[0].name=id",
    "storage.columns[0].type=string",
];

fn add_table(sandbox: &Sandbox) {
    let answers = TABLE.into_iter().flat_map(|answer| ["--answer", answer]);
    let _ = sandbox.amplify(["add", "storage", "--yes"].into_iter().chain(answers)).success();
}

#[test]
fn a_saved_plan_is_pushed_only_if_nothing_moved_on() {
    let sandbox = Sandbox::initialised();
    sandbox.add_bucket("photos");
    let _ = sandbox.amplify(["plan", "--out", "plan.json"]).success();
    add_table(&sandbox);
    let refused = sandbox.amplify(["push", "--plan", "plan.json"]).ended_with(1).says("code: plan-outdated");
    let _ = refused.says("the project was changed since it was saved");

    let _ = sandbox.amplify(["plan", "storage", "photos", "--out", "plan.json"]).success();
    let _ = sandbox.amplify(["push", "storage", "--plan", "plan.json"]).ended_with(2).says("plan-and-selection");
    let _ = sandbox.amplify(["push", "--plan", "plan.json"]).success().prints("All resources are updated");
    let meta = sandbox.read_json("amplify/backend/amplify-meta.json");
    assert!(meta["storage"]["photos"]["output"].is_object() && meta["storage"]["notes"]["output"].is_null(), "{meta}");

    let _ = sandbox.amplify(["plan", "--out", "plan.json"]).success();
    let _ = sandbox.amplify(["function", "add", "--yes", "--answer", "function.resourceName=hello"]).success();
    let _ = sandbox.amplify(["push", "function", "hello", "--yes"]).success();
    let refused = sandbox.amplify(["push", "--plan", "plan.json"]).ended_with(1);
    let _ = refused.says("something was deployed since it was saved");
    let _ = sandbox.amplify(["push", "--plan", "package.json"]).ended_with(1).says("is no saved plan");
}

#[test]
fn a_protected_environment_needs_a_second_word() {
    let sandbox = Sandbox::initialised();
    add_table(&sandbox);
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let _ = sandbox.amplify(["env", "protect", "nothing"]).ended_with(1).says("nothing");
    let _ = sandbox.amplify(["env", "protect"]).success().prints("The environment `dev` is protected.");
    sandbox.add_bucket("photos");
    let _ = sandbox.amplify(["remove", "storage", "notes", "--yes"]).success();
    let before = sandbox.tree();
    let refused = sandbox.amplify(["push", "--yes", "--allow-delete", "notes"]).ended_with(1);
    let _ = refused.says("code: environment-protected").says("--allow-protected dev");
    let _ = sandbox.amplify(["push", "--yes", "--allow-protected", "dev"]).ended_with(1).says("--allow-delete notes");
    let _ = sandbox.amplify(["delete", "--yes", "--force"]).ended_with(1).says("--allow-protected dev");
    assert!(sandbox.tree() == before);
    let _ = sandbox.amplify(["push", "--yes", "--allow-delete", "notes", "--allow-protected", "dev"]).success();

    // What loses nothing goes through. What is pushed from now on outlives its stack: the plan shows that, and leaving it behind needs the word, too.
    add_table(&sandbox);
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let _ = sandbox.amplify(["plan", "--detailed-exitcode"]).success();
    let _ = sandbox.amplify(["remove", "storage", "notes", "--yes"]).success();
    let _ = sandbox.amplify(["plan"]).success().prints("storagenotes/DynamoDBTable (AWS::DynamoDB::Table): keep");
    let refused = sandbox.amplify(["push", "--yes"]).ended_with(1).says("code: environment-protected");
    let _ = refused.says("`storagenotes/DynamoDBTable` would stay without its stack");
    let _ = sandbox.amplify(["push", "--yes", "--allow-protected", "dev"]).success();
    let _ = sandbox.amplify(["env", "protect", "dev", "--off"]).success();
    let _ = sandbox.amplify(["delete", "--yes", "--force"]).success();
    assert!(!sandbox.exists("amplify"));
}

#[test]
fn a_protection_that_was_not_deployed_stops_a_deletion() {
    let Some(account) = Account::new() else { return };
    let sandbox = &account.sandbox;
    let _ = account.amplify(["init", "--yes", "--provider", "awscloudformation"]).success();
    let answers = TABLE.into_iter().flat_map(|answer| ["--answer", answer]);
    let _ = account.amplify(["add", "storage", "--yes"].into_iter().chain(answers)).success();
    sandbox.add_bucket("photos");
    sandbox.write("mine.graphql", "type Note @model { id: ID! }\n");
    let api = json!({ "api": { "service": "AppSync", "name": "blog", "schema": { "file": "mine.graphql" } } });
    sandbox.write("api.json", api.to_string());
    let _ = account.amplify(["add", "api", "--yes", "--answers", "api.json"]).success();
    let _ = account.amplify(["push", "--yes"]).success();
    let _ = account.amplify(["env", "protect", "dev"]).success();
    let (there, before) = (account.list(), sandbox.tree());
    let delete = ["delete", "--yes", "--force", "--allow-protected", "dev"];
    let refused = account.amplify(delete).ended_with(1).says("code: protection-not-deployed");
    let refused = refused.says("`apiblog/Note/NoteTable` (AWS::DynamoDB::Table `Note-");
    let refused = refused.says("`storagenotes/DynamoDBTable` (AWS::DynamoDB::Table `notes-dev`) would be deleted");
    let _ = refused.says("`storagephotos/S3Bucket`").says("type `amplify push` first").says("env protect dev --off");
    assert_eq!(account.list(), there, "nothing was deleted");
    assert!(sandbox.tree() == before, "nor was anything here");
    // From another environment, whose removal it would be.
    let _ = account.amplify(["env", "add", "--yes", "--env", "test"]).success();
    let remove = ["env", "remove", "dev", "--yes", "--allow-protected", "dev"];
    let refused = account.amplify(remove).ended_with(1).says("code: protection-not-deployed");
    let _ = refused.says("type `amplify env checkout dev` and `amplify push` first");

    // Deployed, it keeps what users fill when its environment goes.
    let _ = account.amplify(["env", "checkout", "dev"]).success();
    let _ = account.amplify(["push", "--yes"]).success();
    let gone = account.amplify(delete).success().says("still there: `storagenotes/DynamoDBTable`");
    let _ = gone.says("still there: `storagephotos/S3Bucket`");
    let left = account.list();
    assert_eq!((&left["tables"], &left["stacks"]), (&there["tables"], &json!([])), "{left}");
    assert_eq!(left["tables"].as_array().unwrap().len(), 2, "{left}");
    assert_eq!(left["buckets"].as_array().unwrap().len(), 1, "{left}");
}
