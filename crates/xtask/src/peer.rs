//! `cargo xtask peer`: holds this program against the original CLI: each opens the other's projects, and both are timed.
//!
//! The original is installed from npm into `target/peer`, half a gigabyte of it, so this is no part of `cargo xtask test`.
//! It runs with a home of its own and without any account; what is compared works offline.

mod dialogue;
mod original;
mod rows;
mod timing;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{dist, shell};
use original::Original;
use rows::Row;

/// The corpus project that the original made and pushed.
const CORPUS_PROJECT: &str = "cli-4.21-all-categories";

#[derive(clap::Args)]
pub struct Arguments {
    /// Use this program instead of building a release
    #[arg(long)]
    program: Option<PathBuf>,
    /// How often each command of the original is timed
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Compare projects only
    #[arg(long)]
    no_timing: bool,
}

/// Runs the chore. The figures go to stdout as a table for `docs/benchmarks.md`.
pub fn run(arguments: &Arguments) -> Result<()> {
    let program = match &arguments.program {
        Some(program) => fs_err::canonicalize(program)?,
        None => {
            let release = shell::step("release build", || dist::run(&dist::Arguments { no_archive: true }))?;
            release.join("bin").join(format!("amplify{}", std::env::consts::EXE_SUFFIX))
        }
    };
    let scratch = tempfile::Builder::new().prefix("amplify-peer-").tempdir()?;
    let original =
        shell::step("the original CLI", || Original::install(&shell::target().join("peer"), scratch.path()))?;
    let peers = Peers { program, original, scratch: scratch.path().to_path_buf() };

    shell::step("the original opens a project of ours", || peers.ours_in_original())?;
    shell::step("ours opens what the original changed in a project of ours", || peers.original_changes_ours())?;
    let corpus = peers.corpus_project()?;
    if let Some(project) = &corpus {
        shell::step("ours opens a project of the original", || peers.original_in_ours(project))?;
    }
    if !arguments.no_timing {
        let project = corpus.unwrap_or_else(|| peers.own_project());
        shell::step("timing", || timing::print(&peers, &project, arguments.runs))?;
    }
    Ok(())
}

/// The two programs.
struct Peers {
    program: PathBuf,
    original: Original,
    scratch: PathBuf,
}

impl Peers {
    /// Our program, with nothing of the user's environment but the path.
    fn ours(&self, words: &[&str], folder: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.args(words).current_dir(folder).env_clear().env("HOME", self.scratch.join("home"));
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command
    }

    fn run_ours(&self, words: &[&str], folder: &Path) -> Result<String> {
        shell::output(&mut self.ours(words, folder)).with_context(|| format!("in {}", folder.display()))
    }

    fn own_project(&self) -> PathBuf {
        self.scratch.join("own")
    }

    /// A copy of the project that the original made, if this machine has the corpus.
    fn corpus_project(&self) -> Result<Option<PathBuf>> {
        let corpus =
            std::env::var_os("AMPLIFY_CORPUS").map_or_else(|| shell::root().join("../shared/corpus"), PathBuf::from);
        let source = corpus.join(CORPUS_PROJECT);
        if !source.is_dir() {
            eprintln!("skipped: no corpus at {}", corpus.display());
            return Ok(None);
        }
        let project = self.scratch.join(CORPUS_PROJECT);
        copy(&source, &project)?;
        Ok(Some(project))
    }

    /// Fails unless both show the same resources with the same operations.
    fn same_rows(&self, project: &Path, when: &str) -> Result<Vec<Row>> {
        let theirs = rows::of_original(&self.original.run(&["status"], project)?);
        let ours = rows::of_ours(&self.run_ours(&["status", "--json"], project)?)?;
        if ours != theirs {
            bail!("{when}, the original shows\n{}\nand ours shows\n{}", rows::shown(&theirs), rows::shown(&ours));
        }
        if theirs.is_empty() {
            bail!("{when}, neither shows a resource");
        }
        eprintln!("   {when}: {} rows, the same", ours.len());
        Ok(ours)
    }

