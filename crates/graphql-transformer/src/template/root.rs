//! The stack of the API itself: parameters, conditions, the API, its key, its schema.

use serde_json::{Map, Value, json};

use super::{api_id, attribute, by_environment, reference};
use crate::input::{ApiKey, AuthMode, Input};

/// Parameters that every stack has.
pub(super) fn parameters() -> Map<String, Value> {
    let flag = |what: &str, default: &str| json!({"Type": "String", "Description": what, "Default": default, "AllowedValues": ["true", "false"]});
    let text = |what: &str| json!({"Type": "String", "Description": what});
    let or = |what: &str, default: &str| json!({"Type": "String", "Description": what, "Default": default});
    let number = |what: &str, default: i64| json!({"Type": "Number", "Description": what, "Default": default});
    let mut expiration = number("When the API key ends, in seconds since 1970; 0 counts from the compilation.", 0);
    expiration["MinValue"] = (-1).into();
    let mut create = number("1 when the API has a key, else 0.", 0);
    create["MinValue"] = 0.into();
    create["MaxValue"] = 1.into();
    let mut billing = or("How tables are paid for.", "PAY_PER_REQUEST");
    billing["AllowedValues"] = json!(["PAY_PER_REQUEST", "PROVISIONED"]);
    let list = [
        ("DynamoDBModelTableReadIOPS", number("Reads a second of a provisioned table.", 5)),
        ("DynamoDBModelTableWriteIOPS", number("Writes a second of a provisioned table.", 5)),
        ("DynamoDBBillingMode", billing),
        ("DynamoDBEnablePointInTimeRecovery", flag("Whether tables can be restored to a point in time.", "false")),
        ("DynamoDBEnableServerSideEncryption", flag("Whether tables are encrypted with a KMS key.", "true")),
        ("AppSyncApiName", or("Name of the API.", "AppSyncSimpleTransform")),
        ("APIKeyExpirationEpoch", expiration),
        ("CreateAPIKey", create),
        ("AuthCognitoUserPoolId", or("The user pool whose users may call the API.", "NONE")),
        ("env", or("Name of the environment.", "NONE")),
        ("S3DeploymentBucket", text("The bucket with the files of the deployment.")),
        ("S3DeploymentRootKey", text("Where in the bucket the files of this API start.")),
    ];
    list.into_iter().map(|(name, body)| (name.to_owned(), body)).collect()
}

/// Conditions that every stack has.
pub(super) fn conditions() -> Value {
    let equals = |name: &str, value: Value| json!({"Fn::Equals": [{"Ref": name}, value]});
    let not = |inner: Value| json!({"Fn::Not": [inner]});
    json!({
        "ShouldUsePayPerRequestBilling": equals("DynamoDBBillingMode", "PAY_PER_REQUEST".into()),
        "ShouldUsePointInTimeRecovery": equals("DynamoDBEnablePointInTimeRecovery", "true".into()),
        "ShouldUseServerSideEncryption": equals("DynamoDBEnableServerSideEncryption", "true".into()),
        "ShouldCreateAPIKey": equals("CreateAPIKey", 1.into()),
        "APIKeyExpirationEpochIsPositive": {"Fn::And": [
            not(equals("APIKeyExpirationEpoch", (-1).into())),
            not(equals("APIKeyExpirationEpoch", 0.into())),
        ]},
        "HasEnvironmentParameter": not(equals("env", "NONE".into())),
    })
}

/// The resources that exist before any directive.
pub(super) fn resources(input: &Input, needs_none: bool) -> Vec<(String, Value)> {
    let mut api = json!({"Name": by_name()});
    provider(&input.auth.default, true, &mut api);
    let additional: Vec<Value> = (input.auth.additional.iter())
        .map(|mode| {
            let mut body = json!({});
            provider(mode, false, &mut body);
            body
        })
        .collect();
    if !additional.is_empty() {
        api["AdditionalAuthenticationProviders"] = additional.into();
    }
    let ApiKey { id, expires } = input.api_key();
    let mut list = vec![
        ("GraphQLAPI", json!({"Type": "AWS::AppSync::GraphQLApi", "Properties": api})),
        (
            &*id,
            json!({"Type": "AWS::AppSync::ApiKey", "Properties": {
                "ApiId": api_id(),
                "Expires": {"Fn::If": ["APIKeyExpirationEpochIsPositive", {"Ref": "APIKeyExpirationEpoch"}, expires]},
            }, "Condition": "ShouldCreateAPIKey"}),
        ),
    ];
    if needs_none {
        list.push((
            "NoneDataSource",
            json!({"Type": "AWS::AppSync::DataSource", "Properties": {"ApiId": api_id(), "Name": "NONE", "Type": "NONE"}}),
        ));
    }
    list.push((
        "GraphQLSchema",
        json!({"Type": "AWS::AppSync::GraphQLSchema", "Properties": {
            "ApiId": api_id(),
            "DefinitionS3Location": {"Fn::Sub": ["s3://${S3DeploymentBucket}/${S3DeploymentRootKey}/schema.graphql", {
                "S3DeploymentBucket": {"Ref": "S3DeploymentBucket"},
                "S3DeploymentRootKey": {"Ref": "S3DeploymentRootKey"},
            }]},
        }}),
    ));
    list.into_iter().map(|(id, body)| (id.to_owned(), body)).collect()
}

fn by_name() -> Value {
    let name = reference("AppSyncApiName");
    let mut body = by_environment(std::slice::from_ref(&name), &[]);
    body["Fn::If"][2] = name;
    body
}

fn provider(mode: &AuthMode, default: bool, body: &mut Value) {
    body["AuthenticationType"] = mode.service_name().into();
    match mode {
        AuthMode::ApiKey { .. } | AuthMode::Iam => {}
        AuthMode::UserPools => {
            let mut pool = json!({"UserPoolId": {"Ref": "AuthCognitoUserPoolId"}, "AwsRegion": {"Ref": "AWS::Region"}});
            if default {
                pool["DefaultAction"] = "ALLOW".into();
            }
            body["UserPoolConfig"] = pool;
        }
        AuthMode::Oidc { issuer, client_id, iat_ttl, auth_ttl } => {
            let mut settings = json!({"Issuer": issuer});
            if let Some(client) = client_id {
                settings["ClientId"] = client.clone().into();
            }
            for (name, value) in [("IatTTL", iat_ttl), ("AuthTTL", auth_ttl)] {
                if let Some(value) = value {
                    settings[name] = (*value).into();
                }
            }
            body["OpenIDConnectConfig"] = settings;
        }
    }
}

/// What other parts of a project read.
pub(super) fn outputs(input: &Input) -> Value {
    let output = |what: &str, value: Value, name: &str| {
        json!({
            "Description": what,
            "Value": value,
            "Export": {"Name": {"Fn::Join": [":", [{"Ref": "AWS::StackName"}, name]]}},
        })
    };
    let mut key = output("Key of the API.", attribute(&input.api_key().id, "ApiKey"), "GraphQLApiKey");
    key["Condition"] = "ShouldCreateAPIKey".into();
    json!({
        "GraphQLAPIIdOutput": output("Id of the API.", api_id(), "GraphQLApiId"),
        "GraphQLAPIEndpointOutput": output("Endpoint of the API.", attribute("GraphQLAPI", "GraphQLUrl"), "GraphQLApiEndpoint"),
        "GraphQLAPIKeyOutput": key,
    })
}
