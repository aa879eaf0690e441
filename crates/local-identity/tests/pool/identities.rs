//! Identity pools: the same person has the same identity, and the role that the token earns.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::fixture::{Fixture, IDENTITIES, POOL};

fn logins(token: &str) -> Value {
    json!({ format!("cognito-idp.us-east-1.amazonaws.com/{POOL}"): token })
}

/// What a session token says.
fn said(token: &str) -> Value {
    let (session, _seal) = token.split_once('.').unwrap();
    serde_json::from_slice(&BASE64_STANDARD.decode(session).unwrap()).unwrap()
}

fn role(answer: &Value) -> String {
    let session = said(answer["Credentials"]["SessionToken"].as_str().unwrap());
    assert_eq!(session["identityId"], answer["IdentityId"]);
    session["role"].as_str().unwrap().to_owned()
}

#[test]
fn roles_follow_groups() {
    let fixture = Fixture::new();
    fixture.confirmed("ann");
    let token = fixture.sign_in("ann").id;
    let get = |token: &str| json!({ "IdentityPoolId": IDENTITIES, "Logins": logins(token) });
    let id = fixture.does("GetId", get(&token))["IdentityId"].as_str().unwrap().to_owned();
    assert!(id.starts_with("us-east-1:"), "{id}");
    let credentials = |token: &str| json!({ "IdentityId": id, "Logins": logins(token) });
    let answer = fixture.does("GetCredentialsForIdentity", credentials(&token));
    assert_eq!(role(&answer), "arn:role:auth");
    assert!(answer["Credentials"]["AccessKeyId"].as_str().unwrap().starts_with("ASIA"));
    assert_eq!(answer["Credentials"]["Expiration"], 1_700_003_600);

    for group in ["Editors", "Admins"] {
        fixture.does("AdminAddUserToGroup", json!({ "Username": "ann", "GroupName": group }));
    }
    let token = fixture.sign_in("ann").id;
    assert_eq!(fixture.does("GetId", get(&token))["IdentityId"], id.as_str(), "the same person");
    assert_eq!(role(&fixture.does("GetCredentialsForIdentity", credentials(&token))), "arn:role:admins");
    let mut chosen = credentials(&token);
    chosen["CustomRoleArn"] = "arn:role:editors".into();
    assert_eq!(role(&fixture.does("GetCredentialsForIdentity", chosen.clone())), "arn:role:editors");
    chosen["CustomRoleArn"] = "arn:role:owner".into();
    fixture.refuses("GetCredentialsForIdentity", chosen, "NotAuthorizedException", "none of the token's roles");

    fixture.confirmed("bob");
    let other = fixture.sign_in("bob").id;
    assert_ne!(fixture.does("GetId", get(&other))["IdentityId"], id.as_str());
    fixture.refuses("GetCredentialsForIdentity", credentials(&other), "NotAuthorizedException", "Logins don't match");
    fixture.refuses("GetCredentialsForIdentity", json!({ "IdentityId": id }), "NotAuthorizedException", "forbidden");
    let guest = fixture.does("GetId", json!({ "IdentityPoolId": IDENTITIES }))["IdentityId"].clone();
    let answer = fixture.does("GetCredentialsForIdentity", json!({ "IdentityId": guest }));
    assert_eq!(role(&answer), "arn:role:unauth");
}

#[test]
fn tokens_of_others_are_no_logins() {
    let fixture = Fixture::new();
    fixture.confirmed("ann");
    let tokens = fixture.sign_in("ann");
    let get = |logins: Value| json!({ "IdentityPoolId": IDENTITIES, "Logins": logins });
    for (body, name, says) in [
        (get(logins(&tokens.access)), "NotAuthorizedException", "Not a valid OpenId Connect identity token."),
        (get(logins("nonsense")), "NotAuthorizedException", "Invalid login token."),
        (get(logins(&format!("{}x", tokens.id))), "NotAuthorizedException", "Invalid login token."),
        (get(json!({ "accounts.google.com": tokens.id })), "NotAuthorizedException", "Logins don't match"),
        (get(json!({ "a": 1 })), "SerializationException", "Logins.a"),
        (json!({ "IdentityPoolId": "us-east-1:none" }), "ResourceNotFoundException", "us-east-1:none"),
    ] {
        fixture.refuses("GetId", body, name, says);
    }
    fixture.later(3600);
    fixture.refuses("GetId", get(logins(&tokens.id)), "NotAuthorizedException", "Token expired");
    fixture.refuses("GetCredentialsForIdentity", json!({ "IdentityId": "x" }), "ResourceNotFoundException", "'x'");
}

#[test]
fn a_session_is_what_the_pool_sealed() {
    let fixture = Fixture::new();
    fixture.confirmed("ann");
    let token = fixture.sign_in("ann").id;
    let id =
        fixture.does("GetId", json!({ "IdentityPoolId": IDENTITIES, "Logins": logins(&token) }))["IdentityId"].clone();
    let given = fixture.does("GetCredentialsForIdentity", json!({ "IdentityId": id, "Logins": logins(&token) }));
    let text = |key: &str| given["Credentials"][key].as_str().unwrap().to_owned();
    let (key, session) = (text("AccessKeyId"), text("SessionToken"));
    let good = fixture.service.session(&key, &session).unwrap();
    assert_eq!((&good.says["identityId"], &good.says["role"]), (&id, &json!("arn:role:auth")));
    assert_eq!((good.secret.as_str(), good.secret.len()), (text("SecretKey").as_str(), 40));
    let next = fixture.does("GetCredentialsForIdentity", json!({ "IdentityId": id, "Logins": logins(&token) }));
    assert_ne!(next["Credentials"]["SecretKey"], good.secret, "another key has another secret");

    let (words, seal) = session.split_once('.').unwrap();
    let mut more = said(&session);
    more["role"] = json!("arn:role:admins");
    let other = format!("{}.{seal}", BASE64_STANDARD.encode(more.to_string()));
    more["identityPoolId"] = json!("us-east-1:nobody");
    let elsewhere = format!("{}.{seal}", BASE64_STANDARD.encode(more.to_string()));
    let unsealed = format!("{words}.");
    for wrong in ["", ".", "a.b", words, &unsealed, &other, &elsewhere] {
        let refused = fixture.service.session(&key, wrong).unwrap_err();
        assert_eq!(refused.name, "UnrecognizedClientException", "{wrong}");
    }
    let refused = fixture.service.session("ASIANOBODY", &session).unwrap_err();
    assert!(refused.message.contains("invalid"), "another key: {refused:?}");
    *fixture.world.now.lock().unwrap() += 3_601;
    let refused = fixture.service.session(&key, &session).unwrap_err();
    assert!(refused.message.contains("expired"), "{refused:?}");
}
