//! Who may do what with the files of a bucket, and above all what nobody may.

#[path = "../../../../tests/iam/allowed.rs"]
mod allowed;

use allowed::Allowed;
use amplify_sdk::testing::Host;
use serde_json::{Value, json};

use crate::{plugin, project_with_groups};

const BUCKET: &str = "arn:aws:s3:::s3bucket";
const ME: &str = "eu-west-1:me";
const IDENTITY: &str = "cognito-identity.amazonaws.com:sub";

fn deployed(host: Host, answers: Value) -> (Allowed, Value) {
    let host = host.answer("storage", answers).answer("storage.service", "S3").answer("storage.resourceName", "photos");
    let outcome = host.defaults().run(&plugin(), "add", &[]);
    let template = outcome.json("storage", "photos", "s3-cloudformation-template.json");
    let mut parameters = outcome.json("storage", "photos", "parameters.json");
    let own = json!({"env": "dev", "authRoleName": "member", "unauthRoleName": "guest", "authpoolUserPoolId": "pool"});
    parameters.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
    (Allowed::of(&template, parameters, &[]), template)
}

fn may(allowed: &Allowed, role: &str, action: &str, key: &str) -> bool {
    allowed.may(role, &format!("s3:{action}"), &format!("{BUCKET}/{key}"), &[(IDENTITY, ME)])
}

fn may_list(allowed: &Allowed, role: &str, prefix: &str) -> bool {
    allowed.may(role, "s3:ListBucket", BUCKET, &[(IDENTITY, ME), ("s3:prefix", prefix)])
}

const ACTIONS: [(&str, &str); 3] = [("PutObject", "create/update"), ("GetObject", "read"), ("DeleteObject", "delete")];

/// All combinations of the three words but none.
fn combinations() -> Vec<Vec<&'static str>> {
    let words = ["create/update", "read", "delete"];
    (1..8).map(|bits| (0..3).filter(|bit| bits >> bit & 1 == 1).map(|bit| words[bit]).collect()).collect()
}

#[test]
fn members_have_what_was_chosen_in_the_folders_that_are_theirs() {
    for words in combinations() {
        let (allowed, _) = deployed(Host::new(), json!({"access": "auth", "authenticatedAccess": words}));
        for (action, word) in ACTIONS {
            let chosen = words.contains(&word);
            for key in ["public/a", "protected/eu-west-1:me/a", "private/eu-west-1:me/a"] {
                let reads = action == "GetObject" && key.starts_with("protected") && chosen;
                assert_eq!(may(&allowed, "member", action, key), chosen || reads, "{words:?}: {action} {key}");
                assert!(!may(&allowed, "guest", action, key), "{words:?}: a guest, {action} {key}");
            }
            // Other people's files, and what is no folder of anybody.
            for key in ["private/eu-west-1:you/a", "private/a", "a", "secret/a", "publicity/a"] {
                assert!(!may(&allowed, "member", action, key), "{words:?}: {action} {key}");
            }
            let others = may(&allowed, "member", action, "protected/eu-west-1:you/a");
            assert_eq!(others, action == "GetObject" && words.contains(&"read"), "{words:?}: {action} of others");
            let upload = may(&allowed, "member", action, "uploads/a");
            assert_eq!(
                upload,
                action == "PutObject" && words.contains(&"create/update"),
                "{words:?}: {action} uploads"
            );
        }
        let lists = words.contains(&"read");
        for prefix in ["public/", "protected/", "private/eu-west-1:me/"] {
            assert_eq!(may_list(&allowed, "member", prefix), lists, "{words:?}: list {prefix}");
        }
        for prefix in ["", "private/", "private/eu-west-1:you/", "uploads/"] {
            assert!(!may_list(&allowed, "member", prefix), "{words:?}: list {prefix}");
        }
        for action in ["s3:DeleteBucket", "s3:PutBucketPolicy", "s3:PutObjectAcl", "s3:GetBucketPolicy"] {
            assert!(!allowed.may("member", action, BUCKET, &[]), "{action}");
        }
        assert!(!allowed.may("member", "s3:GetObject", "arn:aws:s3:::s3bucket2/public/a", &[]), "another bucket");
    }
}

#[test]
fn guests_have_what_was_chosen_in_public_folders_only() {
    for words in combinations() {
        let answers = json!({"access": "authAndGuest", "authenticatedAccess": ["read"], "guestAccess": words});
        let (allowed, _) = deployed(Host::new(), answers);
        let reads = words.contains(&"read");
        for (action, word) in ACTIONS {
            assert_eq!(may(&allowed, "guest", action, "public/a"), words.contains(&word), "{words:?}: {action}");
            for key in ["private/eu-west-1:me/a", "private/eu-west-1:you/a", "a"] {
                assert!(!may(&allowed, "guest", action, key), "{words:?}: {action} {key}");
            }
            let protected = may(&allowed, "guest", action, "protected/eu-west-1:you/a");
            assert_eq!(protected, reads && action == "GetObject", "{words:?}: {action} protected");
        }
        assert_eq!(may_list(&allowed, "guest", "public/"), reads);
        assert!(!may_list(&allowed, "guest", "private/") && !may_list(&allowed, "guest", ""));
        assert!(!may(&allowed, "member", "DeleteObject", "public/a"), "{words:?}: members have their own choice");
    }
}

