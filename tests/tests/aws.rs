//! A project in an (emulated) AWS account, from an empty folder to an empty account.

use std::io::Write;

use amplify_tests::{
    Account, Sandbox, free_port,
    http::{Request, Server},
};
use serde_json::json;

const STORAGE: &[&str] = &[
    "add",
    "storage",
    "--yes",
    "--answer",
    "storage.service=S3",
    "--answer",
    "storage.resourceName=photos",
    "--answer",
    "storage.authenticatedAccess=create/update,read",
];

/// The project without what building leaves in it.
fn files(sandbox: &Sandbox) -> Vec<(String, Vec<u8>)> {
    sandbox.tree().into_iter().filter(|(path, _)| !path.contains("/dist/")).collect()
}

#[test]
fn from_init_to_delete() {
    let Some(account) = Account::new() else { return };
    let sandbox = &account.sandbox;
    let before = account.list();
    let _ = account.amplify(["init", "--yes", "--provider", "awscloudformation"]).success();
    let team = sandbox.read_json("amplify/team-provider-info.json");
    let state = &team["dev"]["awscloudformation"];
    assert_eq!(state["Region"], "eu-west-1", "{team}");
    assert!(state["StackId"].as_str().unwrap().contains(":111122223333:"), "{team}");
    assert_eq!(
        sandbox.read_json("amplify/.config/local-aws-info.json"),
        json!({ "dev": { "configLevel": "general" } })
    );

    let _ = account.amplify(STORAGE.iter().copied()).success();
    let _ = account.amplify(["function", "add", "--yes", "--answer", "function.resourceName=hello"]).success();
    let pushed = account.amplify(["push", "--yes"]).success();
    // One line a change of state, with the time that went by.
    let mut reports = pushed.stderr.lines().filter(|line| line.starts_with("CREATE_COMPLETE storagephotos/S3Bucket "));
    let report = reports.next().and_then(|line| line.strip_suffix(" s")?.rsplit_once(' ')).unwrap();
    assert_eq!(report.0, "CREATE_COMPLETE storagephotos/S3Bucket (AWS::S3::Bucket)", "{pushed}");
    assert!(report.1.parse::<f64>().is_ok() && reports.next().is_none(), "{pushed}");
    let meta = sandbox.read_json("amplify/backend/amplify-meta.json");
    let bucket = meta["storage"]["photos"]["output"]["BucketName"].as_str().unwrap().to_owned();
    assert!(account.list()["buckets"].as_array().unwrap().contains(&json!(bucket)));
    assert!(account.list()["functions"].as_array().unwrap().contains(&json!("hello-dev")));
    assert!(sandbox.read("src/aws-exports.js").contains(&bucket));

    // A change deploys, and then there is none any more.
    let source = "exports.handler = async event => ({ changed: event.name });\n";
    sandbox.write("amplify/backend/function/hello/src/index.js", source);
    let _ = account.amplify(["plan", "--detailed-exitcode"]).ended_with(2);
    let pushed = account.amplify(["push", "--yes", "--json"]).success();
    let lines = pushed.json_lines();
    let elapsed: Vec<f64> = lines.iter().filter_map(|line| line["elapsed"].as_f64()).collect();
    assert!(!elapsed.is_empty() && elapsed.is_sorted(), "{elapsed:?}");
    let done = lines.last().unwrap();
    assert_eq!((&done["event"], &done["changed"]), (&json!("done"), &json!(true)), "{done}");
    assert!(done["counts"]["updated"].as_u64().unwrap() > 0, "{done}");
    let pushed = account.amplify(["push", "--yes"]).success();
    assert!(pushed.stdout.contains("No changes detected"), "{pushed}");

    // Credentials of another account change nothing.
    sandbox.write("amplify/backend/function/hello/src/index.js", "exports.handler = async () => 1;\n");
    let (before_push, there) = (files(sandbox), account.list());
    let refused = account.command(["push", "--yes"]).env("AWS_ACCESS_KEY_ID", "444455556666").run();
    let _ = refused.ended_with(1).says("the credentials are for 444455556666");
    assert!(files(sandbox) == before_push, "a refused push changes nothing");
    assert_eq!(account.list(), there);

    let _ = account.amplify(["delete", "--yes", "--force"]).success();
    assert_eq!(account.list(), before);
    assert!(!sandbox.exists("amplify"));
}

