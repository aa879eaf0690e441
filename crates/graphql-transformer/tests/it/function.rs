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
    let resources = output.stacks["FunctionDirectiveStack"]["Resources"].as_object().unwrap();
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
