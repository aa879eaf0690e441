//! The permission boundary of an environment: a policy that limits every role in it, where an organisation asks for one.

use amplify_sdk::JsonMap;
use serde_json::Value;

use crate::{access, error::Error};

/// The option that gives it.
const OPTION: &str = "permissionsBoundaryArn";
/// Under which key later versions of the original CLI record it.
pub(crate) const RECORDED: &str = "PermissionsBoundaryPolicyArn";

const ROLE: &str = "AWS::IAM::Role";
const PROPERTY: &str = "PermissionsBoundary";

/// Reads the option.
pub(crate) fn from_options(options: &JsonMap) -> Result<Option<&str>, Error> {
    match access::text(options, OPTION)? {
        Some(arn) if is_policy(arn) => Ok(Some(arn)),
        Some(_) => Err(Error::Option { key: OPTION, wanted: "the ARN of a policy" }),
        None => Ok(None),
    }
}

fn is_policy(arn: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    matches!(parts.as_slice(), ["arn", _, "iam", "", _, resource] if resource.starts_with("policy/"))
}

/// Sets it for every role of a template that has none of its own.
pub(crate) fn apply(template: &mut Value, arn: &str) {
    let resources = template.get_mut("Resources").and_then(Value::as_object_mut);
    for resource in resources.into_iter().flat_map(|resources| resources.values_mut()) {
        if resource.get("Type").and_then(Value::as_str) == Some(ROLE) && resource["Properties"].get(PROPERTY).is_none()
        {
            resource["Properties"][PROPERTY] = arn.into();
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ARN: &str = "arn:aws:iam::123456789012:policy/limits/team";

    #[test]
    fn a_policy_is_named_by_its_arn() {
        let read = |value: &Value| {
            from_options(json!({ OPTION: value }).as_object().unwrap()).map(|arn| arn.map(str::to_owned))
        };
        assert_eq!(read(&json!(ARN)).unwrap().as_deref(), Some(ARN));
        assert!(read(&json!("arn:aws:iam::aws:policy/PowerUserAccess")).unwrap().is_some());
        for wrong in [json!("team"), json!("arn:aws:iam::1:role/x"), json!(true)] {
            assert_eq!(read(&wrong).unwrap_err().code(), "provider-option");
        }
        assert_eq!(from_options(&JsonMap::new()).unwrap(), None);
    }

    #[test]
    fn every_role_without_one_gets_it() {
        let mut template = json!({ "Resources": {
            "Plain": { "Type": ROLE, "Properties": { "RoleName": "x" } },
            "Own": { "Type": ROLE, "Properties": { PROPERTY: "own" } },
            "Topic": { "Type": "AWS::SNS::Topic", "Properties": {} },
        } });
        apply(&mut template, ARN);
        assert_eq!(template["Resources"]["Plain"]["Properties"], json!({ "RoleName": "x", PROPERTY: ARN }));
        assert_eq!(template["Resources"]["Own"]["Properties"][PROPERTY], "own");
        assert_eq!(template["Resources"]["Topic"]["Properties"], json!({}));
    }
}
