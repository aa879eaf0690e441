//! Users in an (emulated) account: what a pool calls changes what happens, and apps manage users over HTTP.
//!
//! The emulator calls the functions of a pool for signing up, for challenges, for tokens, and for invitations. It does not call
//! those for a confirmed sign-up, before and after a sign-in, and for the message with the code of a sign-up. Those are
//! called here as the pool would, with what they may do in the account; that a pool calls them is shown by `users.rs`, on the
//! cloud of this machine.

use std::process::Command;

use amplify_tests::{Account, Cloud, Sandbox, amplify_js, client_library, tool};
use serde_json::{Value, json};

const PASSWORD: &str = "Password-1234";

/// A module of one's own for messages: it words invitations.
const INVITATION: &str = "exports.handler = async (event) => {
  if (event.triggerSource === 'CustomMessage_AdminCreateUser') {
    event.response.emailSubject = 'Come in';
    event.response.emailMessage = `${event.request.usernameParameter}, your word is ${event.request.codeParameter}`;
  }
  return event;
};
";

/// A module of one's own before or after a sign-in: it refuses one user.
const REFUSES: &str = "exports.handler = async (event) => {
  if (event.userName === 'late') {
    throw new Error(`${event.triggerSource} refuses`);
  }
  return event;
};
";

/// The name of the project's auth resource.
fn resource(sandbox: &Sandbox) -> String {
    let config = sandbox.read_json("amplify/backend/backend-config.json");
    let auth = config["auth"].as_object().expect("auth in the project");
    auth.iter().find(|(_, entry)| entry["service"] == "Cognito").expect("a resource with a pool").0.clone()
}

/// The bucket with the page of the verification link.
fn page_bucket(sandbox: &Sandbox, owner: &str) -> String {
    let parameters = sandbox.read_json(&format!("amplify/backend/auth/{owner}/parameters.json"));
    format!("{}-dev", parameters["verificationBucketName"].as_str().unwrap())
}

/// Where the pool of a pushed project is, for [`amplify_js`].
fn pool(account: &Account) -> Value {
    let meta = account.sandbox.read_json("amplify/backend/amplify-meta.json");
    let output = &meta["auth"][resource(&account.sandbox)]["output"];
    json!({
        "endpoint": format!("http://127.0.0.1:{}", account.cloud.ministack.port),
        "pool": output["UserPoolId"], "client": output["AppClientIDWeb"],
    })
}

/// An account in the region that the emulator takes for granted where a call is not signed, such as a sign-up.
fn account() -> Option<Account> {
    let mut account = Account::of(&Cloud::start()?, "000000000000");
    account.region = "us-east-1";
    let _ = account.amplify(["init", "--yes", "--provider", "awscloudformation"]).success();
    Some(account)
}

/// Has the functions called as the pool would, and looks at what came of it.
const CALLED: &str = r#"
import boto3, json, sys
given = json.loads(sys.argv[1])
pool, owner = given["pool"], given["owner"]
cognito, functions, s3 = boto3.client("cognito-idp"), boto3.client("lambda"), boto3.client("s3")

def call(trigger, source, user, **request):
    event = {"version": "1", "triggerSource": source, "region": "us-east-1", "userPoolId": pool, "userName": user,
        "callerContext": {"awsSdkVersion": "1", "clientId": given["client"]},
        "request": {"userAttributes": {"email": user + "@example.com"}, **request}, "response": {}}
    reply = functions.invoke(FunctionName=f"{owner}{trigger}-dev", Payload=json.dumps(event))
    answer = json.loads(reply["Payload"].read())
    return answer.get("errorMessage") if "FunctionError" in reply else answer["response"]

groups = lambda user: [each["GroupName"] for each in
    cognito.admin_list_groups_for_user(UserPoolId=pool, Username=user)["Groups"]]
