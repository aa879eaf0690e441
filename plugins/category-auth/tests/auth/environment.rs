//! A new environment has ids and secrets of its own.

use amplify_sdk::{message::LifecycleEvent, testing::Host};
use serde_json::json;

use crate::{RESOURCE, plugin, project};

/// A project with social sign-in and a trusted provider, in an environment that knows nothing of them yet.
fn in_a_new_environment() -> Host {
    let added = project()
        .answers(json!({ "auth": {
            "useDefault": "manual", "userPoolGroups": "no", "adminQueries": "no", "hostedUI": "yes",
            "authProviders": ["www.amazon.com"], "amazonAppId": "amazon-1",
            "newCallbackURLs": ["https://shop.example/"], "newLogoutURLs": ["https://shop.example/"],
            "authProvidersUserPool": ["Google"], "googleAppIdUserPool": "google-1", "googleAppSecretUserPool": "hush-1"
        } }))
        .defaults()
        .run(&plugin(), "add", &[]);
    let mut host = project();
    host.apply(&added);
    let mut view = host.view().clone();
    let environment = view.environment.as_mut().unwrap();
    environment.name = "test".into();
    environment.values.clear();
    host.project(view)
}

#[test]
fn each_missing_value_is_asked_for_and_what_stays_missing_is_told() {
    let host = in_a_new_environment();
    let outcome =
        host.answer("auth.amazonAppId", "amazon-2").defaults().event(&plugin(), LifecycleEvent::PostEnvAdd, json!({}));
    assert_eq!(outcome.keys(), ["auth.amazonAppId", "auth.googleAppIdUserPool", "auth.googleAppSecretUserPool"]);
    assert_eq!(outcome.changes().environment[0].value, "amazon-2");
    assert_eq!(outcome.changes().environment.len(), 1);
    let [message] = outcome.changes().messages.as_slice() else { panic!("{:?}", outcome.changes().messages) };
    assert!(message.contains("`test` has no googleAppIdUserPool, googleAppSecretUserPool"), "{message}");
    assert!(message.contains(RESOURCE), "{message}");
}

#[test]
fn values_given_with_the_command_are_not_asked_for() {
    let given = json!({ "categories": { "auth": {
        "amazonAppId": "amazon-2", "googleAppIdUserPool": "google-2", "googleAppSecretUserPool": "hush-2"
    } } });
    let outcome = in_a_new_environment().event(&plugin(), LifecycleEvent::PostInit, given);
    assert!(outcome.asked.is_empty());
    assert_eq!(outcome.changes().secrets[0].value, "hush-2");
    assert_eq!(outcome.changes().environment.len(), 2);
    assert!(outcome.changes().messages.is_empty());
}

#[test]
fn the_originals_functions_get_all_at_once() {
    let host = crate::federation::of_the_original();
    let outcome = host.event(&plugin(), LifecycleEvent::PostEnvAdd, json!({}));
    assert!(outcome.asked.is_empty(), "the environment of the original has them");
    let mut view = host.view().clone();
    view.environment.as_mut().unwrap().values.clear();
    let given = json!({ "categories": { "auth": {
        "googleAppIdUserPool": "google-2", "googleAppSecretUserPool": "hush-2"
    } } });
    let outcome = host.project(view).event(&plugin(), LifecycleEvent::PostEnvAdd, given);
    let [secret] = outcome.changes().secrets.as_slice() else { panic!("{:?}", outcome.changes().secrets) };
    assert_eq!(secret.key, "hostedUIProviderCreds");
    assert!(secret.value.contains("google-2") && secret.value.contains("hush-2"));
    assert!(outcome.changes().environment.is_empty());
}

/// A project whose triggers have been told what they need in another environment.
fn with_triggers() -> Host {
    let added = project()
        .reply("function", "put", json!({ "added": true }))
        .answers(json!({ "auth": {
            "additionalQuestions": "yes", "triggers": ["addUserToGroup", "emailBlacklist", "mfaWithCaptcha"],
            "triggerEnv": { "GROUP": "Members", "DOMAINBLACKLIST": "spam.example", "RECAPTCHASECRET": "hush-1" }
        } }))
        .defaults()
        .run(&plugin(), "add", &[]);
    let mut host = project().reply("function", "put", json!({ "added": false }));
    host.apply(&added);
    // As the category `function` makes them.
    ["PostConfirmation", "PreSignup", "VerifyAuthChallengeResponse", "DefineAuthChallenge", "CreateAuthChallenge"]
        .into_iter()
        .fold(host, |host, trigger| {
            host.resource("function", &format!("{RESOURCE}{trigger}"), [("service", json!("Lambda"))])
        })
}

#[test]
fn what_functions_of_triggers_have_to_be_told_is_asked_for_or_given() {
    let captcha = format!("{RESOURCE}VerifyAuthChallengeResponse");
    let given = json!({ "categories": { "function": { &captcha: { "RECAPTCHASECRET": "hush-2" } } } });
    let outcome = with_triggers().answer("auth.triggerEnv.GROUP", "Testers").defaults().event(
        &plugin(),
        LifecycleEvent::PostEnvAdd,
        given,
    );
    assert_eq!(outcome.keys(), ["auth.triggerEnv.GROUP", "auth.triggerEnv.DOMAINBLACKLIST"]);
    let told: Vec<_> = outcome.calls.iter().map(|call| &call.parameters).collect();
    assert!(
        told.contains(&&json!({ "name": captcha, "values": {}, "secrets": { "RECAPTCHASECRET": "hush-2" } })),
        "{told:?}"
    );
    let group = format!("{RESOURCE}PostConfirmation");
    assert!(told.contains(&&json!({ "name": group, "values": { "GROUP": "Testers" }, "secrets": {} })), "{told:?}");
    assert_eq!(told.len(), 2, "what is not answered is not set: {told:?}");
    let [message] = outcome.changes().messages.as_slice() else { panic!("{:?}", outcome.changes().messages) };
    assert!(message.contains(&format!("has no DOMAINBLACKLIST for function/{RESOURCE}PreSignup")), "{message}");
}

#[test]
fn a_project_without_auth_is_left_alone() {
    let outcome = project().event(&plugin(), LifecycleEvent::PostInit, json!({}));
    assert!(outcome.changes().is_empty() && outcome.asked.is_empty());
}
