//! Creating, updating, replacing, keeping and deleting resources of one stack.

use serde_json::json;

use crate::fixture::{BUCKET, Fixture, STACK, Watcher, bucket, root, table};

#[test]
fn an_environment_is_made_with_bucket_and_roles() {
    let fixture = Fixture::new();
    let role = json!({ "Type": "AWS::IAM::Role", "Properties": { "RoleName": "shop-authRole" } });
    let mut template = root(json!({ "AuthRole": role }));
    template["Outputs"]["AuthRoleArn"] = json!({ "Value": { "Fn::GetAtt": ["AuthRole", "Arn"] } });
    let mut watcher = Watcher::default();
    let deployed = fixture.deploy_with(template, &[], &mut watcher).unwrap();
    assert_eq!(deployed.outputs["StackName"], json!(STACK));
    assert_eq!(deployed.outputs["AuthRoleArn"], json!("arn:aws:iam::000000000000:role/shop-authRole"));
    assert_eq!(deployed.counts.created, 2);
    assert_eq!(deployed.recorded.iter().map(|resource| resource.path.as_str()).collect::<Vec<_>>(), ["AuthRole"]);
    assert_eq!(fixture.buckets(), [BUCKET]);
    assert_eq!(
        watcher.events,
        [
            "amplify-shop-dev-101010 CREATE_IN_PROGRESS",
            "DeploymentBucket CREATE_IN_PROGRESS",
            "DeploymentBucket CREATE_COMPLETE",
            "AuthRole CREATE_IN_PROGRESS",
            "AuthRole CREATE_COMPLETE",
            "amplify-shop-dev-101010 CREATE_COMPLETE",
        ]
    );
    // Only what lasts is left: no lock, no record, no temporary file.
    assert_eq!(crate::fixture::names(&fixture.data()), ["s3", "state.json"]);
}

#[test]
fn an_unchanged_template_changes_nothing() {
    let fixture = Fixture::new();
    let template = root(json!({ "Photos": bucket("shop-photos"), "Notes": table("notes-dev") }));
    fixture.deploy(template.clone()).unwrap();
    let before = std::fs::read(fixture.data().join("state.json")).unwrap();
    let mut watcher = Watcher::default();
    let deployed = fixture.deploy_with(template, &[], &mut watcher).unwrap();
    assert_eq!(deployed.counts, amplify_local_cloud::Counts::default());
    assert_eq!(watcher.events, Vec::<String>::new());
    assert_eq!(std::fs::read(fixture.data().join("state.json")).unwrap(), before);
}

#[test]
fn ids_stay_when_resources_are_updated() {
    let fixture = Fixture::new();
    let pool = |name: &str| json!({ "Type": "AWS::Cognito::UserPool", "Properties": { "UserPoolName": name } });
    fixture.deploy(root(json!({ "Pool": pool("one") }))).unwrap();
    let before = fixture.resource("Pool");
    let deployed = fixture.deploy(root(json!({ "Pool": pool("two") }))).unwrap();
    let after = fixture.resource("Pool");
    assert_eq!((deployed.counts.updated, deployed.counts.replaced), (1, 0));
    assert_eq!(before.physical_id, after.physical_id);
    assert_eq!(after.properties["UserPoolName"], json!("two"));
}

#[test]
fn what_leaves_the_template_is_deleted() {
    let fixture = Fixture::new();
    fixture.deploy(root(json!({ "Photos": bucket("shop-photos"), "Notes": table("notes-dev") }))).unwrap();
    let mut watcher = Watcher::default();
    let deployed = fixture.deploy_with(root(json!({})), &[], &mut watcher).unwrap();
    assert_eq!(deployed.counts.deleted, 2);
    assert_eq!(fixture.buckets(), [BUCKET]);
    // The last made goes first, and only after the stack is done.
    assert_eq!(
        watcher.events,
        ["Notes DELETE_IN_PROGRESS", "Notes DELETE_COMPLETE", "Photos DELETE_IN_PROGRESS", "Photos DELETE_COMPLETE",]
    );
    assert_eq!(fixture.state().cleanup, []);
}

