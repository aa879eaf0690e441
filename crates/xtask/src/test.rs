//! `cargo xtask test`: builds what the tests need, fetches their tools, and runs every test.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::{client, languages, lint, plugins, sdk, shell, tools::Tools};

#[derive(clap::Args)]
pub struct Arguments {
    /// Passed on to `cargo test`, such as `-p amplify-cfn` or `-- name`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    cargo: Vec<String>,
}

impl Arguments {
    /// Every test of the workspace.
    pub fn all() -> Self {
        Self { cargo: Vec::new() }
    }
}

/// Lays out a build with fail points like a release: `target/harness/bin/amplify`, `target/harness/lib/amplify/plugins`.
///
/// It has a folder of its own, so that a plain `cargo build` beside the tests cannot replace the program under test.
pub fn prepare() -> Result<PathBuf> {
    let _turn = shell::turn("harness")?;
    let prefix = shell::target().join("harness");
    fs_err::create_dir_all(prefix.join("bin"))?;
    shell::run(shell::cargo().args(["build", "--quiet", "--package", "amplify", "--features", "failpoints"]))?;
    let name = format!("amplify{}", std::env::consts::EXE_SUFFIX);
    let program = prefix.join("bin").join(&name);
    // Removed first: a program that is running cannot be written to, but its name can go.
    let _ = fs_err::remove_file(&program);
    fs_err::copy(shell::target().join("debug").join(&name), &program)?;
    install_plugins("dev", &prefix, &[])?;
    sdk::install(&prefix)?;
    install_fixtures(&prefix)?;
    Ok(prefix)
}

/// Builds plugins for a cargo profile, all where `only` names none, and copies them into a prefix, which then has no others.
pub fn install_plugins(profile: &str, prefix: &Path, only: &[&str]) -> Result<()> {
    let place = prefix.join("lib/amplify/plugins");
    if place.exists() {
        fs_err::remove_dir_all(&place)?;
    }
    for plugin in plugins::build(&shell::root(), profile, only)? {
        let folder = place.join(&plugin.name);
        fs_err::create_dir_all(&folder)?;
        for entry in fs_err::read_dir(&plugin.folder)? {
            let entry = entry?;
            fs_err::copy(entry.path(), folder.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// Puts plugins that only tests use into `<prefix>/<folder>/<package>`, where no search path leads by itself.
fn install_fixtures(prefix: &Path) -> Result<()> {
    for (package, folder) in [("misbehaving", "fixtures"), ("shared", "team")] {
        shell::run(shell::cargo().args(["build", "--quiet", "--package", package]))?;
        let file = format!("{}{package}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
        let folder = prefix.join(folder).join(package);
        if folder.exists() {
            fs_err::remove_dir_all(&folder)?;
        }
        fs_err::create_dir_all(&folder)?;
        fs_err::copy(shell::target().join("debug").join(&file), folder.join(&file))?;
        amplify_plugin_host::write_manifest(&folder.join(&file))?;
    }
    Ok(())
}

/// Runs the chore.
pub fn run(arguments: &Arguments) -> Result<()> {
    let tools = shell::step("tools", Tools::ready)?;
    let client = shell::step("client", client::ready)?;
    let functions = shell::step("functions", client::functions)?;
    let languages = shell::step("languages", || languages::ready(&tools))?;
    let prefix = shell::step("build", prepare)?;
    shell::step("cfn-lint", || lint::run(&tools))?;
    shell::step("tests", || {
        let mut cargo = shell::cargo();
        cargo.args(["test", "--quiet", "--no-fail-fast"]);
        if !arguments.cargo.iter().any(|word| word == "-p" || word == "--package") {
            cargo.arg("--workspace");
        }
        cargo.args(&arguments.cargo);
        cargo.env("AMPLIFY_HARNESS", &prefix).env("AMPLIFY_TOOLS", tools.path("."));
        cargo.env("AMPLIFY_CLIENT", &client).env("AMPLIFY_FUNCTIONS", &functions);
        if let Some(programs) = &languages {
            // The plugin looks for compilers where a user's terminal does.
            let path = std::env::var_os("PATH").unwrap_or_default();
            let path = std::env::join_paths(std::iter::once(programs.clone()).chain(std::env::split_paths(&path)))?;
            cargo.env("AMPLIFY_LANGUAGES", programs).env("PATH", path);
            cargo.env("GRADLE_USER_HOME", programs.with_file_name("gradle"));
        }
        shell::run(&mut cargo)
    })
}
