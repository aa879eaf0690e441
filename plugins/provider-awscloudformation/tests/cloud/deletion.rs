//! What a deletion takes with it, what it leaves, and what it does not touch.

use amplify_sdk::{
    environment::{InventoryReply, InventoryRequest},
    error::PluginError,
    provider::{DestroyReply, DestroyRequest, ProviderReply, ProviderRequest},
    testing::Host,
};
use provider_awscloudformation::AwsCloudFormation;
use serde_json::{Value, json};

use crate::{
    environment::{Environment, deployed},
    observer::Observer,
    proxy,
};

impl Environment {
    /// Deletes it under a name.
    pub fn destroy_as(&self, name: &str) -> Result<DestroyReply, PluginError> {
        let request = DestroyRequest {
            environment: name.into(),
            state: self.state.clone(),
            local: Value::Null,
            data_dir: self.data_dir(),
        };
        self.ask(ProviderRequest::Destroy(request)).map(|reply| match reply {
            ProviderReply::Destroyed(reply) => reply,
            other => panic!("{other:?}"),
        })
    }

    fn inventory(&self) -> InventoryReply {
        match self.ask(ProviderRequest::Inventory(InventoryRequest { target: self.target() })) {
            Ok(ProviderReply::Inventory(reply)) => reply,
            other => panic!("{other:?}"),
        }
    }
}

fn bucket(name: &str, policy: &str) -> Value {
    json!({ "Type": "AWS::S3::Bucket", "DeletionPolicy": policy, "Properties": { "BucketName": name } })
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_what_a_policy_keeps_stays_and_is_named() {
    let (environment, observer) = (Environment::initialized("kept"), Observer::new());
    let name = |end: &str| format!("{}-{end}", environment.name);
    let site = "amplify-cfn-templates/hosting/site-template.json";
    let photos = "amplify-cfn-templates/storage/photos-template.json";
    let template = |resources: Value| json!({ "AWSTemplateFormatVersion": "2010-09-09", "Resources": resources });
    let uploads = vec![
        environment.upload(
            site,
            &template(json!({
                "Site": bucket(&name("site"), "Retain"), "Logs": bucket(&name("logs"), "Delete"),
            })),
        ),
        environment.upload(photos, &template(json!({ "S3Bucket": bucket(&name("photos"), "Retain") }))),
    ];
    let extra = json!({
        "hostingsite": environment.nested(site),
        "storagephotos": environment.nested(photos),
        "Archive": bucket(&name("archive"), "Retain"),
    });
    deployed(&environment.deploy(&Host::new(), &extra, uploads));
    for end in ["site", "logs", "photos", "archive"] {
        observer.put(&name(end), "index.html", "x");
    }

    let before = proxy::calls(&environment.name).len();
    let InventoryReply { going, staying, .. } = environment.inventory();
    let calls = proxy::calls(&environment.name).split_off(before);
    assert!(calls.iter().all(|call| ["DescribeStacks", "ListStackResources", "GetTemplate"].contains(&call.as_str())));
    let kept = |path: &str, end: &str| format!("`{path}` (AWS::S3::Bucket `{}`): its policy keeps it", name(end));
    assert_eq!(staying, [kept("Archive", "archive"), kept("hostingsite/Site", "site")]);
    assert_eq!(going[0], format!("the stack `{}` in the region eu-west-1", environment.name));
    for end in ["logs", "photos", "deployment", "authRole"] {
        assert!(going.iter().any(|line| line.contains(&name(end))), "{end}: {going:?}");
    }
    assert!(going.last().unwrap().contains("Amplify app"), "{going:?}");

    let remaining = environment.destroy().unwrap().remaining;
    assert_eq!(remaining, [kept("Archive", "archive"), kept("hostingsite/Site", "site")]);
    assert_eq!(observer.buckets(&environment.name), [name("archive"), name("site")]);
    assert!(observer.get(&name("archive"), "index.html").is_some(), "it is not even emptied");
    assert_eq!(environment.inventory(), InventoryReply::default());
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_the_stack_of_another_environment_is_not_touched() {
    let (environment, observer) = (Environment::initialized("mixedup"), Observer::new());
    let before = proxy::calls(&environment.name).len();
    let error = environment.destroy_as("prod").unwrap_err();
    assert_eq!(error.code, "other-environment");
    let calls = proxy::calls(&environment.name).split_off(before);
    assert!(!calls.iter().any(|call| call == "DeleteStack" || call.ends_with(" delete")), "{calls:?}");
    assert!(observer.status(&environment.name).is_some());
    assert_eq!(observer.get(&environment.bucket(), "amplify-lease.json"), None);

    // A bucket that is recorded by mistake is not the stack's.
    let other = format!("{}-other", environment.name);
    observer.create_bucket(&other);
    observer.put(&other, "kept", "x");
    let mut state = environment.state.clone();
    state.insert("DeploymentBucketName".into(), json!(other));
    let mixed = Environment::existing(environment.name.clone(), environment.folder().into(), state);
    let remaining = mixed.destroy().unwrap().remaining;
    assert!(remaining.iter().any(|line| line.contains(&other)), "{remaining:?}");
    assert!(observer.get(&other, "kept").is_some());
    // The right record finds what the wrong one left.
    assert_eq!(environment.destroy().unwrap().remaining, Vec::<String>::new());
    assert_eq!(observer.buckets(&environment.name), [other]);
}

#[test]
#[ignore = "needs the emulator"]
fn scenario_files_of_users_stay_where_the_environment_was_protected() {
    let (environment, observer) = (Environment::initialized("guarded"), Observer::new());
    let photos = format!("{}-photos", environment.name);
    let extra = json!({ "storagephotos": bucket(&photos, "Retain") });
    deployed(&environment.deploy(&Host::new(), &extra, Vec::new()));
    observer.put(&photos, "cat.jpg", "x");
    assert_eq!(environment.inventory().staying, Vec::<String>::new());
    let mut request = environment.deployment(&extra, Vec::new());
    request.template["Metadata"] = json!({ "AmplifyRetains": true });
    request.template["Resources"]["Topic"] = json!({ "Type": "AWS::SNS::Topic" });
    let _ = deployed(&Host::new().provider(&AwsCloudFormation, ProviderRequest::Deploy(request)));
    let kept = [format!("`storagephotos` (AWS::S3::Bucket `{photos}`): its policy keeps it")];
    assert_eq!(environment.inventory().staying, kept);
    assert_eq!(environment.destroy().unwrap().remaining, kept);
    assert!(observer.get(&photos, "cat.jpg").is_some(), "it is not even emptied");
    assert_eq!(observer.buckets(&environment.name), [photos], "the deployment bucket goes");
}
