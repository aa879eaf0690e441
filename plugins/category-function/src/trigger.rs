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

/// Takes the connection away, also one that the function was made with; says whether there was one.
pub fn remove(template: &mut Value, depends_on: &mut Vec<Value>, table: &str) -> bool {
    let stream = json!({"Ref": parameter("storage", table, "StreamArn")});
    let resources = section(template, "Resources");
    let is_ours = |(_, resource): &(&String, &Value)| resource.pointer("/Properties/EventSourceArn") == Some(&stream);
    let mappings: Vec<String> = resources.iter().filter(is_ours).map(|(id, _)| id.clone()).collect();
    let mut policies = vec![policy_id(table)];
    for id in &mappings {
        let mapping = resources.shift_remove(id).unwrap_or_default();
        policies
            .extend(mapping["DependsOn"].as_array().into_iter().flatten().filter_map(Value::as_str).map(Into::into));
    }
    for id in policies {
        let Some(policy) = resources.get_mut(&id) else { continue };
        let statements = policy.pointer_mut("/Properties/PolicyDocument/Statement").and_then(Value::as_array_mut);
        let Some(statements) = statements else { continue };
        // What was written by hand beside it stays.
        statements.retain(|statement| statement["Resource"] != stream && statement["Resource"] != json!([stream]));
        if statements.is_empty() {
            resources.shift_remove(&id);
        }
    }
    forget(template, depends_on, "storage", table, &ATTRIBUTES);
    !mappings.is_empty()
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
    fn the_connection_that_a_function_was_made_with_goes_too() {
        let before = new(&Facts { function_name: "f", role_name: "r", runtime: Runtime::NodeJs });
        let (mut template, mut depends_on) = (before.clone(), Vec::new());
        crate::source::Source::Table("items".into()).connect(&mut template, &mut depends_on);
        add(&mut template, &mut depends_on, "items");
        add(&mut template, &mut depends_on, "orders");
        let orders = template["Resources"]["ordersTrigger"].clone();
        assert!(remove(&mut template, &mut depends_on, "items"));
        assert_eq!(template["Resources"]["ordersTrigger"], orders, "another table's stays");
        assert!(remove(&mut template, &mut depends_on, "orders"));
        assert_eq!((template, depends_on), (before, Vec::new()));
    }

    #[test]
    fn statements_that_somebody_wrote_beside_a_trigger_stay() {
        let mut template = new(&Facts { function_name: "f", role_name: "r", runtime: Runtime::NodeJs });
        let mut depends_on = Vec::new();
        add(&mut template, &mut depends_on, "items");
        let by_hand = json!({"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*"});
        let place = "/Resources/itemsTriggerPolicy/Properties/PolicyDocument/Statement";
        template.pointer_mut(place).and_then(Value::as_array_mut).unwrap().push(by_hand.clone());
        assert!(remove(&mut template, &mut depends_on, "items"));
        assert_eq!(template.pointer(place), Some(&json!([by_hand])));
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
