//! Where a function's code will be: its name follows from the sources, so that it is known before anything is built.

use amplify_project::hash;
use serde_json::{Value, json};

use crate::{Environment, Error, folder::Folder, parameters::Parameters, resource::Entry};

/// The logical id that holds the code in every function's template.
const FUNCTION: &str = "LambdaFunction";

/// Parameters by which newer templates ask for the place of the code.
pub(crate) const BUCKET_PARAMETER: &str = "deploymentBucketName";
pub(crate) const KEY_PARAMETER: &str = "s3Key";

/// Key of a code file in the deployment bucket.
pub(crate) fn key(file_name: &str) -> String {
    format!("amplify-builds/{file_name}")
}

/// The file name of a function's code, from its sources; `None` where there are no sources to tell it from.
///
/// # Errors
/// Those of reading the sources.
pub(crate) fn file_name(folder: &Folder, entry: &Entry) -> Result<Option<String>, Error> {
    if entry.service() != "Lambda" || !folder.inside("src").exists() {
        return Ok(None);
    }
    let (sources, excluded): (Folder, &[&str]) = match runtime(folder)?.as_deref() {
        None | Some("nodejs") => (folder.inside("src"), &["node_modules"]),
        // The original takes `src` alone, and what another library of `build.gradle` makes would not get to Lambda.
        Some("java") => (folder.clone(), &["dist", "bin", "build", ".gradle"]),
        // The original takes what it has built, which a fresh clone does not have.
        Some(runtime) if runtime.starts_with("dotnet") => (folder.clone(), &["dist", "bin", "obj"]),
        Some(_) => (folder.clone(), &["dist"]),
    };
    if !sources.exists() {
        return Ok(None);
    }
    let digits = hash::source(&sources.path, excluded)?;
    Ok(Some(format!("{}-{digits}-build.zip", entry.name)))
}

/// The runtime of `amplify.state`.
fn runtime(folder: &Folder) -> Result<Option<String>, Error> {
    let state = folder.object("amplify.state")?;
    Ok(state.and_then(|state| state.get("functionRuntime")?.as_str().map(str::to_owned)))
}

/// The literal code file that a template already names.
pub(crate) fn recorded_file_name(template: &Value) -> Option<String> {
    let properties = template.pointer(&format!("/Resources/{FUNCTION}/Properties"))?;
    let key = properties.pointer("/Code/S3Key").or_else(|| properties.pointer("/CodeUri/Key"))?;
    key.as_str()?.strip_prefix("amplify-builds/").map(str::to_owned)
}

/// Puts the place of the code into a function's template, or into the parameters where the template asks for it there.
/// Whether there was a place to put it.
pub(crate) fn inject(
    template: &mut Value,
    parameters: &mut Parameters,
    environment: &Environment,
    file_name: &str,
) -> bool {
    let declared = |name: &str| template.pointer(&format!("/Parameters/{name}")).is_some();
    if declared(BUCKET_PARAMETER) && declared(KEY_PARAMETER) {
        parameters.fix(BUCKET_PARAMETER, environment.bucket.clone().into());
        parameters.fix(KEY_PARAMETER, key(file_name).into());
        return true;
    }
    let Some(function) = template.pointer_mut(&format!("/Resources/{FUNCTION}")) else { return false };
    let serverless = function.get("Type").is_some_and(|kind| kind == "AWS::Serverless::Function");
    let Some(properties) = function.get_mut("Properties").and_then(Value::as_object_mut) else { return false };
    if serverless {
        properties.insert("CodeUri".to_owned(), json!({ "Bucket": environment.bucket, "Key": key(file_name) }));
    } else {
        properties.insert("Code".to_owned(), json!({ "S3Bucket": environment.bucket, "S3Key": key(file_name) }));
    }
    true
}

/// What to know about a function whose sources are not in the project.
pub(crate) fn without_sources(template: &Value, environment: &Environment) -> Option<String> {
    let properties = template.pointer(&format!("/Resources/{FUNCTION}/Properties"))?;
    let place = properties.get("Code").or_else(|| properties.get("CodeUri"));
    let bucket = place.and_then(|place| place.get("S3Bucket").or_else(|| place.get("Bucket"))?.as_str());
    match (place, bucket) {
        (None, _) => Some("its code is not in the project (no `src`), and its template names none".to_owned()),
        (Some(_), Some(bucket)) if bucket != environment.bucket => Some(format!(
            "its code is not in the project (no `src`); its template names code in the bucket `{bucket}`, which is not this environment's"
        )),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_build_reads_gives_the_name_and_what_it_makes_does_not() {
        for (runtime, read, made) in [
            ("nodejs", "src/package.json", "src/node_modules/one/index.js"),
            ("python", "Pipfile", "dist/latest-build.zip"),
            ("go", "src/go.mod", "dist/bin/bootstrap"),
            ("java", "build.gradle", "build/libs/one.jar"),
            ("java", "src/main/java/Handler.java", ".gradle/state"),
            ("dotnet10", "src/one.csproj", "src/obj/one.json"),
        ] {
            let root = tempfile::tempdir().unwrap();
            let folder = Folder::new(root.path(), root.path().join("one"));
            let write = |path: &str, text: &str| {
                let path = folder.path.join(path);
                fs_err::create_dir_all(path.parent().unwrap()).unwrap();
                fs_err::write(path, text).unwrap();
            };
            let name = || {
                let entry = Entry::new("function", "one", json!({ "service": "Lambda" }));
                file_name(&folder, &entry).unwrap().unwrap()
            };
            write("amplify.state", &json!({ "functionRuntime": runtime }).to_string());
            write("src/source", "");
            write(read, "one");
            let first = name();
            write(made, "made");
            assert_eq!(name(), first, "{runtime}: {made}");
            write(read, "other");
            assert_ne!(name(), first, "{runtime}: {read}");
        }
    }
}
