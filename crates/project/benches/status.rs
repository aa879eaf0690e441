//! How long `status` takes: reading all documents and comparing every folder, for 10, 100 and 1,000 resources.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a benchmark has nobody to report to")]

use std::{hint::black_box, path::Path};

use amplify_project::{Project, status};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use fs_err as fs;
use serde_json::{Map, Value, json};

/// A project whose resources are all deployed, each with a template and parameters, functions with a source folder.
fn project(root: &Path, resources: usize) -> Project {
    let mut meta = Map::new();
    let mut config = Map::new();
    meta.insert("providers".into(), json!({"local": {}}));
    for index in 0..resources {
        let (category, name) = (["storage", "function", "api"][index % 3], format!("resource{index}"));
        let entry = json!({"service": "S3", "providerPlugin": "awscloudformation", "dependsOn": []});
        let section = config.entry(category).or_insert_with(|| json!({}));
        section[&name] = entry.clone();
        let section = meta.entry(category).or_insert_with(|| json!({}));
        section[&name] = entry;
        section[&name]["lastPushTimeStamp"] = "2020-05-30T10:00:00.000Z".into();
        section[&name]["output"] = json!({"Name": format!("{name}-dev"), "Region": "us-east-1"});
        let template: Map<String, Value> =
            (0..20).map(|line| (format!("Parameter{line}"), json!({"Type": "String", "Default": name}))).collect();
        let template = serde_json::to_string_pretty(&template).unwrap();
        for side in ["backend", "#current-cloud-backend"] {
            let folder = root.join("amplify").join(side).join(category).join(&name);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("template.json"), &template).unwrap();
            fs::write(folder.join("parameters.json"), "{}").unwrap();
            if category == "function" {
                fs::create_dir(folder.join("src")).unwrap();
                fs::write(folder.join("src/index.js"), &template).unwrap();
                fs::write(folder.join("src/package.json"), "{}").unwrap();
            }
        }
    }
    let write = |path: &str, value: Value| {
        let path = root.join("amplify").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, serde_json::to_string_pretty(&value).unwrap()).unwrap();
    };
    write(".config/project-config.json", json!({"projectName": "bench"}));
    write(".config/local-env-info.json", json!({"envName": "dev"}));
    write("team-provider-info.json", json!({"dev": {"local": {}}}));
    write("backend/backend-config.json", Value::Object(config));
    write("backend/amplify-meta.json", Value::Object(meta.clone()));
    write("#current-cloud-backend/amplify-meta.json", Value::Object(meta));
    Project::at(root)
}

fn status_of_many(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("status");
    group.sample_size(20);
    for resources in [10, 100, 1000] {
        let dir = tempfile::tempdir().unwrap();
        let project = project(dir.path(), resources);
        group.throughput(Throughput::Elements(resources as u64));
        group.bench_with_input(BenchmarkId::from_parameter(resources), &project, |bencher, project| {
            bencher.iter(|| {
                let state = project.load().unwrap();
                let rows = status::rows(project, black_box(&state)).unwrap();
                assert_eq!(rows.len(), resources);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, status_of_many);
criterion_main!(benches);
