//! Deployments that are killed: the next one undoes or finishes what they began.

use std::process::Command;

use serde_json::{Value, json};

use crate::fixture::{BUCKET, Fixture, STACK, Watcher, bucket, request, root, table, zip};

const FOLDER: &str = "LOCAL_CLOUD_TEST_FOLDER";
const AT: &str = "LOCAL_CLOUD_TEST_AT";

fn before() -> Value {
    root(json!({ "Notes": table("notes-dev"), "Old": bucket("shop-old") }))
}

fn after() -> Value {
    let mut notes = table("notes-dev");
    notes["Properties"]["StreamSpecification"] = json!({ "StreamViewType": "NEW_IMAGE" });
    root(json!({
        "Notes": notes,
        "Photos": bucket("shop-photos"),
        "Pages": table("pages-dev"),
        "Hello": { "Type": "AWS::Lambda::Function", "Properties": {
            "FunctionName": "hello", "Runtime": "nodejs12.x", "Code": { "S3Bucket": BUCKET, "S3Key": "hello.zip" },
        }},
    }))
}

/// Not a test of its own: the process that is killed.
#[test]
#[ignore = "started by the tests below"]
fn victim() {
    let (Ok(folder), Ok(at)) = (std::env::var(FOLDER), std::env::var(AT)) else { return };
    let folder = std::path::PathBuf::from(folder);
    let cloud = amplify_local_cloud::LocalCloud::open(&folder.join("mock-data/dev"));
    let archive = zip(&[("index.js", "1")]);
    let mut watcher = Watcher { abort_at: at.parse().ok(), ..Watcher::default() };
    cloud.deploy(&request(&folder, after(), &[("hello.zip", &archive)]), &mut watcher).unwrap();
}

/// Runs the victim; says whether it was killed before it had finished.
fn kill(fixture: &Fixture, at: usize) -> bool {
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::victim", "--ignored", "--quiet"])
        .env(FOLDER, fixture.folder.path())
        .env(AT, at.to_string())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap();
    !status.success()
}

#[test]
fn killed_at_any_event_the_next_deployment_finds_the_old_state_or_the_new() {
    let mut committed = 0;
    for at in 1.. {
        let fixture = Fixture::new();
        fixture.deploy(before()).unwrap();
        let serial = fixture.state().serial;
        if !kill(&fixture, at) {
            assert!(at > 10, "the victim ended after {at} events");
            break;
        }
        if fixture.state().serial == serial {
            // Undone: the old template changes nothing, and nothing of the new one is there.
            let deployed = fixture.deploy(before()).unwrap();
            assert_eq!(deployed.counts, amplify_local_cloud::Counts::default(), "after {at} events");
            assert_eq!(fixture.buckets(), [BUCKET, "shop-old"], "after {at} events");
            let notes = crate::tables::describe(&fixture, "notes-dev");
            assert_ne!(notes["StreamSpecification"]["StreamEnabled"], json!(true), "after {at} events");
            assert_eq!(crate::fixture::names(&fixture.data().join("functions")), Vec::<String>::new());
        } else {
            // Committed: the deletions are made up for.
            committed += 1;
            fixture.cloud.deploy(&request(fixture.folder.path(), after(), &[]), &mut ()).unwrap();
            assert_eq!(fixture.buckets(), [BUCKET, "shop-photos"], "after {at} events");
            assert_eq!(fixture.state().cleanup, []);
        }
        assert_eq!(crate::fixture::names(&fixture.data()).iter().filter(|name| name.ends_with("lock")).count(), 0);
        // And the deployment that was killed goes through when it is repeated.
        let archive = zip(&[("index.js", "1")]);
        fixture.deploy_with(after(), &[("hello.zip", &archive)], &mut ()).unwrap();
        fixture.cloud.destroy(&mut ()).unwrap();
        assert!(!fixture.data().exists());
    }
    assert!(committed > 0);
}

#[test]
fn killed_at_the_first_deployment_nothing_stands_in_the_way() {
    for at in [1, 3, 5, 8] {
        let fixture = Fixture::new();
        assert!(kill(&fixture, at));
        assert_eq!(fixture.cloud.state().unwrap(), None);
        let deployed = fixture.deploy(before()).unwrap();
        assert_eq!(deployed.counts.created, 3, "after {at} events");
        assert_eq!(fixture.state().stack.unwrap().name, STACK);
    }
}

#[test]
fn an_environment_can_be_deleted_after_a_kill() {
    let fixture = Fixture::new();
    fixture.deploy(before()).unwrap();
    assert!(kill(&fixture, 7));
    fixture.cloud.destroy(&mut ()).unwrap();
    assert!(!fixture.data().exists());
}
