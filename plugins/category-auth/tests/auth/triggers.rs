//! Capabilities and triggers: what is asked, what the category `function` is asked for, and what the pool's template says.

use amplify_sdk::{
    message::CallRequest,
    testing::{Host, Outcome},
};
use serde_json::{Value, json};

use crate::{RESOURCE, plugin, project, settings, template, with_auth};

/// A host whose function category says yes to everything.
fn obliging(host: Host) -> Host {
    host.reply("function", "put", json!({ "added": true })).reply("function", "discard", json!({ "removed": true }))
}

fn calls<'o>(outcome: &'o Outcome, method: &str) -> Vec<&'o CallRequest> {
    outcome.calls.iter().filter(|call| call.method == method).collect()
}

/// The default flow with these capabilities.
fn enabled(capabilities: &Value) -> Host {
    obliging(project())
        .answer("auth.additionalQuestions", "yes")
        .answer("auth.triggers", capabilities.clone())
        .answer("auth.triggerEnv", json!({
            "GROUP": "Members", "REDIRECTURL": "https://shop.example/", "EMAILSUBJECT": "Hello", "EMAILMESSAGE": "Click:",
            "DOMAINWHITELIST": "example.com", "DOMAINBLACKLIST": "spam.example", "RECAPTCHASECRET": "marker-1",
            "CHALLENGEANSWER": "marker-2"
        }))
        .defaults()
}

/// A project that has them.
fn with(capabilities: Value) -> Host {
    let host = enabled(&capabilities);
    let added = host.run(&plugin(), "add", &[]);
    let mut host = obliging(project());
    host.apply(&added);
    host
}

