//! A category that a third party has made has everything that ours have.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::Command,
};

use amplify_tests::{Account, Invocation, Member, Output, Outside, Sandbox, Team, harness, queue_plugin, workspace};
use serde_json::{Value, json};

const PATH: &str = "AMPLIFY_PLUGIN_PATH";

fn command(sandbox: &Sandbox, words: &[&str]) -> Invocation {
    sandbox.command(words.iter().copied()).env(PATH, queue_plugin())
}

fn amplify(sandbox: &Sandbox, words: &[&str]) -> Output {
    command(sandbox, words).run()
}

/// A project with a function and a queue that it handles.
fn with_queue() -> Sandbox {
    let sandbox = Sandbox::initialised();
    let _ = sandbox.amplify(["add", "function", "--yes", "--answer", "function.resourceName=hello"]).success();
    let words = ["add", "queue", "--yes", "--answer", "queue.name=jobs", "--answer", "queue.function=hello"];
    let _ = amplify(&sandbox, &words).success().prints("Successfully added queue jobs locally");
    sandbox
}

#[test]
fn its_life_on_the_local_cloud() {
    let sandbox = with_queue();
    let team = || sandbox.read_json("amplify/team-provider-info.json");
    assert_eq!(team()["dev"]["categories"]["queue"]["jobs"]["visibilityTimeout"], 30, "an environment's value");
    let entry = &sandbox.read_json("amplify/backend/backend-config.json")["queue"]["jobs"];
    assert_eq!(entry["dependsOn"][0]["resourceName"], "hello");
    let status = amplify(&sandbox, &["status", "--json"]).success().json();
    let row = status["resources"].as_array().unwrap().iter().find(|row| row["name"] == "jobs").unwrap();
    assert_eq!((&row["category"], &row["operation"]), (&"queue".into(), &"Create".into()));
    let plan = amplify(&sandbox, &["plan"]).success();
    assert!(plan.stdout.contains("AWS::SQS::Queue") && plan.stdout.contains("EventSourceMapping"), "{plan}");

    let _ = amplify(&sandbox, &["push", "--yes"]).success();
    let _ = amplify(&sandbox, &["plan", "--detailed-exitcode"]).ended_with(0);
    let output = &sandbox.read_json("amplify/backend/amplify-meta.json")["queue"]["jobs"]["output"];
    assert_eq!(output["Name"], "jobs-dev");
    let exports = sandbox.read("src/aws-exports.js");
    assert!(exports.contains("\"aws_queues\"") && exports.contains("jobs-dev"), "{exports}");

    let words = ["queue", "update", "--yes", "--answer", "queue.name=jobs", "--answer", "queue.visibilityTimeout=90"];
    let _ = amplify(&sandbox, &words).success();
    assert_eq!(team()["dev"]["categories"]["queue"]["jobs"]["visibilityTimeout"], 90);
    let plan = amplify(&sandbox, &["plan"]).success();
    assert!(plan.stdout.contains("VisibilityTimeout"), "{plan}");
    let _ = amplify(&sandbox, &["push", "--yes"]).success();

    // What another resource depends on stays; a queue goes, with its key in the app's file.
    let _ = amplify(&sandbox, &["remove", "function", "hello", "--yes"]).ended_with(1).says("jobs");
    let _ = amplify(&sandbox, &["remove", "queue", "jobs", "--yes"]).success();
    let _ = amplify(&sandbox, &["push", "--yes", "--allow-delete", "jobs"]).success();
    assert!(!sandbox.read("src/aws-exports.js").contains("aws_queues"), "{}", sandbox.read("src/aws-exports.js"));
    assert!(team()["dev"]["categories"].get("queue").is_none(), "{}", team());
}

