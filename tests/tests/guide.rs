//! The plugin guide does what it says: its commands and files are executed word by word, its code is part of tested files.

use std::{fmt::Write as _, process::Command};

use amplify_tests::{Outside, harness, workspace};

/// A fenced block of a page: its language, the comment above it, and its text.
struct Block {
    language: String,
    comment: String,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let text = fs_err::read_to_string(workspace().join("docs/plugin-guide").join(page)).unwrap();
    let mut found: Vec<Block> = Vec::new();
    let (mut open, mut comment) = (false, String::new());
    for line in text.lines() {
        match line.strip_prefix("```") {
            Some(language) if !open => {
                open = true;
                let comment = std::mem::take(&mut comment);
                found.push(Block { language: language.to_owned(), comment, text: String::new() });
            }
            Some(_) => open = false,
            None if open => {
                let block = found.last_mut().unwrap();
                block.text.push_str(line);
                block.text.push('\n');
            }
            None => {
                comment =
                    line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->")).unwrap_or("").to_owned();
            }
        }
    }
    assert!(!open, "{page}: a block does not end");
    found
}

/// Runs a page's commands in an empty folder with nothing but the release and a compiler; what a `text` block shows must be
/// in the output of the commands before it.
fn execute(page: &str) {
    let blocks = blocks(page);
    let mut script = String::from("set -euo pipefail\n");
    for (number, block) in blocks.iter().enumerate() {
        match block.language.as_str() {
            "sh" => writeln!(script, "echo '@@{number}'\n{}", block.text).unwrap(),
            "rust" | "json" | "toml" if !block.comment.is_empty() => {
                writeln!(script, "cat > '{}' <<'@@END'\n{}@@END", block.comment, block.text).unwrap();
            }
            _ => {}
        }
    }
    let outside = Outside::new();
    let path = std::env::join_paths(
        std::iter::once(harness().join("bin"))
            .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
    );
    let mut command = Command::new("bash");
    outside.sandbox.clear(&mut command);
    let output = command
        .args(["-c", &format!("exec 2>&1\n{script}")])
        .envs(Outside::variables())
        .env("PATH", path.unwrap())
        .current_dir(outside.root())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{page}:\n{said}");
    let mut executed = 0;
    for (number, block) in blocks.iter().enumerate().filter(|(_, block)| block.language == "text") {
        let before = (0..number).rev().find(|at| blocks[*at].language == "sh");
        let Some(before) = before else { continue };
        let (_, rest) = said.split_once(&format!("@@{before}\n")).unwrap();
        let part = rest.split("@@").next().unwrap();
        for line in block.text.lines() {
            assert!(part.contains(line), "{page} shows `{line}`, which is not in:\n{part}");
            executed += 1;
        }
    }
    assert!(executed > 5, "{page}: {executed} lines were compared");
}

#[test]
fn the_tutorial_works_word_by_word() {
    if Command::new("bash").arg("--version").output().is_err() {
        eprintln!("skipped: there is no bash");
        return;
    }
    execute("tutorial.md");
}

#[test]
fn the_cookbook_shows_tested_code() {
    let mut shown = 0;
    for block in blocks("cookbook.md").iter().filter(|block| block.language == "rust") {
        let file = block.comment.strip_prefix("from: ").unwrap_or_else(|| panic!("no source above:\n{}", block.text));
        let source = fs_err::read_to_string(workspace().join(file)).unwrap();
        assert!(source.contains(&block.text), "`{file}` does not have:\n{}", block.text);
        shown += 1;
    }
    assert!(shown >= 12, "{shown} pieces");
}

#[test]
fn the_pages_name_the_numbers_that_hold() {
    let page = fs_err::read_to_string(workspace().join("docs/plugin-guide/versions.md")).unwrap();
    let abi = fs_err::read_to_string(workspace().join("sdk/abi/src/lib.rs")).unwrap();
    let manifest = fs_err::read_to_string(workspace().join("sdk/abi/Cargo.toml")).unwrap();
    let after =
        |text: &str, what: &str| text.split_once(what).unwrap().1.split(['"', ';', '\n']).next().unwrap().to_owned();
    let protocol = after(&abi, "pub const PROTOCOL: u32 = ");
    assert!(page.contains(&format!("`amplify_sdk::PROTOCOL`, now {protocol} ")), "protocol {protocol}");
    let version = after(&manifest, "\nversion = \"");
    assert!(page.contains(&format!("`amplify_sdk::ABI_VERSION`, now {version} ")), "ABI {version}");
    let oldest = after(&manifest, "rust-version = \"");
    assert!(page.contains(&format!("Rust {oldest} is enough")), "Rust {oldest}");
}
