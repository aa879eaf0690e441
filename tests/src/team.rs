//! Several people with a clone each of one project, and one environment folder that they share.

use std::path::PathBuf;

use serde_json::json;
use tempfile::TempDir;

use crate::{Invocation, Output, Sandbox, corpus::copy_folder, harness};

/// A shared cloud (see the provider in `tests/shared`) and a git repository.
pub struct Team {
    folder: TempDir,
}

/// One of the team: a clone of the project.
pub struct Member {
    /// The clone.
    pub sandbox: Sandbox,
    cloud: PathBuf,
    origin: PathBuf,
}

impl Default for Team {
    fn default() -> Self {
        Self::new()
    }
}

impl Team {
    /// A team without a project.
    ///
    /// # Panics
    /// If there is no room for a temporary folder, or no git.
    pub fn new() -> Self {
        let team = Self { folder: tempfile::tempdir().expect("a temporary folder can be made") };
        fs_err::create_dir_all(team.cloud()).expect("a folder can be made");
        team
    }

    /// The folder that stands for the cloud.
    pub fn cloud(&self) -> PathBuf {
        self.folder.path().join("cloud")
    }

    fn origin(&self) -> PathBuf {
        self.folder.path().join("origin.git")
    }

    /// Somebody with an empty folder and no project.
    pub fn outsider(&self) -> Member {
        let sandbox = Sandbox::new();
        sandbox.write("package.json", "{\"name\": \"app\", \"dependencies\": {}}\n");
        Member { sandbox, cloud: self.cloud(), origin: self.origin() }
    }

    /// The one who begins: a project with the environment `dev`, not in git yet.
    pub fn founder(&self) -> Member {
        let founder = self.outsider();
        let _ = founder.amplify(["init", "--yes", "--providers", &founder.provider()]).success();
        founder
    }

    /// Somebody who clones what was pushed to the repository, on a branch.
    pub fn clone(&self, branch: &str) -> Member {
        let member = Member { sandbox: Sandbox::new(), cloud: self.cloud(), origin: self.origin() };
        member.git(&["clone", "--quiet", "--branch", branch, &self.origin().display().to_string(), "."]);
        member
    }

    /// The requests that reached the cloud so far, one a line.
    pub fn calls(&self) -> String {
        fs_err::read_to_string(self.cloud().join("calls.log")).unwrap_or_default()
    }

    /// Asks for a fault of an environment, or takes it back.
    ///
    /// # Panics
    /// If the environment does not exist.
    pub fn fault(&self, environment: &str, fault: &str, on: bool) {
        let file = self.cloud().join("app").join(environment).join(fault);
        let done = if on { fs_err::write(file, "") } else { fs_err::remove_file(file) };
        done.expect("the environment's folder is there");
    }

    /// Keeps a copy of the whole cloud, to be put back.
    pub fn save(&self) -> TempDir {
        let copy = tempfile::tempdir().expect("a temporary folder can be made");
        copy_folder(&self.cloud(), copy.path());
        copy
    }

    /// Puts the cloud back to what it was.
    ///
    /// # Panics
    /// If it cannot.
    pub fn put_back(&self, saved: &TempDir) {
        fs_err::remove_dir_all(self.cloud()).expect("the cloud can go");
        copy_folder(saved.path(), &self.cloud());
    }
}

impl Member {
    /// What `--providers` takes to reach the shared cloud.
    pub fn provider(&self) -> String {
        json!({ "shared": { "folder": self.cloud } }).to_string()
    }

    /// The program, to be run in the clone.
    pub fn command<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Invocation {
        self.sandbox.command(arguments).env("AMPLIFY_PLUGIN_PATH", harness().join("team"))
    }

    /// The same, run.
    pub fn amplify<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Output {
        self.command(arguments).run()
    }

    /// Adds a function without dependencies.
    pub fn add_function(&self, name: &str) {
        let answer = format!("function.resourceName={name}");
        let _ = self.amplify(["function", "add", "--yes", "--answer", &answer]).success();
    }

    /// Writes a function's source, so that it differs from the template's.
    pub fn edit(&self, function: &str, text: &str) {
        let source = format!("exports.handler = async () => {text:?};\n");
        self.sandbox.write(&format!("amplify/backend/function/{function}/src/index.js"), source);
    }

    /// A function's source.
    pub fn source(&self, function: &str) -> String {
        self.sandbox.read(&format!("amplify/backend/function/{function}/src/index.js"))
    }

    /// Makes the repository, commits everything to a branch, and pushes it.
    pub fn share(&self, branch: &str) {
        self.git(&["init", "--quiet", "--bare", "--initial-branch", branch, &self.origin.display().to_string()]);
        self.git(&["init", "--quiet", "--initial-branch", branch]);
        self.git(&["remote", "add", "origin", &self.origin.display().to_string()]);
        self.commit("begin");
        self.git(&["push", "--quiet", "-u", "origin", branch]);
    }

    /// Commits everything.
    pub fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    /// Runs git in the clone, and returns what it printed.
    ///
    /// # Panics
    /// If git fails.
    pub fn git(&self, arguments: &[&str]) -> String {
        self.sandbox.git(arguments)
    }

    /// Asserts that git sees no change.
    ///
    /// # Panics
    /// If it does.
    pub fn clean(&self) {
        let changes = self.git(&["status", "--porcelain"]);
        assert!(changes.is_empty(), "git sees changes:\n{changes}");
    }

    /// The files of the project that people edit, with their bytes.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let generated = |path: &str| {
            path.contains("/dist/")
                || path.contains("/mock-data/")
                || path.contains("local-")
                || path.starts_with(".git/")
        };
        self.sandbox.tree().into_iter().filter(|(path, _)| !generated(path)).collect()
    }
}
