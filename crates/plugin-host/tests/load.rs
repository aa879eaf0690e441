//! Each way in which opening a plugin can fail, with the error it ends in.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use amplify_plugin_abi::{OLDEST_PROTOCOL, PROTOCOL, TARGET, manifest::FILE_NAME};
use amplify_plugin_host::{LoadError, Loader, write_manifest};
use support::{Plugins, assert_helpful, fixtures, library_of, with_mode};

/// Opens the only plugin and expects it to fail.
fn refused(plugins: &Plugins) -> LoadError {
    Loader::new().open(&plugins.only()).expect_err("the plugin is faulty")
}

/// Expects the only plugin to be broken according to its manifest alone.
fn broken(plugins: &Plugins) -> LoadError {
    let mut registry = plugins.registry();
    assert_eq!((registry.plugins.len(), registry.broken.len()), (0, 1), "{registry:?}");
    registry.broken.remove(0).error
}

#[test]
fn a_sound_plugin_opens_once() {
    let plugins = Plugins::new();
    plugins.sound("misbehaving");
    let loader = Loader::new();
    let entry = plugins.only();
    let first = loader.open(&entry).unwrap();
    let second = loader.open(&entry).unwrap();
    assert!(std::sync::Arc::ptr_eq(&first, &second));
    assert_eq!((loader.opened(), first.name()), (1, "misbehaving"));
    assert_eq!(first.manifest().target, TARGET);
}

/// Code of a library that is gone from memory may still be called: by a thread's destructors, by a pointer somewhere.
#[test]
#[cfg(target_os = "linux")]
fn a_library_stays_open_when_everybody_has_let_go_of_it() {
    let plugins = Plugins::new();
    let folder = plugins.sound("misbehaving");
    let library = fs_err::canonicalize(library_of(&folder)).unwrap();
    let mapped = || fs_err::read_to_string("/proc/self/maps").unwrap().contains(&library.display().to_string());
    assert!(!mapped());
    let loader = Loader::new();
    let plugin = loader.open(&plugins.only()).unwrap();
    assert!(mapped());
    drop((plugin, loader));
    assert!(mapped());
}

#[test]
fn each_library_is_asked_for_its_own_module() {
    let plugins = Plugins::new();
    let loader = Loader::new();
    // The second copy has another description; a loader that remembers the first module would not notice.
    plugins.sound("a");
    let first = plugins.registry().plugins[0].clone();
    loader.open(&first).unwrap();
    let other = Plugins::new();
    other.install("b", &with_mode("describe-newer"), |manifest| manifest.summary = "Misbehaves in new ways".into());
    let second = loader.open(&other.only()).unwrap();
    assert_eq!(second.manifest().summary, "Misbehaves in new ways");
}

#[test]
fn a_tampered_library_is_not_opened() {
    let plugins = Plugins::new();
    let folder = plugins.sound("misbehaving");
    let mut bytes = fs_err::read(library_of(&folder)).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs_err::write(library_of(&folder), bytes).unwrap();
    let error = refused(&plugins);
    assert_helpful(&error, "plugin-hash-mismatch");
    let LoadError::HashMismatch { recorded, found, .. } = error else { panic!("{error}") };
    assert_ne!(recorded, found);
}

#[test]
fn a_missing_library() {
    let plugins = Plugins::new();
    let folder = plugins.sound("misbehaving");
    let entry = plugins.only();
    fs_err::remove_file(library_of(&folder)).unwrap();
    assert_helpful(&broken(&plugins), "plugin-library-missing");
    // It may also go after the registry was read.
    let error = Loader::new().open(&entry).unwrap_err();
    assert_helpful(&error, "plugin-library-missing");
}

#[test]
fn a_library_that_is_no_library() {
    let plugins = Plugins::new();
    plugins.install("misbehaving", b"#!/bin/sh\necho hello\n", |_| {});
    assert_helpful(&refused(&plugins), "plugin-not-loadable");
}

/// Opening a truncated library would end the process, so the hash must be compared before.
#[test]
fn half_a_library_is_not_opened() {
    let plugins = Plugins::new();
    let folder = plugins.sound("misbehaving");
    let bytes = fs_err::read(library_of(&folder)).unwrap();
    fs_err::write(library_of(&folder), &bytes[..4096]).unwrap();
    assert_helpful(&refused(&plugins), "plugin-hash-mismatch");
}

#[test]
fn a_library_that_is_no_plugin() {
    let plugins = Plugins::new();
    plugins.install("misbehaving", &fs_err::read(&fixtures().no_plugin).unwrap(), |_| {});
    assert_helpful(&refused(&plugins), "not-a-plugin");
}

#[test]
fn another_layout() {
    let plugins = Plugins::new();
    plugins.install("misbehaving", &fs_err::read(&fixtures().other_layout).unwrap(), |_| {});
    let error = refused(&plugins);
    assert_helpful(&error, "plugin-layout-mismatch");
    assert!(error.causes()[2].starts_with("`PluginModule`: "), "{:?}", error.causes());
}

