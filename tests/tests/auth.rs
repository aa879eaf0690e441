//! Users: auth from its questions to the account, with the categories that need it.

use std::process::Command;

use amplify_tests::{Account, Cloud, Sandbox, corpus::corpus, tool};
use serde_json::{Value, json};

/// The name of the project's auth resource.
fn resource(sandbox: &Sandbox) -> String {
    let config = sandbox.read_json("amplify/backend/backend-config.json");
    let auth = config["auth"].as_object().expect("auth in the project");
    auth.iter().find(|(_, entry)| entry["service"] == "Cognito").expect("a resource with a pool").0.clone()
}

fn exports(sandbox: &Sandbox) -> Value {
    let text = sandbox.read("src/aws-exports.js");
    let (_, rest) = text.split_once("const awsmobile = ").expect("the document begins");
    let (document, _) = rest.split_once(";\n").expect("the document ends");
    serde_json::from_str(document).expect("JSON")
}

/// The changes of a plan.
fn changes(plan: &Value) -> Vec<Value> {
    let resources = plan["resources"].as_array().expect("a list of resources");
    let changes = resources.iter().flat_map(|resource| resource["changes"].as_array().cloned().unwrap_or_default());
    let changes: Vec<Value> = changes.collect();
    assert!(!changes.is_empty(), "{plan}");
    changes
}

/// Whether a change takes something away.
fn loses(change: &Value) -> bool {
    ["replace", "delete"].contains(&change["action"].as_str().expect("an action"))
}

#[test]
fn users_and_guests_from_the_first_question_to_the_exports() {
    let sandbox = Sandbox::initialised();
    let _ = sandbox.amplify(["add", "auth", "--yes"]).success().prints("Successfully added resource");
    let name = resource(&sandbox);
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let _ = sandbox.amplify(["plan", "--detailed-exitcode"]).ended_with(0);
    let exports = exports(&sandbox);
    let output = &sandbox.read_json("amplify/backend/amplify-meta.json")["auth"][&name]["output"];
    assert_eq!(exports["aws_user_pools_id"], output["UserPoolId"]);
    assert_eq!(exports["aws_user_pools_web_client_id"], output["AppClientIDWeb"]);
    assert_eq!(exports["aws_cognito_identity_pool_id"], output["IdentityPoolId"]);
    assert_eq!(exports["oauth"], json!({}));

    // A bucket for guests lets them in, and says so; the pool stays.
    let answers = ["storage.service=S3", "storage.access=authAndGuest", "storage.authenticatedAccess=read"];
    let answers = answers.iter().chain(["storage.guestAccess=read"].iter()).flat_map(|answer| ["--answer", answer]);
    let _ = sandbox
        .amplify(["add", "storage", "--yes"].into_iter().chain(answers))
        .success()
        .prints("Successfully updated auth resource locally.");
    let parameters = sandbox.read_json(&format!("amplify/backend/auth/{name}/parameters.json"));
    assert_eq!(parameters["allowUnauthenticatedIdentities"], true);
    let plan = sandbox.amplify(["plan", "--json"]).success().json();
    let lossy: Vec<Value> = changes(&plan).into_iter().filter(loses).collect();
    assert_eq!(lossy, Vec::<Value>::new());
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let _ = sandbox.amplify(["plan", "--detailed-exitcode"]).ended_with(0);
    let again = self::exports(&sandbox);
    assert_eq!(again["aws_user_pools_id"], exports["aws_user_pools_id"], "the same users");
}

#[test]
fn a_bucket_brings_auth_with_it() {
    let sandbox = Sandbox::initialised();
    sandbox.add_bucket("photos");
    let name = resource(&sandbox);
    let status = sandbox.amplify(["status", "--json"]).success().json();
    let rows: Vec<&str> =
        status["resources"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert!(rows.contains(&name.as_str()) && rows.contains(&"photos"), "{rows:?}");
}

#[test]
fn a_groups_file_edited_by_hand_is_what_is_deployed() {
    let sandbox = Sandbox::initialised();
    let _ = sandbox.amplify(["add", "auth", "--yes"]).success();
    let groups = r#"auth.groups=[{"name": "Admins"}, {"name": "Editors"}]"#;
    let update = ["update", "auth", "--yes", "--answer", "auth.updateFlow=groups", "--answer", groups];
    let _ = sandbox.amplify(update).success();
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let _ = sandbox.amplify(["plan", "--detailed-exitcode"]).ended_with(0);

    let file = "amplify/backend/auth/userPoolGroups/user-pool-group-precedence.json";
    let mut groups = sandbox.read_json(file);
    assert_eq!(groups[0]["groupName"], "Admins");
    groups[0]["customPolicies"] = json!([{
        "PolicyName": "read-all",
        "PolicyDocument": { "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::reports-${env}/*" }
        ] }
    }]);
    sandbox.write(file, groups.to_string());
    let plan = sandbox.amplify(["plan"]).ended_with(0);
    assert!(plan.stdout.contains("AdminsGroupRole"), "{plan}");
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let _ = sandbox.amplify(["plan", "--detailed-exitcode"]).ended_with(0);
    assert_eq!(sandbox.read_json(file), groups, "nobody wrote the file again");
}