#[test]
fn groups_have_their_own_and_nobody_else_has_it() {
    for words in combinations() {
        let groups = json!({"restrictAccess": "groups", "groups": {"Admins": words}});
        let (allowed, _) = deployed(project_with_groups(&["Admins", "Editors"]), groups);
        assert_eq!(allowed.roles(), ["pool-AdminsGroupRole"], "{words:?}: only the group has a policy");
        for (action, word) in ACTIONS {
            let admin = may(&allowed, "pool-AdminsGroupRole", action, "private/eu-west-1:you/a");
            assert_eq!(admin, words.contains(&word), "{words:?}: {action}");
            for role in ["member", "guest", "pool-EditorsGroupRole"] {
                assert!(!may(&allowed, role, action, "public/a"), "{words:?}: {role}, {action}");
            }
        }
        assert_eq!(may_list(&allowed, "pool-AdminsGroupRole", ""), words.contains(&"read"));
        assert!(!allowed.may("pool-AdminsGroupRole", "s3:DeleteBucket", BUCKET, &[]));
    }
}

#[test]
fn both_kinds_of_access_stand_beside_each_other() {
    // The answers of the transcript in the quickstart.
    let answers = json!({
        "restrictAccess": "both", "access": "authAndGuest", "authenticatedAccess": ["create/update", "read"],
        "guestAccess": ["read"], "groups": {"Admins": ["create/update", "read", "delete"]}
    });
    let (allowed, template) = deployed(project_with_groups(&["Admins"]), answers);
    assert!(may(&allowed, "pool-AdminsGroupRole", "DeleteObject", "public/a"));
    assert!(may(&allowed, "member", "PutObject", "public/a") && !may(&allowed, "member", "DeleteObject", "public/a"));
    assert!(may(&allowed, "guest", "GetObject", "public/a") && !may(&allowed, "guest", "PutObject", "public/a"));
    let properties = &template["Resources"]["S3Bucket"]["Properties"];
    assert_eq!(
        properties["PublicAccessBlockConfiguration"],
        json!({"BlockPublicAcls": true, "BlockPublicPolicy": true, "IgnorePublicAcls": true, "RestrictPublicBuckets": true})
    );
    let rule = &properties["BucketEncryption"]["ServerSideEncryptionConfiguration"][0];
    assert_eq!(rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"], "AES256");
}

#[test]
fn a_trigger_gets_at_the_files_and_not_at_the_bucket() {
    let host = Host::new().resource("function", "resize", [("service", json!("Lambda"))]).file(
        "amplify/backend/function/resize/resize-cloudformation-template.json",
        r#"{"Outputs": {"LambdaExecutionRole": {"Value": "x"}}}"#,
    );
    let answers = json!({"authenticatedAccess": ["read"], "trigger": {"source": "existing", "function": "resize"}});
    let host = host.answer("storage", answers).answer("storage.service", "S3").answer("storage.resourceName", "photos");
    let outcome = host.defaults().run(&plugin(), "add", &[]);
    let template = outcome.json("storage", "photos", "s3-cloudformation-template.json");
    let mut parameters = outcome.json("storage", "photos", "parameters.json");
    let own = json!({
        "env": "dev", "authRoleName": "member", "unauthRoleName": "guest", "functionresizeName": "resize-dev",
        "functionresizeArn": "arn:aws:lambda:eu-west-1:111122223333:function:resize-dev",
        "functionresizeLambdaExecutionRole": "resize"
    });
    parameters.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
    let allowed = Allowed::of(&template, parameters, &[]);
    assert!(may(&allowed, "resize", "GetObject", "private/eu-west-1:me/a"));
    assert!(!allowed.may("resize", "s3:DeleteBucket", BUCKET, &[]));
    assert!(!allowed.may("resize", "s3:GetObject", "arn:aws:s3:::other/public/a", &[]));
    // The service may call it for this bucket of this account only, and a bucket waits for that permission.
    let permission = &template["Resources"]["TriggerPermissions"]["Properties"];
    assert_eq!(permission["SourceAccount"], json!({"Ref": "AWS::AccountId"}));
    assert!(permission["SourceArn"].is_object() && permission["Principal"] == "s3.amazonaws.com");
}
