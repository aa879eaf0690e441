//! Users: auth from its questions to the account, with the categories that need it.

use amplify_tests::{Account, Cloud, Sandbox, corpus::corpus, workspace};
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

    // A new environment is told what it lacks, or is given it.
    let _ = sandbox
        .amplify(["env", "add", "--yes", "--env", "test"])
        .success()
        .says("`test` has no googleAppIdUserPool, googleAppSecretUserPool");
    let given = r#"{"auth": {"googleAppIdUserPool": "google-2", "googleAppSecretUserPool": "marker-4712"}}"#;
    let added = sandbox.amplify(["env", "add", "--yes", "--env", "prod", "--categories", given]).success();
    assert!(!added.stdout.contains("marker-4712") && !added.stderr.contains("marker-4712"), "{added}");
    let text = sandbox.read("amplify/team-provider-info.json");
    assert!(!text.contains("marker-4712"), "{text}");
    let team = sandbox.read_json("amplify/team-provider-info.json");
    let values = &team["prod"]["categories"]["auth"][resource(&sandbox)];
    assert_eq!(values["googleAppIdUserPool"], "google-2", "{team}");
    assert_eq!(values["secretNames"], json!(["googleAppSecretUserPool"]), "{team}");
    let _ = sandbox.amplify(["env", "checkout", "dev"]).success();
    let domain = &exports(&sandbox)["oauth"]["domain"];
    assert!(domain.as_str().unwrap().contains(".auth."), "{domain}");
}

/// Capabilities with values of each environment, one of them secret, and the admin queries.
const CAPABILITIES: &str = r#"{"auth": {"useDefault": "default", "additionalQuestions": "yes",
    "triggers": ["addUserToGroup", "emailBlacklist", "mfaWithCaptcha", "confirmationRedirect"],
    "adminQueries": "yes", "adminQueriesRestricted": false,
    "triggerEnv": {"GROUP": "Members", "DOMAINBLACKLIST": "spam.example", "RECAPTCHASECRET": "marker-4713",
        "REDIRECTURL": "https://shop.example/", "EMAILSUBJECT": "Hello", "EMAILMESSAGE": "Click:"}}}"#;

#[test]
fn a_new_environment_has_values_of_its_own_for_triggers() {
    let sandbox = Sandbox::initialised();
    sandbox.write("../auth.json", CAPABILITIES);
    let _ = sandbox.amplify(["add", "auth", "--yes", "--answers", "../auth.json"]).success();
    let name = resource(&sandbox);
    let (group, captcha) = (format!("{name}PostConfirmation"), format!("{name}VerifyAuthChallengeResponse"));
    let values = |environment: &str| {
        sandbox.read_json("amplify/team-provider-info.json")[environment]["categories"]["function"].clone()
    };
    assert_eq!(values("dev")[&group]["GROUP"], "Members");

    // Answered by key.
    sandbox.write(
        "../test.json",
        r#"{"auth": {"triggerEnv": {"GROUP": "Testers", "DOMAINBLACKLIST": "bulk.example", "RECAPTCHASECRET": "marker-4714",
            "REDIRECTURL": "https://test.example/", "EMAILSUBJECT": "Hello", "EMAILMESSAGE": "Click:"}}}"#,
    );
    let _ = sandbox.amplify(["env", "add", "--yes", "--env", "test", "--answers", "../test.json"]).success();
    assert_eq!(values("test")[&group]["GROUP"], "Testers");
    assert_eq!(values("test")[&captcha]["secretNames"], json!(["RECAPTCHASECRET"]));
    let _ = sandbox.amplify(["push", "--yes"]).success();

    // Given with the command, by function; what is left out is named, and asked for by an update.
    let given = json!({ "function": { &group: { "GROUP": "Buyers" } } }).to_string();
    let _ = sandbox
        .amplify(["env", "add", "--yes", "--env", "prod", "--categories", &given])
        .success()
        .says(&format!("`prod` has no RECAPTCHASECRET for function/{captcha}"));
    assert_eq!(values("prod")[&group]["GROUP"], "Buyers");
    for (path, content) in sandbox.tree() {
        let text = String::from_utf8_lossy(&content);
        assert!(path.starts_with("amplify/mock-data/") || !text.contains("marker-471"), "{path}");
    }
}

