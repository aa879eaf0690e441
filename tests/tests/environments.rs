//! `amplify env`: environments side by side, known to some and not to others.

use amplify_tests::{Member, Sandbox, Team};
use serde_json::json;

fn begun(team: &Team) -> Member {
    let anna = team.founder();
    anna.add_function("hello");
    anna.edit("hello", "one");
    let _ = anna.amplify(["push", "--yes"]).success();
    anna
}

fn add(member: &Member, name: &str) {
    let _ = member.amplify(["env", "add", "--yes", "--env", name, "--providers", &member.provider()]).success();
}

#[test]
fn environments_of_both_providers_live_side_by_side() {
    let team = Team::new();
    let anna = begun(&team);
    anna.share("dev");
    add(&anna, "test");
    let _ = anna.amplify(["env", "add", "--yes", "--env", "mine"]).success();
    let list = anna.amplify(["env", "list", "--json"]).success();
    assert_eq!(list.json(), json!({ "envs": ["dev", "test", "mine"] }));
    let details = anna.amplify(["env", "list", "--details"]).success();
    let _ = details.prints("*mine").prints("Provider: local").prints("Provider: shared");
    let details = anna.amplify(["env", "list", "--details", "--json"]).success();
    assert_eq!(details.json(), anna.sandbox.read_json("amplify/team-provider-info.json"));
    let one = anna.amplify(["env", "get", "--name", "test", "--json"]).success();
    assert_eq!(one.json(), anna.sandbox.read_json("amplify/team-provider-info.json")["test"]);
    let _ = anna.amplify(["push", "--yes"]).success();
    anna.commit("environments");
    // The way back needs nobody, and git sees nothing of it.
    let before = team.calls();
    let _ = anna.amplify(["env", "checkout", "dev"]).success();
    assert_eq!(team.calls(), before);
    anna.clean();
    let _ = anna.amplify(["plan", "--detailed-exitcode"]).success();
    let _ = anna.amplify(["env", "checkout", "test"]).success();
    anna.clean();
    let _ = anna.amplify(["plan", "--detailed-exitcode"]).ended_with(2);
}

#[test]
fn checkout_restores_only_when_asked() {
    let team = Team::new();
    let anna = begun(&team);
    add(&anna, "test");
    anna.edit("hello", "in test");
    let _ = anna.amplify(["push", "--yes"]).success();
    let _ = anna.amplify(["env", "checkout", "dev"]).success();
    assert!(anna.source("hello").contains("in test"));
    let _ = anna.amplify(["env", "checkout", "dev", "--restore"]).ended_with(2).says("pull.confirm");
    let restored = anna.amplify(["env", "checkout", "dev", "--restore", "--yes"]).success();
    let _ = restored.says("amplify pull --undo ");
    assert!(anna.source("hello").contains("one"));
    let _ = anna.amplify(["env", "pull"]).success();
    anna.edit("hello", "local");
    let _ = anna.amplify(["env", "pull"]).success();
    assert!(anna.source("hello").contains("local"));
    let _ = anna.amplify(["env", "pull", "--restore", "--yes"]).success();
    assert!(anna.source("hello").contains("one"));
}

#[test]
fn what_runs_on_this_machine_can_be_restored_too() {
    let sandbox = Sandbox::initialised();
    let _ = sandbox.amplify(["function", "add", "--yes", "--answer", "function.resourceName=hello"]).success();
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let source = "amplify/backend/function/hello/src/index.js";
    let deployed = sandbox.read(source);
    sandbox.write(source, "changed");
    let _ = sandbox.amplify(["pull"]).success().prints("Nothing is deployed in dev but what this folder knows");
    assert_eq!(sandbox.read(source), "changed");
    let _ = sandbox.amplify(["pull", "--restore", "--yes"]).success();
    assert_eq!(sandbox.read(source), deployed);
    let _ = sandbox.amplify(["plan", "--detailed-exitcode"]).success();
}

