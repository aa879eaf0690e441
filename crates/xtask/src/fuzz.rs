//! `cargo xtask fuzz`: runs the fuzz targets of `tests/fuzz`, each for a while.

use std::process::Command;

use anyhow::{Result, bail};

use crate::shell;

#[derive(clap::Args)]
pub struct Arguments {
    /// The targets to run; all of them if none is named
    targets: Vec<String>,
    /// Seconds for each
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

/// Runs the chore. cargo-fuzz is installed into `target/tools-cargo` on first use.
pub fn run(arguments: &Arguments) -> Result<()> {
    let tools = shell::target().join("tools-cargo");
    let cargo_fuzz = tools.join("bin").join(format!("cargo-fuzz{}", std::env::consts::EXE_SUFFIX));
    if !cargo_fuzz.exists() {
        shell::run(
            shell::cargo()
                .args(["install", "--quiet", "--locked", "cargo-fuzz", "--version", "0.13.2", "--root"])
                .arg(&tools),
        )?;
    }
    let folder = shell::root().join("tests/fuzz");
    let fuzz = |command: &mut Command| {
        // The sanitizer flags are unstable; the pinned stable compiler accepts them so.
        command.env("RUSTC_BOOTSTRAP", "1").current_dir(shell::root());
    };
    let mut list = Command::new(&cargo_fuzz);
    fuzz(list.arg("list").arg("--fuzz-dir").arg(&folder));
    let known: Vec<String> = shell::output(&mut list)?.lines().map(|line| line.trim().to_owned()).collect();
    if let Some(unknown) = arguments.targets.iter().find(|target| !known.contains(target)) {
        bail!("there is no fuzz target `{unknown}`; there are: {}", known.join(", "));
    }
    let chosen = if arguments.targets.is_empty() { &known } else { &arguments.targets };
    for target in chosen {
        let found = folder.join("corpus").join(target);
        fs_err::create_dir_all(&found)?;
        let mut run = Command::new(&cargo_fuzz);
        // The crates forbid unsafe code, so there is nothing for the address sanitizer to find.
        fuzz(run.args(["run", "--sanitizer", "none", "--fuzz-dir"]).arg(&folder).arg(target));
        run.arg(found).arg(folder.join("seeds").join(target)).arg("--");
        run.arg(format!("-max_total_time={}", arguments.seconds));
        run.args(["-timeout=10", "-rss_limit_mb=1024", "-max_len=4096", "-len_control=0"]);
        let words = match target.split('_').next() {
            Some("template") => "template.dict",
            Some("graphql") => "graphql.dict",
            Some("plugin") => "plugin.dict",
            _ => "project.dict",
        };
        run.arg(format!("-dict={}", folder.join(words).display()));
        shell::step(target, || shell::run(&mut run))?;
    }
    Ok(())
}
