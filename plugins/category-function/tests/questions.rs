//! `docs/function.md` has every question beside the original's, and nothing that is not asked.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use amplify_sdk::{
    message::CallReply,
    question::Question,
    testing::{Host, Outcome, wrong_on_page},
};
use category_function::FunctionCategory;
use serde_json::{Value, json};

const PAGE: &str = include_str!("../../../docs/function.md");
const KEYS: &str = r#"{"partitionKeyName": "id", "partitionKeyType": "S"}"#;

/// A project with everything that a function can have to do with.
fn project() -> Host {
    Host::new()
        .resource("api", "blog", [("service", json!("AppSync"))])
        .file("amplify/backend/api/blog/schema.graphql", "type Post @model { id: ID! }\ntype Note @model { id: ID! }\n")
        .resource("api", "forum", [("service", json!("AppSync"))])
        .file("amplify/backend/api/forum/schema.graphql", "type Talk @model { id: ID! }\n")
        .resource("analytics", "clicks", [("service", json!("Kinesis"))])
        .resource("analytics", "views", [("service", json!("Kinesis"))])
        .resource("storage", "orders", [("service", json!("DynamoDB"))])
        .resource("storage", "bills", [("service", json!("DynamoDB"))])
        .file("amplify/backend/storage/orders/parameters.json", KEYS)
        .file("amplify/backend/storage/bills/parameters.json", KEYS)
        .reply_with(
            "storage",
            "addTable",
            Ok(CallReply { value: json!({"resource": "orders"}), ..CallReply::default() }),
        )
        .defaults()
}

fn note(all: &mut Vec<Question>, outcome: &Outcome) {
    outcome.value();
    all.extend(outcome.asked.clone());
    all.extend(outcome.value().open.iter().map(|file| file.question.clone()));
}

/// Everything that is asked, in all flows together.
fn asked() -> Vec<Question> {
    let mut all = Vec::new();
    let mut add = |answers: Value| {
        let outcome = project().answers(json!({ "function": answers })).run(&FunctionCategory, "add", &[]);
        note(&mut all, &outcome);
    };
    add(json!({ "template": "crud", "table": { "source": "project" } }));
    add(json!({ "template": "crud", "table": { "source": "new" } }));
    for trigger in [
        json!({ "source": "model", "api": "blog", "models": ["Post"] }),
        json!({ "source": "storage" }),
        json!({ "source": "arn", "arn": "arn:aws:dynamodb:eu-west-1:111122223333:table/t/stream/2020-01-01T00:00:00.000" }),
        json!({ "eventSource": "kinesis", "source": "analytics" }),
        json!({ "eventSource": "kinesis", "source": "arn", "arn": "arn:aws:kinesis:eu-west-1:111122223333:stream/s" }),
    ] {
        add(json!({ "template": "trigger", "trigger": trigger }));
    }
    for interval in ["minutes", "hourly", "daily", "weekly", "monthly", "yearly"] {
        add(json!({ "schedule": { "interval": interval } }));
    }
    add(json!({ "schedule": { "interval": "custom", "expression": "0 12 * * ? *" } }));
    add(json!({ "access": { "storage": { "orders": ["read"] } }, "environment": [{ "name": "LEVEL", "value": "1" }] }));
    let mut host = project().answers(json!({ "function": {
        "resourceName": "f", "schedule": { "interval": "hourly" }, "environment": [{ "name": "LEVEL", "value": "1" }],
    } }));
    let added = host.run(&FunctionCategory, "add", &[]);
    host.apply(&added);
    host = host.answers(json!({ "function": { "resourceName": "f", "schedule": { "action": "update" } } }));
    note(&mut all, &host.run(&FunctionCategory, "update", &[]));
    note(&mut all, &host.answers(json!({})).run(&FunctionCategory, "build", &[]));
    all
}

#[test]
fn every_question_is_on_the_page_with_the_originals_words() {
    assert_eq!(wrong_on_page(PAGE, "function.", &asked()), [""; 0]);
}
