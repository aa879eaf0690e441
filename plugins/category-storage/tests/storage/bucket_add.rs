//! `amplify add storage`, for a bucket.

use amplify_sdk::{
    error::{ErrorKind, PluginError},
    testing::{Host, Outcome},
};
use serde_json::{Value, json};

use crate::{EVERYTHING, original, plugin, project_with_groups, text};

fn add(host: Host) -> Outcome {
    host.answer("storage.service", "S3").defaults().run(&plugin(), "add", &[])
}

fn parameters(outcome: &Outcome) -> Value {
    outcome.json("storage", "photos", "parameters.json")
}

fn named() -> Host {
    Host::new().answer("storage.resourceName", "photos").answer("storage.bucketName", "demo-bucket")
}

#[test]
fn writes_the_files_of_the_original() {
    let outcome = add(named().answer("storage.authenticatedAccess", EVERYTHING.to_vec()));
    assert_eq!(
        outcome.files(),
        [
            "storage/photos/s3-cloudformation-template.json",
            "storage/photos/parameters.json",
            "storage/photos/storage-params.json"
        ]
    );
    let mut expected = original!("photos/parameters.json");
    expected["bucketName"] = json!("demo-bucket");
    for key in ["authPolicyName", "unauthPolicyName"] {
        expected[key] = json!("s3_amplify_01234567");
    }
    for kind in ["Public", "Uploads", "Protected", "Private"] {
        expected[format!("s3{kind}Policy")] = json!(format!("{kind}_policy_01234567"));
    }
    expected["s3ReadPolicy"] = json!("read_policy_01234567");
    assert_eq!(text(&parameters(&outcome)), text(&expected), "keys and their order");
    assert_eq!(outcome.json("storage", "photos", "storage-params.json"), original!("photos/storage-params.json"));
    let entry = Value::Object(outcome.entry("storage", "photos").clone());
    assert_eq!(text(&entry), text(&json!({ "service": "S3", "providerPlugin": "awscloudformation" })));
}

#[test]
fn the_template_is_that_of_the_original_with_safe_defaults() {
    let outcome = add(named().answer("storage.authenticatedAccess", vec!["read"]));
    let mut ours = outcome.json("storage", "photos", "s3-cloudformation-template.json");
    let mut theirs = original!("photos/s3-cloudformation-template.json");
    let bucket = &mut ours["Resources"]["S3Bucket"];
    assert_eq!(bucket["UpdateReplacePolicy"], json!("Retain"));
    let properties = bucket["Properties"].as_object_mut().unwrap();
    let encryption = properties.shift_remove("BucketEncryption").unwrap();
    let encryption = &encryption["ServerSideEncryptionConfiguration"][0]["ServerSideEncryptionByDefault"];
    assert_eq!(encryption, &json!({ "SSEAlgorithm": "AES256" }));
    let block = properties.shift_remove("PublicAccessBlockConfiguration").unwrap();
    assert!(block.as_object().unwrap().values().all(|blocked| *blocked == json!(true)));
    assert_eq!(block.as_object().unwrap().len(), 4);
    bucket.as_object_mut().unwrap().shift_remove("UpdateReplacePolicy");
    // The original writes this number as text, and names dependencies that references imply already.
    theirs["Resources"]["S3Bucket"]["Properties"]["CorsConfiguration"]["CorsRules"][0]["MaxAge"] = json!(3000);
    for resource in theirs["Resources"].as_object_mut().unwrap().values_mut() {
        resource.as_object_mut().unwrap().shift_remove("DependsOn");
    }
    assert_eq!(ours, theirs);
    let ids = |template: &Value, section: &str| -> Vec<String> {
        template[section].as_object().unwrap().keys().cloned().collect()
    };
    for section in ["Parameters", "Conditions", "Resources", "Outputs"] {
        assert_eq!(ids(&ours, section), ids(&theirs, section), "the order of {section}");
    }
}

#[test]
fn default_names_are_made_from_the_project() {
    let outcome = add(Host::new().answer("storage.authenticatedAccess", vec!["read"]));
    let parameters = outcome.json("storage", "s301234567", "parameters.json");
    assert_eq!(parameters["bucketName"], json!("demo0123456789abcdef0123456789abcdef"));
    assert_eq!(
        outcome.keys(),
        [
            "storage.service",
            "storage.resourceName",
            "storage.bucketName",
            "storage.access",
            "storage.authenticatedAccess",
            "storage.trigger"
        ]
    );
    let changes = outcome.changes();
    assert_eq!(changes.messages, ["Successfully added resource s301234567 locally"]);
    assert!(changes.next_steps[0].starts_with("\"amplify push\" builds all of your local backend resources"));
    // A command that does not exist is never a next step.
    assert!(!changes.next_steps.iter().any(|step| step.contains("publish")), "{:?}", changes.next_steps);
    assert!(changes.next_steps[1].contains("no auth resource"), "{:?}", changes.next_steps);
}

