//! The description of an API that API Gateway makes it from.

use amplify_sdk::JsonMap;
use serde_json::{Value, json};

use super::params::{ApiPath, Params};

const METHODS: &str = "'DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT'";
const HEADERS: &str = "'Content-Type,X-Amz-Date,Authorization,X-Api-Key,X-Amz-Security-Token,X-Amz-User-Agent'";

/// The description.
pub fn body(params: &Params) -> Value {
    let mut paths = JsonMap::new();
    for path in &params.paths {
        paths.insert(path.name.clone(), methods(path));
        paths.insert(format!("{}/{{proxy+}}", path.name), methods(path));
    }
    let base = json!({ "Fn::Join": ["", ["/", { "Ref": "env" }]] });
    let text = |name: &str, title: &str| json!({ "type": "object", "required": [name], "properties": { name: { "type": "string" } }, "title": title });
    json!({
        "swagger": "2.0",
        "info": { "version": "2018-05-24T17:52:00Z", "title": params.api_name },
        "host": { "Fn::Join": ["", ["apigateway.", { "Ref": "AWS::Region" }, ".amazonaws.com"]] },
        "basePath": { "Fn::If": ["ShouldNotCreateEnvResources", "/Prod", base] },
        "schemes": ["https"],
        "paths": paths,
        "securityDefinitions": {
            "sigv4": {
                "type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4",
            },
        },
        "definitions": {
            "RequestSchema": text("request", "Request Schema"),
            "ResponseSchema": text("response", "Response Schema"),
        },
        // Without these a browser hides why the gateway itself refused a call.
        "x-amazon-apigateway-gateway-responses": { "DEFAULT_4XX": readable(), "DEFAULT_5XX": readable() },
    })
}

/// An answer of the gateway's own that scripts of other origins may read.
fn readable() -> Value {
    json!({ "responseParameters": {
        "gatewayresponse.header.Access-Control-Allow-Methods": METHODS,
        "gatewayresponse.header.Access-Control-Allow-Headers": HEADERS,
        "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
    } })
}

/// What browsers ask first, and every other method.
fn methods(path: &ApiPath) -> Value {
    let json = ["application/json"];
    let header = json!({ "type": "string" });
    let options = json!({
        "consumes": json,
        "produces": json,
        "responses": { "200": { "description": "200 response", "headers": {
            "Access-Control-Allow-Origin": header,
            "Access-Control-Allow-Methods": header,
            "Access-Control-Allow-Headers": header,
        } } },
        "x-amazon-apigateway-integration": {
            "responses": { "default": { "statusCode": "200", "responseParameters": {
                "method.response.header.Access-Control-Allow-Methods": METHODS,
                "method.response.header.Access-Control-Allow-Headers": HEADERS,
                "method.response.header.Access-Control-Allow-Origin": "'*'",
            } } },
            "requestTemplates": { "application/json": "{\"statusCode\": 200}" },
            "passthroughBehavior": "when_no_match",
            "type": "mock",
        },
    });
    let function = match &path.lambda_arn {
        Some(arn) => json!(arn),
        None => json!({ "Ref": format!("function{}Arn", path.lambda_function) }),
    };
    let mut any = json!({
        "consumes": json,
        "produces": json,
        "parameters": [
            { "in": "body", "name": "RequestSchema", "required": false, "schema": { "$ref": "#/definitions/RequestSchema" } },
        ],
        "responses": {
            "200": { "description": "200 response", "schema": { "$ref": "#/definitions/ResponseSchema" } },
        },
    });
    if !path.privacy.open {
        any["security"] = json!([{ "sigv4": [] }]);
    }
    any["x-amazon-apigateway-integration"] = json!({
        "responses": { "default": { "statusCode": "200" } },
        "uri": { "Fn::Join": ["", [
            "arn:aws:apigateway:", { "Ref": "AWS::Region" }, ":lambda:path/2015-03-31/functions/", function, "/invocations",
        ]] },
        "passthroughBehavior": "when_no_match",
        "httpMethod": "POST",
        "type": "aws_proxy",
    });
    json!({ "options": options, "x-amazon-apigateway-any-method": any })
}
