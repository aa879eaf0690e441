//! The template of a new function, as the original writes it.

use serde_json::{Value, json};

use crate::runtime::Runtime;

/// What decides a new function's template.
pub struct Facts<'a> {
    /// The function's name, without `-<env>`.
    pub function_name: &'a str,
    /// The role's name, without `-<env>`.
    pub role_name: &'a str,
    /// Its language.
    pub runtime: Runtime,
}

/// A name that carries `-<env>`, except in the reserved environment `NONE`.
pub fn per_environment(name: &str) -> Value {
    json!({"Fn::If": ["ShouldNotCreateEnvResources", name, {"Fn::Join": ["", [name, "-", {"Ref": "env"}]]}]})
}

/// A policy on the function's role.
pub fn role_policy(name: &str, statements: Vec<Value>) -> Value {
    json!({
        "DependsOn": ["LambdaExecutionRole"],
        "Type": "AWS::IAM::Policy",
        "Properties": {
            "PolicyName": name,
            "Roles": [{"Ref": "LambdaExecutionRole"}],
            "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}
        }
    })
}

/// The template of a function that has no access to other resources, no schedule and no variables of its own.
pub fn new(facts: &Facts<'_>) -> Value {
    let log_group = json!({
        "Effect": "Allow",
        "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": {"Fn::Sub": [
            "arn:aws:logs:${region}:${account}:log-group:/aws/lambda/${lambda}:log-stream:*",
            {"region": {"Ref": "AWS::Region"}, "account": {"Ref": "AWS::AccountId"}, "lambda": {"Ref": "LambdaFunction"}}
        ]}
    });
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Lambda resource stack creation using Amplify CLI",
        "Parameters": {
            "CloudWatchRule": {"Type": "String", "Default": "NONE", "Description": " Schedule Expression"},
            "env": {"Type": "String"}
        },
        "Conditions": {"ShouldNotCreateEnvResources": {"Fn::Equals": [{"Ref": "env"}, "NONE"]}},
        "Resources": {
            "LambdaFunction": {
                "Type": "AWS::Lambda::Function",
                "Metadata": {"aws:asset:path": "./src", "aws:asset:property": "Code"},
                "Properties": {
                    "Handler": "index.handler",
                    "FunctionName": per_environment(facts.function_name),
                    "Environment": {"Variables": {"ENV": {"Ref": "env"}, "REGION": {"Ref": "AWS::Region"}}},
                    "Role": {"Fn::GetAtt": ["LambdaExecutionRole", "Arn"]},
                    "Runtime": facts.runtime.lambda(),
                    "Timeout": "25"
                }
            },
            "LambdaExecutionRole": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "RoleName": per_environment(facts.role_name),
                    "AssumeRolePolicyDocument": {
                        "Version": "2012-10-17",
                        "Statement": [{
                            "Effect": "Allow",
                            "Principal": {"Service": ["lambda.amazonaws.com"]},
                            "Action": ["sts:AssumeRole"]
                        }]
                    }
                }
            },
            "lambdaexecutionpolicy": role_policy("lambda-execution-policy", vec![log_group])
        },
        "Outputs": {
            "Name": {"Value": {"Ref": "LambdaFunction"}},
            "Arn": {"Value": {"Fn::GetAtt": ["LambdaFunction", "Arn"]}},
            "Region": {"Value": {"Ref": "AWS::Region"}},
            "LambdaExecutionRole": {"Value": {"Ref": "LambdaExecutionRole"}}
        }
    })
}

/// The environment variables of a function's template, made if there are none; `None` for a template without function.
pub fn variables(template: &mut Value) -> Option<&mut amplify_sdk::JsonMap> {
    template
        .pointer_mut("/Resources/LambdaFunction/Properties")?
        .as_object_mut()?
        .entry("Environment")
        .or_insert_with(|| json!({}))
        .as_object_mut()?
        .entry("Variables")
        .or_insert_with(|| json!({}))
        .as_object_mut()
}

/// A top-level section of a template (`Parameters`, `Resources`, `Outputs`), made if it is not there.
///
/// # Panics
/// Never for a template that [`crate::documents`] has checked to be an object of objects.
pub fn section<'t>(template: &'t mut Value, name: &str) -> &'t mut amplify_sdk::JsonMap {
    if !template.get(name).is_some_and(Value::is_object) {
        template[name] = json!({});
    }
    #[expect(clippy::expect_used, reason = "the line above made it an object")]
    template[name].as_object_mut().expect("a section is an object")
}

/// Whether any resource, condition or output refers to `name`, by `Ref` or inside `Fn::Sub`.
pub fn refers_to(template: &Value, name: &str) -> bool {
    ["Resources", "Conditions", "Outputs"]
        .iter()
        .any(|part| template.get(part).is_some_and(|value| mentions(value, name)))
}

/// Whether `value` refers to `name`, by `Ref` or inside `Fn::Sub`.
pub fn mentions(value: &Value, name: &str) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| mentions(item, name)),
        Value::Object(map) => map.iter().any(|(key, inner)| match (key.as_str(), inner) {
            ("Ref", Value::String(target)) => target == name,
            ("Fn::Sub", Value::String(text)) => text.contains(&format!("${{{name}}}")),
            ("Fn::Sub", Value::Array(items)) => items.iter().any(|item| match item {
                Value::String(text) => text.contains(&format!("${{{name}}}")),
                other => mentions(other, name),
            }),
            _ => mentions(inner, name),
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_template_is_the_recorded_one_but_for_runtime_and_code() {
        let ours =
            new(&Facts { function_name: "hello", role_name: "app4LambdaRole6a2b6d05", runtime: Runtime::NodeJs });
        let mut recorded: Value =
            serde_json::from_str(include_str!("../tests/data/recorded-hello-template.json")).unwrap();
        let properties = recorded.pointer_mut("/Resources/LambdaFunction/Properties").unwrap().as_object_mut().unwrap();
        properties.shift_remove("Code");
        properties.insert("Runtime".into(), "nodejs22.x".into());
        assert_eq!(serde_json::to_string_pretty(&ours).unwrap(), serde_json::to_string_pretty(&recorded).unwrap());
    }

    #[test]
    fn references_are_seen_in_every_form() {
        for value in [
            json!({"Ref": "p"}),
            json!({"Fn::Sub": "a-${p}"}),
            json!({"Fn::Sub": ["a-${p}", {}]}),
            json!({"Fn::Sub": ["${x}", {"x": {"Ref": "p"}}]}),
            json!([{"Fn::Join": ["", ["a", {"Ref": "p"}]]}]),
        ] {
            assert!(mentions(&value, "p"), "{value}");
        }
        assert!(!mentions(&json!({"Ref": "pp", "Fn::Sub": "${pp} p"}), "p"));
    }
}
