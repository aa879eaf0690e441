//! Every question beside the original's: `docs/auth.md` shows both, and is written from what is asked.

use std::{collections::BTreeMap, path::Path};

use amplify_sdk::{
    message::LifecycleEvent,
    question::{Question, QuestionKind},
    testing::Host,
};
use serde_json::{Value, json};

use crate::{plugin, project, with_auth};

/// The questions of the original, and those of ours that it does not have: facts, with what differs and why.
const FACTS: &str = include_str!("../data/questions.json");
const BEGIN: &str = "<!-- questions: written by a test -->\n";
const END: &str = "<!-- end of questions -->";

const TRIGGERS: [&str; 9] = [
    "CreateAuthChallenge",
    "CustomMessage",
    "DefineAuthChallenge",
    "PostAuthentication",
    "PostConfirmation",
    "PreAuthentication",
    "PreSignup",
    "VerifyAuthChallengeResponse",
    "PreTokenGeneration",
];

fn manual(frontend: &str) -> Host {
    let mut view = project().view().clone();
    view.frontend = frontend.into();
    // The categories that make the functions and the API oblige.
    let host = ["function", "api"]
        .into_iter()
        .fold(Host::new().project(view), |host, category| host.reply(category, "put", json!({ "added": true })));
    host.answers(json!({ "auth": {
        "useDefault": "manual",
        "authProviders": ["graph.facebook.com", "accounts.google.com", "www.amazon.com", "appleid.apple.com"],
        "facebookAppId": "a", "googleClientId": "a", "googleIos": "a", "googleAndroid": "a", "amazonAppId": "a",
        "appleAppId": "a",
        "groups": [{ "name": "A" }, { "name": "B" }],
        "adminGroup": "Enter a custom group", "adminGroupName": "Staff",
        "mfaConfiguration": "OPTIONAL",
        "autoVerifiedAttributes": "email, phone_number",
        "defaultPasswordPolicy": true,
        "userpoolClientSetAttributes": true,
        "hostedUI": "yes",
        "newCallbackURLs": ["https://a.example/"],
        "newLogoutURLs": ["https://a.example/"],
        "authProvidersUserPool": ["Facebook", "Google", "LoginWithAmazon", "SignInWithApple"],
        "facebookAppIdUserPool": "a", "facebookAppSecretUserPool": "a", "googleAppIdUserPool": "a",
        "googleAppSecretUserPool": "a", "loginwithamazonAppIdUserPool": "a", "loginwithamazonAppSecretUserPool": "a",
        "signinwithappleClientIdUserPool": "a", "signinwithappleTeamIdUserPool": "a",
        "signinwithappleKeyIdUserPool": "a", "signinwithapplePrivateKeyUserPool": "a",
        "enabledTriggers": TRIGGERS,
        "modules": {
            "CreateAuthChallenge": ["boilerplate-create-challenge"], "CustomMessage": ["verification-link"],
            "PostConfirmation": ["add-to-group"], "PreSignup": ["email-filter-whitelist", "email-filter-blacklist"],
            "VerifyAuthChallengeResponse": ["captcha-verify"]
        },
        "triggerEnv": {
            "CHALLENGEANSWER": "a", "REDIRECTURL": "a", "EMAILSUBJECT": "a", "EMAILMESSAGE": "a", "GROUP": "a",
            "DOMAINWHITELIST": "a", "DOMAINBLACKLIST": "a", "RECAPTCHASECRET": "a"
        }
    } }))
}

/// Everything that is asked, in the flows together, by key.
fn asked() -> BTreeMap<String, Question> {
    let mut all = BTreeMap::new();
    let mut note = |questions: Vec<Question>| {
        for question in questions {
            let key: String = question
                .key
                .split('[')
                .map(|part| part.split_once(']').map_or(part.to_owned(), |(_, rest)| format!("[n]{rest}")))
                .collect();
            all.entry(key).or_insert(question);
        }
    };
    for frontend in ["javascript", "ios", "android"] {
        let outcome = manual(frontend).defaults().run(&plugin(), "add", &[]);
        outcome.value();
        note(outcome.asked);
    }
    let outcome = project().answer("auth.additionalQuestions", "yes").defaults().run(&plugin(), "add", &[]);
    outcome.value();
    note(outcome.asked);
    let mut host = manual("javascript");
    let outcome = manual("javascript").defaults().run(&plugin(), "add", &[]);
    host.apply(&outcome);
    let outcome = host
        .resource("api", "AdminQueries", [("service", json!("API Gateway"))])
        .answers(json!({ "auth": {
            "updateFlow": "manual",
            "deletedGroups": ["A"],
            "addGroups": true,
            "groups": [{ "name": "C" }],
            "facebookAppSecretUserPool": "a", "googleAppSecretUserPool": "a", "loginwithamazonAppSecretUserPool": "a",
            "signinwithapplePrivateKeyUserPool": "a",
            "edit": {
                "signin": ["https://a.example/"], "signinURIs": ["https://b.example/"], "add": { "signin": false },
                "signout": ["https://a.example/"], "signoutURIs": ["https://b.example/"]
            }
        } }))
        .defaults()
        .run(&plugin(), "update", &[]);
    outcome.value();
    note(outcome.asked);
    let outcome = with_auth().event(&plugin(), LifecycleEvent::PostEnvAdd, json!({}));
    outcome.value();
    note(outcome.asked);
    all
}

