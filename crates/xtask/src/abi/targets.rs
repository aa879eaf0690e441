//! `cargo xtask targets`: the example plugin, built and packed for this machine and for 64-bit ARM by one command, published, and
//! installed by a project whose lock then names both builds.
//!
//! Needs Debian's `gcc-aarch64-linux-gnu` to link. With its `qemu-user-static`, the tests of the plugin run on the other target,
//! too, and its library is opened there.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::debian;
use crate::{
    ours::{self, Ours},
    shell, test,
};

const HERE: &str = "x86_64-unknown-linux-gnu";
const OTHER: &str = "aarch64-unknown-linux-gnu";
const LINKER: &str = "aarch64-linux-gnu-gcc";
const EMULATOR: &str = "qemu-aarch64-static";
/// The C library of the other target, as Debian's packages for cross compilers have it.
const SYSTEM: &str = "/usr/aarch64-linux-gnu";

/// Opens the library that it is given, as the host does: every symbol must be found at once.
const OPENER: &str = r"#include <dlfcn.h>
#include <stdio.h>
int main(int count, char **words) {
  if (count == 2 && dlopen(words[1], RTLD_NOW)) return 0;
  puts(dlerror());
  return 1;
}
";

/// Runs the chore.
pub fn run() -> Result<()> {
    if !debian::is_possible() || !starts(LINKER) {
        bail!("this needs an x86_64 machine with Debian's packages and `gcc-aarch64-linux-gnu`");
    }
    let rustc = shell::step("rustc for two targets", || debian::unpacked(&debian::FOR_TWO_TARGETS))?;
    let prefix = shell::step("build", test::prepare)?;
    let scratch = tempfile::Builder::new().prefix("amplify-targets-").tempdir()?;
    let ours = Ours::at(&prefix, &scratch.path().join("home"));
    fs_err::create_dir_all(&ours.home)?;
    let dist = scratch.path().join("dist");
    shell::step("package", || package(&ours, &rustc, &dist))?;
    shell::step("install", || install(&ours, &dist, scratch.path()))?;
    if starts(EMULATOR) {
        shell::step("on the other target", || run_there(&rustc, scratch.path()))
    } else {
        eprintln!("left out: what was built for {OTHER} is not run, because there is no `{EMULATOR}`");
        Ok(())
    }
}

fn starts(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

fn example() -> PathBuf {
    shell::root().join("examples/queue-plugin")
}

/// Has cargo compile with this compiler, into a folder of its own.
fn with(command: &mut Command, rustc: &Path) {
    command.env("RUSTC", rustc).env_remove("RUSTUP_TOOLCHAIN");
    command.env("CARGO_TARGET_DIR", shell::target().join("compilers/targets"));
    command.env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", LINKER);
}

fn package(ours: &Ours, rustc: &Path, dist: &Path) -> Result<()> {
    let mut command = Command::new(&ours.program);
    command.args(["plugin", "package", "--target", HERE, "--target", OTHER, "--out"]).arg(dist);
    with(command.current_dir(example()), rustc);
    shell::run(&mut command)
}

/// Publishes the release and lets a project have it.
fn install(ours: &Ours, dist: &Path, scratch: &Path) -> Result<()> {
    let (index, project) = (scratch.join("index"), scratch.join("project"));
    let index = index.to_str().context("the scratch folder's path is not text")?;
    let description = dist.join("category-queue-1.0.0.json");
    let description = description.to_str().context("the scratch folder's path is not text")?;
    ours.run(&["plugin", "publish", description, "--index", index], scratch)?;
    ours::app(&project)?;
    ours.run(&["init", "--yes"], &project)?;
    ours.run(&["plugin", "add", "category-queue", "--from", index, "--trust"], &project)?;
    let lock = fs_err::read_to_string(project.join("amplify/plugins.lock"))?;
    let release: serde_json::Value = serde_json::from_slice(&fs_err::read(description)?)?;
    for target in [HERE, OTHER] {
        let hash = release["targets"][target]["librarySha256"].as_str().context("a build has a hash")?;
        let line = lock.lines().find(|line| line.contains(target)).unwrap_or_default();
        if !line.contains(hash) {
            bail!("the lock does not name the build of {target} with {hash}:\n{lock}");
        }
    }
    // It is the build of this machine that was installed, and it works.
    ours.run(&["queue", "--help"], &project)?;
    let list: serde_json::Value = serde_json::from_str(&ours.run(&["plugin", "list", "--json"], &project)?)?;
    let mut rows = list["plugins"].as_array().into_iter().flatten();
    if !rows.any(|row| row["name"] == "category-queue" && row["state"] == "ok") {
        bail!("the plugin is not sound: {list:#}");
    }
    Ok(())
}

/// Runs the plugin's own tests as the other target has them, and opens its library there.
fn run_there(rustc: &Path, scratch: &Path) -> Result<()> {
    let mut cargo = shell::cargo();
    // Not the examples in its documentation: the compiler has a package of its own for them.
    cargo.args(["test", "--lib", "--tests", "--release", "--locked", "--quiet", "--target", OTHER]);
    with(cargo.current_dir(example()), rustc);
    cargo.env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER", format!("{EMULATOR} -L {SYSTEM}"));
    shell::run(&mut cargo)?;
    let (source, opener) = (scratch.join("open.c"), scratch.join("open"));
    fs_err::write(&source, OPENER)?;
    shell::run(Command::new(LINKER).arg(&source).arg("-o").arg(&opener))?;
    let library = shell::target().join("compilers/targets").join(OTHER).join("release/libcategory_queue.so");
    shell::run(Command::new(EMULATOR).args(["-L", SYSTEM]).arg(&opener).arg(library))
}
