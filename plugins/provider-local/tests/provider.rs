//! The provider as the host uses it: an environment from its first day to its last.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

use std::{net::TcpStream, path::Path, time::Duration};

use amplify_local_cloud::LocalCloud;
use amplify_sdk::{
    JsonMap,
    error::ErrorKind,
    message::Progress,
    project::{EnvironmentView, ProjectView},
    provider::{
        DeployReply, DeployRequest, DestroyReply, DestroyRequest, InitializeReply, InitializeRequest, InvokeReply,
        InvokeRequest, ProviderReply, ProviderRequest, ServeRequest, Upload,
    },
    testing::{Host, Outcome},
};
use provider_local::Local;
use serde_json::{Value, json};

const STACK: &str = "amplify-shop-dev-101010";

fn root(extra: &Value) -> Value {
    let role = |name: &str| json!({ "Type": "AWS::IAM::Role", "Properties": { "RoleName": { "Ref": name } } });
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

fn parameters() -> JsonMap {
    let value = |name: &str| json!(format!("{STACK}-{name}"));
    JsonMap::from_iter([
        ("DeploymentBucketName".to_owned(), value("deployment")),
        ("AuthRoleName".to_owned(), value("authRole")),
        ("UnauthRoleName".to_owned(), value("unauthRole")),
    ])
}

fn data_dir(folder: &Path) -> String {
    folder.join("mock-data/dev").to_str().unwrap().to_owned()
}

fn initialize(folder: &Path, stack_name: &str) -> InitializeReply {
    let request = InitializeRequest {
        project_name: "shop".into(),
        environment: "dev".into(),
        stack_name: stack_name.into(),
        template: root(&json!({})),
        parameters: parameters(),
        data_dir: data_dir(folder),
        options: JsonMap::new(),
        ..InitializeRequest::default()
    };
    let outcome = Host::new().provider(&Local, ProviderRequest::Initialize(request));
    match outcome.result.unwrap() {
        ProviderReply::Initialized(reply) => reply,
        other => panic!("{other:?}"),
    }
}

fn project(state: JsonMap) -> ProjectView {
    let environment =
        EnvironmentView { name: "dev".into(), provider: "local".into(), provider_state: state, ..Default::default() };
    ProjectView { name: "shop".into(), environment: Some(environment), ..ProjectView::default() }
}

/// Deploys one nested stack with a table and a bucket.
fn deploy(folder: &Path, state: JsonMap, host: &Host, table: &str) -> Outcome<ProviderReply> {
    let nested = json!({
        "Resources": {
            "Notes": { "Type": "AWS::DynamoDB::Table", "Properties": {
                "TableName": table, "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
                "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
            }},
            "Topic": { "Type": "AWS::SNS::Topic", "Properties": {} },
        },
        "Outputs": { "Name": { "Value": { "Ref": "Notes" } } },
    });
    let file = folder.join("template.json");
    std::fs::write(&file, nested.to_string()).unwrap();
    let url = format!("https://s3.amazonaws.com/{STACK}-deployment/amplify-cfn-templates/storage/t.json");
    let stack = json!({ "Type": "AWS::CloudFormation::Stack", "Properties": { "TemplateURL": url } });
    let request = DeployRequest {
        project: project(state),
        local: Value::Null,
        data_dir: data_dir(folder),
        template: root(&json!({ "storagenotes": stack })),
        parameters: parameters(),
        uploads: vec![Upload {
            key: "amplify-cfn-templates/storage/t.json".into(),
            path: file.to_str().unwrap().into(),
        }],
        ..DeployRequest::default()
    };
    host.provider(&Local, ProviderRequest::Deploy(request))
}

fn deployed(outcome: Outcome<ProviderReply>) -> DeployReply {
    match outcome.result.unwrap() {
        ProviderReply::Deployed(reply) => reply,
        other => panic!("{other:?}"),
    }
}

fn destroy(folder: &Path) -> Result<DestroyReply, amplify_sdk::error::PluginError> {
    let request = DestroyRequest { environment: "dev".into(), data_dir: data_dir(folder), ..DestroyRequest::default() };
    Host::new().provider(&Local, ProviderRequest::Destroy(request)).result.map(|reply| match reply {
        ProviderReply::Destroyed(reply) => reply,
        other => panic!("{other:?}"),
    })
}

#[test]
fn an_environment_is_made_deployed_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let state = initialize(folder.path(), STACK).state;
    assert_eq!(
        state.keys().map(String::as_str).collect::<Vec<_>>(),
        [
            "Region",
            "StackName",
            "StackId",
            "DeploymentBucketName",
            "AuthRoleArn",
            "UnauthRoleArn",
            "AuthRoleName",
            "UnauthRoleName",
        ]
    );
    assert_eq!(state["StackName"], json!(STACK));
    assert_eq!(state["Region"], json!("us-east-1"));

    let outcome = deploy(folder.path(), state, &Host::new(), "notes-dev");
    assert!(outcome.progress.iter().any(|progress| matches!(
        progress,
        Progress::Resource { path, status, .. } if path == "storagenotes/Notes" && status == "CREATE_COMPLETE"
    )));
    let reply = deployed(outcome);
    assert_eq!(reply.outputs["storagenotes"]["Name"], json!("notes-dev"));
    assert_eq!(reply.counts.created, 2);
    assert!(reply.recorded.iter().any(|resource| resource.path == "storagenotes/Topic"));

    assert_eq!(destroy(folder.path()).unwrap().remaining, Vec::<String>::new());
    destroy(folder.path()).unwrap();
    assert!(!Path::new(&data_dir(folder.path())).exists());
}

