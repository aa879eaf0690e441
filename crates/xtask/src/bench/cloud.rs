//! The commands that work in an AWS account, against an emulated one.

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use amplify_plugin_host::{Loader, Registry, SearchPath};
use amplify_tests::{Cloud, Fault, FaultProxy};
use anyhow::{Context, Result};

use crate::{
    cost::{self, Cost, megabytes, shown},
    ours::{self, Ours},
    tools::Tools,
};

/// A new project, an environment for it, a first push, one with a change, one without, and the end.
const COMMANDS: [(&str, &[&str]); 5] = [
    ("init", &["init", "--yes", "--provider", "awscloudformation"]),
    ("push` of a bucket, a table and a function", &["push", "--yes"]),
    ("push` of a changed function", &["push", "--yes"]),
    ("push` without changes", &["push", "--yes"]),
    ("delete", &["delete", "--yes", "--force"]),
];

/// Measures them.
pub fn table(ours: &Ours, scratch: &Path, runs: usize) -> Result<String> {
    let cloud = Cloud::of(&Tools::ready()?.path("python"));
    let mut costs: [Vec<Cost>; COMMANDS.len()] = Default::default();
    for run in 0..runs.max(1) {
        let variables = cloud.variables(&(200_000_000_000 + run).to_string());
        life(ours, &scratch.join(format!("life{run}")), &variables, |number, command| {
            costs[number].push(cost::once(command)?);
            Ok(())
        })?;
    }
    // Calls are counted apart, because the proxy that counts them takes time.
    let proxy = FaultProxy::start(&cloud);
    let variables = cloud.variables("300000000000").map(|(name, value)| match name.contains("ENDPOINT") {
        true => (name, proxy.url()),
        false => (name, value),
    });
    let mut calls = Vec::new();
    life(ours, &scratch.join("counted"), &variables, |_, command| {
        proxy.arm(usize::MAX, Fault::Cut);
        cost::once(command)?;
        calls.push(proxy.disarm().len());
        Ok(())
    })?;

    let mut text = format!(
        "Median of {} runs, release build, against an emulator of AWS on the same machine. Most of the time is spent waiting \
         for it.\n\n| command | time | of it our processor time | memory | API calls |\n| --- | ---: | ---: | ---: | ---: |\n",
        runs.max(1)
    );
    for (((what, _), costs), calls) in COMMANDS.iter().zip(costs).zip(calls) {
        let cost = cost::middle(costs)?;
        let name = if what.contains('`') { format!("`amplify {what}") } else { format!("`amplify {what}`") };
        text.push_str(&format!(
            "| {name} | {} | {} | {:.1} MB | {calls} |\n",
            shown(cost.time),
            shown(cost.processor),
            megabytes(cost.memory)
        ));
    }
    let (size, first) = provider(ours)?;
    text.push_str(&format!(
        "\nThe provider's library ({:.1} MB) is opened in {}, its hash included, by the commands above and by no other.\n",
        megabytes(size),
        shown(first)
    ));
    Ok(text)
}

/// Runs each command in its place; `measured` runs it.
fn life(
    ours: &Ours,
    project: &Path,
    variables: &[(&'static str, String)],
    mut measured: impl FnMut(usize, &Command) -> Result<()>,
) -> Result<()> {
    ours::app(project)?;
    for (number, (_, words)) in COMMANDS.iter().enumerate() {
        match number {
            1 => ours.add_samples(project)?,
            2 => {
                let source = project.join("amplify/backend/function/hello/src/index.js");
                fs_err::write(&source, format!("// changed\n{}", fs_err::read_to_string(&source)?))?;
            }
            _ => {}
        }
        let mut command = ours.command(words, project);
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        measured(number, &command)?;
    }
    Ok(())
}

/// The size of the provider's library, and how long its check and its opening take.
fn provider(ours: &Ours) -> Result<(u64, Duration)> {
    let plugins = ours.program.ancestors().nth(2).context("a program lies in `bin`")?.join("lib/amplify/plugins");
    let registry = Registry::load(&SearchPath::new([plugins.as_path()]), None);
    let entry = registry.provider("awscloudformation").context("the release has the provider")?;
    let size = fs_err::metadata(&entry.library)?.len();
    let begun = Instant::now();
    Loader::new().open(entry)?;
    Ok((size, begun.elapsed()))
}