#[test]
fn every_capability_of_the_default_flow_makes_its_functions() {
    let all = [
        "mfaWithCaptcha",
        "confirmationRedirect",
        "addUserToGroup",
        "emailBlacklist",
        "emailWhitelist",
        "customAuthScaffolding",
        "alter-claims",
    ];
    let outcome = enabled(&json!(all)).run(&plugin(), "add", &[]);
    let made: Vec<(&str, &str)> = calls(&outcome, "put")
        .iter()
        .map(|call| {
            let parameters = &call.parameters;
            let name = parameters["name"].as_str().unwrap().strip_prefix(RESOURCE).unwrap();
            (name, parameters["parameters"]["modules"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        made,
        [
            ("DefineAuthChallenge", "captcha-define-challenge,boilerplate-define-challenge"),
            ("CreateAuthChallenge", "captcha-create-challenge,boilerplate-create-challenge"),
            ("VerifyAuthChallengeResponse", "captcha-verify,boilerplate-verify"),
            ("CustomMessage", "verification-link"),
            ("PostConfirmation", "add-to-group"),
            ("PreSignup", "email-filter-blacklist,email-filter-whitelist"),
            ("PreTokenGeneration", "alter-claims"),
        ]
    );
    let pool = &template(&outcome)["Resources"]["UserPool"]["Properties"]["LambdaConfig"];
    assert_eq!(pool["PreSignUp"], json!({ "Ref": format!("function{RESOURCE}PreSignupArn") }));
    assert_eq!(pool.as_object().unwrap().len(), 7);
    assert_eq!(outcome.entry("auth", RESOURCE)["customAuth"], true);
    assert_eq!(outcome.entry("auth", RESOURCE)["dependsOn"].as_array().unwrap().len(), 7);
    let settings = settings(&outcome);
    assert_eq!(settings["parentStack"], json!({ "Ref": "AWS::StackId" }));
    assert_eq!(settings["verificationBucketName"], format!("{RESOURCE}verification01234567"));
    for file in outcome.files() {
        let path = file.strip_prefix(&format!("auth/{RESOURCE}/")).unwrap();
        assert!(!outcome.text("auth", RESOURCE, path).contains("marker"), "{file}");
    }
}

#[test]
fn the_questions_come_in_the_originals_order_with_its_words() {
    let outcome = enabled(&json!(["addUserToGroup", "mfaWithCaptcha"])).run(&plugin(), "add", &[]);
    assert_eq!(
        outcome.keys(),
        [
            "auth.useDefault",
            "auth.usernameAttributes",
            "auth.additionalQuestions",
            "auth.requiredAttributes",
            "auth.triggers",
            "auth.adminQueries",
            "auth.triggerEnv.RECAPTCHASECRET",
            "auth.triggerEnv.GROUP"
        ]
    );
    let text = |key: &str| outcome.asked.iter().find(|each| each.key == key).unwrap().text.clone();
    assert_eq!(text("auth.triggers"), "Do you want to enable any of the following capabilities?");
    assert_eq!(text("auth.triggerEnv.RECAPTCHASECRET"), "Enter the Google reCaptcha secret key:");
}

#[test]
fn a_function_gets_values_secrets_and_modules_apart() {
    let outcome = enabled(&json!(["mfaWithCaptcha", "addUserToGroup"])).run(&plugin(), "add", &[]);
    let put = calls(&outcome, "put");
    let verify = put.iter().find(|call| call.parameters["name"] == format!("{RESOURCE}VerifyAuthChallengeResponse"));
    let verify = &verify.unwrap().parameters;
    assert_eq!(verify["secrets"], json!({ "RECAPTCHASECRET": "marker-1" }));
    assert_eq!(verify["values"], json!({}));
    let group = put.iter().find(|call| call.parameters["name"] == format!("{RESOURCE}PostConfirmation")).unwrap();
    assert_eq!(group.parameters["values"], json!({ "GROUP": "Members" }));
    assert_eq!(group.parameters["memory"]["parentStack"], "auth");
    let files: Vec<&String> = group.parameters["files"].as_object().unwrap().keys().collect();
    assert_eq!(files, ["src/index.js", "src/package.json", "src/event.json", "src/add-to-group.js"]);
}

#[test]
fn what_a_function_may_do_with_the_pool_stands_in_the_pools_template() {
    let outcome = enabled(&json!(["confirmationRedirect", "addUserToGroup"])).run(&plugin(), "add", &[]);
    let template = template(&outcome);
    let policy = |name: &str| &template["Resources"][format!("{RESOURCE}{name}")]["Properties"];
    let group = policy("PostConfirmationAddToGroupCognito");
    assert_eq!(group["PolicyDocument"]["Statement"][0]["Resource"], json!({ "Fn::GetAtt": ["UserPool", "Arn"] }));
    assert_eq!(
        group["Roles"][0],
        json!({ "Fn::Join": ["", [format!("{RESOURCE}PostConfirmation"), "-", { "Ref": "env" }]] })
    );
    let page = policy("CustomMessageVerificationPage");
    assert_eq!(page["PolicyDocument"]["Statement"][0]["Action"], json!(["s3:PutObject"]));
    assert_eq!(template["Resources"]["CustomMessageConfirmationBucket"]["DeletionPolicy"], "Retain");
    // No function's stack is given anything of the pool's: the other way round there would be a circle.
    for call in calls(&outcome, "put") {
        assert!(call.parameters["dependsOn"].is_null(), "{call:?}");
    }
}

#[test]
fn triggers_are_chosen_one_by_one_in_the_manual_flow() {
    let host = obliging(project())
        .answers(json!({ "auth": {
            "useDefault": "manual", "thirdPartyAuth": "no", "userPoolGroups": "no", "adminQueries": "no", "hostedUI": "no",
            "triggers": ["addUserToGroup", "alter-claims"],
            "enabledTriggers": ["PostConfirmation", "PreAuthentication", "PostAuthentication"],
            "modules": { "PostConfirmation": ["add-to-group", "custom"], "PreAuthentication": ["custom"], "PostAuthentication": [] },
            "triggerEnv": { "GROUP": "Members" }
        } }))
        .defaults();
    let outcome = host.run(&plugin(), "add", &[]);
    let triggers: Value = serde_json::from_str(settings(&outcome)["triggers"].as_str().unwrap()).unwrap();
    assert_eq!(
        triggers,
        json!({ "PostConfirmation": ["add-to-group", "custom"], "PreAuthentication": ["custom"] }),
        "a trigger without a module is dropped, and so is a capability that was taken back"
    );
    let preselected = outcome.asked.iter().find(|question| question.key == "auth.enabledTriggers").unwrap();
    let document = serde_json::to_value(preselected).unwrap();
    assert!(document.to_string().contains(r#"["PostConfirmation","PreTokenGeneration"]"#), "{document}");
    let labels: Vec<&str> = document["kind"]["choices"]
        .as_array()
        .or_else(|| document["choices"].as_array())
        .unwrap()
        .iter()
        .map(|choice| choice["label"].as_str().unwrap())
        .collect();
    assert_eq!(
        labels,
        [
            "Create Auth Challenge",
            "Custom Message",
            "Define Auth Challenge",
            "Post Authentication",
            "Post Confirmation",
            "Pre Authentication",
            "Pre Sign-up",
            "Verify Auth Challenge Response",
            "Pre Token Generation"
        ]
    );
    assert_eq!(outcome.entry("auth", RESOURCE)["customAuth"], false);
}

#[test]
fn no_to_triggers_keeps_the_capabilities() {
    let outcome = obliging(project())
        .answers(json!({ "auth": {
            "useDefault": "manual", "thirdPartyAuth": "no", "userPoolGroups": "no", "adminQueries": "no", "hostedUI": "no",
            "triggers": ["alter-claims"], "configureTriggers": false
        } }))
        .defaults()
        .run(&plugin(), "add", &[]);
    assert_eq!(settings(&outcome)["triggers"], r#"{"PreTokenGeneration":["alter-claims"]}"#);
}

fn walkthrough(host: Host, answers: Value) -> Outcome {
    let mut all =
        json!({ "updateFlow": "manual", "thirdPartyAuth": "no", "hostedUI": "no", "configureTriggers": false });
    for (key, value) in answers.as_object().unwrap() {
        all[key] = value.clone();
    }
    host.answers(json!({ "auth": all })).defaults().run(&plugin(), "update", &[])
}

#[test]
fn an_update_adds_and_removes_modules_and_triggers() {
    let host = with(json!(["emailBlacklist", "emailWhitelist", "addUserToGroup", "confirmationRedirect"]));
    let outcome = walkthrough(
        host,
        json!({ "triggers": ["emailWhitelist", "alter-claims"], "triggerEnv": { "DOMAINWHITELIST": "example.com" } }),
    );
    let put = calls(&outcome, "put");
    let names: Vec<&str> = put.iter().map(|call| call.parameters["name"].as_str().unwrap()).collect();
    assert_eq!(names, [format!("{RESOURCE}PreSignup"), format!("{RESOURCE}PreTokenGeneration")]);
    assert_eq!(put[0].parameters["parameters"]["modules"], "email-filter-whitelist");
    assert_eq!(put[0].parameters["removeFiles"], json!(["src/email-filter-blacklist.js"]));
    assert_eq!(put[0].parameters["values"]["DOMAINBLACKLIST"], Value::Null);
    let gone: Vec<&Value> = calls(&outcome, "discard").iter().map(|call| &call.parameters["resource"]).collect();
    assert_eq!(gone, [&json!(format!("{RESOURCE}CustomMessage")), &json!(format!("{RESOURCE}PostConfirmation"))]);
    let template = template(&outcome);
    let pool = template["Resources"]["UserPool"]["Properties"]["LambdaConfig"].as_object().unwrap();
    assert_eq!(pool.keys().collect::<Vec<_>>(), ["PreSignUp", "PreTokenGeneration"]);
    for gone in ["CustomMessageConfirmationBucket", "UserPoolPostConfirmationLambdaInvokePermission"] {
        assert!(template["Resources"].get(gone).is_none(), "{gone}");
    }
    assert!(!template.to_string().contains("PostConfirmation"), "{template}");
    assert_eq!(outcome.entry("auth", RESOURCE)["dependsOn"].as_array().unwrap().len(), 2);
    assert!(settings(&outcome).get("verificationBucketName").is_none());
}

#[test]
fn enter_leaves_every_trigger_as_it_is() {
    let manual = json!({ "auth": {
        "useDefault": "manual", "thirdPartyAuth": "no", "userPoolGroups": "no", "adminQueries": "no", "hostedUI": "no",
        "triggers": ["alter-claims"],
        "enabledTriggers": ["PostConfirmation", "PreTokenGeneration", "VerifyAuthChallengeResponse"],
        // One of the three modules that a capability consists of, and one of somebody's own.
        "modules": { "PostConfirmation": ["custom"], "VerifyAuthChallengeResponse": ["boilerplate-verify"] }
    } });
    let added = obliging(project()).answers(manual).defaults().run(&plugin(), "add", &[]);
    assert_eq!(calls(&added, "put").len(), 3);
    for configure in [true, false] {
        let mut host = obliging(project());
        host.apply(&added);
        let outcome = host
            .answers(json!({ "auth": { "updateFlow": "manual", "configureTriggers": configure } }))
            .defaults()
            .run(&plugin(), "update", &[]);
        assert!(outcome.keys().contains(&"auth.triggers"), "{:?}", outcome.keys());
        assert!(outcome.value().files.is_empty() && outcome.calls.is_empty(), "{outcome:?}");
    }
}

#[test]
fn taking_everything_away_leaves_the_project_as_it_was_before() {
    let outcome = walkthrough(with(json!(["addUserToGroup", "customAuthScaffolding"])), json!({ "triggers": [] }));
    assert_eq!(calls(&outcome, "discard").len(), 4);
    assert_eq!(outcome.entry("auth", RESOURCE)["customAuth"], false);
    let before = with_auth();
    let path = format!("amplify/backend/auth/{RESOURCE}/{RESOURCE}-cloudformation-template.yml");
    let mut expected = crate::parsed(&before.text(&path).unwrap());
    let mut after = template(&outcome);
    // What else the walkthrough has answered.
    for template in [&mut expected, &mut after] {
        let parameters = template["Parameters"].as_object_mut().unwrap();
        for name in ["thirdPartyAuth", "hostedUI"] {
            parameters.shift_remove(name);
        }
    }
    assert_eq!(after, expected);
}

#[test]
fn a_value_that_an_environment_has_is_not_asked_for_again() {
    let mut host = with(json!(["addUserToGroup"]));
    let mut view = host.view().clone();
    let function = format!("{RESOURCE}PostConfirmation");
    view.environment.as_mut().unwrap().values.insert("function".into(), json!({ function: { "GROUP": "Old" } }));
    host = host.project(view);
    let outcome = walkthrough(
        host,
        json!({ "triggers": ["addUserToGroup"], "configureTriggers": true, "enabledTriggers": ["PostConfirmation"],
                "modules": { "PostConfirmation": ["add-to-group", "custom"] } }),
    );
    assert!(!outcome.keys().contains(&"auth.triggerEnv.GROUP"));
    assert_eq!(calls(&outcome, "put")[0].parameters["values"], json!({ "GROUP": "Old" }));
}

#[test]
fn an_update_that_speaks_of_no_triggers_leaves_them() {
    let outcome = with(json!(["addUserToGroup"])).answer("auth.updateFlow", "default").defaults();
    let outcome = outcome
        .answer("auth.updateFlow", "defaultSocial")
        .answer("auth.newCallbackURLs", json!(["https://shop.example/"]))
        .answer("auth.newLogoutURLs", json!(["https://shop.example/"]))
        .answer("auth.authProvidersUserPool", json!([]))
        .run(&plugin(), "update", &[]);
    assert!(outcome.calls.is_empty());
    assert_eq!(settings(&outcome)["triggers"], r#"{"PostConfirmation":["add-to-group"]}"#);
    assert!(template(&outcome)["Resources"]["UserPool"]["Properties"]["LambdaConfig"]["PostConfirmation"].is_object());
}

#[test]
fn wrong_answers_name_their_question_and_nothing_is_made() {
    for (key, value) in [("auth.triggers", json!(["magic"])), ("auth.triggerEnv.GROUP", json!(""))] {
        let outcome = obliging(project())
            .answer("auth.additionalQuestions", "yes")
            .answer("auth.triggers", json!(["addUserToGroup"]))
            .answer(key, value)
            .defaults()
            .run(&plugin(), "add", &[]);
        assert!(outcome.error().message.contains(key), "{}", outcome.error().message);
        assert!(outcome.files().is_empty());
    }
    let missing = obliging(project())
        .answer("auth.additionalQuestions", "yes")
        .answer("auth.triggers", json!(["addUserToGroup"]))
        .defaults()
        .run(&plugin(), "add", &[]);
    assert_eq!(missing.error().code, "missing-answer");
    let long = obliging(project())
        .answers(json!({ "auth": { "useDefault": "manual", "resourceName": "a".repeat(60), "thirdPartyAuth": "no",
            "userPoolGroups": "no", "adminQueries": "no", "hostedUI": "no", "triggers": ["confirmationRedirect"],
            "configureTriggers": false } }))
        .defaults()
        .run(&plugin(), "add", &[]);
    assert_eq!(long.error().code, "auth-bucket-name");
}
