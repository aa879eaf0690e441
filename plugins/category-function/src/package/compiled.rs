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

/// How many of a failed compiler's last lines are shown: the first error is often the one that counts.
const LINES: usize = 100;

/// The archive that Gradle makes, as in functions of the original.
const ARCHIVE: &str = "build/distributions/latest_build.zip";

/// What MSBuild reads before the project.
const PROPERTIES: &str = include_str!("dotnet.props");

/// What a language's tool is, what it is called with, and what it makes.
struct Tool {
    program: String,
    arguments: Vec<String>,
    variables: Vec<(&'static str, &'static str)>,
    folder: PathBuf,
    hint: &'static str,
    /// The folder that is packed.
    output: PathBuf,
    /// The archive that the output is taken from, where the tool makes one.
    archive: Option<PathBuf>,
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
    let tool = tool(runtime, resource, folder)?;
    let unread =
        |error| PluginError::new("function-source", format!("the source of `{resource}` cannot be read")).cause(error);
    let source = hash::base64(folder, no_source(runtime)).map_err(unread)?;
    let record = folder.join(RECORD);
    let known = fs::read_to_string(&record).is_ok_and(|known| known == source);
    if known && !force && tool.output.is_dir() {
        return Ok((tool.output, false));
    }
    context.step(format!("Compiling `{resource}`"));
    let dist = folder.join("dist");
    fs::create_dir_all(&dist).map_err(|error| io("make", &dist, &error))?;
    if record.is_file() {
        // It must not vouch for what a build leaves that does not come to its end.
        fs::remove_file(&record).map_err(|error| io("remove", &record, &error))?;
    }
    clear(&tool)?;
    if runtime == Runtime::DotNet {
        let properties = properties_file(folder);
        fs::write(&properties, PROPERTIES).map_err(|error| io("write", &properties, &error))?;
    }
    process::run_with(context, &tool.program, &tool.arguments, &tool.variables, &tool.folder, LINES)
        .map_err(|failure| explained(failure.into_error(&tool.program, &format!("compile `{resource}`"), tool.hint)))?;
    take(&tool)?;
    // A tool may write into the source (a lock file): what it left is what the output was made of.
    let source = hash::base64(folder, no_source(runtime)).map_err(unread)?;
    fs::write(&record, source).map_err(|error| io("write", &record, &error))?;
    Ok((tool.output, true))
}

/// A .NET SDK of before the framework's time says so in codes, and the oldest ones take it for another framework.
fn explained(error: PluginError) -> PluginError {
    let too_old = |text: &String| text.contains("NETSDK1045") || text.contains("MSB3644");
    if !error.causes.iter().any(too_old) {
        return error;
    }
    error.hint("install the .NET SDK of the version that `TargetFramework` names (`dotnet --list-sdks` says what there is), or change it together with `Runtime` in the function's template")
}

/// Folders that are no source: the tool makes them, in the user's own runs of it too. Those of other tools may hold source here.
fn no_source(runtime: Runtime) -> &'static [&'static str] {
    match runtime {
        Runtime::DotNet => &["dist", "bin", "obj"],
        Runtime::Java => &["dist", "bin", "build", ".gradle"],
        _ => &["dist"],
    }
}

/// Removes what an earlier source left: it is not packed, and does not pass for what the tool makes now.
fn clear(tool: &Tool) -> Result<(), PluginError> {
    if tool.output.is_dir() {
        fs::remove_dir_all(&tool.output).map_err(|error| io("remove", &tool.output, &error))?;
    }
    match &tool.archive {
        Some(archive) if archive.is_file() => fs::remove_file(archive).map_err(|error| io("remove", archive, &error)),
        _ => Ok(()),
    }
}

/// Sees that the output is there.
fn take(tool: &Tool) -> Result<(), PluginError> {
    let made = |path: &Path, hint: &str| {
        let message = format!("`{}` made no `{}`", tool.program, path.display());
        PluginError::new("function-not-compiled", message).hint(hint)
    };
    let Some(archive) = &tool.archive else {
        return if tool.output.is_dir() {
            Ok(())
        } else {
            Err(made(&tool.output, "look at the function's build file"))
        };
    };
    if !archive.is_file() {
        return Err(made(
            archive,
            "let `build` depend on a `Zip` task that makes it: classes and resources at the top, libraries in `lib`",
        ));
    }
    let unpack = |error: zip::result::ZipError| io("unpack", archive, &std::io::Error::other(error));
    let file = fs::File::open(archive).map_err(|error| io("read", archive, &error))?;
    let mut zip = zip::ZipArchive::new(file).map_err(unpack)?;
    zip.extract(&tool.output).map_err(unpack)
}

fn tool(runtime: Runtime, resource: &str, folder: &Path) -> Result<Tool, PluginError> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    Ok(match runtime {
        Runtime::Go => {
            let output = folder.join("dist/bin");
            let program = output.join(program_name(folder, resource)?);
            // Without the commit, which would make another program of the same source.
            let mut arguments = words(&["build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o"]);
            arguments.extend([program.to_string_lossy().into_owned(), ".".to_owned()]);
            Tool {
                program: "go".into(),
                arguments,
                variables: vec![("GOOS", "linux"), ("GOARCH", "amd64"), ("CGO_ENABLED", "0")],
                folder: folder.join("src"),
                hint: "install Go 1.18 or later from https://go.dev/doc/install, and make sure that `go` is on the PATH",
                output,
                archive: None,
            }
        }
        Runtime::Java => {
            // A wrapper in the folder pins the version of Gradle.
            let wrapper = folder.join(if cfg!(windows) { "gradlew.bat" } else { "gradlew" });
            let installed = if cfg!(windows) { "gradle.bat" } else { "gradle" };
            let program = if wrapper.is_file() { wrapper.to_string_lossy().into_owned() } else { installed.into() };
            Tool {
                program,
                // Git knows `dist` as generated, but not Gradle's own folder.
                arguments: words(&["build", "--console=plain", "--quiet", "--project-cache-dir=dist/.gradle"]),
                variables: Vec::new(),
                folder: folder.to_owned(),
                hint: "install a JDK (11 or later) and Gradle from https://gradle.org/install, and make sure that `gradle` is on the PATH",
                output: folder.join("dist/unpacked"),
                archive: Some(folder.join(ARCHIVE)),
            }
        }
        _ => {
            let output = folder.join("dist/publish");
            let property = |name: &str, path: &Path| format!("-property:{name}={}", escaped(&path.to_string_lossy()));
            let mut arguments = words(&["publish", "--configuration", "Release", "--nologo"]);
            arguments.push(property("DirectoryBuildPropsPath", &properties_file(folder)));
            // `--output` is passed on unescaped.
            arguments.push(property("PublishDir", &output.join("")));
            Tool {
                program: "dotnet".into(),
                arguments,
                variables: vec![("DOTNET_CLI_TELEMETRY_OPTOUT", "1"), ("DOTNET_NOLOGO", "1")],
                folder: folder.join("src"),
                hint: "install the .NET SDK from https://dotnet.microsoft.com, and make sure that `dotnet` is on the PATH",
                output,
                archive: None,
            }
        }
    })
}

fn properties_file(folder: &Path) -> PathBuf {
    folder.join("dist/amplify.props")
}

/// A path as MSBuild wants it on the command line.
fn escaped(path: &str) -> String {
    path.replace('%', "%25").replace(';', "%3B").replace(',', "%2C")
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
