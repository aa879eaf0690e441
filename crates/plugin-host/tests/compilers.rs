//! Plugins built with other compilers than the host's.
//!
//! The compilers are those named in `AMPLIFY_OTHER_RUSTC` (separated like `PATH`); without it, a system compiler at
//! `/usr/bin/rustc`. Where there is none of another version, the test says that it is skipped. `cargo xtask abi` runs it.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test fails by panicking and tells"
)]

mod support;

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use amplify_plugin_abi::{error::ErrorKind, message::Response};
use amplify_plugin_host::{InvokeError, Loader, Registry, SearchPath, write_manifest};
use support::{Scripted, mode};

/// The oldest compiler that the SDK supports.
const OLDEST: (u32, u32) = (1, 85);

#[test]
fn a_plugin_of_another_compiler_works() {
    let own = version(Path::new(&std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))).expect("a compiler");
    let named = std::env::var_os("AMPLIFY_OTHER_RUSTC");
    let candidates: Vec<PathBuf> = match &named {
        Some(list) => std::env::split_paths(list).collect(),
        None => vec!["/usr/bin/rustc".into()],
    };
    let mut tried = 0;
    for rustc in candidates {
        let found = version(&rustc);
        assert!(found.is_some() || named.is_none(), "`{}` is no compiler", rustc.display());
        match found {
            Some(found) if found != own && number(&found) >= Some(OLDEST) => {
                try_compiler(&rustc, &found);
                tried += 1;
            }
            Some(found) => println!("skipped: {found} is too old, or the host's own"),
            None => {}
        }
    }
    if tried == 0 {
        println!("skipped: there is no compiler besides {own}");
    }
}

fn try_compiler(rustc: &Path, version: &str) {
    let library = build(rustc, version);
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join(library.file_name().unwrap());
    fs_err::copy(&library, &copy).unwrap();
    write_manifest(&copy).unwrap_or_else(|error| panic!("{version}: {error} {:?}", error.causes()));
    let registry = Registry::load(&SearchPath::new([folder.path()]), None);
    let loader = Loader::new();
    let plugin = loader.open(&registry.plugins[0]).unwrap();

    let mut host = Scripted::default();
    let response = plugin.invoke(&mode("well"), &mut host).unwrap();
    assert!(matches!(response, Response::Changes(changes) if changes.resources.len() == 1));
    assert_eq!((host.asked, host.calls.len(), host.paths.len()), (1, 1, 2));
    let error = plugin.invoke(&mode("panic"), &mut Scripted::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Panicked);
    let error = plugin.invoke(&mode("garbage"), &mut Scripted::default()).unwrap_err();
    assert!(matches!(error, InvokeError::ReplyGarbled { .. }));

    // The first time was paid by `write_manifest`, so a copy is opened to measure.
    let again = tempfile::tempdir().unwrap();
    let second = again.path().join(library.file_name().unwrap());
    fs_err::copy(&library, &second).unwrap();
    fs_err::copy(folder.path().join("amplify-plugin.json"), again.path().join("amplify-plugin.json")).unwrap();
    let entry = Registry::load(&SearchPath::new([again.path()]), None).plugins.remove(0);
    let start = Instant::now();
    loader.open(&entry).unwrap();
    let opened = start.elapsed();
    let start = Instant::now();
    for _ in 0..100 {
        plugin.invoke(&mode("well"), &mut Scripted::default()).unwrap();
    }
    let call = start.elapsed() / 100;
    println!("{version}: opened in {}, a request took {}", millis(opened), millis(call));
}

fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}

/// Builds the fixture with another compiler, in a folder of its own.
fn build(rustc: &Path, version: &str) -> PathBuf {
    let own = support::fixtures().misbehaving.clone();
    let target = own.ancestors().nth(2).expect("the target folder lies above the library");
    let name: String = version.chars().map(|part| if part.is_ascii_alphanumeric() { part } else { '-' }).collect();
    let target = target.join("compilers").join(name.trim_matches('-'));
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--package", "misbehaving", "--lib", "--quiet", "--target-dir"]).arg(&target);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    let output = cargo
        .env("RUSTC", rustc)
        .env_remove("RUSTUP_TOOLCHAIN")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{version}: {}", String::from_utf8_lossy(&output.stderr));
    let profile = if cfg!(debug_assertions) { "debug" } else { "release" };
    target.join(profile).join(own.file_name().unwrap())
}

/// What a compiler calls itself, such as `rustc 1.85.0 (4d91de4e4 2025-02-17)`.
fn version(rustc: &Path) -> Option<String> {
    let output = Command::new(rustc).arg("--version").stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && text.starts_with("rustc ")).then(|| text.trim().to_owned())
}

fn number(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split_whitespace().nth(1)?.split(['.', '-']);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}
