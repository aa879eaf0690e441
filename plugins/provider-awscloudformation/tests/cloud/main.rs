//! The provider against ministack, an emulator of AWS: an environment from its first day to its last, and what goes wrong.
//!
//! The SDK takes its address and keys from the environment, which a test cannot change for itself. So one test starts the
//! emulator and runs the scenarios, which are ignored otherwise, in a process that has them.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod access;
mod apps;
mod change_sets;
mod deletion;
mod environment;
mod failures;
mod identity;
mod initialize;
mod life;
mod observer;
mod process;
mod proxy;
mod record;
mod recovery;
mod secrets;
mod sharing;

use std::process::Command;

use amplify_tests::{AmplifyService, Ministack, free_port};

/// The account that a key of twelve digits speaks for.
const ACCOUNT: &str = "111122223333";

#[test]
fn scenarios_on_ministack() {
    let Some(cloud) = Ministack::start() else { return };
    let apps = AmplifyService::start();
    run("scenario_", cloud.port, Some(&apps));
    run("without_amplify_", cloud.port, None);
}

/// Runs the scenarios whose names begin so, in a process that has keys and addresses.
fn run(beginning: &str, cloud: u16, apps: Option<&AmplifyService>) {
    let home = tempfile::tempdir().unwrap();
    let proxy = free_port();
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--nocapture", "--test-threads=4", beginning])
        .env("HOME", home.path())
        .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{proxy}"))
        .env("AWS_ACCESS_KEY_ID", ACCOUNT)
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env(proxy::PORT, proxy.to_string())
        .env(proxy::UPSTREAM, cloud.to_string())
        .envs(apps.map(|apps| ("AWS_ENDPOINT_URL_AMPLIFY", apps.url())))
        .env_remove("AWS_PROFILE")
        .env_remove("AWS_SESSION_TOKEN")
        .status()
        .unwrap();
    assert!(status.success(), "a scenario failed");
}
