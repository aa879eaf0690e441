//! The ways to credentials, each in a process with variables and a home of its own.

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, SystemTime},
};

use amplify_sdk::{
    environment::{ConfigureRequest, Target},
    provider::{ProviderReply, ProviderRequest},
    testing::Host,
};
use aws_sdk_s3::primitives::{DateTime, DateTimeFormat};
use provider_awscloudformation::AwsCloudFormation;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{environment::Environment, proxy, sharing::slow};

/// What the other process is asked, as JSON.
const WHAT: &str = "CLOUD_TEST_ACCESS";
/// Marks its answer.
const ANSWER: &str = "the answer is ";

const MINE: &str = "111122223333";
const OTHER: &str = "444455556666";
const ROLE: &str = "arn:aws:iam::444455556666:role/deploy";
const DEVICE: &str = "arn:aws:iam::111122223333:mfa/me";

/// A machine with a home folder and variables.
struct Machine {
    home: TempDir,
    variables: Vec<(String, String)>,
}

impl Machine {
    fn new(variables: &[(&str, &str)]) -> Self {
        proxy::start();
        let home = tempfile::tempdir().unwrap();
        let endpoint = format!("http://127.0.0.1:{}", proxy::port(proxy::PORT));
        let fixed = [
            ("HOME", home.path().to_str().unwrap()),
            ("PATH", "/usr/bin:/bin"),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
        ];
        let named = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let variables = fixed.iter().chain(variables).map(named).collect();
        Self { home, variables }
    }

    fn with(self, name: &str, value: &str) -> Self {
        let mut machine = self.without(name);
        machine.variables.push((name.into(), value.into()));
        machine
    }

    fn without(mut self, name: &str) -> Self {
        self.variables.retain(|(other, _)| other != name);
        self
    }

    fn file(&self, path: &str, text: &str) -> PathBuf {
        let file = self.home.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
        file
    }

    fn config(self, text: &str) -> Self {
        self.file(".aws/config", text);
        self
    }

    /// Starts a process of this machine that does one of the things below.
    fn start(&self, test: &str, what: &Value) -> Command {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--ignored", "--exact", "--nocapture", test]).env_clear().envs(self.variables.clone());
        for kept in [proxy::PORT, proxy::UPSTREAM] {
            command.env(kept, proxy::port(kept).to_string());
        }
        command.env(WHAT, what.to_string());
        command
    }

    /// Signs in for an environment of an account; returns `null`, or the error's code and message.
    fn sign_in(&self, account: &str, access: &Value, answers: &Value) -> Value {
        let what = json!({ "account": account, "access": access, "answers": answers });
        let output = self.start("access::signs_in", &what).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().find_map(|line| line.split_once(ANSWER));
        let (_, answer) = line.unwrap_or_else(|| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)));
        serde_json::from_str(answer).unwrap()
    }

    fn signs_in(&self, account: &str) {
        assert_eq!(self.sign_in(account, &general(), &json!({})), Value::Null);
    }

    fn signs_in_by(&self, profile: &str, account: &str) {
        assert_eq!(self.sign_in(account, &by(profile), &json!({})), Value::Null);
    }
}

fn general() -> Value {
    json!({ "configLevel": "general" })
}

fn by(profile: &str) -> Value {
    json!({ "configLevel": "project", "useProfile": true, "profileName": profile })
}

#[test]
#[ignore = "started by a scenario"]
fn signs_in() {
    let Ok(what) = std::env::var(WHAT) else { return };
    let what: Value = serde_json::from_str(&what).unwrap();
    let account = what["account"].as_str().unwrap();
    let state = json!({
        "Region": "eu-west-1",
        "StackId": format!("arn:aws:cloudformation:eu-west-1:{account}:stack/amplify-shop-dev-1/1"),
    });
    let target = Target {
        environment: "dev".into(),
        state: state.as_object().unwrap().clone(),
        // Other than whatever is wanted, so that it is tried.
        local: by("no such profile"),
        ..Target::default()
    };
    let options = what["access"].as_object().unwrap().clone();
    let request = ConfigureRequest { target, options, ..ConfigureRequest::default() };
    let host = Host::new().answers(what["answers"].clone());
    let outcome = host.provider(&AwsCloudFormation, ProviderRequest::Configure(request));
    let answer = match &outcome.result {
        Ok(ProviderReply::Configured(reply)) => {
            assert_eq!(reply.local, what["access"]);
            Value::Null
        }
        Ok(other) => panic!("{other:?}"),
        Err(error) => json!({ "code": error.code, "message": error.message, "all": format!("{outcome:?}") }),
    };
    println!("{ANSWER}{answer}");
}

