//! Assembling and planning a thousand resources.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a benchmark")]

use std::{hint::black_box, path::Path};

use amplify_planner::{Options, assemble, deployed, plan};
use amplify_project::{Project, status};
use criterion::{Criterion, criterion_group, criterion_main};
use fs_err as fs;
use serde_json::{Value, json};

const COUNT: usize = 1000;

/// A project with so many tables, deployed as they are.
fn project(root: &Path) {
    let json = |path: &str, value: &Value| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, value.to_string()).unwrap();
    };
    let stack = "amplify-bench-dev-62055";
    let bucket = format!("{stack}-deployment");
    json(
        "amplify/.config/project-config.json",
        &json!({ "projectName": "bench", "version": "3.0", "frontend": "javascript" }),
    );
    json("amplify/.config/local-env-info.json", &json!({ "envName": "dev", "projectPath": "/" }));
    json(
        "amplify/team-provider-info.json",
        &json!({ "dev": { "local": {
        "StackName": stack, "Region": "us-east-1", "DeploymentBucketName": bucket
    } } }),
    );
    let template = json!({
        "Parameters": { "env": { "Type": "String" }, "tableName": { "Type": "String" } },
        "Resources": { "Table": { "Type": "AWS::DynamoDB::Table", "Properties": {
            "TableName": { "Fn::Sub": "${tableName}-${env}" }, "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
            "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }]
        } } },
        "Outputs": { "Name": { "Value": { "Ref": "Table" } } }
    });
    let mut entries = serde_json::Map::new();
    for index in 0..COUNT {
        let name = format!("table{index}");
        for side in ["backend", "#current-cloud-backend"] {
            let folder = format!("amplify/{side}/storage/{name}");
            json(&format!("{folder}/{name}-cloudformation-template.json"), &template);
            json(&format!("{folder}/parameters.json"), &json!({ "tableName": name }));
        }
        let key = format!("amplify-cfn-templates/storage/{name}-cloudformation-template.json");
        let entry = json!({
            "service": "DynamoDB", "providerPlugin": "awscloudformation", "lastPushTimeStamp": "2026-01-01T00:00:00.000Z",
            "providerMetadata": { "s3TemplateURL": format!("https://s3.amazonaws.com/{bucket}/{key}"), "logicalId": format!("storage{name}") }
        });
        entries.insert(name, entry);
    }
    let meta = json!({ "providers": { "local": {} }, "storage": entries });
    json("amplify/backend/backend-config.json", &json!({ "storage": meta["storage"] }));
    json("amplify/backend/amplify-meta.json", &meta);
    json("amplify/#current-cloud-backend/amplify-meta.json", &meta);
}

fn benches(criterion: &mut Criterion) {
    let home = tempfile::tempdir().unwrap();
    project(home.path());
    let project = Project::at(home.path());
    let state = project.load().unwrap();
    let rows = status::rows(&project, &state).unwrap();
    let options = Options::default();
    let wanted = assemble(&project, &state, &options).unwrap();
    let record = project.paths().root_template();
    fs::create_dir_all(record.parent().unwrap()).unwrap();
    fs::write(record, wanted.template.to_string()).unwrap();
    let before = deployed(&project, &state).unwrap();
    assert!(!plan(before.as_ref(), &wanted, &rows).unwrap().has_changes());

    let mut group = criterion.benchmark_group("1000 resources");
    group.sample_size(10);
    group.bench_function("assemble", |bencher| {
        bencher.iter(|| assemble(black_box(&project), &state, &options).unwrap())
    });
    group.bench_function("read what is deployed", |bencher| {
        bencher.iter(|| deployed(black_box(&project), &state).unwrap())
    });
    group.bench_function("plan, nothing changed", |bencher| {
        bencher.iter(|| plan(black_box(before.as_ref()), &wanted, &rows).unwrap());
    });
    group.bench_function("plan, everything new", |bencher| {
        bencher.iter(|| plan(None, black_box(&wanted), &rows).unwrap())
    });
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
