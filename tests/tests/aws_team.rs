//! Teams on an (emulated) AWS account: the whole life of a shared project, and git workflows as the quickstart has them.

use amplify_tests::{Account, Output, Sandbox, program};
use rexpect::{process::wait::WaitStatus, session::PtySession};
use serde_json::{Value, json};

const DOWN: &str = "\u{1b}[B";

/// Runs git in somebody's folder.
fn git(sandbox: &Sandbox, line: &str) -> String {
    sandbox.git(&line.split(' ').collect::<Vec<_>>())
}

/// Somebody else with the same account, and a clone of a branch.
fn join(anna: &Account, branch: Option<&str>) -> Account {
    let account = Account::of(&anna.cloud, &anna.number);
    fs_err::remove_file(account.sandbox.root().join("package.json")).unwrap();
    let origin = origin(anna);
    match branch {
        Some(branch) => account.sandbox.git(&["clone", "--quiet", "--branch", branch, &origin, "."]),
        None => account.sandbox.git(&["clone", "--quiet", &origin, "."]),
    };
    account
}

fn origin(anna: &Account) -> String {
    anna.sandbox.home().join("origin.git").display().to_string()
}

fn share(anna: &Account, branch: &str) {
    let origin = origin(anna);
    anna.sandbox.git(&["init", "--quiet", "--bare", "--initial-branch", branch, &origin]);
    anna.sandbox.git(&["init", "--quiet", "--initial-branch", branch]);
    git(&anna.sandbox, "add .");
    git(&anna.sandbox, "commit --quiet -m begin");
    anna.sandbox.git(&["remote", "add", "origin", &origin]);
    git(&anna.sandbox, &format!("push --quiet -u origin {branch}"));
}

fn clean(account: &Account) {
    assert_eq!(git(&account.sandbox, "status --porcelain"), "");
}

fn in_step(account: &Account) -> Output {
    account.amplify(["plan", "--detailed-exitcode"]).success()
}

fn add_function(account: &Account, name: &str) {
    let answer = format!("function.resourceName={name}");
    let _ = account.amplify(["function", "add", "--yes", "--answer", &answer]).success();
}

fn edit(account: &Account, function: &str, text: &str) {
    let source = format!("exports.handler = async () => {text:?};\n");
    account.sandbox.write(&format!("amplify/backend/function/{function}/src/index.js"), source);
}

fn source(account: &Account, function: &str) -> String {
    account.sandbox.read(&format!("amplify/backend/function/{function}/src/index.js"))
}

/// A queue in a stack of one's own, as the quickstart describes it.
fn add_custom_stack(account: &Account) {
    let sandbox = &account.sandbox;
    let mut config = sandbox.read_json("amplify/backend/backend-config.json");
    config["queues"] = json!({ "jobs": { "service": "SQS", "providerPlugin": "awscloudformation" } });
    sandbox.write("amplify/backend/backend-config.json", format!("{config:#}"));
    let template = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": { "env": { "Type": "String" } },
        "Resources": { "Queue": { "Type": "AWS::SQS::Queue", "Properties": { "QueueName": { "Fn::Sub": "jobs-${env}" } } } },
        "Outputs": { "Url": { "Value": { "Ref": "Queue" } } },
    });
    sandbox.write("amplify/backend/queues/jobs/template.json", template.to_string());
    sandbox.write("amplify/backend/queues/jobs/parameters.json", "{}");
    let _ = account.amplify(["env", "checkout", "dev"]).success();
    let _ = account.amplify(["status"]).success().prints("| Queues   | jobs");
}

