//! What compiling a GraphQL schema costs: the whole command with every file written, and the transformer alone.

use std::{
    cell::Cell,
    fmt::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Result, ensure};

use crate::{
    cost::{self, Cost, megabytes},
    ours::{self, Ours},
    peer::original::Original,
    shell,
};

/// The schema of the crate's own benchmark.
#[path = "../../../graphql-transformer/benches/common/mod.rs"]
mod common;

/// How many models, and the goal for the command.
const MODELS: [(usize, &str); 4] = [(2, "15 ms"), (10, ""), (100, "250 ms"), (500, "100 MB")];

/// The largest API that the original, which takes minutes for more, compiles in the same run.
const LARGEST_OF_ORIGINAL: usize = 100;

/// Measures them.
pub fn table(ours: &Ours, scratch: &Path, runs: usize, original: bool) -> Result<String> {
    let compiler = compiler()?;
    let project = scratch.join("graphql");
    ours::app(&project)?;
    ours.run(&["init", "--yes"], &project)?;
    // Owners and groups need a user pool.
    let pools = ["--answer", "api.defaultAuth=AMAZON_COGNITO_USER_POOLS", "--answer", "api.name=own"];
    ours.run(&[&["add", "api", "--yes"], &pools[..]].concat(), &project)?;
    let original = if original { theirs(scratch)? } else { None };
    let mut text = format!(
        "Least of {runs} runs on the clock and on the processor, memory of one run. `compile` is the transformer alone with \
         every file written (`dump`, an example of its crate).\n\n\
         | models | files | | clock | processor | memory | goal |\n| ---: | ---: | --- | ---: | ---: | ---: | --- |\n"
    );
    let mut rows: Vec<(usize, usize, &str, Cost, &str)> = Vec::new();
    for (models, goal) in MODELS {
        let schema = common::schema(models);
        fs_err::write(project.join(SCHEMA), &schema)?;
        let file = scratch.join(format!("{models}.graphql"));
        fs_err::write(&file, &schema)?;
        let number = Cell::new(0);
        // A folder of its own for each run: ext4 takes long to use the entries of files again that were just deleted.
        let away = || -> PathBuf {
            number.set(number.get() + 1);
            scratch.join(format!("build-{models}-{}", number.get()))
        };
        let command = || {
            let _ = fs_err::rename(project.join(BUILD), away());
            ours.command(&["api", "gql-compile"], &project)
        };
        ours.run(&["api", "gql-compile"], &project)?;
        let files = count(&project.join(BUILD))?;
        ensure!(files > models * 20, "{models} models made {files} files");
        let dump = || {
            let mut dump = Command::new(&compiler);
            dump.arg(&file).arg(away());
            dump
        };
        rows.push((models, files, "`gql-compile`", least(&command, runs)?, goal));
        rows.push((models, files, "`compile`", least(&dump, runs)?, ""));
    }
    // Afterwards: what the original leaves behind it on the disk slows whoever comes next.
    let version = format!("original {}", crate::peer::original::VERSION);
    for (models, _) in MODELS.into_iter().filter(|(models, _)| *models <= LARGEST_OF_ORIGINAL) {
        let Some((original, api)) = &original else { break };
        fs_err::write(api.join("schema.graphql"), common::schema(models))?;
        let cost = least(&|| original.command(&["api", "gql-compile"], api), 3)?;
        rows.push((models, count(&api.join("build"))?, &version, cost, ""));
    }
    rows.sort_by_key(|(models, ..)| *models);
    for (models, files, what, cost, goal) in rows {
        let _ = writeln!(
            text,
            "| {models} | {files} | {what} | {:.1} ms | {:.1} ms | {:.0} MB | {goal} |",
            cost.time.as_secs_f64() * 1e3,
            cost.processor.as_secs_f64() * 1e3,
            megabytes(cost.memory)
        );
    }
    Ok(text)
}

const SCHEMA: &str = "amplify/backend/api/own/schema.graphql";
const BUILD: &str = "amplify/backend/api/own/build";

/// The least of each figure.
fn least(command: &dyn Fn() -> Command, runs: usize) -> Result<Cost> {
    let costs = (0..runs.max(2)).map(|_| cost::once(&command())).collect::<Result<Vec<_>>>()?;
    let time = costs.iter().map(|cost| cost.time).min().unwrap_or_default();
    let processor = costs.iter().map(|cost| cost.processor).min().unwrap_or_default();
    let memory = costs.iter().map(|cost| cost.memory).max().unwrap_or_default();
    Ok(Cost { time, processor, memory })
}

/// The original, and a project of its own with an API that has a user pool: its schema is replaced.
fn theirs(scratch: &Path) -> Result<Option<(Original, PathBuf)>> {
    let original = Original::install(&shell::target().join("peer"), scratch)?;
    let Some(project) = ours::corpus_project("cli-4.21-all-categories", scratch)? else { return Ok(None) };
    Ok(Some((original, project.join("amplify/backend/api/mygql"))))
}

/// The transformer as a program.
fn compiler() -> Result<PathBuf> {
    let arguments = ["build", "--release", "--package", "amplify-graphql-transformer", "--example", "dump"];
    shell::run(shell::cargo().args(arguments))?;
    Ok(shell::target().join(format!("release/examples/dump{}", std::env::consts::EXE_SUFFIX)))
}

fn count(folder: &Path) -> Result<usize> {
    let mut files = 0;
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        files += if entry.file_type()?.is_dir() { count(&entry.path())? } else { 1 };
    }
    Ok(files)
}
