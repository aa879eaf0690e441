//! Groups of users, and their file.

use amplify_sdk::{change::FileContent, question::QuestionKind, testing::Host};
use serde_json::{Value, json};

use crate::{RESOURCE, plugin, with_auth};

const FILE: &str = "amplify/backend/auth/userPoolGroups/user-pool-group-precedence.json";

fn with_groups() -> Host {
    let mut host = with_auth();
    let outcome = with_auth()
        .answer("auth.updateFlow", "groups")
        .answer("auth.groups", json!([{ "name": "Admins" }, { "name": "Editors" }]))
        .defaults()
        .run(&plugin(), "update", &[]);
    host.apply(&outcome);
    host
}

fn custom() -> Value {
    json!([
        { "groupName": "Admins", "precedence": 1, "customPolicies": [
            { "PolicyName": "all", "PolicyDocument": { "Version": "2012-10-17", "Statement": [] } }
        ] },
        { "groupName": "Editors", "precedence": 2 }
    ])
}

#[test]
fn members_get_their_groups_role() {
    let host = with_groups();
    let text = host.text(&format!("amplify/backend/auth/{RESOURCE}/{RESOURCE}-cloudformation-template.yml")).unwrap();
    let map = &crate::parsed(&text)["Resources"]["IdentityPoolRoleMap"]["Properties"]["RoleMappings"];
    assert_eq!(map["Web"]["Type"], "Token");
    assert_eq!(map["Native"]["AmbiguousRoleResolution"], "AuthenticatedRole");
    let entry = host.view().resource("auth", "userPoolGroups").unwrap();
    assert_eq!(
        entry["dependsOn"][0]["attributes"],
        json!(["UserPoolId", "AppClientIDWeb", "AppClientID", "IdentityPoolId"])
    );
}

#[test]
fn policies_written_by_hand_survive_an_update() {
    let host = with_groups().file(FILE, custom().to_string());
    let outcome = host
        .answer("auth.updateFlow", "groups")
        .answer("auth.addGroups", true)
        .answer("auth.groups", json!([{ "name": "Readers" }]))
        .answer("auth.groupOrder", json!(["Readers", "Admins", "Editors"]))
        .defaults()
        .run(&plugin(), "update", &[]);
    let groups = outcome.json("auth", "userPoolGroups", "user-pool-group-precedence.json");
    assert_eq!(groups[0], json!({ "groupName": "Readers", "precedence": 1 }));
    assert_eq!(groups[1]["customPolicies"], custom()[0]["customPolicies"]);
    let template = outcome.json("auth", "userPoolGroups", "template.json");
    assert_eq!(template["Resources"]["AdminsGroupRole"]["Properties"]["Policies"], custom()[0]["customPolicies"]);
    assert_eq!(template["Resources"]["AdminsGroup"]["Properties"]["Precedence"], 2);
}

#[test]
fn the_file_edited_by_hand_is_what_is_deployed() {
    let host = with_groups();
    assert!(host.compile(&plugin(), "userPoolGroups", false).value().files.is_empty(), "nothing was edited");
    let host = host.file(FILE, custom().to_string());
    let reply = host.compile(&plugin(), "userPoolGroups", false);
    let [file] = reply.value().files.as_slice() else { panic!("one file: {:?}", reply.value()) };
    assert_eq!(file.path, "template.json");
}

#[test]
fn the_old_spelling_of_the_file_is_kept() {
    let old = FILE.replace("precedence", "precidence");
    let host = with_auth()
        .resource("auth", "userPoolGroups", [("service", json!("Cognito-UserPool-Groups"))])
        .file(&old, json!([{ "groupName": "Admins", "precedence": 1 }]).to_string());
    let outcome = host
        .answer("auth.updateFlow", "groups")
        .answer("auth.addGroups", true)
        .answer("auth.groups", json!([{ "name": "Editors" }]))
        .defaults()
        .run(&plugin(), "update", &[]);
    assert!(outcome.files().contains(&"auth/userPoolGroups/user-pool-group-precidence.json".to_string()));
    assert!(!outcome.files().contains(&"auth/userPoolGroups/user-pool-group-precedence.json".to_string()));
}

