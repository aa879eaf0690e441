//! Small made-up projects in a folder of their own.

use std::path::{Path, PathBuf};

use amplify_planner::{Assembly, Options, Plan};
use amplify_project::{Project, status};
use fs_err as fs;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

/// A project with the environment `dev` of the local provider.
pub struct Fixture {
    home: TempDir,
    entries: Map<String, Value>,
}

impl Fixture {
    pub fn new() -> Self {
        let fixture = Self { home: tempfile::tempdir().unwrap(), entries: Map::new() };
        let stack = "amplify-demo-dev-62055";
        fixture.json(
            "amplify/.config/project-config.json",
            &json!({
                "projectName": "demo", "version": "3.0", "frontend": "javascript", "providers": ["awscloudformation"],
                "javascript": { "framework": "none", "config": {} }
            }),
        );
        fixture.json("amplify/.config/local-env-info.json", &json!({ "projectPath": "/", "envName": "dev" }));
        fixture.json(
            "amplify/team-provider-info.json",
            &json!({ "dev": { "local": {
            "Region": "us-east-1", "StackName": stack,
            "StackId": format!("arn:aws:cloudformation:us-east-1:123456789012:stack/{stack}/1"),
            "DeploymentBucketName": format!("{stack}-deployment"),
            "AuthRoleName": format!("{stack}-authRole"), "UnauthRoleName": format!("{stack}-unauthRole")
        } } }),
        );
        fixture.json("amplify/#current-cloud-backend/amplify-meta.json", &json!({ "providers": { "local": {} } }));
        fixture.record();
        fixture
    }

    pub fn root(&self) -> &Path {
        self.home.path()
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.root().join(relative)
    }

    pub fn write(&self, relative: &str, content: &str) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn json(&self, relative: &str, value: &Value) {
        self.write(relative, &format!("{value:#}"));
    }

    pub fn read(&self, relative: &str) -> Value {
        serde_json::from_slice(&fs::read(self.path(relative)).unwrap()).unwrap()
    }

    /// Changes one JSON file.
    pub fn edit(&self, relative: &str, change: impl FnOnce(&mut Value)) {
        let mut value = self.read(relative);
        change(&mut value);
        self.json(relative, &value);
    }

    /// Writes the entries to `backend-config.json` and `amplify-meta.json`.
    fn record(&self) {
        self.json("amplify/backend/backend-config.json", &Value::Object(self.entries.clone()));
        let mut meta = json!({ "providers": { "local": {} } });
        for (category, resources) in &self.entries {
            meta[category] = resources.clone();
        }
        self.json("amplify/backend/amplify-meta.json", &meta);
    }

    /// Adds a resource with its template and parameters.
    pub fn add(&mut self, category: &str, name: &str, entry: Value, template: &Value, parameters: &Value) -> &mut Self {
        let folder = format!("amplify/backend/{category}/{name}");
        self.json(&format!("{folder}/{name}-cloudformation-template.json"), template);
        self.json(&format!("{folder}/parameters.json"), parameters);
        self.enter(category, name, entry)
    }

    /// Adds an entry alone.
    pub fn enter(&mut self, category: &str, name: &str, entry: Value) -> &mut Self {
        let resources = self.entries.entry(category).or_insert_with(|| json!({}));
        resources[name] = entry;
        self.record();
        self
    }

    /// Takes a resource away, as `amplify remove` does.
    pub fn remove(&mut self, category: &str, name: &str) -> &mut Self {
        let resources = self.entries[category].as_object_mut().unwrap();
        resources.shift_remove(name);
        if resources.is_empty() {
            self.entries.shift_remove(category);
        }
        fs::remove_dir_all(self.path(&format!("amplify/backend/{category}/{name}"))).unwrap();
        self.record();
        self
    }

    /// A DynamoDB table with one key.
    pub fn table(&mut self, name: &str) -> &mut Self {
        let entry = json!({ "service": "DynamoDB", "providerPlugin": "awscloudformation" });
        self.add("storage", name, entry, &table_template(), &json!({ "tableName": name, "partitionKeyName": "id" }))
    }

    /// A bucket that is retained on deletion, or not.
    pub fn bucket(&mut self, name: &str, retained: bool) -> &mut Self {
        let mut template = json!({
            "Parameters": { "env": { "Type": "String" }, "bucketName": { "Type": "String" } },
            "Resources": { "S3Bucket": {
                "Type": "AWS::S3::Bucket",
                "Properties": { "BucketName": { "Fn::Sub": "${bucketName}-${env}" } }
            } },
            "Outputs": { "BucketName": { "Value": { "Ref": "S3Bucket" } } }
        });
        if retained {
            template["Resources"]["S3Bucket"]["DeletionPolicy"] = "Retain".into();
        }
        let entry = json!({ "service": "S3", "providerPlugin": "awscloudformation" });
        self.add("storage", name, entry, &template, &json!({ "bucketName": name }))
    }

