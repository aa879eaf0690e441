//! Failed and cancelled deployments leave what was there before.

use serde_json::json;

use crate::fixture::{BUCKET, Fixture, Watcher, bucket, failing, root, stack, table, zip};

#[test]
fn a_failed_creation_leaves_nothing() {
    let fixture = Fixture::new();
    let template = root(json!({
        "Photos": bucket("shop-photos"),
        "Notes": table("notes-dev"),
        "Broken": failing(&["Photos", "Notes"]),
    }));
    let mut watcher = Watcher::default();
    let error = fixture.deploy_with(template, &[], &mut watcher).unwrap_err();
    assert_eq!(error.to_string(), "`Broken` (AWS::S3::Bucket) failed");
    assert!(error.causes()[0].contains("`No Such Name` is no bucket name"), "{error:?}");
    assert_eq!(fixture.cloud.state().unwrap(), None);
    assert_eq!(fixture.buckets(), Vec::<String>::new());
    let tail = &watcher.events[watcher.events.len() - 6..];
    assert_eq!(
        tail,
        [
            "Broken CREATE_FAILED",
            "amplify-shop-dev-101010 ROLLBACK_IN_PROGRESS",
            "Notes DELETE_COMPLETE",
            "Photos DELETE_COMPLETE",
            "DeploymentBucket DELETE_COMPLETE",
            "amplify-shop-dev-101010 ROLLBACK_COMPLETE",
        ]
    );
    // Nothing stands in the way of another attempt.
    fixture.deploy(root(json!({ "Photos": bucket("shop-photos"), "Notes": table("notes-dev") }))).unwrap();
}

#[test]
fn a_failed_update_restores_what_it_changed_and_keeps_what_it_replaced() {
    let fixture = Fixture::new();
    let function = |env: &str, code: &str| {
        json!({ "Type": "AWS::Lambda::Function", "Properties": {
            "FunctionName": "hello", "Runtime": "nodejs12.x", "Handler": "index.handler",
            "Code": { "S3Bucket": BUCKET, "S3Key": code }, "Environment": { "Variables": { "ENV": env } },
        }})
    };
    let (one, two) = (zip(&[("index.js", "1")]), zip(&[("index.js", "2")]));
    let uploads = [("one.zip", one.as_slice()), ("two.zip", two.as_slice())];
    let before =
        root(json!({ "Notes": table("notes-dev"), "Photos": bucket("photos-one"), "Hello": function("a", "one.zip") }));
    fixture.deploy_with(before, &uploads, &mut ()).unwrap();
    let state = fixture.state();

    let mut notes = table("notes-dev");
    let properties = &mut notes["Properties"];
    properties["AttributeDefinitions"] = json!([
        { "AttributeName": "id", "AttributeType": "S" },
        { "AttributeName": "author", "AttributeType": "S" },
    ]);
    properties["GlobalSecondaryIndexes"] = json!([{
        "IndexName": "byAuthor",
        "KeySchema": [{ "AttributeName": "author", "KeyType": "HASH" }],
        "Projection": { "ProjectionType": "ALL" },
        "ProvisionedThroughput": { "ReadCapacityUnits": 5, "WriteCapacityUnits": 5 },
    }]);
    properties["StreamSpecification"] = json!({ "StreamViewType": "NEW_IMAGE" });
    let template = root(json!({
        "Notes": notes.clone(),
        "Photos": bucket("photos-two"),
        "Hello": function("b", "two.zip"),
        "Broken": failing(&["Notes", "Photos", "Hello"]),
    }));
    let mut watcher = Watcher::default();
    fixture.deploy_with(template, &uploads, &mut watcher).unwrap_err();
    assert_eq!(watcher.events.last().unwrap(), "amplify-shop-dev-101010 UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(fixture.state(), state);
    assert_eq!(fixture.buckets(), [BUCKET, "photos-one"]);
    assert_eq!(crate::fixture::names(&fixture.data().join("functions/hello")).len(), 1);
    let description = crate::tables::describe(&fixture, "notes-dev");
    assert!(description["GlobalSecondaryIndexes"].is_null(), "{description}");
    assert_ne!(description["StreamSpecification"]["StreamEnabled"], json!(true), "{description}");

    // The same without the failure goes through.
    fixture.deploy(root(json!({ "Notes": notes }))).unwrap();
    let description = crate::tables::describe(&fixture, "notes-dev");
    assert_eq!(description["GlobalSecondaryIndexes"][0]["IndexName"], json!("byAuthor"));
}

#[test]
fn the_leaf_that_failed_is_named_and_its_siblings_are_undone() {
    let fixture = Fixture::new();
    let inner = json!({ "Resources": { "Photos": bucket("shop-photos"), "Broken": failing(&["Photos"]) } }).to_string();
    let template = root(json!({ "Notes": table("notes-dev"), "storagephotos": stack("s.json", json!({})) }));
    let error = fixture.deploy_with(template, &[("s.json", inner.as_bytes())], &mut ()).unwrap_err();
    assert_eq!(error.to_string(), "`storagephotos/Broken` (AWS::S3::Bucket) failed");
    assert_eq!(fixture.buckets(), Vec::<String>::new());
    assert_eq!(fixture.cloud.state().unwrap(), None);
}

#[test]
fn cancelling_between_any_two_resources_undoes_all() {
    let template = root(json!({
        "Photos": bucket("shop-photos"),
        "Notes": table("notes-dev"),
        "Pool": { "Type": "AWS::Cognito::UserPool", "Properties": {} },
    }));
    for count in [0, 1, 3, 5, 7] {
        let fixture = Fixture::new();
        let mut watcher = Watcher { cancel_at: Some(count), ..Watcher::default() };
        let error = fixture.deploy_with(template.clone(), &[], &mut watcher).unwrap_err();
        assert_eq!(error.code(), "cancelled", "after {count}");
        assert_eq!(fixture.buckets(), Vec::<String>::new(), "after {count}");
        assert_eq!(fixture.cloud.state().unwrap(), None);
        fixture.deploy(template.clone()).unwrap();
    }
}

#[test]
fn an_output_that_does_not_resolve_undoes_all() {
    let fixture = Fixture::new();
    let mut template = root(json!({ "Photos": bucket("shop-photos") }));
    template["Outputs"]["No"] = json!({ "Value": { "Fn::GetAtt": ["Photos", "StreamArn"] } });
    let error = fixture.deploy(template).unwrap_err();
    assert_eq!(error.code(), "template-invalid");
    assert_eq!(fixture.buckets(), Vec::<String>::new());
}
