//! What is asked on the way in: a new password, a second factor, an app's own questions.

use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha1::Sha1;

use crate::fixture::{CLIENT, Fixture, PASSWORD, Tokens, claims, email, phone, response};

const NEW: &str = "N3w-Passw0rd!";

fn temporary(fixture: &Fixture) -> Value {
    fixture.does(
        "AdminCreateUser",
        json!({
            "Username": "ann", "TemporaryPassword": PASSWORD, "MessageAction": "SUPPRESS",
            "UserAttributes": [email("ann@example.com"), { "Name": "email_verified", "Value": "true" }],
        }),
    );
    fixture.does("InitiateAuth", Fixture::password_body("ann", PASSWORD))
}

#[test]
fn a_temporary_password_is_replaced() {
    let fixture = Fixture::of(json!({ "Schema": [{ "Name": "name", "Required": true, "Mutable": true }] }), &[]);
    let challenge = temporary(&fixture);
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let parameters = &challenge["ChallengeParameters"];
    assert_eq!(parameters["requiredAttributes"], "[\"userAttributes.name\"]");
    assert!(parameters["userAttributes"].as_str().unwrap().contains("ann@example.com"));
    for (responses, name) in [
        (json!({ "NEW_PASSWORD": "short" }), "InvalidPasswordException"),
        (json!({ "NEW_PASSWORD": NEW }), "InvalidParameterException"),
        (json!({}), "InvalidParameterException"),
    ] {
        fixture.refuses("RespondToAuthChallenge", response(&challenge, responses), name, "");
    }
    let answer = fixture.respond(&challenge, json!({ "NEW_PASSWORD": NEW, "userAttributes.name": "Ann" }));
    assert_eq!(claims(&Tokens::of(&answer).id)["name"], "Ann");
    let again = response(&challenge, json!({ "NEW_PASSWORD": NEW, "userAttributes.name": "Ann" }));
    fixture.refuses("RespondToAuthChallenge", again, "NotAuthorizedException", "Invalid session");
    fixture.does("InitiateAuth", Fixture::password_body("ann", NEW));
}

#[test]
fn sessions_and_temporary_passwords_end() {
    let fixture = Fixture::new();
    let challenge = temporary(&fixture);
    fixture.later(180);
    let late = response(&challenge, json!({ "NEW_PASSWORD": NEW }));
    fixture.refuses("RespondToAuthChallenge", late, "NotAuthorizedException", "session is expired");
    let mut other = response(&challenge, json!({ "NEW_PASSWORD": NEW }));
    other["Session"] = "none".into();
    fixture.refuses("RespondToAuthChallenge", other, "NotAuthorizedException", "Invalid session");
    let challenge = fixture.does("InitiateAuth", Fixture::password_body("ann", PASSWORD));
    let mut other = response(&challenge, json!({ "SMS_MFA_CODE": "1" }));
    other["ChallengeName"] = "SMS_MFA".into();
    fixture.refuses("RespondToAuthChallenge", other, "NotAuthorizedException", "Invalid session");
    fixture.later(7 * 24 * 3600);
    let sign_in = Fixture::password_body("ann", PASSWORD);
    fixture.refuses("InitiateAuth", sign_in, "NotAuthorizedException", "Temporary password has expired");
}

