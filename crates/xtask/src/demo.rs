//! `cargo xtask demo`: the main job end to end on the local cloud, with the sample app, in a folder that is gone afterwards.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::{shell, test, tools::Tools};

/// What the journey needs. The provider of AWS is not among them: it takes longer to build than all the rest.
const PLUGINS: [&str; 5] =
    ["category-auth", "category-function", "category-storage", "frontend-javascript", "provider-local"];

#[derive(clap::Args)]
pub struct Arguments {
    /// Use a release build: slower to build, faster to run
    #[arg(long)]
    release: bool,
    /// Leave the app's folder, and say where it is
    #[arg(long)]
    keep: bool,
}

/// Runs the chore.
pub fn run(arguments: &Arguments) -> Result<()> {
    let prefix = shell::step("build", || install(arguments.release))?;
    let tools = shell::step("an AWS client (boto3, in a venv of the repository)", Tools::ready)?;

    let folder = tempfile::Builder::new().prefix("amplify-demo-").tempdir()?;
    let app = folder.path().join("app");
    copy(&shell::root().join("examples/sample-app"), &app)?;
    let demo = Demo { program: program(&prefix), app: app.clone(), home: folder.path().join("home"), tools };
    let start = Instant::now();
    let result = demo.journey();
    if arguments.keep {
        println!("\nThe app is in {}", folder.keep().join("app").display());
    }
    result?;
    println!("\nThe whole journey took {:.1} s.", start.elapsed().as_secs_f64());
    Ok(())
}

/// Lays out a build like a release, without the fail points that the tests' build has.
fn install(release: bool) -> Result<PathBuf> {
    let (profile, out) = if release { ("release", "release") } else { ("dev", "debug") };
    let prefix = shell::target().join("demo");
    fs_err::create_dir_all(prefix.join("bin"))?;
    shell::run(shell::cargo().args(["build", "--quiet", "--profile", profile, "--package", "amplify"]))?;
    let name = format!("amplify{}", std::env::consts::EXE_SUFFIX);
    let _ = fs_err::remove_file(prefix.join("bin").join(&name));
    fs_err::copy(shell::target().join(out).join(&name), prefix.join("bin").join(&name))?;
    test::install_plugins(profile, &prefix, &PLUGINS)?;
    Ok(prefix)
}

fn program(prefix: &Path) -> PathBuf {
    prefix.join("bin").join(format!("amplify{}", std::env::consts::EXE_SUFFIX))
}

struct Demo {
    program: PathBuf,
    app: PathBuf,
    home: PathBuf,
    tools: Tools,
}

impl Demo {
    fn journey(&self) -> Result<()> {
        fs_err::create_dir_all(&self.home)?;
        self.amplify("An environment on this machine", &["init", "--yes"])?;
        self.amplify("A bucket", &["add", "storage", "--yes", "--answers", "backend/photos.json"])?;
        self.amplify(
            "A table with a sort key and an index",
            &["add", "storage", "--yes", "--answers", "backend/notes.json"],
        )?;
        self.amplify("A function", &["add", "function", "--yes", "--answers", "backend/hello.json"])?;
        fs_err::copy(self.app.join("backend/hello.js"), self.app.join("amplify/backend/function/hello/src/index.js"))?;
        self.amplify("What is here", &["status"])?;
        self.amplify("What a push would do", &["plan"])?;
        self.amplify("Push", &["push", "--yes"])?;
        self.use_backend()?;

        self.amplify(
            "A change: who signs in may also delete",
            &[
                "update",
                "storage",
                "photos",
                "--yes",
                "--answer",
                "storage.authenticatedAccess=create/update,read,delete",
            ],
        )?;
        self.amplify("What that means", &["plan"])?;
        self.amplify("Push it", &["push", "--yes"])?;
        self.amplify("Nothing left to do", &["push", "--yes"])?;

        self.amplify(
            "The function lets go of the table",
            &["update", "function", "hello", "--yes", "--answer", "function.access.storage.photos=create,read"],
        )?;
        self.amplify("The table goes", &["remove", "storage", "notes", "--yes"])?;
        self.refused("Its items would be lost, so the push stops", &["push", "--yes"], "--allow-delete notes")?;
        self.amplify("Named, it goes", &["push", "--yes", "--allow-delete", "notes"])?;
        self.amplify("And the whole backend", &["delete", "--yes", "--force"])?;
        if self.app.join("amplify").exists() {
            bail!("`amplify delete` left the folder `amplify`");
        }
        Ok(())
    }

