//! The permission boundary of an environment: a policy that limits every role in it, where an organisation asks for one.

use serde_json::Value;

use crate::{Error, StagedTemplate, root};

/// Under which key an environment's record has it, as later versions of the original CLI write it.
pub(crate) const RECORDED: &str = "PermissionsBoundaryPolicyArn";

const PROPERTY: &str = "PermissionsBoundary";

/// The template with the boundary on every role that has none of its own; `None` if there is no such role.
///
/// # Errors
/// It is no template.
pub(crate) fn limited(template: &StagedTemplate, arn: &str) -> Result<Option<StagedTemplate>, Error> {
    let mut document = template.parse()?.document.clone();
    let mut any = false;
    for resource in root::resources_mut(&mut document).into_iter().flat_map(|resources| resources.values_mut()) {
        let is_role = resource.get("Type").and_then(Value::as_str) == Some("AWS::IAM::Role");
        if is_role && resource["Properties"].get(PROPERTY).is_none() {
            resource["Properties"][PROPERTY] = arn.into();
            any = true;
        }
    }
    Ok(any.then(|| StagedTemplate::new(template.path.clone(), format!("{document:#}\n").into_bytes())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ARN: &str = "arn:aws:iam::123456789012:policy/limit";

    fn after(resources: &Value) -> Option<Value> {
        let text = json!({ "Resources": resources }).to_string();
        let staged = limited(&StagedTemplate::new("t.json", text.into_bytes()), ARN).unwrap()?;
        Some(staged.parse().unwrap().document["Resources"].clone())
    }

    #[test]
    fn every_role_without_one_gets_it() {
        let resources = json!({
            "Plain": { "Type": "AWS::IAM::Role", "Properties": { "RoleName": "x" } },
            "Own": { "Type": "AWS::IAM::Role", "Properties": { "PermissionsBoundary": "own" } },
            "Topic": { "Type": "AWS::SNS::Topic" },
        });
        let limited = after(&resources).unwrap();
        assert_eq!(limited["Plain"]["Properties"]["PermissionsBoundary"], ARN);
        assert_eq!((&limited["Own"], &limited["Topic"]), (&resources["Own"], &resources["Topic"]));
        assert_eq!(after(&json!({ "Topic": { "Type": "AWS::SNS::Topic" } })), None);
    }
}
