//! `docs/rest.md` has every question beside the original's, and nothing that is not asked.

use amplify_sdk::{
    question::Question,
    testing::{Host, Outcome, wrong_on_page},
};
use serde_json::{Value, json};

use crate::rest::{host, host_with_groups, rest};

const PAGE: &str = include_str!("../../../../docs/rest.md");

fn note(all: &mut Vec<Question>, outcome: &Outcome) {
    outcome.value();
    all.extend(outcome.asked.clone());
    // The auth plugin asks what it is given to ask.
    let given = outcome.calls.iter().map(|call| call.parameters["question"].clone());
    all.extend(given.filter_map(|question| serde_json::from_value::<Question>(question).ok()));
}

fn with(host: Host, answers: Value) -> Host {
    host.answers(json!({ "api": answers })).defaults()
}

/// Everything that is asked, in all flows together.
fn asked() -> Vec<Question> {
    let mut all = Vec::new();
    let path = json!({ "name": "/items", "lambdaSource": "existing", "function": "hello", "restrict": true,
        "authenticated": ["read"] });
    let new = json!({ "service": "API Gateway", "resourceName": "shop", "paths": [path] });
    // Where there is no auth, it is asked for.
    let bare = host().reply("auth", "ensure", json!({})).reply("function", "create", json!({ "resource": "hello" }));
    note(&mut all, &with(bare, new.clone()).run(&rest(), "add", &[]));
    let mut restricted = path.clone();
    restricted["restrictBy"] = "both".into();
    restricted["access"] = "protected".into();
    restricted["guest"] = json!(["read"]);
    restricted["groups"] = json!({ "Admins": ["read"] });
    let mut both = new;
    both["paths"] =
        json!([restricted, { "name": "/open", "lambdaSource": "existing", "function": "hello", "restrict": false }]);
    let mut host = with(host_with_groups(), both);
    let added = host.run(&rest(), "add", &[]);
    note(&mut all, &added);
    host.apply(&added);
    for answers in
        [json!({ "operation": "update", "path": "/open" }), json!({ "operation": "remove", "path": "/open" })]
    {
        host = with(host, answers);
        note(&mut all, &host.run(&rest(), "update", &[]));
    }
    all
}

#[test]
fn every_question_is_on_the_page_with_the_originals_words() {
    assert_eq!(wrong_on_page(PAGE, "api.", &asked()), [""; 0]);
}
