//! An environment as the host would drive it.

use std::{
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use amplify_sdk::{
    JsonMap,
    environment::Target,
    error::PluginError,
    project::{EnvironmentView, ProjectView},
    provider::{
        DeployReply, DeployRequest, DestroyReply, InitializeReply, InitializeRequest, ProviderReply, ProviderRequest,
        Upload,
    },
    testing::{Host, Outcome},
};
use provider_awscloudformation::AwsCloudFormation;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::proxy;

/// An environment with names of its own, in a folder of its own.
pub struct Environment {
    folder: PathBuf,
    _keep: Option<TempDir>,
    pub name: String,
    pub state: JsonMap,
}

impl Environment {
    /// Nothing is made yet.
    pub fn named(name: &str) -> Self {
        proxy::start();
        let name = format!("amplify-{name}-dev-101010");
        let folder = tempfile::tempdir().unwrap();
        Self { folder: folder.path().into(), _keep: Some(folder), name, state: JsonMap::new() }
    }

    /// One of another process, which has the proxy.
    pub fn existing(name: String, folder: PathBuf, state: JsonMap) -> Self {
        Self { folder, _keep: None, name, state }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Made.
    pub fn initialized(name: &str) -> Self {
        let mut environment = Self::named(name);
        let outcome = environment.initialize(&json!({}));
        environment.state = made(&outcome);
        environment
    }

    pub fn initialize(&self, extra: &Value) -> Outcome<ProviderReply> {
        Host::new().provider(&AwsCloudFormation, ProviderRequest::Initialize(self.initialization(extra)))
    }

    /// What [`Environment::initialize`] asks for.
    pub fn initialization(&self, extra: &Value) -> InitializeRequest {
        InitializeRequest {
            project_name: "shop".into(),
            environment: "dev".into(),
            stack_name: self.name.clone(),
            template: root(extra),
            parameters: self.parameters(),
            data_dir: self.data_dir(),
            options: JsonMap::new(),
            ..InitializeRequest::default()
        }
    }

    pub fn bucket(&self) -> String {
        format!("{}-deployment", self.name)
    }

    pub fn data_dir(&self) -> String {
        self.folder.join("mock-data/dev").to_str().unwrap().to_owned()
    }

    fn parameters(&self) -> JsonMap {
        let value = |name: &str| json!(format!("{}-{name}", self.name));
        JsonMap::from_iter([
            ("DeploymentBucketName".to_owned(), value("deployment")),
            ("AuthRoleName".to_owned(), value("authRole")),
            ("UnauthRoleName".to_owned(), value("unauthRole")),
        ])
    }

    /// A file of the deployment.
    pub fn upload(&self, key: &str, content: &Value) -> Upload {
        let path: PathBuf = self.folder.join(key.replace('/', "-"));
        std::fs::write(&path, content.to_string()).unwrap();
        Upload { key: key.into(), path: path.to_str().unwrap().into() }
    }

    /// A nested stack whose template is one of the files.
    pub fn nested(&self, key: &str) -> Value {
        let url = format!("https://s3.amazonaws.com/{}/{key}", self.bucket());
        json!({ "Type": "AWS::CloudFormation::Stack", "Properties": { "TemplateURL": url } })
    }

    /// The same environment in the folder of somebody else.
    pub fn cloned(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder: folder.path().into(), _keep: Some(folder), name: self.name.clone(), state: self.state.clone() }
    }

    pub fn target(&self) -> Target {
        Target {
            project_name: "shop".into(),
            environment: "dev".into(),
            state: self.state.clone(),
            local: json!({ "configLevel": "general" }),
            data_dir: self.data_dir(),
        }
    }

    /// Deploys the root stack with more resources and files.
    pub fn deploy(&self, host: &Host, extra: &Value, uploads: Vec<Upload>) -> Outcome<ProviderReply> {
        host.provider(&AwsCloudFormation, ProviderRequest::Deploy(self.deployment(extra, uploads)))
    }

    /// What [`Environment::deploy`] asks for.
    pub fn deployment(&self, extra: &Value, uploads: Vec<Upload>) -> DeployRequest {
        let environment = EnvironmentView {
            name: "dev".into(),
            provider: "awscloudformation".into(),
            provider_state: self.state.clone(),
            ..EnvironmentView::default()
        };
        DeployRequest {
            project: ProjectView { name: "shop".into(), environment: Some(environment), ..ProjectView::default() },
            local: json!({ "configLevel": "general" }),
            data_dir: self.data_dir(),
            template: root(extra),
            parameters: self.parameters(),
            uploads,
            ..DeployRequest::default()
        }
    }

    /// Sends any request.
    pub fn ask(&self, request: ProviderRequest) -> Result<ProviderReply, PluginError> {
        Host::new().provider(&AwsCloudFormation, request).result
    }

    pub fn destroy(&self) -> Result<DestroyReply, PluginError> {
        self.destroy_as("dev")
    }
}

/// What is recorded of an environment that was made.
pub fn made(outcome: &Outcome<ProviderReply>) -> JsonMap {
    match outcome.value() {
        ProviderReply::Initialized(InitializeReply { state, .. }) => state.clone(),
        other => panic!("{other:?}"),
    }
}

pub fn deployed(outcome: &Outcome<ProviderReply>) -> &DeployReply {
    match outcome.value() {
        ProviderReply::Deployed(reply) => reply,
        other => panic!("{other:?}"),
    }
}

fn root(extra: &Value) -> Value {
    let role = |name: &str| {
        json!({ "Type": "AWS::IAM::Role", "Properties": {
            "RoleName": { "Ref": name },
            "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": [{
                "Effect": "Deny", "Principal": { "Federated": "cognito-identity.amazonaws.com" },
                "Action": "sts:AssumeRoleWithWebIdentity",
            }] },
        } })
    };
    let mut resources = json!({
        "DeploymentBucket": {
            "Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain",
            "Properties": { "BucketName": { "Ref": "DeploymentBucketName" } },
        },
        "AuthRole": role("AuthRoleName"),
        "UnauthRole": role("UnauthRoleName"),
    });
    for (id, resource) in extra.as_object().unwrap() {
        resources[id] = resource.clone();
    }
    let parameter = json!({ "Type": "String" });
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {
            "DeploymentBucketName": parameter, "AuthRoleName": parameter, "UnauthRoleName": parameter,
        },
        "Resources": resources,
        "Outputs": {
            "Region": { "Value": { "Ref": "AWS::Region" } },
            "StackName": { "Value": { "Ref": "AWS::StackName" } },
            "StackId": { "Value": { "Ref": "AWS::StackId" } },
            "AuthRoleArn": { "Value": { "Fn::GetAtt": ["AuthRole", "Arn"] } },
            "UnauthRoleArn": { "Value": { "Fn::GetAtt": ["UnauthRole", "Arn"] } },
            "AuthRoleName": { "Value": { "Ref": "AuthRoleName" } },
            "UnauthRoleName": { "Value": { "Ref": "UnauthRoleName" } },
            "DeploymentBucketName": { "Value": { "Ref": "DeploymentBucketName" } },
        },
    })
}

/// Looks until there is something to see.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{what} does not happen");
        thread::sleep(Duration::from_millis(50));
    }
}
