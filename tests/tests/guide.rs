//! The plugin guide does what it says: its commands and files are executed word by word, its code is part of tested files.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use amplify_plugin_package::Digest;
use amplify_tests::{Output, Outside, harness, workspace};

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
/// in the output of the commands before it. Returns the folder with all that came of it.
fn execute(page: &str) -> Outside {
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
        .envs(["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"].map(|name| (name, "Stranger")))
        .envs(["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"].map(|name| (name, "stranger@example.com")))
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
    outside
}

/// The one library of a plugin that is installed below a home folder.
fn installed(home: &Path, plugin: &str) -> Option<PathBuf> {
    let mut folder = home.join(".amplify/store").join(plugin);
    loop {
        let entries = fs_err::read_dir(&folder).ok()?;
        let paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        let library =
            paths.iter().find(|path| path.extension().is_some_and(|end| end == std::env::consts::DLL_EXTENSION));
        match (library, paths.first()) {
            (Some(library), _) => return Some(library.clone()),
            (None, Some(next)) if next.is_dir() => folder = next.clone(),
            _ => return None,
        }
    }
}

fn flip_a_byte(file: &Path) {
    let mut bytes = fs_err::read(file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs_err::write(file, bytes).unwrap();
}

/// A stranger has nothing but what a release holds (the program, the plugins, the SDK) and the guide. They write a plugin,
/// pack and publish it; a colleague clones the project, installs and pushes. All of that is the page. What follows it here is
/// that the bytes are the same on each machine, and that any others are refused.
#[test]
fn a_stranger_follows_the_tutorial_to_a_colleague_s_machine() {
    if Command::new("bash").arg("--version").output().is_err() {
        eprintln!("skipped: there is no bash");
        return;
    }
    let outside = execute("tutorial.md");
    let at = |name: &str| outside.root().join(name);
    let on = |machine: &str, words: &[&str]| -> Output {
        let home = at(machine);
        fs_err::create_dir_all(&home).unwrap();
        outside.sandbox.command(words.iter().copied()).current_dir(&at("clone")).env("HOME", home).run()
    };
    let lock = fs_err::read_to_string(at("clone/amplify/plugins.lock")).unwrap();
    assert_eq!(lock, fs_err::read_to_string(at("app/amplify/plugins.lock")).unwrap(), "no command changed it");
    let hash = |home: &Path| Digest::of(&fs_err::read(installed(home, "category-topic").unwrap()).unwrap()).sha256;
    let (author, colleague) = (hash(&outside.sandbox.home()), hash(&at("colleague")));
    assert_eq!(author, colleague);
    assert!(lock.contains(&author), "{author} is not in\n{lock}");
    let add =
        |name: &'static str| ["add", "topic", "--yes", "--answer", name, "--answer", "topic.email=me@example.com"];
    let _ = on("colleague", &[&add("topic.name=bells")[..], &["--locked"]].concat()).success();

    // A build machine has what is in git, and nothing else.
    let _ = on("builder", &["push", "--locked", "--yes"]).ended_with(1).says("amplify plugin install category-topic");
    let _ = on("builder", &["plugin", "install", "--locked", "--trust"]).success();
    assert_eq!(hash(&at("builder")), author);
    let _ = on("builder", &["push", "--locked", "--yes"]).success().prints("bells");
    let _ = on("builder", &["plan", "--locked", "--detailed-exitcode"]).ended_with(0);

    // One byte of the library is another: neither the command that opens it nor any other goes on.
    let before = fs_err::read(at("clone/amplify/backend/backend-config.json")).unwrap();
    flip_a_byte(&installed(&at("builder"), "category-topic").unwrap());
    let _ = on("builder", &add("topic.name=chimes")).ended_with(1).says("code: plugin-hash-mismatch");
    let _ = on("builder", &["push", "--locked", "--yes"]).ended_with(1).says("code: plugin-hash-mismatch");
    assert_eq!(fs_err::read(at("clone/amplify/backend/backend-config.json")).unwrap(), before);

    // One byte of what is published is another: nobody gets it any more.
    let archives = fs_err::read_dir(at("plugins/releases/category-topic/0.1.0")).unwrap();
    let archive =
        archives.map(|entry| entry.unwrap().path()).find(|path| path.extension().is_some_and(|end| end == "gz"));
    flip_a_byte(&archive.unwrap());
    let _ = on("late", &["plugin", "install", "--trust"]).ended_with(1).says("code: plugin-hash-mismatch");
    assert!(installed(&at("late"), "category-topic").is_none());
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

#[test]
fn every_fault_is_shown_by_tests_that_exist() {
    let page = fs_err::read_to_string(workspace().join("docs/plugin-guide/faults.md")).unwrap();
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| what")).collect();
    let rows = rows.into_iter().filter(|row| !row.starts_with("| ---") && !row.starts_with("| |"));
    let (mut shown, mut numbers) = (0, Vec::new());
    for row in rows {
        let cells: Vec<&str> = row.trim_matches(['|', ' ']).split(" | ").collect();
        let words: Vec<&str> = cells.last().unwrap().split('`').skip(1).step_by(2).collect();
        numbers.extend(cells[0].split(", ").filter(|number| number.len() <= 3));
        if words.is_empty() {
            assert!(row.contains("Does not apply"), "no test shows: {row}");
        }
        for pair in words.chunks(2) {
            let [file, test] = pair else { panic!("half a test in: {row}") };
            let text = fs_err::read_to_string(workspace().join(file)).unwrap_or_else(|error| panic!("{row}: {error}"));
            assert!(text.contains(&format!("fn {test}() {{")), "`{file}` has no test `{test}`");
            shown += 1;
        }
    }
    let wanted: Vec<String> =
        (1..=14).map(|number| format!("R{number}")).chain((35..=38).map(|number| format!("P{number}"))).collect();
    assert_eq!(numbers, wanted);
    assert!(shown > 40, "{shown} tests");
}

#[test]
fn the_guide_has_all_its_pages_and_names_them() {
    let folder = workspace().join("docs/plugin-guide");
    let front = fs_err::read_to_string(folder.join("README.md")).unwrap();
    let mut pages = 0;
    for entry in fs_err::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(name == "README.md" || front.contains(&format!("]({name})")), "the front page does not name `{name}`");
        pages += 1;
    }
    assert!(pages >= 7, "{pages} pages");
    let cookbook = fs_err::read_to_string(folder.join("cookbook.md")).unwrap();
    for recipe in
        ["Ask questions", "Change the project", "Call another plugin", "Hear events", "A provider of your own"]
    {
        assert!(cookbook.contains(&format!("\n## {recipe}\n")), "no recipe `{recipe}`");
    }
}
