//! `docs/reference/commands.md` is what the program says of itself; a page that is stale fails here.
//!
//! `AMPLIFY_WRITE_REFERENCE=1 cargo xtask test --package amplify-tests -- reference` writes it anew.

use std::collections::BTreeSet;

use amplify_tests::{Sandbox, workspace};
use serde_json::Value;

const WRITE: &str = "AMPLIFY_WRITE_REFERENCE";

/// The words of every page below a page, itself first.
fn pages(sandbox: &Sandbox, words: &[String], found: &mut Vec<Vec<String>>) {
    found.push(words.to_vec());
    let line = std::iter::once("help").chain(words.iter().map(String::as_str)).chain(["--json"]);
    let page = sandbox.amplify(line).success().json();
    for name in names(&page) {
        let below: Vec<String> = words.iter().cloned().chain([name]).collect();
        pages(sandbox, &below, found);
    }
}

/// The commands that a group's page lists; the page of one command lists none.
fn names(page: &Value) -> BTreeSet<String> {
    let rows = page["sections"].as_array().into_iter().flatten().filter(|section| section["title"] == "Commands");
    let rows = rows.flat_map(|section| section["rows"].as_array().into_iter().flatten());
    let names = rows.filter_map(|row| row["name"].as_str()).filter(|name| !name.contains('<'));
    names.map(str::to_owned).collect()
}

#[test]
fn the_page_of_commands_is_current() {
    let sandbox = Sandbox::new();
    let mut all = Vec::new();
    pages(&sandbox, &[], &mut all);
    let categories = sandbox.amplify(["categories", "--json"]).success().json();
    let words = categories["categories"].as_array().expect("a list of categories");
    for category in words {
        let word = category["category"].as_str().expect("a category has a name");
        pages(&sandbox, &[word.to_owned()], &mut all);
    }
    assert!(all.len() > 20, "only {} pages", all.len());

    let mut text = String::from("# Commands\n\nWhat `amplify help` says, page by page.\n");
    for words in all {
        let line = std::iter::once("help").chain(words.iter().map(String::as_str));
        let page = sandbox.amplify(line).success();
        let title = if words.is_empty() { "amplify".to_owned() } else { format!("amplify {}", words.join(" ")) };
        text.push_str(&format!("\n## {title}\n\n```text\n{}\n```\n", page.stdout.trim()));
    }
    let path = workspace().join("docs/reference/commands.md");
    if std::env::var_os(WRITE).is_some() {
        fs_err::write(&path, &text).unwrap();
    }
    let recorded = fs_err::read_to_string(&path).unwrap_or_default();
    assert!(
        recorded == text,
        "docs/reference/commands.md is stale; `{WRITE}=1 cargo xtask test --package amplify-tests -- reference` writes it"
    );
}
