//! `cargo xtask peer graphql`: compiles every schema of `tests/peer/graphql` with the original's transformers and with ours,
//! and compares templates, schemas, and what the mapping templates do.
//!
//! The original's parts are installed from npm into `target/peer`. What was found is written to
//! `tests/peer/graphql/result.json` with a digest of what we compiled, so that a test notices when that is out of date. Each
//! difference needs a reason in `reasons.json`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::shell;

/// Compares them all, prints a table, and writes the result.
pub fn run() -> Result<()> {
    let folder = shell::root().join("tests/peer/graphql");
    let modules = shell::step("the original's transformers", || install(&folder))?;
    let scratch = tempfile::Builder::new().prefix("amplify-peer-graphql-").tempdir()?;
    let reasons: Value = serde_json::from_str(&fs_err::read_to_string(folder.join("reasons.json"))?)?;
    let mut result = Map::new();
    let mut unexplained = Vec::new();
    for schema in schemas(&folder)? {
        let name = schema.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (theirs, ours) = (scratch.path().join(&name).join("theirs"), scratch.path().join(&name).join("ours"));
        let node = |script: &str| {
            let mut command = Command::new("node");
            command.arg(folder.join(script)).arg(&modules);
            command
        };
        shell::output(node("compile.js").arg(&schema).arg(&theirs)).context("the original does not compile it")?;
        let mut dump = shell::cargo();
        dump.args(["run", "--quiet", "--package", "amplify-graphql-transformer", "--example", "dump", "--"]);
        shell::output(dump.arg(&schema).arg(&ours))?;
        let found: Value = serde_json::from_str(&shell::output(node("compare.js").arg(&theirs).arg(&ours))?)?;
        let different = found["different"].as_object().cloned().unwrap_or_default();
        for (what, detail) in &different {
            if reason(&reasons, &name, what).is_none() {
                unexplained.push(format!("{name}: {what}\n{detail:#}"));
            }
        }
        let count = |key: &str| found[key].as_u64().unwrap_or_default();
        println!(
            "{name}: {} entries, {} types, {} templates and {} runs equal; {} differ",
            count("entries"),
            count("types"),
            count("files"),
            count("runs"),
            different.len()
        );
        let reasons: BTreeMap<&String, Option<&str>> =
            different.keys().map(|what| (what, reason(&reasons, &name, what))).collect();
        let mut entry = json!({ "compiled": digest(&ours)?, "different": reasons });
        for key in ["entries", "types", "files", "runs"] {
            entry[key] = count(key).into();
        }
        result.insert(name, entry);
    }
    if !unexplained.is_empty() {
        bail!("{} differences have no reason in reasons.json:\n{}", unexplained.len(), unexplained.join("\n"));
    }
    let text = format!("{:#}\n", Value::Object(result));
    Ok(fs_err::write(folder.join("result.json"), text)?)
}

fn install(folder: &Path) -> Result<PathBuf> {
    let modules = shell::target().join("peer/graphql");
    fs_err::create_dir_all(&modules)?;
    let (wanted, there) = (folder.join("package.json"), modules.join("package.json"));
    let wanted = fs_err::read(wanted)?;
    if fs_err::read(&there).ok().as_ref() != Some(&wanted) || !modules.join("node_modules").is_dir() {
        fs_err::write(&there, &wanted)?;
        let words = ["install", "--no-audit", "--no-fund", "--loglevel=error"];
        shell::run(Command::new("npm").args(words).current_dir(&modules)).context("node and npm are needed")?;
    }
    Ok(modules)
}

fn schemas(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut schemas: Vec<PathBuf> = Vec::new();
    for entry in fs_err::read_dir(folder.join("schemas"))? {
        schemas.push(entry?.path());
    }
    schemas.sort();
    Ok(schemas)
}

/// Why something differs: `reasons.json` has it by schema (or `*`), then by what differs, the end of which may be `*`.
fn reason<'r>(reasons: &'r Value, schema: &str, what: &str) -> Option<&'r str> {
    let fits = |pattern: &str| match pattern.strip_suffix('*') {
        Some(start) => what.starts_with(start),
        None => what == pattern,
    };
    let of = |key: &str| reasons.get(key).and_then(Value::as_object).into_iter().flatten();
    of(schema).chain(of("*")).find(|(pattern, _)| fits(pattern)).and_then(|(_, reason)| reason.as_str())
}

/// A digest of every file below a folder.
fn digest(folder: &Path) -> Result<String> {
    let mut files = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs_err::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() { open.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    let mut digest = Sha256::new();
    for file in files {
        digest.update(file.strip_prefix(folder)?.to_string_lossy().replace('\\', "/"));
        digest.update([0]);
        digest.update(fs_err::read(&file)?);
    }
    Ok(hex::encode(digest.finalize()))
}
