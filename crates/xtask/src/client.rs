//! The client library that the tests sign in with, pinned in `tests/client` and installed into `target/tools-node`.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::shell;

/// Installs the library if it is not there yet; gives back the folder for `NODE_PATH`.
pub fn ready() -> Result<PathBuf> {
    let source = shell::root().join("tests/client");
    let folder = shell::target().join("tools-node");
    let files = ["package.json", "package-lock.json"];
    let mut digest = Sha256::new();
    for file in files {
        digest.update(fs_err::read(source.join(file))?);
    }
    let stamp = hex::encode(digest.finalize());
    let stamp_file = folder.join("installed");
    if !fs_err::read_to_string(&stamp_file).is_ok_and(|installed| installed == stamp) {
        if folder.exists() {
            fs_err::remove_dir_all(&folder)?;
        }
        fs_err::create_dir_all(&folder)?;
        for file in files {
            fs_err::copy(source.join(file), folder.join(file))?;
        }
        let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
        let install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
        shell::run(Command::new(npm).args(install).current_dir(&folder))
            .context("Node.js with npm is needed for the tests' client library")?;
        fs_err::write(&stamp_file, stamp)?;
    }
    Ok(folder.join("node_modules"))
}
