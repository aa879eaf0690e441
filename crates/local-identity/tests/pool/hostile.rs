//! What nobody should send.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::fixture::{CLIENT, Fixture, PASSWORD, POOL, email};

fn raw(fixture: &Fixture, operation: &str, body: &[u8], signed: bool) -> String {
    let target = format!("AWSCognitoIdentityProviderService.{operation}");
    fixture.service.call(&target, body, signed).expect_err(operation).name.to_owned()
}

#[test]
fn forged_tokens_open_nothing() {
    let fixture = Fixture::new();
    fixture.confirmed("ann");
    let tokens = fixture.sign_in("ann");
    let [header, payload, signature] = tokens.access.split('.').collect::<Vec<_>>()[..] else { panic!() };
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let read = |part: &str| -> Value { serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap() };
    let mut none = read(header);
    none["alg"] = "none".into();
    let mut symmetric = read(header);
    symmetric["alg"] = "HS256".into();
    let mut other = read(payload);
    other["username"] = "bob".into();
    let mut elsewhere = read(payload);
    elsewhere["iss"] = "https://evil.example".into();
    for forged in [
        format!("{}.{payload}.", part(&none)),
        format!("{}.{payload}.{signature}", part(&none)),
        format!("{}.{payload}.{signature}", part(&symmetric)),
        format!("{header}.{}.{signature}", part(&other)),
        format!("{header}.{}.{signature}", part(&elsewhere)),
        format!("{header}.{payload}"),
        tokens.id.clone(),
        tokens.refresh.clone(),
        "a.b.c".into(),
    ] {
        fixture.refuses("GetUser", json!({ "AccessToken": forged }), "NotAuthorizedException", "Invalid Access Token");
        assert!(forged == tokens.id || fixture.service.verify(POOL, &forged).is_err(), "{forged}");
    }
    assert!(fixture.service.verify(POOL, &tokens.access).is_ok());
    assert!(fixture.service.verify("us-east-1_none", &tokens.access).is_err());
}

#[test]
fn bodies_that_are_none() {
    let fixture = Fixture::new();
    let deep = "[".repeat(100_000);
    for body in [&b"{"[..], b"[]", b"1", b"\xff\xfe", b"{\"ClientId\": 1}", deep.as_bytes(), b"null"] {
        assert_eq!(
            raw(&fixture, "SignUp", body, false),
            "SerializationException",
            "{}",
            String::from_utf8_lossy(&body[..body.len().min(20)])
        );
    }
    for (operation, body) in [
        ("SignUp", json!({})),
        ("SignUp", json!({ "ClientId": CLIENT })),
        ("SignUp", json!({ "ClientId": CLIENT, "Username": null, "Password": PASSWORD })),
        ("InitiateAuth", json!({ "ClientId": CLIENT })),
        ("InitiateAuth", json!({ "ClientId": CLIENT, "AuthFlow": "USER_PASSWORD_AUTH" })),
        ("RespondToAuthChallenge", json!({ "ClientId": CLIENT, "ChallengeName": "SMS_MFA" })),
        ("GetUser", json!({})),
        ("AdminGetUser", json!({ "UserPoolId": POOL })),
    ] {
        assert_eq!(
            raw(&fixture, operation, body.to_string().as_bytes(), true),
            "InvalidParameterException",
            "{operation} {body}"
        );
    }
    for (field, value) in [
        ("UserAttributes", json!({})),
        ("UserAttributes", json!([{ "Name": "email", "Value": 1 }])),
        ("ClientMetadata", json!([1])),
        ("ClientMetadata", json!({ "a": {} })),
        ("Password", json!(["x"])),
    ] {
        let mut body = json!({ "ClientId": CLIENT, "Username": "ann", "Password": PASSWORD });
        body[field] = value;
        fixture.refuses("SignUp", body, "SerializationException", "");
    }
}

#[test]
fn values_that_are_too_large() {
    let fixture = Fixture::new();
    let huge = "x".repeat(500_000);
    let body = |field: &str, value: Value| {
        let mut body = json!({ "ClientId": CLIENT, "Username": "ann", "Password": PASSWORD });
        body[field] = value;
        body
    };
    for body in [
        body("Username", json!(huge)),
        body("Password", json!(huge)),
        body("ClientId", json!(huge)),
        body("UserAttributes", json!([{ "Name": "name", "Value": huge }])),
        body("UserAttributes", json!([{ "Name": huge, "Value": "x" }])),
        body("UserAttributes", json!([email("a@b.c"), email("a@b.d")])),
    ] {
        fixture.refuses("SignUp", body, "InvalidParameterException", "");
    }
    let srp = |a: &str| json!({ "ClientId": CLIENT, "AuthFlow": "USER_SRP_AUTH", "AuthParameters": { "USERNAME": "ann", "SRP_A": a } });
    for a in [&huge[..10_000], "0", "zz"] {
        fixture.refuses("InitiateAuth", srp(a), "InvalidParameterException", "SRP_A");
    }
    fixture.refuses("GetUser", json!({ "AccessToken": huge }), "InvalidParameterException", "accessToken");
}

#[test]
fn administrators_sign_their_calls() {
    let fixture = Fixture::new();
    let body = json!({ "UserPoolId": POOL, "Username": "ann" }).to_string();
    assert_eq!(raw(&fixture, "AdminGetUser", body.as_bytes(), false), "MissingAuthenticationTokenException");
    assert_eq!(raw(&fixture, "AdminGetUser", body.as_bytes(), true), "UserNotFoundException");
    assert_eq!(raw(&fixture, "MakeCoffee", body.as_bytes(), true), "UnknownOperationException");
    for target in ["", ".", "DynamoDB_20120810.ListTables", "AWSCognitoIdentityService.MakeCoffee"] {
        assert_eq!(
            fixture.service.call(target, b"{}", true).unwrap_err().name,
            "UnknownOperationException",
            "{target}"
        );
    }
}
