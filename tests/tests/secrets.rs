//! Secrets: kept by the environment's provider, in no file that git tracks, and in no output.

use amplify_tests::{Output, Sandbox, harness};
use serde_json::{Value, json};

const MARKER: &str = "correct-horse-battery-staple";
const OTHER: &str = "wrong-donkey-charger-clip";
const STORE: &str = "amplify/mock-data/dev/secrets.json";

/// A project with a resource that needs a secret.
fn project() -> Sandbox {
    let sandbox = Sandbox::initialised();
    let _ = add(&sandbox).success();
    sandbox
}

fn add(sandbox: &Sandbox) -> Output {
    let answers = json!({ "misbehave": { "password": MARKER } }).to_string();
    let command = sandbox.command(["misbehave", "add", "secret", "--headless", "--debug"]);
    let output = command.env("AMPLIFY_PLUGIN_PATH", harness().join("fixtures")).input(&answers).run();
    assert!(!output.to_string().contains(MARKER), "{output}");
    output
}

/// The files that hold a text, apart from what the local cloud keeps.
fn holding(sandbox: &Sandbox, text: &str) -> Vec<String> {
    let files = sandbox.tree().into_iter().filter(|(path, _)| !path.starts_with("amplify/mock-data"));
    files.filter(|(_, bytes)| String::from_utf8_lossy(bytes).contains(text)).map(|(path, _)| path).collect()
}

/// What the deployed topic was given.
fn deployed(sandbox: &Sandbox, environment: &str) -> Value {
    let state = sandbox.read_json(&format!("amplify/mock-data/{environment}/state.json"));
    state["stack"]["resources"]["misbehavevault"]["stack"]["resources"]["Topic"]["properties"]["DisplayName"].clone()
}

#[test]
fn a_secret_reaches_the_stack_and_no_file_of_the_project() {
    let sandbox = project();
    let team = sandbox.read_json("amplify/team-provider-info.json");
    assert_eq!(team["dev"]["categories"]["misbehave"]["vault"]["secretNames"], json!(["password"]));
    assert_eq!(sandbox.read_json(STORE), json!({ "misbehave/vault/password": MARKER }));
    for command in [&["plan", "--debug"][..], &["push", "--yes", "--debug"], &["push", "--yes", "--force", "--json"]] {
        let output = sandbox.amplify(command.iter().copied()).success();
        assert!(!output.to_string().contains(MARKER), "{output}");
    }
    assert_eq!(deployed(&sandbox, "dev"), MARKER);
    assert_eq!(holding(&sandbox, MARKER), [""; 0]);
    let root = sandbox.read_json("amplify/backend/awscloudformation/nested-cloudformation-stack.yml");
    let parameters = root["Parameters"].as_object().unwrap();
    let secret = parameters.iter().find(|(name, _)| name.starts_with("AmplifySecret")).unwrap().1;
    assert_eq!(secret, &json!({ "Type": "String", "NoEcho": true }));
    let _ = sandbox.amplify(["plan", "--detailed-exitcode"]).ended_with(0);

    // Another value is a change, and shows as one without showing itself.
    let answer = format!("secrets.misbehave.vault.password={OTHER}");
    let set = sandbox.amplify(["env", "secret", "misbehave/vault/password", "--answer", &answer]).success();
    let _ = set.prints("Kept for `dev`: misbehave/vault/password");
    let _ = sandbox.amplify(["plan"]).success().prints("a secret of it was set anew");
    let _ = sandbox.amplify(["push", "--yes"]).success();
    assert_eq!(deployed(&sandbox, "dev"), OTHER);
    assert_eq!(holding(&sandbox, OTHER), [""; 0]);
    let _ = sandbox.amplify(["plan", "--detailed-exitcode"]).ended_with(0);
}

#[test]
fn a_store_that_fails_leaves_the_project_as_it_was() {
    let sandbox = Sandbox::initialised();
    fs_err::create_dir(sandbox.root().join(STORE)).unwrap();
    let before = sandbox.tree();
    let _ = add(&sandbox).ended_with(1).says("code: secret-store");
    assert!(sandbox.tree() == before);
}

#[test]
fn a_new_environment_is_told_which_secrets_it_lacks() {
    let sandbox = project();
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let _ = sandbox.amplify(["env", "add", "--yes", "--env", "test"]).success();
    for command in [&["plan"][..], &["push", "--yes"]] {
        let refused = sandbox.amplify(command.iter().copied()).ended_with(1).says("code: secrets-missing");
        let _ = refused.says("lacks the secret `misbehave/vault/password`").says("`amplify env secret`");
    }
    let _ = sandbox.amplify(["env", "secret", "--yes"]).ended_with(2).says("secrets.misbehave.vault.password");
    let answers = json!({ "secrets": { "misbehave": { "vault": { "password": OTHER } } } });
    let _ = sandbox.command(["env", "secret", "--headless"]).input(&answers.to_string()).run().success();
    let _ = sandbox.amplify(["env", "secret"]).success().prints("No secret is missing.");
    let _ = sandbox.amplify(["push", "--yes"]).success();
    assert_eq!(deployed(&sandbox, "test"), OTHER);
    let _ = sandbox.amplify(["env", "checkout", "dev"]).success();
    let _ = sandbox.amplify(["plan", "--detailed-exitcode"]).ended_with(0);
    assert_eq!(deployed(&sandbox, "dev"), MARKER);
}

#[test]
fn a_secret_goes_with_its_resource() {
    let sandbox = project();
    // Never deployed: nothing needs it any more.
    let _ = sandbox.amplify(["remove", "misbehave", "vault", "--yes"]).success();
    assert!(!sandbox.exists(STORE));
    assert!(!sandbox.read("amplify/team-provider-info.json").contains("secretNames"));
    let _ = add(&sandbox).success();
    let _ = sandbox.amplify(["push", "--yes"]).success();
    // Deployed: it is needed until the next push.
    let _ = sandbox.amplify(["remove", "misbehave", "vault", "--yes"]).success();
    assert!(sandbox.exists(STORE));
    let _ = sandbox.amplify(["push", "--yes"]).success();
    assert!(!sandbox.exists(STORE));
    let _ = sandbox.amplify(["env", "secret", "nonsense"]).ended_with(2).says("<category>/<resource>/<key>");
    let _ = sandbox.amplify(["env", "secret", "misbehave/vault/password"]).ended_with(1).says("no resource `vault`");
}

#[test]
fn a_machine_without_the_secret_says_so() {
    let sandbox = project();
    fs_err::remove_file(sandbox.root().join(STORE)).unwrap();
    let refused = sandbox.amplify(["push", "--yes"]).ended_with(1).says("code: secrets-missing");
    let _ = refused.says("`amplify env secret misbehave/vault/password`");
}
