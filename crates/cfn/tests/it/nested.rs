//! Parents and their nested stacks.

use amplify_cfn::{NestedStack, check_nested};
use serde_json::{Value, json};

use crate::sample::template;

fn child() -> Value {
    json!({
        "Parameters": {"env": {"Type": "String"}, "size": {"Type": "Number", "Default": 1}},
        "Resources": {"R": {"Type": "Custom::R"}},
        "Outputs": {"Arn": {"Value": {"Ref": "R"}}},
    })
}

fn parent(parameters: Value, output: &str) -> Value {
    json!({
        "Resources": {
            "functionhello": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "u", "Parameters": parameters}},
            "api": {"Type": "Custom::X", "Properties": {"A": {"Fn::GetAtt": ["functionhello", format!("Outputs.{output}")]}}},
        },
        "Outputs": {"O": {"Value": {"Fn::Sub": format!("${{functionhello.Outputs.{output}}}")}}},
    })
}

fn problems(parameters: Value, output: &str) -> Vec<String> {
    let (parent, child) = (template(parent(parameters, output)), template(child()));
    let children = [NestedStack { logical_id: "functionhello", template: &child }];
    match check_nested(&parent, &children) {
        Ok(()) => Vec::new(),
        Err(error) => error.problems.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn agreement() {
    assert!(problems(json!({"env": {"Ref": "env"}}), "Arn").is_empty());
    assert!(problems(json!({"env": "dev", "size": 2}), "Arn").is_empty());
}

#[test]
fn every_disagreement_is_found() {
    assert_eq!(
        problems(json!({"evn": "dev"}), "Nam"),
        [
            "Resources.functionhello.Properties.Parameters.evn: the template declares no parameter `evn`",
            "Resources.functionhello.Properties.Parameters: the parameter `env` has no value",
            "Resources.api.Properties.A.Fn::GetAtt: the nested stack `functionhello` has no output `Nam`",
            "Outputs.O.Value.Fn::Sub: the nested stack `functionhello` has no output `Nam`",
        ]
    );
}
