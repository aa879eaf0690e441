//! The part of a bucket's template that calls a function for every change of a file.
//!
//! A bucket may notify other functions as well (predictions index faces that way); those are left alone.

use serde_json::{Value, json};

use super::{
    groups::{declare, object, section},
    template::{arn, bucket_name},
};

const PERMISSION: &str = "TriggerPermissions";
const POLICY: &str = "S3TriggerBucketPolicy";
const EVENTS: [&str; 2] = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"];
const ATTRIBUTES: [&str; 3] = ["Name", "Arn", "LambdaExecutionRole"];

/// Makes the bucket call the function.
pub fn attach(template: &mut Value, function: &str) {
    for attribute in ATTRIBUTES {
        declare(template, &parameter(function, attribute));
    }
    let resources = section(template, "Resources");
    resources.insert(PERMISSION.into(), permission(function));
    let bucket = object(&mut resources["S3Bucket"]);
    let depends_on = list(bucket.entry("DependsOn").or_insert(Value::Null));
    if !depends_on.iter().any(|id| id == PERMISSION) {
        depends_on.push(PERMISSION.into());
    }
    let properties = object(bucket.entry("Properties").or_insert(Value::Null));
    let notifications = object(properties.entry("NotificationConfiguration").or_insert(Value::Null));
    let targets = list(notifications.entry("LambdaConfigurations").or_insert(Value::Null));
    // Two notifications for the same event must not overlap, so beside others ours are told apart by folder.
    let folders: &[&str] = if targets.is_empty() { &[""] } else { &["private/", "protected/", "public/"] };
    for folder in folders {
        targets.extend(EVENTS.iter().map(|event| notification(function, event, folder)));
    }
    let policy = resources.entry(POLICY).or_insert_with(policy);
    if let Some(roles) = policy.pointer_mut("/Properties/Roles") {
        list(roles).push(json!({ "Ref": parameter(function, "LambdaExecutionRole") }));
    }
}

/// Undoes [`attach`].
pub fn detach(template: &mut Value, function: &str) {
    for attribute in ATTRIBUTES {
        section(template, "Parameters").shift_remove(&parameter(function, attribute));
    }
    let resources = section(template, "Resources");
    resources.shift_remove(PERMISSION);
    let role = json!({ "Ref": parameter(function, "LambdaExecutionRole") });
    if let Some(Value::Array(roles)) =
        resources.get_mut(POLICY).and_then(|policy| policy.pointer_mut("/Properties/Roles"))
    {
        roles.retain(|each| *each != role);
        if roles.is_empty() {
            resources.shift_remove(POLICY);
        }
    }
    let Some(Value::Object(bucket)) = resources.get_mut("S3Bucket") else { return };
    if let Some(depends_on) = bucket.get_mut("DependsOn") {
        list(depends_on).retain(|id| id != PERMISSION);
        if list(depends_on).is_empty() {
            bucket.shift_remove("DependsOn");
        }
    }
    let Some(Value::Object(properties)) = bucket.get_mut("Properties") else { return };
    let target = json!({ "Ref": parameter(function, "Arn") });
    let Some(notifications) = properties.get_mut("NotificationConfiguration") else { return };
    let Some(Value::Array(targets)) = notifications.get_mut("LambdaConfigurations") else { return };
    targets.retain(|each| each["Function"] != target);
    if targets.is_empty() {
        object(notifications).shift_remove("LambdaConfigurations");
        if object(notifications).is_empty() {
            properties.shift_remove("NotificationConfiguration");
        }
    }
}

/// What a bucket depends on for its trigger.
pub fn dependency(function: &str) -> Value {
    json!({ "category": "function", "resourceName": function, "attributes": ATTRIBUTES })
}

fn parameter(function: &str, attribute: &str) -> String {
    format!("function{function}{attribute}")
}

fn notification(function: &str, event: &str, folder: &str) -> Value {
    let target = json!({ "Ref": parameter(function, "Arn") });
    if folder.is_empty() {
        return json!({ "Event": event, "Function": target });
    }
    let rule = json!({ "Name": "prefix", "Value": { "Fn::Join": ["", [folder, { "Ref": "AWS::Region" }]] } });
    json!({ "Event": event, "Filter": { "S3Key": { "Rules": [rule] } }, "Function": target })
}

fn permission(function: &str) -> Value {
    json!({
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "Action": "lambda:InvokeFunction",
            "FunctionName": { "Ref": parameter(function, "Name") },
            "Principal": "s3.amazonaws.com",
            "SourceAccount": { "Ref": "AWS::AccountId" },
            "SourceArn": { "Fn::Join": ["", ["arn:aws:s3:::", bucket_name()]] }
        }
    })
}

fn policy() -> Value {
    json!({
        "Type": "AWS::IAM::Policy",
        "Properties": {
            "PolicyName": "s3-trigger-lambda-execution-policy",
            "Roles": [],
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"],
                        "Resource": [arn("/*")]
                    },
                    { "Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": [arn("")] }
                ]
            }
        }
    })
}

/// The list at a place. CloudFormation takes a single name where it takes a list of names.
fn list(place: &mut Value) -> &mut Vec<Value> {
    if !place.is_array() {
        let single = place.take();
        *place = if single.is_null() { Value::Array(Vec::new()) } else { Value::Array(vec![single]) };
    }
    match place {
        Value::Array(list) => list,
        _ => unreachable!("the place was made a list"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bucket::template;

    #[test]
    fn detaching_undoes_attaching() {
        let plain = template::new();
        let mut changed = plain.clone();
        attach(&mut changed, "resize");
        assert_ne!(changed, plain);
        detach(&mut changed, "resize");
        assert_eq!(changed, plain);
    }

    #[test]
    fn notifications_of_others_stay() {
        let mut shared = template::new();
        let faces = json!({ "Event": "s3:ObjectCreated:*", "Function": { "Ref": "functionfacesArn" } });
        shared["Resources"]["S3Bucket"]["DependsOn"] = json!("FacePermissions");
        shared["Resources"]["S3Bucket"]["Properties"]["NotificationConfiguration"] =
            json!({ "LambdaConfigurations": [faces] });
        let mut changed = shared.clone();
        attach(&mut changed, "resize");
        let bucket = &changed["Resources"]["S3Bucket"];
        assert_eq!(bucket["DependsOn"], json!(["FacePermissions", "TriggerPermissions"]));
        let targets = bucket["Properties"]["NotificationConfiguration"]["LambdaConfigurations"].as_array().unwrap();
        assert_eq!(targets.len(), 7);
        assert!(targets[1..].iter().all(|target| target.get("Filter").is_some()));
        detach(&mut changed, "resize");
        shared["Resources"]["S3Bucket"]["DependsOn"] = json!(["FacePermissions"]);
        assert_eq!(changed, shared);
    }

    #[test]
    fn the_permission_does_not_refer_to_the_bucket_that_waits_for_it() {
        let mut changed = template::new();
        attach(&mut changed, "resize");
        assert!(!changed["Resources"][PERMISSION].to_string().contains("\"S3Bucket\""));
        assert_eq!(changed["Resources"]["S3Bucket"]["DependsOn"], json!([PERMISSION]));
    }
}
