//! Signing up, confirming, and what is refused on the way.

use serde_json::{Value, json};

use crate::fixture::{CLIENT, Fixture, NATIVE, PASSWORD, POOL, email, phone};

fn confirm(name: &str, code: &str) -> Value {
    json!({ "ClientId": CLIENT, "Username": name, "ConfirmationCode": code })
}

fn body(name: &str, password: &str, attributes: Value) -> Value {
    json!({ "ClientId": CLIENT, "Username": name, "Password": password, "UserAttributes": attributes })
}

#[test]
fn a_code_confirms_the_address_and_the_user() {
    let fixture = Fixture::new();
    let answer = fixture.sign_up("ann", json!([email("ann@example.com")]));
    assert_eq!(answer["UserConfirmed"], false);
    assert_eq!(
        answer["CodeDeliveryDetails"],
        json!({ "AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "a***@e***" })
    );
    let message = fixture.message();
    assert_eq!((message.destination.as_str(), message.reason), ("ann@example.com", "SignUp"));
    assert!(message.text.contains(&message.code) && message.code.len() == 6);

    let sign_in = Fixture::password_body("ann", PASSWORD);
    fixture.refuses("InitiateAuth", sign_in, "UserNotConfirmedException", "User is not confirmed.");
    let wrong = if message.code == "000000" { "000001" } else { "000000" };
    fixture.refuses("ConfirmSignUp", confirm("ann", wrong), "CodeMismatchException", "Invalid verification code");
    fixture.does("ConfirmSignUp", confirm("ann", &message.code));
    fixture.refuses("ConfirmSignUp", confirm("ann", &message.code), "NotAuthorizedException", "status is CONFIRMED");
    fixture.sign_in("ann");
    let user = fixture.does("AdminGetUser", json!({ "Username": "ann" }));
    assert_eq!((&user["UserStatus"], &user["Enabled"]), (&json!("CONFIRMED"), &json!(true)));
    assert!(user["UserAttributes"].as_array().unwrap().contains(&json!({ "Name": "email_verified", "Value": "true" })));
    assert_eq!(user["UserAttributes"][0], json!({ "Name": "sub", "Value": answer["UserSub"] }));
}

#[test]
fn codes_end_and_are_not_guessed() {
    let fixture = Fixture::new();
    fixture.sign_up("ann", json!([email("ann@example.com")]));
    let first = fixture.code();
    let resend = json!({ "ClientId": CLIENT, "Username": "ann" });
    let answer = fixture.does("ResendConfirmationCode", resend.clone());
    assert_eq!(answer["CodeDeliveryDetails"]["AttributeName"], "email");
    assert_eq!(fixture.message().reason, "ResendCode");
    let second = fixture.code();
    if first != second {
        fixture.refuses("ConfirmSignUp", confirm("ann", &first), "CodeMismatchException", "");
    }
    for _ in 0..5 {
        let _ = fixture.service.call(
            "AWSCognitoIdentityProviderService.ConfirmSignUp",
            confirm("ann", "none").to_string().as_bytes(),
            false,
        );
    }
    fixture.refuses("ConfirmSignUp", confirm("ann", &second), "LimitExceededException", "Attempt limit");

    fixture.does("ResendConfirmationCode", resend.clone());
    fixture.later(24 * 3600);
    fixture.refuses("ConfirmSignUp", confirm("ann", &fixture.code()), "ExpiredCodeException", "request a code again");
    fixture.refuses("ConfirmSignUp", confirm("ann", &fixture.code()), "ExpiredCodeException", "");
    fixture.refuses("ConfirmSignUp", confirm("bob", "1"), "UserNotFoundException", "combination not found");
    fixture.does("ResendConfirmationCode", resend.clone());
    fixture.does("ConfirmSignUp", confirm("ann", &fixture.code()));
    fixture.refuses("ResendConfirmationCode", resend, "InvalidParameterException", "already confirmed");
}

#[test]
fn what_a_pool_does_not_want_is_refused() {
    let pool = json!({
        "AutoVerifiedAttributes": ["email"],
        "Schema": [{ "Name": "email", "Required": true, "Mutable": true }],
        "Policies": { "PasswordPolicy": { "MinimumLength": 8, "RequireNumbers": true } },
    });
    let fixture = Fixture::of(pool, &[]);
    fixture.sign_up("ann", json!([email("ann@example.com")]));
    let mail = || json!([email("bob@example.com")]);
    for (body, name, says) in [
        (body("ann", PASSWORD, mail()), "UsernameExistsException", "User already exists"),
        (body("bob", "short1", mail()), "InvalidPasswordException", "not long enough"),
        (body("bob", "longenough", mail()), "InvalidPasswordException", "numeric"),
        (body("bob", PASSWORD, json!([])), "InvalidParameterException", "email: The attribute is required"),
        (body("bob", PASSWORD, json!([email("bob")])), "InvalidParameterException", "Invalid email address format."),
        (body("a b", PASSWORD, mail()), "InvalidParameterException", "'username'"),
        (body("", PASSWORD, mail()), "InvalidParameterException", "greater than or equal to 1"),
        (body(&"a".repeat(129), PASSWORD, mail()), "InvalidParameterException", "less than or equal to 128"),
        (body("bob", PASSWORD, json!([{ "Name": "shoe", "Value": "1" }])), "InvalidParameterException", "{shoe}"),
        (json!({ "ClientId": "none", "Username": "bob", "Password": PASSWORD }), "ResourceNotFoundException", "none"),
    ] {
        fixture.refuses("SignUp", body, name, says);
    }
    assert_eq!(fixture.messages(), 1);
    let closed = Fixture::of(json!({ "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": "true" } }), &[]);
    closed.refuses("SignUp", body("ann", PASSWORD, json!([])), "NotAuthorizedException", "SignUp is not permitted");
}

#[test]
fn people_sign_in_with_their_address() {
    let pool = json!({ "AutoVerifiedAttributes": ["email"], "UsernameAttributes": ["email", "phone_number"] });
    let fixture = Fixture::of(pool, &[]);
    let answer = fixture.sign_up("ann@example.com", json!([]));
    let exists = body("ann@example.com", PASSWORD, json!([]));
    fixture.refuses("SignUp", exists, "UsernameExistsException", "An account with the given email already exists.");
    fixture.refuses(
        "SignUp",
        body("ann", PASSWORD, json!([])),
        "InvalidParameterException",
        "either an email or a phone",
    );
    fixture.does("ConfirmSignUp", confirm("ann@example.com", &fixture.code()));
    let tokens = fixture.sign_in("ann@example.com");
    let claims = crate::fixture::claims(&tokens.id);
    assert_eq!((&claims["cognito:username"], &claims["email"]), (&answer["UserSub"], &json!("ann@example.com")));
    assert_eq!(claims["sub"], answer["UserSub"]);
    // The name that the pool gave is a name, too.
    fixture.sign_in(answer["UserSub"].as_str().unwrap());
}

#[test]
fn an_address_names_one_user_once_it_is_verified() {
    let fixture = Fixture::of(
        json!({ "AutoVerifiedAttributes": ["email"], "AliasAttributes": ["email", "preferred_username"] }),
        &[],
    );
    fixture.confirmed("ann");
    fixture.sign_in("ann@example.com");
    fixture.sign_up("bob", json!([email("ann@example.com")]));
    let code = fixture.code();
    let says = "An account with the given email already exists.";
    fixture.refuses("ConfirmSignUp", confirm("bob", &code), "AliasExistsException", says);
    let mut forced = confirm("bob", &code);
    forced["ForceAliasCreation"] = json!(true);
    fixture.does("ConfirmSignUp", forced);
    let tokens = fixture.sign_in("ann@example.com");
    assert_eq!(crate::fixture::claims(&tokens.id)["cognito:username"], "bob", "taken over by force");
    let ann = fixture.does("AdminGetUser", json!({ "Username": "ann" }));
    assert!(ann["UserAttributes"].as_array().unwrap().contains(&json!({ "Name": "email_verified", "Value": "false" })));
    let mail = body("carl@example.com", PASSWORD, json!([]));
    fixture.refuses("SignUp", mail, "InvalidParameterException", "cannot be of email format");
}

#[test]
fn a_phone_is_written_to_where_it_is_to_be_verified() {
    let fixture = Fixture::of(json!({ "AutoVerifiedAttributes": ["phone_number"] }), &[]);
    let answer = fixture.sign_up("ann", json!([phone("+4930123456"), email("ann@example.com")]));
    let details = &answer["CodeDeliveryDetails"];
    assert_eq!((&details["DeliveryMedium"], &details["Destination"]), (&json!("SMS"), &json!("+******3456")));
    let silent = Fixture::of(json!({}), &[]);
    let answer = silent.sign_up("ann", json!([email("ann@example.com")]));
    assert!(answer.get("CodeDeliveryDetails").is_none() && silent.messages() == 0, "{answer}");
    let resend = json!({ "ClientId": CLIENT, "Username": "ann" });
    silent.refuses("ResendConfirmationCode", resend, "InvalidParameterException", "Auto verification");
    silent.does("AdminConfirmSignUp", json!({ "UserPoolId": POOL, "Username": "ann" }));
    silent.sign_in("ann");
}

#[test]
fn a_client_with_a_secret_proves_it() {
    let fixture = Fixture::new();
    let mut body = json!({ "ClientId": NATIVE, "Username": "ann", "Password": PASSWORD });
    fixture.refuses("SignUp", body.clone(), "NotAuthorizedException", "SECRET_HASH was not received");
    body["SecretHash"] = "AAAA".into();
    fixture.refuses("SignUp", body.clone(), "NotAuthorizedException", "Unable to verify secret hash");
    let hash = crate::signing_in::secret_hash("ann");
    body["SecretHash"] = hash.clone().into();
    fixture.does("SignUp", body);
    fixture.does("AdminConfirmSignUp", json!({ "Username": "ann" }));
    let mut sign_in = Fixture::password_body("ann", PASSWORD);
    sign_in["ClientId"] = NATIVE.into();
    fixture.refuses("InitiateAuth", sign_in.clone(), "NotAuthorizedException", "SECRET_HASH");
    sign_in["AuthParameters"]["SECRET_HASH"] = hash.into();
    fixture.does("InitiateAuth", sign_in);
}