/// The functions that the comparison with the original was made of (`cargo xtask peer auth`), as they are written today.
#[test]
fn the_functions_compared_with_the_original_are_written_today() {
    let folder = workspace().join("tests/peer/auth");
    let sandbox = Sandbox::new();
    sandbox.write("../shop/package.json", "{\"name\": \"shop\", \"dependencies\": {}}\n");
    let root = sandbox.root().join("../shop");
    let amplify = |words: &[&str]| sandbox.command(words.iter().copied()).current_dir(&root).run().success();
    let _ = amplify(&["init", "--yes"]);
    let _ = amplify(&["add", "auth", "--yes", "--answers", &folder.join("manual.json").to_string_lossy()]);
    let read =
        |path: std::path::PathBuf| -> Value { serde_json::from_str(&fs_err::read_to_string(path).unwrap()).unwrap() };
    let compared = read(folder.join("manual-functions.json"));
    let config = read(root.join("amplify/backend/backend-config.json"));
    let functions = config["function"].as_object().unwrap();
    assert_eq!(functions.len(), compared.as_object().unwrap().len());
    for (name, entry) in functions {
        let folder = root.join("amplify/backend/function").join(name);
        let found = json!({
            "entry": entry,
            "memory": read(folder.join("function-parameters.json")),
            "parameters": read(folder.join("parameters.json")),
            "template": read(folder.join(format!("{name}-cloudformation-template.json"))),
        });
        let of = name.strip_prefix("shop01234567").unwrap_or_else(|| panic!("{name}"));
        assert_eq!(found, compared[of], "{of}: run `cargo xtask peer auth` again");
    }
}

#[test]
fn nothing_is_said_to_be_done_while_answers_are_missing() {
    let sandbox = Sandbox::initialised();
    let chosen = ["auth.additionalQuestions=yes", r#"auth.triggers=["alter-claims", "addUserToGroup"]"#];
    let answers = chosen.iter().flat_map(|answer| ["--answer", answer]);
    let lacking = sandbox.amplify(["add", "auth", "--yes"].into_iter().chain(answers)).ended_with(2);
    assert!(lacking.stderr.contains("auth.triggerEnv.GROUP"), "{lacking}");
    assert!(!format!("{lacking}").contains("uccesfully"), "{lacking}");
}

#[test]
fn what_is_of_no_use_without_the_pool_goes_along() {
    let sandbox = Sandbox::initialised();
    sandbox.write("../auth.json", CAPABILITIES);
    let _ = sandbox.amplify(["add", "auth", "--yes", "--answers", "../auth.json"]).success();
    let groups = r#"auth.groups=[{"name": "Members"}]"#;
    let update = ["update", "auth", "--yes", "--answer", "auth.updateFlow=groups", "--answer", groups];
    let _ = sandbox.amplify(update).success();
    let name = resource(&sandbox);
    let _ = sandbox.amplify(["push", "--yes"]).success();
    let functions = || -> Vec<String> {
        let config = sandbox.read_json("amplify/backend/backend-config.json");
        config["function"].as_object().map(|all| all.keys().cloned().collect()).unwrap_or_default()
    };
    assert_eq!(functions().len(), 7, "{:?}", functions());

    // A trigger's function that goes with an update is no hindrance to itself.
    let capabilities = ["mfaWithCaptcha", "confirmationRedirect", "emailBlacklist"];
    sandbox.write(
        "../fewer.json",
        json!({ "auth": { "updateFlow": "manual", "thirdPartyAuth": "no", "hostedUI": "no", "userPoolGroups": "no",
            "triggers": capabilities, "configureTriggers": false } })
        .to_string(),
    );
    let _ = sandbox
        .amplify(["update", "auth", "--yes", "--answers", "../fewer.json"])
        .success()
        .prints(&format!("Removing resource {name}PostConfirmation..."));
    assert_eq!(functions().len(), 6, "{:?}", functions());
    let _ = sandbox.amplify(["push", "--yes"]).success();

    // What somebody else uses stays; what goes is named before the question, and a No leaves all.
    let _ = sandbox.amplify(["add", "function", "--yes", "--answer", "function.resourceName=keeper"]).success();
    let used = format!("{name}PreSignup");
    for file in ["amplify/backend/backend-config.json", "amplify/backend/amplify-meta.json"] {
        let mut document = sandbox.read_json(file);
        document["function"]["keeper"]["dependsOn"] =
            json!([{ "category": "function", "resourceName": used, "attributes": ["Arn"] }]);
        sandbox.write(file, format!("{document:#}\n"));
    }
    let before = sandbox.tree();
    let _ = sandbox
        .amplify(["remove", "auth", &name, "--answer", "auth.confirmRemove=false"])
        .success()
        .says("What is of no use without it goes along: ")
        .says("api/AdminQueries")
        .says("auth/userPoolGroups")
        .says("Nothing was removed");
    assert!(sandbox.tree() == before, "nothing was removed");
    let removed = sandbox.amplify(["remove", "auth", &name, "--yes"]).success();
    assert!(removed.stdout.contains("Successfully removed resource AdminQueries"), "{removed}");
    let left = functions();
    assert_eq!(left, [used, "keeper".to_owned()]);
    let config = sandbox.read_json("amplify/backend/backend-config.json");
    assert!(config["auth"].as_object().is_none_or(serde_json::Map::is_empty), "{config:#}");
    assert!(config["api"].as_object().is_none_or(serde_json::Map::is_empty), "{config:#}");
    assert!(!sandbox.exists("amplify/backend/api/AdminQueries"));
}

#[test]
fn a_pool_that_others_need_stays_with_all_that_belongs_to_it() {
    let sandbox = Sandbox::initialised();
    sandbox.write("../auth.json", CAPABILITIES);
    let _ = sandbox.amplify(["add", "auth", "--yes", "--answers", "../auth.json"]).success();
    let name = resource(&sandbox);
    sandbox.add_bucket("photos");
    let function = json!({ "function": { "resourceName": "reader", "access": { "auth": { &name: ["read"] } } } });
    sandbox.write("../function.json", function.to_string());
    let _ = sandbox.amplify(["add", "function", "--yes", "--answers", "../function.json"]).success();
    let before = sandbox.tree();
    let refused = sandbox.amplify(["remove", "auth", &name, "--yes"]).ended_with(1);
    assert!(refused.stderr.contains("is needed by") && refused.stderr.contains("function/reader"), "{refused}");
    assert!(sandbox.tree() == before, "nothing is written");
}

#[test]
fn a_payload_updates_what_it_speaks_of() {
    let sandbox = Sandbox::initialised();
    let _ = sandbox.amplify(["add", "auth", "--yes"]).success();
    let name = resource(&sandbox);
    let payload = r#"{"version": 2, "serviceModification": {"serviceName": "Cognito", "userPoolModification": {
        "passwordPolicy": {"minimumLength": 10}, "userPoolGroups": [{"groupName": "Admins"}]}}}"#;
    let before = sandbox.tree();
    let refused = sandbox
        .command(["update", "auth", "--headless"])
        .input(&payload.replace("minimumLength", "minLength"))
        .run()
        .ended_with(2);
    assert!(
        refused.stderr.contains("`serviceModification.userPoolModification.passwordPolicy.minLength`"),
        "{refused}"
    );
    assert!(sandbox.tree() == before, "nothing is written");
    let _ = sandbox.command(["update", "auth", "--headless"]).input(payload).run().success();
    let parameters = sandbox.read_json(&format!("amplify/backend/auth/{name}/parameters.json"));
    assert_eq!(parameters["passwordPolicyMinLength"], 10);
    assert_eq!(parameters["userPoolGroupList"], json!(["Admins"]));
    let plan = sandbox.amplify(["plan", "--json"]).success().json();
    assert!(plan.to_string().contains("AdminsGroup"), "{plan}");
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

