//! The harness of the end-to-end tests: a private folder, a cleared environment, the program, and what it printed.
//!
//! `cargo xtask test` lays out the program and its plugins beforehand and says where ([`HARNESS`]). Without it (a plain
//! `cargo test`) the first test asks for that layout itself.

#![allow(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a harness of tests fails by panicking, and says what it skips"
)]

pub mod abi;
mod account;
mod amplify_service;
#[cfg(unix)]
mod browser;
pub mod corpus;
mod fault_proxy;
pub mod http;
mod ministack;
mod output;
mod outside;
mod ports;
mod queue;
mod sandbox;
mod served;
mod team;

pub use account::{Account, Cloud};
pub use amplify_service::AmplifyService;
#[cfg(unix)]
pub use browser::Browser;
pub use corpus::corpus;
pub use fault_proxy::{Call, Fault, FaultProxy, Refusal};
pub use ministack::Ministack;
pub use output::Output;
pub use outside::Outside;
pub use ports::free_port;
pub use queue::queue_plugin;
pub use sandbox::{Invocation, Running, Sandbox};
pub use served::Served;
pub use team::{Member, Team};

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use serde_json::Value;

/// The folder with `bin/amplify` and `lib/amplify/plugins`.
pub const HARNESS: &str = "AMPLIFY_HARNESS";

/// The folder with the pinned Python tools, set by `cargo xtask test`.
pub const TOOLS: &str = "AMPLIFY_TOOLS";

/// The folder with the pinned packages for Node.js, set by `cargo xtask test`.
pub const CLIENT: &str = "AMPLIFY_CLIENT";

/// The folder with the packages that functions find in Lambda's runtimes (`node_modules`) and with a cache of npm (`cache`)
/// that holds what functions of ours are built from. Set by `cargo xtask test`.
pub const FUNCTIONS: &str = "AMPLIFY_FUNCTIONS";

/// What [`FUNCTIONS`] says; `None` (and a line saying so) where it is not set.
pub fn function_packages() -> Option<PathBuf> {
    let folder = std::env::var_os(FUNCTIONS).map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: the packages of functions are installed by `cargo xtask test` only");
    }
    folder
}

/// The folder with `bin/amplify`, `lib/amplify/plugins` and `fixtures`.
///
/// # Panics
/// If it cannot be built.
pub fn harness() -> &'static PathBuf {
    static PREFIX: OnceLock<PathBuf> = OnceLock::new();
    PREFIX.get_or_init(|| {
        if let Some(prefix) = std::env::var_os(HARNESS) {
            return prefix.into();
        }
        let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["run", "--quiet", "--package", "xtask", "--", "prepare"])
            .current_dir(workspace())
            .output()
            .expect("cargo starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())
    })
}

/// The workspace's root folder.
pub fn workspace() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ has a parent").to_path_buf()
}

/// The program under test.
pub fn program() -> PathBuf {
    harness().join("bin").join(format!("amplify{}", std::env::consts::EXE_SUFFIX))
}

/// One of the pinned Python tools, such as `python`; `None` (and a line saying so) where they are not installed.
pub fn tool(name: &str) -> Option<PathBuf> {
    match std::env::var_os(TOOLS) {
        Some(folder) => Some(PathBuf::from(folder).join(name)),
        None => {
            eprintln!("skipped: `{name}` is installed by `cargo xtask test` only");
            None
        }
    }
}

/// The folder with the pinned packages for Node.js; `None` (and a line saying so) where they are not installed.
pub fn client_library() -> Option<PathBuf> {
    let folder = std::env::var_os(CLIENT).map(PathBuf::from);
    if folder.is_none() {
        eprintln!("skipped: the client libraries are installed by `cargo xtask test` only");
    }
    folder
}

/// Does steps with the Auth of Amplify JS (`tests/client/amplify.js`), against the pool that `at` names.
///
/// # Panics
/// If node fails, or prints something else than a list.
pub fn amplify_js(library: &Path, at: &Value, steps: Value) -> Vec<Value> {
    let mut input = at.clone();
    input["steps"] = steps;
    let script = workspace().join("tests/client/amplify.js");
    let output = Command::new("node").arg(script).arg(input.to_string()).env("NODE_PATH", library).output();
    let output = output.expect("node starts");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text} {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}
