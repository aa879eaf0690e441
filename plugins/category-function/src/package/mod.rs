//! Builds a function: installs what it needs, packs its source, and names the package.

pub mod archive;
pub mod compiled;
pub mod node;
pub mod process;
pub mod python;
pub mod script;
#[cfg(test)]
mod silent;
pub mod size;

use std::path::{Path, PathBuf};

use amplify_project::hash;
use amplify_sdk::prelude::*;
use fs_err as fs;
use serde_json::Value;

use crate::{documents::CATEGORY, runtime::Runtime};

/// The package, below the function's folder.
pub const ARTIFACT: &str = "dist/latest-build.zip";

/// Builds one function.
///
/// A folder without `src` has no code to deploy: that is said as a warning, and the reply names no artifact.
///
/// # Errors
/// A language that cannot be built, a tool that is missing or fails, a package beyond Lambda's limit, a stop.
pub fn build(context: &mut Context<'_>, request: &BuildRequest) -> Result<BuildReply, PluginError> {
    let folder = Path::new(&request.folder);
    let resource = &request.resource;
    let source = folder.join("src");
    if !source.is_dir() {
        let text = format!(
            "there is no source in `amplify/backend/{CATEGORY}/{resource}/src`: `{resource}` is deployed without code"
        );
        context.log(LogLevel::Warning, text);
        return Ok(BuildReply::default());
    }
    let runtime = runtime(folder, resource)?;
    let mut rebuilt = false;
    let mut sources: Vec<PathBuf> = Vec::new();
    match runtime {
        Runtime::NodeJs => {
            rebuilt |= node::install(context, resource, &source, request.force)?;
            rebuilt |= script::run(context, Path::new(&request.project.root), resource, folder, request.force)?;
        }
        Runtime::Python => {
            rebuilt |= script::run(context, Path::new(&request.project.root), resource, folder, request.force)?;
            if let Some((packages, installed)) = python::install(context, resource, folder, request.force)? {
                rebuilt |= installed;
                sources.push(packages);
            }
        }
        Runtime::DotNet | Runtime::Go | Runtime::Java => {
            rebuilt |= script::run(context, Path::new(&request.project.root), resource, folder, request.force)?;
            let (output, compiled) = compiled::build(context, runtime, resource, folder, request.force)?;
            rebuilt |= compiled;
            sources.push(output);
        }
    }
    if matches!(runtime, Runtime::NodeJs | Runtime::Python) {
        sources.push(source);
    }

    let files = archive::collect(&sources)?;
    size::check(context, resource, &files)?;
    let written = archive::write(context, &files, &folder.join(ARTIFACT), request.force)?;
    size::warn(context, resource, written.bytes);
    Ok(BuildReply {
        artifact: folder.join(ARTIFACT).to_string_lossy().into_owned(),
        upload_name: upload_name(folder, resource)?,
        sha256: written.sha256,
        rebuilt,
        packaged: written.changed,
    })
}

/// The name under which the package is uploaded: the same for the same source. The planner finds it in the same way before
/// anything is built, so a folder without `amplify.state` counts as one in JavaScript, whatever its template says.
fn upload_name(folder: &Path, resource: &str) -> Result<String, PluginError> {
    let digits = match state_runtime(folder)?.as_deref() {
        None | Some("nodejs") => hash::source(&folder.join("src"), &["node_modules"]),
        Some("java") => hash::source(folder, &["dist", "bin", "build", ".gradle"]),
        Some(runtime) if runtime.starts_with("dotnet") => hash::source(folder, &["dist", "bin", "obj"]),
        Some(_) => hash::source(folder, &["dist"]),
    };
    let digits = digits.map_err(|error| {
        PluginError::new("function-source", format!("the source of `{resource}` cannot be read")).cause(error)
    })?;
    Ok(format!("{resource}-{digits}-build.zip"))
}

/// The language that `amplify.state` names.
fn state_runtime(folder: &Path) -> Result<Option<String>, PluginError> {
    let state = folder.join("amplify.state");
    if !state.exists() {
        return Ok(None);
    }
    Ok(read_json(&state)?.get("functionRuntime").and_then(Value::as_str).map(str::to_owned))
}

/// The language of a function: from `amplify.state`, or where that is missing from the template.
fn runtime(folder: &Path, resource: &str) -> Result<Runtime, PluginError> {
    let name = match state_runtime(folder)? {
        Some(name) => name,
        None => {
            let template = folder.join(format!("{resource}-cloudformation-template.json"));
            let document = if template.exists() { read_json(&template)? } else { Value::Null };
            let recorded = document.pointer("/Resources/LambdaFunction/Properties/Runtime").and_then(Value::as_str);
            recorded.unwrap_or("nodejs").to_owned()
        }
    };
    Runtime::by_name(&name).or_else(|| Runtime::by_lambda(&name)).ok_or_else(|| {
        PluginError::new("function-runtime", format!("`{resource}` is written for `{name}`, which cannot be built"))
            .cause("functions in JavaScript, Python, Go, Java and C# can be built")
            .hint(format!(
                "set `\"build\": false` for `{resource}` in amplify/backend/backend-config.json to leave it out"
            ))
    })
}

/// Reads a JSON file on disk.
fn read_json(path: &Path) -> Result<Value, PluginError> {
    let text = fs::read_to_string(path).map_err(|error| io("read", path, &error))?;
    serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
        PluginError::new("invalid-json", format!("`{}` is not valid JSON", path.display()))
            .cause(error)
            .hint("mend the file, or restore it with `git checkout`")
    })
}

/// A file that cannot be worked with.
fn io(what: &str, path: &Path, error: &std::io::Error) -> PluginError {
    PluginError::new("function-files", format!("cannot {what} `{}`", path.display())).cause(error)
}
