//! How long both programs take, and how much memory, side by side.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use super::{Peers, original::VERSION};

/// Commands that need no account.
const COMMANDS: [(&str, &[&str]); 3] = [("version", &["version"]), ("help", &["help"]), ("status", &["status"])];

/// What one command costs.
struct Cost {
    median: Duration,
    memory: u64,
}

/// Prints the table.
pub fn print(peers: &Peers, project: &Path, runs: usize) -> Result<()> {
    println!("| command | original {VERSION} | its memory | ours | our memory | times faster |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    for (name, words) in COMMANDS {
        let theirs = cost(&|| peers.original.command(words, project), runs)?;
        let ours = cost(&|| peers.ours(words, project), runs.max(20))?;
        println!(
            "| `amplify {name}` | {} | {:.0} MB | {} | {:.1} MB | {:.0} |",
            shown(theirs.median),
            megabytes(theirs.memory),
            shown(ours.median),
            megabytes(ours.memory),
            theirs.median.as_secs_f64() / ours.median.as_secs_f64()
        );
    }
    Ok(())
}

fn cost(command: &dyn Fn() -> Command, runs: usize) -> Result<Cost> {
    time(command())?;
    let mut times = (0..runs.max(1)).map(|_| time(command())).collect::<Result<Vec<_>>>()?;
    times.sort();
    Ok(Cost { median: times[times.len() / 2], memory: memory(&command())? })
}

fn time(mut command: Command) -> Result<Duration> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status()?;
    let took = start.elapsed();
    if !status.success() {
        bail!("`{command:?}` ended with {status}");
    }
    Ok(took)
}

/// The largest resident set, by way of a copy of this program that measures its child.
fn memory(command: &Command) -> Result<u64> {
    let mut own = Command::new(std::env::current_exe()?);
    own.arg("memory").arg("--").arg(command.get_program()).args(command.get_args());
    own.env_clear();
    for (key, value) in command.get_envs() {
        if let Some(value) = value {
            own.env(key, value);
        }
    }
    if let Some(folder) = command.get_current_dir() {
        own.current_dir(folder);
    }
    let printed = String::from_utf8(own.stderr(Stdio::inherit()).output()?.stdout)?;
    printed.split_whitespace().next().and_then(|figure| figure.parse().ok()).context("no figure of memory")
}

fn shown(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1e3;
    if milliseconds < 100.0 { format!("{milliseconds:.1} ms") } else { format!("{:.2} s", time.as_secs_f64()) }
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
