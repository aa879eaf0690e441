//! The Python tools that the tests use, pinned in `tests/requirements.txt` and installed into `target/tools`.

use std::{path::PathBuf, process::Command};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::shell;

/// A virtual environment with the pinned tools, made on first use and whenever the pins change.
pub struct Tools {
    bin: PathBuf,
}

impl Tools {
    /// Installs the tools if they are not there yet.
    pub fn ready() -> Result<Self> {
        let requirements = shell::root().join("tests/requirements.txt");
        let pins = fs_err::read(&requirements)?;
        let stamp = hex::encode(Sha256::digest(&pins));
        let folder = shell::target().join("tools");
        let stamp_file = folder.join("installed");
        let bin = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
        if fs_err::read_to_string(&stamp_file).is_ok_and(|installed| installed == stamp) {
            return Ok(Self { bin });
        }
        if folder.exists() {
            fs_err::remove_dir_all(&folder)?;
        }
        let python = if cfg!(windows) { "python" } else { "python3" };
        shell::run(Command::new(python).args(["-m", "venv"]).arg(&folder))
            .context("Python 3 with its venv module is needed for the tests' tools")?;
        shell::run(
            Command::new(bin.join("python"))
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
                .arg(&requirements),
        )?;
        fs_err::write(&stamp_file, stamp)?;
        Ok(Self { bin })
    }

    /// The path of one of the tools, such as `cfn-lint` or `python`.
    pub fn path(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }
}