#[test]
fn the_whole_life_of_a_shared_project() {
    let Some(anna) = Account::new() else { return };
    let nothing = anna.list();
    let _ = anna.amplify(["init", "--yes", "--provider", "awscloudformation"]).success();
    anna.sandbox.add_bucket("photos");
    add_function(&anna, "hello");
    add_custom_stack(&anna);
    let _ = anna.amplify(["push", "--yes"]).success().says("account 111122223333");
    edit(&anna, "hello", "by anna");
    let _ = anna.amplify(["push", "--yes"]).success();
    let _ = anna.amplify(["push", "--yes"]).success().prints("No changes detected");
    let _ = anna.amplify(["env", "add", "--yes", "--env", "test", "--provider", "awscloudformation"]).success();
    let _ = anna.amplify(["push", "--yes"]).success();
    assert!(anna.list()["functions"].as_array().unwrap().contains(&json!("hello-test")));
    let _ = anna.amplify(["env", "checkout", "dev"]).success();
    let _ = in_step(&anna);
    share(&anna, "main");

    let ben = join(&anna, None);
    let _ = ben.amplify(["env", "checkout", "dev"]).success();
    clean(&ben);
    let _ = in_step(&ben);
    let _ = ben.amplify(["pull"]).success();
    clean(&ben);
    edit(&ben, "hello", "by ben");
    let _ = ben.amplify(["push", "--yes"]).success();

    edit(&anna, "hello", "by anna again");
    let before = source(&anna, "hello");
    let _ = anna.amplify(["push", "--yes"]).ended_with(1).says("pull-first");
    assert_eq!(source(&anna, "hello"), before);
    let _ = anna.amplify(["pull", "--yes"]).ended_with(1).says("pull-conflicts");
    assert_eq!(source(&anna, "hello"), before);
    let _ = anna.amplify(["pull", "--restore", "--yes"]).success().says("amplify pull --undo");
    assert!(source(&anna, "hello").contains("by ben"));
    let _ = in_step(&anna);

    // An empty folder, too.
    let carl = Account::of(&anna.cloud, &anna.number);
    let app =
        anna.sandbox.read_json("amplify/team-provider-info.json")["dev"]["awscloudformation"]["AmplifyAppId"].clone();
    let app = app.as_str().unwrap();
    let pulled = carl.amplify(["pull", "--appId", app, "--envName", "dev", "--yes"]).success();
    let _ = pulled.says("Amplify AppID found");
    assert_eq!(source(&carl, "hello"), source(&ben, "hello"));
    let _ = in_step(&carl);

    let _ = anna.amplify(["env", "remove", "--yes", "test"]).success();
    assert!(!anna.list()["functions"].as_array().unwrap().contains(&json!("hello-test")));
    let _ = anna.amplify(["delete", "--yes", "--force"]).success();
    assert_eq!(anna.list(), nothing, "an independent client sees nothing any more");
}

/// A command typed at a terminal, with what is typed at its questions in turn.
fn typed(account: &Account, words: &str, answers: &[(&str, &str)]) {
    let mut command = std::process::Command::new(program());
    command.args(words.split(' ').skip(1)).current_dir(account.sandbox.root());
    account.sandbox.clear(&mut command);
    command.envs(account.variables()).env("TERM", "xterm-256color").env("NO_COLOR", "1");
    let mut session: PtySession = rexpect::session::spawn_command(command, Some(60_000)).unwrap();
    for (question, keys) in answers {
        session.exp_string(question).unwrap_or_else(|error| panic!("`{words}`: no question `{question}`: {error}"));
        session.send(keys).unwrap();
        session.flush().unwrap();
    }
    let rest = session.exp_eof().unwrap();
    match session.process().wait().unwrap() {
        WaitStatus::Exited(_, 0) => {}
        other => panic!("`{words}` ended with {other:?}\n{rest}"),
    }
}

const SURE: (&str, &str) = ("Are you sure you want to continue?", "y\r");
const EDITOR: (&str, &str) = ("Choose your default editor", "\r");
const PROVIDER: (&str, &str) = ("Choose the provider that deploys the environment", "\r");

