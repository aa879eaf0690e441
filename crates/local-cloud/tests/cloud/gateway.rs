//! REST APIs over HTTP, with functions behind them.

use std::{net::SocketAddr, time::Duration};

use amplify_local_cloud::{Serve, Services};
use serde_json::{Value, json};

use crate::{
    buckets::{Answer, send},
    fixture::{Fixture, notices, root},
    functions::installed,
    users::{PASSWORD, does, sign_in},
};

/// A function in Python, with its role left out: nothing here looks at roles.
pub fn function(name: &str, code: &str) -> Value {
    json!({ "Type": "AWS::Lambda::Function", "Properties": {
        "FunctionName": name, "Runtime": "python3.12", "Handler": "index.handler", "Timeout": 10,
        "Code": { "ZipFile": code }, "Environment": { "Variables": { "STAGE": "dev" } },
    }})
}

/// Answers with the event.
const ECHO: &str = "import json\ndef handler(event, context):\n    print('called')\n    \
return {'statusCode': 201, 'headers': {'X-Own': 'yes'}, 'multiValueHeaders': {'Set-Cookie': ['a=1', 'b=2']}, 'body': json.dumps(event)}\n";

/// Fails in the way that the path names.
const WRONG: &str = "import time\ndef handler(event, context):\n    way = event['path']\n    \
if way == '/wrong/raise': raise ValueError('x')\n    if way == '/wrong/sleep': time.sleep(9)\n    return {'body': 1}\n";

fn api() -> Value {
    let call = |function: &str| {
        json!({ "type": "aws_proxy", "httpMethod": "POST", "timeoutInMillis": 2000, "uri": { "Fn::Join": ["", [
            "arn:aws:apigateway:", { "Ref": "AWS::Region" }, ":lambda:path/2015-03-31/functions/",
            { "Fn::GetAtt": [function, "Arn"] }, "/invocations",
        ]] } })
    };
    let any = |function: &str| json!({ "x-amazon-apigateway-any-method": { "x-amazon-apigateway-integration": call(function) } });
    let options = json!({ "x-amazon-apigateway-integration": { "type": "mock", "responses": { "default": {
        "statusCode": "200", "responseParameters": { "method.response.header.Access-Control-Allow-Methods": "'GET,PUT'" },
    } } } });
    let mut items = any("Echo");
    items["options"] = options;
    let secured = |scheme: &str| json!({ "get": { "security": [{ scheme: [] }], "x-amazon-apigateway-integration": call("Echo") } });
    json!({ "Type": "AWS::ApiGateway::RestApi", "Properties": { "Name": "shop", "Body": {
        "swagger": "2.0",
        "paths": {
            "/items": items, "/items/{proxy+}": any("Echo"), "/book/{isbn}": any("Echo"), "/wrong/{way}": any("Wrong"),
            "/private": secured("sigv4"), "/people": secured("pool"),
            "/gone": any("Echo"),
        },
        "securityDefinitions": {
            "sigv4": { "x-amazon-apigateway-authtype": "awsSigv4" },
            "pool": { "x-amazon-apigateway-authtype": "cognito_user_pools", "x-amazon-apigateway-authorizer": {
                "type": "cognito_user_pools", "providerARNs": [{ "Fn::GetAtt": ["Pool", "Arn"] }],
            } },
        },
        "x-amazon-apigateway-gateway-responses": {
            "DEFAULT_4XX": { "responseParameters": { "gatewayresponse.header.Access-Control-Allow-Origin": "'*'" } },
        },
    } } })
}

