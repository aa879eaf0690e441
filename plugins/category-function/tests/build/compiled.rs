//! What is the same for all compiled languages; real tools stand in files of their own.

use std::process::Command;

use super::*;

/// A new function called `hello` in a language, on disk.
pub fn new_function(runtime: &str) -> Folder {
    let folder = Folder::new(&[]);
    add(&folder, runtime, "hello", "hello");
    folder
}

/// Puts the files of a new function into a folder.
pub fn add(folder: &Folder, runtime: &str, resource: &str, function_name: &str) {
    let host = Host::new()
        .defaults()
        .answer("function.resourceName", resource)
        .answer("function.functionName", function_name)
        .answer("function.runtime", runtime);
    let outcome = host.run(&FunctionCategory, "add", &[]);
    for file in outcome.files() {
        let path = file.strip_prefix(&format!("function/{resource}/")).unwrap();
        folder.write(path, &outcome.text("function", resource, path));
    }
}

/// Whether a compiler is installed. Those that `cargo xtask test` has fetched must be.
pub fn has(program: &str, version: &str) -> bool {
    let runs = Command::new(program).arg(version).output().is_ok_and(|output| output.status.success());
    let fetched = std::env::var_os("AMPLIFY_LANGUAGES").map(|folder| Path::new(&folder).join(program));
    assert!(runs || !fetched.is_some_and(|program| program.exists()), "`{program}` was fetched, but does not run");
    if !runs {
        eprintln!("skipped: `{program}` is not installed");
    }
    runs
}

/// Unpacks a package to see what Lambda sees.
pub fn unpack(path: impl AsRef<Path>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    zip::ZipArchive::new(fs_err::File::open(path.as_ref()).unwrap()).unwrap().extract(folder.path()).unwrap();
    folder
}

/// The handler in the template of a new function.
pub fn handler(folder: &Folder, resource: &str) -> String {
    let template = folder.read(&format!("{resource}-cloudformation-template.json"));
    let template: serde_json::Value = serde_json::from_str(&template).unwrap();
    template["Resources"]["LambdaFunction"]["Properties"]["Handler"].as_str().unwrap().to_owned()
}

/// What a program printed; it must succeed.
pub fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{command:?}\n{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// Breaks a file of a function that was built. What the compiler says of `place` must reach the user, and the package stays.
pub fn assert_broken(folder: &Folder, file: &str, text: &str, place: &str) {
    let package = folder.path().join("dist/latest-build.zip");
    let before = fs_err::read(&package).unwrap();
    let good = folder.read(file);
    folder.write(file, text);
    let error = folder.error();
    assert_eq!(error.code, "tool-failed", "{error:?}");
    assert!(error.message.starts_with("could not compile `hello`: `"), "{error:?}");
    assert!(error.causes[0].contains(place), "the compiler's own words: {error:?}");
    assert_eq!(fs_err::read(&package).unwrap(), before, "the last good package is still there");
    assert!(!folder.path().join("dist/latest-build.zip.new").exists());
    folder.write(file, &good);
    assert!(folder.build().rebuilt);
    assert_eq!(fs_err::read(&package).unwrap(), before, "the same source, the same package");
}

#[test]
fn a_missing_tool_is_named_with_where_to_get_it() {
    for (runtime, program) in [("go", "go"), ("java", "gradle"), ("dotnet", "dotnet")] {
        let installed = Command::new(program).arg("--help").output().is_ok();
        if installed {
            continue;
        }
        let error = new_function(runtime).error();
        assert_eq!(error.code, "tool-missing", "{runtime}: {error:?}");
        assert_eq!(error.message, format!("could not compile `hello`: `{program}` was not found"));
        assert!(error.hints[0].starts_with("install "), "{error:?}");
    }
}
