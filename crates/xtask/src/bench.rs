//! `cargo xtask bench`: times the release build's commands beside a bare process, and writes `docs/benchmarks.md`.
//!
//! Every figure comes with its ratio to a program that does nothing, taken in the same run: machines differ, ratios less.

mod cloud;
mod graphql;
mod plugins;

pub use cloud::open;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;

use crate::{
    cost::{self, Cost, megabytes},
    ours::{self, Ours},
    shell,
};

const PAGE: &str = "docs/benchmarks.md";

#[derive(clap::Args)]
pub struct Arguments {
    /// How often each command is timed
    #[arg(long, default_value_t = 40)]
    runs: usize,
    /// Print the tables, and leave docs/benchmarks.md alone
    #[arg(long)]
    no_write: bool,
    /// Leave the criterion benchmarks of the crates out
    #[arg(long)]
    no_criterion: bool,
    /// Only the commands that work in an AWS account, which is emulated
    #[arg(long, conflicts_with = "plugins")]
    cloud: bool,
    /// Only what installed plugins cost
    #[arg(long)]
    plugins: bool,
    /// Only what compiling GraphQL schemas costs
    #[arg(long, conflicts_with_all = ["cloud", "plugins"])]
    graphql: bool,
    /// Compile them with the original CLI too, which is installed from npm
    #[arg(long)]
    original: bool,
    /// Time the program below this folder (bin/amplify, lib/amplify/plugins) instead of building a release
    #[arg(long)]
    prefix: Option<PathBuf>,
}

struct Row {
    what: String,
    cost: Cost,
    goal: &'static str,
}

/// Runs the chore.
pub fn run(arguments: &Arguments) -> Result<()> {
    let scratch = tempfile::tempdir()?;
    let home = scratch.path().join("home");
    let ours = match &arguments.prefix {
        None => Ours::release(&home)?,
        Some(prefix) => Ours::at(&std::path::absolute(prefix)?, &home),
    };
    if !arguments.cloud && !arguments.plugins {
        let table = graphql::table(&ours, scratch.path(), arguments.runs.min(10), arguments.original)?;
        println!("{table}");
        if !arguments.no_write {
            shell::write_between(PAGE, "xtask bench, graphql", &table)?;
        }
        if arguments.graphql {
            return Ok(());
        }
    }
    if !arguments.cloud {
        let bare = bare()?;
        if !arguments.plugins {
            local(arguments, &ours, scratch.path(), cost::median(&|| Command::new(&bare), arguments.runs)?)?;
        }
        let table = plugins::table(&ours, scratch.path(), arguments.runs, &bare)?;
        println!("{table}");
        if !arguments.no_write {
            shell::write_between(PAGE, "xtask bench, plugins", &table)?;
        }
        if arguments.plugins {
            return Ok(());
        }
    }
    let table = cloud::table(&ours, scratch.path(), arguments.runs.min(9))?;
    println!("{table}");
    if !arguments.no_write {
        shell::write_between(PAGE, "xtask bench, cloud", &table)?;
    }
    Ok(())
}

/// Builds a program that does nothing. It has no dependencies, so the compiler alone is enough.
fn bare() -> Result<PathBuf> {
    let bare = shell::target().join(format!("bare{}", std::env::consts::EXE_SUFFIX));
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.args(["-C", "opt-level=3", "-C", "strip=symbols", "-o"]).arg(&bare);
    shell::run(rustc.arg(shell::root().join("crates/xtask/examples/bare.rs")))?;
    Ok(bare)
}

