//! REST APIs: for the same answers, both write the same files, but for what `docs/rest.md` says.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{Peers, dialogue};

/// The answers that [`dialogue::add_rest`] types.
const ANSWERS: &str = r#"{"api": {"service": "API Gateway", "resourceName": "shop", "paths": [
    {"name": "/items", "lambdaSource": "existing", "function": "hello", "restrict": false},
    {"name": "/users/all", "lambdaSource": "existing", "function": "hello",
     "restrict": true, "access": "private", "authenticated": ["create", "read", "update", "delete"]}]}}"#;

const FILES: [&str; 3] = ["shop-cloudformation-template.json", "api-params.json", "parameters.json"];

/// Has both add the same API to a project of the original, and compares the files and the entry of the project.
pub fn compare(peers: &Peers, project: &Path) -> Result<()> {
    dialogue::add_rest(&peers.original, project, "shop")?;
    let theirs = written(project)?;
    peers.ours.run(&["remove", "api", "shop", "--yes"], project)?;
    fs_err::write(project.join("rest.json"), ANSWERS)?;
    peers.ours.run(&["add", "api", "--answers", "rest.json"], project)?;
    let mut ours = written(project)?;
    if let Some(body) = ours[0].pointer_mut("/Resources/shop/Properties/Body").and_then(Value::as_object_mut) {
        body.shift_remove("x-amazon-apigateway-gateway-responses");
    }
    for (file, (theirs, ours)) in FILES.iter().chain(&["backend-config.json"]).zip(theirs.iter().zip(&ours)) {
        if theirs != ours {
            bail!("`{file}` of the original is\n{theirs:#}\nand ours is\n{ours:#}");
        }
    }
    eprintln!("   a REST API: {} documents, the same", ours.len());
    Ok(())
}

fn written(project: &Path) -> Result<Vec<Value>> {
    let backend = project.join("amplify/backend");
    let read = |path: &Path| -> Result<Value> { Ok(serde_json::from_str(&fs_err::read_to_string(path)?)?) };
    let mut all =
        FILES.iter().map(|file| read(&backend.join("api/shop").join(file))).collect::<Result<Vec<Value>>>()?;
    let config = read(&backend.join("backend-config.json"))?;
    all.push(config.pointer("/api/shop").context("the API is in backend-config.json")?.clone());
    Ok(all)
}
