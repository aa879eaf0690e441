//! A folder outside the workspace in which somebody writes a plugin, with cargo and the program and nothing else.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Invocation, Output, Sandbox, workspace};

/// A private folder and home, with this machine's compilers and the crates that cargo has fetched.
///
/// What is compiled is kept in one folder for all tests, so that the SDK's dependencies are compiled once. Cargo stays
/// offline: whatever the SDK needs was fetched for the workspace.
pub struct Outside {
    /// The private folder.
    pub sandbox: Sandbox,
}

impl Default for Outside {
    fn default() -> Self {
        Self::new()
    }
}

impl Outside {
    /// An empty folder.
    pub fn new() -> Self {
        Self { sandbox: Sandbox::new() }
    }

    /// The folder.
    pub fn root(&self) -> PathBuf {
        self.sandbox.root()
    }

    /// The variables that lead to compilers and crates.
    pub fn variables() -> Vec<(&'static str, PathBuf)> {
        let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
        let variable = |name: &str, below: &str| std::env::var_os(name).map_or_else(|| home.join(below), PathBuf::from);
        vec![
            ("CARGO_HOME", variable("CARGO_HOME", ".cargo")),
            ("RUSTUP_HOME", variable("RUSTUP_HOME", ".rustup")),
            ("CARGO_TARGET_DIR", workspace().join("target").join("outside")),
            ("CARGO_NET_OFFLINE", "true".into()),
        ]
    }

    /// Runs the program below a folder of the private one, with a compiler at hand.
    pub fn amplify<'a>(&self, below: &str, words: impl IntoIterator<Item = &'a str>) -> Output {
        self.command(below, words).run()
    }

    /// The same, still to be run.
    pub fn command<'a>(&self, below: &str, words: impl IntoIterator<Item = &'a str>) -> Invocation {
        let command = self.sandbox.command(words).current_dir(&self.root().join(below));
        Self::variables().into_iter().fold(command, |command, (name, value)| command.env(name, value))
    }

    /// Runs cargo in a folder and panics with what it says if it fails.
    ///
    /// # Panics
    /// If cargo fails.
    pub fn cargo<'a>(&self, folder: &Path, words: impl IntoIterator<Item = &'a str>) {
        let mut command = Command::new("cargo");
        command.args(words).current_dir(folder);
        self.sandbox.clear(&mut command);
        let output = command.envs(Self::variables()).output().expect("cargo starts");
        assert!(
            output.status.success(),
            "{}\n{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
