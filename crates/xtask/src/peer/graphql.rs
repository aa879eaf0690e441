//! `cargo xtask peer graphql`: compiles every schema of `tests/peer/graphql` and of the corpus with the original's
//! transformers and with ours, and compares templates, schemas, and what the mapping templates do.
//!
//! A schema may say in its first line which modes of authorization the API has: `# modes: API_KEY,AWS_IAM`.
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
    let dump = shell::step("our transformer", dump)?;
    for Subject { name, schema, modes, corpus } in subjects(&folder)? {
        let (theirs, ours) = (scratch.path().join(&name).join("theirs"), scratch.path().join(&name).join("ours"));
        let node = |script: &str| {
            let mut command = Command::new("node");
            command.arg(folder.join(script)).arg(&modules);
            command
        };
        let by_them = shell::output(node("compile.js").arg(&schema).arg(&theirs).arg(&modes));
        let by_us = shell::output(Command::new(&dump).arg(&schema).arg(&ours).arg(&modes));
        if by_them.is_err() && by_us.is_err() {
            println!("{name}: refused by both");
            result.insert(name, json!({ "corpus": corpus, "modes": modes, "refused": true, "different": {} }));
            continue;
        }
        by_them.with_context(|| format!("{name}: the original does not compile it"))?;
        by_us.with_context(|| format!("{name}: ours does not compile it"))?;
        let default = modes.split(',').next().unwrap_or_default();
        let compare = shell::output(node("compare.js").arg(&theirs).arg(&ours).arg(default))?;
        let found: Value = serde_json::from_str(&compare)?;
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
        let mut entry = json!({ "compiled": digest(&ours)?, "corpus": corpus, "modes": modes, "different": reasons });
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

/// Builds what compiles with ours, once: to build it for each schema would wait for other builds each time.
fn dump() -> Result<PathBuf> {
    let words = ["build", "--quiet", "--package", "amplify-graphql-transformer", "--example", "dump"];
    shell::run(shell::cargo().args(words))?;
    Ok(shell::target().join("debug/examples").join(format!("dump{}", std::env::consts::EXE_SUFFIX)))
}

/// A schema to compile.
struct Subject {
    name: String,
    schema: PathBuf,
    /// Modes of authorization, the default first.
    modes: String,
    /// Where in the corpus it lies.
    corpus: Option<&'static str>,
}

const POOLS_FIRST: &str = "AMAZON_COGNITO_USER_POOLS,API_KEY,AWS_IAM";

/// APIs of the corpus, with the modes that they have.
const CORPUS: [(&str, &str, &str); 5] = [
    (
        "appsync-in-depth",
        "appsync-in-depth/amplify/backend/api/festivalapi/schema.graphql",
        "AMAZON_COGNITO_USER_POOLS,AWS_IAM",
    ),
    ("bleam", "bleam/amplify/backend/api/bleam/schema.graphql", POOLS_FIRST),
    (
        "cli-4.21-all-categories",
        "cli-4.21-all-categories/amplify/backend/api/mygql/schema.graphql",
        "AMAZON_COGNITO_USER_POOLS",
    ),
    ("conference-app", "conference-app/amplify/backend/api/rnconfinabox/schema.graphql", "API_KEY"),
    ("unmelpo", "unmelpo/amplify/backend/api/noteapp/schema.graphql", "API_KEY"),
];

fn subjects(folder: &Path) -> Result<Vec<Subject>> {
    let mut subjects = Vec::new();
    for entry in fs_err::read_dir(folder.join("schemas"))? {
        let schema = entry?.path();
        let text = fs_err::read_to_string(&schema)?;
        let modes = text.lines().next().and_then(|line| line.strip_prefix("# modes: ")).unwrap_or(POOLS_FIRST);
        let name = schema.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        subjects.push(Subject { name, modes: modes.to_owned(), schema, corpus: None });
    }
    subjects.sort_by(|a, b| a.name.cmp(&b.name));
    let corpus =
        std::env::var_os("AMPLIFY_CORPUS").map_or_else(|| shell::root().join("../shared/corpus"), PathBuf::from);
    for (name, path, modes) in CORPUS {
        let schema = corpus.join(path);
        if !schema.is_file() {
            bail!("the corpus has no {}: set AMPLIFY_CORPUS", schema.display());
        }
        let name = format!("corpus: {name}");
        subjects.push(Subject { name, schema, modes: modes.to_owned(), corpus: Some(path) });
    }
    Ok(subjects)
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