/// The template that is compiled for a plan.
fn compiled(host: &Host) -> Value {
    let reply = host.compile(&plugin(), "userPoolGroups", false);
    let [file] = reply.value().files.as_slice() else { panic!("one file: {:?}", reply.value()) };
    let FileContent::Json(template) = &file.content else { panic!("{:?}", file.content) };
    template.clone()
}

#[test]
fn precedence_written_by_hand_counts_under_either_name_of_the_file() {
    let swapped = json!([{ "groupName": "Admins", "precedence": 2 }, { "groupName": "Editors", "precedence": 1 }]);
    let host = with_groups().file(FILE, swapped.to_string());
    let template = compiled(&host);
    assert_eq!(template["Resources"]["AdminsGroup"]["Properties"]["Precedence"], 2);
    assert_eq!(template["Resources"]["EditorsGroup"]["Properties"]["Precedence"], 1);
    let outcome = host.answer("auth.updateFlow", "groups").defaults().run(&plugin(), "update", &[]);
    let sort = outcome.asked.iter().find(|question| question.key == "auth.groupOrder").expect("the order is asked for");
    let QuestionKind::Sort { choices } = &sort.kind else { panic!("{:?}", sort.kind) };
    assert_eq!(choices.iter().map(|choice| choice.value.as_str()).collect::<Vec<_>>(), ["Editors", "Admins"]);

    let old = FILE.replace("precedence", "precidence");
    let host = with_auth()
        .resource("auth", "userPoolGroups", [("service", json!("Cognito-UserPool-Groups"))])
        .file(&old, swapped.to_string());
    assert_eq!(compiled(&host)["Resources"]["AdminsGroup"]["Properties"]["Precedence"], 2);
}

#[test]
fn a_file_that_is_wrong_is_named() {
    for (content, expected) in [
        (json!({}), "no list"),
        (json!([{ "precedence": 1 }]), "no `groupName`"),
        (json!([{ "groupName": "A b" }]), "letters and digits"),
        (json!([{ "groupName": "A" }, { "groupName": "a" }]), "twice"),
        (json!([{ "groupName": "A", "precedence": "first" }]), "whole number"),
    ] {
        let host = with_groups().file(FILE, content.to_string());
        let error = host.compile(&plugin(), "userPoolGroups", false).error().clone();
        assert!(error.message.contains(expected), "{content}: {}", error.message);
    }
}

#[test]
fn the_last_group_takes_the_resource_with_it() {
    let outcome = with_groups()
        .answer("auth.updateFlow", "groups")
        .answer("auth.deletedGroups", json!(["Admins", "Editors"]))
        .answer("auth.addGroups", false)
        .defaults()
        .run(&plugin(), "update", &[]);
    let removed = format!("{:?}", outcome.changes().resources);
    assert!(removed.contains("Remove") && removed.contains("userPoolGroups"), "{removed}");
}

#[test]
fn a_group_that_a_bucket_or_an_api_gives_access_to_stays_until_they_do_without_it() {
    let needs = |group: &str| json!([{ "category": "auth", "resourceName": "userPoolGroups", "attributes": [format!("{group}GroupRole")] }]);
    let host = with_groups()
        .resource("storage", "photos", [("service", json!("S3")), ("dependsOn", needs("Editors"))])
        .resource("api", "shop", [("service", json!("API Gateway")), ("dependsOn", needs("Editors"))])
        .answer("auth.updateFlow", "groups")
        .defaults();
    let refused = host.answer("auth.deletedGroups", json!(["Editors"])).run(&plugin(), "update", &[]);
    let error = refused.error();
    assert_eq!(error.code, "auth-group-in-use");
    assert_eq!(error.message, "the group `Editors` is needed by `storage/photos`, `api/shop`");
    assert_eq!(
        error.hints,
        [
            "first let `storage/photos` do without it (`amplify update storage`)",
            "first let `api/shop` do without it (`amplify update api`)"
        ]
    );

    let host = with_groups()
        .resource("storage", "photos", [("service", json!("S3")), ("dependsOn", needs("Admins"))])
        .answer("auth.updateFlow", "groups")
        .defaults();
    let outcome = host.answer("auth.deletedGroups", json!(["Editors"])).run(&plugin(), "update", &[]);
    let groups = outcome.json("auth", "userPoolGroups", "user-pool-group-precedence.json");
    assert_eq!(groups, json!([{ "groupName": "Admins", "precedence": 1 }]));
}
