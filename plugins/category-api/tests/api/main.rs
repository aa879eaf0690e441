//! Runs the plugin in process, with scripted answers.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod add;
mod compile;
mod headless;
mod managed;
mod rest;
mod rest_questions;
mod rest_update;
mod update;

use amplify_sdk::testing::{Host, Outcome};
use category_api::{Api, clock::FixedClock};
use serde_json::{Value, json};

/// The time of every test.
const NOW: u64 = 1_600_000_000;

fn plugin() -> Api {
    Api::with_clock(FixedClock(NOW))
}

fn add(host: Host) -> Outcome {
    host.defaults().run(&plugin(), "add", &[])
}

/// A project with an API of this schema that was never pushed.
fn project(schema: &str) -> Host {
    let added = add(named(schema));
    let mut host = Host::new();
    host.apply(&added);
    host
}

fn named(schema: &str) -> Host {
    Host::new().answer("api.name", "blog").answer("api.schema.file", schema)
}

/// The same after a push: the files are those that are deployed.
fn deployed(schema: &str) -> Host {
    let before = project(schema);
    let added = add(named(schema));
    let mut view = before.view().clone();
    view.deployed_meta = view.meta.clone();
    let mut host = before.project(view);
    for file in added.files() {
        let below = file.strip_prefix("api/blog/").unwrap();
        let text = added.text("api", "blog", below);
        host = host.file(&format!("amplify/#current-cloud-backend/{file}"), text);
    }
    host
}

/// Keys in the order in which they are written.
fn text(value: &Value) -> String {
    format!("{value:#}")
}

fn auth_config(outcome: &Outcome) -> Value {
    outcome.entry("api", "blog")["output"]["authConfig"].clone()
}

/// A project with a user pool.
fn with_pool(host: Host) -> Host {
    host.resource("auth", "pool", [("service", json!("Cognito"))]).reply("auth", "ensure", json!({}))
}
