//! `parameters.json` and `storage-params.json` of a bucket.
//!
//! Keys and their order are those of existing projects, so that a rewritten file differs only where an answer differs.

use amplify_sdk::JsonMap;
use amplify_sdk::random::Random;
use serde_json::{Value, json};

use super::access::{Access, GroupAccess, Operation, Operations, UserAccess};

const NOTHING: &str = "DISALLOW";
const NO_TRIGGER: &str = "NONE";

/// The parameters of a new bucket, before [`set_access`] and [`set_trigger`].
///
/// `id` are the eight digits in the names of policies; `bucket` is the name without the parts that tell environments apart.
pub fn new(bucket: &str, id: &str) -> JsonMap {
    let policy = format!("s3_amplify_{id}");
    let mut parameters = JsonMap::new();
    parameters.insert("bucketName".into(), bucket.into());
    parameters.insert("authPolicyName".into(), policy.clone().into());
    parameters.insert("unauthPolicyName".into(), policy.into());
    parameters.insert("authRoleName".into(), json!({ "Ref": "AuthRoleName" }));
    parameters.insert("unauthRoleName".into(), json!({ "Ref": "UnauthRoleName" }));
    parameters.insert("selectedGuestPermissions".into(), json!(["s3:GetObject", "s3:ListBucket"]));
    parameters.insert("selectedAuthenticatedPermissions".into(), json!(["s3:GetObject", "s3:ListBucket"]));
    parameters
}

/// Writes who may do what. Names of policies that exist are kept, so that only the access itself changes.
pub fn set_access(parameters: &mut JsonMap, access: &Access, random: &dyn Random) {
    let Some(users) = &access.users else {
        for key in [
            "s3PermissionsGuestPublic",
            "s3PermissionsGuestUploads",
            "GuestAllowList",
            "s3PermissionsAuthenticatedPublic",
            "s3PermissionsAuthenticatedProtected",
            "s3PermissionsAuthenticatedPrivate",
            "s3PermissionsAuthenticatedUploads",
            "AuthenticatedAllowList",
        ] {
            parameters.insert(key.into(), NOTHING.into());
        }
        return;
    };
    let id = random.hex(8);
    let authenticated = &users.authenticated;
    let everything = actions(authenticated);
    parameters.insert("selectedAuthenticatedPermissions".into(), json!(authenticated.actions()));
    if let Some(guest) = &users.guest {
        parameters.insert("selectedGuestPermissions".into(), json!(guest.actions()));
    }
    parameters.insert("s3PermissionsAuthenticatedPublic".into(), everything.clone());
    name_policy(parameters, "s3PublicPolicy", "Public", &id);
    parameters.insert("s3PermissionsAuthenticatedUploads".into(), uploads(authenticated));
    name_policy(parameters, "s3UploadsPolicy", "Uploads", &id);
    parameters.insert("s3PermissionsAuthenticatedProtected".into(), everything.clone());
    name_policy(parameters, "s3ProtectedPolicy", "Protected", &id);
    parameters.insert("s3PermissionsAuthenticatedPrivate".into(), everything);
    name_policy(parameters, "s3PrivatePolicy", "Private", &id);
    parameters.insert("AuthenticatedAllowList".into(), listing(authenticated));
    name_policy(parameters, "s3ReadPolicy", "read", &id);
    let guest = users.guest.clone().unwrap_or_default();
    parameters.insert("s3PermissionsGuestPublic".into(), actions(&guest));
    parameters.insert("s3PermissionsGuestUploads".into(), uploads(&guest));
    parameters.insert("GuestAllowList".into(), listing(&guest));
}

fn actions(operations: &Operations) -> Value {
    if operations.is_empty() { NOTHING.into() } else { operations.object_actions().join(",").into() }
}

fn uploads(operations: &Operations) -> Value {
    if operations.includes(Operation::CreateUpdate) { "s3:PutObject".into() } else { NOTHING.into() }
}

fn listing(operations: &Operations) -> Value {
    if operations.includes(Operation::Read) { "ALLOW".into() } else { NOTHING.into() }
}

fn name_policy(parameters: &mut JsonMap, key: &str, kind: &str, id: &str) {
    if !parameters.contains_key(key) {
        parameters.insert(key.into(), format!("{kind}_policy_{id}").into());
    }
}

/// The access that the parameters and `storage-params.json` record, for the defaults of an update.
pub fn access(parameters: &JsonMap, storage_params: &JsonMap) -> Access {
    let list =
        |key: &str| parameters.get(key).and_then(Value::as_str).map(Operations::from_action_list).unwrap_or_default();
    let authenticated = list("s3PermissionsAuthenticatedPublic");
    let guest = Some(list("s3PermissionsGuestPublic")).filter(|operations| !operations.is_empty());
    let users = (!authenticated.is_empty() || guest.is_some()).then_some(UserAccess { authenticated, guest });
    let mut groups = Vec::new();
    if let Some(Value::Object(map)) = storage_params.get("groupPermissionMap") {
        for (group, words) in map {
            let words: Vec<&str> = words.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            groups.push(GroupAccess { group: group.clone(), operations: Operations::from_words(&words) });
        }
    }
    Access { users, groups }
}

/// Writes the access of groups into `storage-params.json`, where it is remembered.
pub fn set_groups(storage_params: &mut JsonMap, groups: &[GroupAccess]) {
    if groups.is_empty() {
        storage_params.shift_remove("groupPermissionMap");
        return;
    }
    let map: JsonMap = groups.iter().map(|group| (group.group.clone(), group.operations.words().into())).collect();
    storage_params.insert("groupPermissionMap".into(), Value::Object(map));
}

/// Writes the function that is called for every change of a file.
pub fn set_trigger(parameters: &mut JsonMap, function: Option<&str>) {
    parameters.insert("triggerFunction".into(), function.unwrap_or(NO_TRIGGER).into());
}

/// The function that the parameters record.
pub fn trigger(parameters: &JsonMap) -> Option<String> {
    let function = parameters.get("triggerFunction")?.as_str()?;
    (function != NO_TRIGGER && !function.is_empty()).then(|| function.to_string())
}
