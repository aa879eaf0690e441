//! A secret in an (emulated) AWS account: one service keeps it, one stack gets it, and nothing else holds it.

use amplify_tests::{Account, Output, harness};
use serde_json::{Value, json};

const MARKER: &str = "correct-horse-battery-staple";

/// Finds a text with an independent client: in every object of every bucket, in what archives hold, in templates, and where
/// it belongs.
const FIND: &str = r#"
import boto3, io, json, sys, zipfile
marker = sys.argv[1].encode()
s3, ssm, cloudformation, sns = (boto3.client(name) for name in ["s3", "ssm", "cloudformation", "sns"])

def holds(name, data):
    found = [name] if marker in data or marker in name.encode() else []
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.namelist():
                found += holds(name + "!" + member, archive.read(member))
    return found

found, objects = [], 0
for bucket in s3.list_buckets()["Buckets"]:
    for item in s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", []):
        objects += 1
        found += holds(item["Key"], s3.get_object(Bucket=bucket["Name"], Key=item["Key"])["Body"].read())
for stack in cloudformation.describe_stacks()["Stacks"]:
    template = cloudformation.get_template(StackName=stack["StackName"])["TemplateBody"]
    found += holds("template of " + stack["StackName"], json.dumps(template).encode())
parameters = [ssm.get_parameter(Name=parameter["Name"], WithDecryption=True)["Parameter"]
              for parameter in ssm.describe_parameters()["Parameters"]]
topics = [sns.get_topic_attributes(TopicArn=topic["TopicArn"])["Attributes"] for topic in sns.list_topics()["Topics"]]
print(json.dumps({
    "found": found,
    "objects": objects,
    "kept": [[parameter["Type"], parameter["Value"]] for parameter in parameters],
    "given": [topic["DisplayName"] for topic in topics],
}))
"#;

/// What every provider that users of a pool sign in with knows of the app, each value by its name.
const PROVIDERS: &str = r#"
import boto3, json
cognito = boto3.client("cognito-idp")
details = {}
for pool in cognito.list_user_pools(MaxResults=10)["UserPools"]:
    for provider in cognito.list_identity_providers(UserPoolId=pool["Id"])["Providers"]:
        name = provider["ProviderName"]
        found = cognito.describe_identity_provider(UserPoolId=pool["Id"], ProviderName=name)["IdentityProvider"]
        details[name] = found["ProviderDetails"]
print(json.dumps(details))
"#;

fn find(account: &Account) -> Value {
    run(account, FIND)
}

fn run(account: &Account, script: &str) -> Value {
    account.python(script, &[MARKER])
}

#[test]
fn a_secret_is_in_the_parameter_store_and_nowhere_else() {
    let Some(account) = Account::new() else { return };
    let _ = account.amplify(["init", "--yes", "--provider", "awscloudformation"]).success();
    let answers = json!({ "misbehave": { "password": MARKER } }).to_string();
    let quiet = |output: Output| assert!(!output.to_string().contains(MARKER), "{output}");
    let add = account.command(["misbehave", "add", "secret", "--headless", "--debug"]);
    quiet(add.env("AMPLIFY_PLUGIN_PATH", harness().join("fixtures")).input(&answers).run().success());
    for words in [&["plan", "--debug"][..], &["push", "--yes", "--debug"], &["push", "--yes", "--force", "--json"]] {
        quiet(account.amplify(words.iter().copied()).success());
    }
    for (path, bytes) in account.sandbox.tree() {
        assert!(!String::from_utf8_lossy(&bytes).contains(MARKER), "{path}");
    }
    let account_holds = find(&account);
    assert_eq!(account_holds["found"], json!([]), "{account_holds}");
    assert_eq!(account_holds["kept"], json!([["SecureString", MARKER]]), "{account_holds}");
    assert_eq!(account_holds["given"], json!([MARKER]), "{account_holds}");
    assert!(account_holds["objects"].as_u64().unwrap() >= 2, "{account_holds}");
    let _ = account.amplify(["delete", "--yes", "--force"]).success();
    assert_eq!(find(&account)["kept"], json!([]));
}

/// Every field of auth that is a secret, with the provider that is to know it, and what it calls it.
const OF_AUTH: [(&str, &str, &str); 4] = [
    ("facebookAppSecretUserPool", "Facebook", "client_secret"),
    ("googleAppSecretUserPool", "Google", "client_secret"),
    ("loginwithamazonAppSecretUserPool", "LoginWithAmazon", "client_secret"),
    ("signinwithapplePrivateKeyUserPool", "SignInWithApple", "private_key"),
];

#[test]
fn every_secret_of_auth_is_in_the_parameter_store_and_nowhere_else() {
    let Some(account) = Account::new() else { return };
    let sandbox = &account.sandbox;
    let _ = account.amplify(["init", "--yes", "--provider", "awscloudformation"]).success();
    let mut auth = json!({
        "useDefault": "defaultSocial", "newCallbackURLs": ["https://shop.example/"],
        "newLogoutURLs": ["https://shop.example/"],
        "authProvidersUserPool": ["Facebook", "Google", "LoginWithAmazon", "SignInWithApple"],
        "facebookAppIdUserPool": "facebook-id", "googleAppIdUserPool": "google-id",
        "loginwithamazonAppIdUserPool": "amazon-id", "signinwithappleClientIdUserPool": "apple-id",
        "signinwithappleTeamIdUserPool": "team", "signinwithappleKeyIdUserPool": "key",
    });
    for (field, ..) in OF_AUTH {
        auth[field] = json!(format!("{MARKER}-{field}"));
    }
    let quiet = |output: Output| assert!(!output.to_string().contains(MARKER), "{output}");
    let answers = sandbox.home().join("auth.json");
    fs_err::write(&answers, json!({ "auth": auth }).to_string()).unwrap();
    let answers = answers.display().to_string();
    quiet(account.amplify(["add", "auth", "--yes", "--answers", &answers, "--debug"]).success());
    for words in [&["plan", "--debug"][..], &["push", "--yes", "--debug"], &["push", "--yes", "--force", "--json"]] {
        quiet(account.amplify(words.iter().copied()).success());
    }
    for (path, bytes) in sandbox.tree() {
        assert!(!String::from_utf8_lossy(&bytes).contains(MARKER), "{path}");
    }
    let account_holds = find(&account);
    assert_eq!(account_holds["found"], json!([]), "{account_holds}");
    let kept = account_holds["kept"].as_array().unwrap();
    let providers = run(&account, PROVIDERS);
    for (field, provider, detail) in OF_AUTH {
        let secret = format!("{MARKER}-{field}");
        assert!(kept.contains(&json!(["SecureString", secret])), "{field}: {kept:?}");
        assert_eq!(providers[provider][detail], json!(secret), "{providers}");
    }
    assert_eq!(kept.len(), OF_AUTH.len(), "{kept:?}");
    let _ = account.amplify(["delete", "--yes", "--force"]).success();
    assert_eq!(find(&account)["kept"], json!([]));
}