#[test]
fn the_git_workflow_of_the_quickstart() {
    let Some(anna) = Account::new() else { return };
    // Setting up master and dev environments
    typed(
        &anna,
        "amplify init",
        &[
            ("Enter a name for the project", "shop\r"),
            ("Enter a name for the environment", "master\r"),
            EDITOR,
            ("Choose the type of app that you're building", "\r"),
            ("What javascript framework are you using", "\r"),
            ("Source Directory Path", "\r"),
            ("Distribution Directory Path", "\r"),
            ("Build Command", "\r"),
            ("Start Command", "\r"),
            PROVIDER,
        ],
    );
    add_function(&anna, "hello");
    edit(&anna, "hello", "one");
    share(&anna, "master");
    let existing = ("Do you want to use an existing environment?", "n\r");
    typed(&anna, "amplify env add", &[existing, ("Enter a name for the environment", "dev\r"), PROVIDER]);
    typed(&anna, "amplify push", &[SURE]);
    assert_eq!(git(&anna.sandbox, "status --porcelain"), " M amplify/team-provider-info.json\n");
    git(&anna.sandbox, "add .");
    anna.sandbox.git(&["commit", "--quiet", "-m", "Creation of a dev amplify environment"]);
    git(&anna.sandbox, "push --quiet -u origin master");
    git(&anna.sandbox, "checkout --quiet -b dev");
    git(&anna.sandbox, "push --quiet -u origin dev");

    // Team-members working on their own sandbox environments
    let ben = join(&anna, None);
    git(&ben.sandbox, "checkout --quiet -b mysandbox");
    let name = ("Enter a name for the environment", "mysandbox\r");
    typed(&ben, "amplify env add", &[existing, name, EDITOR, PROVIDER]);
    add_function(&ben, "bens");
    typed(&ben, "amplify push", &[SURE]);
    git(&ben.sandbox, "add .");
    git(&ben.sandbox, "commit --quiet -m bens");
    git(&ben.sandbox, "push --quiet -u origin mysandbox");
    for (branch, from) in [("dev", "mysandbox"), ("master", "dev")] {
        git(&ben.sandbox, &format!("checkout --quiet {branch}"));
        typed(&ben, &format!("amplify env checkout {branch}"), &[]);
        clean(&ben);
        git(&ben.sandbox, &format!("merge --quiet {from}"));
        typed(&ben, "amplify push", &[SURE]);
        git(&ben.sandbox, &format!("push --quiet -u origin {branch}"));
        clean(&ben);
    }
    let functions = anna.list()["functions"].clone();
    for name in ["hello-master", "hello-dev", "hello-mysandbox", "bens-master", "bens-dev", "bens-mysandbox"] {
        assert!(functions.as_array().unwrap().contains(&json!(name)), "{name}: {functions}");
    }

    // Team-members sharing the same dev backend
    let carl = join(&anna, Some("dev"));
    let existing = ("Do you want to use an existing environment?", "y\r");
    let dev = ("Choose the environment you would like to use:", &*format!("{DOWN}\r"));
    typed(&carl, "amplify init", &[existing, dev]);
    clean(&carl);
    let _ = in_step(&carl);
    edit(&carl, "hello", "by carl");
    add_function(&carl, "carls");
    typed(&carl, "amplify push", &[SURE]);
    git(&carl.sandbox, "add .");
    git(&carl.sandbox, "commit --quiet -m carls");
    git(&carl.sandbox, "push --quiet -u origin dev");
    git(&ben.sandbox, "checkout --quiet dev");
    typed(&ben, "amplify init", &[existing, dev]);
    typed(&ben, "amplify pull", &[]);
    git(&ben.sandbox, "pull --quiet origin dev");
    assert!(source(&ben, "hello").contains("by carl"));
    clean(&ben);
    let _ = in_step(&ben);

    // The script that imports an environment
    let dana = join(&anna, Some("dev"));
    let team = dana.sandbox.read_json("amplify/team-provider-info.json");
    fs_err::remove_file(dana.sandbox.root().join("amplify/team-provider-info.json")).unwrap();
    import(&dana, &team["dev"]["awscloudformation"]);
    assert_eq!(
        dana.sandbox.read_json("amplify/team-provider-info.json")["dev"]["awscloudformation"]["StackId"],
        team["dev"]["awscloudformation"]["StackId"]
    );
    dana.sandbox.write("amplify/.config/local-aws-info.json", r#"{"dev": {"configLevel": "general"}}"#);
    typed(&dana, "amplify env checkout dev", &[]);
    let _ = in_step(&dana);
}

/// Runs the quickstart's script, with an environment's own values.
fn import(account: &Account, state: &Value) {
    let value = |key: &str| state[key].as_str().unwrap().to_owned();
    let keys = [
        "Region",
        "DeploymentBucketName",
        "UnauthRoleName",
        "StackName",
        "StackId",
        "AuthRoleName",
        "UnauthRoleArn",
        "AuthRoleArn",
    ];
    let lines: Vec<String> = keys.iter().map(|key| format!("\\\"{key}\\\": \\\"{}\\\"", value(key))).collect();
    let script = format!(
        r#"#!/bin/bash
set -e
IFS='|'

AWSCLOUDFORMATIONCONFIG="{{\
{}\
}}"
PROVIDER_CONFIG="{{\
\"awscloudformation\":$AWSCLOUDFORMATIONCONFIG\
}}"

AWS_CONFIG="{{\
\"configLevel\":\"project\",\
\"useProfile\":true,\
\"profileName\":\"default\"\
}}"

amplify env import \
--name dev \
--config $PROVIDER_CONFIG \
--awsInfo $AWS_CONFIG \
--yes
"#,
        lines.join(",\\\n")
    );
    let mut command = std::process::Command::new("bash");
    account.sandbox.clear(&mut command);
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", program().parent().unwrap().display());
    let output = command.args(["-c", &script]).env("PATH", path).current_dir(account.sandbox.root()).output().unwrap();
    assert!(output.status.success(), "{script}\n{}", String::from_utf8_lossy(&output.stderr));
}
