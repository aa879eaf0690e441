//! The files of an API that its user keeps.

use amplify_sdk::JsonMap;
use serde_json::{Value, json};

use super::auth::AuthSettings;

/// The parameters of the API's stack.
pub const PARAMETERS_FILE: &str = "parameters.json";
/// What the compiler is told beside the schema.
pub const CONFIGURATION_FILE: &str = "transform.conf.json";
/// The schema, where it is one file.
pub const SCHEMA_FILE: &str = "schema.graphql";
/// A place for resources of the user's own.
pub const CUSTOM_STACK_FILE: &str = "stacks/CustomResources.json";

/// Where the pool is named to the API.
const POOL: &str = "AuthCognitoUserPoolId";

/// `parameters.json` of a new API.
pub fn parameters(name: &str, auth: &AuthSettings) -> JsonMap {
    let mut parameters = JsonMap::new();
    parameters.insert("AppSyncApiName".into(), name.into());
    parameters.insert("DynamoDBBillingMode".into(), "PAY_PER_REQUEST".into());
    parameters.insert("DynamoDBEnableServerSideEncryption".into(), "false".into());
    set_pool(&mut parameters, auth);
    parameters
}

/// Names the pool whose users may call the API, or no pool.
pub fn set_pool(parameters: &mut JsonMap, auth: &AuthSettings) {
    match auth.user_pool() {
        Some(resource) => {
            let pool = json!({ "Fn::GetAtt": [format!("auth{resource}"), "Outputs.UserPoolId"] });
            parameters.insert(POOL.into(), pool);
        }
        None => {
            parameters.shift_remove(POOL);
        }
    }
}

/// `transform.conf.json` of a new API.
pub fn configuration() -> Value {
    json!({ "Version": 5, "ElasticsearchWarning": true })
}

/// A stack that makes nothing yet, with the parameters that resources of one's own need.
pub fn custom_stack() -> Value {
    let text = |what: &str| json!({ "Type": "String", "Description": what });
    let or = |what: &str, default: &str| json!({ "Type": "String", "Description": what, "Default": default });
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Resources of your own, beside those made from the schema.",
        "Metadata": {},
        "Parameters": {
            "AppSyncApiId": text("Id of the API."),
            "AppSyncApiName": or("Name of the API.", "AppSyncSimpleTransform"),
            "env": or("Name of the environment.", "NONE"),
            "S3DeploymentBucket": text("The bucket with the files of the deployment."),
            "S3DeploymentRootKey": text("Where in the bucket the files of this API start."),
        },
        "Resources": {
            "EmptyResource": { "Type": "AWS::CloudFormation::WaitConditionHandle", "Condition": "AlwaysFalse" },
        },
        "Conditions": {
            "HasEnvironmentParameter": { "Fn::Not": [{ "Fn::Equals": [{ "Ref": "env" }, "NONE"] }] },
            "AlwaysFalse": { "Fn::Equals": [{ "Ref": "AppSyncApiId" }, ""] },
        },
        "Outputs": {
            "EmptyOutput": { "Description": "Stands for outputs of your own; delete it once there is one.", "Value": "" },
        },
    })
}
