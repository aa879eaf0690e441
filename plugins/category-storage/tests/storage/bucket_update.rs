//! `amplify update storage`, for a bucket.

use amplify_sdk::testing::{Host, Outcome};
use serde_json::{Value, json};

use crate::{EVERYTHING, original, plugin, project_with_groups, text};

const FOLDER: &str = "amplify/backend/storage/photos";

/// A project with the bucket that the original made.
fn with_bucket(host: Host) -> Host {
    host.resource("storage", "photos", [("service", json!("S3")), ("providerPlugin", json!("awscloudformation"))])
        .file(
            &format!("{FOLDER}/s3-cloudformation-template.json"),
            include_str!("../data/photos/s3-cloudformation-template.json"),
        )
        .file(&format!("{FOLDER}/parameters.json"), include_str!("../data/photos/parameters.json"))
        .file(&format!("{FOLDER}/storage-params.json"), include_str!("../data/photos/storage-params.json"))
}

fn update(host: Host) -> Outcome {
    host.answer("storage.service", "S3").defaults().run(&plugin(), "update", &[])
}

#[test]
fn the_same_answers_change_nothing() {
    let outcome = update(with_bucket(Host::new()));
    assert!(outcome.changes().is_empty(), "{:?}", outcome.changes());
    assert_eq!(outcome.keys(), ["storage.service", "storage.access", "storage.authenticatedAccess", "storage.trigger"]);
    assert_eq!(outcome.changes().messages, ["photos is as it was"]);
}

#[test]
fn new_access_changes_the_parameters_alone_and_keeps_their_order() {
    let outcome = update(
        with_bucket(Host::new()).answer("storage.access", "authAndGuest").answer("storage.guestAccess", vec!["read"]),
    );
    assert_eq!(outcome.files(), ["storage/photos/parameters.json"]);
    let mut expected = original!("photos/parameters.json");
    expected["s3PermissionsGuestPublic"] = json!("s3:GetObject");
    expected["GuestAllowList"] = json!("ALLOW");
    assert_eq!(text(&outcome.json("storage", "photos", "parameters.json")), text(&expected));
}

#[test]
fn a_resource_named_on_the_command_line_is_not_asked_for() {
    let outcome = with_bucket(Host::new()).defaults().run(&plugin(), "update", &["photos"]);
    assert_eq!(outcome.keys()[0], "storage.access");
    let wrong = with_bucket(Host::new()).defaults().run(&plugin(), "update", &["fotos"]);
    assert_eq!(wrong.error().code, "storage-unknown-resource");
    assert_eq!(wrong.error().hints, ["storage resources: photos"]);
}

#[test]
fn groups_come_and_go() {
    let mut host = with_bucket(project_with_groups(&["Admins", "Writers"]))
        .defaults()
        .answer("storage.restrictAccess", "both")
        .answer("storage.groups", json!({ "Admins": EVERYTHING, "Writers": ["create/update"] }));
    let both = host.run_update();
    host.apply(&both);
    assert_eq!(both.files(), ["storage/photos/s3-cloudformation-template.json", "storage/photos/storage-params.json"]);
    assert_eq!(both.entry("storage", "photos")["dependsOn"].as_array().unwrap().len(), 3);

    // Fewer groups: only what belongs to the one that goes is taken out.
    let mut host = host.answers(json!({ "storage": { "groups": { "Writers": ["create/update"] } } }));
    let fewer = host.run_update();
    host.apply(&fewer);
    let template = fewer.json("storage", "photos", "s3-cloudformation-template.json");
    assert!(template["Resources"].get("AdminsGroupPolicy").is_none());
    assert!(template["Parameters"].get("authuserPoolGroupsAdminsGroupRole").is_none());
    let before = both.json("storage", "photos", "s3-cloudformation-template.json");
    assert_eq!(template["Resources"]["WritersGroupPolicy"], before["Resources"]["WritersGroupPolicy"]);

    // None: everything is as the original made it.
    let host = host.answers(json!({ "storage": { "restrictAccess": "users" } }));
    let none = host.run_update();
    assert_eq!(
        text(&none.json("storage", "photos", "s3-cloudformation-template.json")),
        text(&original!("photos/s3-cloudformation-template.json"))
    );
    assert_eq!(none.json("storage", "photos", "storage-params.json"), json!({}));
    assert_eq!(none.entry("storage", "photos")["dependsOn"], json!([]));
    assert!(!none.files().contains(&"storage/photos/parameters.json".to_string()));
}

