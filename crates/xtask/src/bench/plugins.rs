//! What installed plugins cost: commands with 1, 20 and 200 of them, where a project has locked them and where it has not.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use amplify_plugin_abi::{
    TARGET,
    manifest::{FILE_NAME, Manifest, PluginKind},
};
use amplify_plugin_package::{Digest, Release, pack};
use anyhow::{Context, Result, bail};

use crate::{
    cost,
    ours::{self, Ours},
    shell,
};

/// A file that is younger may be written again without a sign, so it is hashed or read by each command.
const SETTLED: Duration = Duration::from_millis(1100);

/// How many are installed.
const COUNTS: [usize; 3] = [1, 20, 200];

/// Releases have builds for other systems, too, and a lock names all of them.
const OTHER_TARGETS: [&str; 3] = ["aarch64-apple-darwin", "aarch64-unknown-linux-gnu", "x86_64-pc-windows-msvc"];

/// The plugin that one of the commands opens.
const USED: &str = "category-storage";

/// Measures them, beside a program that does nothing.
pub fn table(ours: &Ours, scratch: &Path, runs: usize, bare: &Path) -> Result<String> {
    let bare = cost::least_processor(&|| Command::new(bare), runs)?;
    let mut text = format!(
        "Time on the processor, the least of {runs} runs, because other work on the machine only adds to it; and beside a process that \
         does nothing. `add storage` opens one plugin and writes its changes; `locked` is a project that has locked \
         all of those installed, that plugin among them, with the builds of {} targets each; `just changed` is the command that \
         finds the lock younger than a second, and reads it whole. The goals are 1 ms for a lock, and 20 ms for a list of 200.\n\n\
         | installed | `status` | locked | lock costs | `add storage` | locked | lock costs | just changed | `status --locked` | `plugin list` |\n\
         | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
        OTHER_TARGETS.len() + 1
    );
    for count in COUNTS {
        let place = scratch.join(format!("plugins{count}"));
        let ours = Ours { program: ours.program.clone(), home: place.join("home") };
        let bench = Bench { ours: &ours, place: &place, runs };
        let locked = bench.project("locked")?;
        bench.install(&locked, count)?;
        std::thread::sleep(SETTLED);
        // The same home, so that as many plugins are installed.
        let free = bench.project("free")?;
        let status = [bench.time(&["status"], &free)?, bench.time(&["status"], &locked)?];
        let add = [bench.add(&free, true)?, bench.add(&locked, true)?];
        let changed = bench.add(&locked, false)?;
        let checked = bench.time(&["status", "--locked"], &locked)?;
        let list = bench.time(&["plugin", "list"], &locked)?;
        let ratio = |time: Duration| {
            format!("{:.2} ms ({:.1}x)", time.as_secs_f64() * 1e3, time.as_secs_f64() / bare.as_secs_f64())
        };
        let more =
            |[free, locked]: [Duration; 2]| format!("{:+.2} ms", (locked.as_secs_f64() - free.as_secs_f64()) * 1e3);
        text.push_str(&format!(
            "| {count} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n",
            ratio(status[0]),
            ratio(status[1]),
            more(status),
            ratio(add[0]),
            ratio(add[1]),
            more(add),
            more([add[0], changed]),
            ratio(checked),
            ratio(list),
        ));
    }
    Ok(text)
}

struct Bench<'b> {
    ours: &'b Ours,
    place: &'b Path,
    runs: usize,
}

