//! Payloads of `--headless` for a bucket.

use amplify_sdk::testing::Host;
use serde_json::{Value, json};

use crate::{plugin, project_with_groups};

fn payload(permissions: Value) -> Value {
    json!({
        "version": 1,
        "serviceConfiguration": {
            "serviceName": "S3",
            "permissions": permissions,
            "resourceName": "photos",
            "bucketName": "demo-bucket"
        }
    })
}

fn answers(host: &Host, payload: &Value) -> Value {
    Value::Object(host.headless(&plugin(), "add", payload.clone()).value().clone())
}

#[test]
fn a_payload_answers_every_question() {
    let payload = payload(json!({ "auth": ["READ", "CREATE_AND_UPDATE"], "guest": ["READ"] }));
    let outcome = Host::new().headless(&plugin(), "add", payload);
    let mut host = Host::new();
    for (key, value) in outcome.value() {
        host = host.answer(key, value.clone());
    }
    // Without defaults: whatever the payload leaves open would be missed here.
    let added = host.run(&plugin(), "add", &[]);
    let parameters = added.json("storage", "photos", "parameters.json");
    assert_eq!(parameters["bucketName"], json!("demo-bucket"));
    assert_eq!(parameters["s3PermissionsAuthenticatedPublic"], json!("s3:PutObject,s3:GetObject"));
    assert_eq!(parameters["s3PermissionsGuestPublic"], json!("s3:GetObject"));
}

#[test]
fn groups_are_answered_too() {
    let groups = || project_with_groups(&["Admins"]);
    let payload = payload(json!({ "groups": { "Admins": ["DELETE"] } }));
    let outcome = groups().headless(&plugin(), "add", payload);
    let mut host = groups();
    for (key, value) in outcome.value() {
        host = host.answer(key, value.clone());
    }
    let added = host.run(&plugin(), "add", &[]);
    assert_eq!(
        added.json("storage", "photos", "storage-params.json"),
        json!({ "groupPermissionMap": { "Admins": ["delete"] } })
    );
    assert_eq!(added.json("storage", "photos", "parameters.json")["AuthenticatedAllowList"], json!("DISALLOW"));
}

#[test]
fn triggers_are_answered_too() {
    let mut payload = payload(json!({ "auth": ["READ"] }));
    payload["serviceConfiguration"]["lambdaTrigger"] = json!({ "mode": "existing", "name": "resize" });
    let existing = answers(&Host::new(), &payload);
    assert_eq!(existing["storage.trigger.source"], json!("existing"));
    assert_eq!(existing["storage.trigger.function"], json!("resize"));
    payload["serviceConfiguration"]["lambdaTrigger"] = json!({ "mode": "new" });
    assert_eq!(answers(&Host::new(), &payload)["storage.trigger.source"], json!("new"));
}

#[test]
fn an_update_replaces_the_access_and_the_trigger() {
    let depends_on = json!([{
        "category": "function", "resourceName": "resize", "attributes": ["Name", "Arn", "LambdaExecutionRole"]
    }]);
    let host = Host::new().resource("storage", "photos", [("service", json!("S3")), ("dependsOn", depends_on)]);
    let update = |trigger: Value| {
        let payload = json!({
            "version": 1,
            "serviceModification": {
                "serviceName": "S3",
                "resourceName": "photos",
                "permissions": { "auth": ["READ"] },
                "lambdaTrigger": trigger
            }
        });
        Value::Object(host.headless(&plugin(), "update", payload).value().clone())
    };
    assert_eq!(update(Value::Null)["storage.trigger.change"], json!("remove"));
    assert_eq!(update(json!({ "mode": "existing", "name": "resize" }))["storage.trigger.change"], json!("skip"));
    let other = update(json!({ "mode": "existing", "name": "index" }));
    assert_eq!(other["storage.trigger.change"], json!("update"));
    assert_eq!(other["storage.trigger.function"], json!("index"));
    assert_eq!(other["storage.access"], json!("auth"));
}