/// In a team: what one pushes, the other pulls.
#[test]
fn a_colleague_pulls_it() {
    let team = Team::new();
    let run = |member: &Member, words: &[&str]| {
        let path = std::env::join_paths([harness().join("team"), queue_plugin().to_path_buf()]).unwrap();
        member.sandbox.command(words.iter().copied()).env(PATH, path).run()
    };
    let anna = team.founder();
    let _ = run(&anna, &["add", "queue", "--yes", "--answer", "queue.name=jobs"]).success();
    let _ = run(&anna, &["push", "--yes"]).success();
    anna.share("dev");
    let ben = team.clone("dev");
    let _ = run(&ben, &["env", "checkout", "dev"]).success();
    let _ = run(&ben, &["plan", "--detailed-exitcode"]).ended_with(0);
    let _ = run(&anna, &["add", "queue", "--yes", "--answer", "queue.name=mail"]).success();
    let _ = run(&anna, &["push", "--yes"]).success();
    let team_info = |member: &Member| member.sandbox.read_json("amplify/team-provider-info.json");
    assert!(team_info(&ben)["dev"]["categories"]["queue"].get("mail").is_none());
    let pulled = run(&ben, &["pull", "--yes"]).success().prints("queue/mail/queue-template.json");
    let _ = pulled.prints("dev.categories.queue.mail.visibilityTimeout");
    let _ = run(&ben, &["plan", "--detailed-exitcode"]).ended_with(0);
    assert_eq!(team_info(&ben), team_info(&anna));

    // What one changes, the other gets, unless it was changed there, too.
    let update = |member: &Member, queue: &str, seconds: &str| {
        let (queue, seconds) = (format!("queue.name={queue}"), format!("queue.visibilityTimeout={seconds}"));
        let words = ["queue", "update", "--yes", "--answer", &queue, "--answer", &seconds];
        let _ = run(member, &words).success();
    };
    update(&anna, "jobs", "90");
    update(&anna, "mail", "91");
    let _ = run(&anna, &["push", "--yes"]).success();
    update(&ben, "mail", "92");
    let _ = run(&ben, &["pull", "--yes"]).ended_with(1).says("dev.categories.queue.mail.visibilityTimeout");
    let values = team_info(&ben)["dev"]["categories"]["queue"].clone();
    assert_eq!(values, json!({ "jobs": { "visibilityTimeout": 90 }, "mail": { "visibilityTimeout": 92 } }));
    let _ = run(&ben, &["pull", "--restore", "--yes"]).success().says("dev.categories.queue.mail.visibilityTimeout");
    assert_eq!(team_info(&ben), team_info(&anna));
    let _ = run(&ben, &["plan", "--detailed-exitcode"]).ended_with(0);

    // A resource that is gone takes its values with it.
    let _ = run(&anna, &["remove", "queue", "mail", "--yes"]).success();
    let _ = run(&anna, &["push", "--yes", "--allow-delete", "mail"]).success();
    let _ = run(&ben, &["pull", "--yes"]).success();
    assert_eq!(team_info(&ben), team_info(&anna));

    // An empty folder has no copy of git's.
    let carl = team.outsider();
    let attach = ["pull", "--app-id", "id-app", "--env-name", "dev", "--providers", &carl.provider(), "--yes"];
    let _ = run(&carl, &attach).success();
    assert_eq!(team_info(&carl)["dev"]["categories"], team_info(&anna)["dev"]["categories"]);
    let _ = run(&carl, &["plan", "--detailed-exitcode"]).ended_with(0);
}

/// A record of the original CLI has no values: they are in the root template, or somebody has to give them.
#[test]
fn a_record_without_values_tells_them_by_its_root_template_or_names_them() {
    let team = Team::new();
    let run = |member: &Member, words: &[&str]| {
        let path = std::env::join_paths([harness().join("team"), queue_plugin().to_path_buf()]).unwrap();
        member.sandbox.command(words.iter().copied()).env(PATH, path).run()
    };
    let anna = team.founder();
    let _ = run(&anna, &["add", "queue", "--yes", "--answer", "queue.name=jobs"]).success();
    let _ = run(&anna, &["push", "--yes"]).success();
    let zip = team.cloud().join("app/dev/record/#current-cloud-backend.zip");
    let values = ["awscloudformation/environment-values.json"];
    let root = "awscloudformation/nested-cloudformation-stack.yml";
    without(&zip, &values);
    let carl = team.outsider();
    let attach = ["pull", "--app-id", "id-app", "--env-name", "dev", "--providers", &carl.provider(), "--yes"];
    let _ = run(&carl, &attach).success();
    let of = |member: &Member| member.sandbox.read_json("amplify/team-provider-info.json")["dev"]["categories"].clone();
    assert_eq!(of(&carl), of(&anna));
    let _ = run(&carl, &["plan", "--detailed-exitcode"]).ended_with(0);

    without(&zip, &[values[0], root]);
    let dora = team.outsider();
    let pulled = run(&dora, &attach).success();
    let _ = pulled.says("dev.categories.queue.jobs.visibilityTimeout").says("amplify update queue");
    let words = ["update", "queue", "--yes", "--answer", "queue.name=jobs", "--answer", "queue.visibilityTimeout=30"];
    let _ = run(&dora, &words).success();
    assert_eq!(of(&dora), of(&anna));
    let _ = run(&dora, &["plan"]).success();
}