    /// A node function with sources; `needs` is its `dependsOn`.
    pub fn function(&mut self, name: &str, needs: Value) -> &mut Self {
        let mut template = json!({
            "Parameters": { "env": { "Type": "String" } },
            "Resources": {
                "LambdaFunction": { "Type": "AWS::Lambda::Function", "Properties": {
                    "FunctionName": { "Fn::Sub": format!("{name}-${{env}}") }, "Handler": "index.handler",
                    "Runtime": "nodejs12.x", "Role": { "Fn::GetAtt": ["LambdaExecutionRole", "Arn"] },
                    "Environment": { "Variables": { "ENV": { "Ref": "env" } } }
                } },
                "LambdaExecutionRole": { "Type": "AWS::IAM::Role", "Properties": { "AssumeRolePolicyDocument": {} } }
            },
            "Outputs": { "Name": { "Value": { "Ref": "LambdaFunction" } }, "Arn": { "Value": { "Fn::GetAtt": ["LambdaFunction", "Arn"] } } }
        });
        for need in needs.as_array().unwrap() {
            for attribute in need["attributes"].as_array().unwrap() {
                let parameter =
                    format!("{}{}{}", text(&need["category"]), text(&need["resourceName"]), text(attribute));
                template["Parameters"][&parameter] = json!({ "Type": "String" });
                let variables = &mut template["Resources"]["LambdaFunction"]["Properties"]["Environment"]["Variables"];
                variables[parameter.to_uppercase()] = json!({ "Ref": parameter });
            }
        }
        let folder = format!("amplify/backend/function/{name}");
        self.write(&format!("{folder}/src/index.js"), "exports.handler = async () => 'hello';\n");
        self.json(&format!("{folder}/amplify.state"), &json!({ "functionRuntime": "nodejs" }));
        let entry =
            json!({ "service": "Lambda", "providerPlugin": "awscloudformation", "build": true, "dependsOn": needs });
        self.add("function", name, entry, &template, &json!({}))
    }

    /// Records the backend as deployed: what `push` leaves behind.
    pub fn deploy(&self) -> Assembly {
        let assembly = self.assemble();
        self.json("amplify/backend/awscloudformation/nested-cloudformation-stack.yml", &assembly.template);
        let cloud = self.path("amplify/#current-cloud-backend");
        fs::remove_dir_all(&cloud).unwrap();
        copy(&self.path("amplify/backend"), &cloud);
        fs::remove_dir_all(cloud.join("awscloudformation")).unwrap();
        let mut meta = self.read("amplify/backend/amplify-meta.json");
        for stack in &assembly.stacks {
            let entry = &mut meta[&stack.category][&stack.resource];
            entry["providerMetadata"] = json!({ "s3TemplateURL": stack.template_url, "logicalId": stack.logical_id });
            entry["lastPushTimeStamp"] = "2026-01-01T00:00:00.000Z".into();
            if let Some(code) = &stack.code {
                entry["distZipFilename"] = code.clone().into();
            }
        }
        self.json("amplify/backend/amplify-meta.json", &meta);
        self.json("amplify/#current-cloud-backend/amplify-meta.json", &meta);
        assembly
    }

    pub fn assemble(&self) -> Assembly {
        self.try_assemble(&Options::default()).unwrap()
    }

    pub fn try_assemble(&self, options: &Options) -> Result<Assembly, amplify_planner::Error> {
        let project = Project::at(self.root());
        amplify_planner::assemble(&project, &project.load().unwrap(), options)
    }

    pub fn plan(&self) -> Plan {
        self.plan_with(&Options::default())
    }

    pub fn plan_with(&self, options: &Options) -> Plan {
        plan_of(self.root(), options)
    }
}

/// Plans the project in a folder.
pub fn plan_of(root: &Path, options: &Options) -> Plan {
    let project = Project::at(root);
    let state = project.load().unwrap();
    let wanted = amplify_planner::assemble(&project, &state, options).unwrap();
    let deployed = amplify_planner::deployed(&project, &state).unwrap();
    let rows = status::rows(&project, &state).unwrap();
    amplify_planner::plan(deployed.as_ref(), &wanted, &rows).unwrap()
}

/// The changes of a plan as `action path`.
pub fn actions(plan: &Plan) -> Vec<String> {
    plan.changes().map(|change| format!("{} {}", amplify_planner::action_word(change.action), change.path)).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn table_template() -> Value {
    json!({
        "Parameters": {
            "env": { "Type": "String" }, "tableName": { "Type": "String" }, "partitionKeyName": { "Type": "String" }
        },
        "Resources": { "DynamoDBTable": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "TableName": { "Fn::Join": ["-", [{ "Ref": "tableName" }, { "Ref": "env" }]] },
                "AttributeDefinitions": [{ "AttributeName": { "Ref": "partitionKeyName" }, "AttributeType": "S" }],
                "KeySchema": [{ "AttributeName": { "Ref": "partitionKeyName" }, "KeyType": "HASH" }],
                "BillingMode": "PAY_PER_REQUEST"
            }
        } },
        "Outputs": {
            "Name": { "Value": { "Ref": "DynamoDBTable" } },
            "Arn": { "Value": { "Fn::GetAtt": ["DynamoDBTable", "Arn"] } },
            "PartitionKeyName": { "Value": { "Ref": "partitionKeyName" } }
        }
    })
}

/// Copies a folder.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::write(target, fs::read(entry.path()).unwrap()).unwrap();
        }
    }
}
