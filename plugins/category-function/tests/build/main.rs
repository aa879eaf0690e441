//! Building: installs only when needed, packages that are the same everywhere, and clear failures.
#![allow(
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed, and tells what it skips"
)]

mod compiled;
#[cfg(unix)]
mod dotnet;
#[cfg(unix)]
mod go;
mod java;

use std::{
    collections::BTreeMap,
    io::Read,
    path::{Path, PathBuf},
};

use amplify_sdk::{
    message::{BuildReply, BuildRequest, Request, Response},
    project::ProjectView,
    testing::Host,
};
use category_function::FunctionCategory;

struct Folder {
    dir: tempfile::TempDir,
}

impl Folder {
    /// A project on disk with the function `hello` of these files.
    fn new(files: &[(&str, &str)]) -> Self {
        Self::below("amplify-build-", files)
    }

    /// The same in a folder whose name begins so.
    fn below(prefix: &str, files: &[(&str, &str)]) -> Self {
        let folder = Self { dir: tempfile::Builder::new().prefix(prefix).tempdir().unwrap() };
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("amplify/backend/function/hello")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }

    /// Everything that git would take of the function: what is not below the folders that the project's .gitignore names.
    fn files(&self) -> Vec<String> {
        let mut files = Vec::new();
        let mut folders = vec![self.path()];
        while let Some(folder) = folders.pop() {
            for entry in fs_err::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if !path.is_dir() {
                    files.push(path.strip_prefix(self.path()).unwrap().to_string_lossy().into_owned());
                } else if !path.ends_with("dist") && !path.ends_with("build") {
                    folders.push(path);
                }
            }
        }
        files.sort();
        files
    }

    fn read(&self, path: &str) -> String {
        fs_err::read_to_string(self.path().join(path)).unwrap()
    }

    fn host(&self) -> Host {
        let project = ProjectView {
            root: self.dir.path().to_string_lossy().into(),
            name: "shop".into(),
            ..ProjectView::default()
        };
        Host::new().project(project)
    }

    fn build(&self) -> BuildReply {
        self.host().build(&FunctionCategory, "hello", &self.path().to_string_lossy()).value().clone()
    }

    fn error(&self) -> amplify_sdk::error::PluginError {
        self.host().build(&FunctionCategory, "hello", &self.path().to_string_lossy()).error().clone()
    }
}

/// Name, text and mode of every file in a package.
fn unpacked(path: impl AsRef<Path>) -> BTreeMap<String, (String, u32)> {
    let mut zip = zip::ZipArchive::new(fs_err::File::open(path.as_ref()).unwrap()).unwrap();
    let mut files = BTreeMap::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        files.insert(file.name().to_owned(), (text, file.unix_mode().unwrap() & 0o777));
    }
    files
}

const INDEX: (&str, &str) = ("src/index.js", "exports.handler = async () => 1;\n");

#[test]
fn packages_are_the_same_everywhere() {
    let files = [INDEX, ("src/lib/a.js", "1"), ("src/lib.js", "2"), ("src/event.json", "{}")];
    let first = Folder::new(&files);
    let mut reversed = files;
    reversed.reverse();
    let second = Folder::new(&reversed);
    let old = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    std::fs::File::options().write(true).open(second.path().join("src/index.js")).unwrap().set_modified(old).unwrap();
    #[cfg(unix)]
    for (file, mode) in [("src/index.js", 0o600), ("src/lib.js", 0o666), ("src/lib/a.js", 0o640)] {
        // What a umask leaves: who may read a file is this machine's business.
        let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
        std::fs::set_permissions(second.path().join(file), mode).unwrap();
    }
    second.write("src/.DS_Store", "junk");
    second.write("src/__pycache__/x.pyc", "junk");

    let (one, two) = (first.build(), second.build());
    assert_eq!(fs_err::read(&one.artifact).unwrap(), fs_err::read(&two.artifact).unwrap());
    assert_eq!(one.sha256, two.sha256);
    assert!(one.packaged && !one.rebuilt);
    let names: Vec<String> = unpacked(&one.artifact).into_keys().collect();
    assert_eq!(names, ["event.json", "index.js", "lib.js", "lib/a.js"]);
}

