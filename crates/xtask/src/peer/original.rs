//! The original CLI, installed from npm into a folder of the repository's builds.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{cost, shell};

/// The version that this program is compatible with.
pub const VERSION: &str = "4.21.0";

/// The installed program, with a home of its own.
pub struct Original {
    program: PathBuf,
    home: PathBuf,
}

impl Original {
    /// Installs it below `cache`, unless it is there. Its home goes to `scratch`.
    pub fn install(cache: &Path, scratch: &Path) -> Result<Self> {
        let prefix = cache.join(VERSION);
        let program = prefix.join("bin/amplify");
        let done = prefix.join("installed");
        if !done.is_file() {
            fs_err::create_dir_all(&prefix)?;
            let package = format!("@aws-amplify/cli@{VERSION}");
            // It finds its plugins only where a global installation puts them.
            shell::run(
                Command::new("npm")
                    .args(["install", "--global", "--no-audit", "--no-fund", "--loglevel=error", "--prefix"])
                    .arg(&prefix)
                    .arg(&package),
            )
            .context("node and npm are needed to install the original CLI")?;
            fs_err::write(&done, VERSION)?;
        }
        let home = scratch.join("original-home");
        fs_err::create_dir_all(&home)?;
        let original = Self { program, home };
        // Its first run looks for plugins and writes what it found into its home.
        cost::once(&original.command(&["version"], scratch))?;
        Ok(original)
    }

    /// The command, with nothing of the user's environment but the path.
    pub fn command(&self, words: &[&str], folder: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.args(words).current_dir(folder).env_clear().env("HOME", &self.home);
        command.env("NODE_NO_WARNINGS", "1").env("NO_UPDATE_NOTIFIER", "1");
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command
    }

    /// The folder of its package, for what it does at a push and nowhere else.
    pub fn package(&self) -> PathBuf {
        let prefix = self.program.parent().and_then(Path::parent).unwrap_or(&self.program);
        prefix.join("lib/node_modules/@aws-amplify/cli")
    }

    /// Its home folder.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Runs it and returns what it printed, without colours.
    pub fn run(&self, words: &[&str], folder: &Path) -> Result<String> {
        Ok(without_escapes(&shell::output(&mut self.command(words, folder))?))
    }
}

/// The text without the terminal's control sequences, which the original prints into pipes too.
pub fn without_escapes(text: &str) -> String {
    let mut plain = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\u{1b}' {
            plain.push(letter);
            continue;
        }
        // A sequence is `ESC [`, parameters, and one final letter.
        if letters.next() == Some('[') {
            for letter in letters.by_ref() {
                if letter.is_ascii_alphabetic() {
                    break;
                }
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_sequences_are_dropped() {
        assert_eq!(without_escapes("\u{1b}[90m|\u{1b}[39m Auth \u{1b}[2K"), "| Auth ");
    }
}