#[test]
fn what_is_edited_during_a_push_waits_for_the_next_one() {
    let Some(account) = Account::new() else { return };
    let sandbox = &account.sandbox;
    let _ = account.amplify(["init", "--yes", "--provider", "awscloudformation"]).success();
    let _ = account.amplify(["function", "add", "--yes", "--answer", "function.resourceName=hello"]).success();
    let source = "amplify/backend/function/hello/src/index.js";
    let code = |text: &str| format!("exports.handler = async () => {text:?};\n");
    sandbox.write(source, code("early"));

    // Somebody saves the file while CloudFormation is asked what would change.
    let (file, late, port) = (sandbox.root().join(source), code("late"), account.cloud.ministack.port);
    let before = Server::start(move |mut client| {
        let Some(request) = Request::read(&mut client) else { return };
        if String::from_utf8_lossy(&request.body).contains("Action=CreateChangeSet") {
            fs_err::write(&file, &late).unwrap();
        }
        let _ = client.write_all(&request.forward(port).unwrap_or_default());
    });
    let _ = account.command(["push", "--yes"]).env("AWS_ENDPOINT_URL", before.url()).run().success();
    assert_eq!(sandbox.read(source), code("late"), "nobody takes it away");
    let recorded = || sandbox.read("amplify/#current-cloud-backend/function/hello/src/index.js");
    assert_eq!(recorded(), code("early"), "what is recorded is what was deployed");
    let deployed = || account.function("hello-dev")["Configuration"]["CodeSha256"].as_str().unwrap().to_owned();
    let first = deployed();
    let status = account.amplify(["status", "--json"]).success().json();
    assert_eq!(status["resources"][0]["operation"], "Update", "{status}");
    let _ = account.amplify(["push", "--yes"]).success();
    assert_eq!(recorded(), code("late"));
    assert_ne!(deployed(), first);
    let _ = account.amplify(["plan", "--detailed-exitcode"]).success();
    let _ = account.amplify(["delete", "--yes", "--force"]).success();
}

#[test]
fn an_environment_is_listed_in_amplify_once_it_can_be() {
    let Some(account) = Account::new() else { return };
    let sandbox = &account.sandbox;
    let before = account.list();
    let nowhere = format!("http://127.0.0.1:{}", free_port());
    let without = account.command(["init", "--yes", "--provider", "awscloudformation"]);
    let _ = without.env("AWS_ENDPOINT_URL_AMPLIFY", nowhere).run().success().says("not listed there");
    let id = |of: &serde_json::Value| of["AmplifyAppId"].as_str().map(str::to_owned);
    let team = || id(&sandbox.read_json("amplify/team-provider-info.json")["dev"]["awscloudformation"]);
    assert_eq!(team(), None);
    let _ = account.amplify(STORAGE.iter().copied()).success();
    let _ = account.amplify(["push", "--yes"]).success();
    let app = team();
    assert!(app.is_some(), "{}", sandbox.read("amplify/team-provider-info.json"));
    for meta in ["amplify/backend/amplify-meta.json", "amplify/#current-cloud-backend/amplify-meta.json"] {
        assert_eq!(id(&sandbox.read_json(meta)["providers"]["awscloudformation"]), app, "{meta}");
    }
    assert_eq!(account.list()["apps"].as_array().unwrap().len(), before["apps"].as_array().unwrap().len() + 1);
    // Whoever pulls knows it as well, and nothing is left to push.
    let _ = account.amplify(["plan", "--detailed-exitcode"]).success();
    let _ = account.amplify(["delete", "--yes", "--force"]).success();
    assert_eq!(account.list(), before);
}

/// A queue in a stack of one's own.
fn queue(name: &str) -> String {
    let queue = json!({ "Type": "AWS::SQS::Queue", "Properties": { "QueueName": name } });
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": { "env": { "Type": "String" } },
        "Resources": { "Queue": queue },
    })
    .to_string()
}