    /// Runs the function, and uses bucket and table through an AWS client that knows nothing of this project.
    fn use_backend(&self) -> Result<()> {
        self.amplify("Run the function", &["mock", "function", "hello", "--event", "backend/event.json"])?;
        let mut mock = Mock::start(&self.program, &self.app, &self.home)?;
        let result = self.use_services(&mut mock);
        mock.stop();
        result
    }

    fn use_services(&self, mock: &mut Mock) -> Result<()> {
        title("Serve bucket and table on loopback", "amplify mock --json");
        let s3 = mock.address("s3")?;
        let dynamodb = mock.address("dynamodb")?;
        println!("  S3 at {s3}, DynamoDB at {dynamodb}");
        let meta: serde_json::Value =
            serde_json::from_slice(&fs_err::read(self.app.join("amplify/backend/amplify-meta.json"))?)?;
        let output = |resource: &str, key: &str| {
            let value = &meta["storage"][resource]["output"][key];
            value.as_str().map(str::to_owned).with_context(|| format!("`{resource}` has no output `{key}`"))
        };
        let mut client = Command::new(self.tools.path("python"));
        client.arg(self.app.join("tools/use_backend.py"));
        client.args(["--s3-endpoint", &s3, "--dynamodb-endpoint", &dynamodb]);
        client.args(["--bucket", &output("photos", "BucketName")?, "--table", &output("notes", "Name")?]);
        self.timed("Use them through boto3", &mut client, "python tools/use_backend.py ...").map(|_| ())
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(words).env("HOME", &self.home).env("NO_COLOR", "1");
        command
    }

    fn amplify(&self, what: &str, words: &[&str]) -> Result<String> {
        self.timed(what, &mut self.command(words), &format!("amplify {}", words.join(" ")))
    }

    fn timed(&self, what: &str, command: &mut Command, line: &str) -> Result<String> {
        title(what, line);
        let start = Instant::now();
        let output = command.current_dir(&self.app).stdin(Stdio::null()).output()?;
        let took = start.elapsed();
        indent(&output.stdout);
        if !output.status.success() {
            indent(&output.stderr);
            bail!("`{line}` ended with {}", output.status);
        }
        println!("  ({:.0} ms)", took.as_secs_f64() * 1e3);
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// A command that must not succeed, and must say the way out.
    fn refused(&self, what: &str, words: &[&str], says: &str) -> Result<()> {
        let line = format!("amplify {}", words.join(" "));
        title(what, &line);
        let output = self.command(words).current_dir(&self.app).stdin(Stdio::null()).output()?;
        indent(&output.stderr);
        if output.status.code() != Some(1) || !String::from_utf8_lossy(&output.stderr).contains(says) {
            bail!("`{line}` should stop and say `{says}`; it ended with {}", output.status);
        }
        Ok(())
    }
}

fn title(what: &str, line: &str) {
    println!("\n{what}\n  $ {line}");
}

fn indent(text: &[u8]) {
    for line in String::from_utf8_lossy(text).lines() {
        println!("  {line}");
    }
}

/// A running `amplify mock`, stopped when dropped.
struct Mock {
    child: Child,
    lines: mpsc::Receiver<String>,
    seen: Vec<String>,
}

impl Mock {
    fn start(program: &Path, app: &Path, home: &Path) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(["mock", "--json"]).current_dir(app).env("HOME", home);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().context("its output is piped")?;
        let (sender, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Self { child, lines, seen: Vec::new() })
    }

    /// Waits for the line that says where a service listens.
    fn address(&mut self, service: &str) -> Result<String> {
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(address) = self.seen.iter().find_map(|line| address_in(line, service)) {
                return Ok(address);
            }
            let left = end.saturating_duration_since(Instant::now());
            let line = self
                .lines
                .recv_timeout(left)
                .with_context(|| format!("`amplify mock` says no address of {service}"))?;
            self.seen.push(line);
        }
    }

    fn stop(&mut self) {
        #[cfg(unix)]
        {
            let pid = nix::unistd::Pid::from_raw(i32::try_from(self.child.id()).unwrap_or_default());
            let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGINT);
        }
        #[cfg(not(unix))]
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address in an event such as `{"event": "message", "text": "DynamoDB is served at http://127.0.0.1:4000"}`.
fn address_in(line: &str, service: &str) -> Option<String> {
    let line_lower = line.to_lowercase();
    if !line_lower.contains(service) {
        return None;
    }
    let at = line.find("http://127.0.0.1:")?;
    let address: String = line[at..]
        .chars()
        .take_while(|character| character.is_ascii_alphanumeric() || ":/.".contains(*character))
        .collect();
    Some(address.trim_end_matches('.').to_owned())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs_err::create_dir_all(to)?;
    for entry in fs_err::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs_err::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
