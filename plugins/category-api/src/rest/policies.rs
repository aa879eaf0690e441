//! The policies that let roles call methods of an API.

use amplify_sdk::JsonMap;
use serde_json::{Value, json};

use super::{
    access::{Methods, Privacy},
    params::{ApiPath, Params},
    path::in_arn,
    template::stage,
};

/// Logical id and resource of each policy that the paths need.
pub fn all(params: &Params) -> JsonMap {
    let mut policies = JsonMap::new();
    policies.extend(of_users(params, "auth", "authRoleName", Privacy::signed_in));
    policies.extend(of_groups(params));
    policies.extend(of_users(params, "unauth", "unauthRoleName", Privacy::guests));
    policies
}

/// The policy of everybody who has signed in, or of everybody who has not.
fn of_users(
    params: &Params,
    kind: &str,
    role: &str,
    methods: fn(&Privacy) -> Option<&Methods>,
) -> Option<(String, Value)> {
    let api = &params.api_name;
    let of_path = |path: &ApiPath| methods(&path.privacy).map(|methods| arns(api, path, methods));
    let allowed: Vec<Value> = params.paths.iter().filter_map(of_path).flatten().collect();
    let name = format!("PolicyAPIGW{api}{kind}");
    let policy = policy(api, &name, &json!({ "Ref": role }), allowed)?;
    Some((name, policy))
}

/// The policies of groups, one a group and path.
fn of_groups(params: &Params) -> JsonMap {
    let api = &params.api_name;
    let pool = json!({ "Ref": format!("auth{}UserPoolId", params.auth_resource_name.as_deref().unwrap_or_default()) });
    let mut policies = JsonMap::new();
    for path in &params.paths {
        for (group, methods) in path.privacy.groups() {
            let label: String = path.name.chars().filter(|c| matches!(c, 'a'..='z' | '0'..='9' | '-')).collect();
            let plain = label.replace('-', "");
            // Ids have no hyphens, and paths that differ in what an id leaves out must not share one. The name of a policy
            // follows its id, so that taking away the one never takes away the other.
            let id = |tail: &str| format!("{group}Group{plain}{tail}Policy");
            let tail = (2..).map(|number: usize| number.to_string());
            let tail = std::iter::once(String::new()).chain(tail).find(|tail| !policies.contains_key(&id(tail)));
            let tail = tail.unwrap_or_default();
            let name = format!("{api}-{label}{tail}-{group}-group-policy");
            let role = json!({ "Fn::Join": ["", [pool, format!("-{group}GroupRole")]] });
            if let Some(policy) = policy(api, &name, &role, arns(api, path, methods)) {
                policies.insert(id(&tail), policy);
            }
        }
    }
    policies
}

/// A policy over some methods; none if there are no methods.
fn policy(api: &str, name: &str, role: &Value, allowed: Vec<Value>) -> Option<Value> {
    if allowed.is_empty() {
        return None;
    }
    Some(json!({
        "DependsOn": [api],
        "Type": "AWS::IAM::Policy",
        "Properties": {
            "PolicyName": name,
            "Roles": [role],
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [{ "Effect": "Allow", "Action": ["execute-api:Invoke"], "Resource": allowed }],
            },
        },
    }))
}

/// What is below a path, and the path itself, for each method.
fn arns(api: &str, path: &ApiPath, methods: &Methods) -> Vec<Value> {
    let place = in_arn(&path.name);
    let arn = |method: &str, place: String| {
        json!({ "Fn::Join": ["", [
            "arn:aws:execute-api:", { "Ref": "AWS::Region" }, ":", { "Ref": "AWS::AccountId" }, ":", { "Ref": api },
            "/", stage(), method, place,
        ]] })
    };
    methods.0.iter().flat_map(|method| [arn(method, format!("{place}/*")), arn(method, place.clone())]).collect()
}
