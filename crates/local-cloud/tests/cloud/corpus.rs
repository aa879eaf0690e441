//! Every project of the corpus deploys, with every output resolved: all its stacks, but GraphQL APIs that were never compiled.

use std::path::{Path, PathBuf};

use amplify_local_cloud::Deployed;
use serde_json::{Map, Value, json};

use crate::fixture::{BUCKET, Fixture, root, stack, zip};

fn corpus() -> Option<PathBuf> {
    let named = std::env::var_os("AMPLIFY_CORPUS").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    named.into_iter().chain([beside]).find(|folder| folder.is_dir())
}

fn read(path: &Path) -> Value {
    std::fs::read(path).ok().map_or(Value::Null, |bytes| {
        serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    })
}

/// The template of a resource's folder: the compiled one of a GraphQL API, or the only one.
fn template(folder: &Path) -> Option<PathBuf> {
    let compiled = folder.join("build/cloudformation-template.json");
    if compiled.is_file() {
        return Some(compiled);
    }
    let names = crate::fixture::names(folder);
    names.iter().find(|name| name.contains("template") && !name.ends_with(".md")).map(|name| folder.join(name))
}

fn joined(value: Value) -> Value {
    match value {
        Value::Array(items) => {
            let text = |item: &Value| item.as_str().map_or_else(|| "[object Object]".to_owned(), str::to_owned);
            items.iter().map(text).collect::<Vec<_>>().join(",").into()
        }
        other => other,
    }
}

struct Project {
    resources: Map<String, Value>,
    uploads: Vec<(String, Vec<u8>)>,
}

/// The root template of a project, as the original assembles it.
fn assemble(folder: &Path) -> Project {
    let backend = folder.join("amplify/backend");
    let config = read(&backend.join("backend-config.json"));
    let team = read(&folder.join("amplify/team-provider-info.json"));
    let environment = team.as_object().and_then(|all| all.keys().next().cloned()).unwrap_or_else(|| "dev".into());
    let mut project = Project { resources: Map::new(), uploads: Vec::new() };
    let code = zip(&[("index.js", "exports.handler = async () => 1")]);
    project.uploads.push(("code.zip".into(), code));
    let entries = config.as_object().cloned().unwrap_or_default();
    let deployable = |category: &str, name: &str| {
        let entry = &config[category][name];
        entry.is_object() && template(&backend.join(category).join(name)).is_some()
    };
    for (category, resources) in &entries {
        for (name, entry) in resources.as_object().unwrap() {
            if !deployable(category, name) {
                continue;
            }
            let folder = backend.join(category).join(name);
            let text = std::fs::read_to_string(template(&folder).unwrap()).unwrap();
            let document = amplify_cfn::Template::parse(&text, name).unwrap_or_else(|error| panic!("{name}: {error}"));
            let mut document = document.document;
            let build = folder.join("build");
            let compiled = entry["service"] == "AppSync";
            let source = if compiled { &build } else { &folder };
            let mut parameters = read(&source.join("parameters.json")).as_object().cloned().unwrap_or_default();
            if let Some(own) = team[&environment]["categories"][category][name].as_object() {
                parameters.extend(own.clone());
            }
            for dependency in entry["dependsOn"].as_array().into_iter().flatten() {
                let (kind, other) =
                    (dependency["category"].as_str().unwrap(), dependency["resourceName"].as_str().unwrap());
                for attribute in dependency["attributes"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                    let value = if deployable(kind, other) {
                        json!({ "Fn::GetAtt": [format!("{kind}{other}"), format!("Outputs.{attribute}")] })
                    } else {
                        json!("not-deployed")
                    };
                    parameters.insert(format!("{kind}{other}{attribute}"), value);
                }
            }
            parameters.insert("env".into(), json!(environment));
            if compiled {
                parameters.insert("S3DeploymentBucket".into(), json!(BUCKET));
                parameters.insert("S3DeploymentRootKey".into(), json!("amplify-appsync-files/1"));
                upload_all(&build, "amplify-appsync-files/1", &mut project.uploads);
            }
            if let Some(function) = document["Resources"].get_mut("LambdaFunction") {
                function["Properties"]["Code"] = json!({ "S3Bucket": BUCKET, "S3Key": "code.zip" });
            }
            let declared = document["Parameters"].as_object().cloned().unwrap_or_default();
            for (key, value) in [("deploymentBucketName", BUCKET), ("s3Key", "code.zip")] {
                if declared.contains_key(key) {
                    parameters.insert(key.into(), json!(value));
                }
            }
            let parameters: Map<_, _> = parameters.into_iter().map(|(key, value)| (key, joined(value))).collect();
            let key = format!("amplify-cfn-templates/{category}/{name}.json");
            project.uploads.push((key.clone(), document.to_string().into_bytes()));
            project.resources.insert(format!("{category}{name}"), stack(&key, Value::Object(parameters)));
        }
    }
    project
}

