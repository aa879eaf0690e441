//! Starting other programs, and finding the workspace.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, bail};

/// The workspace's root folder.
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).unwrap_or(manifest).to_path_buf()
}

/// The folder that builds go to.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// Waits until no other run is at the same work; it is over when the file is dropped.
pub fn turn(work: &str) -> std::io::Result<fs_err::File> {
    fs_err::create_dir_all(target())?;
    let file = fs_err::File::create(target().join(format!("{work}.lock")))?;
    fs4::fs_std::FileExt::lock_exclusive(file.file())?;
    Ok(file)
}

/// The cargo that runs this chore.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// Runs a command with its output shown; fails if it fails.
pub fn run(command: &mut Command) -> Result<()> {
    let line = shown(command);
    eprintln!("$ {line}");
    let status = command.status().with_context(|| format!("cannot start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` ended with {status}");
    }
    Ok(())
}

/// Runs a command and returns what it printed; fails if it fails.
pub fn output(command: &mut Command) -> Result<String> {
    let line = shown(command);
    let output = command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot start `{line}`"))?;
    if !output.status.success() {
        bail!("`{line}` ended with {}", output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a named step and says how long it took.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    let result = work();
    let outcome = if result.is_ok() { "done" } else { "FAILED" };
    eprintln!("== {name}: {outcome} in {:.1} s", start.elapsed().as_secs_f64());
    result
}

/// Puts a table between the marks of a chore in a page, which is named from the workspace's root.
pub fn write_between(page: &str, chore: &str, table: &str) -> Result<()> {
    let path = root().join(page);
    let text = fs_err::read_to_string(&path)?;
    let (begin, end) = (format!("<!-- begin: cargo {chore} -->\n"), format!("<!-- end: cargo {chore} -->"));
    let (Some(from), Some(to)) = (text.find(&begin), text.find(&end)) else {
        bail!("{page} has lost the marks around the table of `{chore}`");
    };
    Ok(fs_err::write(&path, format!("{}{begin}\n{table}\n{}", &text[..from], &text[to..]))?)
}

fn shown(command: &Command) -> String {
    let words: Vec<_> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .map(|word| if word.contains(' ') { format!("'{word}'") } else { word.into_owned() })
        .collect();
    words.join(" ")
}
