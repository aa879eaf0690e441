//! `docs/storage.md` has every question beside the original's, and nothing that is not asked.

use amplify_sdk::{
    question::Question,
    testing::{Host, Outcome, wrong_on_page},
};
use serde_json::{Value, json};

use crate::{plugin, project_with_groups};

const PAGE: &str = include_str!("../../../../docs/storage.md");

fn note(all: &mut Vec<Question>, outcome: &Outcome) {
    outcome.value();
    all.extend(outcome.asked.clone());
    all.extend(outcome.value().open.iter().map(|file| file.question.clone()));
    // The auth plugin asks what it is given to ask.
    let given = outcome.calls.iter().map(|call| call.parameters["question"].clone());
    all.extend(given.filter_map(|question| serde_json::from_value::<Question>(question).ok()));
}

/// The project after this has been added to it.
fn with(mut host: Host, answers: &Value, all: &mut Vec<Question>) -> Host {
    host = host.answers(json!({ "storage": answers })).defaults();
    let outcome = host.run(&plugin(), "add", &[]);
    note(all, &outcome);
    host.apply(&outcome);
    host
}

/// Everything that is asked, in all flows together.
fn asked() -> Vec<Question> {
    let mut all = Vec::new();
    let template = json!({ "Parameters": {}, "Resources": {},
        "Outputs": { "LambdaExecutionRole": { "Value": { "Ref": "LambdaExecutionRole" } } } })
    .to_string();
    let functions = |host: Host| {
        ["one", "two"].into_iter().fold(host, |host, name| {
            let file = format!("amplify/backend/function/{name}/{name}-cloudformation-template.json");
            host.resource("function", name, crate::called_by_orders()).file(&file, template.clone())
        })
    };
    // A bucket, in a project without auth, and with groups.
    let bare = Host::new().reply("auth", "ensure", json!({ "resource": "pool" })).reply(
        "function",
        "create",
        json!({ "resource": "S3Trigger01234567" }),
    );
    let bucket = json!({ "service": "S3", "authenticatedAccess": ["read"], "trigger": { "source": "new" } });
    with(bare, &bucket, &mut all);
    let answers = json!({
        "service": "S3", "resourceName": "photos", "restrictAccess": "both", "access": "authAndGuest",
        "authenticatedAccess": ["read"], "guestAccess": ["read"], "groups": { "Admins": ["read"] },
        "trigger": { "source": "existing", "function": "one" },
    });
    let host = functions(project_with_groups(&["Admins"]).reply("auth", "ensure", json!({})));
    let mut host = with(host, &answers, &mut all);
    let change = json!({ "service": "S3", "resourceName": "photos", "trigger": { "change": "update", "source": "existing", "function": "two" } });
    host = host.answers(json!({ "storage": change })).defaults();
    note(&mut all, &host.run(&plugin(), "update", &[]));

    // A table.
    let answers = json!({
        "service": "DynamoDB", "resourceName": "orders",
        "columns": [{ "name": "id", "type": "string" }, { "name": "at", "type": "number" }, { "name": "by", "type": "string" },
            { "name": "to", "type": "string" }],
        "partitionKey": "id", "sortKey": { "column": "at" },
        "indexes": [{ "name": "byAt", "partitionKey": "by", "sortKey": { "column": "to" } }],
        "trigger": { "source": "existing", "function": "one" },
    });
    let host = functions(Host::new().reply("function", "addTableTrigger", Value::Null).reply(
        "function",
        "create",
        json!({ "resource": "S3Trigger01234567" }),
    ));
    let mut host = with(host, &answers, &mut all);
    let change = json!({ "service": "DynamoDB", "resourceName": "orders", "columns": [], "indexes": [], "trigger": { "change": "skip" }, "keepIndexes": false, "removeIndexes": ["byAt"] });
    host = host.answers(json!({ "storage": change })).defaults();
    note(&mut all, &host.run(&plugin(), "update", &[]));
    all
}

#[test]
fn every_question_is_on_the_page_with_the_originals_words() {
    assert_eq!(wrong_on_page(PAGE, "storage.", &asked()), [""; 0]);
}
