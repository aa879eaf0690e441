//! The root stack: what every environment has, and one nested stack for each resource.

use serde_json::{Map, Value, json};

use crate::{Environment, NestedStack};

/// Logical ids of the root stack that belong to the environment itself and not to a resource.
pub const ENVIRONMENT_RESOURCES: [&str; 3] = ["DeploymentBucket", "AuthRole", "UnauthRole"];

/// Where the deployment bucket stands in the root template.
pub(crate) const BUCKET: &str = "/Resources/DeploymentBucket";

/// The root template of an empty environment: the deployment bucket and the two roles.
pub fn root_template() -> Value {
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Root stack of an Amplify environment",
        "Parameters": {
            "DeploymentBucketName": {
                "Description": "Name of the bucket that holds what is deployed",
                "Type": "String",
                "Default": "DeploymentBucket"
            },
            "AuthRoleName": { "Type": "String", "Default": "AuthRoleName" },
            "UnauthRoleName": { "Type": "String", "Default": "UnauthRoleName" }
        },
        "Resources": {
            "DeploymentBucket": {
                "Type": "AWS::S3::Bucket",
                "DeletionPolicy": "Retain",
                "Properties": {
                    "BucketName": { "Ref": "DeploymentBucketName" },
                    "BucketEncryption": {
                        "ServerSideEncryptionConfiguration": [
                            { "ServerSideEncryptionByDefault": { "SSEAlgorithm": "AES256" } }
                        ]
                    },
                    "PublicAccessBlockConfiguration": {
                        "BlockPublicAcls": true,
                        "BlockPublicPolicy": true,
                        "IgnorePublicAcls": true,
                        "RestrictPublicBuckets": true
                    }
                }
            },
            "AuthRole": role("AuthRoleName"),
            "UnauthRole": role("UnauthRoleName")
        },
        "Outputs": {
            "Region": exported("Region of the root stack", json!({ "Ref": "AWS::Region" }), "Region"),
            "StackName": exported("Name of the root stack", json!({ "Ref": "AWS::StackName" }), "StackName"),
            "StackId": exported("Id of the root stack", json!({ "Ref": "AWS::StackId" }), "StackId"),
            "DeploymentBucketName": exported(
                "Name of the deployment bucket",
                json!({ "Ref": "DeploymentBucketName" }),
                "DeploymentBucketName"
            ),
            "AuthRoleArn": { "Value": { "Fn::GetAtt": ["AuthRole", "Arn"] } },
            "UnauthRoleArn": { "Value": { "Fn::GetAtt": ["UnauthRole", "Arn"] } },
            "AuthRoleName": { "Value": { "Ref": "AuthRole" } },
            "UnauthRoleName": { "Value": { "Ref": "UnauthRole" } }
        }
    })
}

/// The root stack's parameters for a stack of this name.
pub fn root_parameters(stack_name: &str) -> Map<String, Value> {
    let mut parameters = Map::new();
    parameters.insert("DeploymentBucketName".to_owned(), format!("{stack_name}-deployment").into());
    parameters.insert("AuthRoleName".to_owned(), format!("{stack_name}-authRole").into());
    parameters.insert("UnauthRoleName".to_owned(), format!("{stack_name}-unauthRole").into());
    parameters
}

/// The root template with one nested stack for each of `stacks`.
pub(crate) fn with_stacks(stacks: &[NestedStack]) -> Value {
    let mut template = root_template();
    if let Some(resources) = resources_mut(&mut template) {
        for stack in stacks {
            resources.insert(
                stack.logical_id.clone(),
                json!({
                    "Type": "AWS::CloudFormation::Stack",
                    "Properties": { "TemplateURL": stack.template_url, "Parameters": stack.parameters }
                }),
            );
        }
    }
    template
}

/// The `Resources` of a template.
pub(crate) fn resources_mut(template: &mut Value) -> Option<&mut Map<String, Value>> {
    template.get_mut("Resources")?.as_object_mut()
}

/// Where a file of the deployment bucket is addressed. The host is the same in every region.
pub(crate) fn url(environment: &Environment, key: &str) -> String {
    format!("https://s3.amazonaws.com/{}/{key}", environment.bucket)
}

/// A role that nobody can assume until an identity pool is there, see [`crate::trust`].
fn role(name_parameter: &str) -> Value {
    json!({
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": { "Ref": name_parameter },
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [{
                    "Sid": "",
                    "Effect": "Deny",
                    "Principal": { "Federated": "cognito-identity.amazonaws.com" },
                    "Action": "sts:AssumeRoleWithWebIdentity"
                }]
            }
        }
    })
}

fn exported(description: &str, value: Value, name: &str) -> Value {
    json!({
        "Description": description,
        "Value": value,
        "Export": { "Name": { "Fn::Sub": format!("${{AWS::StackName}}-{name}") } }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_environment_is_a_bucket_and_two_roles() {
        let template = root_template();
        let resources = template["Resources"].as_object().unwrap();
        assert_eq!(resources.keys().collect::<Vec<_>>(), ENVIRONMENT_RESOURCES.iter().collect::<Vec<_>>());
        let bucket = &template["Resources"]["DeploymentBucket"];
        assert_eq!(bucket["DeletionPolicy"], "Retain");
        assert_eq!(bucket["Properties"]["PublicAccessBlockConfiguration"]["RestrictPublicBuckets"], true);
        assert!(bucket["Properties"]["BucketEncryption"].is_object());
        assert_eq!(template["Outputs"]["Region"]["Export"]["Name"]["Fn::Sub"], "${AWS::StackName}-Region");
    }

    #[test]
    fn names_follow_the_stack() {
        let parameters = root_parameters("amplify-app-dev-62055");
        assert_eq!(parameters["DeploymentBucketName"], "amplify-app-dev-62055-deployment");
        assert_eq!(parameters["UnauthRoleName"], "amplify-app-dev-62055-unauthRole");
    }
}