before = groups("ann")
call("PostConfirmation", "PostConfirmation_ConfirmForgotPassword", "ann")
forgot = groups("ann")
call("PostConfirmation", "PostConfirmation_ConfirmSignUp", "ann")
message = call("CustomMessage", "CustomMessage_SignUp", "ann", codeParameter="{####}", usernameParameter="{username}")
bucket = given["bucket"]
page = {each["Key"]: s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read().decode()
    for each in s3.list_objects_v2(Bucket=bucket)["Contents"]}
cognito.admin_create_user(UserPoolId=pool, Username="cleo", TemporaryPassword="Password-9999",
    UserAttributes=[{"Name": "email", "Value": "cleo@example.com"}], DesiredDeliveryMediums=["EMAIL"])
print(json.dumps({
    "before": before, "forgot": forgot, "after": groups("ann"),
    "message": message, "page": page,
    "before sign-in": [call("PreAuthentication", "PreAuthentication_Authentication", name) for name in ["ann", "late"]],
    "after sign-in": [call("PostAuthentication", "PostAuthentication_Authentication", name) for name in ["ann", "late"]],
}))
"#;

/// What the emulator would have sent by email.
fn mails(account: &Account) -> String {
    let script = "import os, sys, urllib.request; \
                  print(repr(urllib.request.urlopen(os.environ['AWS_ENDPOINT_URL'] + '/_ministack/ses/messages').read()))";
    let output = Command::new(tool("python").unwrap()).args(["-c", script]).envs(account.variables()).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn every_trigger_changes_what_it_should_in_an_account() {
    let (Some(library), Some(account)) = (client_library(), account()) else { return };
    let sandbox = &account.sandbox;
    sandbox.write(
        "auth.json",
        r#"{"auth": {"useDefault": "manual", "thirdPartyAuth": "no", "hostedUI": "no", "userPoolGroups": "yes",
            "groups": [{"name": "Editors"}], "adminQueries": "no", "configureTriggers": true,
            "enabledTriggers": ["CreateAuthChallenge", "CustomMessage", "DefineAuthChallenge", "PostAuthentication",
                "PostConfirmation", "PreAuthentication", "PreSignup", "VerifyAuthChallengeResponse", "PreTokenGeneration"],
            "modules": {
                "CreateAuthChallenge": ["boilerplate-create-challenge"], "CustomMessage": ["verification-link", "custom"],
                "DefineAuthChallenge": ["boilerplate-define-challenge"], "PostAuthentication": ["custom"],
                "PostConfirmation": ["add-to-group"], "PreAuthentication": ["custom"],
                "PreSignup": ["email-filter-blacklist"], "VerifyAuthChallengeResponse": ["boilerplate-verify"],
                "PreTokenGeneration": ["alter-claims"]
            },
            "triggerEnv": {
                "CHALLENGEANSWER": "marker-4711", "REDIRECTURL": "https://shop.example/welcome", "EMAILSUBJECT": "Welcome",
                "EMAILMESSAGE": "Please confirm:", "GROUP": "Newcomers", "DOMAINBLACKLIST": "spam.example, bulk.example"
            }}}"#,
    );
    let _ = account.amplify(["add", "auth", "--yes", "--answers", "auth.json"]).success();
    let owner = resource(sandbox);
    let module = |trigger: &str| format!("amplify/backend/function/{owner}{trigger}/src/custom.js");
    sandbox.write(&module("CustomMessage"), INVITATION);
    sandbox.write(&module("PreAuthentication"), REFUSES);
    sandbox.write(&module("PostAuthentication"), REFUSES);
    let _ = account.amplify(["push", "--yes"]).success();
    let _ = account.amplify(["plan", "--detailed-exitcode"]).ended_with(0);
    let at = pool(&account);

    // Refused, let in; the claims, and the challenge beside the password.
    let sign_up = |name: &str, domain: &str| json!({ "do": "signUp", "name": name, "password": PASSWORD, "email": format!("{name}@{domain}") });
    let steps = amplify_js(
        &library,
        &at,
        json!([
            sign_up("mallory", "BULK.example"),
            sign_up("ann", "example.com"),
            { "do": "signIn", "name": "ann", "password": PASSWORD },
            // The emulator's code is always this one.
            { "do": "confirm", "name": "ann", "code": "123456" },
            { "do": "signIn", "name": "ann", "password": PASSWORD },
            { "do": "signOut" },
            { "do": "challenge", "name": "ann", "password": PASSWORD, "answer": "0815" },
            { "do": "challenge", "name": "ann", "password": PASSWORD, "answer": "marker-4711" },
        ]),
    );
    assert_eq!(steps[0]["error"], "UserLambdaValidationException", "{steps:#?}");
    assert!(steps[0]["message"].as_str().unwrap().contains("Invalid email domain: bulk.example"), "{steps:#?}");
    assert_eq!(steps[1]["nextStep"]["signUpStep"], "CONFIRM_SIGN_UP", "{steps:#?}");
    assert_eq!(steps[2]["signInStep"], "CONFIRM_SIGN_UP", "{steps:#?}");
    assert_eq!(steps[3]["isSignUpComplete"], true, "{steps:#?}");
    assert_eq!((&steps[4]["user"], &steps[4]["claims"]["attribute_key1"]), (&json!("ann"), &json!("attribute_value1")));
    assert_eq!(steps[4]["claims"]["email"], "ann@example.com", "{steps:#?}");
    assert_eq!(steps[6]["error"], "NotAuthorizedException", "{steps:#?}");
    assert_eq!(steps[7]["asked"]["signInStep"], "CONFIRM_SIGN_IN_WITH_CUSTOM_CHALLENGE", "{steps:#?}");
    assert_eq!(steps[7]["claims"]["cognito:username"], "ann", "{steps:#?}");

    let bucket = page_bucket(sandbox, &owner);
    let input = json!({ "pool": at["pool"], "client": at["client"], "owner": owner, "bucket": bucket });
    let found = account.python(CALLED, &[&input.to_string()]);
    assert_eq!((&found["before"], &found["forgot"]), (&json!([]), &json!([])), "{found:#}");
    assert_eq!(found["after"], json!(["Newcomers"]), "{found:#}");
    let message = &found["message"];
    assert_eq!(message["emailSubject"], "Welcome", "{found:#}");
    let link = message["emailMessage"].as_str().unwrap();
    let start = format!("Please confirm:\nhttps://{bucket}.s3.us-east-1.amazonaws.com/index.html?client=");
    assert!(link.starts_with(&start) && link.ends_with("&user=ann&code={####}"), "{link}");
    let page = &found["page"];
    assert!(page["index.html"].as_str().unwrap().contains("verify.js"), "{page:#}");
    assert!(page["settings.js"].as_str().unwrap().contains("\"https://shop.example/welcome\""), "{page:#}");
    assert_eq!(found["before sign-in"], json!([{}, "PreAuthentication_Authentication refuses"]), "{found:#}");
    assert_eq!(found["after sign-in"], json!([{}, "PostAuthentication_Authentication refuses"]), "{found:#}");
    let mails = mails(&account);
    assert!(mails.contains("Come in") && mails.contains("cleo, your word is Password-9999"), "{mails}");

    // Other modules for the same triggers, by an update: only some domains, and a captcha that nobody has solved.
    sandbox.write(
        "update.json",
        r#"{"auth": {"updateFlow": "manual", "configureTriggers": true,
            "enabledTriggers": ["CreateAuthChallenge", "DefineAuthChallenge", "PreSignup", "VerifyAuthChallengeResponse"],
            "modules": {
                "CreateAuthChallenge": ["captcha-create-challenge"], "DefineAuthChallenge": ["captcha-define-challenge"],
                "PreSignup": ["email-filter-whitelist"], "VerifyAuthChallengeResponse": ["captcha-verify"]
            },
            "triggerEnv": { "DOMAINWHITELIST": "example.com", "RECAPTCHASECRET": "marker-4712" }}}"#,
    );
    let _ = account.amplify(["update", "auth", "--yes", "--answers", "update.json"]).success();
    let _ = account.amplify(["push", "--yes"]).success();
    assert_eq!(pool(&account), at, "the same pool");
    assert!(account.buckets().contains(&bucket), "nobody has emptied it");
    let steps = amplify_js(
        &library,
        &at,
        json!([
            sign_up("mallory", "bulk.example"),
            sign_up("bob", "example.com"),
            { "do": "signIn", "name": "ann", "password": PASSWORD },
            { "do": "signOut" },
            { "do": "challenge", "name": "ann", "password": PASSWORD, "answer": "not solved" },
        ]),
    );
    assert!(steps[0]["message"].as_str().unwrap().contains("Invalid email domain: bulk.example"), "{steps:#?}");
    assert_eq!(steps[1]["nextStep"]["signUpStep"], "CONFIRM_SIGN_UP", "{steps:#?}");
    assert_eq!(steps[2]["claims"]["attribute_key1"], Value::Null, "{steps:#?}");
    assert_eq!(steps[4]["error"], "NotAuthorizedException", "{steps:#?}");
    for (path, content) in sandbox.tree() {
        let text = String::from_utf8_lossy(&content);
        assert!(["auth.json", "update.json"].contains(&path.as_str()) || !text.contains("marker-471"), "{path}");
    }

    // The link again: its page lies in a bucket of its own, which goes with the environment.
    sandbox.write(
        "again.json",
        r#"{"auth": {"updateFlow": "manual", "configureTriggers": true, "enabledTriggers": ["CustomMessage"],
            "modules": { "CustomMessage": ["verification-link"] },
            "triggerEnv": { "REDIRECTURL": "https://shop.example/", "EMAILSUBJECT": "Hello", "EMAILMESSAGE": "Click:" }}}"#,
    );
    let _ = account.amplify(["update", "auth", "--yes", "--answers", "again.json"]).success();
    let _ = account.amplify(["push", "--yes"]).success();
    let again = page_bucket(sandbox, &owner);
    let buckets = account.buckets();
    assert!(again != bucket && buckets.contains(&again) && buckets.contains(&bucket), "{buckets:?}");
    let _ = account.amplify(["delete", "--yes", "--force"]).success();
    assert!(!account.buckets().contains(&again));
}