#[test]
fn the_package_is_named_after_its_source() {
    let folder = Folder::new(&[INDEX]);
    let first = folder.build();
    assert!(first.upload_name.starts_with("hello-") && first.upload_name.ends_with("-build.zip"));
    assert_eq!(first.upload_name.len(), "hello-".len() + 20 + "-build.zip".len());
    folder.write("src/node_modules/x/index.js", "not counted");
    assert_eq!(folder.build().upload_name, first.upload_name);
    folder.write("src/index.js", "exports.handler = async () => 2;\n");
    assert_ne!(folder.build().upload_name, first.upload_name);
}

#[test]
fn an_unchanged_package_is_left_as_it_is() {
    let folder = Folder::new(&[INDEX]);
    let first = folder.build();
    let again = folder.build();
    assert!(first.packaged && !again.packaged);
    assert_eq!(again.sha256, first.sha256);
}

#[test]
fn a_package_of_settled_files_is_not_read_again() {
    let folder = Folder::new(&[INDEX]);
    let path = folder.path().join("src/index.js");
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(60);
    let age = || fs_err::File::options().write(true).open(&path).unwrap().into_parts().0.set_modified(old).unwrap();
    age();
    let first = folder.build();
    // Same size and time, other content: only a build that is forced looks inside.
    folder.write("src/index.js", "exports.handler = async () => 7;\n");
    age();
    assert_eq!(folder.build().sha256, first.sha256);
    let at = folder.path().to_string_lossy().into_owned();
    let request = BuildRequest { resource: "hello".into(), folder: at, force: true, ..BuildRequest::default() };
    let outcome = folder.host().request(&FunctionCategory, Request::Build(request));
    let Response::Build(forced) = outcome.value() else { panic!("no build") };
    assert_ne!(forced.sha256, first.sha256);
    // A file that has just been written is looked into.
    folder.write("src/index.js", "exports.handler = async () => 8;\n");
    assert_ne!(folder.build().sha256, forced.sha256);
    fs_err::remove_file(folder.path().join("dist/latest-build.zip")).unwrap();
    assert!(folder.build().packaged);
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_programs_stay_programs() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Folder::new(&[INDEX, ("src/bin/tool", "#!/bin/sh\n"), ("shared/common.js", "shared")]);
    let tool = folder.path().join("src/bin/tool");
    std::fs::set_permissions(&tool, std::fs::Permissions::from_mode(0o700)).unwrap();
    symlink("../shared", folder.path().join("src/shared")).unwrap();
    symlink("nowhere", folder.path().join("src/.#index.js")).unwrap();
    folder.write("src/.npmrc", "secret");
    let files = unpacked(folder.build().artifact);
    assert_eq!(files["shared/common.js"], ("shared".to_owned(), 0o644));
    assert_eq!(files["bin/tool"].1, 0o755);
    assert_eq!(files.len(), 3, "neither links to nothing nor passwords are packed: {files:?}");

    symlink("..", folder.path().join("src/bin/up")).unwrap();
    let error = folder.error();
    assert_eq!(error.code, "function-link-circle");
}

#[test]
fn what_lambda_would_refuse_is_refused_before_it_is_packed() {
    let folder = Folder::new(&[INDEX]);
    // Files with nothing in them but a size.
    for number in 1..=12 {
        let path = format!("src/node_modules/package-{number:02}/data.bin");
        folder.write(&path, "");
        let file = std::fs::File::options().write(true).open(folder.path().join(path)).unwrap();
        file.set_len(number * 4 * 1024 * 1024).unwrap();
    }
    let error = folder.error();
    assert_eq!(error.code, "function-too-large");
    assert_eq!(error.message, "`hello` takes 312.0 MB unpacked, and Lambda takes at most 250.0 MB");
    assert_eq!(error.causes.len(), 10);
    assert_eq!(error.causes[0], "48.0 MB in node_modules/package-12");
    assert_eq!(error.causes[9], "12.0 MB in node_modules/package-03");
    assert!(!folder.path().join("dist/latest-build.zip").exists(), "nothing is there to be uploaded");
}

#[test]
fn a_folder_without_source_has_nothing_to_deploy() {
    let folder = Folder::new(&[("parameters.json", "{}")]);
    let outcome = folder.host().build(&FunctionCategory, "hello", &folder.path().to_string_lossy());
    assert_eq!(*outcome.value(), BuildReply::default());
    assert_eq!(
        outcome.log[0].text,
        "there is no source in `amplify/backend/function/hello/src`: `hello` is deployed without code"
    );
}

