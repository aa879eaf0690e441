//! Compilers out of Debian's packages, unpacked below `target/` and not installed.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::shell;

/// Debian's public archive.
const ARCHIVE: &str = "http://deb.debian.org";

/// A package: where it lies in the archive, and its SHA-256.
type Package = (&'static str, &'static str);

/// A compiler and what it needs beside the C library and what a system with a C compiler has.
pub struct Compiler {
    /// Its version.
    pub version: &'static str,
    folder: &'static str,
    packages: &'static [&'static [Package]],
}

/// The oldest compiler that the SDK supports, and one that is newer than most machines have.
pub const COMPILERS: [Compiler; 2] = [
    Compiler { version: "1.85.0", folder: "debian-1.85.0", packages: &[OLDEST] },
    Compiler { version: "1.96.0", folder: "debian-1.96.0", packages: &[NEWER] },
];

/// The oldest one, which compiles for 64-bit ARM, too.
pub const FOR_TWO_TARGETS: Compiler =
    Compiler { version: "1.85.0", folder: "debian-1.85.0-two-targets", packages: &[OLDEST, ARM] };

const OLDEST: &[Package] = &[
    (
        "debian/pool/main/r/rustc-web/rustc-web_1.85.0+dfsg3-1~deb12u3_amd64.deb",
        "ef797a56697a0b6a82c1d704119ccaa85ab3486ccf805472de46c31971346702",
    ),
    (
        "debian/pool/main/r/rustc-web/libstd-rust-web-dev_1.85.0+dfsg3-1~deb12u3_amd64.deb",
        "5360a1aa03979ccc4cc91dd3d9bad1d5ff30f36d615ed01e2c5209c5e8ece21b",
    ),
    (
        "debian/pool/main/r/rustc-web/libstd-rust-web-1.85_1.85.0+dfsg3-1~deb12u3_amd64.deb",
        "c8b03bff73b2990b2a3e56b0cfb100eb4c70a9331f4232dc9783c9e50b1038be",
    ),
    (
        "debian/pool/main/l/llvm-toolchain-19/libllvm19_19.1.7-3~deb12u1_amd64.deb",
        "6edf3a8b28495cdba883d9760e0dca1a81983fc497a5f989dc64d0d96d23b4aa",
    ),
];

const NEWER: &[Package] = &[
    (
        "debian-security/pool/updates/main/r/rustc-web/rustc-web_1.96.0+dfsg1-1~deb12u2_amd64.deb",
        "8fefe1d6377fe4082f5a9d2a47e095e2d20319eaab9754bd2f0275155c9adf90",
    ),
    (
        "debian-security/pool/updates/main/r/rustc-web/libstd-rust-web-dev_1.96.0+dfsg1-1~deb12u2_amd64.deb",
        "e38dbeaaad673fc63fb47c5140cf34da271ac71c3ecafc828b762c2fb01fe77a",
    ),
    (
        "debian-security/pool/updates/main/r/rustc-web/libstd-rust-web-1.96_1.96.0+dfsg1-1~deb12u2_amd64.deb",
        "3755f30434ae29574c91b0beb86632bee401607b0ac35c3e52810f9a53fae0d1",
    ),
    (
        "debian-security/pool/updates/main/l/llvm-toolchain-22/libllvm22_22.1.8-1~deb12u1_amd64.deb",
        "729ec3e943d320515c2bbdc96acfffd7ce34861e62bd5c42726bf586d644dfe2",
    ),
];

/// The standard library of the other target.
const ARM: &[Package] = &[(
    "debian/pool/main/r/rustc-web/libstd-rust-web-dev_1.85.0+dfsg3-1~deb12u3_arm64.deb",
    "55e965bf1d9c31734b347387a5f3e0a4e66c748cc620e3af45460792fff30b0d",
)];

/// Whether this machine can run what is in the packages.
pub fn is_possible() -> bool {
    cfg!(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu"))
        && Command::new("dpkg-deb").arg("--version").output().is_ok_and(|output| output.status.success())
}

/// Fetches and unpacks a compiler where that was not done before. Returns a program that stands for it: it tells the compiler
/// where its own libraries are.
pub fn unpacked(compiler: &Compiler) -> Result<PathBuf> {
    let _turn = shell::turn("debian-compilers")?;
    let stamp: String =
        compiler.packages.iter().copied().flatten().map(|(path, sha256)| format!("{sha256} {path}\n")).collect();
    let folder = shell::target().join("compilers").join(compiler.folder);
    let (stamp_file, rustc) = (folder.join("unpacked"), folder.join("rustc"));
    if fs_err::read_to_string(&stamp_file).is_ok_and(|unpacked| unpacked == stamp) {
        return Ok(rustc);
    }
    if folder.exists() {
        fs_err::remove_dir_all(&folder)?;
    }
    let root = folder.join("root");
    fs_err::create_dir_all(&root)?;
    for package in compiler.packages.iter().copied().flatten() {
        let file = fetched(package, &folder)?;
        shell::run(Command::new("dpkg-deb").arg("-x").arg(&file).arg(&root))?;
        fs_err::remove_file(file)?;
    }
    wrap(&root, &rustc)?;
    fs_err::write(stamp_file, stamp)?;
    Ok(rustc)
}

fn fetched((path, sha256): &Package, folder: &Path) -> Result<PathBuf> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let file = folder.join(name);
    let mut curl = Command::new("curl");
    curl.args([
        "--fail",
        "--silent",
        "--show-error",
        "--location",
        "--retry",
        "3",
        "--connect-timeout",
        "30",
        "--output",
    ]);
    shell::run(curl.arg(&file).arg(format!("{ARCHIVE}/{path}")))?;
    let found = hex::encode(Sha256::digest(fs_err::read(&file)?));
    if found != *sha256 {
        bail!("`{name}` has the SHA-256 {found}, and {sha256} is pinned");
    }
    Ok(file)
}

#[cfg(unix)]
fn wrap(root: &Path, rustc: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;

    let root = root.to_str().context("the target folder's path is not text")?;
    if root.contains(['\'', ':']) {
        bail!("`{root}` cannot be named in a script");
    }
    let script =
        format!("#!/bin/sh\nLD_LIBRARY_PATH='{root}/usr/lib/x86_64-linux-gnu' exec '{root}/usr/bin/rustc' \"$@\"\n");
    fs_err::write(rustc, script)?;
    Ok(fs_err::set_permissions(rustc, std::fs::Permissions::from_mode(0o755))?)
}

#[cfg(not(unix))]
fn wrap(_: &Path, rustc: &Path) -> Result<()> {
    bail!("`{}` cannot be made here", rustc.display()).context("Debian's packages are for Linux")
}