    /// A bucket, a table and a function of ours, before and after they are pushed.
    fn ours_in_original(&self) -> Result<()> {
        let project = self.own_project();
        fs_err::create_dir_all(&project)?;
        fs_err::write(project.join("package.json"), "{\"name\":\"own\",\"version\":\"1.0.0\"}\n")?;
        self.run_ours(&["init", "--yes"], &project)?;
        let answers = shell::root().join("examples/sample-app/backend");
        for (category, file) in [("storage", "photos.json"), ("storage", "notes.json"), ("function", "hello.json")] {
            let file = answers.join(file);
            let file = file.to_str().context("the repository's path is not text")?;
            self.run_ours(&["add", category, "--yes", "--answers", file], &project)?;
        }
        expect(
            &self.same_rows(&project, "before the first push")?,
            &["photos Create", "notes Create", "hello Create"],
        )?;
        self.run_ours(&["push", "--yes"], &project)?;
        let rows = self.same_rows(&project, "after the push")?;
        expect(&rows, &["photos No Change", "notes No Change", "hello No Change"])?;
        let source = project.join("amplify/backend/function/hello/src/index.js");
        let text = fs_err::read_to_string(&source)?;
        fs_err::write(&source, format!("// changed\n{text}"))?;
        expect(&self.same_rows(&project, "after an edit")?, &["hello Update"])
    }

    /// The original adds to our project and removes from it; ours then deploys what it left.
    fn original_changes_ours(&self) -> Result<()> {
        let project = self.own_project();
        dialogue::add_table(&self.original, &project, "theirs")?;
        expect(&self.same_rows(&project, "after the original added a table")?, &["theirs Create"])?;
        dialogue::remove(&self.original, &project, "function")?;
        expect(&self.same_rows(&project, "after the original removed the function")?, &["hello Delete"])?;
        self.run_ours(&["push", "--yes", "--allow-delete", "hello"], &project)?;
        let rows = self.same_rows(&project, "after our push of that")?;
        expect(&rows, &["theirs No Change"])?;
        if rows.iter().any(|row| row.name == "hello") {
            bail!("the function is still there");
        }
        Ok(())
    }

    /// A project that the original pushed, as it is and with changes that the original makes.
    fn original_in_ours(&self, project: &Path) -> Result<()> {
        self.same_rows(project, "as the original left it")?;
        dialogue::add_table(&self.original, project, "orders")?;
        expect(&self.same_rows(project, "after its `add storage`")?, &["orders Create"])?;
        dialogue::remove(&self.original, project, "hosting")?;
        expect(&self.same_rows(project, "after its `remove hosting`")?, &["S3AndCloudFront Delete"])?;
        dialogue::add_function(&self.original, project, "resize")?;
        expect(&self.same_rows(project, "after its `add function`")?, &["resize Create"])?;
        dialogue::update_bucket(&self.original, project)?;
        expect(&self.same_rows(project, "after its `update storage`")?, &["photos Update"])?;
        let plan: serde_json::Value = serde_json::from_str(&self.run_ours(&["plan", "--json"], project)?)?;
        let planned = plan["resources"].as_array().context("a plan has resources")?;
        for name in ["orders", "S3AndCloudFront", "resize", "photos"] {
            let resource = planned.iter().find(|resource| resource["name"] == name);
            let changes = resource.and_then(|resource| resource["changes"].as_array()).map_or(0, Vec::len);
            if changes == 0 {
                bail!("our plan has no change of `{name}`: {plan:#}");
            }
        }
        Ok(())
    }
}

/// Fails unless each `name operation` is among the rows.
fn expect(rows: &[Row], wanted: &[&str]) -> Result<()> {
    for wanted in wanted {
        if !rows.iter().any(|row| format!("{} {}", row.name, row.operation) == *wanted) {
            bail!("`{wanted}` is not among\n{}", rows::shown(rows));
        }
    }
    Ok(())
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
