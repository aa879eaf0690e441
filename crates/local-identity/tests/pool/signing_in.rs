//! Passwords, tokens, their renewal and their end.

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::fixture::{CLIENT, Fixture, NATIVE, PASSWORD, POOL, SECRET, Tokens, claims};

pub fn secret_hash(name: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap().chain_update(name).chain_update(NATIVE);
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

fn refresh(token: &str) -> Value {
    json!({ "ClientId": CLIENT, "AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": { "REFRESH_TOKEN": token } })
}

#[test]
fn the_newest_client_library_renews_by_an_operation_of_its_own() {
    let fixture = Fixture::new();
    fixture.confirmed("ann");
    let tokens = fixture.sign_in("ann");
    let body = |token: &str, client: &str| json!({ "ClientId": client, "RefreshToken": token });
    let answer = fixture.does("GetTokensFromRefreshToken", body(&tokens.refresh, CLIENT));
    let renewed = claims(answer["AuthenticationResult"]["AccessToken"].as_str().unwrap());
    assert_eq!(renewed["origin_jti"], claims(&tokens.access)["origin_jti"], "the same sign-in");
    assert_ne!(renewed["jti"], claims(&tokens.access)["jti"]);
    let operation = "GetTokensFromRefreshToken";
    fixture.refuses(operation, body("nonsense", CLIENT), "NotAuthorizedException", "Invalid Refresh Token");
    // Another client, and its secret.
    let mut other = body(&tokens.refresh, NATIVE);
    fixture.refuses(operation, other.clone(), "NotAuthorizedException", "Unable to verify the secret");
    other["ClientSecret"] = SECRET.into();
    fixture.refuses(operation, other, "NotAuthorizedException", "Invalid Refresh Token");
    let _ = fixture.does("GlobalSignOut", json!({ "AccessToken": tokens.access }));
    fixture.refuses(
        operation,
        body(&tokens.refresh, CLIENT),
        "NotAuthorizedException",
        "Refresh Token has been revoked",
    );
}

#[test]
fn tokens_say_who_signed_in_where_and_for_how_long() {
    let client = json!({
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"], "AccessTokenValidity": 10, "IdTokenValidity": 20,
        "TokenValidityUnits": { "AccessToken": "minutes", "IdToken": "minutes" }, "ReadAttributes": ["email"],
    });
    let fixture = Fixture::with_client(json!({ "AutoVerifiedAttributes": ["email"] }), client, &[]);
    fixture.confirmed("ann");
    let answer = fixture.does("InitiateAuth", Fixture::password_body("ann", PASSWORD));
    assert_eq!(answer["AuthenticationResult"]["ExpiresIn"], 600);
    assert_eq!(answer["AuthenticationResult"]["TokenType"], "Bearer");
    let tokens = Tokens::of(&answer);
    let (id, access) = (claims(&tokens.id), claims(&tokens.access));
    let issuer = format!("https://cognito-idp.us-east-1.amazonaws.com/{POOL}");
    for token in [&id, &access] {
        assert_eq!((&token["iss"], &token["iat"]), (&json!(issuer), &json!(1_700_000_000)));
        assert_eq!(token["sub"], id["sub"]);
        assert_eq!(token["origin_jti"], id["origin_jti"]);
    }
    assert_eq!((&id["token_use"], &id["aud"], &id["exp"]), (&json!("id"), &json!(CLIENT), &json!(1_700_001_200)));
    assert_eq!((&id["email"], id.get("email_verified")), (&json!("ann@example.com"), None), "only what may be read");
    assert_eq!((&access["token_use"], &access["client_id"]), (&json!("access"), &json!(CLIENT)));
    assert_eq!((&access["username"], &access["exp"]), (&json!("ann"), &json!(1_700_000_600)));
    assert_ne!(id["jti"], access["jti"]);
    assert!(id.get("cognito:groups").is_none());

    let get = json!({ "AccessToken": tokens.access });
    assert_eq!(fixture.does("GetUser", get.clone())["Username"], "ann");
    fixture.later(600);
    fixture.refuses("GetUser", get, "NotAuthorizedException", "Access Token has expired");
    assert!(fixture.service.verify(POOL, &tokens.id).is_ok());
    fixture.later(600);
    assert!(fixture.service.verify(POOL, &tokens.id).is_err());
}

#[test]
fn wrong_passwords_and_unknown_people() {
    let fixture = Fixture::new();
    fixture.confirmed("ann");
    let wrong = "Incorrect username or password.";
    fixture.refuses("InitiateAuth", Fixture::password_body("ann", "Passw0rd?"), "NotAuthorizedException", wrong);
    fixture.refuses("InitiateAuth", Fixture::password_body("Ann", PASSWORD), "UserNotFoundException", "does not exist");
    fixture.does("AdminDisableUser", json!({ "Username": "ann" }));
    fixture.refuses(
        "InitiateAuth",
        Fixture::password_body("ann", PASSWORD),
        "NotAuthorizedException",
        "User is disabled",
    );
    fixture.does("AdminEnableUser", json!({ "Username": "ann" }));
    fixture.sign_in("ann");
    let mut body = Fixture::password_body("ann", PASSWORD);
    body["AuthFlow"] = "ADMIN_USER_PASSWORD_AUTH".into();
    fixture.refuses("InitiateAuth", body.clone(), "InvalidParameterException", "not supported");
    body["UserPoolId"] = POOL.into();
    fixture.does("AdminInitiateAuth", body.clone());
    body["AuthFlow"] = "GUESS".into();
    fixture.refuses("InitiateAuth", body, "InvalidParameterException", "GUESS");

    let hiding = json!({
        "ExplicitAuthFlows": ["USER_PASSWORD_AUTH"], "PreventUserExistenceErrors": "ENABLED",
    });
    let hiding = Fixture::with_client(json!({}), hiding, &[]);
    hiding.refuses("InitiateAuth", Fixture::password_body("ann", PASSWORD), "NotAuthorizedException", wrong);
    let forgot = json!({ "ClientId": CLIENT, "Username": "ann" });
    assert!(hiding.does("ForgotPassword", forgot)["CodeDeliveryDetails"].is_object());
    let srp = json!({
        "ClientId": CLIENT, "AuthFlow": "USER_SRP_AUTH", "AuthParameters": { "USERNAME": "ann", "SRP_A": "abcdef" },
    });
    let challenge = hiding.does("InitiateAuth", srp);
    assert_eq!(challenge["ChallengeName"], "PASSWORD_VERIFIER");
    let parameters = &challenge["ChallengeParameters"];
    let proof = json!({
        "ClientId": CLIENT, "ChallengeName": "PASSWORD_VERIFIER", "ChallengeResponses": {
            "USERNAME": "ann", "PASSWORD_CLAIM_SECRET_BLOCK": parameters["SECRET_BLOCK"],
            "PASSWORD_CLAIM_SIGNATURE": "AAAA", "TIMESTAMP": "now",
        },
    });
    hiding.refuses("RespondToAuthChallenge", proof, "NotAuthorizedException", wrong);
}

#[test]
fn flows_that_a_client_does_not_have_are_refused() {
    let fixture = Fixture::with_client(json!({}), json!({}), &[]);
    fixture.sign_up("ann", json!([]));
    let says = "USER_PASSWORD_AUTH flow not enabled for this client";
    fixture.refuses("InitiateAuth", Fixture::password_body("ann", PASSWORD), "InvalidParameterException", says);
}

#[test]
fn a_sign_in_is_renewed_until_it_ends() {
    let fixture = Fixture::new();
    fixture.confirmed("ann");
    let tokens = fixture.sign_in("ann");
    fixture.later(5000);
    let answer = fixture.does("InitiateAuth", refresh(&tokens.refresh));
    assert!(answer["AuthenticationResult"].get("RefreshToken").is_none());
    let renewed = answer["AuthenticationResult"]["AccessToken"].as_str().unwrap().to_owned();
    let (before, after) = (claims(&tokens.access), claims(&renewed));
    assert_eq!((&after["auth_time"], &after["origin_jti"]), (&before["auth_time"], &before["origin_jti"]));
    assert_eq!(after["iat"], 1_700_005_000);

    fixture.does("RevokeToken", json!({ "ClientId": CLIENT, "Token": tokens.refresh }));
    fixture.refuses("InitiateAuth", refresh(&tokens.refresh), "NotAuthorizedException", "has been revoked");
    let get = json!({ "AccessToken": renewed });
    fixture.refuses("GetUser", get, "NotAuthorizedException", "Access Token has been revoked");
    for wrong in ["x", "e30", &tokens.access] {
        fixture.refuses("InitiateAuth", refresh(wrong), "NotAuthorizedException", "Invalid Refresh Token");
    }
    let revoke = json!({ "ClientId": CLIENT, "Token": tokens.access });
    fixture.refuses("RevokeToken", revoke, "UnsupportedTokenTypeException", "");

    let tokens = fixture.sign_in("ann");
    let other = json!({
        "ClientId": NATIVE, "AuthFlow": "REFRESH_TOKEN_AUTH",
        "AuthParameters": { "REFRESH_TOKEN": tokens.refresh, "SECRET_HASH": secret_hash("ann") },
    });
    fixture.refuses("InitiateAuth", other, "NotAuthorizedException", "Invalid Refresh Token");
    fixture.later(31 * 24 * 3600);
    fixture.refuses("InitiateAuth", refresh(&tokens.refresh), "NotAuthorizedException", "has expired");
}

#[test]
fn signing_out_everywhere_ends_all() {
    let fixture = Fixture::new();
    fixture.confirmed("ann");
    fixture.confirmed("bob");
    let (one, two, other) = (fixture.sign_in("ann"), fixture.sign_in("ann"), fixture.sign_in("bob"));
    fixture.does("GlobalSignOut", json!({ "AccessToken": one.access }));
    for tokens in [&one, &two] {
        let get = json!({ "AccessToken": tokens.access });
        fixture.refuses("GetUser", get, "NotAuthorizedException", "revoked");
        fixture.refuses("InitiateAuth", refresh(&tokens.refresh), "NotAuthorizedException", "revoked");
    }
    fixture.does("GetUser", json!({ "AccessToken": other.access }));
    let three = fixture.sign_in("ann");
    fixture.does("AdminUserGlobalSignOut", json!({ "Username": "ann" }));
    fixture.refuses("GetUser", json!({ "AccessToken": three.access }), "NotAuthorizedException", "revoked");
}

#[test]
fn everything_survives_a_restart() {
    let fixture = Fixture::new();
    fixture.confirmed("ann");
    fixture.does("AdminAddUserToGroup", json!({ "Username": "ann", "GroupName": "Editors" }));
    let tokens = fixture.sign_in("ann");
    let keys = fixture.service.public_keys(POOL).unwrap();
    fixture.sign_up("bob", json!([crate::fixture::email("bob@example.com")]));
    let code = fixture.code();

    let fixture = fixture.restarted();
    assert_eq!(fixture.service.public_keys(POOL).unwrap(), keys);
    fixture.does("GetUser", json!({ "AccessToken": tokens.access }));
    let answer = fixture.does("InitiateAuth", refresh(&tokens.refresh));
    let id = claims(answer["AuthenticationResult"]["IdToken"].as_str().unwrap());
    assert_eq!(id["cognito:groups"], json!(["Editors"]));
    fixture.does("ConfirmSignUp", json!({ "ClientId": CLIENT, "Username": "bob", "ConfirmationCode": code }));
    fixture.sign_in("bob");
}
