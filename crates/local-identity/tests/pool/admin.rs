//! What administrators do: users made, changed, listed.

use serde_json::{Value, json};

use crate::fixture::{CLIENT, Fixture, NATIVE, PASSWORD, POOL, email};

fn names(answer: &Value) -> Vec<&str> {
    answer["Users"].as_array().unwrap().iter().map(|user| user["Username"].as_str().unwrap()).collect()
}

#[test]
fn users_are_made_and_told_their_password() {
    let fixture = Fixture::new();
    let body = json!({
        "Username": "ann", "DesiredDeliveryMediums": ["EMAIL"],
        "UserAttributes": [email("ann@example.com"), { "Name": "email_verified", "Value": "true" }],
    });
    let made = fixture.does("AdminCreateUser", body.clone());
    assert_eq!(made["User"]["UserStatus"], "FORCE_CHANGE_PASSWORD");
    let message = fixture.message();
    assert_eq!(message.reason, "AdminCreateUser");
    assert!(message.text.contains("ann") && message.text.contains(&message.code), "{}", message.text);
    let challenge = fixture.does("InitiateAuth", Fixture::password_body("ann", &message.code));
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    fixture.refuses("AdminCreateUser", body.clone(), "UsernameExistsException", "User already exists");
    let mut resend = body.clone();
    resend["MessageAction"] = "RESEND".into();
    fixture.does("AdminCreateUser", resend.clone());
    assert_ne!(fixture.code(), message.code);
    fixture.refuses("InitiateAuth", Fixture::password_body("ann", &message.code), "NotAuthorizedException", "");
    let forgot = json!({ "ClientId": CLIENT, "Username": "ann" });
    fixture.refuses("ForgotPassword", forgot, "NotAuthorizedException", "cannot be reset in the current state");

    let set =
        |password: &str, permanent: bool| json!({ "Username": "ann", "Password": password, "Permanent": permanent });
    fixture.refuses("AdminSetUserPassword", set("weak", true), "InvalidPasswordException", "policy");
    fixture.does("AdminSetUserPassword", set(PASSWORD, true));
    fixture.sign_in("ann");
    fixture.refuses("AdminCreateUser", resend, "UnsupportedUserStateException", "");
    fixture.does("AdminSetUserPassword", set(PASSWORD, false));
    let challenge = fixture.does("InitiateAuth", Fixture::password_body("ann", PASSWORD));
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    for (field, value) in [("MessageAction", json!("SHOUT")), ("DesiredDeliveryMediums", json!(["PIGEON"]))] {
        let mut wrong = body.clone();
        wrong[field] = value;
        fixture.refuses("AdminCreateUser", wrong, "InvalidParameterException", field);
    }
}

#[test]
fn users_are_changed_reset_and_deleted() {
    let fixture = Fixture::new();
    fixture.confirmed("ann");
    let update = json!({ "Username": "ann", "UserAttributes": [
        email("new@example.com"), { "Name": "email_verified", "Value": "true" }, { "Name": "name", "Value": "Ann" },
    ] });
    fixture.does("AdminUpdateUserAttributes", update);
    let user = fixture.does("AdminGetUser", json!({ "Username": "ann" }));
    assert!(user["UserAttributes"].as_array().unwrap().contains(&json!({ "Name": "email_verified", "Value": "true" })));
    fixture.does("AdminDeleteUserAttributes", json!({ "Username": "ann", "UserAttributeNames": ["name"] }));
    let token = fixture.sign_in("ann").access;
    fixture.does("AdminResetUserPassword", json!({ "Username": "ann" }));
    let code = fixture.code();
    let sign_in = Fixture::password_body("ann", PASSWORD);
    fixture.refuses("InitiateAuth", sign_in, "PasswordResetRequiredException", "Password reset required");
    fixture.refuses("GetUser", json!({ "AccessToken": token }), "NotAuthorizedException", "");
    let confirm = json!({ "ClientId": CLIENT, "Username": "ann", "ConfirmationCode": code, "Password": PASSWORD });
    fixture.does("ConfirmForgotPassword", confirm);
    fixture.sign_in("ann");
    let confirm = json!({ "Username": "ann" });
    fixture.refuses("AdminConfirmSignUp", confirm, "NotAuthorizedException", "Current status is CONFIRMED");
    fixture.does("AdminDeleteUser", json!({ "Username": "ann" }));
    for operation in [
        "AdminGetUser",
        "AdminDeleteUser",
        "AdminDisableUser",
        "AdminEnableUser",
        "AdminConfirmSignUp",
        "AdminUserGlobalSignOut",
        "AdminListGroupsForUser",
        "AdminResetUserPassword",
        "AdminUpdateUserAttributes",
        "AdminDeleteUserAttributes",
        "AdminSetUserMFAPreference",
    ] {
        fixture.refuses(operation, json!({ "Username": "ann" }), "UserNotFoundException", "User does not exist.");
        let elsewhere = json!({ "UserPoolId": "us-east-1_none", "Username": "ann" });
        fixture.refuses(operation, elsewhere, "ResourceNotFoundException", "us-east-1_none");
    }
}

