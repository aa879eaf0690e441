//! An environment from its first day to its last.

use amplify_sdk::{message::Progress, provider::DeployCounts, testing::Host};
use serde_json::{Value, json};

use crate::{
    ACCOUNT,
    environment::{Environment, deployed, until},
    observer::Observer,
    proxy,
};

const KEY: &str = "amplify-cfn-templates/storage/photos-template.json";

fn photos(bucket: &str, display: &str) -> Value {
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            "S3Bucket": {
                "Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain",
                "Properties": { "BucketName": bucket, "VersioningConfiguration": { "Status": "Enabled" } },
            },
            "Topic": { "Type": "AWS::SNS::Topic", "Properties": { "DisplayName": display } },
        },
        "Outputs": { "BucketName": { "Value": { "Ref": "S3Bucket" } }, "Topic": { "Value": display } },
    })
}

/// Calls that send something, but for the lease's.
fn sent(calls: &[String]) -> Vec<&str> {
    let puts = calls.iter().filter(|call| call.starts_with("PUT ") && !call.contains("amplify-lease"));
    puts.map(String::as_str).collect()
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_from_init_to_delete() {
    let (environment, observer) = (Environment::initialized("life"), Observer::new());
    assert_eq!(environment.state.len(), 9, "{:?}", environment.state);
    assert_eq!(environment.state["Region"], json!("eu-west-1"));
    assert_eq!(environment.state["DeploymentBucketName"], json!(environment.bucket()));
    assert!(environment.state["StackId"].as_str().unwrap().contains(ACCOUNT));

    let bucket = format!("{}-photos", environment.name);
    let package = environment.upload("amplify-builds/hello-00-build.zip", &json!("a package"));
    let deploy = |display: &str| {
        let template = environment.upload(KEY, &photos(&bucket, display));
        let extra = json!({ "storagephotos": environment.nested(KEY) });
        let before = proxy::calls(&environment.name).len();
        let outcome = environment.deploy(&Host::new(), &extra, vec![template, package.clone()]);
        (outcome, proxy::calls(&environment.name).split_off(before))
    };

    let (outcome, calls) = deploy("one");
    let reply = deployed(&outcome);
    assert_eq!(reply.outputs["storagephotos"]["BucketName"], json!(bucket));
    assert!(!reply.outputs.contains_key("AuthRole"));
    assert!(reply.counts.created >= 2, "{:?}", reply.counts);
    assert!(outcome.progress.iter().any(|progress| matches!(
        progress,
        Progress::Resource { path, status, .. } if path == "storagephotos/S3Bucket" && status == "CREATE_COMPLETE"
    )));
    assert_eq!(sent(&calls).len(), 3, "{calls:?}");
    eprintln!("a push that creates: {} calls: {calls:?}", calls.len());

    // Nothing changed: nothing is sent, and the stack is not touched.
    let (outcome, calls) = deploy("one");
    assert_eq!(deployed(&outcome).counts, DeployCounts::default());
    assert_eq!(deployed(&outcome).outputs["storagephotos"]["Topic"], json!("one"));
    assert_eq!(sent(&calls), Vec::<&str>::new(), "{calls:?}");
    eprintln!("a push without changes: {} calls: {calls:?}", calls.len());

    // A change in the nested template alone is deployed, and the package is not sent again.
    let (outcome, calls) = deploy("two");
    assert_eq!(deployed(&outcome).outputs["storagephotos"]["Topic"], json!("two"));
    assert!(deployed(&outcome).counts.updated > 0);
    assert_eq!(sent(&calls).len(), 2, "{calls:?}");
    assert!(!sent(&calls).iter().any(|call| call.contains("amplify-builds")), "{calls:?}");
    eprintln!("a push with a change: {} calls: {calls:?}", calls.len());
    assert_eq!(observer.get(&environment.bucket(), "amplify-lease.json"), None);

    observer.put(&bucket, "public/a", "one");
    observer.put(&bucket, "public/a", "two");
    observer.wait(observer.s3.delete_object().bucket(&bucket).key("public/a").send()).unwrap();
    let reply = environment.destroy().unwrap();
    assert_eq!(reply.remaining, Vec::<String>::new());
    assert_eq!(observer.buckets(&environment.name), Vec::<String>::new());
    assert_eq!(observer.stacks(&environment.name), Vec::<String>::new());
    assert!(!std::path::Path::new(&environment.data_dir()).exists());
    // The second time there is nothing to do.
    assert_eq!(environment.destroy().unwrap().remaining, Vec::<String>::new());
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_a_deletion_that_was_cut_off_is_finished() {
    let (environment, observer) = (Environment::initialized("cutoff"), Observer::new());
    let bucket = format!("{}-photos", environment.name);
    let template = environment.upload(KEY, &photos(&bucket, "one"));
    let extra = json!({ "storagephotos": environment.nested(KEY) });
    deployed(&environment.deploy(&Host::new(), &extra, vec![template]));
    // The stack was deleted by hand; its buckets stay, one with an object.
    observer.put(&bucket, "public/a", "one");
    let delete = observer.cloudformation.delete_stack().stack_name(&environment.name);
    observer.wait(delete.send()).unwrap();
    until("the deletion", || observer.status(&environment.name).is_none().then_some(()));
    // As an earlier attempt would have left it.
    std::fs::create_dir_all(environment.data_dir()).unwrap();
    let memory = std::path::Path::new(&environment.data_dir()).join("buckets.json");
    std::fs::write(memory, json!([bucket]).to_string()).unwrap();
    assert_eq!(environment.destroy().unwrap().remaining, Vec::<String>::new());
    assert_eq!(observer.buckets(&environment.name), Vec::<String>::new());
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_a_protected_stack_stays_whole() {
    let (environment, observer) = (Environment::initialized("shielded"), Observer::new());
    observer.put(&environment.bucket(), "kept", "x");
    let protect = |on: bool| {
        let call = observer.cloudformation.update_termination_protection();
        let call = call.stack_name(&environment.name).enable_termination_protection(on);
        observer.wait(call.send()).unwrap();
    };
    protect(true);
    assert_eq!(environment.destroy().unwrap_err().code, "stack-protected");
    assert!(observer.get(&environment.bucket(), "kept").is_some());
    protect(false);
    assert_eq!(environment.destroy().unwrap().remaining, Vec::<String>::new());
}