#[test]
fn a_fresh_clone_deploys_from_what_git_has() {
    let first = tempfile::tempdir().unwrap();
    let state = initialize(first.path(), STACK).state;
    let clone = tempfile::tempdir().unwrap();
    let reply = deployed(deploy(clone.path(), state.clone(), &Host::new(), "notes-dev"));
    assert_eq!(reply.counts.created, 5);
    // Its ids are those that are recorded.
    let stack = LocalCloud::open(data_dir(clone.path()).as_ref()).state().unwrap().unwrap().stack.unwrap();
    assert_eq!(json!(stack.id), state["StackId"]);
}

#[test]
fn an_attempt_that_was_not_recorded_does_not_stand_in_the_way() {
    let folder = tempfile::tempdir().unwrap();
    initialize(folder.path(), "amplify-shop-dev-95959");
    let state = initialize(folder.path(), STACK).state;
    assert_eq!(state["StackName"], json!(STACK));
    // But an environment with the project's resources does.
    deployed(deploy(folder.path(), state, &Host::new(), "notes-dev"));
    let request = InitializeRequest {
        stack_name: "amplify-shop-dev-111111".into(),
        template: root(&json!({})),
        parameters: parameters(),
        data_dir: data_dir(folder.path()),
        ..InitializeRequest::default()
    };
    let outcome = Host::new().provider(&Local, ProviderRequest::Initialize(request));
    assert_eq!(outcome.error().code, "local-other-stack");
}

#[test]
fn failures_and_cancellation_are_plain_data() {
    let folder = tempfile::tempdir().unwrap();
    let state = initialize(folder.path(), STACK).state;
    let outcome = deploy(folder.path(), state.clone(), &Host::new(), "a");
    let error = outcome.error();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Failed, "resource-failed"));
    assert_eq!(error.message, "`storagenotes/Notes` (AWS::DynamoDB::Table) failed");
    assert!(error.causes[0].contains("TableName"), "{error:?}");
    let outcome = deploy(folder.path(), state, &Host::new().cancel_after(2), "notes-dev");
    assert_eq!(outcome.error().kind, ErrorKind::Cancelled);
    let outcome = deploy(folder.path(), JsonMap::new(), &Host::new(), "notes-dev");
    assert_eq!(outcome.error().code, "no-stack-name");
}

