//! What only the whole program shows of a failed deployment, and of two at once.

use std::{
    thread,
    time::{Duration, Instant},
};

use amplify_tests::{Account, Cloud, Fault, FaultProxy, Sandbox, corpus::copy_folder};
use serde_json::{Map, Value, json};

const INNERMOST: &str = "amplify/backend/api/blog/stacks/Inner.json";

fn innermost(resources: &Value) -> String {
    let names = ["AppSyncApiId", "AppSyncApiName", "env", "S3DeploymentBucket", "S3DeploymentRootKey"];
    let parameters: Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), json!({ "Type": "String", "Default": "NONE" }))).collect();
    json!({ "AWSTemplateFormatVersion": "2010-09-09", "Parameters": parameters, "Resources": resources }).to_string()
}

#[test]
fn a_failure_three_stacks_deep_is_the_last_thing_said_and_said_once() {
    let Some(account) = Account::new() else { return };
    let sandbox = &account.sandbox;
    let _ = account.amplify(["init", "--yes", "--provider", "awscloudformation"]).success();
    sandbox.write("mine.graphql", "type Post @model { id: ID! title: String }\n");
    let answers = ["--answer", "api.name=blog", "--answer", "api.schema.file=mine.graphql"];
    let _ = account.amplify(["add", "api", "--yes"].into_iter().chain(answers)).success();
    sandbox.write(
        INNERMOST,
        innermost(&json!({
            "Handle": { "Type": "AWS::CloudFormation::WaitConditionHandle", "Properties": {} },
            "Wait": { "Type": "AWS::CloudFormation::WaitCondition",
                      "Properties": { "Handle": { "Ref": "Handle" }, "Timeout": "1", "Count": 1 } },
        })),
    );
    let failed = account.amplify(["push", "--yes"]).ended_with(1);
    let (_, end) = failed.stderr.split_once("error: ").unwrap();
    let headline = end.lines().next().unwrap();
    assert!(headline.starts_with("`apiblog/Inner"), "{failed}");
    assert!(headline.ends_with("/Wait` (AWS::CloudFormation::WaitCondition) failed"), "{failed}");
    assert_eq!(failed.stderr.matches("error: ").count(), 1, "{failed}");
    assert!(end.contains("hint: the resource is declared in `amplify/backend/api/blog/"), "{failed}");
    assert!(end.contains("stacks/Inner.json`"), "{failed}");
    assert!(end.contains("rolled back") && end.lines().count() <= 8, "{failed}");

    sandbox.write(INNERMOST, innermost(&json!({ "Topic": { "Type": "AWS::SNS::Topic", "Properties": {} } })));
    let _ = account.amplify(["push", "--yes"]).success();
    let _ = account.amplify(["plan", "--detailed-exitcode"]).success();
}

#[test]
fn of_two_pushes_at_once_the_second_is_told_who_is_at_work() {
    let Some(cloud) = Cloud::start() else { return };
    let proxy = FaultProxy::start(&cloud);
    let account = Account::of(&cloud, "111122223333");
    let _ = account.amplify(["init", "--yes", "--provider", "awscloudformation"]).success();
    account.sandbox.add_bucket("photos");
    let colleague = Account { sandbox: Sandbox::new(), ..Account::of(&cloud, "111122223333") };
    copy_folder(&account.sandbox.root(), &colleague.sandbox.root());

    proxy.arm_named("cloudformation ExecuteChangeSet", Fault::HeldAfter);
    let first = account.command(["push", "--yes"]).env("AWS_ENDPOINT_URL", proxy.url()).begin();
    let begun = Instant::now();
    while !proxy.was_reached() {
        assert!(begun.elapsed() < Duration::from_secs(60), "the first push does not get there");
        thread::sleep(Duration::from_millis(10));
    }
    let begun = Instant::now();
    let second = colleague.amplify(["push", "--yes"]).ended_with(1);
    assert!(begun.elapsed() < Duration::from_secs(10), "it fails within seconds");
    let _ = second.says("is changing the environment since").says("hint:");

    // The first one dies with the lease; the folder that it was pushed from goes on at once.
    let _ = first.end_when(|| true).ended_with(-1);
    proxy.disarm();
    let _ = account.amplify(["push", "--yes"]).success();
    let _ = account.amplify(["plan", "--detailed-exitcode"]).success();
}
