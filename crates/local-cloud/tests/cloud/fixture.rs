//! An environment in a temporary folder, with what the tests do to it.

use std::path::{Path, PathBuf};

use amplify_local_cloud::{
    Deploy, Deployed, Error, Event, LocalCloud, Notice, Observer, ResourceState, Services, State, Upload,
};
use serde_json::{Map, Value, json};

pub const STACK: &str = "amplify-shop-dev-101010";
pub const BUCKET: &str = "amplify-shop-dev-101010-deployment";

/// An environment.
pub struct Fixture {
    pub folder: tempfile::TempDir,
    pub cloud: LocalCloud,
}

/// Remembers what it saw, and stops or dies on request.
#[derive(Default)]
pub struct Watcher {
    pub events: Vec<String>,
    pub cancel_at: Option<usize>,
    pub abort_at: Option<usize>,
}

impl Observer for Watcher {
    fn event(&mut self, event: &Event) {
        self.events.push(format!("{} {}", event.path, event.status));
        if self.abort_at == Some(self.events.len()) {
            // As `kill -9` does: nothing is dropped, nothing is flushed.
            std::process::abort();
        }
    }

    fn cancelled(&mut self) -> bool {
        self.cancel_at.is_some_and(|count| self.events.len() >= count)
    }
}

impl Fixture {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cloud = LocalCloud::open(&folder.path().join("mock-data/dev"));
        Self { folder, cloud }
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("mock-data/dev")
    }

    pub fn deploy(&self, template: Value) -> Result<Deployed, Error> {
        self.deploy_with(template, &[], &mut ())
    }

    pub fn deploy_with(
        &self,
        template: Value,
        uploads: &[(&str, &[u8])],
        observer: &mut dyn Observer,
    ) -> Result<Deployed, Error> {
        self.cloud.deploy(&request(self.folder.path(), template, uploads), observer)
    }

    pub fn state(&self) -> State {
        self.cloud.state().unwrap().unwrap()
    }

    pub fn resource(&self, id: &str) -> ResourceState {
        self.state().stack.unwrap().resources.get(id).unwrap_or_else(|| panic!("no resource {id}")).clone()
    }

    /// What buckets there are.
    pub fn buckets(&self) -> Vec<String> {
        names(&self.data().join("s3"))
    }
}

/// A deployment of the root stack, with its uploads written into `folder`.
pub fn request(folder: &Path, template: Value, uploads: &[(&str, &[u8])]) -> Deploy {
    let frozen = folder.join("uploads");
    std::fs::create_dir_all(&frozen).unwrap();
    let uploads = uploads
        .iter()
        .enumerate()
        .map(|(index, (key, content))| {
            let path = frozen.join(index.to_string());
            std::fs::write(&path, content).unwrap();
            Upload { key: (*key).to_owned(), path }
        })
        .collect();
    let parameters = Map::from_iter([("DeploymentBucketName".to_owned(), json!(BUCKET))]);
    Deploy { stack_name: STACK.into(), template, parameters, uploads }
}

pub fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A root template: a deployment bucket, and the given resources.
pub fn root(resources: Value) -> Value {
    let mut all = json!({
        "DeploymentBucket": {
            "Type": "AWS::S3::Bucket",
            "DeletionPolicy": "Retain",
            "Properties": { "BucketName": { "Ref": "DeploymentBucketName" } },
        },
    });
    for (id, resource) in resources.as_object().unwrap() {
        all[id] = resource.clone();
    }
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": { "DeploymentBucketName": { "Type": "String", "Default": "DeploymentBucket" } },
        "Resources": all,
        "Outputs": {
            "Region": { "Value": { "Ref": "AWS::Region" } },
            "StackName": { "Value": { "Ref": "AWS::StackName" }, "Export": { "Name": { "Fn::Sub": "${AWS::StackName}-Name" } } },
        },
    })
}

pub fn bucket(name: &str) -> Value {
    json!({ "Type": "AWS::S3::Bucket", "Properties": { "BucketName": name } })
}

pub fn table(name: &str) -> Value {
    json!({ "Type": "AWS::DynamoDB::Table", "Properties": {
        "TableName": name,
        "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
        "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
        "ProvisionedThroughput": { "ReadCapacityUnits": "5", "WriteCapacityUnits": "5" },
    }})
}

/// A resource that fails when it is made, after everything it depends on.
pub fn failing(after: &[&str]) -> Value {
    json!({ "Type": "AWS::S3::Bucket", "DependsOn": after, "Properties": { "BucketName": "No Such Name" } })
}

/// A nested stack whose template is the upload `key`.
pub fn stack(key: &str, parameters: Value) -> Value {
    json!({ "Type": "AWS::CloudFormation::Stack", "Properties": {
        "TemplateURL": format!("https://s3.amazonaws.com/{BUCKET}/{key}"),
        "Parameters": parameters,
    }})
}

/// A zip archive.
pub fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    use std::io::Write;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// What the services have told since they were asked last, in lines.
pub fn notices(services: &Services) -> Vec<String> {
    let mut lines = Vec::new();
    while let Some(notice) = services.notice() {
        match notice {
            Notice::Report(line) => lines.push(line),
            Notice::Log { function, text } => lines.extend(text.lines().map(|line| format!("  {function} | {line}"))),
            other => lines.push(format!("{other:?}")),
        }
    }
    lines
}