#[test]
fn an_environment_goes_only_when_its_name_is_given() {
    let team = Team::new();
    let anna = begun(&team);
    add(&anna, "test");
    let _ = anna.amplify(["push", "--yes"]).success();
    let _ = anna.amplify(["env", "checkout", "dev"]).success();
    let before = (anna.sandbox.tree(), team.calls());
    let unchanged = || anna.sandbox.tree() == before.0 && team.calls() == before.1;
    let listed = anna.amplify(["env", "remove", "test"]).ended_with(2).says("env.remove.confirm");
    let _ = listed.says("with all its data").says("function hello").says("stack amplify-app-test-");
    assert!(unchanged());
    for wrong in ["dev", "yes", "y", "TEST", ""] {
        let answer = format!("env.remove.confirm={wrong}");
        let _ = anna.amplify(["env", "remove", "test", "--answer", &answer]).ended_with(2);
        assert!(unchanged(), "{wrong}");
    }
    let _ = anna.amplify(["env", "remove", "dev", "--yes"]).ended_with(1).says("is the current environment");
    let _ = anna.amplify(["env", "remove", "prod", "--yes"]).ended_with(1).says("no environment `prod`");
    let _ = anna.amplify(["env", "remove"]).ended_with(2).says("missing-argument");
    let _ =
        anna.amplify(["env", "remove", "test", "--yes", "--env", "test"]).ended_with(1).says("environment-mismatch");
    assert!(unchanged());
    team.fault("test", "stranger", true);
    let _ = anna.amplify(["env", "remove", "--yes", "test"]).ended_with(1).says("belongs to somebody else");
    team.fault("test", "stranger", false);
    assert!(team.cloud().join("app/test").exists());

    let removed = anna.amplify(["env", "remove", "--yes", "test"]).success();
    let _ = removed.says("account 111122223333").prints("Successfully removed environment from your project locally");
    assert!(!team.cloud().join("app/test").exists() && team.cloud().join("app/dev").exists());
    assert!(anna.sandbox.read_json("amplify/team-provider-info.json").get("test").is_none());
    assert!(anna.sandbox.read_json("amplify/.config/local-aws-info.json").get("test").is_none());
    assert!(anna.sandbox.read_json("amplify/.config/local-revisions.json").get("test").is_none());
    assert!(!anna.sandbox.exists("amplify/mock-data/.deployed/test"));
    let _ = anna.amplify(["plan", "--detailed-exitcode"]).success();
}

#[test]
fn every_changing_command_stops_at_another_environment_than_named() {
    let team = Team::new();
    let anna = begun(&team);
    add(&anna, "test");
    let before = (anna.sandbox.tree(), team.calls());
    let config = r#"{"local": {"StackName": "x"}}"#;
    for command in [
        &["push", "--yes"][..],
        &["pull", "--yes"],
        &["env", "pull", "--yes"],
        &["env", "remove", "test", "--yes"],
        &["env", "import", "--name", "other", "--config", config, "--yes"],
        &["delete", "--yes", "--force"],
        &["remove", "function", "hello", "--yes"],
        &["function", "add", "--yes"],
        &["storage", "add", "--yes"],
    ] {
        let output = anna.amplify(command.iter().copied().chain(["--env", "dev"]));
        let _ = output.ended_with(1).says("the current environment is `test`, not `dev`");
        assert!(anna.sandbox.tree() == before.0 && team.calls() == before.1, "{command:?}");
    }
}

#[test]
fn an_environment_is_imported_and_then_checked_out() {
    let team = Team::new();
    let anna = begun(&team);
    let known = anna.sandbox.read_json("amplify/team-provider-info.json")["dev"].clone();
    let carl = team.outsider();
    let _ = carl
        .amplify(["init", "--yes", "--env", "mine", "--provider", "local", "--amplify", r#"{"projectName": "app"}"#])
        .success();
    carl.add_function("hello");
    let before = carl.sandbox.tree();
    for (config, what) in
        [("x", "not a JSON object"), ("[]", "not a JSON object"), ("{}", "StackName"), (r#"{"a": {}}"#, "StackName")]
    {
        let _ = carl.amplify(["env", "import", "--name", "dev", "--config", config, "--yes"]).ended_with(2).says(what);
    }
    let _ = carl.amplify(["env", "import", "--name", "Bad", "--config", &known.to_string(), "--yes"]).ended_with(1);
    assert!(carl.sandbox.tree() == before);
    let local = r#"{"configLevel": "project", "useProfile": true, "profileName": "default"}"#;
    let import = ["env", "import", "--name", "dev", "--config", &known.to_string(), "--awsInfo", local, "--yes"];
    let _ = carl.amplify(import).success().prints("Successfully added environment from your project");
    assert_eq!(carl.sandbox.read_json("amplify/team-provider-info.json")["dev"], known);
    assert_eq!(carl.sandbox.read_json("amplify/.config/local-aws-info.json")["dev"]["profileName"], "default");
    assert_eq!(carl.sandbox.read_json("amplify/.config/local-env-info.json")["envName"], "mine");
    let _ = carl.amplify(["env", "checkout", "dev", "--restore", "--yes"]).success();
    assert!(carl.source("hello").contains("one"));
    let _ = carl.amplify(["plan", "--detailed-exitcode"]).success();
}

#[test]
fn init_in_a_clone_takes_an_environment_that_exists() {
    let team = Team::new();
    let anna = begun(&team);
    anna.share("dev");
    let ben = team.clone("dev");
    let missing = ben.amplify(["init"]).ended_with(2);
    let _ = missing.says("init.useExisting");
    ben.clean();
    let _ = ben.amplify(["init", "--yes"]).success();
    ben.clean();
    let _ = ben.amplify(["plan", "--detailed-exitcode"]).success();
}