#[test]
fn every_combination_of_access_is_written() {
    let objects = |words: &[&str]| {
        let actions: Vec<&str> = words
            .iter()
            .map(|word| match *word {
                "create/update" => "s3:PutObject",
                "read" => "s3:GetObject",
                _ => "s3:DeleteObject",
            })
            .collect();
        if actions.is_empty() { json!("DISALLOW") } else { json!(actions.join(",")) }
    };
    let all = |words: &[&str]| -> Value {
        let mut actions = Vec::new();
        for word in words {
            match *word {
                "create/update" => actions.push("s3:PutObject"),
                "read" => actions.extend(["s3:GetObject", "s3:ListBucket"]),
                _ => actions.push("s3:DeleteObject"),
            }
        }
        json!(actions)
    };
    let uploads =
        |words: &[&str]| if words.contains(&"create/update") { json!("s3:PutObject") } else { json!("DISALLOW") };
    let listing = |words: &[&str]| if words.contains(&"read") { json!("ALLOW") } else { json!("DISALLOW") };
    let subsets: Vec<Vec<&str>> =
        (1..8_usize).map(|set| (0..3).filter(|at| set & (1 << at) != 0).map(|at| EVERYTHING[at]).collect()).collect();
    for authenticated in &subsets {
        for guest in std::iter::once(None).chain(subsets.iter().map(Some)) {
            let mut host = named().answer("storage.authenticatedAccess", authenticated.clone());
            if let Some(guest) = guest {
                host = host.answer("storage.access", "authAndGuest").answer("storage.guestAccess", guest.clone());
            }
            let written = parameters(&add(host));
            let guest_words = guest.map_or(&[][..], Vec::as_slice);
            assert_eq!(written["selectedAuthenticatedPermissions"], all(authenticated));
            let kept = json!(["s3:GetObject", "s3:ListBucket"]);
            assert_eq!(written["selectedGuestPermissions"], guest.map_or(kept, |words| all(words)));
            for kind in ["Public", "Protected", "Private"] {
                assert_eq!(written[format!("s3PermissionsAuthenticated{kind}")], objects(authenticated));
            }
            assert_eq!(written["s3PermissionsAuthenticatedUploads"], uploads(authenticated));
            assert_eq!(written["AuthenticatedAllowList"], listing(authenticated));
            assert_eq!(written["s3PermissionsGuestPublic"], objects(guest_words));
            assert_eq!(written["s3PermissionsGuestUploads"], uploads(guest_words));
            assert_eq!(written["GuestAllowList"], listing(guest_words));
            let order: Vec<&String> = written.as_object().unwrap().keys().collect();
            let original = original!("photos/parameters.json");
            assert_eq!(order, original.as_object().unwrap().keys().collect::<Vec<_>>());
        }
    }
}

#[test]
fn a_second_bucket_is_refused() {
    let outcome = add(Host::new().resource("storage", "files", [("service", json!("S3"))]));
    let error = outcome.error();
    assert_eq!(error.code, "storage-bucket-exists");
    assert_eq!(error.message, "Amazon S3 storage was already added to your project");
    assert!(error.hints[0].contains("amplify update storage files"));
    assert_eq!(outcome.keys(), ["storage.service"]);
}

#[test]
fn names_are_validated() {
    for (key, name) in [
        ("storage.resourceName", "my photos"),
        ("storage.resourceName", "../photos"),
        ("storage.resourceName", ""),
        ("storage.bucketName", "Photos"),
        ("storage.bucketName", "ab"),
        ("storage.bucketName", "-photos"),
    ] {
        let outcome = add(Host::new().answer(key, name).answer("storage.authenticatedAccess", vec!["read"]));
        assert_eq!(outcome.error().code, "wrong-answer", "{key}={name}");
    }
    let long = "a".repeat(65);
    assert_eq!(add(Host::new().answer("storage.resourceName", long)).error().code, "wrong-answer");
    let taken = Host::new().resource("storage", "photos", [("service", json!("DynamoDB"))]);
    assert_eq!(add(taken.answer("storage.resourceName", "Photos")).error().code, "wrong-answer");
}

#[test]
fn access_must_be_said() {
    let outcome = add(named());
    let error = outcome.error();
    assert_eq!(error.kind, ErrorKind::MissingAnswer);
    assert!(error.message.contains("storage.authenticatedAccess"));
    let nothing = add(named().answer("storage.authenticatedAccess", Value::Array(vec![])));
    assert!(nothing.error().message.contains("Select at least one option"), "{}", nothing.error());
}

