//! What a plan and a push are given.

use amplify_sdk::{message::CompileReply, testing::Host};
use category_api::{Api, clock::FixedClock};
use serde_json::{Value, json};

use crate::{NOW, deployed, plugin, project};

const ONE: &str = "type A @model { id: ID! }";
const DAY: u64 = 86_400;

fn document(reply: &CompileReply, path: &str) -> Value {
    let file = reply.files.iter().find(|file| file.path == path).unwrap();
    match &file.content {
        amplify_sdk::change::FileContent::Text(text) => serde_json::from_str(text).unwrap(),
        amplify_sdk::change::FileContent::Json(value) => value.clone(),
        other => panic!("{other:?}"),
    }
}

fn expiry(reply: &CompileReply) -> u64 {
    let template = document(reply, "build/cloudformation-template.json");
    template["Resources"]["GraphQLAPIKey"]["Properties"]["Expires"]["Fn::If"][2].as_u64().unwrap()
}

#[test]
fn a_new_api_is_compiled() {
    let outcome = project(ONE).compile(&plugin(), "blog", false);
    let reply = outcome.value();
    assert_eq!((reply.deployed, &reply.folders[..]), (false, &["build".to_owned()][..]));
    assert_eq!(expiry(reply), NOW + 7 * DAY);
    assert!(outcome.all_changes().is_empty());
}

#[test]
fn what_is_deployed_and_unchanged_stays() {
    let outcome = deployed(ONE).compile(&plugin(), "blog", true);
    assert_eq!(*outcome.value(), CompileReply { deployed: true, ..CompileReply::default() });
    // Without a copy of what is deployed there is nothing to keep.
    assert!(!project(ONE).compile(&plugin(), "blog", true).value().files.is_empty());
}

#[test]
fn a_change_of_the_schema_leaves_the_key_as_it_is() {
    let host = deployed(ONE).file("amplify/backend/api/blog/schema.graphql", "type A @model { id: ID! b: String }");
    let later = Api::with_clock(FixedClock(NOW + 3 * DAY));
    assert_eq!(expiry(host.compile(&later, "blog", false).value()), NOW + 7 * DAY);
}

#[test]
fn a_key_near_its_end_is_prolonged_and_nothing_else_changes() {
    let later = Api::with_clock(FixedClock(NOW + 5 * DAY));
    let outcome = deployed(ONE).compile(&later, "blog", true);
    let reply = outcome.value();
    assert!(reply.deployed && reply.folders.is_empty());
    assert_eq!(reply.files.len(), 1);
    assert_eq!(expiry(reply), NOW + 12 * DAY);
}

#[test]
fn a_key_whose_end_is_stated_is_left_alone() {
    let host = deployed(ONE).file(
        "amplify/backend/api/blog/parameters.json",
        json!({ "AppSyncApiName": "blog", "APIKeyExpirationEpoch": NOW + 100 * DAY }).to_string(),
    );
    let later = Api::with_clock(FixedClock(NOW + 6 * DAY));
    assert!(host.compile(&later, "blog", true).value().files.is_empty());
}

#[test]
fn what_the_service_refuses_stops_with_the_line() {
    let host = deployed(ONE)
        .file("amplify/backend/api/blog/schema.graphql", "type A @model @key(fields: [\"b\"]) { id: ID! b: String! }");
    let outcome = host.compile(&plugin(), "blog", false);
    let error = outcome.error();
    assert_eq!(error.code, "api-schema");
    assert!(error.causes[0].starts_with("error[table-key-changed]"), "{error:?}");
    assert!(error.causes[0].contains("schema.graphql:1:"), "{error:?}");
}

#[test]
fn a_schema_of_the_later_transformer_is_not_compiled() {
    let flags = json!({ "features": { "graphqltransformer": { "transformerversion": 2 } } });
    let outcome = project(ONE).file("amplify/cli.json", flags.to_string()).compile(&plugin(), "blog", false);
    assert!(outcome.value().skipped.as_deref().unwrap().contains("version 2"));
}

#[test]
fn settings_that_are_not_understood_are_named() {
    let host = Host::new()
        .resource("api", "odd", [("service", json!("AppSync"))])
        .file("amplify/backend/api/odd/schema.graphql", ONE);
    assert_eq!(host.compile(&plugin(), "odd", false).error().code, "api-auth-settings");
}
