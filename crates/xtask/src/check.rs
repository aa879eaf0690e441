//! `cargo xtask check`: what CI runs. Format, house rules, clippy and docs with warnings denied, then the tests.

use anyhow::Result;

use crate::{shell, test, tidy};

#[derive(clap::Args)]
pub struct Arguments {
    /// Leave the tests out
    #[arg(long)]
    no_tests: bool,
}

/// Runs the chore.
pub fn run(arguments: &Arguments) -> Result<()> {
    shell::step("format", || shell::run(shell::cargo().args(["fmt", "--all", "--check"])))?;
    shell::step("tidy", tidy::run)?;
    shell::step("clippy", || {
        shell::run(shell::cargo().args([
            "clippy",
            "--quiet",
            "--workspace",
            "--all-targets",
            "--",
            "--deny",
            "warnings",
        ]))
    })?;
    shell::step("docs", || {
        let mut cargo = shell::cargo();
        cargo.args(["doc", "--quiet", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "--deny warnings");
        shell::run(&mut cargo)
    })?;
    if arguments.no_tests {
        return Ok(());
    }
    test::run(&test::Arguments::all())
}