/// Uploads a folder with all below it.
fn upload_all(folder: &Path, key: &str, uploads: &mut Vec<(String, Vec<u8>)>) {
    for name in crate::fixture::names(folder) {
        let (path, key) = (folder.join(&name), format!("{key}/{name}"));
        if path.is_dir() {
            upload_all(&path, &key, uploads);
        } else {
            uploads.push((key, std::fs::read(path).unwrap()));
        }
    }
}

fn deploy(fixture: &Fixture, project: &Project) -> Deployed {
    let mut resources = project.resources.clone();
    for role in ["AuthRole", "UnauthRole"] {
        let name = format!("amplify-shop-dev-101010-{role}");
        resources.insert(role.into(), json!({ "Type": "AWS::IAM::Role", "Properties": { "RoleName": name } }));
    }
    let mut template = root(Value::Object(resources));
    for role in ["AuthRoleName", "UnauthRoleName"] {
        template["Parameters"][role] =
            json!({ "Type": "String", "Default": format!("amplify-shop-dev-101010-{role}") });
    }
    let uploads: Vec<_> = project.uploads.iter().map(|(key, content)| (key.as_str(), content.as_slice())).collect();
    fixture.deploy_with(template, &uploads, &mut ()).unwrap_or_else(|error| panic!("{error}: {:?}", error.causes()))
}

#[test]
fn every_project_deploys_and_every_output_resolves() {
    let Some(corpus) = corpus() else {
        println!("skipped: no corpus; name its folder with AMPLIFY_CORPUS");
        return;
    };
    let mut stacks = 0;
    for name in crate::fixture::names(&corpus) {
        let folder = corpus.join(&name);
        if !folder.join("amplify/backend").is_dir() {
            continue;
        }
        let project = assemble(&folder);
        let fixture = Fixture::new();
        let deployed = deploy(&fixture, &project);
        assert_eq!(deployed.nested.len(), project.resources.len(), "{name}");
        for (stack, outputs) in &deployed.nested {
            stacks += 1;
            let declared = fixture.state().stack.unwrap().resources[stack].stack.as_ref().unwrap().outputs.len();
            assert_eq!(outputs.len(), declared);
            for (key, value) in outputs {
                let resolved = match value {
                    Value::String(text) => !text.contains("${"),
                    Value::Number(_) | Value::Bool(_) => true,
                    _ => false,
                };
                assert!(resolved, "{name}/{stack}.{key}: {value}");
            }
        }
        let again = deploy(&fixture, &project);
        assert_eq!(again.counts, amplify_local_cloud::Counts::default(), "{name}");
        assert_eq!(again.nested, deployed.nested, "{name}");
        fixture.cloud.destroy(&mut ()).unwrap();
        assert!(!fixture.data().exists(), "{name}");
    }
    assert!(stacks > 15, "only {stacks} stacks");
}
