//! The code that functions begin with, run by node with events as Cognito and API Gateway send them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{path::Path, process::Command};

fn passes(file: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/templates").join(file);
    let output = Command::new("node").args(["--test", "--test-reporter=tap"]).arg(&file).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    // A file without tests passes too.
    assert!(text.contains("# fail 0") && !text.contains("# pass 0"), "{text}");
}

#[test]
fn every_module_of_every_trigger_does_what_it_says() {
    passes("triggers.test.js");
}

#[test]
fn every_route_of_the_admin_queries_does_what_it_says() {
    passes("admin.test.js");
}