fn local(arguments: &Arguments, ours: &Ours, scratch: &Path, base: Cost) -> Result<()> {
    let bench = Bench { ours, scratch, runs: arguments.runs };
    let base = Row { what: "a process that does nothing".into(), cost: base, goal: "" };
    let mut rows = Vec::new();
    rows.push(bench.row("--version", &["--version"], scratch, "at most 2x a bare process")?);
    rows.push(bench.row("help", &["help"], scratch, "opens no library")?);
    rows.push(bench.row("completion bash", &["completion", "bash"], scratch, "opens no library")?);
    if let Some(project) = ours::corpus_project("cli-4.21-all-categories", scratch)? {
        rows.push(bench.row("status, 7 resources", &["status"], &project, "10 ms, 15 MB")?);
        rows.push(bench.row("plan, 7 resources", &["plan"], &project, "")?);
    }
    for (count, goal) in [(10, ""), (100, ""), (1000, "50 ms")] {
        let project = bench.synthetic_project(count)?;
        rows.push(bench.row(&format!("status, {count} resources"), &["status"], &project, goal)?);
    }
    rows.push(bench.push_row()?);

    let table = table(&base, &rows, arguments.runs);
    println!("{table}");
    if !arguments.no_criterion {
        for package in
            ["amplify-cfn", "amplify-graphql-transformer", "amplify-project", "amplify-planner", "amplify-plugin-host"]
        {
            shell::run(shell::cargo().args(["bench", "--quiet", "--package", package]))?;
        }
    }
    if arguments.no_write { Ok(()) } else { shell::write_between(PAGE, "xtask bench", &table) }
}

struct Bench<'b> {
    ours: &'b Ours,
    scratch: &'b Path,
    runs: usize,
}

impl Bench<'_> {
    fn row(&self, what: &str, words: &[&str], folder: &Path, goal: &'static str) -> Result<Row> {
        let cost = cost::median(&|| self.ours.command(words, folder), self.runs)?;
        Ok(Row { what: format!("`amplify {what}`"), cost, goal })
    }

    /// A project with so many deployed tables; the deployed side is a copy of the wanted one.
    fn synthetic_project(&self, count: usize) -> Result<PathBuf> {
        let project = self.scratch.join(format!("synthetic{count}"));
        ours::app(&project)?;
        self.ours.run(&["init", "--yes"], &project)?;
        self.ours.add_sample("storage", "notes.json", &project)?;
        let backend = project.join("amplify/backend");
        let mut entries = serde_json::Map::new();
        for index in 0..count {
            let name = format!("table{index}");
            ours::copy(&backend.join("storage/notes"), &backend.join("storage").join(&name))?;
            entries.insert(
                name,
                serde_json::json!({"service": "DynamoDB", "providerPlugin": "awscloudformation", "lastPushTimeStamp": "2026-01-01T00:00:00.000Z"}),
            );
        }
        fs_err::remove_dir_all(backend.join("storage/notes"))?;
        let config = serde_json::json!({ "storage": entries });
        fs_err::write(backend.join("backend-config.json"), serde_json::to_vec_pretty(&config)?)?;
        let mut meta: serde_json::Value = serde_json::from_slice(&fs_err::read(backend.join("amplify-meta.json"))?)?;
        meta["storage"] = serde_json::Value::Object(entries);
        let cloud = project.join("amplify/#current-cloud-backend");
        fs_err::write(backend.join("amplify-meta.json"), serde_json::to_vec_pretty(&meta)?)?;
        fs_err::write(cloud.join("amplify-meta.json"), serde_json::to_vec_pretty(&meta)?)?;
        ours::copy(&backend.join("storage"), &cloud.join("storage"))?;
        Ok(project)
    }

    /// A first push of a bucket, a table and a function without dependencies.
    fn push_row(&self) -> Result<Row> {
        let mut costs = Vec::new();
        for run in 0..self.runs.min(10) {
            let project = self.scratch.join(format!("push{run}"));
            ours::app(&project)?;
            self.ours.run(&["init", "--yes"], &project)?;
            self.ours.add_samples(&project)?;
            costs.push(cost::once(&self.ours.command(&["push", "--yes"], &project))?);
        }
        Ok(Row {
            what: "`amplify push` of a bucket, a table and a function".into(),
            cost: cost::middle(costs)?,
            goal: "200 ms beside the function's own install",
        })
    }
}

fn table(base: &Row, rows: &[Row], runs: usize) -> String {
    let mut text = format!("Median of {runs} runs, release build, one run of the command.\n\n");
    text.push_str("| command | time | beside a bare process | memory | goal |\n| --- | ---: | ---: | ---: | --- |\n");
    for Row { what, cost, goal } in std::iter::once(base).chain(rows) {
        text.push_str(&format!(
            "| {what} | {:.2} ms | {:.1}x | {:.1} MB | {goal} |\n",
            cost.time.as_secs_f64() * 1e3,
            cost.time.as_secs_f64() / base.cost.time.as_secs_f64(),
            megabytes(cost.memory),
        ));
    }
    text
}
