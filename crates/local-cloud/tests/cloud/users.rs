//! User pools: deployed from a template, over HTTP, with functions that call back, and with the client library.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use amplify_local_cloud::{Notice, Serve, Service, Services};
use serde_json::{Value, json};

use crate::fixture::{Fixture, root};

pub const PASSWORD: &str = "Passw0rd!";

/// A function for all triggers: it lets users into a group, and asks sums.
const FUNCTION: &str = r"
exports.handler = async (event) => {
  const { request, response } = event;
  if (event.triggerSource === 'PreSignUp_SignUp' && request.userAttributes.email.endsWith('@bad.example')) {
    console.log('nobody from there');
    throw new Error('Invalid email domain');
  }
  if (event.triggerSource.startsWith('PostConfirmation')) {
    const call = await fetch(process.env.AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER, {
      method: 'POST',
      headers: {
        'X-Amz-Target': 'AWSCognitoIdentityProviderService.AdminAddUserToGroup',
        Authorization: 'AWS4-HMAC-SHA256 Credential=local',
      },
      body: JSON.stringify({ UserPoolId: event.userPoolId, Username: event.userName, GroupName: 'Members' }),
    });
    if (!call.ok) throw new Error(await call.text());
  }
  if (event.triggerSource.startsWith('DefineAuthChallenge')) {
    const last = request.session[request.session.length - 1];
    response.issueTokens = Boolean(last && last.challengeResult);
    response.failAuthentication = request.session.length > 1 && !response.issueTokens;
    response.challengeName = 'CUSTOM_CHALLENGE';
  }
  if (event.triggerSource.startsWith('CreateAuthChallenge')) {
    response.publicChallengeParameters = { question: '2 + 3' };
    response.privateChallengeParameters = { answer: '5' };
  }
  if (event.triggerSource.startsWith('VerifyAuthChallengeResponse')) {
    response.answerCorrect = request.challengeAnswer === request.privateChallengeParameters.answer;
  }
  return event;
};
";

fn template(group: bool, functions: bool) -> Value {
    let mut pool = json!({
        "UserPoolName": "shop", "AutoVerifiedAttributes": ["email"],
        "Schema": [{ "Name": "email", "Required": true, "Mutable": true }],
    });
    let mut resources = json!({
        "WebClient": { "Type": "AWS::Cognito::UserPoolClient", "Properties": {
            "UserPoolId": { "Ref": "Pool" },
            "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        } },
        "NativeClient": { "Type": "AWS::Cognito::UserPoolClient", "Properties": {
            "UserPoolId": { "Ref": "Pool" }, "GenerateSecret": "true",
        } },
        "Role": { "Type": "AWS::IAM::Role", "Properties": { "RoleName": "members" } },
        "Identities": { "Type": "AWS::Cognito::IdentityPool", "Properties": {
            "AllowUnauthenticatedIdentities": true,
            "CognitoIdentityProviders": [
                { "ClientId": { "Ref": "WebClient" }, "ProviderName": { "Fn::GetAtt": ["Pool", "ProviderName"] } },
            ],
        } },
        "Roles": { "Type": "AWS::Cognito::IdentityPoolRoleAttachment", "Properties": {
            "IdentityPoolId": { "Ref": "Identities" },
            "Roles": { "authenticated": "arn:role:auth", "unauthenticated": "arn:role:unauth" },
            "RoleMappings": { "Web": {
                "IdentityProvider": { "Fn::Join": [":", [{ "Fn::GetAtt": ["Pool", "ProviderName"] }, { "Ref": "WebClient" }]] },
                "Type": "Token", "AmbiguousRoleResolution": "AuthenticatedRole",
            } },
        } },
    });
    if group {
        resources["Members"] = json!({ "Type": "AWS::Cognito::UserPoolGroup", "Properties": {
            "UserPoolId": { "Ref": "Pool" }, "GroupName": "Members", "Precedence": 1,
            "RoleArn": { "Fn::GetAtt": ["Role", "Arn"] },
        } });
    }
    if functions {
        resources["Function"] = json!({ "Type": "AWS::Lambda::Function", "Properties": {
            "FunctionName": "shop-triggers", "Handler": "index.handler", "Runtime": "nodejs20.x", "Timeout": 60,
            "Code": { "ZipFile": FUNCTION },
        } });
        for trigger in [
            "PreSignUp",
            "PostConfirmation",
            "DefineAuthChallenge",
            "CreateAuthChallenge",
            "VerifyAuthChallengeResponse",
        ] {
            pool["LambdaConfig"][trigger] = json!({ "Fn::GetAtt": ["Function", "Arn"] });
        }
    }
    resources["Pool"] = json!({ "Type": "AWS::Cognito::UserPool", "Properties": pool });
    root(resources)
}

fn serve(fixture: &Fixture) -> (Services, SocketAddr) {
    let options = Serve { services: vec![Service::Cognito], holder: "a test".into(), ..Serve::default() };
    let services = fixture.cloud.serve(&options).unwrap();
    let address = services.endpoints().cognito.unwrap();
    (services, address)
}

/// Status, head and body of an answer.
fn send(address: SocketAddr, head: &str, body: &[u8]) -> (u16, String, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(stream, "{head}Host: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n").unwrap();
    // A server that has seen enough may close before it has read all.
    let _ = stream.write_all(body);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), head.to_lowercase(), body.to_owned())
}