impl Bench<'_> {
    fn project(&self, name: &str) -> Result<PathBuf> {
        let project = self.place.join(name);
        ours::app(&project)?;
        fs_err::create_dir_all(&self.ours.home)?;
        self.ours.run(&["init", "--yes"], &project)?;
        Ok(project)
    }

    /// Publishes so many plugins to an index, and lets the project lock and install them.
    fn install(&self, project: &Path, count: usize) -> Result<()> {
        let index = self.place.join("index");
        let index = index.to_str().context("the scratch folder's path is not text")?;
        let mut wanted = format!("index = \"{index}\"\n\n[plugins]\n");
        for number in 0..count {
            let description = self.release(number)?;
            let description = description.to_str().context("the scratch folder's path is not text")?;
            self.ours.run(&["plugin", "publish", description, "--index", index], self.place)?;
            let name = if number == 0 { USED.to_owned() } else { format!("category-bench{number}") };
            wanted.push_str(&format!("{name} = \"*\"\n"));
        }
        fs_err::write(project.join("amplify/plugins.toml"), wanted)?;
        self.ours.run(&["plugin", "install", "--trust"], project)?;
        let list = self.ours.run(&["plugin", "list", "--json"], project)?;
        let list: serde_json::Value = serde_json::from_str(&list)?;
        let locked = list["plugins"].as_array().into_iter().flatten();
        let locked = locked.filter(|row| row["source"].as_str().is_some_and(|source| source.starts_with("index+")));
        let sound = locked.filter(|row| row["state"] == "ok").count();
        if sound != count {
            bail!("{sound} of {count} plugins are installed: {list}");
        }
        Ok(())
    }

    /// The description of a release: the plugin that is used, or one that only lies there.
    fn release(&self, number: usize) -> Result<PathBuf> {
        let prefix = self.ours.program.ancestors().nth(2).context("the program lies in a prefix")?;
        let used = prefix.join("lib/amplify/plugins").join(USED);
        let mut manifest: Manifest = serde_json::from_slice(&fs_err::read(used.join(FILE_NAME))?)?;
        let mut library = fs_err::read(used.join(manifest.library.as_deref().context("it has a library")?))?;
        if number > 0 {
            manifest.name = format!("category-bench{number}");
            manifest.kind = PluginKind::category(format!("bench{number}"));
            // Nobody opens it, so it need not be one.
            library = format!("library {number} {}", "x".repeat(10_000)).into_bytes();
        } else {
            // Another build than the bundled one, as a newer version is, so that the store's is the one that is used.
            library.push(0);
        }
        let out = self.place.join("dist");
        fs_err::create_dir_all(&out)?;
        let mut whole: Option<Release> = None;
        for target in [TARGET].into_iter().chain(OTHER_TARGETS).filter(|target| number > 0 || *target == TARGET) {
            let sha256 = Some(Digest::of(&library).sha256);
            let manifest = Manifest { target: target.to_owned(), sha256, ..manifest.clone() };
            let archive = pack(&manifest, &library, &BTreeMap::new())?;
            let one = Release::new(&manifest, &Digest::of(&archive), None)?;
            fs_err::write(out.join(&one.targets[target].archive), archive)?;
            match &mut whole {
                Some(whole) => whole.merge(&one)?,
                None => whole = Some(one),
            }
        }
        let whole = whole.context("there is at least one target")?;
        let path = out.join(whole.file_name());
        fs_err::write(&path, whole.to_bytes())?;
        Ok(path)
    }

    fn time(&self, words: &[&str], project: &Path) -> Result<Duration> {
        cost::least_processor(&|| self.ours.command(words, project), self.runs)
    }

    /// Adds a table, each time to the same project, whose lock is left alone or written anew.
    fn add(&self, project: &Path, alone: bool) -> Result<Duration> {
        let answers = shell::root().join("examples/sample-app/backend/notes.json");
        let answers = answers.to_str().context("the repository's path is not text")?;
        let words = ["add", "storage", "--yes", "--answers", answers];
        let work = project.with_extension(if alone { "alone" } else { "changed" });
        let again = || -> Command {
            // The command fails where there is no project, and that is reported.
            let _ = renew(project, &work, alone);
            self.ours.command(&words, &work)
        };
        cost::least_processor(&again, self.runs)
    }
}

/// Makes a copy of a project, or what a command made of one a copy again. `alone` leaves what it says of plugins as it lies
/// there, and sees to it that a second has passed since it was written.
fn renew(project: &Path, copy: &Path, alone: bool) -> Result<()> {
    const OF_TEAM: [&str; 2] = ["plugins.toml", "plugins.lock"];
    if !alone || !copy.exists() {
        if copy.exists() {
            fs_err::remove_dir_all(copy)?;
        }
        ours::copy(project, copy)?;
        if alone {
            std::thread::sleep(SETTLED);
        }
        return Ok(());
    }
    let (from, to) = (project.join("amplify"), copy.join("amplify"));
    for entry in fs_err::read_dir(&to)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            fs_err::remove_dir_all(entry.path())?;
        } else if !OF_TEAM.iter().any(|name| entry.file_name() == *name) {
            fs_err::remove_file(entry.path())?;
        }
    }
    for entry in fs_err::read_dir(&from)? {
        let path = entry?.path();
        let Some(name) = path.file_name() else { continue };
        if path.is_dir() {
            ours::copy(&path, &to.join(name))?;
        } else if !OF_TEAM.iter().any(|of_team| name == *of_team) {
            fs_err::copy(&path, to.join(name))?;
        }
    }
    Ok(())
}
