//! What `docs/ARCHITECTURE.md` promises about the shape of the code.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use amplify_tests::workspace;
use serde_json::Value;

/// Groups of crates by top-level folder, and the groups they must not know.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("sdk", &["crates", "plugins", "host", "tests"]),
    ("crates", &["plugins", "host", "tests"]),
    ("plugins", &["plugins", "host", "tests"]),
    ("host", &["plugins", "tests"]),
];

fn packages() -> Vec<Value> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .current_dir(workspace())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

fn folder(package: &Value) -> String {
    let manifest = PathBuf::from(package["manifest_path"].as_str().unwrap());
    manifest.strip_prefix(workspace()).unwrap().to_string_lossy().replace('\\', "/")
}

fn group(package: &Value) -> String {
    folder(package).split('/').next().unwrap().to_owned()
}

#[test]
fn knowledge_goes_one_way() {
    let packages = packages();
    let mut checked = 0;
    for package in &packages {
        let name = package["name"].as_str().unwrap();
        // The chores start everything, so they may know everything.
        let Some((_, forbidden)) = FORBIDDEN.iter().find(|(from, _)| *from == group(package) && name != "xtask") else {
            continue;
        };
        for dependency in package["dependencies"].as_array().unwrap() {
            let Some(known) = packages.iter().find(|other| other["name"] == dependency["name"]) else { continue };
            let edge_of_a_test = dependency["kind"] == "dev";
            assert!(
                edge_of_a_test || !forbidden.contains(&group(known).as_str()),
                "`{name}` must not know `{}`",
                dependency["name"]
            );
            checked += 1;
        }
    }
    assert!(checked > 15, "only {checked} edges were looked at");
}

fn sources(below: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    collect(&workspace().join(below), &mut found);
    assert!(!found.is_empty(), "no source below {below}");
    found
}

fn collect(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push((path.clone(), fs_err::read_to_string(&path).unwrap()));
        }
    }
}

/// The lines before the unit tests of a file that are no comments.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let end = text.find("#[cfg(test)]").unwrap_or(text.len());
    text[..end]
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

#[test]
fn the_host_names_no_category_and_no_service() {
    const WORDS: &[&str] = &[
        "\"storage\"",
        "\"function\"",
        "\"auth\"",
        "\"api\"",
        "\"hosting\"",
        "\"S3\"",
        "\"DynamoDB\"",
        "\"Lambda\"",
        "\"Cognito\"",
        "\"AppSync\"",
        "\"API Gateway\"",
        "AWS::",
    ];
    for (path, text) in sources("host/src") {
        // The words after `mock` are the original's; they choose among the provider's services.
        if path.ends_with("tests.rs") || path.components().any(|part| part.as_os_str() == "mock") {
            continue;
        }
        for (number, line) in code(&text) {
            for word in WORDS {
                assert!(!line.contains(word), "{}:{number}: {word} is a plugin's business: {line}", path.display());
            }
        }
    }
}

#[test]
fn the_host_links_no_cloud() {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["tree", "--package", "amplify", "--edges", "normal", "--prefix", "none"])
        .current_dir(workspace())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8_lossy(&output.stdout);
    assert!(tree.lines().any(|line| line.starts_with("amplify-project ")), "{tree}");
    for line in tree.lines() {
        assert!(!line.starts_with("aws-") && !line.starts_with("tokio "), "the host links {line}");
    }
}

#[test]
fn libraries_are_silent() {
    const WORDS: &[&str] =
        &["println!", "eprintln!", "print!", "process::exit", "env::var", "env::vars", "current_dir()", "home_dir()"];
    for package in packages() {
        let name = package["name"].as_str().unwrap().to_owned();
        let below = folder(&package);
        let library = ["crates", "plugins", "sdk"].contains(&group(&package).as_str()) && name != "xtask";
        if !library {
            continue;
        }
        let source = format!("{}/src", below.trim_end_matches("/Cargo.toml"));
        for (path, text) in sources(&source) {
            for (number, line) in code(&text) {
                for word in WORDS {
                    assert!(!line.contains(word), "{}:{number}: a library does not `{word}`: {line}", path.display());
                }
            }
        }
    }
}

#[test]
fn unsafe_code_stays_in_two_rooms() {
    const ROOMS: &[&str] = &["sdk/", "crates/plugin-host/", "tests/misbehaving/"];
    for below in ["sdk", "crates", "plugins", "host", "tests"] {
        for (path, text) in sources(below) {
            let name = path.strip_prefix(workspace()).unwrap().to_string_lossy().replace('\\', "/");
            if ROOMS.iter().any(|room| name.starts_with(room))
                || name.ends_with("tests/architecture.rs")
                || name.contains("/fuzz/")
            {
                continue;
            }
            for (number, line) in code(&text) {
                let unsafe_block =
                    line.contains("unsafe {") || line.contains("unsafe fn") || line.contains("unsafe impl");
                assert!(!unsafe_block, "{name}:{number}: {line}");
            }
        }
    }
}

#[test]
fn every_invariant_is_guarded_by_a_test_that_exists() {
    let page = fs_err::read_to_string(workspace().join("docs/ARCHITECTURE.md")).unwrap();
    let rows: Vec<&str> = page
        .lines()
        .filter(|line| {
            line.strip_prefix("| ").is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
        })
        .collect();
    assert!(rows.len() >= 20, "{} invariants", rows.len());
    for row in rows {
        let guard = row.trim_end_matches([' ', '|']).rsplit('|').next().unwrap();
        let words: Vec<&str> = guard.split('`').skip(1).step_by(2).collect();
        let [file, test] = words[..] else { panic!("no guard in: {row}") };
        if file.starts_with("cargo xtask") {
            continue;
        }
        let text = fs_err::read_to_string(workspace().join(file)).unwrap_or_else(|error| panic!("{row}: {error}"));
        assert!(text.contains(&format!("fn {test}(")), "`{file}` has no test `{test}`");
    }
}
