//! The state of an environment, ways out of a stuck one, its web console, and its tags.

use amplify_tests::{Account, Sandbox};
use serde_json::json;

#[test]
fn an_interrupted_deployment_is_shown_and_rolled_back() {
    let sandbox = Sandbox::initialised();
    let healthy = sandbox.amplify(["recover"]).success();
    let _ = healthy.prints("Environment dev: UPDATE_COMPLETE, it can be deployed to");
    let _ = sandbox.amplify(["recover", "--cancel", "--yes"]).ended_with(1).says("code: recover-not-offered");
    let _ = sandbox.amplify(["recover", "--cancel", "--recreate"]).ended_with(2).says("one thing at a time");

    // What a deployment that was killed leaves: a record of what it was about to make.
    let serial = sandbox.read_json("amplify/mock-data/dev/state.json")["serial"].clone();
    let begin = json!({ "step": "begin", "serial": serial });
    let create = json!({ "step": "create", "path": "storagephotos/S3Bucket", "resourceType": "AWS::S3::Bucket", "physicalId": "half-made" });
    sandbox.write("amplify/mock-data/dev/journal", format!("{begin}\n{create}\n"));
    fs_err::create_dir_all(sandbox.root().join("amplify/mock-data/dev/s3/half-made")).unwrap();
    let found = sandbox.amplify(["recover", "--json"]).success().json();
    assert_eq!((&found["status"], &found["actions"]), (&json!("UPDATE_INTERRUPTED"), &json!(["cancel"])), "{found}");
    assert_eq!(found["stuck"][0]["path"], "storagephotos/S3Bucket");
    let _ = sandbox.amplify(["recover"]).ended_with(2).says("recover.action");
    let _ = sandbox.amplify(["recover", "--cancel"]).ended_with(2).says("recover.confirm");
    let chosen = ["recover", "--answer", "recover.action=cancel", "--answer", "recover.confirm=true"];
    let _ = sandbox.amplify(chosen).success().prints("UPDATE_COMPLETE");
    assert!(!sandbox.exists("amplify/mock-data/dev/s3/half-made") && !sandbox.exists("amplify/mock-data/dev/journal"));
}

#[test]
fn this_machine_has_no_console() {
    let sandbox = Sandbox::initialised();
    sandbox.add_bucket("photos");
    for words in [&["console"][..], &["console", "storage", "photos"], &["storage", "console"]] {
        let _ = sandbox.amplify(words.iter().copied()).ended_with(1).says("code: no-console");
    }
    let _ = sandbox.amplify(["console", "storage", "nothing"]).ended_with(1).says("nothing");
}

#[test]
fn tags_are_checked_before_anything_is_deployed() {
    let sandbox = Sandbox::initialised();
    sandbox.add_bucket("photos");
    sandbox.write("amplify/backend/tags.json", r#"[{"Key": "aws:mine", "Value": "x"}]"#);
    let _ = sandbox.amplify(["push", "--yes"]).ended_with(1).says("code: tags-invalid").says("`aws:`");
    sandbox.write("amplify/backend/tags.json", r#"[{"Key": "user:Stack", "Value": "{project-env}"}]"#);
    let _ = sandbox.amplify(["push", "--yes"]).success();
    sandbox.write("amplify/backend/tags.json", r#"{"user:Stack": "dev"}"#);
    let _ = sandbox.amplify(["env", "add", "--yes", "--env", "test"]).ended_with(1).says("tags.json");
    assert!(!sandbox.exists("amplify/mock-data/test"));
}

#[test]
fn a_healthy_environment_in_an_account() {
    let Some(account) = Account::new() else { return };
    let _ = account.amplify(["init", "--yes", "--provider", "awscloudformation"]).success();
    let found = account.amplify(["recover", "--json"]);
    if found.stdout.contains("no-recovery") {
        return;
    }
    assert_eq!(found.success().json()["usable"], true);
}
