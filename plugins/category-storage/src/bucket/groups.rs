//! The part of a bucket's template that gives access to groups of the user pool.

use amplify_sdk::JsonMap;
use serde_json::{Value, json};

use super::{
    access::{GroupAccess, Operation},
    template::arn,
};

/// The auth resource that keeps the groups.
pub const GROUPS_RESOURCE: &str = "userPoolGroups";

/// Brings the policies of groups from `previous` to `wanted`. A policy whose access stays is left as it is.
///
/// `auth` is the resource with the user pool.
pub fn apply(template: &mut Value, auth: &str, previous: &[GroupAccess], wanted: &[GroupAccess]) {
    for gone in previous.iter().filter(|old| !wanted.iter().any(|new| new.group == old.group)) {
        section(template, "Parameters").shift_remove(&role_parameter(&gone.group));
        section(template, "Resources").shift_remove(&policy_id(&gone.group));
    }
    let pool = format!("auth{auth}UserPoolId");
    if wanted.is_empty() {
        if !previous.is_empty() {
            section(template, "Parameters").shift_remove(&pool);
        }
        return;
    }
    declare(template, &pool);
    for access in wanted {
        declare(template, &role_parameter(&access.group));
        let id = policy_id(&access.group);
        let resources = section(template, "Resources");
        if !resources.contains_key(&id) || !previous.contains(access) {
            resources.insert(id, policy(access, &pool));
        }
    }
}

/// What a bucket depends on for the access of groups.
pub fn dependencies(auth: &str, groups: &[GroupAccess]) -> Vec<Value> {
    if groups.is_empty() {
        return Vec::new();
    }
    let pool = json!({ "category": "auth", "resourceName": auth, "attributes": ["UserPoolId"] });
    let roles = groups.iter().map(|access| {
        json!({
            "category": "auth",
            "resourceName": GROUPS_RESOURCE,
            "attributes": [format!("{}GroupRole", access.group)]
        })
    });
    std::iter::once(pool).chain(roles).collect()
}

/// Whether an entry of `dependsOn` is one that access for these groups made. What was written by hand is none.
pub fn is_dependency(entry: &Value, groups: &[GroupAccess]) -> bool {
    let Some([attribute]) = entry["attributes"].as_array().map(Vec::as_slice) else { return false };
    let is_of_group = |access: &GroupAccess| *attribute == format!("{}GroupRole", access.group);
    entry["category"] == "auth"
        && match entry["resourceName"] == GROUPS_RESOURCE {
            true => groups.iter().any(is_of_group),
            false => !groups.is_empty() && attribute == "UserPoolId",
        }
}

fn policy(access: &GroupAccess, pool: &str) -> Value {
    let mut statements =
        vec![json!({ "Effect": "Allow", "Action": access.operations.object_actions(), "Resource": [arn("/*")] })];
    if access.operations.includes(Operation::Read) {
        statements.push(json!({ "Effect": "Allow", "Action": "s3:ListBucket", "Resource": [arn("")] }));
    }
    json!({
        "Type": "AWS::IAM::Policy",
        "Properties": {
            "PolicyName": format!("{}-group-s3-policy", access.group),
            "Roles": [{ "Fn::Join": ["", [{ "Ref": pool }, format!("-{}GroupRole", access.group)]] }],
            "PolicyDocument": { "Version": "2012-10-17", "Statement": statements }
        }
    })
}

fn policy_id(group: &str) -> String {
    format!("{group}GroupPolicy")
}

fn role_parameter(group: &str) -> String {
    format!("auth{GROUPS_RESOURCE}{group}GroupRole")
}

/// Declares a parameter that an output of another stack fills.
pub fn declare(template: &mut Value, parameter: &str) {
    let parameters = section(template, "Parameters");
    if !parameters.contains_key(parameter) {
        parameters.insert(parameter.into(), json!({ "Type": "String", "Default": parameter }));
    }
}

/// A section of a template, made if it is not there.
pub fn section<'t>(template: &'t mut Value, name: &str) -> &'t mut JsonMap {
    object(&mut object(template)[name])
}

/// The object at a place, made if there is something else.
pub fn object(place: &mut Value) -> &mut JsonMap {
    if !place.is_object() {
        *place = Value::Object(JsonMap::new());
    }
    match place {
        Value::Object(map) => map,
        _ => unreachable!("the place was made an object"),
    }
}
