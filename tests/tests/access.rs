//! Access to an account: set up for the machine, changed for an environment, and never shown.

use std::path::Path;

use amplify_tests::{Account, Output, Sandbox, harness, program};
use serde_json::{Value, json};

use crate::terminal::answer;

const ID: &str = "AKIAI44QH8DHBEXAMPLE";
const SECRET: &str = "markerHush1MI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const OTHER: &str = "markerHush2MI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const PASSWORD: &str = "markerHush3-correct-horse-battery-staple";

/// What all secrets here begin with.
const MARKER: &str = "markerHush";

/// Texts of all objects of all buckets, those in archives included, that hold the marker.
const HOLDING: &str = r#"
import boto3, io, json, sys, zipfile
s3, looked, holding = boto3.client("s3"), [], []
for bucket in s3.list_buckets()["Buckets"]:
    for entry in s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", []):
        body = s3.get_object(Bucket=bucket["Name"], Key=entry["Key"])["Body"].read()
        parts = [(entry["Key"], body)]
        if zipfile.is_zipfile(io.BytesIO(body)):
            archive = zipfile.ZipFile(io.BytesIO(body))
            parts += [(entry["Key"] + "!" + name, archive.read(name)) for name in archive.namelist()]
        for name, content in parts:
            looked.append(name)
            if sys.argv[1].encode() in content:
                holding.append(name)
print(json.dumps({"looked": looked, "holding": holding}))
"#;

fn shown(output: &Output) -> String {
    format!("{}{}", output.stdout, output.stderr)
}

#[cfg(unix)]
fn mode(file: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs_err::metadata(file).unwrap().permissions().mode() & 0o777
}

#[cfg(not(unix))]
fn mode(_: &Path) -> u32 {
    0o600
}

#[test]
fn configure_keeps_a_profile_beside_what_is_there() {
    let sandbox = Sandbox::new();
    let aws = sandbox.home().join(".aws");
    fs_err::create_dir_all(&aws).unwrap();
    let config = "# mine\n[default]\noutput=json\n";
    fs_err::write(aws.join("config"), config).unwrap();
    let answers = json!({ "aws": {
        "region": "eu-west-1", "userName": "amplify-me", "accessKeyId": ID, "secretAccessKey": SECRET, "profile": "work",
    } });
    sandbox.write("access.json", answers.to_string());
    let configured = sandbox.amplify(["configure", "--answers", "access.json", "--debug"]).success();
    let _ = configured.clone().says("https://console.aws.amazon.com/").says("userNames=amplify-me");
    let _ = configured.clone().prints("Successfully set up the new user.");
    assert!(!shown(&configured).contains(MARKER), "{configured}");
    let read = |name: &str| fs_err::read_to_string(aws.join(name)).unwrap();
    assert_eq!(read("config"), format!("{config}\n[profile work]\nregion = eu-west-1\n"));
    let kept = format!("[work]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n");
    assert_eq!(read("credentials"), kept);
    assert_eq!((mode(&aws.join("config")), mode(&aws.join("credentials"))), (0o600, 0o600));

    // It is there now, and is not overwritten by accident.
    let again = sandbox.amplify(["configure", "--answers", "access.json", "--yes"]).ended_with(2);
    let _ = again.says("aws.overwrite");
    assert_eq!(read("credentials"), kept);
    // Nobody is there to ask: everything that is missing is listed, and nothing is written.
    let nobody = Sandbox::new();
    let missing = nobody.amplify(["configure"]).ended_with(2);
    let _ = missing.says("`aws.region`").says("`aws.accessKeyId`").says("`aws.secretAccessKey`").says("`aws.profile`");
    assert!(!nobody.home().join(".aws").exists());
}

/// Runs `configure` at a terminal up to the question about keys, with a browser that notes what it opens.
#[cfg(target_os = "linux")]
fn opened(words: &[&str]) -> Vec<String> {
    let sandbox = Sandbox::new();
    let browser = amplify_tests::Browser::of(&sandbox);
    let mut command = std::process::Command::new(program());
    command.args(words).current_dir(sandbox.root());
    sandbox.clear(&mut command);
    command.env("PATH", browser.path()).env("TERM", "xterm-256color").env("NO_COLOR", "1");
    let mut session = rexpect::session::spawn_command(command, Some(20_000)).unwrap();
    answer(&mut session, "region:", "\r");
    answer(&mut session, "user name:", "amplify-me\r");
    // The second link is opened before this question comes, but what opens it may take its time.
    session.exp_string("accessKeyId").unwrap();
    let links = browser.opened(2);
    session.send_control('c').unwrap();
    session.exp_eof().unwrap();
    links
}

#[cfg(target_os = "linux")]
#[test]
fn the_console_is_opened_at_a_terminal_unless_that_is_not_wanted() {
    let links = opened(&["configure"]);
    assert_eq!(links.len(), 2, "{links:?}");
    assert_eq!(links[0], "https://console.aws.amazon.com/");
    assert!(links[1].contains("userNames=amplify-me"), "{links:?}");
    assert_eq!(opened(&["configure", "--no-browser"]), [""; 0]);
}

