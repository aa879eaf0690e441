//! `cargo xtask bench`: times the release build's commands beside a bare process, and writes `docs/benchmarks.md`.
//!
//! Every figure comes with its ratio to a program that does nothing, taken in the same run: machines differ, ratios less.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{dist, shell};

#[derive(clap::Args)]
pub struct Arguments {
    /// How often each command is timed
    #[arg(long, default_value_t = 40)]
    runs: usize,
    /// Print the table, and leave docs/benchmarks.md alone
    #[arg(long)]
    no_write: bool,
    /// Leave the criterion benchmarks of the crates out
    #[arg(long)]
    no_criterion: bool,
}

/// Runs a program and reports its largest resident set in bytes; `cargo xtask bench` starts itself for this, because the
/// system keeps the figure for all children of a process together.
pub fn measure_memory(words: &[String]) -> Result<()> {
    let [program, arguments @ ..] = words else { bail!("no program to measure") };
    let status = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_CHILDREN)?;
    println!("{} {}", usage.max_rss() * 1024, status.code().unwrap_or(-1));
    Ok(())
}

struct Row {
    what: String,
    median: Duration,
    memory: u64,
    goal: &'static str,
}

/// Runs the chore.
pub fn run(arguments: &Arguments) -> Result<()> {
    let release = dist::run(&dist::Arguments { no_archive: true })?;
    let amplify = release.join("bin").join(format!("amplify{}", std::env::consts::EXE_SUFFIX));
    shell::run(shell::cargo().args([
        "build",
        "--quiet",
        "--profile",
        "dist",
        "--package",
        "xtask",
        "--example",
        "bare",
    ]))?;
    let bare = shell::target().join("dist/examples").join(format!("bare{}", std::env::consts::EXE_SUFFIX));
    let scratch = tempfile::tempdir()?;
    let bench = Bench { amplify, scratch: scratch.path().to_path_buf(), runs: arguments.runs };

    let base = bench.row("a process that does nothing", &bare, &[], scratch.path(), "")?;
    let mut rows = Vec::new();
    rows.push(bench.amplify("--version", &["--version"], scratch.path(), "at most 2x a bare process")?);
    rows.push(bench.amplify("help", &["help"], scratch.path(), "opens no library")?);
    rows.push(bench.amplify("completion bash", &["completion", "bash"], scratch.path(), "opens no library")?);
    if let Some(project) = bench.corpus_project("cli-4.21-all-categories")? {
        rows.push(bench.amplify("status, 7 resources", &["status"], &project, "10 ms, 15 MB")?);
        rows.push(bench.amplify("plan, 7 resources", &["plan"], &project, "")?);
    }
    for (count, goal) in [(10, ""), (100, ""), (1000, "50 ms")] {
        let project = bench.synthetic_project(count)?;
        rows.push(bench.amplify(&format!("status, {count} resources"), &["status"], &project, goal)?);
    }
    rows.push(bench.push_row()?);

    let table = table(&base, &rows, arguments.runs);
    println!("{table}");
    if !arguments.no_criterion {
        for package in ["amplify-cfn", "amplify-project", "amplify-planner", "amplify-plugin-host"] {
            shell::run(shell::cargo().args(["bench", "--quiet", "--package", package]))?;
        }
    }
    if !arguments.no_write {
        write(&table)?;
    }
    Ok(())
}

struct Bench {
    amplify: PathBuf,
    scratch: PathBuf,
    runs: usize,
}

