//! Packages of npm that tests use, pinned below `tests` and installed below `target`.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::shell;

/// What a new function with Express routes is built from.
const EXPRESS: &str = "plugins/category-function/starters/nodejs/serverless-express/package.json";

const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };
const QUIET: [&str; 4] = ["--ignore-scripts", "--no-audit", "--no-fund", "--silent"];

/// Installs the library that tests sign in with, if it is not there yet; gives back the folder for `NODE_PATH`.
pub fn ready() -> Result<PathBuf> {
    let folder = shell::target().join("tools-node");
    install(&shell::root().join("tests/client"), &folder, b"", |_| Ok(()))?;
    Ok(folder.join("node_modules"))
}

/// Installs what Lambda's runtimes bring, and fetches what functions with Express routes are built from, for the emulator
/// of an account and for this machine. Gives back the folder with `node_modules` and `cache`, a cache of npm.
pub fn functions() -> Result<PathBuf> {
    let folder = shell::target().join("tools-functions");
    let express = fs_err::read_to_string(shell::root().join(EXPRESS))?;
    install(&shell::root().join("tests/functions"), &folder, express.as_bytes(), |folder| {
        // What a version range means is only looked up when there is no lock file, so it is in no cache otherwise.
        let build = folder.join("express");
        fs_err::create_dir_all(&build)?;
        fs_err::write(build.join("package.json"), express.replace("FUNCTION", "express"))?;
        let install = ["install", "--omit=dev", "--no-package-lock", "--cache"];
        npm(Command::new(NPM).args(install).arg(folder.join("cache")).args(QUIET).current_dir(&build))
    })?;
    Ok(folder)
}

/// Installs the packages that `source` pins into `folder`, and has `then` add to them, if that was not done with these pins
/// and `further` already.
pub fn install(source: &Path, folder: &Path, further: &[u8], then: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let files = ["package.json", "package-lock.json"];
    let mut digest = Sha256::new();
    for file in files {
        digest.update(fs_err::read(source.join(file))?);
    }
    digest.update(further);
    let stamp = hex::encode(digest.finalize());
    let stamp_file = folder.join("installed");
    if fs_err::read_to_string(&stamp_file).is_ok_and(|installed| installed == stamp) {
        return Ok(());
    }
    if folder.exists() {
        fs_err::remove_dir_all(folder)?;
    }
    fs_err::create_dir_all(folder)?;
    for file in files {
        fs_err::copy(source.join(file), folder.join(file))?;
    }
    npm(Command::new(NPM).arg("ci").args(QUIET).current_dir(folder))?;
    then(folder)?;
    fs_err::write(&stamp_file, stamp)?;
    Ok(())
}

fn npm(command: &mut Command) -> Result<()> {
    shell::run(command).context("Node.js with npm is needed for packages that the tests use")
}
