//! How long both programs take, and how much memory, side by side.

use std::path::Path;

use anyhow::Result;

use super::{Peers, original::VERSION};
use crate::cost::{Cost, median, megabytes, shown};

/// Commands that need no account.
const COMMANDS: [(&str, &[&str]); 3] = [("version", &["version"]), ("help", &["help"]), ("status", &["status"])];

/// Prints the table.
pub fn print(peers: &Peers, project: &Path, runs: usize) -> Result<()> {
    println!("| command | original {VERSION} | its memory | ours | our memory | times faster |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    for (name, words) in COMMANDS {
        let theirs = median(&|| peers.original.command(words, project), runs)?;
        row(&format!("`amplify {name}`"), theirs, median(&|| peers.ours.command(words, project), runs.max(20))?);
    }
    Ok(())
}

fn row(name: &str, theirs: Cost, ours: Cost) {
    println!(
        "| {name} | {} | {:.0} MB | {} | {:.1} MB | {:.0} |",
        shown(theirs.time),
        megabytes(theirs.memory),
        shown(ours.time),
        megabytes(ours.memory),
        theirs.time.as_secs_f64() / ours.time.as_secs_f64()
    );
}
