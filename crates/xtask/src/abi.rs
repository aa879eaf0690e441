//! `cargo xtask abi-matrix`: plugins built with other compilers, in a host built with this one.

mod debian;
pub mod targets;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use amplify_plugin_author::{
    build::{self, Library},
    verify::{self, Setting},
};
use amplify_plugin_host::{Loader, Registry, SearchPath};
use anyhow::{Context, Result, anyhow, bail};

use crate::shell;

#[derive(clap::Args)]
pub struct Arguments {
    /// A compiler to try, such as /usr/bin/rustc; may be given again. Without one, the system's, all of rustup's, and two of
    /// Debian's are tried; those that are not installed are fetched
    #[arg(long)]
    rustc: Vec<PathBuf>,
    /// Print the table, and leave docs/plugin-guide/versions.md alone
    #[arg(long)]
    no_write: bool,
}

/// How many copies of a library are opened to time it.
const COPIES: usize = 20;

/// What a compiler's plugin did.
struct Row {
    compiler: String,
    requests: usize,
    opened: Duration,
}

/// Builds the example plugin with each compiler, and tries its whole contract in this process; then runs the tests of the
/// plugin that misbehaves, built with the same compilers.
pub fn run(arguments: &Arguments) -> Result<()> {
    let given = if arguments.rustc.is_empty() { found()? } else { arguments.rustc.clone() };
    let mut compilers = BTreeMap::new();
    for rustc in given {
        match version(&rustc) {
            Some(version) => {
                compilers.entry(version).or_insert(rustc);
            }
            None if arguments.rustc.contains(&rustc) => bail!("`{}` is no compiler", rustc.display()),
            None => {}
        }
    }
    let mut rows = Vec::new();
    for (version, rustc) in &compilers {
        rows.push(shell::step(version, || example(rustc, version))?);
    }
    let mut cargo = shell::cargo();
    cargo.args([
        "test",
        "--quiet",
        "--package",
        "amplify-plugin-host",
        "--test",
        "compilers",
        "--test",
        "load",
        "--",
        "--nocapture",
    ]);
    cargo.env(
        "AMPLIFY_OTHER_RUSTC",
        std::env::join_paths(compilers.values()).context("a compiler's path cannot be in a list")?,
    );
    shell::run(&mut cargo)?;
    let table = table(&rows)?;
    println!("{table}");
    // Compilers that somebody chose are no whole table.
    if !arguments.no_write && arguments.rustc.is_empty() {
        shell::write_between("docs/plugin-guide/versions.md", "xtask abi-matrix", &table)?;
    }
    Ok(())
}

fn table(rows: &[Row]) -> Result<String> {
    let own =
        version(Path::new(&std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))).context("no compiler")?;
    let mut text = format!(
        "A host built with {own}; every plugin kept the whole contract. The shortest time of opening {COPIES} copies of the \
         library is given.\n\n| the plugin's compiler | requests | opened in |\n| --- | ---: | ---: |\n"
    );
    for Row { compiler, requests, opened } in rows {
        text.push_str(&format!("| {compiler} | {requests} | {:.2} ms |\n", opened.as_secs_f64() * 1e3));
    }
    Ok(text)
}

/// The system's compiler, those of rustup, and those of Debian that are not among them.
fn found() -> Result<Vec<PathBuf>> {
    let mut all = installed();
    let known: Vec<String> = all.iter().filter_map(|rustc| version(rustc)).collect();
    for compiler in &debian::COMPILERS {
        if known.iter().any(|known| known.starts_with(&format!("rustc {} ", compiler.version))) {
            continue;
        }
        if debian::is_possible() {
            let rustc = shell::step(&format!("rustc {}", compiler.version), || debian::unpacked(compiler))?;
            if version(&rustc).is_none() {
                bail!("`{}` does not start: does the machine lack what a C compiler needs?", rustc.display());
            }
            all.push(rustc);
        } else {
            eprintln!("rustc {} is left out: Debian's packages cannot be used here", compiler.version);
        }
    }
    Ok(all)
}

fn installed() -> Vec<PathBuf> {
    let mut all = vec![PathBuf::from("/usr/bin/rustc")];
    let Ok(list) = Command::new("rustup").args(["toolchain", "list"]).output() else { return all };
    for line in String::from_utf8_lossy(&list.stdout).lines() {
        let name = line.split_whitespace().next().unwrap_or_default();
        let which = Command::new("rustup").args(["which", "rustc", "--toolchain", name]).output();
        all.extend(which.ok().map(|which| PathBuf::from(String::from_utf8_lossy(&which.stdout).trim())));
    }
    all
}

/// Such as `rustc 1.85.0 (4d91de4e4 2025-02-17)`.
fn version(rustc: &Path) -> Option<String> {
    let output = Command::new(rustc).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && text.starts_with("rustc ")).then(|| text.trim().to_owned())
}

/// Builds the example plugin and tries it.
fn example(rustc: &Path, version: &str) -> Result<Row> {
    let name: String = version.chars().map(|part| if part.is_ascii_alphanumeric() { part } else { '-' }).collect();
    let target = shell::target().join("compilers").join(name.trim_matches('-'));
    let crate_folder = shell::root().join("examples/queue-plugin");
    let mut cargo = shell::cargo();
    cargo.args(["build", "--lib", "--release", "--locked", "--quiet", "--target-dir"]).arg(&target);
    cargo.current_dir(crate_folder).env("RUSTC", rustc).env_remove("RUSTUP_TOOLCHAIN");
    shell::run(&mut cargo)?;
    let file = format!("{}category_queue{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let library = Library { package: "category-queue".into(), path: target.join("release").join(file) };
    let place = tempfile::tempdir()?;
    build::lay_out(&library, place.path()).map_err(|error| anyhow!("{error}: {}", error.causes().join("; ")))?;
    let mut registry = Registry::load(&SearchPath::new([place.path()]), None);
    let entry = registry.plugins.pop().context("the plugin is laid out")?;
    let report = verify::verify(&entry, &Setting::default(), &mut |_| {})
        .map_err(|error| anyhow!("{error}: {}", error.causes().join("; ")))?;
    if !report.passed() {
        bail!("{:?}", report.findings);
    }
    Ok(Row { compiler: version.to_owned(), requests: report.requests, opened: opened(&library)? })
}

/// The shortest time that opening the library took, of copies: one that is open already is not opened again.
fn opened(library: &Library) -> Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..COPIES {
        let place = tempfile::tempdir()?;
        build::lay_out(library, place.path()).map_err(|error| anyhow!("{error}: {}", error.causes().join("; ")))?;
        let entry = Registry::load(&SearchPath::new([place.path()]), None).plugins.pop().context("it is laid out")?;
        let start = Instant::now();
        Loader::new().open(&entry).map_err(|error| anyhow!("{error}"))?;
        times.push(start.elapsed());
    }
    times.into_iter().min().context("there are copies")
}
