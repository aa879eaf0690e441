//! The commands that work in an AWS account, against an emulated one.

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use amplify_plugin_host::{Loader, Registry, SearchPath};
use amplify_tests::{Cloud, Fault, FaultProxy};
use anyhow::{Context, Result, bail};

use crate::{
    cost::{self, Cost, megabytes, shown},
    ours::{self, Ours},
    shell,
    tools::Tools,
};

/// A new project, an environment for it, a first push, one with a change, one without, and the end.
const COMMANDS: [(&str, &[&str]); 5] = [
    ("init`", &["init", "--yes", "--provider", "awscloudformation"]),
    ("push` of users, a bucket, a table and a function", &["push", "--yes"]),
    ("push` of a changed function", &["push", "--yes"]),
    ("push` without changes", &["push", "--yes"]),
    ("delete`", &["delete", "--yes", "--force"]),
];

/// Measures them.
pub fn table(ours: &Ours, scratch: &Path, runs: usize) -> Result<String> {
    let cloud = Cloud::of(&Tools::ready()?.path("python"), &[]);
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
        text.push_str(&format!(
            "| `amplify {what} | {} | {} | {:.1} MB | {calls} |\n",
            shown(cost.time),
            shown(cost.processor),
            megabytes(cost.memory)
        ));
    }
    let Provider { size, opened, marks } = provider(ours)?;
    text.push_str(&format!(
        "\nThe provider's library ({:.1} MB) is opened in {}, its hash included, by the commands above and by no other; least of \
         {OPENED} processes. It names the AWS SDK and tokio in {marks} places, the program (`bin/amplify`) in none.\n",
        megabytes(size),
        shown(opened)
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

/// How often the provider is opened.
const OPENED: usize = 20;

/// What a library that uses the AWS SDK has in it, release builds included: where its panics come from.
const MARKS: [&str; 4] = ["aws-sdk-", "aws_sdk", "aws-smithy", "tokio-1"];

struct Provider {
    /// Of its library, in bytes.
    size: u64,
    /// How long its check and its opening take in a new process.
    opened: Duration,
    /// Where its library shows that it has the AWS SDK in it.
    marks: usize,
}

/// Measures the provider, and fails if the program has the AWS SDK in it, too.
fn provider(ours: &Ours) -> Result<Provider> {
    let prefix = ours.program.ancestors().nth(2).context("a program lies in `bin`")?;
    let plugins = prefix.join("lib/amplify/plugins");
    let registry = Registry::load(&SearchPath::new([plugins.as_path()]), None);
    let entry = registry.provider("awscloudformation").context("the release has the provider")?;
    let library = fs_err::read(&entry.library)?;
    let (marks, host) = (marks(&library), marks(&fs_err::read(&ours.program)?));
    if host > 0 || marks == 0 {
        bail!("the program shows the AWS SDK in {host} places, and the provider in {marks}");
    }
    let mut opened = Vec::new();
    for _ in 0..OPENED {
        let mut own = Command::new(std::env::current_exe()?);
        let printed = shell::output(own.arg("open").arg(&plugins))?;
        opened.push(Duration::from_micros(printed.trim().parse()?));
    }
    let opened = opened.into_iter().min().context("nothing was opened")?;
    Ok(Provider { size: library.len() as u64, opened, marks })
}

/// Opens the provider of a folder of plugins and prints how many microseconds that took, its hash included.
pub fn open(plugins: &Path) -> Result<()> {
    let registry = Registry::load(&SearchPath::new([plugins]), None);
    let entry = registry.provider("awscloudformation").context("the folder has no provider")?;
    let begun = Instant::now();
    Loader::new().open(entry)?;
    println!("{}", begun.elapsed().as_micros());
    Ok(())
}

fn marks(bytes: &[u8]) -> usize {
    let count = |mark: &str| bytes.windows(mark.len()).filter(|window| *window == mark.as_bytes()).count();
    MARKS.iter().map(|mark| count(mark)).sum()
}