/// Takes entries out of an archive.
fn without(zip: &std::path::Path, entries: &[&str]) {
    let script = "import sys, zipfile\n\
        path, gone = sys.argv[1], sys.argv[2:]\n\
        files = [(i, zipfile.ZipFile(path).read(i)) for i in zipfile.ZipFile(path).infolist() if i.filename not in gone]\n\
        out = zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED)\n\
        [out.writestr(i, content) for i, content in files]\n\
        out.close()";
    let output = Command::new("python3").args(["-c", script]).arg(zip).args(entries).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_new_environment_takes_over_its_values_or_asks_for_them() {
    let sandbox = with_queue();
    let values =
        |name: &str| sandbox.read_json("amplify/team-provider-info.json")[name]["categories"]["queue"]["jobs"].clone();
    let add = |name: &str, more: &[&str]| {
        let words = ["env", "add", "--provider", "local", "--env", name];
        amplify(&sandbox, &[&words[..], more].concat())
    };
    let _ = add("test", &["--yes"]).success().says("queue/jobs visibilityTimeout: 30");
    assert_eq!(values("test"), json!({ "visibilityTimeout": 30 }));
    let _ = amplify(&sandbox, &["plan"]).success();
    let own = "env.values.queue.jobs.visibilityTimeout";
    let before = sandbox.tree();
    let _ = add("stage", &["--answer", "env.carryValues=no"]).ended_with(2).says(own);
    assert!(sandbox.tree() == before);
    let _ = add("stage", &["--yes", "--answer", "env.carryValues=no", "--answer", &format!("{own}=60")]).success();
    assert_eq!(values("stage"), json!({ "visibilityTimeout": 60 }));
    let given = r#"{"queue": {"jobs": {"visibilityTimeout": 90}}}"#;
    let _ = add("prod", &["--yes", "--categories", given]).success();
    assert_eq!(values("prod"), json!({ "visibilityTimeout": 90 }));
    assert_eq!(values("dev"), json!({ "visibilityTimeout": 30 }));
    let _ = amplify(&sandbox, &["push", "--yes"]).success();
}

#[test]
fn help_completion_and_answers_know_it() {
    let sandbox = Sandbox::initialised();
    let _ = amplify(&sandbox, &["help", "queue"])
        .success()
        .prints("amplify queue <subcommand>")
        .prints("Changes a message queue");
    let _ = amplify(&sandbox, &["add", "queue", "--help"]).success().prints("dead-letter queue");
    let _ = amplify(&sandbox, &["categories"]).success().prints("queue");
    let script = amplify(&sandbox, &["completion", "bash"]).success();
    assert!(script.stdout.contains("queue"), "completion knows it");
    let before = sandbox.tree();
    let missing = command(&sandbox, &["add", "queue"]).run().ended_with(2);
    for key in ["queue.name", "queue.visibilityTimeout", "queue.maxReceiveCount"] {
        assert!(missing.stderr.contains(key), "{missing}");
    }
    assert!(sandbox.tree() == before);
    let _ = command(&sandbox, &["add", "queue", "--headless"])
        .input("{\"version\": 2}")
        .run()
        .ended_with(2)
        .says("code: queue-payload");
    let _ = command(&sandbox, &["add", "queue", "--headless"])
        .input("{\"version\": 1, \"name\": \"mail\"}")
        .run()
        .success();
    assert!(sandbox.exists("amplify/backend/queue/mail/queue-template.json"));
    let _ = amplify(&sandbox, &["add", "queue", "--yes", "--answer", "queue.name=mail"]).ended_with(2).says("taken");
}

#[test]
fn it_is_mocked() {
    let sandbox = with_queue();
    let mut child = command(&sandbox, &["mock", "queue"]).start();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let url = line.split_whitespace().last().unwrap_or_default().to_owned();
    assert!(url.starts_with("http://127.0.0.1:") && url.ends_with("/jobs"), "{line}");
    let call = |action: &str, body: Value| -> Value {
        let address = url.trim_start_matches("http://").split('/').next().unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        let body = body.to_string();
        let head = format!(
            "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AmazonSQS.{action}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        serde_json::from_str(reply.split("\r\n\r\n").nth(1).unwrap()).unwrap()
    };
    let sent = call("SendMessage", json!({"QueueUrl": url, "MessageBody": "hello"}));
    assert_eq!(sent["MessageId"], "1");
    let received = call("ReceiveMessage", json!({"QueueUrl": url}));
    assert_eq!(received["Messages"][0]["Body"], "hello");
    if cfg!(unix) {
        let ended = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        assert!(ended.success());
        assert_eq!(child.wait().unwrap().code(), Some(0), "Ctrl-C is how a server is ended");
    } else {
        let _ = child.kill();
        let _ = child.wait();
    }
    let _ = amplify(&sandbox, &["mock", "queue", "--event", "x.json"]).ended_with(2).says("code: option-misplaced");
}

#[test]
fn it_keeps_the_contract_and_its_own_tests_pass() {
    let outside = Outside::new();
    let folder = queue_plugin().join("category-queue");
    let verified = outside.amplify("", ["plugin", "verify", folder.to_str().unwrap()]).success();
    assert!(!verified.stdout.contains("fault:") && !verified.stdout.contains("warning:"), "{verified}");
    let source = queue_plugin().parent().unwrap().parent().unwrap();
    outside.cargo(source, ["test", "--release", "--quiet"]);
    let manifest = fs_err::read_to_string(workspace().join("examples/queue-plugin/Cargo.toml")).unwrap();
    let (_, dependencies) = manifest.split_once("[dependencies]").unwrap();
    let lines = dependencies.lines().map(str::trim).skip(1).take_while(|line| !line.is_empty());
    let dependencies: Vec<&str> = lines.filter(|line| !line.starts_with('#')).collect();
    assert!(matches!(dependencies[..], [only] if only.starts_with("amplify-sdk")), "{dependencies:?}");
}

const QUEUES: &str = r#"
import boto3, json
sqs = boto3.client("sqs")
urls = sqs.list_queues().get("QueueUrls", [])
print(json.dumps({url.rsplit("/", 1)[1]: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"] for url in urls}))
"#;

/// Makes the published record what the original CLI publishes: without values and without the root template.
const FORGET_VALUES: &str = r##"
import boto3, io, json, zipfile
s3 = boto3.client("s3")
key, changed = "#current-cloud-backend.zip", 0
for bucket in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
    if key not in [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]:
        continue
    old = zipfile.ZipFile(io.BytesIO(s3.get_object(Bucket=bucket, Key=key)["Body"].read()))
    assert "awscloudformation/environment-values.json" in old.namelist(), old.namelist()
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as new:
        for entry in old.infolist():
            if not entry.filename.startswith("awscloudformation/"):
                new.writestr(entry, old.read(entry))
    s3.put_object(Bucket=bucket, Key=key, Body=body.getvalue())
    changed += 1
assert changed == 1, changed
print(json.dumps(changed))
"##;

fn queues(account: &Account) -> Value {
    account.python(QUEUES, &[])
}

#[test]
fn its_life_in_an_account() {
    let Some(account) = Account::new() else { return };
    let amplify = |words: &[&str]| account.command(words.iter().copied()).env(PATH, queue_plugin()).run();
    let _ = amplify(&["init", "--yes", "--provider", "awscloudformation"]).success();
    let _ = amplify(&["add", "function", "--yes", "--answer", "function.resourceName=hello"]).success();
    let words = ["add", "queue", "--yes", "--answer", "queue.name=jobs", "--answer", "queue.function=hello"];
    let _ = amplify(&words).success();
    let _ = amplify(&["push", "--yes"]).success();
    let found = queues(&account);
    let redrive = found["jobs-dev"]["RedrivePolicy"].as_str().unwrap_or_default();
    assert!(redrive.contains("jobs-failed-dev") && found.get("jobs-failed-dev").is_some(), "{found}");
    assert_eq!(found["jobs-dev"]["VisibilityTimeout"], "30");
    let _ = amplify(&["plan", "--detailed-exitcode"]).ended_with(0);
    let exports = account.sandbox.read("src/aws-exports.js");
    assert!(exports.contains("aws_queues"), "{exports}");
    // A colleague with an empty folder has the environment's values, too, also from a record of the original, which has none.
    let team_info = |account: &Account| account.sandbox.read_json("amplify/team-provider-info.json")["dev"].clone();
    let app = team_info(&account)["awscloudformation"]["AmplifyAppId"].as_str().unwrap().to_owned();
    for record in ["ours", "the original's"] {
        if record == "the original's" {
            account.python(FORGET_VALUES, &[]);
        }
        let colleague = Account::of(&account.cloud, &account.number);
        let run = |words: &[&str]| colleague.command(words.iter().copied()).env(PATH, queue_plugin()).run();
        let _ = run(&["pull", "--appId", &app, "--envName", "dev", "--yes"]).success();
        assert_eq!(
            team_info(&colleague)["categories"]["queue"],
            team_info(&account)["categories"]["queue"],
            "{record}"
        );
        let _ = run(&["plan", "--detailed-exitcode"]).success();
    }
    let _ = amplify(&["delete", "--yes", "--force"]).success();
    assert_eq!(queues(&account), json!({}));
}