#[test]
fn payloads_that_break_the_schema_name_the_place() {
    let good = payload(json!({ "auth": ["READ"] }));
    let broken = |pointer: &str, value: Value| {
        let mut payload = good.clone();
        *payload.pointer_mut(pointer).unwrap() = value;
        let outcome = Host::new().headless(&plugin(), "add", payload);
        assert_eq!(outcome.error().code, "storage-headless-payload");
        outcome.error().message.clone()
    };
    assert!(broken("/version", json!(2)).contains("`version`"));
    assert!(broken("/serviceConfiguration", json!([])).contains("`serviceConfiguration`"));
    assert!(
        broken("/serviceConfiguration/serviceName", json!("Glacier")).contains("`serviceConfiguration.serviceName`")
    );
    assert!(broken("/serviceConfiguration/resourceName", json!(1)).contains("resourceName"));
    assert!(broken("/serviceConfiguration/permissions", json!({})).contains("access for somebody"));
    assert!(broken("/serviceConfiguration/permissions", json!({ "auth": ["FLY"] })).contains("permissions.auth"));
    assert!(broken("/serviceConfiguration/permissions", json!({ "guest": ["READ"] })).contains("permissions.auth"));
    let groups = json!({ "groups": { "Admins": [] } });
    assert!(broken("/serviceConfiguration/permissions", groups).contains("groups.Admins"));
    let mut trigger = good.clone();
    trigger["serviceConfiguration"]["lambdaTrigger"] = json!({ "mode": "new", "name": "mine" });
    let outcome = Host::new().headless(&plugin(), "add", trigger);
    assert!(outcome.error().message.contains("lambdaTrigger.name"));
}

#[test]
fn an_update_names_a_bucket_of_the_project() {
    let payload = json!({
        "version": 1,
        "serviceModification": { "serviceName": "S3", "resourceName": "fotos", "permissions": { "auth": ["READ"] } }
    });
    let host = Host::new().resource("storage", "photos", [("service", json!("S3"))]);
    let outcome = host.headless(&plugin(), "update", payload.clone());
    assert!(outcome.error().message.contains("must be \"photos\""), "{}", outcome.error());
    let empty = Host::new().headless(&plugin(), "update", payload);
    assert!(empty.error().message.contains("the project has none"));
}

pub fn is_valid(payload: &Value) -> bool {
    let schema: Value =
        serde_json::from_str(include_str!("../../../../docs/schemas/storage-headless.schema.json")).unwrap();
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.add_resource("storage.json", schema).unwrap();
    let index = compiler.compile("storage.json", &mut schemas).unwrap();
    schemas.validate(payload, index).is_ok()
}

#[test]
fn the_schema_and_the_plugin_agree() {
    let trigger = |trigger: Value| {
        let mut payload = payload(json!({ "auth": ["READ"] }));
        payload["serviceConfiguration"]["lambdaTrigger"] = trigger;
        payload
    };
    let right = [
        payload(json!({ "auth": ["READ"] })),
        payload(json!({ "auth": ["READ", "DELETE"], "guest": ["CREATE_AND_UPDATE"] })),
        payload(json!({ "groups": { "Admins": ["READ"] } })),
        trigger(json!({ "mode": "new" })),
        trigger(json!({ "mode": "existing", "name": "resize" })),
    ];
    for payload in right {
        assert!(is_valid(&payload), "{payload}");
        let _ = answers(&Host::new(), &payload);
    }
    let wrong = [
        json!({}),
        json!({ "version": 2, "serviceConfiguration": {} }),
        payload(json!({})),
        payload(json!({ "auth": [] })),
        payload(json!({ "auth": ["FLY"] })),
        payload(json!({ "groups": { "Admins": [] } })),
        trigger(json!({ "mode": "existing" })),
        trigger(json!({ "mode": "new", "name": "resize" })),
        trigger(json!({ "mode": "perhaps" })),
    ];
    for payload in wrong {
        assert!(!is_valid(&payload), "{payload}");
        assert_eq!(
            Host::new().headless(&plugin(), "add", payload.clone()).error().code,
            "storage-headless-payload",
            "{payload}"
        );
    }
}