/// Signs a user up, confirms her, makes her a member, signs her in as the client libraries do (SRP: the password is never sent),
/// renews the tokens, and prints what they and the groups say. Nothing but boto3 and the standard library.
const SIGN_IN: &str = r#"
import base64, boto3, datetime, hashlib, hmac, json, secrets, sys
from botocore.exceptions import ClientError
pool, client, group = sys.argv[1:4]
cognito = boto3.client("cognito-idp")
PASSWORD = "Password-1234"

def arctan_of_inverse(x, unit):
    total = term = unit // x
    n, sign = 3, -1
    while term:
        term //= x * x
        total += sign * (term // n)
        n, sign = n + 2, -sign
    return total

# The 3072-bit group of RFC 3526, which is made from the digits of pi.
unit = 1 << (2942 + 64)
pi = (4 * (4 * arctan_of_inverse(5, unit) - arctan_of_inverse(239, unit))) >> 64
N = 2**3072 - 2**3008 - 1 + 2**64 * (pi + 1690314)

def padded(number):
    digits = format(number, "x")
    digits = "0" * (len(digits) % 2) + digits
    return bytes.fromhex(("00" if digits[0] in "89abcdef" else "") + digits)

def digest(*parts):
    return int(hashlib.sha256(b"".join(parts)).hexdigest(), 16)

def sign_in(name, password):
    a = secrets.randbits(256)
    A = pow(2, a, N)
    asked = cognito.initiate_auth(ClientId=client, AuthFlow="USER_SRP_AUTH",
        AuthParameters={"USERNAME": name, "SRP_A": format(A, "x")})
    assert asked["ChallengeName"] == "PASSWORD_VERIFIER", asked
    challenge = asked["ChallengeParameters"]
    B, salt, user = int(challenge["SRP_B"], 16), int(challenge["SALT"], 16), challenge["USER_ID_FOR_SRP"]
    u = digest(padded(A), padded(B))
    inner = hashlib.sha256(f"{pool.split('_')[1]}{user}:{password}".encode()).digest()
    x = digest(padded(salt), inner)
    S = pow(B - digest(padded(N), padded(2)) * pow(2, x, N), a + u * x, N)
    key = hmac.new(padded(u), padded(S), hashlib.sha256).digest()
    key = hmac.new(key, b"Caldera Derived Key\x01", hashlib.sha256).digest()[:16]
    now = datetime.datetime.now(datetime.timezone.utc)
    when = now.strftime("%a %b ") + str(now.day) + now.strftime(" %H:%M:%S UTC %Y")
    block = base64.b64decode(challenge["SECRET_BLOCK"])
    proof = hmac.new(key, f"{pool.split('_')[1]}{user}".encode() + block + when.encode(), hashlib.sha256).digest()
    return cognito.respond_to_auth_challenge(ClientId=client, ChallengeName="PASSWORD_VERIFIER",
        ChallengeResponses={"USERNAME": user, "TIMESTAMP": when,
            "PASSWORD_CLAIM_SECRET_BLOCK": challenge["SECRET_BLOCK"],
            "PASSWORD_CLAIM_SIGNATURE": base64.b64encode(proof).decode()})["AuthenticationResult"]

def claims(token):
    body = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))