#[test]
fn the_language_is_read_from_state_or_template() {
    let state = r#"{"functionRuntime": "ruby3.3"}"#;
    let error = Folder::new(&[("src/main.rb", ""), ("amplify.state", state)]).error();
    assert_eq!(error.message, "`hello` is written for `ruby3.3`, which cannot be built");
    let template = r#"{"Resources": {"LambdaFunction": {"Properties": {"Runtime": "python3.8"}}}}"#;
    let folder = Folder::new(&[("src/index.py", ""), ("hello-cloudformation-template.json", template)]);
    assert!(unpacked(folder.build().artifact).contains_key("index.py"));
    assert!(!folder.path().join("amplify.state").exists(), "building writes nothing that git tracks");
}

/// Dependencies on this disk, so that npm needs no network.
fn with_dependency() -> Folder {
    Folder::new(&[
        INDEX,
        (
            "src/package.json",
            r#"{"name": "hello", "dependencies": {"common": "file:../common"}, "devDependencies": {"testing": "file:../testing"}}"#,
        ),
        ("common/package.json", r#"{"name": "common", "version": "1.0.0"}"#),
        ("common/index.js", "exports.x = 1;\n"),
        ("testing/package.json", r#"{"name": "testing", "version": "1.0.0"}"#),
    ])
}

#[test]
fn npm_runs_only_when_something_changed() {
    let folder = with_dependency();
    let first = folder.build();
    assert!(first.rebuilt);
    let files = unpacked(&first.artifact);
    assert!(files.contains_key("node_modules/common/index.js"), "{files:?}");
    assert!(!files.keys().any(|name| name.contains("testing") || name.contains("/.")), "{files:?}");
    assert!(!folder.path().join("src/package-lock.json").exists(), "no lock file is made");

    assert!(!folder.build().rebuilt);
    folder.write("src/index.js", "exports.handler = async () => 3;\n");
    assert!(!folder.build().rebuilt, "source alone needs no install");
    folder.write("common/package.json", r#"{"name": "common", "version": "1.0.1"}"#);
    assert!(folder.build().rebuilt);
    folder.write("src/package.json", r#"{"name": "hello"}"#);
    assert!(folder.build().rebuilt);
    assert!(!folder.path().join("src/node_modules").exists(), "what is no longer wanted goes");
    assert!(!folder.build().rebuilt);
}

#[test]
fn a_failed_install_shows_what_npm_said() {
    let folder = Folder::new(&[
        INDEX,
        ("src/package.json", r#"{"name": "hello", "dependencies": {"gone": "file:../gone"}}"#),
        ("src/package-lock.json", "{}"),
    ]);
    let error = folder.error();
    assert_eq!(error.code, "tool-failed");
    assert!(error.message.starts_with("could not install the dependencies of `hello`: `npm"), "{}", error.message);
    assert!(error.causes[0].contains("npm"), "{error:?}");
}

#[test]
fn a_broken_package_is_named() {
    let error = Folder::new(&[INDEX, ("src/package.json", "{")]).error();
    assert_eq!(error.code, "invalid-json");
    assert!(error.message.contains("package.json"));
}

#[test]
fn the_projects_script_runs_once_per_change() {
    let folder = Folder::new(&[INDEX]);
    let package = r#"{"scripts": {"amplify:hello": "node -e \"require('fs').appendFileSync('amplify/backend/function/hello/src/made.txt', 'x')\""}}"#;
    fs_err::write(folder.dir.path().join("package.json"), package).unwrap();
    let made = || fs_err::read_to_string(folder.path().join("src/made.txt")).unwrap();
    assert!(folder.build().rebuilt);
    assert!(!folder.build().rebuilt);
    assert_eq!(made(), "x");
    folder.write("src/index.js", "exports.handler = async () => 4;\n");
    let reply = folder.build();
    assert!(reply.rebuilt);
    assert_eq!(made(), "xx");
    assert_eq!(unpacked(reply.artifact)["made.txt"].0, "xx");
}

#[cfg(unix)]
#[test]
fn stopping_ends_the_tool_and_what_it_started() {
    let folder = Folder::new(&[INDEX]);
    let package = r#"{"scripts": {"amplify:hello": "sh -c 'sleep 300 & echo $! > child.pid; wait'"}}"#;
    fs_err::write(folder.dir.path().join("package.json"), package).unwrap();
    let started = std::time::Instant::now();
    // Checked every 50 ms or so: time enough for the script to start its child.
    let outcome = folder.host().cancel_after(60).build(&FunctionCategory, "hello", &folder.path().to_string_lossy());
    assert_eq!(outcome.error().code, "cancelled");
    assert!(started.elapsed().as_secs() < 60);
    let child: u32 = fs_err::read_to_string(folder.dir.path().join("child.pid")).unwrap().trim().parse().unwrap();
    let gone = |id: u32| match fs_err::read_to_string(format!("/proc/{id}/stat")) {
        Ok(stat) => stat.contains(") Z "),
        Err(_) => true,
    };
    let waited = std::time::Instant::now();
    while !gone(child) && waited.elapsed().as_secs() < 5 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(gone(child), "the script's child {child} is still there");
}

/// A wheel, which pip installs without network and without building anything.
fn write_wheel(folder: &Path) {
    fs_err::create_dir_all(folder).unwrap();
    let mut zip = zip::ZipWriter::new(fs_err::File::create(folder.join("common-1.0-py3-none-any.whl")).unwrap());
    let files = [
        ("common.py", "x = 1\n"),
        ("common-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: common\nVersion: 1.0\n"),
        ("common-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
        ("common-1.0.dist-info/RECORD", "common.py,,\ncommon-1.0.dist-info/METADATA,,\n"),
    ];
    for (name, text) in files {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut zip, text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
}

#[test]
fn python_packages_lie_beside_the_source() {
    let folder = Folder::new(&[
        ("amplify.state", r#"{"functionRuntime": "python"}"#),
        ("src/index.py", "import common\n"),
        ("src/requirements.txt", "--no-index\n--find-links wheels\ncommon==1.0\n"),
    ]);
    write_wheel(&folder.path().join("src/wheels"));
    let first = folder.build();
    assert!(first.rebuilt);
    let files = unpacked_names(&first.artifact);
    assert!(files.contains(&"common.py".to_owned()) && files.contains(&"index.py".to_owned()), "{files:?}");
    assert!(!files.iter().any(|name| name.ends_with(".pyc")), "{files:?}");
    let again = folder.build();
    assert!(!again.rebuilt && !again.packaged);
    folder.write("src/requirements.txt", "--no-index\n--find-links wheels\ncommon==2.0\n");
    let error = folder.error();
    assert!(error.message.starts_with("could not install the dependencies of `hello`: `python3` failed"), "{error:?}");
    assert!(error.causes[0].contains("common==2.0"), "{error:?}");
    folder.write("src/requirements.txt", "");
    assert!(!unpacked_names(folder.build().artifact).contains(&"common.py".to_owned()));
}

fn unpacked_names(path: impl AsRef<Path>) -> Vec<String> {
    let zip = zip::ZipArchive::new(fs_err::File::open(path.as_ref()).unwrap()).unwrap();
    zip.file_names().map(str::to_owned).collect()
}

#[test]
fn python_without_requirements_needs_no_pip() {
    let folder = Folder::new(&[
        ("amplify.state", r#"{"functionRuntime": "python"}"#),
        ("src/index.py", ""),
        ("Pipfile", "[packages]\n"),
    ]);
    let reply = folder.build();
    assert!(!reply.rebuilt);
    assert!(!folder.path().join("dist/python-packages").exists());
    folder.write("Pipfile", "\n[packages\n");
    let error = folder.error();
    assert_eq!(error.code, "invalid-toml");
    assert!(error.causes[0].contains("line 2") && error.hints[0].contains("pipenv lock"), "{error:?}");
    folder.write("requirements.txt", "-r requirements.txt\n");
    let error = folder.error();
    assert_eq!((error.code.as_str(), error.hints.len()), ("requirements-circle", 1));
}

#[test]
fn the_build_command_builds_all_or_one() {
    let folder = Folder::new(&[INDEX]);
    let host = || {
        let entry = [("service", serde_json::json!("Lambda")), ("build", serde_json::json!(true))];
        folder.host().resource("function", "hello", entry).defaults()
    };
    let outcome = host().run(&FunctionCategory, "build", &[]);
    assert_eq!(outcome.value().messages, ["All resources are built."]);
    assert!(folder.path().join("dist/latest-build.zip").exists());
    assert_eq!(host().run(&FunctionCategory, "build", &["nobody"]).error().code, "unknown-function");
    let outcome = host().answer("function.build", false).run(&FunctionCategory, "build", &["hello"]);
    assert_eq!(outcome.value().messages, ["Nothing was built."]);
}
