//! What users do with their account: attributes, passwords, the end of it.

use serde_json::{Value, json};

use crate::fixture::{CLIENT, Fixture, PASSWORD, email};

const NEW: &str = "N3w-Passw0rd!";

fn attribute(user: &Value, name: &str) -> Option<String> {
    let all = user["UserAttributes"].as_array().unwrap();
    all.iter().find(|each| each["Name"] == name).map(|each| each["Value"].as_str().unwrap().to_owned())
}

#[test]
fn a_new_address_is_verified_again() {
    let fixture = Fixture::new();
    fixture.confirmed("ann");
    let token = fixture.sign_in("ann").access;
    let update = json!({
        "AccessToken": token, "UserAttributes": [email("ann@new.example"), { "Name": "nickname", "Value": "A" }],
    });
    let answer = fixture.does("UpdateUserAttributes", update);
    assert_eq!(answer["CodeDeliveryDetailsList"][0]["AttributeName"], "email");
    assert_eq!(fixture.message().reason, "UpdateUserAttribute");
    let code = fixture.code();
    let user = fixture.does("GetUser", json!({ "AccessToken": token }));
    assert_eq!(attribute(&user, "email_verified").as_deref(), Some("false"));
    assert_eq!(attribute(&user, "nickname").as_deref(), Some("A"));
    let verify = |code: &str| json!({ "AccessToken": token, "AttributeName": "email", "Code": code });
    fixture.refuses("VerifyUserAttribute", verify("none"), "CodeMismatchException", "");
    fixture.does("VerifyUserAttribute", verify(&code));
    fixture.refuses("VerifyUserAttribute", verify(&code), "ExpiredCodeException", "");
    let user = fixture.does("GetUser", json!({ "AccessToken": token }));
    assert_eq!(attribute(&user, "email_verified").as_deref(), Some("true"));

    fixture.does("GetUserAttributeVerificationCode", json!({ "AccessToken": token, "AttributeName": "email" }));
    fixture.does("VerifyUserAttribute", verify(&fixture.code()));
    let phone = json!({ "AccessToken": token, "AttributeName": "phone_number" });
    fixture.refuses("GetUserAttributeVerificationCode", phone, "InvalidParameterException", "phone_number");
    let other = json!({ "AccessToken": token, "AttributeName": "name" });
    fixture.refuses("GetUserAttributeVerificationCode", other, "InvalidParameterException", "name");

    fixture.does("DeleteUserAttributes", json!({ "AccessToken": token, "UserAttributeNames": ["nickname"] }));
    assert_eq!(attribute(&fixture.does("GetUser", json!({ "AccessToken": token })), "nickname"), None);
    for (name, value, refusal) in [
        ("sub", "1", "InvalidParameterException"),
        ("email_verified", "true", "NotAuthorizedException"),
        ("custom:none", "1", "InvalidParameterException"),
        ("email", "nonsense", "InvalidParameterException"),
    ] {
        let update = json!({ "AccessToken": token, "UserAttributes": [{ "Name": name, "Value": value }] });
        fixture.refuses("UpdateUserAttributes", update, refusal, "");
    }
}

#[test]
fn a_password_is_changed_by_who_knows_it() {
    let fixture = Fixture::new();
    fixture.confirmed("ann");
    let token = fixture.sign_in("ann").access;
    let change = |before: &str, after: &str| json!({ "AccessToken": token, "PreviousPassword": before, "ProposedPassword": after });
    fixture.refuses("ChangePassword", change(NEW, NEW), "NotAuthorizedException", "Incorrect username or password.");
    fixture.refuses("ChangePassword", change(PASSWORD, "weak"), "InvalidPasswordException", "policy");
    fixture.does("ChangePassword", change(PASSWORD, NEW));
    fixture.refuses("InitiateAuth", Fixture::password_body("ann", PASSWORD), "NotAuthorizedException", "");
    fixture.does("InitiateAuth", Fixture::password_body("ann", NEW));
}

#[test]
fn a_forgotten_password_is_replaced_by_a_code() {
    let fixture = Fixture::of(json!({ "AutoVerifiedAttributes": ["email"] }), &["PostConfirmation"]);
    fixture.on("PostConfirmation", |_| Ok(()));
    fixture.confirmed("ann");
    let token = fixture.sign_in("ann").access;
    let forgot = json!({ "ClientId": CLIENT, "Username": "ann" });
    let answer = fixture.does("ForgotPassword", forgot.clone());
    assert_eq!(answer["CodeDeliveryDetails"]["Destination"], "a***@e***");
    let confirm = |code: &str, password: &str| json!({ "ClientId": CLIENT, "Username": "ann", "ConfirmationCode": code, "Password": password });
    fixture.refuses("ConfirmForgotPassword", confirm("none", NEW), "CodeMismatchException", "");
    fixture.refuses("ConfirmForgotPassword", confirm(&fixture.code(), "weak"), "InvalidPasswordException", "");
    fixture.later(3600);
    fixture.refuses("ConfirmForgotPassword", confirm(&fixture.code(), NEW), "ExpiredCodeException", "");
    fixture.does("ForgotPassword", forgot);
    fixture.does("ConfirmForgotPassword", confirm(&fixture.code(), NEW));
    assert_eq!(fixture.sources().last().unwrap(), "PostConfirmation_ConfirmForgotPassword");
    fixture.does("InitiateAuth", Fixture::password_body("ann", NEW));
    fixture.refuses("GetUser", json!({ "AccessToken": token }), "NotAuthorizedException", "");

    fixture.refuses("ForgotPassword", json!({ "ClientId": CLIENT, "Username": "bob" }), "UserNotFoundException", "");
    fixture.sign_up("bob", json!([email("bob@example.com")]));
    let unverified = json!({ "ClientId": CLIENT, "Username": "bob" });
    fixture.refuses("ForgotPassword", unverified, "InvalidParameterException", "no registered/verified email");
}

#[test]
fn a_user_leaves() {
    let fixture = Fixture::of(json!({ "AutoVerifiedAttributes": ["email"], "AliasAttributes": ["email"] }), &[]);
    fixture.confirmed("ann");
    let tokens = fixture.sign_in("ann");
    fixture.does("DeleteUser", json!({ "AccessToken": tokens.access }));
    fixture.refuses("GetUser", json!({ "AccessToken": tokens.access }), "NotAuthorizedException", "revoked");
    fixture.refuses("InitiateAuth", Fixture::password_body("ann@example.com", PASSWORD), "UserNotFoundException", "");
    // Whoever comes next under that name has nothing of it.
    fixture.confirmed("ann");
    fixture.refuses("GetUser", json!({ "AccessToken": tokens.access }), "NotAuthorizedException", "revoked");
}
