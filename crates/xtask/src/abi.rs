//! `cargo xtask abi`: loads plugins built with other compilers in a host built with this one.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::shell;

#[derive(clap::Args)]
pub struct Arguments {
    /// A compiler to try, such as /usr/bin/rustc; may be given again. Without one, the system's is tried
    #[arg(long)]
    rustc: Vec<PathBuf>,
}

/// Runs the chore. Debian's `rustc-web` and `libstd-rust-web-dev` bring a second compiler; `rustup which rustc --toolchain
/// NAME` names others.
pub fn run(arguments: &Arguments) -> Result<()> {
    let mut cargo = shell::cargo();
    cargo.args(["test", "--quiet", "--package", "amplify-plugin-host", "--test", "compilers", "--", "--nocapture"]);
    if !arguments.rustc.is_empty() {
        let list = std::env::join_paths(&arguments.rustc).context("a compiler's path cannot be in a list of paths")?;
        cargo.env("AMPLIFY_OTHER_RUSTC", list);
    }
    shell::run(&mut cargo)
}
