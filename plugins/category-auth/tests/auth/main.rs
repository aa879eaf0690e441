//! Runs the plugin in process, with scripted answers.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

mod add;
mod admin;
mod answers;
mod ensure;
mod environment;
mod federation;
mod groups;
mod headless;
mod original;
mod peer;
mod questions;
mod triggers;
mod update;

use amplify_sdk::{
    random::FixedRandom,
    testing::{Host, Outcome},
};
use category_auth::{Auth, template};
use serde_json::Value;

/// The name of the resource that `shop` gets from digits that are always the same.
const RESOURCE: &str = "shop01234567";

/// The plugin with foreseeable names.
fn plugin() -> Auth {
    Auth::with_random(FixedRandom)
}

/// A project called `shop`.
fn project() -> Host {
    let mut view = Host::new().view().clone();
    view.name = "shop".into();
    Host::new().project(view)
}

/// A project with auth as the default configuration makes it.
fn with_auth() -> Host {
    let mut host = project();
    host.apply(&project().defaults().run(&plugin(), "add", &[]));
    host
}

fn settings(outcome: &Outcome) -> Value {
    outcome.json("auth", RESOURCE, "parameters.json")
}

fn template(outcome: &Outcome) -> Value {
    parsed(&outcome.text("auth", RESOURCE, &format!("{RESOURCE}-cloudformation-template.yml")))
}

fn parsed(text: &str) -> Value {
    template::parse(text, "template.yml").expect("a template")
}
