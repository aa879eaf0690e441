//! The template of the groups.

use amplify_sdk::JsonMap;
use serde_json::{Value, json};

use crate::{settings::Settings, template::merge};

/// The template for these groups. What a present template holds beside its groups stays: the original's functions that
/// map roles, and what was edited by hand.
pub fn updated(settings: &Settings, entries: &[Value], present: Option<&Value>) -> Value {
    let wanted = build(settings, entries);
    match present {
        // What it was made from is read back from it, so that only what differs from that is changed.
        Some(present) => {
            let before = build(settings, &entries_of(present));
            merge(&before, &wanted, present)
        }
        None => wanted,
    }
}

fn build(settings: &Settings, entries: &[Value]) -> Value {
    let parameter = |attribute: &str| format!("auth{}{attribute}", settings.text("resourceName"));
    let with_roles = settings.has_identity_pool();
    let mut parameters = JsonMap::new();
    let mut attributes = vec!["UserPoolId", "AppClientID", "AppClientIDWeb"];
    if with_roles {
        attributes.insert(1, "IdentityPoolId");
    }
    for attribute in attributes {
        let name = parameter(attribute);
        parameters.insert(name.clone(), json!({ "Type": "String", "Default": name }));
    }
    for name in ["AuthRoleArn", "UnauthRoleArn", "env"] {
        parameters.insert(name.into(), json!({ "Type": "String" }));
    }
    let mut resources = JsonMap::new();
    let mut outputs = JsonMap::new();
    let pool = json!({ "Ref": parameter("UserPoolId") });
    for entry in entries {
        let Some(name) = entry["groupName"].as_str() else { continue };
        let role = format!("{name}GroupRole");
        let mut group = json!({ "GroupName": name, "UserPoolId": pool });
        if entry["precedence"].is_u64() {
            group["Precedence"] = entry["precedence"].clone();
        }
        if with_roles {
            let arn = json!({ "Fn::GetAtt": [role, "Arn"] });
            group["RoleArn"] = arn.clone();
            resources.insert(role.clone(), group_role(&role, &pool, &parameter("IdentityPoolId"), entry));
            outputs.insert(role, json!({ "Value": arn }));
        }
        resources.insert(format!("{name}Group"), json!({ "Type": "AWS::Cognito::UserPoolGroup", "Properties": group }));
    }
    let mut template = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": parameters,
        "Resources": resources
    });
    if !outputs.is_empty() {
        template["Outputs"] = Value::Object(outputs);
    }
    template
}

fn group_role(name: &str, pool: &Value, identity_pool: &str, entry: &Value) -> Value {
    let mut properties = json!({
        "RoleName": { "Fn::Join": ["", [pool, format!("-{name}")]] },
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [{
                "Sid": "",
                "Effect": "Allow",
                "Principal": { "Federated": "cognito-identity.amazonaws.com" },
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": { "cognito-identity.amazonaws.com:aud": { "Ref": identity_pool } },
                    "ForAnyValue:StringLike": { "cognito-identity.amazonaws.com:amr": "authenticated" }
                }
            }]
        }
    });
    if let Some(policies) = entry["customPolicies"].as_array().filter(|policies| !policies.is_empty()) {
        properties["Policies"] = policies.iter().map(|policy| with_environment(policy.clone())).collect();
    }
    json!({ "Type": "AWS::IAM::Role", "Properties": properties })
}

/// Lets `${env}` in the resources of a policy stand for the environment's name.
fn with_environment(mut policy: Value) -> Value {
    let statements = policy.get_mut("PolicyDocument").and_then(|document| document.get_mut("Statement"));
    let each: Vec<&mut Value> = match statements {
        Some(Value::Array(list)) => list.iter_mut().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    for statement in each {
        match statement.get_mut("Resource") {
            Some(Value::Array(list)) => list.iter_mut().for_each(substitute),
            Some(one) => substitute(one),
            None => {}
        }
    }
    policy
}

fn substitute(resource: &mut Value) {
    if let Some(text) = resource.as_str().filter(|text| text.contains("${env}")) {
        // Other variables are IAM's own, and must reach it as they are.
        let text = text.replace("${", "${!").replace("${!env}", "${env}");
        *resource = json!({ "Fn::Sub": text });
    }
}

/// The groups that a template was made from, as far as it tells.
fn entries_of(template: &Value) -> Vec<Value> {
    let resources = &template["Resources"];
    let groups = resources.as_object().into_iter().flatten();
    groups
        .filter(|(_, resource)| resource["Type"] == "AWS::Cognito::UserPoolGroup")
        .map(|(_, resource)| {
            let properties = &resource["Properties"];
            let mut entry = json!({ "groupName": properties["GroupName"], "precedence": properties["Precedence"] });
            let role = format!("{}GroupRole", properties["GroupName"].as_str().unwrap_or_default());
            let policies = &resources[role]["Properties"]["Policies"];
            if policies.is_array() {
                entry["customPolicies"] = policies.clone();
            }
            entry
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::Names;

    fn settings() -> Settings {
        Settings::defaults(&Names::new("shop", "01234567".into()))
    }

    #[test]
    fn a_group_has_a_role_with_its_own_policies() {
        let entries = [json!({ "groupName": "Admins", "precedence": 1, "customPolicies": [{
            "PolicyName": "p",
            "PolicyDocument": { "Version": "2012-10-17", "Statement": [
                { "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::x-${env}/${aws:username}" }
            ] }
        }] })];
        let template = updated(&settings(), &entries, None);
        let role = &template["Resources"]["AdminsGroupRole"]["Properties"];
        assert_eq!(
            role["Policies"][0]["PolicyDocument"]["Statement"][0]["Resource"],
            json!({ "Fn::Sub": "arn:aws:s3:::x-${env}/${!aws:username}" })
        );
        assert_eq!(template["Resources"]["AdminsGroup"]["Properties"]["Precedence"], 1);
        assert_eq!(
            template["Outputs"]["AdminsGroupRole"]["Value"],
            json!({ "Fn::GetAtt": ["AdminsGroupRole", "Arn"] })
        );
        assert_eq!(updated(&settings(), &entries, Some(&template)), template, "compiled again it stays the same");
    }

    #[test]
    fn what_the_original_wrote_beside_the_groups_stays() {
        let one = [json!({ "groupName": "A", "precedence": 1 })];
        let two = [json!({ "groupName": "B", "precedence": 1 }), json!({ "groupName": "A", "precedence": 2 })];
        let mut present = updated(&settings(), &one, None);
        present["Resources"]["RoleMapFunction"] = json!({ "Type": "AWS::Lambda::Function" });
        let after = updated(&settings(), &two, Some(&present));
        assert!(after["Resources"]["RoleMapFunction"].is_object());
        assert_eq!(after["Resources"]["AGroup"]["Properties"]["Precedence"], 2);
        assert!(after["Resources"]["BGroupRole"].is_object());
        let after = updated(&settings(), &[], Some(&after));
        assert!(after["Resources"].get("AGroup").is_none() && after["Resources"].get("BGroupRole").is_none());
    }
}
