//! What CloudFormation will not do in one step, or at all, said before it is asked.

use std::collections::BTreeMap;

use amplify_cfn::{Action, EvaluatedResource};
use serde_json::Value;

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
        Action::Update if new.resource_type == TABLE => index_steps(old, new).into_iter().collect(),
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

/// The order in which changes of several indexes are made: CloudFormation takes one created or deleted index per update.
fn index_steps(old: &EvaluatedResource, new: &EvaluatedResource) -> Option<String> {
    let (old, new) = (indexes(old), indexes(new));
    let changed = |name: &String| old.get(name).zip(new.get(name)).is_some_and(|(old, new)| keys(old) != keys(new));
    let mut steps = Vec::new();
    steps.extend(
        old.keys().filter(|name| !new.contains_key(*name) || changed(name)).map(|name| format!("delete `{name}`")),
    );
    steps.extend(
        new.keys().filter(|name| !old.contains_key(*name) || changed(name)).map(|name| format!("create `{name}`")),
    );
    (steps.len() > 1).then(|| {
        format!(
            "AWS CloudFormation changes one index in an update, so this takes {} updates: {}",
            steps.len(),
            steps.join(", ")
        )
    })
}

fn indexes(table: &EvaluatedResource) -> BTreeMap<String, &Value> {
    let indexes = table.properties.get("GlobalSecondaryIndexes").and_then(Value::as_array);
    indexes
        .into_iter()
        .flatten()
        .filter_map(|index| Some((index.get("IndexName")?.as_str()?.to_owned(), index)))
        .collect()
}

/// What an index cannot change without being made anew.
fn keys(index: &Value) -> (Option<&Value>, Option<&Value>) {
    (index.get("KeySchema"), index.get("Projection"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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

    fn table(indexes: &[(&str, &str)]) -> EvaluatedResource {
        let indexes: Vec<Value> = indexes
            .iter()
            .map(|(name, key)| json!({ "IndexName": name, "KeySchema": [{ "AttributeName": key, "KeyType": "HASH" }] }))
            .collect();
        resource(TABLE, json!({ "TableName": "t-dev", "GlobalSecondaryIndexes": indexes }))
    }

    #[test]
    fn one_index_needs_no_steps_and_two_do() {
        let none = table(&[]);
        let one = table(&[("byOwner", "owner")]);
        let two = table(&[("byOwner", "owner"), ("byDate", "date")]);
        assert!(of(Action::Update, Some(&none), Some(&one)).is_empty());
        let notes = of(Action::Update, Some(&none), Some(&two));
        assert!(notes[0].contains("takes 2 updates: create `byDate`, create `byOwner`"), "{notes:?}");
    }

    #[test]
    fn an_index_with_another_key_is_deleted_before_it_is_created() {
        let notes = of(Action::Update, Some(&table(&[("by", "owner")])), Some(&table(&[("by", "date")])));
        assert!(notes[0].ends_with("delete `by`, create `by`"), "{notes:?}");
    }

    #[test]
    fn a_fixed_name_is_in_the_way_of_replacement() {
        let notes = of(Action::Replace, Some(&table(&[])), Some(&table(&[])));
        assert!(notes[0].contains("change `TableName` (t-dev) too"), "{notes:?}");
        let renamed = resource(TABLE, json!({ "TableName": "u-dev" }));
        assert!(of(Action::Replace, Some(&table(&[])), Some(&renamed)).is_empty());
        assert!(of(Action::Create, None, Some(&table(&[]))).is_empty());
    }
}
