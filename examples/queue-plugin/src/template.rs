//! The CloudFormation template of a queue.

use amplify_sdk::{Value, json};

/// The template. A function that handles the messages gets what it needs for that, and no more.
pub fn of(name: &str, function: Option<&str>) -> Value {
    let named = |tail: &str| json!({ "Fn::Sub": format!("{name}{tail}-${{env}}") });
    let mut template = json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "A message queue with a dead-letter queue",
        "Parameters": {
            "env": { "Type": "String" },
            "visibilityTimeout": { "Type": "Number" },
            "maxReceiveCount": { "Type": "Number" }
        },
        "Resources": {
            "DeadLetterQueue": {
                "Type": "AWS::SQS::Queue",
                "Properties": { "QueueName": named("-failed"), "MessageRetentionPeriod": 1_209_600 }
            },
            "Queue": {
                "Type": "AWS::SQS::Queue",
                "Properties": {
                    "QueueName": named(""),
                    "VisibilityTimeout": { "Ref": "visibilityTimeout" },
                    "RedrivePolicy": {
                        "deadLetterTargetArn": { "Fn::GetAtt": ["DeadLetterQueue", "Arn"] },
                        "maxReceiveCount": { "Ref": "maxReceiveCount" }
                    }
                }
            }
        },
        "Outputs": {
            "Name": { "Value": { "Fn::GetAtt": ["Queue", "QueueName"] } },
            "Arn": { "Value": { "Fn::GetAtt": ["Queue", "Arn"] } },
            "Url": { "Value": { "Ref": "Queue" } },
            "DeadLetterUrl": { "Value": { "Ref": "DeadLetterQueue" } }
        }
    });
    if let Some(function) = function {
        handled(&mut template, function);
    }
    template
}

fn handled(template: &mut Value, function: &str) {
    // The host passes what `dependsOn` names as parameters of these names.
    for attribute in ["Name", "Arn", "LambdaExecutionRole"] {
        template["Parameters"][format!("function{function}{attribute}")] = json!({ "Type": "String" });
    }
    let actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
    template["Resources"]["MayReceive"] = json!({
        "Type": "AWS::IAM::Policy",
        "Properties": {
            "PolicyName": "may-receive-messages",
            "Roles": [{ "Ref": format!("function{function}LambdaExecutionRole") }],
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [{ "Effect": "Allow", "Action": actions, "Resource": { "Fn::GetAtt": ["Queue", "Arn"] } }]
            }
        }
    });
    template["Resources"]["Handler"] = json!({
        "Type": "AWS::Lambda::EventSourceMapping",
        "DependsOn": ["MayReceive"],
        "Properties": {
            "EventSourceArn": { "Fn::GetAtt": ["Queue", "Arn"] },
            "FunctionName": { "Ref": format!("function{function}Arn") },
            "FunctionResponseTypes": ["ReportBatchItemFailures"]
        }
    });
}