#[test]
fn lists_have_pages_and_filters() {
    let fixture = Fixture::new();
    for name in ["ann", "bea", "cid", "dan", "eve"] {
        let body = json!({
            "Username": name, "MessageAction": "SUPPRESS", "UserAttributes": [email(&format!("{name}@example.com"))],
        });
        fixture.does("AdminCreateUser", body);
    }
    let first = fixture.does("ListUsers", json!({ "Limit": 2 }));
    assert_eq!(names(&first), ["ann", "bea"]);
    let second = fixture.does("ListUsers", json!({ "Limit": 2, "PaginationToken": first["PaginationToken"] }));
    assert_eq!(names(&second), ["cid", "dan"]);
    let third = fixture.does("ListUsers", json!({ "Limit": 2, "PaginationToken": second["PaginationToken"] }));
    assert_eq!((names(&third), third.get("PaginationToken")), (vec!["eve"], None));
    let one =
        fixture.does("ListUsers", json!({ "Filter": "email = \"cid@example.com\"", "AttributesToGet": ["email"] }));
    assert_eq!(names(&one), ["cid"]);
    assert_eq!(one["Users"][0]["Attributes"].as_array().unwrap().len(), 2, "sub, and what was asked for");
    let some = fixture.does("ListUsers", json!({ "Filter": "username ^= \"b\"" }));
    assert_eq!(names(&some), ["bea"]);
    let status = fixture.does("ListUsers", json!({ "Filter": "cognito:user_status = \"CONFIRMED\"" }));
    assert_eq!(names(&status), [""; 0]);
    for wrong in [json!({ "Filter": "email" }), json!({ "Limit": 61 }), json!({ "PaginationToken": "?" })] {
        fixture.refuses("ListUsers", wrong, "InvalidParameterException", "");
    }
}

#[test]
fn pools_and_clients_are_described() {
    let fixture = Fixture::of(json!({ "UserPoolName": "shop", "MfaConfiguration": "OFF" }), &["PreSignUp"]);
    let pool = &fixture.does("DescribeUserPool", json!({}))["UserPool"];
    assert_eq!((&pool["Id"], &pool["Name"], &pool["MfaConfiguration"]), (&json!(POOL), &json!("shop"), &json!("OFF")));
    assert_eq!(pool["Arn"], format!("arn:aws:cognito-idp:us-east-1:000000000000:userpool/{POOL}"));
    assert!(pool["LambdaConfig"]["PreSignUp"].is_string());
    let client = fixture.does("DescribeUserPoolClient", json!({ "UserPoolId": POOL, "ClientId": NATIVE }));
    assert_eq!(client["UserPoolClient"]["ClientSecret"], "hush");
    let client = fixture.does("DescribeUserPoolClient", json!({ "UserPoolId": POOL, "ClientId": CLIENT }));
    assert!(client["UserPoolClient"].get("ClientSecret").is_none(), "{client}");
    let none = json!({ "UserPoolId": POOL, "ClientId": "none" });
    fixture.refuses("DescribeUserPoolClient", none, "ResourceNotFoundException", "none");
    assert_eq!(fixture.does("ListUserPools", json!({ "MaxResults": 10 }))["UserPools"][0]["Id"], POOL);
    assert_eq!(fixture.does("ListUserPoolClients", json!({}))["UserPoolClients"].as_array().unwrap().len(), 2);
    assert_eq!(fixture.does("GetUserPoolMfaConfig", json!({}))["MfaConfiguration"], "OFF");
}
