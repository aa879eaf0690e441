//! What only the whole program shows of a failed deployment, and of two at once.

use std::{
    thread,
    time::{Duration, Instant},
};

use amplify_tests::{Account, Cloud, Fault, FaultProxy, Sandbox, corpus::copy_folder};
use serde_json::{Map, Value, json};

const API: &str = "amplify/backend/api/blog";
const INNERMOST: &str = "amplify/backend/api/blog/build/stacks/Inner.json";

fn template(resources: Value) -> String {
    let names = ["env", "S3DeploymentBucket", "S3DeploymentRootKey", "authRoleName", "unauthRoleName", "CreateAPIKey"];
    let parameters: Map<String, Value> =
        names.iter().map(|name| ((*name).to_owned(), json!({ "Type": "String", "Default": "0" }))).collect();
    json!({ "AWSTemplateFormatVersion": "2010-09-09", "Parameters": parameters, "Resources": resources }).to_string()
}

#[test]
fn a_failure_three_stacks_deep_is_the_last_thing_said_and_said_once() {
    let Some(account) = Account::new() else { return };
    let sandbox = &account.sandbox;
    let _ = account.amplify(["init", "--yes", "--provider", "awscloudformation"]).success();
    let address =
        ["https://s3.amazonaws.com", "/", "bucket", "/", "key", "/stacks/Inner.json"].map(|part| match part {
            "bucket" => json!({ "Ref": "S3DeploymentBucket" }),
            "key" => json!({ "Ref": "S3DeploymentRootKey" }),
            text => json!(text),
        });
    let inner =
        json!({ "Type": "AWS::CloudFormation::Stack", "Properties": { "TemplateURL": { "Fn::Join": ["", address] } } });
    sandbox.write(&format!("{API}/build/cloudformation-template.json"), template(json!({ "Inner": inner })));
    sandbox.write(&format!("{API}/parameters.json"), "{}");
    let broken = json!({
        "Handle": { "Type": "AWS::CloudFormation::WaitConditionHandle", "Properties": {} },
        "Wait": { "Type": "AWS::CloudFormation::WaitCondition",
                  "Properties": { "Handle": { "Ref": "Handle" }, "Timeout": "1", "Count": 1 } },
    });
    sandbox.write(INNERMOST, template(broken));
    let entry = json!({ "service": "AppSync", "providerPlugin": "awscloudformation", "output": { "authConfig": {} } });
    sandbox.write("amplify/backend/backend-config.json", json!({ "api": { "blog": entry } }).to_string());
    let mut meta = sandbox.read_json("amplify/backend/amplify-meta.json");
    meta["api"] = json!({ "blog": entry });
    sandbox.write("amplify/backend/amplify-meta.json", meta.to_string());

    let failed = account.amplify(["push", "--yes"]).ended_with(1);
    let (_, end) = failed.stderr.split_once("error: ").unwrap();
    assert!(end.starts_with("`apiblog/Inner/Wait` (AWS::CloudFormation::WaitCondition) failed\n  cause: "), "{failed}");
    assert_eq!(failed.stderr.matches("error: ").count(), 1, "{failed}");
    assert!(end.contains(&format!("hint: the resource is declared in `{INNERMOST}`")), "{failed}");
    assert!(end.contains("rolled back") && end.lines().count() <= 6, "{failed}");

    sandbox.write(INNERMOST, template(json!({ "Topic": { "Type": "AWS::SNS::Topic", "Properties": {} } })));
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

    proxy.arm_named("cloudformation UpdateStack", Fault::HeldAfter);
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