#[test]
fn a_bucket_with_objects_is_not_deleted_by_a_deployment() {
    let fixture = Fixture::new();
    fixture.deploy(root(json!({ "Photos": bucket("shop-photos") }))).unwrap();
    let objects = fixture.data().join("s3/shop-photos/%objects");
    std::fs::create_dir_all(&objects).unwrap();
    std::fs::write(objects.join("a.txt"), "a").unwrap();
    let deployed = fixture.deploy(root(json!({}))).unwrap();
    assert_eq!(deployed.leftovers, ["`Photos` was not deleted: the bucket `shop-photos` is not empty"]);
    assert!(objects.join("a.txt").exists());
    // And it can be taken up again.
    fixture.deploy(root(json!({ "Photos": bucket("shop-photos") }))).unwrap();
    assert!(objects.join("a.txt").exists());
}

#[test]
fn retained_resources_stay_and_can_be_taken_up_again() {
    let fixture = Fixture::new();
    let mut photos = bucket("shop-photos");
    photos["DeletionPolicy"] = json!("Retain");
    let mut notes = table("notes-dev");
    notes["DeletionPolicy"] = json!("Retain");
    let both = root(json!({ "Photos": photos, "Notes": notes }));
    fixture.deploy(both.clone()).unwrap();
    let deployed = fixture.deploy(root(json!({}))).unwrap();
    assert_eq!(deployed.counts.deleted, 0);
    assert_eq!(fixture.buckets(), [BUCKET, "shop-photos"]);
    assert_eq!(fixture.state().retained.len(), 2);
    fixture.deploy(both).unwrap();
    assert_eq!(fixture.state().retained, []);
}

#[test]
fn a_replacement_is_made_before_the_old_one_goes() {
    let fixture = Fixture::new();
    fixture.deploy(root(json!({ "Photos": bucket("photos-one") }))).unwrap();
    let mut watcher = Watcher::default();
    let deployed = fixture.deploy_with(root(json!({ "Photos": bucket("photos-two") })), &[], &mut watcher).unwrap();
    assert_eq!((deployed.counts.replaced, deployed.counts.deleted), (1, 1));
    assert_eq!(fixture.buckets(), [BUCKET, "photos-two"]);
    let position = |text: &str| watcher.events.iter().position(|event| event == text).unwrap();
    assert!(position("Photos UPDATE_COMPLETE") < position("Photos DELETE_IN_PROGRESS"));
}

#[test]
fn a_replaced_resource_is_kept_if_its_policy_says_so() {
    let fixture = Fixture::new();
    let photos = |name: &str| {
        let mut photos = bucket(name);
        photos["UpdateReplacePolicy"] = json!("Retain");
        photos
    };
    fixture.deploy(root(json!({ "Photos": photos("photos-one") }))).unwrap();
    fixture.deploy(root(json!({ "Photos": photos("photos-two") }))).unwrap();
    assert_eq!(fixture.buckets(), [BUCKET, "photos-one", "photos-two"]);
}

#[test]
fn a_named_resource_that_needs_replacing_is_refused() {
    let fixture = Fixture::new();
    fixture.deploy(root(json!({ "Notes": table("notes-dev") }))).unwrap();
    let mut changed = table("notes-dev");
    changed["Properties"]["AttributeDefinitions"][0]["AttributeName"] = json!("key");
    changed["Properties"]["KeySchema"][0]["AttributeName"] = json!("key");
    let error = fixture.deploy(root(json!({ "Notes": changed }))).unwrap_err();
    assert_eq!(error.code(), "resource-failed");
    assert!(error.causes()[0].contains("cannot have the name `notes-dev`"), "{error:?}");
    assert_eq!(fixture.resource("Notes").properties["KeySchema"][0]["AttributeName"], json!("id"));
}

#[test]
fn a_name_that_is_taken_is_refused() {
    let fixture = Fixture::new();
    let error = fixture.deploy(root(json!({ "A": bucket("photos"), "B": bucket("photos") }))).unwrap_err();
    assert!(error.causes()[0].contains("`photos` already exists"), "{error:?}");
    // By something that no stack made, too.
    std::fs::create_dir_all(fixture.data().join("s3/photos")).unwrap();
    let error = fixture.deploy(root(json!({ "A": bucket("photos") }))).unwrap_err();
    assert!(error.causes()[0].contains("`photos` already exists"), "{error:?}");
    assert_eq!(fixture.buckets(), ["photos"]);
}

