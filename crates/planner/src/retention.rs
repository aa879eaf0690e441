//! What a protected environment holds goes on existing where its stack would delete or replace it.

use amplify_project::ProjectState;
use serde_json::Value;

use crate::{Error, StagedTemplate, recorded::Recorded, root};

/// Where `project-config.json` names protected environments.
const PROTECTED: &str = "protectedEnvironments";

/// Where the root template says that it was deployed so.
const METADATA: &str = "AmplifyRetains";

/// What is kept: that which users fill.
const KEPT: [&str; 3] = ["AWS::Cognito::UserPool", "AWS::DynamoDB::Table", "AWS::S3::Bucket"];

/// What happens to a resource that leaves its stack, and to one that is replaced.
const POLICIES: [&str; 2] = ["DeletionPolicy", "UpdateReplacePolicy"];

/// Whether an environment is protected.
pub(crate) fn is_asked(state: &ProjectState, environment: &str) -> bool {
    let names = state.config.document().object().get(PROTECTED).and_then(Value::as_array);
    names.into_iter().flatten().any(|name| name == environment)
}

/// Whether it was when it was deployed last.
pub(crate) fn is_deployed(recorded: Option<&Recorded>) -> bool {
    recorded.is_some_and(|recorded| recorded.template.pointer(&format!("/Metadata/{METADATA}")) == Some(&true.into()))
}

/// Notes that in a root template.
pub(crate) fn note(template: &mut Value, retains: bool) {
    if retains {
        template["Metadata"][METADATA] = true.into();
    }
}

/// The template with policies that keep what users fill; `None` if there is nothing to keep. One that says something else
/// than deletion is left as it is.
///
/// # Errors
/// It is no template.
pub(crate) fn retaining(template: &StagedTemplate) -> Result<Option<StagedTemplate>, Error> {
    let mut document = template.parse()?.document.clone();
    let mut any = false;
    for resource in root::resources_mut(&mut document).into_iter().flat_map(|resources| resources.values_mut()) {
        if !resource.get("Type").and_then(Value::as_str).is_some_and(|kind| KEPT.contains(&kind)) {
            continue;
        }
        let mut changed = false;
        for policy in POLICIES {
            if resource.get(policy).is_none_or(|policy| policy == "Delete") {
                resource[policy] = "Retain".into();
                changed = true;
            }
        }
        // CloudFormation has taken a template that differs in policies alone for the same; with this it never does.
        if changed && resource.get("Metadata").is_none_or(Value::is_object) {
            resource["Metadata"][METADATA] = true.into();
        }
        any |= changed;
    }
    Ok(any.then(|| StagedTemplate::new(template.path.clone(), format!("{document:#}\n").into_bytes())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn retained(resource: Value) -> Option<Value> {
        let template = json!({ "AWSTemplateFormatVersion": "2010-09-09", "Resources": { "One": resource } });
        let staged = StagedTemplate::new("t.json", template.to_string().into_bytes());
        let kept = retaining(&staged).unwrap()?;
        Some(kept.parse().unwrap().document["Resources"]["One"].clone())
    }

    #[test]
    fn a_policy_is_never_all_that_changes_and_one_that_says_otherwise_stays() {
        let table = "AWS::DynamoDB::Table";
        let kept = json!({
            "Type": table, "Metadata": { "own": 1, "AmplifyRetains": true },
            "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain",
        });
        assert_eq!(retained(json!({ "Type": table, "Metadata": { "own": 1 } })), Some(kept.clone()));
        assert_eq!(
            retained(json!({ "Type": table, "Metadata": { "own": 1 }, "DeletionPolicy": "Delete" })),
            Some(kept)
        );
        let snapshot = json!({ "Type": table, "DeletionPolicy": "Snapshot", "UpdateReplacePolicy": "Retain" });
        assert_eq!(retained(snapshot), None);
        assert_eq!(retained(json!({ "Type": "AWS::SNS::Topic" })), None);
    }
}
