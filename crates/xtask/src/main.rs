//! The repository's chores: `cargo xtask <command>`.
//!
//! Everything a machine with Rust, Python 3 and node needs beyond those is fetched here, pinned, into `target/`.

mod abi;
mod bench;
mod check;
mod client;
mod cost;
mod demo;
mod dist;
mod fuzz;
mod languages;
mod lint;
mod ours;
mod peer;
mod plugins;
mod sdk;
mod shell;
mod test;
mod tidy;
mod tools;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The repository's chores")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the main job end to end on the local cloud: no account, no server to install
    Demo(demo::Arguments),
    /// Builds what the tests need and runs them all
    Test(test::Arguments),
    /// Format, clippy, docs and tests: what CI runs
    Check(check::Arguments),
    /// Makes a release archive: bin/amplify and lib/amplify/plugins
    Dist(dist::Arguments),
    /// Times the release build's commands beside a bare process, and writes docs/benchmarks.md
    Bench(bench::Arguments),
    /// Runs the fuzz targets, each for a while
    Fuzz(fuzz::Arguments),
    /// Installs the original CLI from npm, and compares projects and times with it; no part of `test`
    Peer(peer::Arguments),
    /// Loads plugins built with other compilers, and tries their whole contract
    #[command(alias = "abi")]
    AbiMatrix(abi::Arguments),
    /// Packs the example plugin for two targets, and installs that release
    Targets,
    /// Builds the plugins and lays them out with their manifests; prints the folder
    Plugins {
        /// The cargo profile
        #[arg(long, default_value = "dev")]
        profile: String,
    },
    /// Runs a program and prints what it cost
    #[command(hide = true)]
    Measure {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
    /// Opens the provider of AWS in a folder of plugins and prints how long that took
    #[command(hide = true)]
    Open { plugins: std::path::PathBuf },
    /// Lays out a debug build like a release, for the tests; prints the folder
    Prepare,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Dist(arguments) => dist::run(&arguments).map(|_| ()),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Fuzz(arguments) => fuzz::run(&arguments),
        Command::Peer(arguments) => peer::run(&arguments),
        Command::AbiMatrix(arguments) => abi::run(&arguments),
        Command::Targets => abi::targets::run(),
        Command::Plugins { profile } => {
            for plugin in plugins::build(&shell::root(), &profile, &[])? {
                println!("{:<24} {}", plugin.name, plugin.folder.display());
            }
            Ok(())
        }
        Command::Measure { words } => cost::measure(&words),
        Command::Open { plugins } => bench::open(&plugins),
        Command::Prepare => {
            println!("{}", test::prepare()?.display());
            Ok(())
        }
    }
}