/// Asks for the ten routes, first as somebody who is no member of the group, then as a member.
const ADMIN: &str = r#"
import boto3, json, sys, urllib.error, urllib.parse, urllib.request
given = json.loads(sys.argv[1])
pool, url, tokens = given["pool"], given["url"], given["tokens"]
cognito = boto3.client("cognito-idp")
for name in ["bert", "cleo", "dora"]:
    attributes = [{"Name": "email", "Value": f"{name}@example.com"}]
    cognito.sign_up(ClientId=given["client"], Username=name, Password="Password-1234", UserAttributes=attributes)

def call(who, method, route, **parameters):
    address, body = f"{url}/{route}", None
    if method == "GET":
        address += "?" + urllib.parse.urlencode(parameters)
    else:
        body = json.dumps(parameters).encode()
    headers = {"Content-Type": "application/json", **({"Authorization": tokens[who]} if who else {})}
    try:
        with urllib.request.urlopen(urllib.request.Request(address, body, headers, method=method)) as reply:
            return [reply.status, json.loads(reply.read())]
    except urllib.error.HTTPError as error:
        return [error.code, json.loads(error.read() or b"null")]

routes = [
    ("POST", "addUserToGroup", {"username": "bert", "groupname": "Editors"}),
    ("POST", "removeUserFromGroup", {"username": "bert", "groupname": "Editors"}),
    ("POST", "confirmUserSignUp", {"username": "bert"}),
    ("POST", "disableUser", {"username": "bert"}),
    ("POST", "enableUser", {"username": "bert"}),
    ("GET", "getUser", {"username": "bert"}),
    ("GET", "listUsers", {}),
    ("GET", "listGroupsForUser", {"username": "bert"}),
    ("GET", "listUsersInGroup", {"groupname": "Admins"}),
]
user = lambda: cognito.admin_get_user(UserPoolId=pool, Username="bert")
state = lambda: [user()["UserStatus"], user()["Enabled"], [each["GroupName"] for each in
    cognito.admin_list_groups_for_user(UserPoolId=pool, Username="bert")["Groups"]]]
