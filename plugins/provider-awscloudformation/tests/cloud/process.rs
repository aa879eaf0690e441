//! A push or an `init` in a process of its own, which can be killed.

use std::process::{Child, Command, Stdio};

use amplify_sdk::{JsonMap, testing::Host};
use serde_json::{Value, json};

use crate::environment::Environment;

/// What the other process is to deploy: the environment and more resources of the root stack, as JSON.
const WHAT: &str = "CLOUD_TEST_PUSH";

/// Starts it: an `init` if the environment was not made yet.
pub fn push(environment: &Environment, extra: &Value) -> Child {
    let what = json!({
        "name": environment.name, "state": environment.state, "folder": environment.folder(), "extra": extra,
    });
    Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "process::pushes"])
        .env(WHAT, what.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
#[ignore = "started by a scenario"]
fn pushes() {
    let Ok(what) = std::env::var(WHAT) else { return };
    let what: Value = serde_json::from_str(&what).unwrap();
    let text = |key: &str| what[key].as_str().unwrap().to_owned();
    let state: JsonMap = what["state"].as_object().unwrap().clone();
    let environment = Environment::existing(text("name"), text("folder").into(), state);
    let _ = if environment.state.is_empty() {
        environment.initialize(&what["extra"])
    } else {
        environment.deploy(&Host::new(), &what["extra"], Vec::new())
    };
}
