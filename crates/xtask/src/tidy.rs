//! House rules as code: what no other tool checks.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::shell;

/// Files longer than this are split by concept, or listed here as tables.
const LONGEST: usize = 600;

/// Words that mark unfinished work.
const MARKERS: &[&str] = &["TODO", "FIXME", "XXX", "HACK"];

/// Checks them all and lists every finding.
pub fn run() -> Result<()> {
    let root = shell::root();
    let mut findings = Vec::new();
    for file in tracked(&root)? {
        if file.extension().is_some_and(|extension| extension == "rs") {
            check_source(&root, &file, &mut findings)?;
        }
    }
    if findings.is_empty() {
        return Ok(());
    }
    for finding in &findings {
        eprintln!("{finding}");
    }
    bail!("{} findings", findings.len());
}

fn tracked(root: &Path) -> Result<Vec<PathBuf>> {
    let mut git = std::process::Command::new("git");
    let listed = shell::output(git.current_dir(root).args(["ls-files", "--cached", "--others", "--exclude-standard"]))?;
    Ok(listed.lines().map(PathBuf::from).filter(|file| root.join(file).is_file()).collect())
}

fn check_source(root: &Path, file: &Path, findings: &mut Vec<String>) -> Result<()> {
    let text = fs_err::read_to_string(root.join(file))?;
    let name = file.display();
    if !text.starts_with("//!") {
        findings.push(format!("{name}:1: opens without a `//!` line that says what it is for"));
    }
    if text.lines().count() > LONGEST && !text.contains("// A table may be long") {
        findings.push(format!("{name}: {} lines; split it by concept", text.lines().count()));
    }
    for (index, line) in text.lines().enumerate() {
        if line.ends_with([' ', '\t']) {
            findings.push(format!("{name}:{}: space at the end of the line", index + 1));
        }
        // The list of markers itself is the one place where they may stand.
        if !file.ends_with("tidy.rs") && MARKERS.iter().any(|marker| has_word(line, marker)) {
            findings.push(format!("{name}:{}: unfinished work", index + 1));
        }
    }
    Ok(())
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let free = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
        let bytes = line.as_bytes();
        free(at.checked_sub(1).and_then(|before| bytes.get(before))) && free(bytes.get(at + word.len()))
    })
}