impl Bench {
    fn command(&self, program: &Path, words: &[&str], folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.args(words).current_dir(folder).env_clear().env("HOME", self.scratch.join("home"));
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn time(&self, program: &Path, words: &[&str], folder: &Path) -> Result<Duration> {
        let mut command = self.command(program, words, folder);
        let start = Instant::now();
        let status = command.status()?;
        let took = start.elapsed();
        if !status.success() {
            bail!("`{} {}` ended with {status}", program.display(), words.join(" "));
        }
        Ok(took)
    }

    fn row(&self, what: &str, program: &Path, words: &[&str], folder: &Path, goal: &'static str) -> Result<Row> {
        self.time(program, words, folder)?;
        let mut times = (0..self.runs).map(|_| self.time(program, words, folder)).collect::<Result<Vec<_>>>()?;
        times.sort();
        let mut own = self.command(&std::env::current_exe()?, &["memory", "--"], folder);
        own.arg(program).args(words).stdout(Stdio::piped());
        let printed = String::from_utf8(own.output()?.stdout)?;
        let memory = printed.split_whitespace().next().context("no figure")?.parse()?;
        Ok(Row { what: what.into(), median: times[times.len() / 2], memory, goal })
    }

    fn amplify(&self, what: &str, words: &[&str], folder: &Path, goal: &'static str) -> Result<Row> {
        self.row(&format!("`amplify {what}`"), &self.amplify, words, folder, goal)
    }

    fn corpus_project(&self, name: &str) -> Result<Option<PathBuf>> {
        let corpus =
            std::env::var_os("AMPLIFY_CORPUS").map_or_else(|| shell::root().join("../shared/corpus"), PathBuf::from);
        if !corpus.join(name).is_dir() {
            eprintln!("skipped: no corpus at {}", corpus.display());
            return Ok(None);
        }
        let project = self.scratch.join(name);
        copy(&corpus.join(name), &project)?;
        Ok(Some(project))
    }

    /// A project with so many deployed tables; the deployed side is a copy of the wanted one.
    fn synthetic_project(&self, count: usize) -> Result<PathBuf> {
        let project = self.scratch.join(format!("synthetic{count}"));
        fs_err::create_dir_all(&project)?;
        fs_err::write(project.join("package.json"), "{}")?;
        self.time(&self.amplify, &["init", "--yes"], &project)?;
        self.time(&self.amplify, &add_table("seed"), &project)?;
        let backend = project.join("amplify/backend");
        let mut entries = serde_json::Map::new();
        for index in 0..count {
            let name = format!("table{index}");
            copy(&backend.join("storage/seed"), &backend.join("storage").join(&name))?;
            entries.insert(
                name,
                serde_json::json!({"service": "DynamoDB", "providerPlugin": "awscloudformation", "lastPushTimeStamp": "2026-01-01T00:00:00.000Z"}),
            );
        }
        fs_err::remove_dir_all(backend.join("storage/seed"))?;
        let config = serde_json::json!({ "storage": entries });
        fs_err::write(backend.join("backend-config.json"), serde_json::to_vec_pretty(&config)?)?;
        let mut meta: serde_json::Value = serde_json::from_slice(&fs_err::read(backend.join("amplify-meta.json"))?)?;
        meta["storage"] = serde_json::Value::Object(entries);
        let cloud = project.join("amplify/#current-cloud-backend");
        fs_err::write(backend.join("amplify-meta.json"), serde_json::to_vec_pretty(&meta)?)?;
        fs_err::write(cloud.join("amplify-meta.json"), serde_json::to_vec_pretty(&meta)?)?;
        copy(&backend.join("storage"), &cloud.join("storage"))?;
        Ok(project)
    }

    /// A first push of a bucket, a table and a function without dependencies.
    fn push_row(&self) -> Result<Row> {
        let mut times = Vec::new();
        for run in 0..self.runs.min(10) {
            let project = self.scratch.join(format!("push{run}"));
            fs_err::create_dir_all(&project)?;
            fs_err::write(project.join("package.json"), "{}")?;
            for words in [
                vec!["init", "--yes"],
                vec![
                    "add",
                    "storage",
                    "--yes",
                    "--answer",
                    "storage.service=S3",
                    "--answer",
                    "storage.authenticatedAccess=read",
                ],
                add_table("notes"),
                vec!["add", "function", "--yes", "--answer", "function.resourceName=hello"],
            ] {
                self.time(&self.amplify, &words, &project)?;
            }
            times.push(self.time(&self.amplify, &["push", "--yes"], &project)?);
        }
        times.sort();
        Ok(Row {
            what: "`amplify push` of a bucket, a table and a function".into(),
            median: times[times.len() / 2],
            memory: 0,
            goal: "200 ms beside the function's own install",
        })
    }
}

fn add_table(name: &'static str) -> Vec<&'static str> {
    let answer = match name {
        "seed" => "storage.resourceName=seed",
        _ => "storage.resourceName=notes",
    };
    vec![
        "add",
        "storage",
        "--yes",
        "--answer",
        "storage.service=DynamoDB",
        "--answer",
        answer,
        "--answer",
        "storage.columns[0].name=id",
        "--answer",
        "storage.columns[0].type=string",
        "--answer",
        "storage.partitionKey=id",
        "--answer",
        "storage.indexes=false",
    ]
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs_err::create_dir_all(to)?;
    for entry in fs_err::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs_err::write(target, fs_err::read(entry.path())?)?;
        }
    }
    Ok(())
}

fn table(base: &Row, rows: &[Row], runs: usize) -> String {
    let mut text = format!("Median of {runs} runs, release build, one run of the command.\n\n");
    text.push_str("| command | time | beside a bare process | memory | goal |\n| --- | ---: | ---: | ---: | --- |\n");
    for row in std::iter::once(base).chain(rows) {
        let memory = if row.memory == 0 { String::new() } else { format!("{:.1} MB", row.memory as f64 / 1e6) };
        text.push_str(&format!(
            "| {} | {:.2} ms | {:.1}x | {memory} | {} |\n",
            row.what,
            row.median.as_secs_f64() * 1e3,
            row.median.as_secs_f64() / base.median.as_secs_f64(),
            row.goal
        ));
    }
    text
}

const BEGIN: &str = "<!-- begin: cargo xtask bench -->\n";
const END: &str = "<!-- end: cargo xtask bench -->";

fn write(table: &str) -> Result<()> {
    let path = shell::root().join("docs/benchmarks.md");
    let text = fs_err::read_to_string(&path)?;
    let (Some(begin), Some(end)) = (text.find(BEGIN), text.find(END)) else {
        bail!("{} has lost the marks around the measured table", path.display());
    };
    let new = format!("{}{BEGIN}\n{table}\n{}", &text[..begin], &text[end..]);
    fs_err::write(&path, new)?;
    Ok(())
}
