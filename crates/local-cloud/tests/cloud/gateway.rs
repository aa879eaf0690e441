//! REST APIs over HTTP, with functions behind them.

use std::{
    net::SocketAddr,
    time::{Duration, SystemTime},
};

use amplify_local_cloud::{Serve, Services};
use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign},
    sign::v4,
};
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
    let mut private = any("Echo");
    private["x-amazon-apigateway-any-method"]["security"] = json!([{ "sigv4": [] }]);
    let secured = |scheme: &str| json!({ "get": { "security": [{ scheme: [] }], "x-amazon-apigateway-integration": call("Echo") } });
    json!({ "Type": "AWS::ApiGateway::RestApi", "Properties": { "Name": "shop", "Body": {
        "swagger": "2.0",
        "paths": {
            "/items": items, "/items/{proxy+}": any("Echo"), "/book/{isbn}": any("Echo"), "/wrong/{way}": any("Wrong"),
            "/private": secured("sigv4"), "/private/{proxy+}": private, "/people": secured("pool"),
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

/// Who signs, and how.
#[derive(Clone)]
struct Signer {
    key: String,
    secret: String,
    token: Option<String>,
    service: &'static str,
    region: &'static str,
    at: SystemTime,
    /// In the address, which is good for so long, instead of in a header.
    good_for: Option<Duration>,
}

impl Signer {
    /// A function, which has its credentials from the local cloud.
    fn function() -> Self {
        let (key, secret, token) = ("local".into(), "local".into(), None);
        Self { key, secret, token, service: "execute-api", region: "us-east-1", at: SystemTime::now(), good_for: None }
    }

    /// A guest, by the credentials of an identity.
    fn guest(given: &Value) -> Self {
        let text = |key: &str| given[key].as_str().unwrap().to_owned();
        let token = Some(text("SessionToken"));
        Self { key: text("AccessKeyId"), secret: text("SecretKey"), token, ..Self::function() }
    }

    /// A request with a signature of AWS's own signer. `path` is below the stage.
    fn sign(
        &self,
        scene: &Scene,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> http::Request<String> {
        let url = format!("http://{}{}{path}", scene.address, scene.base);
        let mut request = http::Request::builder().method(method).uri(&url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(body.to_owned()).unwrap();
        let mut settings = SigningSettings::default();
        if self.good_for.is_some() {
            settings.signature_location = SignatureLocation::QueryParams;
            settings.expires_in = self.good_for;
        }
        let identity = Credentials::new(&*self.key, &*self.secret, self.token.clone(), None, "test").into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service)
            .time(self.at)
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let body = SignableBody::Bytes(body.as_bytes());
        let signable = SignableRequest::new(method, url, headers.iter().copied(), body).unwrap();
        sign(signable, &parameters).unwrap().into_parts().0.apply_to_request_http1x(&mut request);
        request
    }
}

fn sent(scene: &Scene, request: &http::Request<String>) -> Answer {
    let headers = request.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
    let target = request.uri().path_and_query().unwrap().as_str();
    send(scene.address, request.method().as_str(), target, &headers.collect::<Vec<_>>(), request.body())
}

/// What is said of a request, which has to be refused, and the kind of refusal.
fn refusal(scene: &Scene, request: &http::Request<String>) -> (String, String) {
    let answer = sent(scene, request);
    assert_eq!(answer.status, 403, "{}", answer.body);
    assert_eq!(answer.header("access-control-allow-origin").as_deref(), Some("*"), "browsers may read it");
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    (answer.header("x-amzn-errortype").unwrap(), body["message"].as_str().unwrap().to_owned())
}

#[test]
fn a_signature_is_made_with_a_key_that_was_given_out_here() {
    if !installed("python3") {
        return;
    }
    let scene = scene();
    let missing = ("MissingAuthenticationTokenException".to_owned(), "Missing Authentication Token".to_owned());
    let invalid =
        ("UnrecognizedClientException".to_owned(), "The security token included in the request is invalid.".to_owned());
    let function = Signer::function();
    let ask = |signer: &Signer| signer.sign(&scene, "GET", "/private", &[], "");
    assert_eq!(scene.refused("/private", &[]), (403, json!(missing.1)));
    assert_eq!(scene.refused("/private", &[("Authorization", "Bearer x")]), (403, json!(missing.1)));
    assert_eq!(refusal(&scene, &ask(&Signer { service: "s3", ..function.clone() })), missing);
    assert_eq!(refusal(&scene, &ask(&Signer { key: "AKIASTRANGER".into(), ..function.clone() })), invalid);

    // A function's own key.
    assert_eq!(sent(&scene, &ask(&function)).status, 201);
    assert_eq!(refusal(&scene, &function.sign(&scene, "POST", "/private", &[], "")), missing, "one method");
    assert_eq!(refusal(&scene, &ask(&Signer { token: Some("any".into()), ..function.clone() })), invalid);
    // Credentials of a guest.
    let identities = scene.fixture.resource("Identities").physical_id;
    let id = scene.cognito("GetId", json!({ "IdentityPoolId": identities }))["IdentityId"].clone();
    let given = || scene.cognito("GetCredentialsForIdentity", json!({ "IdentityId": id }))["Credentials"].clone();
    let guest = Signer::guest(&given());
    let answer = sent(&scene, &ask(&guest));
    assert_eq!(answer.status, 201, "{}", answer.body);
    let event: Value = serde_json::from_str(&answer.body).unwrap();
    let identity = &event["requestContext"]["identity"];
    assert_eq!((&identity["accessKey"], &identity["cognitoIdentityId"]), (&json!(guest.key), &id));
    assert_eq!(identity["cognitoIdentityPoolId"], identities);
    assert_eq!(identity["cognitoAuthenticationType"], "unauthenticated");
    assert!(!answer.body.contains(&guest.secret), "the secret is nobody's business");
    assert_eq!(refusal(&scene, &ask(&Signer { token: None, ..guest.clone() })), invalid, "without its token");
    assert_eq!(refusal(&scene, &ask(&Signer { key: "ASIASTRANGER".into(), ..guest.clone() })), invalid, "another key");
    let other = Signer::guest(&given());
    assert_eq!(
        refusal(&scene, &ask(&Signer { token: other.token.clone(), ..guest.clone() })),
        invalid,
        "another token"
    );
    let (kind, _) = refusal(&scene, &ask(&Signer { secret: other.secret, ..guest.clone() }));
    assert_eq!(kind, "InvalidSignatureException", "another secret");
}

#[test]
fn what_is_rightly_signed_passes() {
    if !installed("python3") {
        return;
    }
    let scene = scene();
    let signer = Signer::function();
    let week = Duration::from_secs(604_800);
    let address = Signer { good_for: Some(week), ..signer.clone() };
    let odd = "/private/a%20b%2Fc/d%C3%BC/(x)~!?q=a%20b&q=c&empty=&flag&%C3%BC=%2B&Z=%2F&a=1";
    for (signer, what) in [(&signer, "header"), (&address, "address")] {
        let request = signer.sign(&scene, "GET", odd, &[], "");
        let answer = sent(&scene, &request);
        assert_eq!(answer.status, 201, "{what}: {}", answer.body);
        let event: Value = serde_json::from_str(&answer.body).unwrap();
        let query = &event["multiValueQueryStringParameters"];
        assert_eq!((&query["q"], &query["ü"]), (&json!(["a b", "c"]), &json!(["+"])), "{what}");
        // Not everything that is sent has to be signed.
        let headers = [("Content-Type", "application/json"), ("X-Tag", "  two   words ")];
        let mut request = signer.sign(&scene, "POST", "/private/items", &headers, r#"{"text": "ü"}"#);
        request.headers_mut().insert("x-later", http::HeaderValue::from_static("1"));
        request.headers_mut().insert("user-agent", http::HeaderValue::from_static("test"));
        let answer = sent(&scene, &request);
        assert_eq!(answer.status, 201, "{what}: {}", answer.body);
        let event: Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!((&event["body"], &event["headers"]["X-Later"]), (&json!(r#"{"text": "ü"}"#), &json!("1")), "{what}");
    }
    // Clocks that are a little apart.
    for at in [SystemTime::now() - Duration::from_secs(240), SystemTime::now() + Duration::from_secs(240)] {
        let request = Signer { at, ..signer.clone() }.sign(&scene, "GET", "/private", &[], "");
        assert_eq!(sent(&scene, &request).status, 201);
    }
    // An address is good until it has run out, also with the credentials of somebody.
    let identities = scene.fixture.resource("Identities").physical_id;
    let id = scene.cognito("GetId", json!({ "IdentityPoolId": identities }))["IdentityId"].clone();
    let given = scene.cognito("GetCredentialsForIdentity", json!({ "IdentityId": id }))["Credentials"].clone();
    let at = SystemTime::now() - Duration::from_secs(3_000);
    let guest = Signer { good_for: Some(Duration::from_secs(3_600)), at, ..Signer::guest(&given) };
    let answer = sent(&scene, &guest.sign(&scene, "GET", "/private?x=1", &[], ""));
    assert_eq!(answer.status, 201, "{}", answer.body);
}

#[test]
fn what_was_signed_otherwise_or_at_another_time_is_refused() {
    if !installed("python3") {
        return;
    }
    let scene = scene();
    let signer = Signer::function();
    let minute = Duration::from_secs(60);
    let address = Signer { good_for: Some(minute), ..signer.clone() };
    let differs = "The request signature we calculated does not match the signature you provided";
    let refused = |request: &http::Request<String>, what: &str, says: &str| {
        let (kind, message) = refusal(&scene, request);
        assert_eq!(kind, "InvalidSignatureException", "{what}: {message}");
        assert!(message.contains(says), "{what}: {message}");
    };
    let moved = |request: &mut http::Request<String>, from: &str, to: &str| {
        let target = request.uri().to_string();
        assert!(target.contains(from), "{target}");
        *request.uri_mut() = target.replacen(from, to, 1).parse().unwrap();
    };
    for (signer, place) in [(&signer, "header"), (&address, "address")] {
        let sign = || signer.sign(&scene, "POST", "/private/items?q=1", &[("X-Tag", "a")], "hello");
        assert_eq!(sent(&scene, &sign()).status, 201, "{place}");
        let what = |what: &str| format!("{what}, in the {place}");
        let mut request = sign();
        *request.body_mut() = "Hello".into();
        refused(&request, &what("another body"), differs);
        let mut request = sign();
        request.body_mut().clear();
        refused(&request, &what("no body"), differs);
        let mut request = sign();
        moved(&mut request, "/private/items", "/private/others");
        refused(&request, &what("another path"), differs);
        let mut request = sign();
        moved(&mut request, "/private/items", "/private/items%2F");
        refused(&request, &what("the path otherwise encoded"), differs);
        let mut request = sign();
        moved(&mut request, "q=1", "q=2");
        refused(&request, &what("another query"), differs);
        let mut request = sign();
        moved(&mut request, "q=1", "q=1&q=2");
        refused(&request, &what("more of a query"), differs);
        let mut request = sign();
        *request.method_mut() = http::Method::PUT;
        refused(&request, &what("another method"), differs);
        let mut request = sign();
        request.headers_mut().insert("x-tag", http::HeaderValue::from_static("b"));
        refused(&request, &what("another header"), differs);
        let mut request = sign();
        request.headers_mut().append("x-tag", http::HeaderValue::from_static("b"));
        refused(&request, &what("a header twice"), differs);
        let mut request = sign();
        request.headers_mut().remove("x-tag");
        refused(&request, &what("no such header"), "the signed header 'x-tag' is not in the request");
        let mut request = sign();
        request.headers_mut().insert("Host", http::HeaderValue::from_static("localhost:1"));
        refused(&request, &what("another host"), differs);
        let wrong = Signer { secret: "other".into(), ..signer.clone() };
        refused(&wrong.sign(&scene, "GET", "/private", &[], ""), &what("another secret"), differs);
        let wrong = Signer { region: "eu-north-1", ..signer.clone() };
        let says = "not 'eu-north-1': this environment is in 'us-east-1'";
        refused(&wrong.sign(&scene, "GET", "/private", &[], ""), &what("another region"), says);
        let early = Signer { at: SystemTime::now() + 6 * minute, ..signer.clone() };
        refused(&early.sign(&scene, "GET", "/private", &[], ""), &what("too early"), "Signature not yet current: ");
    }
    let late = Signer { at: SystemTime::now() - 6 * minute, ..signer.clone() };
    refused(&late.sign(&scene, "GET", "/private", &[], ""), "too late", "Signature expired: ");
    let late = Signer { at: SystemTime::now() - 2 * minute, ..address.clone() };
    refused(&late.sign(&scene, "GET", "/private", &[], ""), "an address too late", "Signature expired: ");
    let mut request = late.sign(&scene, "GET", "/private", &[], "");
    moved(&mut request, "X-Amz-Expires=60", "X-Amz-Expires=600");
    refused(&request, "a longer time", differs);
    let mut request = address.sign(&scene, "GET", "/private", &[], "");
    moved(&mut request, "X-Amz-Expires=60", "X-Amz-Expires=604801");
    refused(&request, "more than a week", "X-Amz-Expires must be a number of seconds");

    // What the signature is not whole without.
    let with = |from: &str, to: &str| {
        let mut request = signer.sign(&scene, "GET", "/private", &[], "");
        let header = request.headers()["authorization"].to_str().unwrap();
        assert!(header.contains(from), "{header}");
        let header = header.replacen(from, to, 1).parse().unwrap();
        request.headers_mut().insert("authorization", header);
        request
    };
    let host = "'Host' must be a 'SignedHeader'";
    refused(&with("SignedHeaders=host;x-amz-date", "SignedHeaders=x-amz-date"), "no host", host);
    refused(&with("SignedHeaders=host;x-amz-date, ", ""), "no headers", host);
    refused(&with("SignedHeaders=host;x-amz-date", "SignedHeaders=host"), "no date", differs);
    refused(&with("Signature=", "Signature=0"), "another signature", differs);
    refused(&with("us-east-1", "eu-west-1"), "another region", "not 'eu-west-1'");
    let scope = "Credential=local/";
    refused(&with(scope, &format!("{scope}1")), "another day", "Date in Credential scope does not match");
    for date in [None, Some("20200530"), Some("Sat, 30 May 2020 12:00:00 GMT")] {
        let mut request = signer.sign(&scene, "GET", "/private", &[], "");
        request.headers_mut().remove("x-amz-date");
        if let Some(date) = date {
            request.headers_mut().insert("x-amz-date", date.parse().unwrap());
        }
        let (kind, message) = refusal(&scene, &request);
        assert_eq!(kind, "IncompleteSignatureException", "{date:?}: {message}");
        assert!(message.contains("X-Amz-Date"), "{message}");
    }
    let reports = notices(&scene.services);
    let called = reports.iter().filter(|line| line.contains("| called")).count();
    assert_eq!(called, 2, "no function ran for what was refused: {reports:?}");
}

#[test]
fn a_body_is_taken_to_its_limit_before_anybody_is_let_in() {
    if !installed("python3") {
        return;
    }
    let scene = scene();
    let body = "x".repeat(10 * 1024 * 1024 + 1);
    let headers = [("Content-Type", "text/plain")];
    let answer = sent(&scene, &Signer::function().sign(&scene, "POST", "/private/items", &headers, &body));
    assert_eq!(answer.status, 413, "{}", answer.body);
}