/// The code that an authenticator app shows.
fn app_code(secret: &str, now: u64) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: Vec<u8> = secret
        .bytes()
        .flat_map(|letter| {
            let value = ALPHABET.iter().position(|known| *known == letter).unwrap();
            (0..5).rev().map(move |bit| (value >> bit & 1) as u8)
        })
        .collect();
    let key: Vec<u8> = bits.chunks_exact(8).map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | bit)).collect();
    let mac = Hmac::<Sha1>::new_from_slice(&key).unwrap().chain_update((now / 30).to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[19] & 15);
    let number = u32::from_be_bytes(digest[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

fn now(fixture: &Fixture) -> u64 {
    *fixture.world.now.lock().unwrap()
}

#[test]
fn an_authenticator_app_is_a_second_factor() {
    let pool = json!({
        "AutoVerifiedAttributes": ["email"], "MfaConfiguration": "OPTIONAL",
        "EnabledMfas": ["SOFTWARE_TOKEN_MFA", "SMS_MFA"],
    });
    let fixture = Fixture::of(pool, &[]);
    fixture.confirmed("ann");
    let token = fixture.sign_in("ann").access;
    let prefer = json!({ "AccessToken": token, "SoftwareTokenMfaSettings": { "Enabled": true, "PreferredMfa": true } });
    fixture.refuses("SetUserMFAPreference", prefer.clone(), "InvalidParameterException", "has not verified");
    let secret = fixture.does("AssociateSoftwareToken", json!({ "AccessToken": token }))["SecretCode"].clone();
    let secret = secret.as_str().unwrap();
    let wrong = json!({ "AccessToken": token, "UserCode": "1" });
    fixture.refuses("VerifySoftwareToken", wrong, "EnableSoftwareTokenMFAException", "Code mismatch");
    let code = app_code(secret, now(&fixture));
    let verified = fixture.does("VerifySoftwareToken", json!({ "AccessToken": token, "UserCode": code }));
    assert_eq!(verified["Status"], "SUCCESS");
    fixture.does("SetUserMFAPreference", prefer);
    assert_eq!(fixture.does("GetUser", json!({ "AccessToken": token }))["PreferredMfaSetting"], "SOFTWARE_TOKEN_MFA");

    let challenge = fixture.does("InitiateAuth", Fixture::password_body("ann", PASSWORD));
    assert_eq!(challenge["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let answer = |code: &str| response(&challenge, json!({ "SOFTWARE_TOKEN_MFA_CODE": code }));
    fixture.refuses("RespondToAuthChallenge", answer(&code), "CodeMismatchException", "");
    fixture.later(30);
    let next = app_code(secret, now(&fixture));
    Tokens::of(&fixture.does("RespondToAuthChallenge", answer(&next)));

    let challenge = fixture.does("InitiateAuth", Fixture::password_body("ann", PASSWORD));
    let guess = response(&challenge, json!({ "SOFTWARE_TOKEN_MFA_CODE": "none" }));
    for name in ["CodeMismatchException", "CodeMismatchException", "NotAuthorizedException", "NotAuthorizedException"] {
        fixture.refuses("RespondToAuthChallenge", guess.clone(), name, "");
    }
}

#[test]
fn a_text_message_is_a_second_factor() {
    let pool = json!({
        "MfaConfiguration": "ON", "EnabledMfas": ["SMS_MFA"], "SmsAuthenticationMessage": "Psst, {####}!",
    });
    let fixture = Fixture::of(pool, &[]);
    fixture.sign_up("ann", json!([phone("+4930123456")]));
    fixture.does("AdminConfirmSignUp", json!({ "Username": "ann" }));
    let challenge = fixture.does("InitiateAuth", Fixture::password_body("ann", PASSWORD));
    assert_eq!(challenge["ChallengeName"], "SMS_MFA");
    assert_eq!(challenge["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"], "+******3456");
    let message = fixture.message();
    assert_eq!(message.text, format!("Psst, {}!", message.code));
    let wrong = response(&challenge, json!({ "SMS_MFA_CODE": "none" }));
    fixture.refuses("RespondToAuthChallenge", wrong, "CodeMismatchException", "");
    Tokens::of(&fixture.respond(&challenge, json!({ "SMS_MFA_CODE": message.code })));
}

#[test]
fn who_must_have_a_second_factor_sets_one_up_on_the_way_in() {
    let fixture = Fixture::of(json!({ "MfaConfiguration": "ON", "EnabledMfas": ["SOFTWARE_TOKEN_MFA"] }), &[]);
    fixture.sign_up("ann", json!([]));
    fixture.does("AdminConfirmSignUp", json!({ "Username": "ann" }));
    let challenge = fixture.does("InitiateAuth", Fixture::password_body("ann", PASSWORD));
    assert_eq!(challenge["ChallengeName"], "MFA_SETUP");
    assert_eq!(challenge["ChallengeParameters"]["MFAS_CAN_SETUP"], "[\"SOFTWARE_TOKEN_MFA\"]");
    let early = response(&challenge, json!({}));
    fixture.refuses("RespondToAuthChallenge", early, "InvalidParameterException", "not verified");
    let associated = fixture.does("AssociateSoftwareToken", json!({ "Session": challenge["Session"] }));
    let code = app_code(associated["SecretCode"].as_str().unwrap(), now(&fixture));
    let body = json!({ "Session": associated["Session"], "UserCode": code });
    let verified = fixture.does("VerifySoftwareToken", body);
    let mut answer = response(&challenge, json!({}));
    answer["Session"] = verified["Session"].clone();
    Tokens::of(&fixture.does("RespondToAuthChallenge", answer));
    let next = fixture.does("InitiateAuth", Fixture::password_body("ann", PASSWORD));
    assert_eq!(next["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    fixture.refuses(
        "AssociateSoftwareToken",
        json!({ "Session": "none" }),
        "NotAuthorizedException",
        "Invalid session",
    );
}

#[test]
fn functions_decide_ask_and_judge() {
    let fixture =
        Fixture::of(json!({}), &["DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse"]);
    fixture.sign_up("ann", json!([]));
    fixture.does("AdminConfirmSignUp", json!({ "Username": "ann" }));
    fixture.on("DefineAuthChallenge", |event| {
        let rounds = event["request"]["session"].as_array().unwrap().clone();
        let right = rounds.last().is_some_and(|round| round["challengeResult"] == true);
        event["response"] = match rounds.len() {
            _ if right => json!({ "issueTokens": true, "failAuthentication": false }),
            0 | 1 => json!({ "challengeName": "CUSTOM_CHALLENGE", "issueTokens": false, "failAuthentication": false }),
            _ => json!({ "issueTokens": false, "failAuthentication": true }),
        };
        Ok(())
    });
    fixture.on("CreateAuthChallenge", |event| {
        let round = event["request"]["session"].as_array().unwrap().len();
        event["response"] = json!({
            "publicChallengeParameters": { "question": format!("round {round}") },
            "privateChallengeParameters": { "answer": 5 }, "challengeMetadata": "SUM",
        });
        Ok(())
    });
    fixture.on("VerifyAuthChallengeResponse", |event| {
        let request = &event["request"];
        event["response"] =
            json!({ "answerCorrect": request["challengeAnswer"] == request["privateChallengeParameters"]["answer"] });
        Ok(())
    });
    let start = json!({ "ClientId": CLIENT, "AuthFlow": "CUSTOM_AUTH", "AuthParameters": { "USERNAME": "ann" } });
    let first = fixture.does("InitiateAuth", start.clone());
    assert_eq!(first["ChallengeParameters"], json!({ "question": "round 0", "USERNAME": "ann" }));
    let second = fixture.respond(&first, json!({ "ANSWER": "4" }));
    assert_eq!(second["ChallengeParameters"]["question"], "round 1");
    assert_ne!(first["Session"], second["Session"]);
    let again = response(&first, json!({ "ANSWER": "5" }));
    fixture.refuses("RespondToAuthChallenge", again, "NotAuthorizedException", "Invalid session");
    Tokens::of(&fixture.respond(&second, json!({ "ANSWER": "5" })));
    let events = fixture.events();
    let define = events.iter().rfind(|event| event["triggerSource"] == "DefineAuthChallenge_Authentication").unwrap();
    assert_eq!(
        define["request"]["session"],
        json!([
            { "challengeName": "CUSTOM_CHALLENGE", "challengeResult": false, "challengeMetadata": "SUM" },
            { "challengeName": "CUSTOM_CHALLENGE", "challengeResult": true, "challengeMetadata": "SUM" },
        ])
    );

    let first = fixture.does("InitiateAuth", start);
    let second = fixture.respond(&first, json!({ "ANSWER": "4" }));
    let wrong = response(&second, json!({ "ANSWER": "4" }));
    fixture.refuses("RespondToAuthChallenge", wrong, "NotAuthorizedException", "Incorrect username or password.");
}