#[test]
fn destroying_twice_leaves_nothing() {
    let fixture = Fixture::new();
    let mut photos = bucket("shop-photos");
    photos["DeletionPolicy"] = json!("Retain");
    fixture.deploy(root(json!({ "Photos": photos, "Notes": table("notes-dev") }))).unwrap();
    let mut watcher = Watcher::default();
    fixture.cloud.destroy(&mut watcher).unwrap();
    assert!(!fixture.data().exists());
    assert_eq!(watcher.events.first().unwrap(), "amplify-shop-dev-101010 DELETE_IN_PROGRESS");
    assert_eq!(watcher.events.last().unwrap(), "amplify-shop-dev-101010 DELETE_COMPLETE");
    fixture.cloud.destroy(&mut ()).unwrap();
    assert_eq!(fixture.cloud.state().unwrap(), None);
}

#[test]
fn an_interrupted_deletion_is_brought_to_its_end() {
    let fixture = Fixture::new();
    fixture.deploy(root(json!({ "Photos": bucket("shop-photos") }))).unwrap();
    // As it is after the first of its renames.
    let trash = fixture.data().join("trash");
    std::fs::create_dir_all(&trash).unwrap();
    std::fs::rename(fixture.data().join("state.json"), trash.join("state.json")).unwrap();
    let deployed = fixture.deploy(root(json!({ "Photos": bucket("shop-photos") }))).unwrap();
    assert_eq!(deployed.counts.created, 2);
    assert!(!trash.exists());
}

#[test]
fn only_one_deploys_at_a_time() {
    let fixture = Fixture::new();
    struct Reentrant<'f>(&'f Fixture, Option<String>);
    impl amplify_local_cloud::Observer for Reentrant<'_> {
        fn event(&mut self, _: &amplify_local_cloud::Event) {
            if self.1.is_none() {
                self.1 = Some(self.0.deploy(root(json!({}))).unwrap_err().to_string());
            }
        }
        fn cancelled(&mut self) -> bool {
            false
        }
    }
    let mut observer = Reentrant(&fixture, None);
    fixture.deploy_with(root(json!({})), &[], &mut observer).unwrap();
    let message = observer.1.unwrap();
    assert_eq!(message, format!("the environment's data is in use by a deployment (process {})", std::process::id()));
    fixture.deploy(root(json!({}))).unwrap();
}

#[test]
fn another_stack_s_environment_is_refused() {
    let fixture = Fixture::new();
    fixture.deploy(root(json!({}))).unwrap();
    let mut request = crate::fixture::request(fixture.folder.path(), root(json!({})), &[]);
    request.stack_name = "amplify-other-dev-1".into();
    assert_eq!(fixture.cloud.deploy(&request, &mut ()).unwrap_err().code(), "local-other-stack");
}

#[test]
fn custom_resources_are_recorded_with_any_attribute() {
    let fixture = Fixture::new();
    let mut template = root(json!({
        "Inputs": { "Type": "Custom::LambdaCallout", "Properties": { "ServiceToken": "arn:aws:lambda:x" } },
        "Client": { "Type": "AWS::Cognito::UserPoolClient", "Properties": {} },
    }));
    template["Outputs"]["AppSecret"] = json!({ "Value": { "Fn::GetAtt": ["Inputs", "appSecret"] } });
    template["Outputs"]["ClientId"] = json!({ "Value": { "Ref": "Client" } });
    let outputs = fixture.deploy(template.clone()).unwrap().outputs;
    assert!(outputs["AppSecret"].as_str().unwrap().ends_with("-appSecret"));
    assert_eq!(outputs["ClientId"].as_str().unwrap().len(), 26);
    // And the same in another copy of the project.
    assert_eq!(Fixture::new().deploy(template).unwrap().outputs, outputs);
}

#[test]
fn the_region_reaches_templates() {
    let fixture = Fixture::new();
    let cloud = fixture.cloud.clone().in_region("eu-west-1");
    let request = crate::fixture::request(fixture.folder.path(), root(json!({})), &[]);
    assert_eq!(cloud.deploy(&request, &mut ()).unwrap().outputs["Region"], json!("eu-west-1"));
    // It is the environment's from then on.
    assert_eq!(fixture.deploy(root(json!({}))).unwrap().outputs["Region"], json!("eu-west-1"));
}
