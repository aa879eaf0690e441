//! Changes that lose data.

use amplify_planner::Allowed;
use serde_json::json;

use crate::fixture::{Fixture, actions};

#[test]
fn deleting_a_table_is_guarded_until_it_is_named() {
    let mut fixture = Fixture::new();
    fixture.table("notes").table("other");
    fixture.deploy();
    fixture.remove("storage", "notes");
    let plan = fixture.plan();
    assert_eq!(actions(&plan), ["delete storagenotes/DynamoDBTable"]);
    let guarded = plan.guarded();
    assert_eq!(guarded.len(), 1);
    assert_eq!(guarded[0].option(), "--allow-delete notes");
    assert_eq!(plan.blocked(&Allowed::default()), guarded);
    let names = |name: &str| Allowed { delete: vec![name.to_owned()], replace: Vec::new() };
    assert!(plan.blocked(&names("notes")).is_empty());
    assert!(plan.blocked(&names("storage/notes")).is_empty());
    assert_eq!(plan.blocked(&names("other")), guarded);
    let wrong = Allowed { replace: vec!["notes".into()], delete: Vec::new() };
    assert_eq!(plan.blocked(&wrong), guarded, "a deletion is not a replacement");
    assert_eq!(plan.unknown_names(&names("nobody")), ["nobody"]);
}

#[test]
fn a_retained_bucket_is_kept_and_not_guarded() {
    let mut fixture = Fixture::new();
    fixture.bucket("photos", true);
    fixture.deploy();
    fixture.remove("storage", "photos");
    let plan = fixture.plan();
    assert_eq!(actions(&plan), ["retain storagephotos/S3Bucket"]);
    assert!(plan.guarded().is_empty());
    assert!(plan.has_changes());
    assert_eq!(plan.summary().delete, 0);
}

#[test]
fn a_bucket_that_is_not_retained_is_guarded() {
    let mut fixture = Fixture::new();
    fixture.bucket("photos", false);
    fixture.deploy();
    fixture.remove("storage", "photos");
    assert_eq!(fixture.plan().guarded()[0].option(), "--allow-delete photos");
}

#[test]
fn replacement_is_guarded_unless_the_old_one_is_kept() {
    let mut fixture = Fixture::new();
    fixture.bucket("photos", true);
    fixture.deploy();
    fixture.edit("amplify/backend/storage/photos/parameters.json", |parameters| {
        parameters["bucketName"] = "pictures".into()
    });
    assert_eq!(
        fixture.plan().guarded()[0].option(),
        "--allow-replace photos",
        "DeletionPolicy does not cover replacement"
    );

    let mut fixture = Fixture::new();
    fixture.bucket("photos", true);
    fixture.edit("amplify/backend/storage/photos/photos-cloudformation-template.json", |template| {
        template["Resources"]["S3Bucket"]["UpdateReplacePolicy"] = "Retain".into();
    });
    fixture.deploy();
    fixture.edit("amplify/backend/storage/photos/parameters.json", |parameters| {
        parameters["bucketName"] = "pictures".into()
    });
    let plan = fixture.plan();
    assert_eq!(actions(&plan), ["replace storagephotos/S3Bucket"]);
    assert!(plan.guarded().is_empty());
    assert!(plan.resources[0].changes[0].notes.iter().any(|note| note.contains("is kept")), "{plan:#?}");
}

#[test]
fn a_resource_taken_out_of_its_template_is_guarded() {
    let mut fixture = Fixture::new();
    fixture.table("notes");
    fixture.deploy();
    let file = "amplify/backend/storage/notes/notes-cloudformation-template.json";
    fixture.edit(file, |template| {
        template["Resources"] = json!({ "Topic": { "Type": "AWS::SNS::Topic" } });
        template["Outputs"] = json!({});
    });
    let plan = fixture.plan();
    assert_eq!(plan.guarded()[0].path, "storagenotes/DynamoDBTable");
}

#[test]
fn a_deletion_of_what_is_not_known_is_guarded() {
    let mut fixture = Fixture::new();
    fixture.table("notes");
    fixture.deploy();
    fixture.remove("storage", "notes");
    fs_err::remove_dir_all(fixture.path("amplify/#current-cloud-backend/storage/notes")).unwrap();
    let plan = fixture.plan();
    assert_eq!(actions(&plan), ["delete storagenotes"]);
    assert_eq!(plan.guarded()[0].option(), "--allow-delete notes");
}
