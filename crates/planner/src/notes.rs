//! What CloudFormation will not do, said before it is asked.

use amplify_cfn::{Action, EvaluatedResource};

const TABLE: &str = "AWS::DynamoDB::Table";

/// Properties that fix a resource's physical name. A resource whose name is fixed cannot be replaced under the same name,
/// because the new one is made before the old one is deleted.
const NAMES: [(&str, &str); 9] = [
    (TABLE, "TableName"),
    ("AWS::IAM::ManagedPolicy", "ManagedPolicyName"),
    ("AWS::IAM::Role", "RoleName"),
    ("AWS::Kinesis::Stream", "Name"),
    ("AWS::Lambda::Function", "FunctionName"),
    ("AWS::Logs::LogGroup", "LogGroupName"),
    ("AWS::S3::Bucket", "BucketName"),
    ("AWS::SNS::Topic", "TopicName"),
    ("AWS::SQS::Queue", "QueueName"),
];

/// Notes on a change from `old` to `new`.
pub(crate) fn of(action: Action, old: Option<&EvaluatedResource>, new: Option<&EvaluatedResource>) -> Vec<String> {
    let (Some(old), Some(new)) = (old, new) else { return Vec::new() };
    match action {
        Action::Replace => same_name(old, new).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn same_name(old: &EvaluatedResource, new: &EvaluatedResource) -> Option<String> {
    let (_, property) = NAMES.iter().find(|(kind, _)| *kind == new.resource_type)?;
    let name = new.properties.get(property)?;
    (old.resource_type == new.resource_type && old.properties.get(property) == Some(name)).then(|| {
        format!(
            "AWS CloudFormation refuses to replace a resource under the same name: change `{property}` ({}) too",
            name.as_str().map_or_else(|| name.to_string(), str::to_owned)
        )
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn resource(kind: &str, properties: Value) -> EvaluatedResource {
        EvaluatedResource {
            resource_type: kind.to_owned(),
            properties,
            deletion_policy: None,
            update_replace_policy: None,
            depends_on: Vec::new(),
        }
    }

    fn table() -> EvaluatedResource {
        resource(TABLE, json!({ "TableName": "t-dev" }))
    }

    #[test]
    fn a_fixed_name_is_in_the_way_of_replacement() {
        let notes = of(Action::Replace, Some(&table()), Some(&table()));
        assert!(notes[0].contains("change `TableName` (t-dev) too"), "{notes:?}");
        let renamed = resource(TABLE, json!({ "TableName": "u-dev" }));
        assert!(of(Action::Replace, Some(&table()), Some(&renamed)).is_empty());
        assert!(of(Action::Create, None, Some(&table())).is_empty());
    }
}