#[test]
fn the_cloud_itself_says_what_a_push_would_do() {
    let local = Sandbox::initialised();
    let _ = local.amplify(["plan", "--cloud"]).ended_with(1).says("code: no-preview");

    let Some(account) = Account::new() else { return };
    let sandbox = &account.sandbox;
    let _ = account.amplify(["init", "--yes", "--provider", "awscloudformation"]).success();
    let mut config = sandbox.read_json("amplify/backend/backend-config.json");
    config["queues"] = json!({ "jobs": { "service": "SQS", "providerPlugin": "awscloudformation" } });
    sandbox.write("amplify/backend/backend-config.json", format!("{config:#}"));
    sandbox.write("amplify/backend/queues/jobs/template.json", queue("one"));
    sandbox.write("amplify/backend/queues/jobs/parameters.json", "{}");
    let _ = account.amplify(["env", "checkout", "dev"]).success();
    let _ = account.amplify(["function", "add", "--yes", "--answer", "function.resourceName=hello"]).success();

    let (files_before, there) = (files(sandbox), account.list());
    let shown = account.amplify(["plan", "--cloud"]).success().says("account 111122223333");
    let _ = shown.prints("The cloud foresees:").prints("  create queuesjobs (AWS::CloudFormation::Stack)");
    assert!(files(sandbox) == files_before, "nothing is written but what building leaves");
    assert_eq!(account.list(), there, "nothing is made");

    // Files are sent, so what must not leave this machine stops it as it stops a push.
    let source = "amplify/backend/function/hello/src/index.js";
    let (kept, token) = (sandbox.read(source), format!("ghp_{}", "a1B2".repeat(9)));
    sandbox.write(source, format!("// {token}\n{kept}"));
    let objects = account.objects();
    let refused = account.amplify(["plan", "--cloud"]).ended_with(1).says("code: secret-in-git");
    assert!(!refused.to_string().contains(&token), "{refused}");
    assert_eq!(account.objects(), objects, "nothing was sent");
    let _ = account.amplify(["plan", "--cloud", "--allow-secret-in", source]).success().prints("The cloud foresees:");
    let _ = account.amplify(["plan", "--allow-secret-in", source]).ended_with(2).says("goes with `--cloud`");
    sandbox.write(source, kept);

    let _ = account.amplify(["push", "--yes"]).success();
    let nothing = account.amplify(["plan", "--cloud", "--detailed-exitcode", "--json"]).success().json();
    assert_eq!(nothing["cloud"], json!({ "changes": [] }), "{nothing}");

    // A record that is wrong makes a plan that is wrong. The cloud knows better, and a push would stop there.
    for folder in ["amplify/backend", "amplify/#current-cloud-backend"] {
        sandbox.write(&format!("{folder}/queues/jobs/template.json"), queue("two"));
    }
    let told = account.amplify(["plan", "--cloud"]).ended_with(1).prints("No changes.");
    let _ = told
        .prints("  replace queuesjobs/Queue (AWS::SQS::Queue): QueueName")
        .prints("it loses all messages in the queue; a push stops there, unless it is given --allow-replace jobs");
    let document = account.amplify(["plan", "--cloud", "--json"]).ended_with(1).json();
    let unplanned = &document["cloud"]["unplanned"][0];
    assert_eq!(
        (&unplanned["loss"], &unplanned["option"]),
        (&json!("all messages in the queue"), &json!("--allow-replace jobs"))
    );
    let _ = account.amplify(["push", "--yes", "--force"]).ended_with(1).says("code: unplanned-loss");
    let _ = account.amplify(["delete", "--yes", "--force"]).success();
}

#[test]
fn the_profile_that_was_chosen_wins_over_keys_in_the_environment() {
    let Some(account) = Account::new() else { return };
    let sandbox = &account.sandbox;
    let aws = sandbox.home().join(".aws");
    fs_err::create_dir_all(&aws).unwrap();
    fs_err::write(aws.join("config"), "[profile work]\nregion = eu-central-1\n").unwrap();
    let keys = "[work]\naws_access_key_id = 444455556666\naws_secret_access_key = secret\n";
    fs_err::write(aws.join("credentials"), keys).unwrap();
    let run = |arguments: &[&str]| {
        let mut invocation = account.command(arguments.iter().copied());
        invocation.command.env_remove("AWS_REGION");
        invocation.run()
    };
    let profile = r#"{"awscloudformation": {"configLevel": "project", "useProfile": true, "profileName": "work"}}"#;
    let _ = run(&["init", "--yes", "--providers", profile]).success();
    let state = &sandbox.read_json("amplify/team-provider-info.json")["dev"]["awscloudformation"];
    let stack = state["StackId"].as_str().unwrap();
    assert!(stack.starts_with("arn:aws:cloudformation:eu-central-1:444455556666:stack/"), "{stack}");
    let recorded = json!({ "dev": { "configLevel": "project", "useProfile": true, "profileName": "work" } });
    assert_eq!(sandbox.read_json("amplify/.config/local-aws-info.json"), recorded);
    let _ = account.amplify(STORAGE.iter().copied()).success();
    let _ = run(&["push", "--yes"]).success();
    let _ = run(&["delete", "--yes", "--force"]).success();
}

#[test]
fn an_environment_in_the_cloud_does_not_run_here() {
    let Some(account) = Account::new() else { return };
    let _ = account.amplify(["init", "--yes", "--provider", "awscloudformation"]).success();
    let _ = account.amplify(["mock"]).ended_with(1).says("--provider local");
}

#[test]
fn keys_have_a_form_and_nothing_is_made_without_credentials() {
    let sandbox = Sandbox::new();
    sandbox.write("package.json", "{\"name\": \"app\", \"dependencies\": {}}\n");
    let before = sandbox.tree();
    let keys =
        r#"{"awscloudformation": {"configLevel": "project", "accessKeyId": "AKIAX", "secretAccessKey": "hush"}}"#;
    let refused = sandbox.amplify(["init", "--yes", "--providers", keys]).ended_with(2).says("the access key id");
    assert!(!refused.to_string().replace(keys, "").contains("hush"), "{refused}");
    assert!(sandbox.tree() == before);
    let without = sandbox.command(["init", "--yes", "--provider", "awscloudformation"]);
    let without = without.env("AWS_REGION", "eu-west-1").env("AWS_EC2_METADATA_DISABLED", "true");
    // The keys are asked for; what is thought of to learn that makes nothing.
    let _ = without.run().ended_with(2).says("aws.accessKeyId").says("aws.secretAccessKey");
    assert!(sandbox.tree() == before);
}
