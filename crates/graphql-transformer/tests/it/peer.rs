//! The comparison with the original's compiler is kept as a file; here it is held against what is compiled today.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use amplify_graphql_transformer::{AuthConfig, AuthMode, Input, Source, compile};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A digest of `build/`, as `cargo xtask peer graphql` makes it.
fn digest(schema: &Path, modes: &str) -> String {
    let mode = |name: &str| {
        let open_id = json!({ "issuerUrl": "https://id.example.com", "clientId": "app" });
        AuthMode::from_value(&json!({ "authenticationType": name, "openIDConnectConfig": open_id })).unwrap()
    };
    let mut modes = modes.split(',').map(mode);
    let input = Input {
        sources: vec![Source { name: schema.display().to_string(), text: fs_err::read_to_string(schema).unwrap() }],
        auth: AuthConfig { default: modes.next().unwrap(), additional: modes.collect() },
        now: 1_600_000_000,
        ..Input::default()
    };
    let output = compile(&input).output.unwrap();
    let texts = output.files(false).into_iter().map(|(path, text)| (path, text.into_bytes()));
    let mut files: Vec<_> = texts.chain(output.archives().map(|(path, bytes)| (path, bytes.to_vec()))).collect();
    files.sort_by(|(a, _), (b, _)| Path::new(a).cmp(Path::new(b)));
    let mut digest = Sha256::new();
    for (path, bytes) in files {
        digest.update(path);
        digest.update([0]);
        digest.update(bytes);
    }
    hex::encode(digest.finalize())
}

#[test]
fn the_comparison_with_the_original_is_of_what_is_compiled_today() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let result = fs_err::read_to_string(repository.join("tests/peer/graphql/result.json")).unwrap();
    let result: Value = serde_json::from_str(&result).unwrap();
    let corpus = std::env::var_os("AMPLIFY_CORPUS").map_or_else(|| repository.join("../shared/corpus"), PathBuf::from);
    let mut own = 0;
    for (name, found) in result.as_object().unwrap() {
        for (what, reason) in found["different"].as_object().unwrap() {
            assert!(reason.is_string(), "{name}: {what} differs for no reason");
        }
        let schema = match found["corpus"].as_str() {
            Some(path) => corpus.join(path),
            None => repository.join(format!("tests/peer/graphql/schemas/{name}.graphql")),
        };
        if found["corpus"].is_string() && !schema.is_file() {
            println!("skipped: no {} in the corpus", schema.display());
            continue;
        }
        own += usize::from(!found["corpus"].is_string());
        if found["refused"] == true {
            continue;
        }
        assert_eq!(
            found["compiled"],
            digest(&schema, found["modes"].as_str().unwrap()),
            "{name}: run `cargo xtask peer graphql`"
        );
        assert!(found["runs"].as_u64().unwrap() > 0, "{name}");
    }
    let schemas = fs_err::read_dir(repository.join("tests/peer/graphql/schemas")).unwrap().count();
    assert_eq!(own, schemas, "a schema was not compared: run `cargo xtask peer graphql`");
}

/// One row a schema, and their sum.
fn table(result: &Value) -> String {
    let mut table = String::new();
    let mut all = [0_u64; 6];
    for (name, found) in result.as_object().unwrap() {
        let different = found["different"].as_object().unwrap().len() as u64;
        let count = |key: &str| found[key].as_u64().unwrap_or_default();
        let row = [1, count("entries"), count("types"), count("files"), count("runs"), different];
        all.iter_mut().zip(row).for_each(|(sum, count)| *sum += count);
        let note = if found["refused"] == true { " (refused by both)" } else { "" };
        let [_, entries, types, files, runs, different] = row;
        writeln!(table, "| {name}{note} | {entries} | {types} | {files} | {runs} | {different} |").unwrap();
    }
    let [schemas, entries, types, files, runs, different] = all;
    writeln!(table, "| **{schemas} schemas** | {entries} | {types} | {files} | {runs} | {different} |").unwrap();
    table
}

#[test]
fn the_table_in_the_documentation_says_what_was_found() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |path: &str| fs_err::read_to_string(repository.join(path)).unwrap();
    let result: Value = serde_json::from_str(&read("tests/peer/graphql/result.json")).unwrap();
    let (page, table) = (read("docs/graphql.md"), table(&result));
    assert!(page.contains(&table), "put this table into docs/graphql.md:\n{table}");
    let reasons: BTreeSet<&str> = result
        .as_object()
        .unwrap()
        .values()
        .flat_map(|found| found["different"].as_object().unwrap().values())
        .map(|reason| reason.as_str().unwrap())
        .collect();
    for reason in reasons {
        assert!(page.contains(reason), "docs/graphql.md does not give the reason: {reason}");
    }
}

/// What the original does and apps may rely on, or suffer from: each row is kept or mended, and a test shows it.
#[test]
fn what_is_kept_and_what_is_mended_has_its_test() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = fs_err::read_to_string(repository.join("docs/graphql.md")).unwrap();
    let (_, section) = page.split_once("## Kept and mended").unwrap();
    let section = section.split("\n## ").next().unwrap();
    let mut rows = 0;
    for row in section.lines().filter(|line| line.starts_with("| ")).skip(2) {
        let cells: Vec<&str> = row.split(" | ").map(str::trim).collect();
        let shown = cells.last().unwrap().trim_end_matches(" |");
        rows += 1;
        if shown.starts_with("of `amplify mock`:") {
            continue;
        }
        let words: Vec<&str> = shown.split('`').skip(1).step_by(2).collect();
        assert!(words.len() >= 2, "no test shows: {row}");
        let file = fs_err::read_to_string(repository.join(words[0])).unwrap();
        for test in &words[1..] {
            assert!(file.contains(&format!("fn {test}(")), "{} has no test `{test}`", words[0]);
        }
    }
    assert_eq!(rows, 20, "rows of the table");
}