#[test]
fn auth_is_asked_for_where_its_plugin_is_installed() {
    let host = named().reply("auth", "ensure", json!({})).answer("storage.authenticatedAccess", vec!["read"]);
    let outcome = add(host);
    let call = &outcome.calls[0];
    assert_eq!((call.plugin.as_str(), call.method.as_str()), ("auth", "ensure"));
    assert_eq!(call.parameters["authSelections"], json!("identityPoolAndUserPool"));
    assert_eq!(call.parameters["allowUnauthenticatedIdentities"], json!(false));
    assert!(call.parameters["question"]["text"].as_str().unwrap().starts_with("You need to add auth"));
    assert!(!outcome.files().is_empty());
}

#[test]
fn declining_auth_changes_nothing() {
    let outcome = add(named().reply("auth", "ensure", json!({ "declined": true })));
    assert!(outcome.changes().is_empty());
    assert_eq!(outcome.changes().messages.len(), 1);
}

#[test]
fn a_failure_of_auth_is_passed_on() {
    let broken = PluginError::new("auth-broken", "auth is broken");
    let outcome = add(named().reply_with("auth", "ensure", Err(broken)));
    assert_eq!(outcome.error().code, "auth-broken");
}

#[test]
fn guests_need_an_auth_that_admits_them() {
    let guests = |host: Host| {
        host.answer("storage.resourceName", "photos")
            .answer("storage.access", "authAndGuest")
            .answer("storage.authenticatedAccess", vec!["read"])
            .answer("storage.guestAccess", vec!["read"])
            .resource("auth", "pool", [("service", json!("Cognito"))])
    };
    let hand_made = |admitted: bool| {
        let parameters = json!({ "allowUnauthenticatedIdentities": admitted }).to_string();
        add(guests(Host::new()).file("amplify/backend/auth/pool/parameters.json", parameters))
    };
    assert!(hand_made(false).changes().next_steps.iter().any(|step| step.contains("amplify update auth")));
    assert_eq!(hand_made(true).changes().next_steps.len(), 1);

    let installed = add(guests(Host::new()).reply("auth", "ensure", json!({})));
    assert_eq!(installed.calls.len(), 1);
    assert_eq!(installed.calls[0].parameters["allowUnauthenticatedIdentities"], json!(true));
    assert_eq!(installed.changes().next_steps.len(), 1);
}

#[test]
fn groups_alone_leave_everybody_else_without_access() {
    let host = project_with_groups(&["Admins", "Writers"])
        .answer("storage.resourceName", "photos")
        .answer("storage.restrictAccess", "groups")
        .answer("storage.groups", json!({ "Writers": ["create/update"], "Admins": EVERYTHING }));
    let outcome = add(host);
    let written = parameters(&outcome);
    for (key, value) in written.as_object().unwrap() {
        if key.starts_with("s3Permissions") || key.ends_with("AllowList") {
            assert_eq!(value, &json!("DISALLOW"), "{key}");
        }
    }
    assert!(written.get("s3PublicPolicy").is_none());
    assert_eq!(
        text(&outcome.json("storage", "photos", "storage-params.json")),
        text(&json!({ "groupPermissionMap": {
            "Admins": ["create/update", "read", "delete"],
            "Writers": ["create/update"]
        }}))
    );
    assert_eq!(
        outcome.entry("storage", "photos")["dependsOn"],
        json!([
            { "category": "auth", "resourceName": "pool", "attributes": ["UserPoolId"] },
            { "category": "auth", "resourceName": "userPoolGroups", "attributes": ["AdminsGroupRole"] },
            { "category": "auth", "resourceName": "userPoolGroups", "attributes": ["WritersGroupRole"] }
        ])
    );
    let template = outcome.json("storage", "photos", "s3-cloudformation-template.json");
    for parameter in ["authpoolUserPoolId", "authuserPoolGroupsAdminsGroupRole", "authuserPoolGroupsWritersGroupRole"] {
        assert_eq!(template["Parameters"][parameter], json!({ "Type": "String", "Default": parameter }));
    }
    let admins = &template["Resources"]["AdminsGroupPolicy"]["Properties"];
    assert_eq!(admins["PolicyName"], json!("Admins-group-s3-policy"));
    assert_eq!(admins["Roles"], json!([{ "Fn::Join": ["", [{ "Ref": "authpoolUserPoolId" }, "-AdminsGroupRole"]] }]));
    assert_eq!(admins["PolicyDocument"]["Statement"][1]["Action"], json!("s3:ListBucket"));
    let writers = &template["Resources"]["WritersGroupPolicy"]["Properties"]["PolicyDocument"]["Statement"];
    assert_eq!(writers.as_array().unwrap().len(), 1);
    assert_eq!(writers[0]["Action"], json!(["s3:PutObject"]));
}