#[test]
fn a_social_secret_reaches_the_stack_and_no_file() {
    let sandbox = Sandbox::initialised();
    sandbox.write(
        "auth.json",
        r#"{"auth": {"useDefault": "defaultSocial", "newCallbackURLs": ["https://shop.example/"],
            "newLogoutURLs": ["https://shop.example/"], "authProvidersUserPool": ["Google"],
            "googleAppIdUserPool": "google-id", "googleAppSecretUserPool": "marker-4711"}}"#,
    );
    let added = sandbox.amplify(["add", "auth", "--yes", "--answers", "auth.json", "--debug"]).success();
    fs_err::remove_file(sandbox.root().join("auth.json")).unwrap();
    let pushed = sandbox.amplify(["push", "--yes", "--debug"]).success();
    for output in [&added, &pushed] {
        assert!(!format!("{output}").contains("marker-4711"), "{output}");
    }
    for (path, content) in sandbox.tree() {
        // Where the local provider keeps what an account's parameter store would.
        if !path.starts_with("amplify/mock-data/") {
            assert!(!String::from_utf8_lossy(&content).contains("marker-4711"), "{path}");
        }
    }
    let team = sandbox.read_json("amplify/team-provider-info.json");
    let values = &team["dev"]["categories"]["auth"][resource(&sandbox)];
    assert_eq!(values["googleAppIdUserPool"], "google-id", "{team}");
    let domain = &exports(&sandbox)["oauth"]["domain"];
    assert!(domain.as_str().unwrap().contains(".auth."), "{domain}");
}

#[test]
fn a_pool_of_the_original_is_updated_in_place() {
    let Some(corpus) = corpus() else { return };
    for project in ["cli-4.21-all-categories", "ecommerce-rest-triggers"] {
        let sandbox = Sandbox::of_corpus(&corpus, project);
        let _ = sandbox.amplify(["init", "--yes", "--provider", "local", "--env", "here"]).success();
        let _ = sandbox.amplify(["push", "--yes"]).success();
        let groups = r#"auth.groups=[{"name": "Testers"}]"#;
        let _ = sandbox
            .amplify(["update", "auth", "--yes", "--answer", "auth.updateFlow=groups", "--answer", groups])
            .success();
        let plan = sandbox.amplify(["plan", "--json"]).success().json();
        assert!(plan.to_string().contains("TestersGroup"), "{project}: {plan}");
        let lossy: Vec<Value> = changes(&plan).into_iter().filter(loses).collect();
        assert_eq!(lossy, Vec::<Value>::new(), "{project}");
    }
}

/// Signs a user up and in, and prints the groups that the token names.
const SIGN_IN: &str = r#"
import base64, boto3, json, sys
pool, client, group = sys.argv[1:4]
cognito = boto3.client("cognito-idp")
attributes = [{"Name": "email", "Value": "ann@example.com"}]
cognito.sign_up(ClientId=client, Username="ann", Password="Password-1234", UserAttributes=attributes)
cognito.admin_confirm_sign_up(UserPoolId=pool, Username="ann")
cognito.admin_add_user_to_group(UserPoolId=pool, Username="ann", GroupName=group)
tokens = cognito.initiate_auth(ClientId=client, AuthFlow="USER_PASSWORD_AUTH",
    AuthParameters={"USERNAME": "ann", "PASSWORD": "Password-1234"})["AuthenticationResult"]
body = tokens["AccessToken"].split(".")[1]
claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
groups = {each["GroupName"]: [each["Precedence"], each.get("RoleArn")] for each in cognito.list_groups(UserPoolId=pool)["Groups"]}
print(json.dumps({"claims": claims.get("cognito:groups"), "groups": groups}))
"#;

#[test]
fn a_member_of_a_group_signs_in_in_an_account() {
    let Some(cloud) = Cloud::start() else { return };
    // Signing up is not signed, and the emulator takes what is not signed to be for this account.
    let account = Account::of(&cloud, "000000000000");
    let sandbox = &account.sandbox;
    let _ = account.amplify(["init", "--yes", "--provider", "awscloudformation"]).success();
    sandbox.write(
        "auth.json",
        r#"{"auth": {"useDefault": "manual", "thirdPartyAuth": "no", "hostedUI": "no", "userPoolGroups": "yes", "adminQueries": "no",
            "groups": [{"name": "Admins"}, {"name": "Editors"}], "groupOrder": ["Editors", "Admins"]}}"#,
    );
    let _ = account.amplify(["add", "auth", "--yes", "--answers", "auth.json"]).success();
    let _ = account.amplify(["push", "--yes"]).success();
    let meta = sandbox.read_json("amplify/backend/amplify-meta.json");
    let output = &meta["auth"][resource(sandbox)]["output"];
    let signed_in = Command::new(tool("python").unwrap())
        .args(["-c", SIGN_IN])
        .args(["UserPoolId", "AppClientIDWeb"].map(|key| output[key].as_str().unwrap()))
        .arg("Admins")
        .env_clear()
        .envs(account.variables())
        .env("AWS_DEFAULT_REGION", "eu-west-1")
        .output()
        .unwrap();
    assert!(signed_in.status.success(), "{}", String::from_utf8_lossy(&signed_in.stderr));
    let found: Value = serde_json::from_slice(&signed_in.stdout).unwrap();
    assert_eq!(found["claims"], json!(["Admins"]));
    assert_eq!(found["groups"]["Editors"][0], 1, "{found}");
    let role = &meta["auth"]["userPoolGroups"]["output"]["AdminsGroupRole"];
    assert_eq!(&found["groups"]["Admins"][1], role, "{found}");
    let _ = account.amplify(["delete", "--yes", "--force"]).success();
}
