//! What functions are told, and what they may change.

use amplify_local_identity::TriggerFault;
use serde_json::{Value, json};

use crate::fixture::{CLIENT, Fixture, PASSWORD, POOL, claims, email};

fn set(answer: Value) -> impl Fn(&mut Value) -> Result<(), TriggerFault> {
    move |event| {
        event["response"] = answer.clone();
        Ok(())
    }
}

#[test]
fn a_sign_up_is_let_in_by_a_function() {
    let fixture = Fixture::of(json!({ "AutoVerifiedAttributes": ["email"] }), &["PreSignUp", "PostConfirmation"]);
    fixture.on("PreSignUp", |event| {
        if event["request"]["userAttributes"]["email"].as_str().is_some_and(|mail| mail.ends_with("@bad.example")) {
            return Err(TriggerFault::Failed("Invalid email domain".into()));
        }
        event["response"] = json!({ "autoConfirmUser": true, "autoVerifyEmail": true });
        Ok(())
    });
    fixture.on("PostConfirmation", set(json!({})));
    let body = json!({
        "ClientId": CLIENT, "Username": "ann", "Password": PASSWORD, "UserAttributes": [email("ann@example.com")],
        "ValidationData": [{ "Name": "captcha", "Value": "42" }], "ClientMetadata": { "from": "test" },
    });
    assert_eq!(fixture.does("SignUp", body)["UserConfirmed"], true);
    let events = fixture.events();
    let event = &events[0];
    assert_eq!((&event["version"], &event["region"]), (&json!("1"), &json!("us-east-1")));
    assert_eq!((&event["userPoolId"], &event["userName"]), (&json!(POOL), &json!("ann")));
    assert_eq!(
        (&event["triggerSource"], &event["callerContext"]["clientId"]),
        (&json!("PreSignUp_SignUp"), &json!(CLIENT))
    );
    assert_eq!(event["request"]["validationData"], json!({ "captcha": "42" }));
    assert_eq!(event["request"]["clientMetadata"], json!({ "from": "test" }));
    assert_eq!(event["request"]["userAttributes"]["email"], "ann@example.com");
    assert_eq!(
        event["response"],
        json!({ "autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false })
    );
    assert_eq!(events[1]["triggerSource"], "PostConfirmation_ConfirmSignUp");
    assert_eq!(events[1]["request"]["userAttributes"]["cognito:user_status"], "CONFIRMED");
    assert_eq!(fixture.messages(), 0);
    fixture.sign_in("ann");

    let bad = json!({
        "ClientId": CLIENT, "Username": "bob", "Password": PASSWORD, "UserAttributes": [email("bob@bad.example")],
    });
    let says = "PreSignUp failed with error Invalid email domain.";
    fixture.refuses("SignUp", bad, "UserLambdaValidationException", says);
    fixture.refuses("AdminGetUser", json!({ "Username": "bob" }), "UserNotFoundException", "");
}

#[test]
fn faults_of_functions_are_told_apart() {
    let fixture = Fixture::of(json!({}), &["PreSignUp"]);
    let body = || json!({ "ClientId": CLIENT, "Username": "ann", "Password": PASSWORD });
    fixture.refuses("SignUp", body(), "UnexpectedLambdaException", "no such function");
    fixture.on("PreSignUp", |event| {
        *event = json!("text");
        Ok(())
    });
    fixture.refuses("SignUp", body(), "InvalidLambdaResponseException", "Unrecognizable lambda output");
    fixture.on("PreSignUp", set(json!({ "autoVerifyEmail": true })));
    fixture.refuses("SignUp", body(), "InvalidLambdaResponseException", "email");
    fixture.refuses("AdminGetUser", json!({ "Username": "ann" }), "UserNotFoundException", "");
}

#[test]
fn functions_stand_before_and_behind_a_sign_in() {
    let fixture = Fixture::of(
        json!({ "AutoVerifiedAttributes": ["email"] }),
        &["PreAuthentication", "PostAuthentication", "PreTokenGeneration"],
    );
    fixture.confirmed("ann");
    fixture.does("AdminAddUserToGroup", json!({ "Username": "ann", "GroupName": "Admins" }));
    fixture.on("PreAuthentication", set(json!({})));
    fixture.on("PostAuthentication", set(json!({})));
    fixture.on(
        "PreTokenGeneration",
        set(json!({ "claimsOverrideDetails": {
            "claimsToAddOrOverride": { "team": "red", "level": 3, "sub": "forged", "iss": "forged", "cognito:x": "y" },
            "claimsToSuppress": ["email", "aud"],
            "groupOverrideDetails": { "groupsToOverride": ["Chosen"], "iamRolesToOverride": ["arn:r"], "preferredRole": "arn:r" },
        } })),
    );
    let mut body = Fixture::password_body("ann", PASSWORD);
    body["ClientMetadata"] = json!({ "device": "phone" });
    let tokens = crate::fixture::Tokens::of(&fixture.does("InitiateAuth", body));
    let events = fixture.events();
    let sources: Vec<&Value> = events.iter().map(|event| &event["triggerSource"]).collect();
    assert_eq!(
        sources,
        ["PreAuthentication_Authentication", "PostAuthentication_Authentication", "TokenGeneration_Authentication"]
    );
    assert_eq!(events[0]["request"]["validationData"], json!({ "device": "phone" }));
    assert_eq!(events[1]["request"]["newDeviceUsed"], false);
    assert_eq!(
        events[2]["request"]["groupConfiguration"],
        json!({ "groupsToOverride": ["Admins"], "iamRolesToOverride": ["arn:role:admins"], "preferredRole": "arn:role:admins" })
    );
    let id = claims(&tokens.id);
    assert_eq!((&id["team"], &id["level"]), (&json!("red"), &json!("3")));
    assert!(id.get("email").is_none() && id.get("cognito:x").is_none(), "{id}");
    assert_eq!((&id["aud"], &id["cognito:groups"]), (&json!(CLIENT), &json!(["Chosen"])));
    assert_eq!(id["cognito:preferred_role"], "arn:r");
    assert_ne!(id["sub"], "forged");
    assert_ne!(id["iss"], "forged");
    assert_eq!(claims(&tokens.access)["cognito:groups"], json!(["Chosen"]));

    fixture.does(
        "InitiateAuth",
        json!({
            "ClientId": CLIENT, "AuthFlow": "REFRESH_TOKEN", "AuthParameters": { "REFRESH_TOKEN": tokens.refresh },
        }),
    );
    assert_eq!(fixture.sources(), ["TokenGeneration_RefreshTokens"]);
    fixture.on("PreAuthentication", |_| Err(TriggerFault::Failed("not today".into())));
    let sign_in = Fixture::password_body("ann", PASSWORD);
    fixture.refuses(
        "InitiateAuth",
        sign_in,
        "UserLambdaValidationException",
        "PreAuthentication failed with error not today.",
    );
}

#[test]
fn the_second_form_of_the_event_changes_both_tokens() {
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:PreTokenGeneration";
    let pool = json!({ "LambdaConfig": { "PreTokenGenerationConfig": { "LambdaArn": arn, "LambdaVersion": "V2_0" } } });
    let fixture = Fixture::of(pool, &[]);
    fixture.on(
        "PreTokenGeneration",
        set(json!({ "claimsAndScopeOverrideDetails": {
            "idTokenGeneration": { "claimsToAddOrOverride": { "team": ["red"] } },
            "accessTokenGeneration": {
                "claimsToAddOrOverride": { "level": 3 }, "scopesToAdd": ["shop/read"],
                "scopesToSuppress": ["aws.cognito.signin.user.admin"],
            },
        } })),
    );
    fixture.sign_up("ann", json!([]));
    fixture.does("AdminConfirmSignUp", json!({ "Username": "ann" }));
    let tokens = fixture.sign_in("ann");
    assert_eq!(fixture.events().last().unwrap()["version"], "2");
    assert_eq!(claims(&tokens.id)["team"], json!(["red"]));
    let access = claims(&tokens.access);
    assert_eq!((&access["level"], &access["scope"]), (&json!(3), &json!("shop/read")));
}

#[test]
fn messages_are_in_the_words_of_a_function() {
    let fixture = Fixture::of(json!({ "AutoVerifiedAttributes": ["email"] }), &["CustomMessage"]);
    fixture.on("CustomMessage", |event| {
        let code = event["request"]["codeParameter"].as_str().unwrap().to_owned();
        event["response"] = json!({ "emailSubject": "Hello", "emailMessage": format!("Your secret: {code}") });
        Ok(())
    });
    fixture.sign_up("ann", json!([email("ann@example.com")]));
    let message = fixture.message();
    assert_eq!((message.subject.as_str(), message.text), ("Hello", format!("Your secret: {}", message.code)));
    fixture.on("CustomMessage", set(json!({ "emailSubject": "Hello", "emailMessage": "no code in it" })));
    fixture.does("ResendConfirmationCode", json!({ "ClientId": CLIENT, "Username": "ann" }));
    assert!(fixture.message().text.contains(&fixture.code()), "a message without its code is not used");
    assert_eq!(fixture.sources(), ["CustomMessage_SignUp", "CustomMessage_ResendCode"]);
}

#[test]
fn users_of_an_older_system_come_along() {
    let fixture = Fixture::of(json!({}), &["UserMigration"]);
    fixture.on("UserMigration", |event| {
        if event["request"]["password"] != PASSWORD {
            return Err(TriggerFault::Failed("Bad password".into()));
        }
        event["response"] = json!({
            "userAttributes": { "username": "ann", "email": "ann@example.com", "email_verified": "true" },
            "finalUserStatus": "CONFIRMED", "messageAction": "SUPPRESS",
        });
        Ok(())
    });
    let wrong = Fixture::password_body("ann", "Passw0rd?");
    fixture.refuses("InitiateAuth", wrong, "UserNotFoundException", "Exception migrating user");
    let id = claims(&fixture.sign_in("ann").id);
    assert_eq!((&id["email"], &id["email_verified"]), (&json!("ann@example.com"), &json!(true)));
    assert_eq!(fixture.events().len(), 2);
    fixture.sign_in("ann");
    assert_eq!(fixture.events().len(), 0, "now the pool knows the user");
}