#[test]
fn configure_project_changes_settings_and_refuses_another_account() {
    let Some(account) = Account::new() else { return };
    let sandbox = &account.sandbox;
    let _ = account.amplify(["init", "--yes"]).success();
    let aws = sandbox.home().join(".aws");
    fs_err::create_dir_all(&aws).unwrap();
    let profile = |name: &str, id: &str| format!("[{name}]\naws_access_key_id = {id}\naws_secret_access_key = s\n");
    let profiles = profile("work", &account.number) + &profile("foreign", "444455556666");
    fs_err::write(aws.join("credentials"), profiles).unwrap();
    let by = |name: &str| json!({ "awscloudformation": { "profileName": name } }).to_string();

    let before = sandbox.tree();
    let refused = account.amplify(["configure", "project", "--yes", "--providers", &by("foreign")]).ended_with(1);
    let _ = refused.says("the credentials are for 444455556666");
    assert!(sandbox.tree() == before, "a refused change changes nothing");

    let settings = r#"{"frontend": "javascript", "framework": "vue", "config": {"SourceDir": "web", "DistributionDir": "out",
        "BuildCommand": "make", "StartCommand": "serve"}}"#;
    let amplify = r#"{"projectName": "renamed", "defaultEditor": "vim"}"#;
    let line = ["configure", "project", "--yes", "--amplify", amplify, "--frontend", settings, "--providers"];
    let changed = account.amplify(line.into_iter().chain([by("work").as_str()])).success();
    let _ = changed.prints("Successfully made configuration changes to your project.");
    let config = sandbox.read_json("amplify/.config/project-config.json");
    assert_eq!((&config["projectName"], &config["javascript"]["framework"]), (&json!("renamed"), &json!("vue")));
    assert_eq!(config["javascript"]["config"]["SourceDir"], "web");
    assert_eq!(sandbox.read_json("amplify/.config/local-env-info.json")["defaultEditor"], "vim");
    let recorded = json!({ "dev": { "configLevel": "project", "useProfile": true, "profileName": "work" } });
    assert_eq!(sandbox.read_json("amplify/.config/local-aws-info.json"), recorded);
    assert!(sandbox.exists("web/aws-exports.js"));

    // Nothing was said: nothing changes.
    let before = sandbox.tree();
    let _ = account.amplify(["configure", "project", "--yes"]).success();
    assert!(sandbox.tree() == before);
    let _ = account.amplify(["configure", "project"]).ended_with(2).says("`init.projectName`");
}

#[test]
fn no_secret_is_shown_or_left() {
    let Some(mut account) = Account::new() else { return };
    // Keys of the usual form speak for this account in the emulator.
    account.number = "000000000000".into();
    let sandbox = &account.sandbox;
    let mut said = Vec::new();
    let mut run = |arguments: &[&str], input: &str| {
        let mut invocation = account.command(arguments.iter().copied().chain(["--debug"]));
        invocation.command.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
        if arguments[0] == "misbehave" {
            // It would spoil every other command.
            invocation.command.env("AMPLIFY_PLUGIN_PATH", harness().join("fixtures"));
        }
        let output = invocation.input(input).run();
        said.push(shown(&output));
        output
    };
    let keys = |secret: &str| {
        let keys = json!({ "accessKeyId": ID, "secretAccessKey": secret, "region": "eu-west-1" });
        json!({ "awscloudformation": keys }).to_string()
    };
    let _ = run(&["init", "--yes", "--providers", &keys(SECRET)], "").success();
    let local = sandbox.read_json("amplify/.config/local-aws-info.json");
    let file = local["dev"]["awsConfigFilePath"].as_str().unwrap().to_owned();
    let stored: Value = serde_json::from_str(&fs_err::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(stored, json!({ "accessKeyId": ID, "secretAccessKey": SECRET, "region": "eu-west-1" }));
    assert_eq!(mode(Path::new(&file)), 0o600);
    assert!(Path::new(&file).starts_with(sandbox.home().join(".amplify/awscloudformation")));

    let password = json!({ "misbehave": { "password": PASSWORD } }).to_string();
    let _ = run(&["misbehave", "add", "secret", "--headless"], &password).success();
    let _ = run(&["push", "--yes"], "").success();
    let _ = run(&["plan"], "").success();
    let _ = run(&["configure", "project", "--yes", "--providers", &keys(OTHER)], "").success();
    assert!(fs_err::read_to_string(&file).unwrap().contains(OTHER), "the file is used again");
    let _ = run(&["push", "--yes", "--force", "--json"], "").success();
    let _ = run(&["configure", "--yes", "--providers", &keys(SECRET)], "").success();
    // What goes wrong repeats nothing either.
    let wrong = keys(&SECRET[..39]);
    let _ = run(&["configure", "--yes", "--providers", &wrong], "").ended_with(2);
    let _ = run(&["configure", "project", "--yes", "--providers", &wrong], "").ended_with(2);
    let answer = format!("aws.secretAccessKey={}", &SECRET[..39]);
    let _ = run(&["configure", "--answer", &answer], "").ended_with(2);
    for text in &said {
        assert!(!text.contains(MARKER), "{text}");
    }
    for (path, bytes) in sandbox.tree() {
        assert!(!String::from_utf8_lossy(&bytes).contains(MARKER), "{path}");
    }
    let found = account.python(HOLDING, &[MARKER]);
    assert!(found["looked"].as_array().unwrap().contains(&json!("nested-cloudformation-stack.yml")), "{found}");
    assert_eq!(found["holding"], json!([]), "{found}");
    assert!(account.list()["parameters"].to_string().contains("AMPLIFY_misbehave_vault_password"));
}
