//! `@function`: pipelines of Lambda functions.

use serde_json::json;

use crate::common::{codes, output};

#[test]
fn fields_share_functions_and_chain_them() {
    let output = output(
        r#"type Query {
          echo(text: String): String @function(name: "echo-${env}")
          both(text: String): String @function(name: "echo-${env}") @function(name: "far", region: "us-east-1")
        }"#,
    );
    let stack = output.stacks["FunctionDirectiveStack"].value();
    let resources = stack["Resources"].as_object().unwrap();
    let ids: Vec<&str> = resources.keys().map(String::as_str).collect();
    assert_eq!(
        ids,
        [
            "EchoLambdaDataSourceRole",
            "EchoLambdaDataSource",
            "InvokeEchoLambdaDataSource",
            "QueryechoResolver",
            "QuerybothResolver",
            "FarUsEast1LambdaDataSourceRole",
            "FarUsEast1LambdaDataSource",
            "InvokeFarUsEast1LambdaDataSource"
        ]
    );
    assert_eq!(
        resources["QuerybothResolver"]["Properties"]["PipelineConfig"]["Functions"],
        json!([
            {"Fn::GetAtt": ["InvokeEchoLambdaDataSource", "FunctionId"]},
            {"Fn::GetAtt": ["InvokeFarUsEast1LambdaDataSource", "FunctionId"]},
        ])
    );
    let arn = &resources["EchoLambdaDataSource"]["Properties"]["LambdaConfig"]["LambdaFunctionArn"]["Fn::If"];
    assert_eq!(arn[1]["Fn::Sub"][0], "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:echo-${env}");
    assert_eq!(arn[2]["Fn::Sub"][0], "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:echo");
    assert!(output.pipeline_functions.contains_key("InvokeEchoLambdaDataSource.req.vtl"));
    assert!(output.resolvers["Query.echo.req.vtl"].contains(r#"put("fieldName", "echo")"#));
}

#[test]
fn mistakes_are_named() {
    assert_eq!(codes(r#"type Query { a: Int @function(name: "") }"#), ["function-name 1:37"]);
    assert_eq!(codes(r#"type Query { a: Int @function(name: "a b") }"#), ["function-name 1:37"]);
    assert_eq!(codes(r#"type Query { a: Int @function }"#), ["argument-missing 1:21"]);
    assert_eq!(
        codes(
            r#"type Query { a: Int @function(name: "a-b") b: Int @function(name: "aB") c: Int @function(name: "A-b") }"#
        ),
        ["logical-id-taken 1:67", "logical-id-taken 1:96"]
    );
}

#[test]
fn a_function_of_another_environment_or_region_is_called_by_its_own_name() {
    let output = output(
        r#"type Query { a: Int @function(name: "resize-prod") b: Int @function(name: "resize-${env}", region: "eu-west-3") }"#,
    );
    let resources = &output.stacks["FunctionDirectiveStack"].value()["Resources"];
    let arn = |id: &str, branch: usize| {
        resources[id]["Properties"]["LambdaConfig"]["LambdaFunctionArn"]["Fn::If"][branch]["Fn::Sub"][0].clone()
    };
    let here = "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:resize-prod";
    assert_eq!(arn("ResizeProdLambdaDataSource", 1), here);
    assert_eq!(arn("ResizeProdLambdaDataSource", 2), here);
    let there = "arn:aws:lambda:eu-west-3:${AWS::AccountId}:function:resize-${env}";
    assert_eq!(arn("ResizeEuWest3LambdaDataSource", 1), there);
    let allowed = &resources["ResizeEuWest3LambdaDataSourceRole"]["Properties"]["Policies"][0]["PolicyDocument"];
    assert_eq!(allowed["Statement"][0]["Resource"]["Fn::If"][1]["Fn::Sub"][0], there);
    assert_eq!(codes(r#"type Query { a: Int @function(name: "f", region: "eu west") }"#), ["function-region 1:50"]);
}
