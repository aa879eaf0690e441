//! Runs the plugin in process, with scripted answers.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bucket_add;
mod bucket_headless;
mod bucket_update;
mod manifest;
mod policies;
mod questions;
mod table_add;
mod table_headless;
mod table_trigger;
mod table_update;

use amplify_sdk::random::FixedRandom;
use amplify_sdk::testing::Host;
use category_storage::Storage;
use serde_json::{Value, json};

const EVERYTHING: [&str; 3] = ["create/update", "read", "delete"];

/// The plugin with foreseeable names.
fn plugin() -> Storage {
    Storage::with_random(FixedRandom)
}

/// A file that the original wrote.
macro_rules! original {
    ($path:literal) => {
        serde_json::from_str::<serde_json::Value>(include_str!(concat!("../data/", $path))).unwrap()
    };
}
use original;

/// A project with a user pool, and with groups if there are any.
fn project_with_groups(groups: &[&str]) -> Host {
    let list: Vec<Value> = groups.iter().map(|group| json!({ "groupName": group })).collect();
    Host::new()
        .resource("auth", "pool", [("service", json!("Cognito"))])
        .resource("auth", "userPoolGroups", [("service", json!("Cognito-UserPool-Groups"))])
        .file("amplify/backend/auth/userPoolGroups/user-pool-group-precedence.json", Value::Array(list).to_string())
}

/// A document in the order in which it is written, to compare keys and their order.
fn text(value: &Value) -> String {
    format!("{value:#}")
}

/// A function that the stream of the table `orders` calls, once the table remembers it.
fn called_by_orders() -> [(&'static str, Value); 2] {
    let on = json!({ "category": "storage", "resourceName": "orders", "attributes": ["Name", "Arn", "StreamArn"] });
    [("service", json!("Lambda")), ("dependsOn", json!([on]))]
}