fn client(pool: &str) -> Value {
    json!({ "Type": "AWS::Cognito::UserPoolClient", "Properties": {
        "UserPoolId": { "Ref": pool }, "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    } })
}

struct Scene {
    fixture: Fixture,
    services: Services,
    address: SocketAddr,
    base: String,
}

fn scene() -> Scene {
    let fixture = Fixture::new();
    let deployed = fixture
        .deploy(root(json!({
            "Echo": function("echo-dev", ECHO),
            "Wrong": function("wrong-dev", WRONG),
            "Pool": { "Type": "AWS::Cognito::UserPool", "Properties": {} },
            "Other": { "Type": "AWS::Cognito::UserPool", "Properties": {} },
            "Client": client("Pool"),
            "OtherClient": client("Other"),
            "Identities": { "Type": "AWS::Cognito::IdentityPool", "Properties": { "AllowUnauthenticatedIdentities": true } },
            "Roles": { "Type": "AWS::Cognito::IdentityPoolRoleAttachment", "Properties": {
                "IdentityPoolId": { "Ref": "Identities" }, "Roles": { "unauthenticated": "arn:role:unauth" },
            } },
            "Api": api(),
            "Deployment": { "Type": "AWS::ApiGateway::Deployment", "Properties": { "RestApiId": { "Ref": "Api" }, "StageName": "dev" } },
        })))
        .unwrap();
    // What is served is not said to be recorded only.
    assert!(deployed.recorded.iter().all(|each| !each.resource_type.starts_with("AWS::ApiGateway")), "{deployed:?}");
    let services = fixture.cloud.serve(&Serve::default()).unwrap();
    let address = services.endpoints().api_gateway.unwrap();
    let apis = fixture.cloud.apis(address).unwrap();
    assert_eq!((apis.len(), apis[0].name.as_str()), (1, "shop"));
    let base = apis[0].url.strip_prefix(&format!("http://{address}")).unwrap().to_owned();
    assert!(base.ends_with("/dev"), "{base}");
    Scene { fixture, services, address, base }
}

impl Scene {
    fn cognito(&self, operation: &str, body: Value) -> Value {
        does(self.services.endpoints().cognito.unwrap(), operation, body)
    }

    /// The token of a user of a pool.
    fn token(&self, pool: &str, client: &str) -> String {
        let (pool, client) = (self.fixture.resource(pool).physical_id, self.fixture.resource(client).physical_id);
        self.cognito("AdminCreateUser", json!({ "UserPoolId": pool, "Username": "ann" }));
        let password = json!({ "UserPoolId": pool, "Username": "ann", "Password": PASSWORD, "Permanent": true });
        self.cognito("AdminSetUserPassword", password);
        let result = self.cognito("InitiateAuth", sign_in("ann", &client));
        result["AuthenticationResult"]["IdToken"].as_str().unwrap().to_owned()
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        send(self.address, method, &format!("{}{path}", self.base), headers, body)
    }

    fn refused(&self, path: &str, headers: &[(&str, &str)]) -> (u16, Value) {
        let answer = self.send("GET", path, headers, "");
        (answer.status, serde_json::from_str::<Value>(&answer.body).unwrap()["message"].clone())
    }
}

#[test]
fn requests_reach_functions_as_the_gateway_sends_them() {
    if !installed("python3") {
        return;
    }
    let scene = scene();
    let answer =
        scene.send("PUT", "/items/1%202/x?q=a%20b&q=c", &[("Content-Type", "text/plain"), ("X-Tag", "t")], "hi");
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(answer.header("x-own").as_deref(), Some("yes"));
    assert_eq!(answer.head.to_lowercase().matches("set-cookie").count(), 2);
    assert!(answer.header("x-amzn-requestid").is_some());
    let event: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(event["resource"], "/items/{proxy+}");
    assert_eq!(event["path"], "/items/1%202/x");
    assert_eq!(event["pathParameters"], json!({ "proxy": "1 2/x" }));
    assert_eq!(event["multiValueQueryStringParameters"], json!({ "q": ["a b", "c"] }));
    assert_eq!((&event["headers"]["X-Tag"], &event["body"]), (&json!("t"), &json!("hi")));
    assert_eq!(event["requestContext"]["stage"], "dev");
    let book = scene.send("DELETE", "/book/12", &[], "");
    let event: Value = serde_json::from_str(&book.body).unwrap();
    assert_eq!((&event["pathParameters"]["isbn"], &event["httpMethod"]), (&json!("12"), &json!("DELETE")));
    // Browsers are answered by the gateway.
    let options = scene.send("OPTIONS", "/items", &[("Origin", "http://app.example")], "");
    assert_eq!((options.status, options.header("access-control-allow-methods").as_deref()), (200, Some("GET,PUT")));
    let reports = notices(&scene.services);
    assert!(reports.iter().any(|line| line.starts_with("PUT /") && line.contains(" 201 (")), "{reports:?}");
    assert!(reports.contains(&"  echo-dev | called".to_owned()), "{reports:?}");
}

#[test]
fn the_gateway_refuses_in_its_own_words() {
    if !installed("python3") {
        return;
    }
    let scene = scene();
    assert_eq!(scene.refused("/other", &[]), (403, json!("Missing Authentication Token")));
    let answer = scene.send("GET", "/other", &[], "");
    assert_eq!(answer.header("access-control-allow-origin").as_deref(), Some("*"));
    assert_eq!(send(scene.address, "GET", "/nobody/dev/items", &[], "").status, 403);
    assert_eq!(send(scene.address, "GET", &scene.base.replace("/dev", "/prod/items"), &[], "").status, 403);
    // Functions that fail, that return no response, that take too long.
    assert_eq!(scene.refused("/wrong/raise", &[]), (502, json!("Internal server error")));
    assert_eq!(scene.refused("/wrong/shape", &[]), (502, json!("Internal server error")));
    let begin = std::time::Instant::now();
    assert_eq!(scene.refused("/wrong/sleep", &[]), (504, json!("Endpoint request timed out")));
    assert!(begin.elapsed() < Duration::from_secs(8), "{:?}", begin.elapsed());
    let reports = notices(&scene.services);
    assert!(reports.iter().any(|line| line.contains("ValueError: x")), "{reports:?}");
    assert!(reports.iter().any(|line| line.contains("it returned no response")), "{reports:?}");
}

#[test]
fn a_token_is_one_that_the_pool_signed() {
    if !installed("python3") {
        return;
    }
    let scene = scene();
    assert_eq!(scene.refused("/people", &[]), (401, json!("Unauthorized")));
    let token = scene.token("Pool", "Client");
    for header in [token.clone(), format!("Bearer {token}")] {
        let answer = scene.send("GET", "/people", &[("Authorization", &header)], "");
        assert_eq!(answer.status, 201, "{}", answer.body);
        let event: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(event["requestContext"]["authorizer"]["claims"]["cognito:username"], "ann");
    }
    // Claims that are made up, of whoever says so, and tokens of another pool.
    let encode =
        |claims: &Value| base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, claims.to_string());
    let pool = scene.fixture.resource("Pool").attributes["ProviderURL"].clone();
    let claims =
        encode(&json!({ "iss": pool, "exp": 4_000_000_000_u64, "token_use": "id", "cognito:groups": ["Admins"] }));
    let parts: Vec<&str> = token.split('.').collect();
    let none = encode(&json!({ "alg": "none" }));
    let wrong = [
        format!("{}.{claims}.{}", parts[0], parts[2]),
        format!("{none}.{claims}."),
        format!("{none}.{}.", parts[1]),
        format!("{}.{}.", parts[0], parts[1]),
        scene.token("Other", "OtherClient"),
        "Bearer".to_owned(),
        "a.b.c".to_owned(),
    ];
    for token in &wrong {
        assert_eq!(scene.refused("/people", &[("Authorization", token)]), (401, json!("Unauthorized")), "{token}");
    }
}

#[test]
fn a_signature_is_made_with_a_key_that_was_given_out_here() {
    if !installed("python3") {
        return;
    }
    let scene = scene();
    let scope = |key: &str| {
        format!(
            "AWS4-HMAC-SHA256 Credential={key}/20200530/us-east-1/execute-api/aws4_request, SignedHeaders=host, Signature=0"
        )
    };
    let missing = (403, json!("Missing Authentication Token"));
    assert_eq!(scene.refused("/private", &[]), missing);
    assert_eq!(scene.refused("/private", &[("Authorization", "Bearer x")]), missing);
    let elsewhere = scope("local").replace("execute-api", "s3");
    assert_eq!(scene.refused("/private", &[("Authorization", &elsewhere)]), missing);
    let invalid = (403, json!("The security token included in the request is invalid."));
    assert_eq!(scene.refused("/private", &[("Authorization", &scope("AKIASTRANGER"))]), invalid);

    // A function's own key.
    assert_eq!(scene.send("GET", "/private", &[("Authorization", &scope("local"))], "").status, 201);
    assert_eq!(scene.send("POST", "/private", &[("Authorization", &scope("local"))], "").status, 403, "one method");
    // Credentials of a guest.
    let identities = scene.fixture.resource("Identities").physical_id;
    let id = scene.cognito("GetId", json!({ "IdentityPoolId": identities }))["IdentityId"].clone();
    let given = scene.cognito("GetCredentialsForIdentity", json!({ "IdentityId": id }))["Credentials"].clone();
    let key = given["AccessKeyId"].as_str().unwrap();
    let (signed, token) = (scope(key), given["SessionToken"].as_str().unwrap());
    let headers = [("Authorization", signed.as_str()), ("X-Amz-Security-Token", token)];
    let answer = scene.send("GET", "/private", &headers, "");
    assert_eq!(answer.status, 201, "{}", answer.body);
    let event: Value = serde_json::from_str(&answer.body).unwrap();
    let identity = &event["requestContext"]["identity"];
    assert_eq!((&identity["accessKey"], &identity["cognitoIdentityId"]), (&json!(key), &id));
    assert_eq!(identity["cognitoIdentityPoolId"], identities);
    assert_eq!(identity["cognitoAuthenticationType"], "unauthenticated");
    assert_eq!(scene.refused("/private", &headers[..1]), invalid, "without its token");
    let other = scope("ASIASTRANGER");
    assert_eq!(scene.refused("/private", &[("Authorization", &other), headers[1]]), invalid, "another key");
}
