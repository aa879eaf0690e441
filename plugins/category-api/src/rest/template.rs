//! The template of an API. Names of parameters, resources and outputs are the original's.

use amplify_sdk::JsonMap;
use serde_json::{Value, json};

use super::{params::Params, policies, swagger};

/// Makes the template.
pub fn template(params: &Params) -> Value {
    let api = &params.api_name;
    let mut parameters = JsonMap::new();
    for name in ["authRoleName", "unauthRoleName", "env"] {
        parameters.insert(name.into(), json!({ "Type": "String" }));
    }
    for on in &params.depends_on {
        let text = |key: &str| on[key].as_str().unwrap_or_default();
        for attribute in on["attributes"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let name = format!("{}{}{attribute}", text("category"), text("resourceName"));
            parameters.insert(name.clone(), json!({ "Type": "String", "Default": name }));
        }
    }
    let mut resources = policies::all(params);
    resources.insert(
        api.clone(),
        json!({
            "Type": "AWS::ApiGateway::RestApi",
            "Properties": { "Description": "", "Name": api, "Body": swagger::body(params), "FailOnWarnings": true },
        }),
    );
    for function in &params.function_arns {
        let plain: String = function.lambda_function.chars().filter(char::is_ascii_alphanumeric).collect();
        let called = match &function.lambda_arn {
            Some(arn) => json!(arn),
            None => json!({ "Ref": format!("function{}Name", function.lambda_function) }),
        };
        let source = json!({ "Fn::Join": ["", [
            "arn:aws:execute-api:", { "Ref": "AWS::Region" }, ":", { "Ref": "AWS::AccountId" }, ":", { "Ref": api }, "/*/*/*",
        ]] });
        resources.insert(
            format!("function{plain}Permission{api}"),
            json!({
                "Type": "AWS::Lambda::Permission",
                "Properties": {
                    "FunctionName": called,
                    "Action": "lambda:InvokeFunction",
                    "Principal": "apigateway.amazonaws.com",
                    "SourceArn": source,
                },
            }),
        );
    }
    resources.insert(
        format!("DeploymentAPIGW{api}{}", params.uuid.as_deref().unwrap_or_default()),
        json!({
            "Type": "AWS::ApiGateway::Deployment",
            "Properties": {
                "Description": "The Development stage deployment of your API.",
                "StageName": stage(),
                "RestApiId": { "Ref": api },
            },
        }),
    );
    let url = json!({ "Fn::Join": ["", [
        "https://", { "Ref": api }, ".execute-api.", { "Ref": "AWS::Region" }, ".amazonaws.com/", stage(),
    ]] });
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "API Gateway resource stack creation using Amplify CLI",
        "Parameters": parameters,
        "Conditions": { "ShouldNotCreateEnvResources": { "Fn::Equals": [{ "Ref": "env" }, "NONE"] } },
        "Resources": resources,
        "Outputs": {
            "RootUrl": { "Description": "Root URL of the API gateway", "Value": url },
            "ApiName": { "Description": "API Friendly name", "Value": params.resource_name },
            "ApiId": { "Description": "API ID (prefix of API URL)", "Value": { "Ref": api } },
        },
    })
}

/// The stage: the environment's name.
pub fn stage() -> Value {
    json!({ "Fn::If": ["ShouldNotCreateEnvResources", "Prod", { "Ref": "env" }] })
}
