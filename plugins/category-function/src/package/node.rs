//! Installs the production dependencies of a function in JavaScript.

use std::path::Path;

use amplify_sdk::prelude::*;
use fs_err as fs;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    io,
    process::{Failure, run},
    read_json,
};

/// Written into `node_modules` after an install: what was installed from, and what came of it.
pub const MARKER: &str = ".amplify-install";

/// How npm is called.
pub const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };
/// How yarn is called.
pub const YARN: &str = if cfg!(windows) { "yarn.cmd" } else { "yarn" };

const HINT: &str = "install Node.js, which brings npm, and make sure that both are on the PATH";

/// Installs the dependencies in `source` if the lock file or `package.json` changed since the last time. Without
/// dependencies nothing is started.
///
/// # Errors
/// A `package.json` that is no JSON, or npm is missing or fails.
pub fn install(context: &mut Context<'_>, resource: &str, source: &Path, force: bool) -> Result<bool, PluginError> {
    let package = source.join("package.json");
    if !package.exists() {
        return Ok(false);
    }
    let document = read_json(&package)?;
    let dependencies: Vec<(&String, &Value)> = ["dependencies", "optionalDependencies"]
        .iter()
        .filter_map(|part| document.get(part)?.as_object())
        .flatten()
        .collect();
    let modules = source.join("node_modules");
    let marker = modules.join(MARKER);
    if dependencies.is_empty() {
        // What an earlier install brought is no longer wanted; what the user put there himself is left alone.
        if marker.exists() {
            fs::remove_dir_all(&modules).map_err(|error| io("remove", &modules, &error))?;
            return Ok(true);
        }
        return Ok(false);
    }
    let locks = ["package-lock.json", "npm-shrinkwrap.json", "yarn.lock"];
    let lock = locks.into_iter().find(|name| source.join(name).exists());
    let inputs = inputs(source, &dependencies)?;
    if !force && is_fresh(&marker, &modules, &inputs) {
        return Ok(false);
    }
    context.step(format!("Installing the dependencies of `{resource}`"));
    install_with(context, source, lock).map_err(|(program, failure)| {
        let task = format!("install the dependencies of `{resource}`");
        failure.into_error(program, &task, HINT)
    })?;
    if modules.is_dir() {
        let record = json!({"inputs": inputs, "outcome": outcome(&modules)});
        fs::write(&marker, record.to_string()).map_err(|error| io("write", &marker, &error))?;
    }
    Ok(true)
}

fn install_with(context: &mut Context<'_>, source: &Path, lock: Option<&str>) -> Result<(), (&'static str, Failure)> {
    let quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"];
    if lock == Some("yarn.lock") {
        match run(context, YARN, &["install", "--production", "--frozen-lockfile", "--non-interactive"], source) {
            Err(Failure::Missing) => {
                let text = "there is a yarn.lock but no yarn: installing with npm, which may choose other versions";
                context.log(LogLevel::Warning, text);
            }
            other => return other.map_err(|failure| (YARN, failure)),
        }
    }
    // Without a lock file none is made, so that building never changes what git tracks and what the status compares.
    let mut arguments = match lock {
        Some("package-lock.json" | "npm-shrinkwrap.json") => vec!["ci", "--omit=dev"],
        _ => vec!["install", "--omit=dev", "--no-package-lock"],
    };
    arguments.extend(quiet);
    run(context, NPM, &arguments, source).map_err(|failure| (NPM, failure))
}

/// A hash of everything that decides what is installed.
fn inputs(source: &Path, dependencies: &[(&String, &Value)]) -> Result<String, PluginError> {
    let mut paths: Vec<_> = ["package.json", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", ".npmrc"]
        .map(|name| source.join(name))
        .to_vec();
    for (_, version) in dependencies {
        let local =
            version.as_str().and_then(|version| version.strip_prefix("file:").or(version.strip_prefix("link:")));
        paths.extend(local.map(|path| source.join(path).join("package.json")));
    }
    let mut digest = Sha256::new();
    for path in paths.iter().filter(|path| path.is_file()) {
        let content = fs::read(path).map_err(|error| io("read", path, &error))?;
        digest.update(content.len().to_le_bytes());
        digest.update(content);
    }
    Ok(hex::encode(digest.finalize()))
}

/// What the package manager notes about the tree it made: it changes when somebody else installs into it.
fn outcome(modules: &Path) -> String {
    let notes = [".package-lock.json", ".yarn-integrity"].map(|name| fs::read(modules.join(name)).unwrap_or_default());
    hex::encode(Sha256::digest(notes.concat()))
}

fn is_fresh(marker: &Path, modules: &Path, inputs: &str) -> bool {
    let Ok(record) = read_json(marker) else { return false };
    record["inputs"] == inputs && record["outcome"] == outcome(modules).as_str()
}
