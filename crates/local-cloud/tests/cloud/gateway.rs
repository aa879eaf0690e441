//! REST APIs over HTTP, with functions behind them.

use std::{net::SocketAddr, time::Duration};

use amplify_local_cloud::{Serve, Services};
use serde_json::{Value, json};

use crate::{
    buckets::{Answer, send},
    fixture::{Fixture, notices, root},
    functions::installed,
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
    // Something signed has to be there, whoever signed it.
    assert_eq!(scene.refused("/private", &[]), (403, json!("Missing Authentication Token")));
    let signed =
        [("Authorization", "AWS4-HMAC-SHA256 Credential=KEY/20200530/us-east-1/execute-api/aws4_request, Signature=0")];
    let answer = scene.send("GET", "/private", &signed, "");
    let event: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(event["requestContext"]["identity"]["accessKey"], "KEY");
    assert_eq!(scene.send("POST", "/private", &signed, "").status, 403, "only one method is there");
    // Claims come from a token of the pool.
    assert_eq!(scene.refused("/people", &[]), (401, json!("Unauthorized")));
    let pool = scene.fixture.resource("Pool").attributes["ProviderURL"].as_str().unwrap().to_owned();
    let claims = json!({ "iss": pool, "exp": 4_000_000_000_u64, "cognito:groups": ["Admins"] }).to_string();
    let token =
        format!("e30.{}.sig", base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, claims));
    let answer = scene.send("GET", "/people", &[("Authorization", &token)], "");
    let event: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(event["requestContext"]["authorizer"]["claims"]["cognito:groups"], json!(["Admins"]));
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