#[test]
fn another_abi_stable() {
    let magic = b"abi stable library for Rust     ";
    let mut bytes = fs_err::read(&fixtures().misbehaving).unwrap();
    let headers: Vec<usize> = (0..bytes.len() - 40)
        .filter(|at| bytes[*at..].starts_with(magic) && bytes[at + 32..].starts_with(&[0; 4]))
        .collect();
    assert!(!headers.is_empty());
    for at in headers {
        bytes[at + 36] = 12;
    }
    let plugins = Plugins::new();
    plugins.install("misbehaving", &bytes, |_| {});
    let error = refused(&plugins);
    assert_helpful(&error, "plugin-layout-mismatch");
    assert!(error.causes()[2].contains("abi_stable 0.12"), "{:?}", error.causes());
}

#[test]
fn a_panic_at_load() {
    for (mode, message) in [("load-panics", "module"), ("describe-panics", "no manifest today")] {
        let plugins = Plugins::new();
        plugins.faulty("misbehaving", mode);
        let error = refused(&plugins);
        assert_helpful(&error, "plugin-panicked-at-load");
        assert!(error.causes()[0].contains(message), "{:?}", error.causes());
    }
}

#[test]
fn a_description_that_is_none() {
    for mode in ["describe-garbage", "describe-nothing", "describe-list"] {
        let plugins = Plugins::new();
        plugins.faulty("misbehaving", mode);
        assert_helpful(&refused(&plugins), "plugin-description-garbled");
    }
}

#[test]
fn a_description_that_fails() {
    let plugins = Plugins::new();
    plugins.faulty("misbehaving", "describe-fails");
    let error = refused(&plugins);
    assert_helpful(&error, "plugin-describe-failed");
    assert!(error.causes()[0].contains("the licence has run out"));
}

#[test]
fn a_manifest_that_disagrees() {
    let plugins = Plugins::new();
    plugins.faulty("misbehaving", "describe-newer");
    let error = refused(&plugins);
    assert_helpful(&error, "plugin-manifest-disagrees");
    assert!(error.hints()[0].contains("`amplify plugin build`"), "a command that authors have: {:?}", error.hints());
    assert!(error.causes()[0].contains("in new ways"), "{:?}", error.causes());

    let plugins = Plugins::new();
    let library = fs_err::read(&fixtures().misbehaving).unwrap();
    plugins.install("misbehaving", &library, |manifest| manifest.commands.clear());
    assert!(refused(&plugins).causes()[0].starts_with("`commands`: "));
}

#[test]
fn the_wrong_protocol() {
    let plugins = Plugins::new();
    plugins.install("misbehaving", b"never opened", |manifest| manifest.protocol = PROTOCOL + 1);
    let error = broken(&plugins);
    assert_helpful(&error, "plugin-wrong-protocol");
    assert!(error.hints()[0].starts_with("update amplify"), "{:?}", error.hints());
    let both = format!("speaks protocol {}, amplify {PROTOCOL}", PROTOCOL + 1);
    assert!(error.to_string().contains(&both), "{error}");

    let plugins = Plugins::new();
    plugins.install("misbehaving", b"never opened", |manifest| manifest.protocol = OLDEST_PROTOCOL - 1);
    assert!(broken(&plugins).hints()[0].starts_with("install a version"));

    // The manifest may say one thing and the library another.
    let plugins = Plugins::new();
    plugins.faulty("misbehaving", "protocol-99");
    assert_helpful(&refused(&plugins), "plugin-wrong-protocol");
}

#[test]
fn the_wrong_target() {
    let plugins = Plugins::new();
    plugins.install("misbehaving", b"never opened", |manifest| manifest.target = "riscv64gc-unknown-none-elf".into());
    let error = broken(&plugins);
    assert_helpful(&error, "plugin-wrong-target");
    assert!(error.to_string().contains("riscv64gc") && error.to_string().contains(TARGET), "both sides: {error}");
}

