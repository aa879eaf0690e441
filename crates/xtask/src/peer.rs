//! `cargo xtask peer`: holds this program against the original CLI: each opens the other's projects, and both are timed.
//!
//! The original is installed from npm into `target/peer`, half a gigabyte of it, so this is no part of `cargo xtask test`.
//! It runs with a home of its own and without any account; what is compared works offline.

mod auth;
mod cloud;
mod dialogue;
mod graphql;
pub mod original;
mod resources;
mod rest;
mod rows;
mod takeover;
mod timing;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::{
    ours::{Ours, app, corpus_project},
    shell,
};
use original::Original;
use rows::Row;

/// The corpus project that the original made and pushed.
const CORPUS_PROJECT: &str = "cli-4.21-all-categories";

#[derive(clap::Args)]
pub struct Arguments {
    /// Compare one thing only: the compilers of GraphQL schemas, what `add auth` writes, what is written for functions, storage and
    /// REST APIs, or how a project goes on that the original deployed
    #[arg(value_parser = ["auth", "graphql", "resources", "takeover"])]
    what: Option<String>,
    /// Use this program instead of building a release
    #[arg(long)]
    program: Option<PathBuf>,
    /// How often each command of the original is timed
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Compare projects only
    #[arg(long)]
    no_timing: bool,
    /// Only time both in an AWS account, which is emulated
    #[arg(long)]
    cloud: bool,
}

/// Runs the chore. The figures go to stdout as a table for `docs/benchmarks.md`.
pub fn run(arguments: &Arguments) -> Result<()> {
    if arguments.what.as_deref() == Some("graphql") {
        return graphql::run();
    }
    let scratch = tempfile::Builder::new().prefix("amplify-peer-").tempdir()?;
    let home = scratch.path().join("home");
    let ours = match &arguments.program {
        Some(program) => Ours { program: fs_err::canonicalize(program)?, home },
        None => Ours::release(&home)?,
    };
    let original =
        shell::step("the original CLI", || Original::install(&shell::target().join("peer"), scratch.path()))?;
    let peers = Peers { ours, original, scratch: scratch.path().to_path_buf() };

    if arguments.what.as_deref() == Some("auth") {
        return auth::run(&peers.ours, &peers.original, &peers.scratch);
    }
    if arguments.what.as_deref() == Some("resources") {
        return shell::step("both write the same for functions, storage and REST APIs", || resources::compare(&peers));
    }
    if arguments.what.as_deref() == Some("takeover") {
        return shell::step("ours takes over what the original deployed", || takeover::run(&peers));
    }
    if arguments.cloud {
        return shell::step("in an account", || cloud::write(&peers, arguments.runs));
    }
    shell::step("the original opens a project of ours", || peers.ours_in_original())?;
    shell::step("ours opens what the original changed in a project of ours", || peers.original_changes_ours())?;
    let corpus = corpus_project(CORPUS_PROJECT, scratch.path())?;
    if let Some(project) = &corpus {
        shell::step("ours opens a project of the original", || peers.original_in_ours(project))?;
    }
    if !arguments.no_timing {
        let project = corpus.unwrap_or_else(|| peers.own_project());
        shell::step("timing", || timing::print(&peers, &project, arguments.runs))?;
        shell::step("in an account", || cloud::write(&peers, arguments.runs))?;
    }
    Ok(())
}

/// The two programs.
struct Peers {
    ours: Ours,
    original: Original,
    scratch: PathBuf,
}

impl Peers {
    fn own_project(&self) -> PathBuf {
        self.scratch.join("own")
    }

    /// Fails unless both show the same resources with the same operations.
    fn same_rows(&self, project: &Path, when: &str) -> Result<Vec<Row>> {
        let theirs = rows::of_original(&self.original.run(&["status"], project)?);
        let ours = rows::of_ours(&self.ours.run(&["status", "--json"], project)?)?;
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
        app(&project)?;
        self.ours.run(&["init", "--yes"], &project)?;
        self.ours.add_samples(&project)?;
        expect(
            &self.same_rows(&project, "before the first push")?,
            &["photos Create", "notes Create", "hello Create"],
        )?;
        self.ours.run(&["push", "--yes"], &project)?;
        known_to_original(&project)?;
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
        self.ours.run(&["push", "--yes", "--allow-delete", "hello"], &project)?;
        known_to_original(&project)?;
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
        let plan: serde_json::Value = serde_json::from_str(&self.ours.run(&["plan", "--json"], project)?)?;
        let planned = plan["resources"].as_array().context("a plan has resources")?;
        for name in ["orders", "S3AndCloudFront", "resize", "photos"] {
            let resource = planned.iter().find(|resource| resource["name"] == name);
            let changes = resource.and_then(|resource| resource["changes"].as_array()).map_or(0, Vec::len);
            if changes == 0 {
                bail!("our plan has no change of `{name}`: {plan:#}");
            }
        }
        rest::compare(self, project)
    }
}

/// Records the environment under the provider that it would have in an account. The original finds the names of roles there, and
/// its `status` falls over an environment of another provider as soon as auth is deployed.
fn known_to_original(project: &Path) -> Result<()> {
    let file = project.join("amplify/backend/amplify-meta.json");
    let mut meta = resources::json_file(&file)?;
    let providers = meta["providers"].as_object_mut().context("amplify-meta.json has providers")?;
    let ours = providers.values().next().context("there is a provider")?.clone();
    providers.insert("awscloudformation".into(), ours);
    Ok(fs_err::write(file, meta.to_string())?)
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