#[test]
fn services_are_announced_and_end_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let serve = |host: Host, services: &[&str]| {
        let request = ServeRequest {
            data_dir: data_dir(folder.path()),
            services: services.iter().map(|name| (*name).to_owned()).collect(),
            ..ServeRequest::default()
        };
        host.provider(&Local, ProviderRequest::Serve(request))
    };
    assert_eq!(serve(Host::new(), &[]).error().code, "not-deployed");
    initialize(folder.path(), STACK);
    assert_eq!(serve(Host::new(), &["sqs"]).error().code, "unknown-service");

    let outcome = std::thread::scope(|scope| {
        let serving = scope.spawn(|| serve(Host::new().cancel_after(20), &[]));
        let cloud = LocalCloud::open(data_dir(folder.path()).as_ref());
        let endpoints = (0..100).find_map(|_| {
            std::thread::sleep(Duration::from_millis(10));
            cloud.served()
        });
        TcpStream::connect(endpoints.unwrap().s3.unwrap()).unwrap();
        serving.join().unwrap()
    });
    assert_eq!(outcome.value(), &ProviderReply::Served);
    let said: Vec<_> = outcome
        .progress
        .iter()
        .filter_map(|progress| match progress {
            Progress::Message { text } => Some(text.as_str()),
            _ => None,
        })
        .collect();
    assert!(said[0].starts_with("S3 is served at http://127.0.0.1:"), "{said:?}");
    assert!(said[2].starts_with("DynamoDB is served at http://127.0.0.1:"), "{said:?}");
    let address = said[0].rsplit('/').next().unwrap().to_owned();
    assert!(TcpStream::connect(address).is_err());
}

fn invoke(folder: &Path, code: &str, timeout_ms: u64) -> Outcome<ProviderReply> {
    let source = folder.join("src");
    std::fs::create_dir_all(&source).unwrap();
    std::fs::write(source.join("index.js"), code).unwrap();
    let request = InvokeRequest {
        data_dir: data_dir(folder),
        resource: "hello".into(),
        code_dir: source.to_str().unwrap().into(),
        properties: json!({ "FunctionName": "hello-dev", "Handler": "index.handler", "Runtime": "nodejs12.x" }),
        event: json!({ "n": 1 }),
        timeout_ms,
        ..InvokeRequest::default()
    };
    Host::new().provider(&Local, ProviderRequest::Invoke(request))
}

fn invoked(outcome: Outcome<ProviderReply>) -> InvokeReply {
    match outcome.result.unwrap() {
        ProviderReply::Invoked(reply) => reply,
        other => panic!("{other:?}"),
    }
}

#[test]
fn functions_run_before_and_after_the_first_deployment() {
    if std::process::Command::new("node").arg("--version").output().is_err() {
        println!("skipped: `node` is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let code = "exports.handler = async (event, context) => { console.log(context.functionName);
        return { n: event.n, s3: !!process.env.AWS_ENDPOINT_URL_S3, db: !!process.env.AWS_ENDPOINT_URL_DYNAMODB } }";
    let reply = invoked(invoke(folder.path(), code, 0));
    assert_eq!(reply.result, json!({ "n": 1, "s3": false, "db": false }));
    assert_eq!((reply.error, reply.log.as_str()), (None, "hello-dev\n"));

    // With something deployed, its services run as long as the function does.
    initialize(folder.path(), STACK);
    let reply = invoked(invoke(folder.path(), code, 0));
    assert_eq!(reply.result, json!({ "n": 1, "s3": true, "db": true }));
    assert_eq!(LocalCloud::open(data_dir(folder.path()).as_ref()).served(), None);

    let reply = invoked(invoke(folder.path(), "exports.handler = async () => { throw new TypeError('no') }", 0));
    assert_eq!(reply.result, Value::Null);
    assert_eq!(reply.error.unwrap()["errorType"], json!("TypeError"));
    let reply = invoked(invoke(folder.path(), "exports.handler = () => { for (;;); }", 300));
    assert_eq!(reply.error.unwrap()["errorType"], json!("Sandbox.Timedout"));
}
