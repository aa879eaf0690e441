//! Plans that are saved and pushed later, and environments that are protected.

use amplify_tests::Sandbox;

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
