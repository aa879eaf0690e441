//! The template of a new bucket.

use amplify_sdk::JsonMap;
use serde_json::{Value, json};

/// The template without groups and trigger, which are put in afterwards.
pub fn new() -> Value {
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "S3 resource stack creation using Amplify CLI",
        "Parameters": parameters(),
        "Conditions": conditions(),
        "Resources": resources(),
        "Outputs": {
            "BucketName": { "Value": { "Ref": "S3Bucket" }, "Description": "Bucket name for the S3 bucket" },
            "Region": { "Value": { "Ref": "AWS::Region" } }
        }
    })
}

/// The bucket's name without a reference to the bucket: what must exist before it can use this.
pub fn bucket_name() -> Value {
    json!({
        "Fn::If": [
            "ShouldNotCreateEnvResources",
            { "Ref": "bucketName" },
            { "Fn::Join": ["", [
                { "Ref": "bucketName" },
                { "Fn::Select": [3, { "Fn::Split": ["-", { "Ref": "AWS::StackName" }] }] },
                "-",
                { "Ref": "env" }
            ]] }
        ]
    })
}

/// The ARN of what lies below `path` in the bucket; of the bucket itself for an empty path.
pub fn arn(path: &str) -> Value {
    let mut parts = vec![json!("arn:aws:s3:::"), json!({ "Ref": "S3Bucket" })];
    if !path.is_empty() {
        parts.push(path.into());
    }
    json!({ "Fn::Join": ["", parts] })
}

fn parameters() -> Value {
    let mut parameters = JsonMap::new();
    for name in ["bucketName", "authPolicyName", "unauthPolicyName", "authRoleName", "unauthRoleName"] {
        parameters.insert(name.into(), json!({ "Type": "String" }));
    }
    for kind in ["Public", "Private", "Protected", "Uploads", "Read"] {
        parameters.insert(format!("s3{kind}Policy"), json!({ "Type": "String", "Default": "NONE" }));
    }
    for name in [
        "s3PermissionsAuthenticatedPublic",
        "s3PermissionsAuthenticatedProtected",
        "s3PermissionsAuthenticatedPrivate",
        "s3PermissionsAuthenticatedUploads",
        "s3PermissionsGuestPublic",
        "s3PermissionsGuestUploads",
        "AuthenticatedAllowList",
        "GuestAllowList",
    ] {
        parameters.insert(name.into(), json!({ "Type": "String", "Default": "DISALLOW" }));
    }
    for name in ["selectedGuestPermissions", "selectedAuthenticatedPermissions"] {
        parameters.insert(name.into(), json!({ "Type": "CommaDelimitedList", "Default": "NONE" }));
    }
    for name in ["env", "triggerFunction"] {
        parameters.insert(name.into(), json!({ "Type": "String" }));
    }
    Value::Object(parameters)
}

fn conditions() -> Value {
    let mut conditions = JsonMap::new();
    conditions.insert("ShouldNotCreateEnvResources".into(), json!({ "Fn::Equals": [{ "Ref": "env" }, "NONE"] }));
    for (name, parameter) in [
        ("CreateAuthPublic", "s3PermissionsAuthenticatedPublic"),
        ("CreateAuthProtected", "s3PermissionsAuthenticatedProtected"),
        ("CreateAuthPrivate", "s3PermissionsAuthenticatedPrivate"),
        ("CreateAuthUploads", "s3PermissionsAuthenticatedUploads"),
        ("CreateGuestPublic", "s3PermissionsGuestPublic"),
        ("CreateGuestUploads", "s3PermissionsGuestUploads"),
        ("AuthReadAndList", "AuthenticatedAllowList"),
        ("GuestReadAndList", "GuestAllowList"),
    ] {
        let condition = json!({ "Fn::Not": [{ "Fn::Equals": [{ "Ref": parameter }, "DISALLOW"] }] });
        conditions.insert(name.into(), condition);
    }
    Value::Object(conditions)
}

fn resources() -> Value {
    // `${...}` below is for IAM, which puts the identity of whoever asks there.
    let own_files = "${cognito-identity.amazonaws.com:sub}";
    let private = [format!("private/{own_files}/"), format!("private/{own_files}/*")];
    let shared = ["public/", "public/*", "protected/", "protected/*"];
    let listed: Vec<&str> = shared.into_iter().chain(private.iter().map(String::as_str)).collect();
    json!({
        "S3Bucket": bucket(),
        "S3AuthPublicPolicy": folder_policy("auth", "CreateAuthPublic", "Public", "AuthenticatedPublic", "/public/*"),
        "S3AuthProtectedPolicy": folder_policy("auth", "CreateAuthProtected", "Protected", "AuthenticatedProtected",
            &format!("/protected/{own_files}/*")),
        "S3AuthPrivatePolicy": folder_policy("auth", "CreateAuthPrivate", "Private", "AuthenticatedPrivate",
            &format!("/private/{own_files}/*")),
        "S3AuthUploadPolicy": folder_policy("auth", "CreateAuthUploads", "Uploads", "AuthenticatedUploads", "/uploads/*"),
        "S3AuthReadPolicy": read_policy("auth", "AuthReadAndList", &listed),
        "S3GuestPublicPolicy": folder_policy("unauth", "CreateGuestPublic", "Public", "GuestPublic", "/public/*"),
        "S3GuestUploadPolicy": folder_policy("unauth", "CreateGuestUploads", "Uploads", "GuestUploads", "/uploads/*"),
        "S3GuestReadPolicy": read_policy("unauth", "GuestReadAndList", &shared),
    })
}

fn bucket() -> Value {
    json!({
        "Type": "AWS::S3::Bucket",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "BucketName": bucket_name(),
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
            },
            "CorsConfiguration": {
                "CorsRules": [{
                    "AllowedHeaders": ["*"],
                    "AllowedMethods": ["GET", "HEAD", "PUT", "POST", "DELETE"],
                    "AllowedOrigins": ["*"],
                    "ExposedHeaders": ["x-amz-server-side-encryption", "x-amz-request-id", "x-amz-id-2", "ETag"],
                    "Id": "S3CORSRuleId1",
                    "MaxAge": 3000
                }]
            }
        }
    })
}

fn folder_policy(role: &str, condition: &str, kind: &str, permissions: &str, path: &str) -> Value {
    let actions = json!({ "Fn::Split": [",", { "Ref": format!("s3Permissions{permissions}") }] });
    let statements = vec![json!({ "Effect": "Allow", "Action": actions, "Resource": [arn(path)] })];
    policy(role, condition, &format!("s3{kind}Policy"), statements)
}

fn read_policy(role: &str, condition: &str, prefixes: &[&str]) -> Value {
    let statements = vec![
        json!({ "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": [arn("/protected/*")] }),
        json!({
            "Effect": "Allow",
            "Action": ["s3:ListBucket"],
            "Resource": [arn("")],
            "Condition": { "StringLike": { "s3:prefix": prefixes } }
        }),
    ];
    policy(role, condition, "s3ReadPolicy", statements)
}

fn policy(role: &str, condition: &str, name: &str, statements: Vec<Value>) -> Value {
    json!({
        "Type": "AWS::IAM::Policy",
        "Condition": condition,
        "Properties": {
            "PolicyName": { "Ref": name },
            "Roles": [{ "Ref": format!("{role}RoleName") }],
            "PolicyDocument": { "Version": "2012-10-17", "Statement": statements }
        }
    })
}
