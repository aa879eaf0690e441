//! Our program in a scratch folder, as chores drive it.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{cost, dist, shell};

/// Our program, with a home of its own.
pub struct Ours {
    /// The program.
    pub program: PathBuf,
    /// Its home.
    pub home: PathBuf,
}

impl Ours {
    /// A release that is built now.
    pub fn release(home: &Path) -> Result<Self> {
        let release = shell::step("release build", || dist::run(&dist::Arguments { no_archive: true }))?;
        Ok(Self::at(&release, home))
    }

    /// The program below a prefix.
    pub fn at(prefix: &Path, home: &Path) -> Self {
        let program = prefix.join("bin").join(format!("amplify{}", std::env::consts::EXE_SUFFIX));
        Self { program, home: home.to_path_buf() }
    }

    /// A command line, with nothing of the user's environment but the path.
    pub fn command(&self, words: &[&str], folder: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.args(words).current_dir(folder).env_clear().env("HOME", &self.home);
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command
    }

    /// Runs it and returns what it printed.
    pub fn run(&self, words: &[&str], folder: &Path) -> Result<String> {
        shell::output(&mut self.command(words, folder)).with_context(|| format!("in {}", folder.display()))
    }

    /// Adds the sample app's bucket, table and function to a project.
    pub fn add_samples(&self, project: &Path) -> Result<()> {
        for (category, file) in [("storage", "photos.json"), ("storage", "notes.json"), ("function", "hello.json")] {
            self.add_sample(category, file, project)?;
        }
        Ok(())
    }

    /// Adds one resource of the sample app.
    pub fn add_sample(&self, category: &str, file: &str, project: &Path) -> Result<()> {
        let answers = shell::root().join("examples/sample-app/backend").join(file);
        let answers = answers.to_str().context("the repository's path is not text")?;
        cost::once(&self.command(&["add", category, "--yes", "--answers", answers], project)).map(|_| ())
    }
}

/// An empty app's folder.
pub fn app(folder: &Path) -> Result<()> {
    fs_err::create_dir_all(folder)?;
    Ok(fs_err::write(folder.join("package.json"), "{\"name\":\"own\",\"version\":\"1.0.0\"}\n")?)
}

/// A copy of a real project, if this machine has the corpus.
pub fn corpus_project(name: &str, scratch: &Path) -> Result<Option<PathBuf>> {
    let corpus =
        std::env::var_os("AMPLIFY_CORPUS").map_or_else(|| shell::root().join("../shared/corpus"), PathBuf::from);
    let source = corpus.join(name);
    if !source.is_dir() {
        eprintln!("skipped: no corpus at {}", corpus.display());
        return Ok(None);
    }
    let project = scratch.join(name);
    copy(&source, &project)?;
    Ok(Some(project))
}

/// Copies a folder with everything in it.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    fs_err::create_dir_all(to)?;
    for entry in fs_err::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs_err::write(target, fs_err::read(entry.path())?)?;
        }
    }
    Ok(())
}
