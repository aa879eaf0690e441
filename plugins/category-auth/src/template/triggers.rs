//! The functions that a user pool calls: permission for it, and permissions of theirs on the pool.

use amplify_sdk::JsonMap;
use serde_json::{Value, json};

use super::{attribute, named, parameters, reference};
use crate::settings::Settings;

/// The triggers as the questions name them, and as CloudFormation does.
const TRIGGERS: [(&str, &str); 9] = [
    ("CreateAuthChallenge", "CreateAuthChallenge"),
    ("CustomMessage", "CustomMessage"),
    ("DefineAuthChallenge", "DefineAuthChallenge"),
    ("PostAuthentication", "PostAuthentication"),
    ("PostConfirmation", "PostConfirmation"),
    ("PreAuthentication", "PreAuthentication"),
    ("PreSignup", "PreSignUp"),
    ("PreTokenGeneration", "PreTokenGeneration"),
    ("VerifyAuthChallengeResponse", "VerifyAuthChallengeResponse"),
];

/// The pool's `LambdaConfig`; none without triggers.
pub fn configuration(settings: &Settings) -> Option<Value> {
    let functions: JsonMap = functions(settings)
        .into_iter()
        .map(|(_, property, function)| (property.to_owned(), reference(&format!("function{function}Arn"))))
        .collect();
    (!functions.is_empty()).then_some(Value::Object(functions))
}

/// Adds the permissions, and the bucket with the page of the verification link.
pub fn add(settings: &Settings, resources: &mut JsonMap) {
    verification_page(settings, resources);
    for (trigger, _, function) in functions(settings) {
        let permission = json!({
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "Action": "lambda:invokeFunction",
                "Principal": "cognito-idp.amazonaws.com",
                "FunctionName": reference(&format!("function{function}Name")),
                "SourceArn": attribute("UserPool", "Arn")
            }
        });
        resources.insert(format!("UserPool{trigger}LambdaInvokePermission"), permission);
    }
    for text in settings.list("permissions") {
        let Ok(permission) = serde_json::from_str::<Value>(&text) else { continue };
        let (Some(trigger), Some(policy)) = (permission["trigger"].as_str(), permission["policyName"].as_str()) else {
            continue;
        };
        let name = format!("{}{trigger}{policy}", settings.text("resourceName"));
        let keys = permission["resource"]["keys"].clone();
        let resource = match permission["resource"]["paramType"].as_str() {
            Some("!GetAtt") => json!({ "Fn::GetAtt": keys }),
            Some("!Ref") => json!({ "Ref": keys }),
            Some("!Sub") => json!({ "Fn::Sub": keys[0] }),
            _ => keys,
        };
        let role = json!({ "Fn::Join": ["", [
            format!("{}{trigger}", settings.text("resourceName")), "-", reference("env")
        ]] });
        let policy = json!({
            "Type": "AWS::IAM::Policy",
            "Properties": {
                "PolicyName": name,
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        { "Effect": permission["effect"], "Action": permission["actions"], "Resource": resource }
                    ]
                },
                "Roles": [role]
            }
        });
        resources.insert(name, policy);
    }
}

/// Anybody who has a link can read the page; the function writes it.
fn verification_page(settings: &Settings, resources: &mut JsonMap) {
    if settings.text("verificationBucketName").is_empty() {
        return;
    }
    let name = reference("verificationBucketName");
    let bucket = json!({
        "Type": "AWS::S3::Bucket",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "BucketName": named(name.clone(), vec![name, json!("-"), reference("env")]),
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": true,
                "IgnorePublicAcls": true,
                "BlockPublicPolicy": false,
                "RestrictPublicBuckets": false
            }
        }
    });
    resources.insert("CustomMessageConfirmationBucket".into(), bucket);
    let policy = json!({
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "Bucket": reference("CustomMessageConfirmationBucket"),
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [{
                    "Effect": "Allow",
                    "Principal": "*",
                    "Action": ["s3:GetObject"],
                    "Resource": { "Fn::Sub": "${CustomMessageConfirmationBucket.Arn}/*" }
                }]
            }
        }
    });
    resources.insert("CustomMessageConfirmationBucketPolicy".into(), policy);
}

/// The triggers that have a function: trigger, property and function.
fn functions(settings: &Settings) -> Vec<(&'static str, &'static str, String)> {
    let owner = settings.text("resourceName");
    let present = parameters::dependencies(settings);
    TRIGGERS
        .into_iter()
        .map(|(trigger, property)| (trigger, property, format!("{owner}{trigger}")))
        .filter(|(_, _, function)| present.iter().any(|(_, resource)| resource == function))
        .collect()
}
