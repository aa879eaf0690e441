//! Starts a function from the stream of a table.

use serde_json::{Value, json};

use crate::{
    access::{depend, forget},
    names::parameter,
    template::{role_policy, section},
};

const ATTRIBUTES: [&str; 3] = ["Name", "Arn", "StreamArn"];

/// Connects the stream of the table `table` (a resource of `storage`) with the function of `template`. A function made for
/// that stream has the connection already, and the service takes no second one.
pub fn add(template: &mut Value, depends_on: &mut Vec<Value>, table: &str) {
    let stream = parameter("storage", table, "StreamArn");
    let own = json!({"Ref": stream});
    let mut resources = template.get("Resources").and_then(Value::as_object).into_iter().flatten();
    if resources.any(|(_, resource)| resource.pointer("/Properties/EventSourceArn") == Some(&own)) {
        return;
    }
    depend(template, depends_on, "storage", table, &ATTRIBUTES);
    let statement = json!({
        "Effect": "Allow",
        "Action": ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"],
        "Resource": [{"Ref": stream}]
    });
    let resources = section(template, "Resources");
    let mut policy = role_policy("lambda-trigger-policy", vec![statement]);
    policy["Properties"]["PolicyName"] = format!("lambda-trigger-policy-{table}").into();
    resources.insert(policy_id(table), policy);
    resources.insert(
        mapping_id(table),
        json!({
            "DependsOn": [policy_id(table)],
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {
                "BatchSize": 100,
                "Enabled": true,
                "EventSourceArn": {"Ref": stream},
                "FunctionName": {"Fn::GetAtt": ["LambdaFunction", "Arn"]},
                "StartingPosition": "LATEST"
            }
        }),
    );
}

/// Takes the connection away; says whether there was one.
pub fn remove(template: &mut Value, depends_on: &mut Vec<Value>, table: &str) -> bool {
    let resources = section(template, "Resources");
    let found = resources.shift_remove(&mapping_id(table)).is_some();
    resources.shift_remove(&policy_id(table));
    forget(template, depends_on, "storage", table, &ATTRIBUTES);
    found
}

fn policy_id(table: &str) -> String {
    format!("{table}TriggerPolicy")
}

fn mapping_id(table: &str) -> String {
    format!("{table}Trigger")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        runtime::Runtime,
        template::{Facts, new},
    };

    #[test]
    fn a_function_made_for_the_stream_is_connected_once() {
        let mut template = new(&Facts { function_name: "f", role_name: "r", runtime: Runtime::NodeJs });
        let mut depends_on = Vec::new();
        crate::source::Source::Table("items".into()).connect(&mut template, &mut depends_on);
        let before = template.clone();
        add(&mut template, &mut depends_on, "items");
        assert_eq!(template, before);
    }

    #[test]
    fn a_trigger_comes_and_goes_without_trace() {
        let before = new(&Facts { function_name: "f", role_name: "r", runtime: Runtime::NodeJs });
        let (mut template, mut depends_on) = (before.clone(), Vec::new());
        add(&mut template, &mut depends_on, "items");
        assert_eq!(
            template["Resources"]["itemsTrigger"]["Properties"]["EventSourceArn"],
            json!({"Ref": "storageitemsStreamArn"})
        );
        assert_eq!(depends_on[0]["attributes"], json!(["Name", "Arn", "StreamArn"]));
        let once = (template.clone(), depends_on.clone());
        add(&mut template, &mut depends_on, "items");
        assert_eq!((template.clone(), depends_on.clone()), once, "a second time changes nothing");
        assert!(remove(&mut template, &mut depends_on, "items"));
        assert!(!remove(&mut template, &mut depends_on, "items"));
        assert_eq!((template, depends_on), (before, Vec::new()));
    }
}