#[test]
fn manifests_that_are_wrong() {
    let garbled = ["", "{", "[]", "null", r#"{"name": "a"}"#, r#"{"kind": "robot", "name": "a"}"#, "\u{0}"];
    for text in garbled {
        let plugins = Plugins::new();
        let folder = plugins.sound("misbehaving");
        fs_err::write(folder.join(FILE_NAME), text).unwrap();
        assert_helpful(&broken(&plugins), "plugin-manifest-garbled");
    }
    let plugins = Plugins::new();
    plugins.install("misbehaving", b"never opened", |manifest| manifest.library = Some("../evil.so".into()));
    assert_helpful(&broken(&plugins), "plugin-manifest-invalid");
    let plugins = Plugins::new();
    plugins.install("misbehaving", b"never opened", |manifest| manifest.sha256 = None);
    assert_helpful(&broken(&plugins), "plugin-manifest-invalid");
}

#[test]
fn a_manifest_that_is_a_folder_or_endless() {
    let plugins = Plugins::new();
    fs_err::create_dir_all(plugins.root.path().join("misbehaving").join(FILE_NAME)).unwrap();
    assert_helpful(&broken(&plugins), "plugin-manifest-garbled");

    let plugins = Plugins::new();
    let folder = plugins.sound("misbehaving");
    fs_err::write(folder.join(FILE_NAME), vec![b' '; 2 * 1024 * 1024]).unwrap();
    assert_helpful(&broken(&plugins), "plugin-manifest-garbled");
}

#[cfg(unix)]
#[test]
fn a_manifest_that_leads_nowhere() {
    let plugins = Plugins::new();
    let folder = plugins.sound("misbehaving");
    fs_err::remove_file(folder.join(FILE_NAME)).unwrap();
    std::os::unix::fs::symlink("/nowhere", folder.join(FILE_NAME)).unwrap();
    assert_helpful(&broken(&plugins), "plugin-manifest-unreadable");
}

#[test]
fn writing_a_manifest_describes_the_library() {
    let plugins = Plugins::new();
    let folder = plugins.sound("misbehaving");
    fs_err::remove_file(folder.join(FILE_NAME)).unwrap();
    let written = write_manifest(&library_of(&folder)).unwrap();
    assert_eq!(written, *plugins.only().manifest);
    assert_eq!(written, fixtures().manifest);
    Loader::new().open(&plugins.only()).unwrap();
}

#[test]
fn no_manifest_for_what_is_no_plugin() {
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("libno_plugin.so");
    assert_helpful(&write_manifest(&library).unwrap_err(), "plugin-library-missing");
    fs_err::copy(&fixtures().no_plugin, &library).unwrap();
    assert_helpful(&write_manifest(&library).unwrap_err(), "not-a-plugin");
    assert!(!folder.path().join(FILE_NAME).exists());
}

#[test]
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn a_library_of_a_newer_system_names_both_versions() {
    use amplify_plugin_package::Glibc;

    let mut bytes = fs_err::read(&fixtures().misbehaving).unwrap();
    let needed = Glibc::needed_by(&bytes).unwrap();
    // The name of the version is changed in the library's table of names; both have the same length.
    let (name, newer) = (format!("GLIBC_{needed}\0"), "GLIBC_2.99\0");
    assert_eq!(name.len(), newer.len(), "{name}");
    let places: Vec<usize> =
        (0..bytes.len() - name.len()).filter(|at| bytes[*at..].starts_with(name.as_bytes())).collect();
    for at in places {
        bytes[at..at + newer.len()].copy_from_slice(newer.as_bytes());
    }
    let plugins = Plugins::new();
    plugins.install("newer", &bytes, |_| {});
    let error = refused(&plugins);
    assert_helpful(&error, "plugin-wrong-libc");
    let LoadError::WrongLibc { needed, found, .. } = &error else { panic!("{error}") };
    assert_eq!((needed.to_string(), *found), ("2.99".into(), Glibc::running().unwrap()));
    assert!(error.to_string().contains("needs glibc 2.99"), "{error}");
}

#[test]
fn what_a_later_sdk_says_is_understood_as_far_as_it_is_known() {
    let plugins = Plugins::new();
    // The manifest on disk has what is not known, too: it was written by a later build.
    let folder = plugins.install("later", &with_mode("describe-later"), |_| {});
    let path = folder.join(FILE_NAME);
    let text = fs_err::read_to_string(&path).unwrap();
    let text = text
        .replacen('{', r#"{"later": true, "hooks": ["dream"], "#, 1)
        .replace("\"PrePush\"", "\"PreDream\",\"PrePush\"");
    fs_err::write(path, text).unwrap();
    let plugin = Loader::new().open(&plugins.only()).unwrap();
    assert_eq!((plugin.manifest().events.len(), plugin.manifest().hooks.len()), (2, 0));
    let response = plugin.invoke(&support::mode("later"), &mut support::Scripted::default()).unwrap();
    let amplify_plugin_abi::message::Response::Changes(changes) = response else { panic!("another answer") };
    assert_eq!(changes.messages, ["from later"]);
}

#[test]
fn a_plugin_with_an_allocator_of_its_own_works() {
    use amplify_plugin_abi::message::{CommandRequest, Request, Response};

    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join(fixtures().other_allocator.file_name().unwrap());
    fs_err::copy(&fixtures().other_allocator, &library).unwrap();
    write_manifest(&library).unwrap();
    let registry = amplify_plugin_host::Registry::load(&amplify_plugin_host::SearchPath::new([folder.path()]), None);
    let plugin = Loader::new().open(&registry.plugins[0]).unwrap();
    let request = Request::Command(CommandRequest { command: "add".into(), ..CommandRequest::default() });
    // Memory that the wrong side frees ends the process here, since no other allocator knows these addresses.
    for _ in 0..200 {
        let mut host = support::Scripted::default();
        let Response::Changes(changes) = plugin.invoke(&request, &mut host).unwrap() else { panic!("another answer") };
        assert_eq!((changes.files.len(), host.asked), (1, 1));
    }
}