fn time(from_now: i64) -> String {
    let now = DateTime::from(SystemTime::now());
    DateTime::from_secs(now.secs() + from_now).fmt(DateTimeFormat::DateTime).unwrap()
}

/// A program that prints credentials which end after so many seconds, and notes each call.
fn program(machine: &Machine, seconds: u32) -> String {
    let script = format!(
        "#!/bin/sh\necho called >> \"$(dirname \"$0\")/calls\"\nends=$(date -u -d \"+{seconds} seconds\" +%Y-%m-%dT%H:%M:%SZ)\n\
         printf '{{\"Version\": 1, \"AccessKeyId\": \"{MINE}\", \"SecretAccessKey\": \"s\", \"SessionToken\": \"t\", \
         \"Expiration\": \"%s\"}}' \"$ends\"\n"
    );
    machine.file("program", &script).to_str().unwrap().to_owned()
}

/// Answers every request with the same document, and notes what was asked. Single sign-on refuses the token of a session that
/// is over.
fn server(document: &Value) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, body, asked) = (listener.local_addr().unwrap().port(), document.to_string(), Arc::default());
    let note: Arc<Mutex<Vec<String>>> = Arc::clone(&asked);
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut buffer = [0; 8192];
            let read = stream.read(&mut buffer).unwrap_or(0);
            let request = String::from_utf8_lossy(&buffer[..read]).into_owned();
            let (status, body) = if request.contains("token-over") {
                let message = json!({ "message": "Session token not found or invalid" });
                ("401 Unauthorized\r\nx-amzn-errortype: UnauthorizedException", message.to_string())
            } else {
                ("200 OK", body.clone())
            };
            note.lock().unwrap().push(request);
            let head =
                format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length");
            let _ = stream.write_all(format!("{head}: {}\r\n\r\n{body}", body.len()).as_bytes());
        }
    });
    (port, asked)
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_access_by_variables_and_profiles() {
    let keys = [("AWS_ACCESS_KEY_ID", MINE), ("AWS_SECRET_ACCESS_KEY", "s")];
    let machine = Machine::new(&keys);
    machine.signs_in(MINE);
    let refused = machine.sign_in(OTHER, &general(), &json!({}));
    assert_eq!(refused["code"], "other-account", "keys of another account stop before anything is written");

    // The profile that was chosen counts, whatever keys the variables hold.
    machine.file(".aws/credentials", &format!("[work]\naws_access_key_id = {OTHER}\naws_secret_access_key = s\n"));
    machine.signs_in_by("work", OTHER);
    machine.signs_in(MINE);
    let missing = machine.sign_in(MINE, &by("none"), &json!({}));
    assert_eq!(
        (&missing["code"], &missing["message"]),
        (&json!("profile-missing"), &json!("there is no AWS profile `none`"))
    );

    let machine = Machine::new(&[("AWS_PROFILE", "work")]);
    machine.file(".aws/credentials", &format!("[work]\naws_access_key_id = {OTHER}\naws_secret_access_key = s\n"));
    machine.signs_in(OTHER);
    assert_eq!(Machine::new(&[]).sign_in(MINE, &general(), &json!({}))["code"], "no-credentials");
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_access_by_a_program() {
    let machine = Machine::new(&[]);
    let command = program(&machine, 3600);
    let machine = machine.config(&format!("[profile made]\ncredential_process = sh {command}\n"));
    machine.signs_in_by("made", MINE);
    let calls = fs::read_to_string(machine.home.path().join("calls")).unwrap();
    assert_eq!(calls.lines().count(), 1, "it may ask somebody, so it is called once");
    program(&machine, 0);
    thread::sleep(Duration::from_millis(1100));
    let over = machine.sign_in(MINE, &by("made"), &json!({}));
    assert_eq!(over["code"], "credentials-expired", "{over}");
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_access_by_web_identity() {
    let machine = Machine::new(&[("AWS_ROLE_ARN", ROLE), ("AWS_ROLE_SESSION_NAME", "ci-run-7")]);
    let token = machine.file("token", "header.claims.signature");
    let machine = machine.with("AWS_WEB_IDENTITY_TOKEN_FILE", token.to_str().unwrap());
    machine.signs_in(OTHER);
    assert_eq!(proxy::calls("ci-run-7"), ["AssumeRoleWithWebIdentity"]);
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_access_by_single_sign_on_ends_and_begins_again() {
    let credentials = json!({ "roleCredentials": {
        "accessKeyId": MINE, "secretAccessKey": "s", "sessionToken": "t", "expiration": 4_102_444_800_000_u64,
    } });
    let (port, asked) = server(&credentials);
    let machine = Machine::new(&[("AWS_ENDPOINT_URL_SSO", &format!("http://127.0.0.1:{port}"))]).config(&format!(
        "[profile sso]\nsso_start_url = https://d-1.awsapps.com/start\nsso_region = eu-west-1\nsso_account_id = {MINE}\n\
         sso_role_name = deploy\n"
    ));
    // Named by the SHA-1 of the start URL.
    let token = |token: &str, ends: &str| {
        let text = json!({
            "accessToken": token, "expiresAt": ends, "region": "eu-west-1",
            "startUrl": "https://d-1.awsapps.com/start",
        });
        machine.file(&format!(".aws/sso/cache/{}.json", sso_cache_name()), &text.to_string());
    };
    token("marker-token-over", &time(-60));
    let over = machine.sign_in(MINE, &by("sso"), &json!({}));
    assert_eq!(over["code"], "credentials-expired", "{over}");
    assert!(!over.to_string().contains("marker-token"), "{over}");
    // Somebody signs in elsewhere; the next command works.
    token("marker-token", &time(3600));
    machine.signs_in_by("sso", MINE);
    let asked = asked.lock().unwrap();
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(asked[1].contains("role_name=deploy") && asked[1].contains("marker-token\r\n"), "{asked:?}");
}

/// `sha1sum` of the start URL.
fn sso_cache_name() -> String {
    let output =
        Command::new("sh").args(["-c", "printf %s https://d-1.awsapps.com/start | sha1sum | cut -c1-40"]).output();
    String::from_utf8(output.unwrap().stdout).unwrap().trim().to_owned()
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_access_by_a_container() {
    let (port, asked) = server(&json!({
        "AccessKeyId": MINE, "SecretAccessKey": "s", "Token": "t", "Expiration": "2099-01-01T00:00:00Z",
    }));
    let uri = format!("http://127.0.0.1:{port}/credentials");
    // A proxy that is not there: what hands out credentials here is never behind one.
    let machine = Machine::new(&[("AWS_CONTAINER_CREDENTIALS_FULL_URI", &uri), ("HTTP_PROXY", "http://127.0.0.1:9")]);
    machine.signs_in(MINE);
    assert!(asked.lock().unwrap()[0].starts_with("GET /credentials "));
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_access_by_a_role() {
    let text = format!(
        "[profile base]\naws_access_key_id = {MINE}\naws_secret_access_key = s\n\
         [profile role]\nrole_arn = {ROLE}\nsource_profile = base\nrole_session_name = plain-role\n"
    );
    let machine = Machine::new(&[]).config(&text);
    machine.signs_in_by("role", OTHER);
    machine.with("AWS_PROFILE", "role").signs_in(OTHER);
    let calls = proxy::calls("plain-role");
    assert_eq!(calls, ["AssumeRole", "AssumeRole"]);
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_access_by_a_role_with_a_token() {
    let text = format!(
        "[profile base]\naws_access_key_id = {MINE}\naws_secret_access_key = s\n\
         [profile guarded]\nrole_arn = {ROLE}\nsource_profile = base\nmfa_serial = {DEVICE}\nduration_seconds = 1800\n\
         external_id = outside\nrole_session_name = guarded-role\n\
         [profile above]\nrole_arn = arn:aws:iam::777788889999:role/inner\nsource_profile = guarded\n"
    );
    let machine = Machine::new(&[]).config(&text);
    let unanswered = machine.sign_in(OTHER, &by("guarded"), &json!({}));
    assert!(unanswered["message"].as_str().unwrap().contains("aws.mfaToken"), "{unanswered}");
    let wrong = machine.sign_in(OTHER, &by("guarded"), &json!({ "aws": { "mfaToken": "12345" } }));
    assert_ne!(wrong, Value::Null, "five digits are no token");
    assert_eq!(proxy::calls("guarded-role"), Vec::<String>::new());

    let token = json!({ "aws": { "mfaToken": "731942" } });
    assert_eq!(machine.sign_in(OTHER, &by("guarded"), &token), Value::Null);
    assert_eq!(proxy::calls("TokenCode=731942"), ["AssumeRole"]);
    for part in ["SerialNumber=arn", "DurationSeconds=1800", "ExternalId=outside"] {
        assert!(proxy::calls("731942").len() == 1 && proxy::texts("731942")[0].contains(part), "{part}");
    }
    // Kept for the next commands, whichever way they come to the profile.
    machine.signs_in_by("guarded", OTHER);
    machine.signs_in_by("above", "777788889999");
    let cache = machine.home.path().join(".amplify/awscloudformation/cache.json");
    owners_alone(&cache);
    let kept: Value = serde_json::from_slice(&fs::read(&cache).unwrap()).unwrap();
    assert!(kept[ROLE]["guarded-role"]["sessionToken"].is_string(), "{kept}");
    let machine = machine.with("AWS_PROFILE", "guarded");
    machine.signs_in(OTHER);
    assert_eq!(proxy::calls("TokenCode").len(), 1);

    // Nearly over: the token is asked before anything begins.
    let mut kept = kept;
    kept[ROLE]["guarded-role"]["expiration"] = json!(time(120));
    fs::write(&cache, kept.to_string()).unwrap();
    assert!(machine.sign_in(OTHER, &general(), &json!({}))["message"].as_str().unwrap().contains("aws.mfaToken"));
}

#[cfg(unix)]
fn owners_alone(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[cfg(not(unix))]
fn owners_alone(_: &Path) {}

#[test]
#[ignore = "needs the emulator"]
fn scenario_access_by_keys_of_a_file() {
    let machine = Machine::new(&[("AWS_ACCESS_KEY_ID", OTHER), ("AWS_SECRET_ACCESS_KEY", "s")]);
    let keys = json!({ "accessKeyId": MINE, "secretAccessKey": "s", "region": "eu-west-1" });
    let file = machine.file(".amplify/awscloudformation/AbC123xYz9", &keys.to_string());
    // Twelve digits are no key of AWS, so the file is written as if it had been there.
    let what = json!({
        "name": "none", "state": { "Region": "eu-west-1", "StackName": "none", "DeploymentBucketName": "none",
            "StackId": format!("arn:aws:cloudformation:eu-west-1:{MINE}:stack/none/1") },
        "folder": machine.home.path(), "extra": {},
        "local": { "configLevel": "project", "useProfile": false, "awsConfigFilePath": file },
    });
    let output = machine.start("access::deploys", &what).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("stack-missing"), "the account is the right one, and has no such stack: {text}");
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_access_is_renewed_while_a_push_waits() {
    let environment = Environment::initialized("renewed");
    let machine = Machine::new(&[]);
    // The SDK renews what ends within ten seconds.
    let command = program(&machine, 12);
    let machine = machine.config(&format!("[default]\ncredential_process = sh {command}\n"));
    let what = json!({
        "name": environment.name, "state": environment.state, "folder": environment.folder(), "extra": slow(6),
        "local": general(),
    });
    let output = machine.start("access::deploys", &what).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("resource-failed"), "the wait is over, so it failed: {text}");
    let calls = fs::read_to_string(machine.home.path().join("calls")).unwrap();
    assert!(calls.lines().count() > 1, "{calls}");
    assert_eq!(environment.destroy().unwrap().remaining, Vec::<String>::new());
}

#[test]
#[ignore = "started by a scenario"]
fn deploys() {
    let Ok(what) = std::env::var(WHAT) else { return };
    let what: Value = serde_json::from_str(&what).unwrap();
    let text = |key: &str| what[key].as_str().unwrap().to_owned();
    let environment =
        Environment::existing(text("name"), text("folder").into(), what["state"].as_object().unwrap().clone());
    let mut request = environment.deployment(&what["extra"], Vec::new());
    request.local = what["local"].clone();
    let outcome = Host::new().provider(&AwsCloudFormation, ProviderRequest::Deploy(request));
    println!("{ANSWER}{}", outcome.result.map_or_else(|error| error.code, |_| "done".into()));
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_access_to_a_service_at_an_address_of_its_own() {
    let keys = [("AWS_ACCESS_KEY_ID", MINE), ("AWS_SECRET_ACCESS_KEY", "own-address")];
    let there = format!("http://127.0.0.1:{}", proxy::port(proxy::PORT));
    let nowhere = ("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    Machine::new(&keys).with(nowhere.0, nowhere.1).with("AWS_ENDPOINT_URL_STS", &there).signs_in(MINE);
    // The profile may name it too.
    let machine = Machine::new(&[]).without("AWS_ENDPOINT_URL").config(&format!(
        "[profile own]\naws_access_key_id = {MINE}\naws_secret_access_key = s\nendpoint_url = {there}\n"
    ));
    machine.signs_in_by("own", MINE);
}