#[test]
fn both_kinds_of_access_ask_in_the_order_of_the_original() {
    let host = project_with_groups(&["Admins"])
        .answer("storage.restrictAccess", "both")
        .answer("storage.access", "authAndGuest")
        .answer("storage.authenticatedAccess", vec!["create/update", "read"])
        .answer("storage.guestAccess", vec!["read"])
        .answer("storage.groups", json!({ "Admins": ["read"] }));
    assert_eq!(
        add(host).keys(),
        [
            "storage.service",
            "storage.resourceName",
            "storage.bucketName",
            "storage.restrictAccess",
            "storage.access",
            "storage.authenticatedAccess",
            "storage.guestAccess",
            "storage.groups",
            "storage.groups.Admins",
            "storage.trigger"
        ]
    );
}

#[test]
fn groups_need_a_user_pool() {
    let host = Host::new()
        .resource("auth", "userPoolGroups", [("service", json!("Cognito-UserPool-Groups"))])
        .file(
            "amplify/backend/auth/userPoolGroups/user-pool-group-precedence.json",
            json!([{ "groupName": "Admins" }]).to_string(),
        )
        .answer("storage.restrictAccess", "groups")
        .answer("storage.groups", json!({ "Admins": ["read"] }));
    assert_eq!(add(host).error().code, "storage-no-auth");
}

#[test]
fn learning_more_explains_and_asks_again() {
    let host = project_with_groups(&["Admins"]).answer("storage.restrictAccess", "learn");
    let outcome = add(host);
    assert_eq!(outcome.error().code, "storage-learn-more");
    assert_eq!(outcome.keys().iter().filter(|key| **key == "storage.restrictAccess").count(), 10);
    assert!(!outcome.progress.is_empty());
}

#[test]
fn a_new_function_becomes_the_trigger() {
    let host = named()
        .answer("storage.authenticatedAccess", vec!["read"])
        .answer("storage.trigger.source", "new")
        .reply("function", "create", json!({ "resource": "S3Trigger01234567" }));
    let outcome = add(host);
    let call = outcome.calls.iter().find(|call| call.plugin == "function").unwrap();
    assert_eq!(call.parameters, json!({ "name": "S3Trigger01234567", "template": "s3-trigger" }));
    assert_eq!(parameters(&outcome)["triggerFunction"], json!("S3Trigger01234567"));
    assert_eq!(
        outcome.entry("storage", "photos")["dependsOn"],
        json!([{
            "category": "function",
            "resourceName": "S3Trigger01234567",
            "attributes": ["Name", "Arn", "LambdaExecutionRole"]
        }])
    );
    let template = outcome.json("storage", "photos", "s3-cloudformation-template.json");
    let target = json!({ "Ref": "functionS3Trigger01234567Arn" });
    assert_eq!(
        template["Resources"]["S3Bucket"]["Properties"]["NotificationConfiguration"]["LambdaConfigurations"],
        json!([
            { "Event": "s3:ObjectCreated:*", "Function": target },
            { "Event": "s3:ObjectRemoved:*", "Function": target }
        ])
    );
    assert_eq!(template["Resources"]["TriggerPermissions"]["Type"], json!("AWS::Lambda::Permission"));
    assert_eq!(
        template["Resources"]["S3TriggerBucketPolicy"]["Properties"]["Roles"],
        json!([{ "Ref": "functionS3Trigger01234567LambdaExecutionRole" }])
    );
}

#[test]
fn an_existing_function_becomes_the_trigger_if_it_names_its_role() {
    let host = |outputs: Value| {
        named()
            .answer("storage.authenticatedAccess", vec!["read"])
            .answer("storage.trigger", json!({ "source": "existing", "function": "resize" }))
            .resource("function", "resize", [("service", json!("Lambda"))])
            .file(
                "amplify/backend/function/resize/resize-cloudformation-template.json",
                json!({ "Outputs": outputs }).to_string(),
            )
    };
    let outcome = add(host(json!({ "LambdaExecutionRole": { "Value": { "Ref": "LambdaExecutionRole" } } })));
    assert_eq!(parameters(&outcome)["triggerFunction"], json!("resize"));
    assert_eq!(add(host(json!({}))).error().code, "storage-function-role");
}

#[test]
fn an_existing_function_needs_functions() {
    let host = named().answer("storage.authenticatedAccess", vec!["read"]).answer("storage.trigger.source", "existing");
    let outcome = add(host);
    assert_eq!(outcome.error().code, "storage-no-functions");
    assert!(outcome.error().message.starts_with("No pre-existing functions found in the project."));
}