#[test]
fn what_was_added_by_hand_to_its_needs_stays() {
    let by_hand = [
        json!({ "category": "auth", "resourceName": "shop", "attributes": ["UserPoolArn"] }),
        json!({ "category": "auth", "resourceName": "userPoolGroups", "attributes": ["ReadersGroupRole"] }),
        json!({ "category": "function", "resourceName": "thumbs", "attributes": ["Name"] }),
    ];
    let entry = [("service", json!("S3")), ("dependsOn", json!(by_hand))];
    let mut host = with_bucket(project_with_groups(&["Admins"])).resource("storage", "photos", entry).defaults();
    assert!(host.run_update().changes().resources.is_empty());

    let given = json!({ "storage": { "restrictAccess": "both", "groups": { "Admins": EVERYTHING } } });
    host = host.answers(given);
    let with_group = host.run_update();
    host.apply(&with_group);
    let needs = with_group.entry("storage", "photos")["dependsOn"].as_array().unwrap().clone();
    assert!(needs.len() == 5 && needs.starts_with(&by_hand), "{needs:?}");

    let none = host.answers(json!({ "storage": { "restrictAccess": "users" } })).run_update();
    assert_eq!(none.entry("storage", "photos")["dependsOn"], json!(by_hand));
}

#[test]
fn recorded_groups_are_the_defaults() {
    let mut host = with_bucket(project_with_groups(&["Admins", "Writers"]))
        .defaults()
        .answer("storage.restrictAccess", "groups")
        .answer("storage.groups", json!({ "Writers": ["create/update"] }));
    let outcome = host.run_update();
    host.apply(&outcome);
    let again = host.answers(Value::Null).run_update();
    assert!(again.changes().is_empty(), "{:?}", again.changes());
}

#[test]
fn a_trigger_is_added_exchanged_and_removed() {
    let template = json!({ "Outputs": { "LambdaExecutionRole": {} } }).to_string();
    let mut host = with_bucket(Host::new())
        .defaults()
        .resource("function", "resize", [("service", json!("Lambda"))])
        .resource("function", "index", [("service", json!("Lambda"))])
        .file("amplify/backend/function/resize/resize-cloudformation-template.json", template.clone())
        .file("amplify/backend/function/index/index-cloudformation-template.json", template)
        .answer("storage.trigger", json!({ "source": "existing", "function": "resize" }));
    let added = host.run_update();
    host.apply(&added);
    assert_eq!(added.json("storage", "photos", "parameters.json")["triggerFunction"], json!("resize"));

    let mut host = host.answers(json!({ "storage": { "trigger": {
        "change": "update", "source": "existing", "function": "index"
    } } }));
    let exchanged = host.run_update();
    host.apply(&exchanged);
    let template = exchanged.json("storage", "photos", "s3-cloudformation-template.json");
    assert!(!template.to_string().contains("resize"));
    assert_eq!(exchanged.entry("storage", "photos")["dependsOn"][0]["resourceName"], json!("index"));
    assert_eq!(exchanged.entry("storage", "photos")["dependsOn"].as_array().unwrap().len(), 1);

    // The present trigger is not offered as the new one.
    let same = host.answers(json!({ "storage": { "trigger": {
        "change": "update", "source": "existing", "function": "index"
    } } }));
    assert_eq!(same.run_update().error().code, "wrong-answer");

    let removed = same.answers(json!({ "storage": { "trigger": { "change": "remove" } } })).run_update();
    assert_eq!(
        text(&removed.json("storage", "photos", "s3-cloudformation-template.json")),
        text(&original!("photos/s3-cloudformation-template.json"))
    );
    assert_eq!(removed.json("storage", "photos", "parameters.json"), original!("photos/parameters.json"));
    assert_eq!(removed.entry("storage", "photos")["dependsOn"], json!([]));
}

#[test]
fn a_project_without_buckets_has_nothing_to_update() {
    assert_eq!(update(Host::new()).error().code, "storage-nothing-to-update");
}

#[test]
fn templates_that_do_not_take_the_answers_are_left_alone() {
    let bare = || Host::new().resource("storage", "photos", [("service", json!("S3"))]);
    assert_eq!(update(bare()).error().code, "storage-template-missing");
    let newer = bare().file(&format!("{FOLDER}/cli-inputs.json"), "{}");
    assert_eq!(update(newer).error().code, "storage-newer-format");
    let other = bare().file(&format!("{FOLDER}/s3-cloudformation-template.json"), r#"{"Resources": {"S3Bucket": {}}}"#);
    let outcome = update(other);
    assert_eq!(outcome.error().code, "storage-template-shape");
    assert!(outcome.error().message.contains("Parameters.s3PermissionsAuthenticatedPublic"));
    let broken = bare().file(&format!("{FOLDER}/s3-cloudformation-template.json"), "{");
    assert_eq!(update(broken).error().code, "invalid-json");
}

trait RunUpdate {
    fn run_update(&self) -> Outcome;
}

impl RunUpdate for Host {
    /// The command with the present answers, the resource named, defaults elsewhere.
    fn run_update(&self) -> Outcome {
        self.run(&plugin(), "update", &["photos"])
    }
}
