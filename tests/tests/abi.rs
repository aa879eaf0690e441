//! The boundary is what was recorded of it, and the reference says what it is.

use amplify_tests::{
    abi::{Verdict, compare, record, reference, shapes},
    workspace,
};

const RECORD: &str = "sdk/abi/tests/layout.txt";
const PAGE: &str = "docs/plugin-guide/messages.md";

fn writing() -> bool {
    std::env::var_os("AMPLIFY_WRITE_REFERENCE").is_some()
}

#[test]
fn a_change_of_the_boundary_is_append_only_and_recorded() {
    let path = workspace().join(RECORD);
    let recorded = fs_err::read_to_string(&path).unwrap_or_default();
    let now = record();
    match compare(&recorded, &now) {
        Verdict::Same => {}
        // Something new is recorded as it is added, so that it cannot change later.
        Verdict::AppendOnly(_) if writing() => fs_err::write(path, now).unwrap(),
        Verdict::AppendOnly(lines) => panic!(
            "the boundary has grown, append-only: older plugins and hosts do without it. Record it with \
             AMPLIFY_WRITE_REFERENCE=1, and raise the minor version of amplify-plugin-abi.\n{}",
            lines.join("\n")
        ),
        Verdict::Breaking(lines) => panic!(
            "the boundary has changed, NOT append-only: plugins that were built before would break. Take the change back, or \
             raise PROTOCOL, keep the older one readable, and edit {RECORD} by hand.\n{}",
            lines.join("\n")
        ),
    }
}

#[test]
fn what_breaks_is_told_from_what_does_not() {
    let old = "table T 0 a: u32\ntable T 1 b: u32\ndocument D x: text\nchoice C one: -\n";
    let with = |line: &str| compare(old, &format!("{old}{line}\n"));
    assert_eq!(compare(old, old), Verdict::Same);
    assert!(matches!(with("table T 2 c: u32"), Verdict::AppendOnly(_)));
    assert!(matches!(with("document D y: text (may be missing)"), Verdict::AppendOnly(_)));
    assert!(matches!(with("document New x: text"), Verdict::AppendOnly(_)));
    assert!(matches!(with("choice C two: text"), Verdict::AppendOnly(_)));
    assert!(matches!(with("document D y: text"), Verdict::Breaking(_)), "older sides do not write it");
    let inserted = "table T 0 a: u32\ntable T 1 new: u32\ntable T 2 b: u32\ndocument D x: text\nchoice C one: -\n";
    assert!(matches!(compare(old, inserted), Verdict::Breaking(_)), "a table grows at its end only");
    for gone in old.lines() {
        let less: String = old.lines().filter(|line| *line != gone).map(|line| format!("{line}\n")).collect();
        assert!(matches!(compare(old, &less), Verdict::Breaking(_)), "{gone}");
    }
    assert!(matches!(compare(old, &old.replace("x: text", "x: number")), Verdict::Breaking(_)));
}

#[test]
fn the_message_reference_is_that_of_the_sources() {
    let path = workspace().join(PAGE);
    let page = reference();
    if writing() {
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(&path, &page).unwrap();
    }
    let written = fs_err::read_to_string(&path).unwrap_or_default();
    assert!(written == page, "{PAGE} is stale; AMPLIFY_WRITE_REFERENCE=1 writes it anew");
    let shapes = shapes();
    assert!(shapes.len() > 60, "{} types", shapes.len());
    for shape in &shapes {
        assert!(page.contains(&format!("\n### {}\n", shape.name)), "{}", shape.name);
        assert!(!shape.doc.is_empty(), "`{}` has no documentation", shape.name);
    }
}

/// So that what lies below the boundary could be another library one day.
#[test]
fn only_the_boundary_and_the_loader_know_how_it_is_made() {
    let users = ["sdk/abi", "sdk", "crates/plugin-host"];
    let mut found = Vec::new();
    for folder in ["crates", "plugins", "host", "sdk", "tests", "examples"] {
        collect(&workspace().join(folder), &mut found);
    }
    assert!(found.len() > 20, "{found:?}");
    for manifest in found {
        let text = fs_err::read_to_string(&manifest).unwrap();
        let crate_folder = manifest.parent().unwrap().strip_prefix(workspace()).unwrap().to_str().unwrap();
        let named = text.lines().any(|line| line.starts_with("abi_stable"));
        // The fixtures that break the boundary on purpose are made of it, too.
        let allowed = users.contains(&crate_folder) || crate_folder == "tests/misbehaving";
        assert!(!named || allowed, "{crate_folder} depends on abi_stable");
    }
    for manifest in ["Cargo.toml", "sdk/Cargo.toml", "sdk/abi/Cargo.toml"] {
        let text = fs_err::read_to_string(workspace().join(manifest)).unwrap();
        let line = text.lines().find(|line| line.starts_with("abi_stable")).unwrap();
        assert!(line.contains("\"=0."), "each of its minor versions is an ABI of its own: {line}");
    }
}

fn collect(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("target") {
            collect(&path, found);
        } else if path.ends_with("Cargo.toml") {
            found.push(path);
        }
    }
}
