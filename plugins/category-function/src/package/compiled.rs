//! Builds a function in Go, Java or C# with the language's own tools.

use std::path::{Path, PathBuf};

use amplify_project::hash;
use amplify_sdk::prelude::*;
use fs_err as fs;
use serde_json::Value;

use super::{io, process, read_json};
use crate::runtime::Runtime;

/// Says of which source the output is. Below `dist`, which neither the status nor the name of a package counts.
const RECORD: &str = "dist/.amplify-compiled";

/// What a language's tool is, and what it is called with.
struct Tool {
    program: String,
    arguments: Vec<String>,
    variables: Vec<(&'static str, &'static str)>,
    folder: PathBuf,
    hint: &'static str,
}

/// Compiles unless nothing changed since the last time; gives the folder to pack and whether a tool ran.
///
/// # Errors
/// The tool is missing or fails.
pub fn build(
    context: &mut Context<'_>,
    runtime: Runtime,
    resource: &str,
    folder: &Path,
    force: bool,
) -> Result<(PathBuf, bool), PluginError> {
    let (tool, output) = tool(runtime, resource, folder)?;
    let unread =
        |error| PluginError::new("function-source", format!("the source of `{resource}` cannot be read")).cause(error);
    let source = hash::base64(folder, &["dist", "bin", "obj", "build", ".gradle"]).map_err(unread)?;
    let record = folder.join(RECORD);
    let known = fs::read_to_string(&record).is_ok_and(|known| known == source);
    if known && !force && output.is_dir() {
        return Ok((output, false));
    }
    context.step(format!("Compiling `{resource}`"));
    let dist = folder.join("dist");
    fs::create_dir_all(&dist).map_err(|error| io("make", &dist, &error))?;
    if output.is_dir() {
        // What an earlier source left there is not packed.
        fs::remove_dir_all(&output).map_err(|error| io("remove", &output, &error))?;
    }
    process::run_with(context, &tool.program, &tool.arguments, &tool.variables, &tool.folder)
        .map_err(|failure| failure.into_error(&tool.program, &format!("compile `{resource}`"), tool.hint))?;
    if !output.is_dir() {
        let message = format!("`{}` made nothing in `{}`", tool.program, output.display());
        return Err(PluginError::new("function-not-compiled", message).hint("look at the function's build file"));
    }
    // A tool may write into the source (a lock file): what it left is what the output was made of.
    let source = hash::base64(folder, &["dist", "bin", "obj", "build", ".gradle"]).map_err(unread)?;
    fs::write(&record, source).map_err(|error| io("write", &record, &error))?;
    Ok((output, true))
}

fn tool(runtime: Runtime, resource: &str, folder: &Path) -> Result<(Tool, PathBuf), PluginError> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    Ok(match runtime {
        Runtime::Go => {
            let output = folder.join("dist/bin");
            let program = output.join(program_name(folder, resource)?);
            let mut arguments = words(&["build", "-trimpath", "-ldflags=-s -w -buildid=", "-o"]);
            arguments.extend([program.to_string_lossy().into_owned(), ".".to_owned()]);
            let tool = Tool {
                program: "go".into(),
                arguments,
                variables: vec![("GOOS", "linux"), ("GOARCH", "amd64"), ("CGO_ENABLED", "0")],
                folder: folder.join("src"),
                hint: "install Go from https://go.dev/doc/install, and make sure that `go` is on the PATH",
            };
            (tool, output)
        }
        Runtime::Java => {
            // A wrapper in the folder pins the version of Gradle.
            let wrapper = folder.join(if cfg!(windows) { "gradlew.bat" } else { "gradlew" });
            let program = if wrapper.is_file() { wrapper.to_string_lossy().into_owned() } else { "gradle".into() };
            let tool = Tool {
                program,
                arguments: words(&["build", "--console=plain", "--quiet"]),
                variables: Vec::new(),
                folder: folder.to_owned(),
                hint: "install a JDK and Gradle 7 or later, and make sure that `gradle` is on the PATH",
            };
            if !declares_package(folder)? {
                let message = format!("`build.gradle` of `{resource}` has no task `lambdaPackage`");
                return Err(PluginError::new("function-build-file", message).hint(
                    "add a `Sync` task of that name into `build/package` and let `build` depend on it, as a new Java function has it",
                ));
            }
            (tool, folder.join("build/package"))
        }
        _ => {
            let output = folder.join("dist/publish");
            let mut arguments = words(&["publish", "--configuration", "Release", "--nologo", "--output"]);
            arguments.push(output.to_string_lossy().into_owned());
            // What it makes on the way stays out of the source, whose changes the status counts.
            for (property, place) in [("BaseIntermediateOutputPath", "dist/obj/"), ("BaseOutputPath", "dist/bin/")] {
                arguments.push(format!("--property:{property}={}/{place}", folder.display()));
            }
            let tool = Tool {
                program: "dotnet".into(),
                arguments,
                variables: vec![("DOTNET_CLI_TELEMETRY_OPTOUT", "1"), ("DOTNET_NOLOGO", "1")],
                folder: folder.join("src"),
                hint: "install the .NET SDK from https://dotnet.microsoft.com, and make sure that `dotnet` is on the PATH",
            };
            (tool, output)
        }
    })
}

/// A function that the original made has the runtime `go1.x`, whose handler is the program's name.
fn program_name(folder: &Path, resource: &str) -> Result<String, PluginError> {
    let template = folder.join(format!("{resource}-cloudformation-template.json"));
    if !template.is_file() {
        return Ok("bootstrap".to_owned());
    }
    let document = read_json(&template)?;
    let property = |name: &str| document.pointer(&format!("/Resources/LambdaFunction/Properties/{name}"));
    let old = property("Runtime").and_then(Value::as_str) == Some("go1.x");
    let handler = property("Handler").and_then(Value::as_str).filter(|handler| !handler.contains(['/', '\\']));
    Ok(handler.filter(|_| old).unwrap_or("bootstrap").to_owned())
}

fn declares_package(folder: &Path) -> Result<bool, PluginError> {
    let file = folder.join("build.gradle");
    let text = match fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(io("read", &file, &error)),
    };
    Ok(text.contains("lambdaPackage"))
}