fn choices(question: &Question) -> String {
    match &question.kind {
        QuestionKind::Select { choices, default } => choices
            .iter()
            .map(|choice| {
                format!("`{}`{}", choice.value, if default.as_ref() == Some(&choice.value) { "*" } else { "" })
            })
            .collect::<Vec<_>>()
            .join(", "),
        QuestionKind::MultiSelect { choices, .. } => {
            let values: Vec<String> = choices.iter().map(|choice| format!("`{}`", choice.value)).collect();
            format!(
                "any of {}",
                if values.len() > TRIGGERS.len() { "the attributes".into() } else { values.join(", ") }
            )
        }
        QuestionKind::Confirm { default, .. } => if *default == Some(true) { "Y" } else { "N" }.into(),
        QuestionKind::Input { validation, .. } => {
            validation.as_ref().map_or_else(|| "text".into(), |validation| validation.message.clone())
        }
        QuestionKind::Secret { .. } => "text that is not shown".into(),
        QuestionKind::Sort { .. } => "an order".into(),
        _ => String::new(),
    }
}

#[test]
fn every_question_is_the_originals_or_says_why_not() {
    let facts: Vec<Value> = serde_json::from_str(FACTS).unwrap();
    let asked = asked();
    let mut table =
        String::from("| original | ours | text | answers | what differs |\n| --- | --- | --- | --- | --- |\n");
    for fact in &facts {
        let (key, text) = (fact["ours"].as_str().unwrap(), fact["text"].as_str().unwrap());
        let question = asked.get(key).unwrap_or_else(|| panic!("`{key}` is not asked any more"));
        let differs = fact["differs"].as_str().unwrap_or_default();
        let same = question.text.trim() == text || text.ends_with("<uri>") && question.text.starts_with("Update ");
        assert!(same || differs.contains(question.text.trim()), "{key}: `{}` is not `{text}`", question.text);
        let original = fact["original"].as_str().map_or("-".into(), |name| format!("`{name}`"));
        table +=
            &format!("| {original} | `{key}` | {text} | {} | {differs} |\n", choices(question).replace('|', "\\|"));
    }
    let unknown: Vec<&String> =
        asked.keys().filter(|key| !facts.iter().any(|fact| fact["ours"] == key.as_str())).collect();
    assert!(unknown.is_empty(), "no word in tests/data/questions.json about {unknown:?}");

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/auth.md");
    let page = fs_err::read_to_string(&path).unwrap();
    let (head, rest) = page.split_once(BEGIN).expect("the place of the table");
    let (before, tail) = rest.split_once(END).expect("the end of the table");
    if std::env::var_os("AMPLIFY_WRITE_REFERENCE").is_some() {
        fs_err::write(&path, format!("{head}{BEGIN}{table}{END}{tail}")).unwrap();
    } else {
        assert!(before == table, "docs/auth.md is out of date: AMPLIFY_WRITE_REFERENCE=1 writes its table");
    }
}

/// The order of the original's manual flow, and of the shorter ones.
#[test]
fn questions_come_in_the_originals_order() {
    let first = |keys: &[&str]| -> Vec<String> {
        let mut seen: Vec<String> = Vec::new();
        for key in keys {
            let key = key.trim_start_matches("auth.").split('[').next().unwrap_or_default().to_owned();
            if !seen.contains(&key) {
                seen.push(key);
            }
        }
        seen
    };
    let facts: Vec<Value> = serde_json::from_str(FACTS).unwrap();
    let order: Vec<&str> = facts.iter().filter_map(|fact| fact["original"].as_str()).collect();
    let outcome = manual("javascript").defaults().run(&plugin(), "add", &[]);
    let asked = first(&outcome.keys());
    let places: Vec<usize> = asked.iter().filter_map(|key| order.iter().position(|original| original == key)).collect();
    assert!(places.is_sorted(), "{asked:?}");
    assert!(places.len() > 30, "{asked:?}");
    let after: Vec<&str> =
        outcome.keys().into_iter().skip_while(|key| *key != "auth.adminQueries").skip(1).take(4).collect();
    assert_eq!(
        after,
        ["auth.adminQueriesRestricted", "auth.adminGroup", "auth.adminGroupName", "auth.mfaConfiguration"]
    );
    let last: Vec<&str> = outcome.keys().into_iter().skip_while(|key| *key != "auth.configureTriggers").collect();
    let modules = TRIGGERS.map(|name| format!("auth.modules.{name}"));
    assert_eq!(last[1], "auth.enabledTriggers");
    assert_eq!(last[2..11], modules);
    assert!(last[11..].iter().all(|key| key.starts_with("auth.triggerEnv.")), "{last:?}");

    let outcome = project().defaults().run(&plugin(), "add", &[]);
    assert_eq!(outcome.keys(), ["auth.useDefault", "auth.usernameAttributes", "auth.additionalQuestions"]);
}
