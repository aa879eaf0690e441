//! `cargo xtask abi-matrix`: plugins built with other compilers, in a host built with this one.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

use amplify_plugin_author::{
    build::{self, Library},
    verify::{self, Setting},
};
use amplify_plugin_host::{Registry, SearchPath};
use anyhow::{Context, Result, anyhow, bail};

use crate::shell;

#[derive(clap::Args)]
pub struct Arguments {
    /// A compiler to try, such as /usr/bin/rustc; may be given again. Without one, the system's and all of rustup's are tried
    #[arg(long)]
    rustc: Vec<PathBuf>,
}

/// Builds the example plugin with each compiler, and tries its whole contract in this process; then runs the tests of the
/// plugin that misbehaves, built with the same compilers. Debian's `rustc-web` and `libstd-rust-web-dev` bring a compiler.
pub fn run(arguments: &Arguments) -> Result<()> {
    let given = if arguments.rustc.is_empty() { found() } else { arguments.rustc.clone() };
    let mut compilers = BTreeMap::new();
    for rustc in given {
        match version(&rustc) {
            Some(version) => {
                compilers.entry(version).or_insert(rustc);
            }
            None if arguments.rustc.contains(&rustc) => bail!("`{}` is no compiler", rustc.display()),
            None => {}
        }
    }
    let mut rows = Vec::new();
    for (version, rustc) in &compilers {
        let said = shell::step(version, || example(rustc, version))?;
        rows.push(format!("{version}: {said}"));
    }
    let mut cargo = shell::cargo();
    cargo.args([
        "test",
        "--quiet",
        "--package",
        "amplify-plugin-host",
        "--test",
        "compilers",
        "--test",
        "load",
        "--",
        "--nocapture",
    ]);
    cargo.env(
        "AMPLIFY_OTHER_RUSTC",
        std::env::join_paths(compilers.values()).context("a compiler's path cannot be in a list")?,
    );
    shell::run(&mut cargo)?;
    for row in rows {
        println!("{row}");
    }
    Ok(())
}

/// The system's compiler, and those of rustup.
fn found() -> Vec<PathBuf> {
    let mut all = vec![PathBuf::from("/usr/bin/rustc")];
    let Ok(list) = Command::new("rustup").args(["toolchain", "list"]).output() else { return all };
    for line in String::from_utf8_lossy(&list.stdout).lines() {
        let name = line.split_whitespace().next().unwrap_or_default();
        let which = Command::new("rustup").args(["which", "rustc", "--toolchain", name]).output();
        all.extend(which.ok().map(|which| PathBuf::from(String::from_utf8_lossy(&which.stdout).trim())));
    }
    all
}

/// Such as `rustc 1.85.0 (4d91de4e4 2025-02-17)`.
fn version(rustc: &Path) -> Option<String> {
    let output = Command::new(rustc).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && text.starts_with("rustc ")).then(|| text.trim().to_owned())
}

/// Builds the example plugin and tries it.
fn example(rustc: &Path, version: &str) -> Result<String> {
    let name: String = version.chars().map(|part| if part.is_ascii_alphanumeric() { part } else { '-' }).collect();
    let target = shell::target().join("compilers").join(name.trim_matches('-'));
    let crate_folder = shell::root().join("examples/queue-plugin");
    let mut cargo = shell::cargo();
    cargo.args(["build", "--lib", "--release", "--locked", "--quiet", "--target-dir"]).arg(&target);
    cargo.current_dir(crate_folder).env("RUSTC", rustc).env_remove("RUSTUP_TOOLCHAIN");
    shell::run(&mut cargo)?;
    let file = format!("{}category_queue{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let library = Library { package: "category-queue".into(), path: target.join("release").join(file) };
    let place = tempfile::tempdir()?;
    build::lay_out(&library, place.path()).map_err(|error| anyhow!("{error}: {}", error.causes().join("; ")))?;
    let mut registry = Registry::load(&SearchPath::new([place.path()]), None);
    let entry = registry.plugins.pop().context("the plugin is laid out")?;
    let report = verify::verify(&entry, &Setting::default())
        .map_err(|error| anyhow!("{error}: {}", error.causes().join("; ")))?;
    if !report.passed() {
        bail!("{:?}", report.findings);
    }
    Ok(format!("loaded, and kept the contract in {} requests", report.requests))
}