fn call(address: SocketAddr, operation: &str, body: &Value) -> (u16, String, Value) {
    let service = match operation {
        "GetId" | "GetCredentialsForIdentity" => "AWSCognitoIdentityService",
        _ => "AWSCognitoIdentityProviderService",
    };
    let head = format!(
        "POST / HTTP/1.1\r\nX-Amz-Target: {service}.{operation}\r\nContent-Type: application/x-amz-json-1.1\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=local\r\n"
    );
    let (status, head, body) = send(address, &head, body.to_string().as_bytes());
    (status, head, serde_json::from_str(&body).unwrap())
}

#[track_caller]
pub fn does(address: SocketAddr, operation: &str, body: Value) -> Value {
    let (status, _, answer) = call(address, operation, &body);
    assert_eq!(status, 200, "{operation} {body}: {answer}");
    answer
}

fn get(address: SocketAddr, path: &str) -> (u16, Value) {
    let (status, _, body) = send(address, &format!("GET {path} HTTP/1.1\r\n"), b"");
    (status, serde_json::from_str(&body).unwrap_or_default())
}

/// The code of the next message.
fn code(services: &Services) -> String {
    let begin = Instant::now();
    loop {
        match services.notice() {
            Some(Notice::Message(message)) => return message.code,
            Some(_) => {}
            None => assert!(begin.elapsed() < Duration::from_secs(20), "no message"),
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn sign_up(name: &str, client: &str) -> Value {
    json!({
        "ClientId": client, "Username": name, "Password": PASSWORD,
        "UserAttributes": [{ "Name": "email", "Value": format!("{name}@example.com") }],
    })
}

pub fn sign_in(name: &str, client: &str) -> Value {
    json!({
        "ClientId": client, "AuthFlow": "USER_PASSWORD_AUTH",
        "AuthParameters": { "USERNAME": name, "PASSWORD": PASSWORD },
    })
}

#[test]
fn a_pool_is_deployed_served_and_kept() {
    let fixture = Fixture::new();
    let deployed = fixture.deploy(template(true, false)).unwrap();
    let recorded: Vec<&str> = deployed.recorded.iter().map(|resource| resource.resource_type.as_str()).collect();
    assert_eq!(recorded, ["AWS::IAM::Role"], "everything else runs here");
    let (pool, client) = (fixture.resource("Pool"), fixture.resource("WebClient"));
    assert_eq!(pool.attributes["ProviderName"], format!("cognito-idp.us-east-1.amazonaws.com/{}", pool.physical_id));
    assert!(client.attributes.get("ClientSecret").is_none());
    let secret = fixture.resource("NativeClient").attributes["ClientSecret"].as_str().unwrap().to_owned();
    assert!(secret.len() == 51 && !secret.starts_with(&fixture.resource("NativeClient").physical_id));
    assert_eq!(fixture.resource("Members").reference, "Members");

    let (services, address) = serve(&fixture);
    let client = client.physical_id;
    does(address, "SignUp", sign_up("ann", &client));
    let code = code(&services);
    does(address, "ConfirmSignUp", json!({ "ClientId": client, "Username": "ann", "ConfirmationCode": code }));
    let pool = pool.physical_id;
    does(address, "AdminAddUserToGroup", json!({ "UserPoolId": pool, "Username": "ann", "GroupName": "Members" }));
    let tokens = does(address, "InitiateAuth", sign_in("ann", &client))["AuthenticationResult"].clone();
    let keys = get(address, &format!("/{pool}/.well-known/jwks.json"));
    assert_eq!((keys.0, &keys.1["keys"][0]["kty"]), (200, &json!("RSA")));
    assert_eq!(get(address, "/us-east-1_none/.well-known/jwks.json").0, 404);
    let (_, configuration) = get(address, &format!("/{pool}/.well-known/openid-configuration"));
    assert_eq!(configuration["issuer"], format!("https://cognito-idp.us-east-1.amazonaws.com/{pool}"));
    assert_eq!(configuration["jwks_uri"], format!("http://{address}/{pool}/.well-known/jwks.json"));

    // Deployed again while it is served, and served again: the same users, keys and sessions.
    fixture.deploy(template(true, false)).unwrap();
    services.stop();
    let (services, address) = serve(&fixture);
    assert_eq!(get(address, &format!("/{pool}/.well-known/jwks.json")), keys);
    let user = does(address, "GetUser", json!({ "AccessToken": tokens["AccessToken"] }));
    assert_eq!(user["Username"], "ann");
    let of_user = json!({ "UserPoolId": pool, "Username": "ann" });
    assert_eq!(does(address, "AdminListGroupsForUser", of_user.clone())["Groups"][0]["GroupName"], "Members");

    // A group that goes leaves nobody behind, and a pool that goes takes its users along.
    fixture.deploy(template(false, false)).unwrap();
    assert_eq!(does(address, "AdminListGroupsForUser", of_user.clone())["Groups"], json!([]));
    fixture.deploy(template(true, false)).unwrap();
    assert_eq!(does(address, "AdminListGroupsForUser", of_user.clone())["Groups"], json!([]));
    fixture.deploy(root(json!({}))).unwrap();
    assert_eq!(call(address, "AdminGetUser", &of_user).2["__type"], "ResourceNotFoundException");
    fixture.deploy(template(true, false)).unwrap();
    assert_eq!(call(address, "AdminGetUser", &of_user).2["__type"], "UserNotFoundException");
    services.stop();
    fixture.cloud.destroy(&mut ()).unwrap();
    assert!(!fixture.data().exists());
}

#[test]
fn a_failed_deployment_leaves_the_users_alone() {
    let fixture = Fixture::new();
    fixture.deploy(template(true, false)).unwrap();
    let (services, address) = serve(&fixture);
    let client = fixture.resource("WebClient").physical_id;
    does(address, "SignUp", sign_up("ann", &client));
    let mut broken = template(true, false);
    broken["Resources"]["Pool"]["Properties"]["UserPoolName"] = "other".into();
    broken["Resources"]["Failing"] = crate::fixture::failing(&["Pool"]);
    fixture.deploy(broken).unwrap_err();
    let pool = fixture.resource("Pool").physical_id;
    does(address, "AdminGetUser", json!({ "UserPoolId": pool, "Username": "ann" }));
    let described = does(address, "DescribeUserPool", json!({ "UserPoolId": pool }));
    assert_eq!(described["UserPool"]["Name"], "shop");
    services.stop();
    let both = Fixture::new();
    let mut wrong = template(false, false);
    wrong["Resources"]["Pool"]["Properties"]["AliasAttributes"] = json!(["email"]);
    wrong["Resources"]["Pool"]["Properties"]["UsernameAttributes"] = json!(["email"]);
    let error = both.deploy(wrong).unwrap_err();
    assert!(error.causes()[0].contains("aliasAttributes"), "{error:?}");
}

#[test]
fn the_protocol_is_kept_with_everyone() {
    let fixture = Fixture::new();
    fixture.deploy(template(false, false)).unwrap();
    let (services, address) = serve(&fixture);
    let ask = "OPTIONS / HTTP/1.1\r\nOrigin: http://localhost:3000\r\nAccess-Control-Request-Headers: x-amz-target\r\n";
    let (status, head, _) = send(address, ask, b"");
    assert!(status == 200 && head.contains("access-control-allow-headers: x-amz-target"), "{head}");
    assert!(head.contains("access-control-allow-origin: *"), "{head}");

    let (status, head, body) = call(address, "GetUser", &json!({ "AccessToken": "x" }));
    assert_eq!((status, &body["__type"]), (400, &json!("NotAuthorizedException")));
    assert!(head.contains("x-amzn-errortype: notauthorizedexception"), "{head}");
    assert!(head.contains("content-type: application/x-amz-json-1.1"), "{head}");
    let unsigned = "POST / HTTP/1.1\r\nX-Amz-Target: AWSCognitoIdentityProviderService.ListUsers\r\n";
    assert!(send(address, unsigned, b"{}").2.contains("MissingAuthenticationTokenException"));
    let open = "POST / HTTP/1.1\r\nX-Amz-Target: AWSCognitoIdentityProviderService.SignUp\r\n";
    for (body, status, name) in [
        (&b"{"[..], 400, "SerializationException"),
        (b"\xff", 400, "SerializationException"),
        (&vec![b' '; 2 * 1024 * 1024], 413, "RequestEntityTooLargeException"),
    ] {
        let answer = send(address, open, body);
        assert!(answer.0 == status && answer.2.contains(name), "{answer:?}");
    }
    assert!(send(address, "POST / HTTP/1.1\r\n", b"{}").2.contains("UnknownOperationException"));
    for path in ["/", "/../x", "/a/b/c/d", "/a/.well-known/x"] {
        assert_eq!(get(address, path).0, 404, "{path}");
    }
    assert_eq!(send(address, "DELETE / HTTP/1.1\r\n", b"").0, 405);
    services.stop();
}

/// The folder with the client library, where `cargo xtask test` has put it.
fn client_library() -> Option<PathBuf> {
    let folder = std::env::var_os("AMPLIFY_CLIENT").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: the client library is installed by `cargo xtask test` only");
    }
    folder
}

fn step(library: &Path, mut input: Value, more: Value) -> Value {
    for (key, value) in more.as_object().unwrap() {
        input[key] = value.clone();
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/client/step.js");
    let mut node = Command::new("node");
    let output = node.arg(script).arg(input.to_string()).env("NODE_PATH", library).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let problem = || panic!("{input}: {text} {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&text).unwrap_or_else(|_| problem())
}

#[test]
fn the_client_library_signs_up_and_in() {
    let Some(library) = client_library() else { return };
    let fixture = Fixture::new();
    fixture.deploy(template(true, true)).unwrap();
    let (services, address) = serve(&fixture);
    let (pool, client) = (fixture.resource("Pool").physical_id, fixture.resource("WebClient").physical_id);
    let at = json!({
        "endpoint": format!("http://{address}"), "pool": pool, "client": client, "name": "ann", "password": PASSWORD,
    });
    let refused = step(&library, at.clone(), json!({ "step": "signUp", "email": "ann@bad.example" }));
    assert_eq!(refused["error"], "UserLambdaValidationException", "{refused}");
    assert_eq!(refused["message"], "PreSignUp failed with error Invalid email domain.");
    let log = std::iter::from_fn(|| services.notice()).any(
        |notice| matches!(notice, Notice::Log { function, text } if function == "shop-triggers" && text.contains("nobody from there")),
    );
    assert!(log, "what the function wrote is told");

    let signed_up = step(&library, at.clone(), json!({ "step": "signUp", "email": "ann@example.com" }));
    assert_eq!(signed_up["confirmed"], false, "{signed_up}");
    let early = step(&library, at.clone(), json!({ "step": "signIn" }));
    assert_eq!(early["error"], "UserNotConfirmedException", "{early}");
    let wrong = step(&library, at.clone(), json!({ "step": "confirm", "code": "none" }));
    assert_eq!(wrong["error"], "CodeMismatchException", "{wrong}");
    let confirmed = step(&library, at.clone(), json!({ "step": "confirm", "code": code(&services) }));
    assert_eq!(confirmed["answer"], "SUCCESS", "{confirmed}");

    // SRP, three times, because its numbers and salts are written with a zero byte in front in half of all cases.
    for _ in 0..3 {
        let session = step(&library, at.clone(), json!({ "step": "signIn" }));
        assert_eq!(session["user"], "ann", "{session}");
        for told in [&session, &session["first"]] {
            assert_eq!((&told["groups"], &told["verified"]), (&json!(["Members"]), &json!(true)), "{told}");
            assert_eq!(told["accessGroups"], told["groups"]);
            assert_eq!(told["role"], "arn:aws:iam::000000000000:role/members");
        }
        assert_eq!(session["email"], "ann@example.com");
    }
    let wrong = step(&library, at.clone(), json!({ "step": "signIn", "password": "Passw0rd?" }));
    assert_eq!(wrong["error"], "NotAuthorizedException", "{wrong}");

    let session = step(&library, at.clone(), json!({ "step": "custom", "answers": ["4", "5"] }));
    assert_eq!((&session["asked"], &session["verified"]), (&json!(["2 + 3", "2 + 3"]), &json!(true)), "{session}");
    let provider = session["issuer"].as_str().unwrap().trim_start_matches("https://").to_owned();
    let logins = json!({ provider: session["idToken"] });
    let identities = fixture.resource("Identities").physical_id;
    let id = does(address, "GetId", json!({ "IdentityPoolId": identities, "Logins": logins }))["IdentityId"].clone();
    let credentials = does(address, "GetCredentialsForIdentity", json!({ "IdentityId": id, "Logins": logins }));
    assert!(credentials["Credentials"]["SessionToken"].is_string());
    let lost = step(&library, at, json!({ "step": "custom", "answers": ["4", "6"] }));
    assert_eq!(lost["error"], "NotAuthorizedException", "{lost}");
    services.stop();
}
