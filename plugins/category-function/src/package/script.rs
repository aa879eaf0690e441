//! Runs the project's own build step for a function: the script `amplify:<resource>` of its `package.json`.

use std::path::Path;

use amplify_project::hash;
use amplify_sdk::prelude::*;
use fs_err as fs;
use serde_json::Value;

use super::{
    io,
    node::{NPM, YARN},
    process::{self, Failure},
    read_json,
};

const RECORD: &str = "dist/.amplify-script";

/// Runs the script if there is one and the source is not what it left behind the last time.
///
/// # Errors
/// npm is missing, or the script fails.
pub fn run(
    context: &mut Context<'_>,
    root: &Path,
    resource: &str,
    folder: &Path,
    force: bool,
) -> Result<bool, PluginError> {
    let package = root.join("package.json");
    if !package.is_file() {
        return Ok(false);
    }
    let name = format!("amplify:{resource}");
    let document = read_json(&package)?;
    let Some(script) = document.get("scripts").and_then(|scripts| scripts.get(&name)).and_then(Value::as_str) else {
        return Ok(false);
    };
    let record = folder.join(RECORD);
    let state = || -> Result<String, PluginError> {
        let digits = hash::base64(&folder.join("src"), &["node_modules"]).map_err(|error| {
            PluginError::new("function-source", format!("the source of `{resource}` cannot be read")).cause(error)
        })?;
        Ok(format!("{script}\n{digits}\n"))
    };
    if !force && fs::read_to_string(&record).is_ok_and(|known| state().is_ok_and(|now| now == known)) {
        return Ok(false);
    }
    context.step(format!("Running `{name}`"));
    let arguments = ["run", name.as_str()];
    let (mut program, mut result) = (NPM, Err(Failure::Missing));
    if root.join("yarn.lock").is_file() {
        (program, result) = (YARN, process::run(context, YARN, &arguments, root));
    }
    if matches!(result, Err(Failure::Missing)) {
        (program, result) = (NPM, process::run(context, NPM, &arguments, root));
    }
    result.map_err(|failure| {
        let hint = "install Node.js, which brings npm, and make sure that both are on the PATH";
        failure.into_error(program, &format!("run the script `{name}`"), hint)
    })?;
    let dist = folder.join("dist");
    fs::create_dir_all(&dist).map_err(|error| io("make", &dist, &error))?;
    fs::write(&record, state()?).map_err(|error| io("write", &record, &error))?;
    Ok(true)
}