found = {"unsigned": call(None, "GET", "listUsers"), "an id token": call("id", "GET", "listUsers")}
found["others"] = {route: call("other", method, route, **given) for method, route, given in routes}
found["untouched"] = state()
found["member"] = {}
for method, route, given in routes[:1] + routes[2:4]:
    found["member"][route] = call("member", method, route, **given)
found["changed"] = state()
for method, route, given in routes[1:2] + routes[4:]:
    found["member"][route] = call("member", method, route, **given)
found["back"] = state()

def pages(route, key, **parameters):
    """Every page of a list, by names."""
    names, token = [], None
    while True:
        status, reply = call("member", "GET", route, **parameters, **({"token": token} if token else {}))
        assert status == 200, reply
        names.append([each.get("Username") or each.get("GroupName") for each in reply[key]])
        token = reply.get("NextToken")
        if not token:
            return names

for name in ["bert", "cleo", "dora"]:
    call("member", "POST", "addUserToGroup", username=name, groupname="Editors")
call("member", "POST", "addUserToGroup", username="bert", groupname="Admins")
found["pages"] = {
    "listUsers": pages("listUsers", "Users", limit=2),
    "listUsersInGroup": pages("listUsersInGroup", "Users", groupname="Editors", limit=2),
    "listGroupsForUser": pages("listGroupsForUser", "Groups", username="bert", limit=1),
}
found["wrong"] = [call("member", "GET", "listUsers", limit=61), call("member", "GET", "getUser"),
    call("member", "GET", "getUser", username="nobody"), call("member", "GET", "nowhere")]
