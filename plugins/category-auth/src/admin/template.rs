//! The template of the API: every path below its root leads to the function, behind the user pool's tokens.

use serde_json::{Value, json};

/// The template for the pool of a resource and for a function.
pub fn api(owner: &str, function: &str) -> Value {
    let (pool, arn, name) =
        (format!("auth{owner}UserPoolId"), format!("function{function}Arn"), format!("function{function}Name"));
    let passed = |name: &str| json!({ "Type": "String", "Default": name });
    let stage = json!({ "Fn::If": ["ShouldNotCreateEnvResources", "Prod", { "Ref": "env" }] });
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "API Gateway resource stack creation using Amplify CLI",
        "Parameters": {
            "authRoleName": { "Type": "String" },
            "unauthRoleName": { "Type": "String" },
            "env": { "Type": "String" },
            pool.clone(): passed(&pool),
            arn.clone(): passed(&arn),
            name.clone(): passed(&name)
        },
        "Conditions": { "ShouldNotCreateEnvResources": { "Fn::Equals": [{ "Ref": "env" }, "NONE"] } },
        "Resources": {
            "AdminQueries": {
                "Type": "AWS::ApiGateway::RestApi",
                "Properties": { "Description": "", "Name": "AdminQueries", "Body": body(&pool, &arn, &stage) }
            },
            "DeploymentAPIGWAdminQueries": {
                "Type": "AWS::ApiGateway::Deployment",
                "Properties": {
                    "Description": "The Development stage deployment of your API.",
                    "StageName": stage,
                    "RestApiId": { "Ref": "AdminQueries" }
                }
            },
            "AdminQueriesAPIGWPolicyForLambda": {
                "Type": "AWS::Lambda::Permission",
                "Properties": {
                    "FunctionName": { "Ref": name },
                    "Action": "lambda:InvokeFunction",
                    "Principal": "apigateway.amazonaws.com",
                    "SourceArn": { "Fn::Sub":
                        "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${AdminQueries}/*/*/*" }
                }
            }
        },
        "Outputs": {
            "RootUrl": {
                "Description": "Root URL of the API gateway",
                "Value": { "Fn::Sub": [
                    "https://${AdminQueries}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${stage}",
                    { "stage": { "Fn::If": ["ShouldNotCreateEnvResources", "Prod", { "Ref": "env" }] } }
                ] }
            },
            "ApiName": { "Description": "API Friendly name", "Value": "AdminQueries" },
            "ApiId": { "Description": "API id", "Value": { "Ref": "AdminQueries" } }
        }
    })
}

/// The API as Swagger describes it.
fn body(pool: &str, function: &str, stage: &Value) -> Value {
    let json = json!(["application/json"]);
    let header = json!({ "type": "string" });
    let method = json!({
        "produces": json,
        "parameters": [
            { "name": "proxy", "in": "path", "required": true, "type": "string" },
            { "name": "Authorization", "in": "header", "required": false, "type": "string" }
        ],
        "responses": {},
        // The scope is in access tokens only.
        "security": [{ "Cognito": ["aws.cognito.signin.user.admin"] }],
        "x-amazon-apigateway-integration": {
            "uri": { "Fn::Sub": [
                "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${function}/invocations",
                { "function": { "Ref": function } }
            ] },
            "passthroughBehavior": "when_no_match",
            "httpMethod": "POST",
            "type": "aws_proxy"
        }
    });
    json!({
        "swagger": "2.0",
        "info": { "version": "2018-05-24T17:52:00Z", "title": "AdminQueries" },
        "basePath": { "Fn::Join": ["", ["/", stage]] },
        "schemes": ["https"],
        "paths": { "/{proxy+}": {
            "options": {
                "consumes": json,
                "produces": json,
                "responses": { "200": {
                    "description": "200 response",
                    "schema": { "$ref": "#/definitions/Empty" },
                    "headers": {
                        "Access-Control-Allow-Origin": header,
                        "Access-Control-Allow-Methods": header,
                        "Access-Control-Allow-Headers": header
                    }
                } },
                "x-amazon-apigateway-integration": {
                    "responses": { "default": {
                        "statusCode": "200",
                        "responseParameters": {
                            "method.response.header.Access-Control-Allow-Methods": "'GET,OPTIONS,POST'",
                            "method.response.header.Access-Control-Allow-Headers":
                                "'Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token'",
                            "method.response.header.Access-Control-Allow-Origin": "'*'"
                        }
                    } },
                    "passthroughBehavior": "when_no_match",
                    "requestTemplates": { "application/json": "{\"statusCode\": 200}" },
                    "type": "mock"
                }
            },
            "get": method,
            "post": method
        } },
        "securityDefinitions": { "Cognito": {
            "type": "apiKey",
            "name": "Authorization",
            "in": "header",
            "x-amazon-apigateway-authtype": "cognito_user_pools",
            "x-amazon-apigateway-authorizer": {
                "type": "cognito_user_pools",
                "providerARNs": [{ "Fn::Sub": [
                    "arn:${AWS::Partition}:cognito-idp:${AWS::Region}:${AWS::AccountId}:userpool/${pool}",
                    { "pool": { "Ref": pool } }
                ] }]
            }
        } },
        "definitions": { "Empty": { "type": "object", "title": "Empty Schema" } }
    })
}
