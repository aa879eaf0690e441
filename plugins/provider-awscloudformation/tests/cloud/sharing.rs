//! Two pushes at once, pushes that died, and pushes that are stopped.

use std::{
    thread,
    time::{Duration, Instant},
};

use amplify_sdk::{error::ErrorKind, testing::Host};
use serde_json::{Value, json};

use crate::{
    environment::{Environment, deployed, until},
    observer::Observer,
    process, proxy,
};

const LEASE: &str = "amplify-lease.json";

/// Resources that keep the stack busy until it is told to go on, or the seconds are over.
pub fn slow(seconds: u32) -> Value {
    json!({
        "Handle": { "Type": "AWS::CloudFormation::WaitConditionHandle", "Properties": {} },
        "Wait": {
            "Type": "AWS::CloudFormation::WaitCondition",
            "Properties": { "Handle": { "Ref": "Handle" }, "Timeout": seconds.to_string(), "Count": 1 },
        },
    })
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_a_second_push_fails_at_once_and_names_the_holder() {
    let (environment, observer) = (Environment::initialized("lease"), Observer::new());
    let lease = |expires: &str| {
        let note = json!({ "id": "x", "owner": "arn:aws:iam::1:user/bob", "since": "2026-01-02T03:04:05Z", "expires": expires });
        observer.put(&environment.bucket(), LEASE, &note.to_string());
    };
    lease("2999-01-01T00:00:00Z");
    let begun = Instant::now();
    let outcome = environment.deploy(&Host::new(), &json!({}), Vec::new());
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!(outcome.error().code, "environment-busy");
    assert_eq!(
        outcome.error().message,
        "`arn:aws:iam::1:user/bob` is changing the environment since 2026-01-02T03:04:05Z"
    );
    assert_eq!(environment.destroy().unwrap_err().code, "environment-busy");
    let calls = proxy::calls(&environment.name);
    assert!(!calls.iter().any(|call| call == "CreateChangeSet" || call == "DeleteStack"), "{calls:?}");
    assert!(observer.get(&environment.bucket(), LEASE).unwrap().contains("bob"), "his lease is untouched");
    assert!(!std::path::Path::new(&environment.data_dir()).exists());

    // It was not renewed: its holder is dead.
    lease("2026-01-02T03:07:05Z");
    deployed(&environment.deploy(&Host::new(), &json!({}), Vec::new()));
    assert_eq!(observer.get(&environment.bucket(), LEASE), None);
    assert_eq!(environment.destroy().unwrap().remaining, Vec::<String>::new());
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_a_push_that_was_killed_is_resumed() {
    let (environment, observer) = (Environment::initialized("killed"), Observer::new());
    let mut push = process::push(&environment, &slow(60));
    let handle = until("the update", || observer.physical_id(&environment.name, "Handle"));
    assert!(observer.get(&environment.bucket(), LEASE).is_some());
    push.kill().unwrap();
    push.wait().unwrap();
    assert_eq!(observer.status(&environment.name).as_deref(), Some("UPDATE_IN_PROGRESS"));
    assert!(observer.get(&environment.bucket(), LEASE).is_some(), "a dead process gives nothing back");

    let before = proxy::calls(&environment.name).len();
    let outcome = thread::scope(|scope| {
        let next = scope.spawn(|| environment.deploy(&Host::new(), &slow(60), Vec::new()));
        until("the next push", || {
            let calls = proxy::calls(&environment.name).split_off(before);
            calls.iter().any(|call| call == "DescribeStackEvents").then_some(())
        });
        observer.signal(&handle);
        next.join().unwrap()
    });
    deployed(&outcome);
    let messages = format!("{:?}", outcome.progress);
    assert!(messages.contains("UPDATE_IN_PROGRESS; waiting") && messages.contains("\"Wait\""), "{messages}");
    assert_eq!(observer.status(&environment.name).as_deref(), Some("UPDATE_COMPLETE"));
    assert_eq!(observer.get(&environment.bucket(), LEASE), None);
    assert_eq!(environment.destroy().unwrap().remaining, Vec::<String>::new());
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_a_push_that_is_stopped_rolls_back() {
    let (environment, observer) = (Environment::initialized("stopped"), Observer::new());
    // The host is asked ten times a second.
    let outcome = environment.deploy(&Host::new().cancel_after(12), &slow(4), Vec::new());
    assert_eq!(outcome.error().kind, ErrorKind::Cancelled);
    assert!(outcome.error().causes[0].contains("rolled back"), "{:?}", outcome.error());
    assert!(proxy::calls(&environment.name).contains(&"CancelUpdateStack".to_owned()));
    assert_eq!(observer.status(&environment.name).as_deref(), Some("UPDATE_ROLLBACK_COMPLETE"));
    assert_eq!(observer.get(&environment.bucket(), LEASE), None);
    // Stopped at the first moment, nothing is sent to the stack.
    let before = proxy::calls(&environment.name).len();
    let outcome = environment.deploy(&Host::new().cancel_after(0), &slow(4), Vec::new());
    assert_eq!(outcome.error().kind, ErrorKind::Cancelled);
    let calls = proxy::calls(&environment.name).split_off(before);
    assert!(!calls.iter().any(|call| call == "CreateChangeSet"), "{calls:?}");
    assert_eq!(environment.destroy().unwrap().remaining, Vec::<String>::new());
}