for name in ["ann", "bob"]:
    attributes = [{"Name": "email", "Value": f"{name}@example.com"}]
    cognito.sign_up(ClientId=client, Username=name, Password=PASSWORD, UserAttributes=attributes)
try:
    sign_in("ann", PASSWORD)
    sys.exit("she signed in without being confirmed")
except ClientError as error:
    unconfirmed = error.response["Error"]["Code"]
# The emulator's code is always this one; bob is confirmed by an administrator.
cognito.confirm_sign_up(ClientId=client, Username="ann", ConfirmationCode="123456")
cognito.admin_confirm_sign_up(UserPoolId=pool, Username="bob")
cognito.admin_add_user_to_group(UserPoolId=pool, Username="ann", GroupName=group)
try:
    sign_in("ann", "Password-4321")
    sys.exit("she signed in with another password")
except ClientError as error:
    refused = error.response["Error"]["Code"]
tokens = sign_in("ann", PASSWORD)
again = cognito.initiate_auth(ClientId=client, AuthFlow="REFRESH_TOKEN_AUTH",
    AuthParameters={"REFRESH_TOKEN": tokens["RefreshToken"]})["AuthenticationResult"]
groups = {each["GroupName"]: [each["Precedence"], each.get("RoleArn")] for each in cognito.list_groups(UserPoolId=pool)["Groups"]}
print(json.dumps({
    "unconfirmed": unconfirmed,
    "refused": refused,
    "claims": [claims(each).get("cognito:groups") for each in
        [tokens["AccessToken"], tokens["IdToken"], again["AccessToken"]]],
    "email": claims(tokens["IdToken"]).get("email"),
    "of_bob": claims(sign_in("bob", PASSWORD)["AccessToken"]).get("cognito:groups"),
    "groups": groups,
}))
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
    let [pool, client] = ["UserPoolId", "AppClientIDWeb"].map(|key| output[key].as_str().unwrap());
    let found = account.python(SIGN_IN, &[pool, client, "Admins"]);
    assert_eq!(found["unconfirmed"], "UserNotConfirmedException", "{found}");
    assert_eq!(found["refused"], "NotAuthorizedException", "{found}");
    assert_eq!(found["claims"], json!([["Admins"], ["Admins"], ["Admins"]]), "{found}");
    assert_eq!(found["email"], "ann@example.com");
    assert_eq!(found["of_bob"], Value::Null, "{found}");
    assert_eq!(found["groups"]["Editors"][0], 1, "{found}");
    let role = &meta["auth"]["userPoolGroups"]["output"]["AdminsGroupRole"];
    assert_eq!(&found["groups"]["Admins"][1], role, "{found}");
    let _ = account.amplify(["delete", "--yes", "--force"]).success();
}