found["out"] = [call("other", "POST", "signUserOut", username="ann"), call("other", "POST", "signUserOut", username="olga"),
    call("member", "POST", "signUserOut", username="olga")]
print(json.dumps(found))
"#;

#[test]
fn all_ten_routes_answer_members_of_the_group_in_an_account() {
    let (Some(library), Some(account)) = (client_library(), account()) else { return };
    let sandbox = &account.sandbox;
    sandbox.write(
        "auth.json",
        r#"{"auth": {"useDefault": "manual", "thirdPartyAuth": "no", "hostedUI": "no", "userPoolGroups": "yes",
            "groups": [{"name": "Admins"}, {"name": "Editors"}], "adminQueries": "yes", "adminQueriesRestricted": true,
            "adminGroup": "Admins"}}"#,
    );
    let _ = account.amplify(["add", "auth", "--yes", "--answers", "auth.json"]).success();
    let _ = account.amplify(["push", "--yes"]).success();
    let at = pool(&account);
    let steps = |name: &str| {
        json!([
            { "do": "signUp", "name": name, "password": PASSWORD, "email": format!("{name}@example.com") },
            { "do": "confirm", "name": name, "code": "123456" },
            { "do": "signIn", "name": name, "password": PASSWORD },
        ])
    };
    let other = amplify_js(&library, &at, steps("olga")).remove(2);
    let before = amplify_js(&library, &at, steps("ann")).remove(2);
    assert_eq!(before["groups"], json!([]), "{before:#}");
    let add = "import boto3, json, sys\ngiven = json.loads(sys.argv[1])\n\
               boto3.client('cognito-idp').admin_add_user_to_group(UserPoolId=given['pool'], Username='ann', GroupName='Admins')\n\
               print('{}')";
    let _ = account.python(add, &[&at.to_string()]);
    let sign_in = json!([{ "do": "signIn", "name": "ann", "password": PASSWORD }]);
    let member = amplify_js(&library, &at, sign_in).remove(0);
    assert_eq!((&member["groups"], &member["accessGroups"]), (&json!(["Admins"]), &json!(["Admins"])), "{member:#}");

    let api = sandbox.read_json("amplify/backend/amplify-meta.json")["api"]["AdminQueries"]["output"].clone();
    let id = api["ApiId"].as_str().unwrap();
    let input = json!({
        "pool": at["pool"], "client": at["client"],
        "url": format!("{}/restapis/{id}/dev/_user_request_", at["endpoint"].as_str().unwrap()),
        "tokens": { "member": member["access"], "other": other["access"], "id": member["id"] },
    });
    let found = account.python(ADMIN, &[&input.to_string()]);
    // Who has no access token does not get as far as the function.
    assert_eq!((&found["unsigned"][0], &found["an id token"][0]), (&json!(401), &json!(401)), "{found:#}");
    let others = found["others"].as_object().unwrap();
    assert_eq!(others.len(), 9);
    for (route, reply) in others {
        let message = json!({ "message": "User does not have permissions to perform administrative tasks" });
        assert_eq!((&reply[0], &reply[1]), (&json!(403), &message), "{route}");
    }
    assert_eq!(found["untouched"], json!(["UNCONFIRMED", true, []]), "{found:#}");
    let replies = found["member"].as_object().unwrap();
    assert_eq!(replies.len(), 9);
    assert!(replies.values().all(|reply| reply[0] == 200), "{found:#}");
    assert_eq!(found["changed"], json!(["CONFIRMED", false, ["Editors"]]), "{found:#}");
    assert_eq!(found["back"], json!(["CONFIRMED", true, []]), "{found:#}");
    assert_eq!(replies["addUserToGroup"][1], json!({ "message": "Success adding bert to Editors" }));
    assert_eq!(replies["getUser"][1]["Username"], "bert", "{found:#}");
    assert_eq!(replies["listUsers"][1]["Users"].as_array().unwrap().len(), 5, "{found:#}");
    assert_eq!(replies["listGroupsForUser"][1]["Groups"], json!([]), "{found:#}");
    assert_eq!(replies["listUsersInGroup"][1]["Users"][0]["Username"], "ann", "{found:#}");

    let pages = |route: &str| -> Vec<Vec<String>> {
        let mut pages: Vec<Vec<String>> = serde_json::from_value(found["pages"][route].clone()).unwrap();
        pages.retain(|page| !page.is_empty());
        pages
    };
    let names = |route: &str| {
        let mut names: Vec<String> = pages(route).concat();
        names.sort();
        names
    };
    assert_eq!(pages("listUsers").iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 1], "{found:#}");
    assert_eq!(names("listUsers"), ["ann", "bert", "cleo", "dora", "olga"]);
    assert_eq!(pages("listUsersInGroup").iter().map(Vec::len).collect::<Vec<_>>(), [2, 1], "{found:#}");
    assert_eq!(names("listUsersInGroup"), ["bert", "cleo", "dora"]);
    // The emulator lists all groups of a user at once, whatever the limit.
    assert_eq!(names("listGroupsForUser"), ["Admins", "Editors"]);
    let wrong: Vec<i64> = found["wrong"].as_array().unwrap().iter().map(|reply| reply[0].as_i64().unwrap()).collect();
    assert_eq!(wrong, [400, 400, 400, 404], "{found:#}");
    // Only the user, whatever the groups are.
    let out: Vec<i64> = found["out"].as_array().unwrap().iter().map(|reply| reply[0].as_i64().unwrap()).collect();
    assert_eq!(out, [400, 200, 400], "{found:#}");
    let _ = account.amplify(["delete", "--yes", "--force"]).success();
}
