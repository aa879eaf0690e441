//! A private folder and a prepared command line.

use std::{
    io::{Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::{self, JoinHandle},
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{Output, corpus, harness, program};

/// A private folder: a home, and the project's folder `app`. Gone when dropped.
pub struct Sandbox {
    folder: TempDir,
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}

impl Sandbox {
    /// An empty project folder, not initialised.
    ///
    /// # Panics
    /// If there is no room for a temporary folder.
    pub fn new() -> Self {
        let folder =
            tempfile::Builder::new().prefix("amplify-test-").tempdir().expect("a temporary folder can be made");
        let sandbox = Self { folder };
        fs_err::create_dir_all(sandbox.root()).expect("a folder can be made");
        fs_err::create_dir_all(sandbox.home()).expect("a folder can be made");
        sandbox
    }

    /// A project on the local provider, environment `dev`, with nothing added.
    pub fn initialised() -> Self {
        let sandbox = Self::new();
        sandbox.write("package.json", "{\"name\": \"app\", \"dependencies\": {}}\n");
        let _ = sandbox.amplify(["init", "--yes"]).success();
        sandbox
    }

    /// Adds a bucket for signed-in users.
    ///
    /// # Panics
    /// If the command fails.
    pub fn add_bucket(&self, name: &str) {
        let name = format!("storage.resourceName={name}");
        let answers = ["storage.service=S3", &name, "storage.authenticatedAccess=create/update,read"];
        let answers = answers.into_iter().flat_map(|answer| ["--answer", answer]);
        let _ = self.amplify(["add", "storage", "--yes"].into_iter().chain(answers)).success();
    }

    /// A project of the corpus.
    pub fn of_corpus(corpus: &corpus::Corpus, project: &str) -> Self {
        let sandbox = Self::new();
        corpus.copy(project, &sandbox.root());
        sandbox
    }

    /// The project's root.
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("app")
    }

    /// The home folder.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Writes a file below the project's root.
    ///
    /// # Panics
    /// If it cannot.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let file = self.root().join(path);
        fs_err::create_dir_all(file.parent().expect("it is below the root")).expect("a folder can be made");
        fs_err::write(file, text).expect("a file can be written");
    }

    /// Reads a file below the project's root.
    ///
    /// # Panics
    /// If it cannot.
    pub fn read(&self, path: &str) -> String {
        fs_err::read_to_string(self.root().join(path)).expect("the file is readable")
    }

    /// Reads a JSON file below the project's root.
    ///
    /// # Panics
    /// If it cannot.
    pub fn read_json(&self, path: &str) -> Value {
        serde_json::from_str(&self.read(path)).expect("the file is JSON")
    }

    /// Whether there is such a file or folder below the project's root.
    pub fn exists(&self, path: &str) -> bool {
        self.root().join(path).exists()
    }

    /// Every file below the project's root with its bytes, sorted: to see that nothing changed.
    pub fn tree(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        collect(&self.root(), &self.root(), &mut files);
        files.sort();
        files
    }

    /// Runs the program in the project's root with no terminal, and waits for it.
    pub fn amplify<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Output {
        self.command(arguments).run()
    }

    /// The same, still to be run: with standard input, another folder, or variables set.
    pub fn command<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Invocation {
        let mut command = Command::new(program());
        command.args(arguments).current_dir(self.root());
        self.clear(&mut command);
        Invocation { command, input: String::new(), filters: self.filters() }
    }

    /// Gives a command the private home and nothing else of this process's environment but the path to its tools.
    pub fn clear(&self, command: &mut Command) {
        command.env_clear().env("HOME", self.home()).env("USERPROFILE", self.home());
        for kept in ["PATH", "SystemRoot", "TMPDIR", "TEMP", "LLVM_PROFILE_FILE"] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
    }

    /// Runs git in the project's root, and returns what it printed.
    ///
    /// # Panics
    /// If git fails.
    pub fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        self.clear(&mut command);
        let output = command
            .args(["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "pull.rebase=false"])
            .args(arguments)
            .current_dir(self.root())
            .output()
            .expect("git starts");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "git {arguments:?}\n{text}{}", String::from_utf8_lossy(&output.stderr));
        text
    }

    fn filters(&self) -> Vec<(String, String)> {
        let shown = |path: &Path| path.display().to_string();
        vec![
            (shown(&self.root()), "[ROOT]".into()),
            (shown(&self.home()), "[HOME]".into()),
            (shown(harness()), "[PREFIX]".into()),
        ]
    }
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs_err::read_dir(folder).expect("the folder is readable") {
        let path = entry.expect("the folder is readable").path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).expect("it is below the root").to_string_lossy().into_owned();
            files.push((name, fs_err::read(&path).expect("the file is readable")));
        }
    }
}

/// A command still to be run.
pub struct Invocation {
    /// The command, for what the methods below do not cover.
    pub command: Command,
    input: String,
    filters: Vec<(String, String)>,
}

impl Invocation {
    /// What the program reads from standard input.
    #[must_use]
    pub fn input(mut self, text: &str) -> Self {
        self.input = text.into();
        self
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs in another folder.
    #[must_use]
    pub fn current_dir(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Starts it and leaves it running; its output is piped.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn start(mut self) -> Child {
        self.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        self.command.spawn().expect("the program starts")
    }

    /// Runs it and waits for its end.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn run(self) -> Output {
        self.begin().end()
    }

    /// Starts it; what it prints is kept for [`Running::end`].
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn begin(mut self) -> Running {
        let words: Vec<_> = self.command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().expect("the program starts");
        // A program that never reads its input closes the pipe; that is no failure of the test.
        let _ = child.stdin.take().expect("it is piped").write_all(self.input.as_bytes());
        let stdout = read(child.stdout.take().expect("it is piped"));
        let stderr = read(child.stderr.take().expect("it is piped"));
        Running { child, stdout, stderr, line: format!("amplify {}", words.join(" ")), filters: self.filters }
    }
}

/// Reads all of a pipe beside.
fn read(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// A command that runs.
pub struct Running {
    child: Child,
    stdout: JoinHandle<String>,
    stderr: JoinHandle<String>,
    line: String,
    filters: Vec<(String, String)>,
}

impl Running {
    /// Waits for its end.
    ///
    /// # Panics
    /// If it cannot be waited for.
    pub fn end(mut self) -> Output {
        let status = self.child.wait().expect("the program ends").code().unwrap_or(-1);
        let text = |reader: JoinHandle<String>| reader.join().expect("a pipe is read to its end");
        let (stdout, stderr) = (text(self.stdout), text(self.stderr));
        Output { stdout, stderr, status, line: self.line, filters: self.filters }
    }

    /// Waits for its end, and kills it as soon as somebody says so.
    ///
    /// # Panics
    /// If it cannot be waited for.
    pub fn end_when(mut self, killed: impl Fn() -> bool) -> Output {
        while self.child.try_wait().expect("the program can be waited for").is_none() {
            if killed() {
                let _ = self.child.kill();
                break;
            }
            thread::sleep(Duration::from_millis(5));
        }
        self.end()
    }
}
