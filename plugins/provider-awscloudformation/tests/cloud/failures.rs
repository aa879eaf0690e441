//! What fails in the cloud: the leaf is named, and what was there before is there afterwards.

use amplify_sdk::{error::ErrorKind, testing::Host};
use serde_json::{Value, json};

use crate::{
    environment::{Environment, deployed, until},
    observer::Observer,
    proxy,
    sharing::slow,
};

const KEY: &str = "amplify-cfn-templates/storage/photos-template.json";

/// A template whose last resource fails after a second.
fn broken() -> Value {
    let mut resources = slow(1);
    resources["Topic"] = topic();
    template(resources)
}

fn topic() -> Value {
    json!({ "Type": "AWS::SNS::Topic", "Properties": {} })
}

fn template(resources: Value) -> Value {
    json!({ "AWSTemplateFormatVersion": "2010-09-09", "Resources": resources })
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_a_first_creation_that_fails_leaves_nothing() {
    let (environment, observer) = (Environment::named("firstfail"), Observer::new());
    let outcome = environment.initialize(&slow(1));
    let error = outcome.error();
    assert_eq!(error.code, "resource-failed", "{error:?}");
    assert_eq!(error.message, "`Wait` (AWS::CloudFormation::WaitCondition) failed", "{error:?}");
    assert!(error.causes.last().unwrap().contains("nothing of it remains"), "{error:?}");
    assert_eq!(observer.buckets(&environment.name), Vec::<String>::new());
    assert_eq!(observer.stacks(&environment.name), Vec::<String>::new());
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_what_is_refused_beforehand_is_named_and_left_alone() {
    let (environment, observer) = (Environment::named("taken"), Observer::new());
    observer.create_bucket(&environment.bucket());
    observer.put(&environment.bucket(), "somebody", "else's");
    let outcome = environment.initialize(&json!({}));
    let error = outcome.error();
    assert_eq!(error.message, "`DeploymentBucket` (AWS::S3::Bucket) failed", "{error:?}");
    assert!(error.causes[0].contains(&environment.bucket()), "{error:?}");
    assert_eq!(observer.stacks(&environment.name), Vec::<String>::new());
    assert!(observer.get(&environment.bucket(), "somebody").is_some(), "it is not the stack's bucket");
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_a_leaf_three_stacks_deep_is_named() {
    let (environment, observer) = (Environment::initialized("deepleaf"), Observer::new());
    let deploy = |innermost: Value| {
        let (middle, inner) = ("amplify-cfn-templates/storage/middle.json", "amplify-cfn-templates/storage/inner.json");
        let uploads = vec![
            environment.upload(KEY, &template(json!({ "Middle": environment.nested(middle) }))),
            environment.upload(middle, &template(json!({ "Inner": environment.nested(inner) }))),
            environment.upload(inner, &innermost),
        ];
        environment.deploy(&Host::new(), &json!({ "storagephotos": environment.nested(KEY) }), uploads)
    };
    let outcome = deploy(broken());
    let error = outcome.error();
    assert_eq!(
        error.message, "`storagephotos/Middle/Inner/Wait` (AWS::CloudFormation::WaitCondition) failed",
        "{error:?}"
    );
    assert!(error.causes.iter().any(|cause| cause.contains("rolled back")), "{error:?}");
    assert_eq!(observer.status(&environment.name).as_deref(), Some("UPDATE_ROLLBACK_COMPLETE"));
    // The next push, mended, goes on from there.
    deployed(&deploy(template(json!({ "Topic": topic() }))));
    assert_eq!(environment.destroy().unwrap().remaining, Vec::<String>::new());
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_a_stack_that_nothing_can_update_is_refused_before_anything_is_sent() {
    let (mut environment, observer) = (Environment::named("blocked"), Observer::new());
    let template = broken().to_string();
    let create = observer.cloudformation.create_stack().stack_name(&environment.name).template_body(template);
    let id = observer.wait(create.send()).unwrap().stack_id().unwrap().to_owned();
    until("the rollback", || observer.status(&id).filter(|status| status == "ROLLBACK_COMPLETE"));
    for (key, value) in [
        ("StackName", environment.name.clone()),
        ("StackId", id),
        ("Region", "eu-west-1".into()),
        ("DeploymentBucketName", environment.bucket()),
    ] {
        environment.state.insert(key.into(), value.into());
    }
    let outcome = environment.deploy(&Host::new(), &json!({}), Vec::new());
    assert_eq!(outcome.error().code, "stack-blocked");
    assert!(outcome.error().hints[0].contains("amplify recover"));
    assert_eq!(proxy::calls(&environment.name), ["DescribeStacks", "ListStackResources"]);
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_another_account_stops_before_anything_is_called() {
    let mut environment = Environment::initialized("account");
    let id = environment.state["StackId"].as_str().unwrap().to_owned();
    let before = proxy::calls(&environment.name).len();
    environment.state.insert("StackId".into(), id.replace(crate::ACCOUNT, "444455556666").into());
    let outcome = environment.deploy(&Host::new(), &json!({}), Vec::new());
    assert_eq!(outcome.error().code, "other-account");
    assert!(outcome.error().message.contains("444455556666") && outcome.error().message.contains(crate::ACCOUNT));
    assert_eq!(environment.destroy().unwrap_err().code, "other-account");
    assert_eq!(proxy::calls(&environment.name).len(), before);
    environment.state.insert("StackId".into(), id.into());
    assert_eq!(environment.destroy().unwrap().remaining, Vec::<String>::new());
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_an_environment_that_is_gone_is_said_to_be() {
    let environment = Environment::initialized("gone");
    assert_eq!(environment.destroy().unwrap().remaining, Vec::<String>::new());
    let outcome = environment.deploy(&Host::new(), &json!({}), Vec::new());
    assert_eq!((outcome.error().code.as_str(), outcome.error().kind), ("stack-missing", ErrorKind::Failed));
    let unknown = Environment::named("unknown").deploy(&Host::new(), &json!({}), Vec::new());
    assert_eq!(unknown.error().code, "not-recorded");
}
