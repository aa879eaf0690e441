//! What a project's lock asks of the registry.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::{cell::Cell, path::Path};

use amplify_plugin_abi::{
    manifest::{FILE_NAME, PluginKind},
    message::LifecycleEvent,
};
use amplify_plugin_host::{KnownHashes, Loader, Pin, Pins, Registry, check_library};
use support::{Plugins, assert_helpful, fixtures, library_of};

/// A plugin for the word `queue` in a folder, its library holding `content`. It takes no part in the commands of others.
fn queue(plugins: &Plugins, folder: &str, version: &str, content: &[u8]) -> Pin {
    let folder = plugins.install(folder, content, |manifest| {
        manifest.name = "category-queue".into();
        manifest.kind = PluginKind::category("queue");
        manifest.version = version.into();
        manifest.events.clear();
        manifest.hooks.clear();
    });
    let manifest: serde_json::Value = serde_json::from_slice(&fs_err::read(folder.join(FILE_NAME)).unwrap()).unwrap();
    Pin {
        name: "category-queue".into(),
        version: version.into(),
        kind: PluginKind::category("queue"),
        sha256: manifest["sha256"].as_str().map(str::to_owned),
        folder,
    }
}

fn load(path: &Plugins, pins: &[Pin]) -> Registry {
    Registry::load_pinned(&path.search(), pins, None)
}

fn routes(path: &Plugins, pin: &Pin, cache: &Path) -> Registry {
    Registry::load_routes(&path.search(), None, || Pins { pins: vec![pin.clone()], keep: false }, Some(cache))
}

fn used(registry: &Registry) -> &Path {
    &registry.by_word("queue").expect("it is there").folder
}

#[test]
fn of_a_pinned_plugin_only_the_pinned_build_is_used() {
    let (path, store) = (Plugins::new(), Plugins::new());
    let old = queue(&path, "category-queue", "1.0.0", b"old");
    let new = queue(&store, "category-queue/2.0.0", "2.0.0", b"new");
    assert_eq!(used(&load(&path, &[])), old.folder);
    let registry = load(&path, std::slice::from_ref(&new));
    assert_eq!(used(&registry), new.folder);
    assert_eq!(registry.shadowed[0].by, new.folder);
    // A newer build on the search path does not win either, nor one of the same version and other bytes.
    let pinned_old = Pin { folder: "/nowhere".into(), ..old.clone() };
    assert_eq!(
        used(&load(&path, std::slice::from_ref(&pinned_old))),
        old.folder,
        "the bundled build is the pinned one"
    );
    queue(&path, "category-queue", "1.0.0", b"other bytes");
    let registry = load(&path, &[pinned_old]);
    assert!(registry.by_word("queue").is_none());
    assert_helpful(&registry.broken_by_word("queue").unwrap().error, "plugin-not-installed");
}

#[test]
fn what_is_missing_is_known_by_its_word() {
    let (path, store) = (Plugins::new(), Plugins::new());
    let pin = queue(&store, "category-queue", "1.0.0", b"x");
    fs_err::remove_dir_all(&pin.folder).unwrap();
    let registry = load(&path, std::slice::from_ref(&pin));
    let error = &registry.broken_by_word("queue").unwrap().error;
    assert_eq!(error.to_string(), "the plugin `category-queue` 1.0.0 is not installed");
    assert_eq!(error.hints(), ["type `amplify plugin install category-queue`"]);
    let registry = load(&path, &[Pin { sha256: None, ..pin }]);
    assert_helpful(&registry.broken_by_word("queue").unwrap().error, "plugin-no-build");
}

#[test]
fn a_manifest_in_the_store_that_was_altered_is_refused() {
    let (path, store) = (Plugins::new(), Plugins::new());
    let pin = queue(&store, "category-queue", "1.0.0", b"sound");
    let manifest = pin.folder.join(FILE_NAME);
    let sound = fs_err::read_to_string(&manifest).unwrap();
    // Library and manifest fit each other, and are not what is locked.
    queue(&store, "category-queue", "1.0.0", b"evil!");
    let registry = load(&path, std::slice::from_ref(&pin));
    assert!(registry.by_word("queue").is_none());
    assert_helpful(&registry.broken_by_word("queue").unwrap().error, "plugin-not-as-locked");
    for (from, to) in [("category-queue", "category-quite"), ("\"1.0.0\"", "\"1.0.1\""), ("\"queue\"", "\"quite\"")] {
        fs_err::write(&manifest, sound.replace(from, to)).unwrap();
        let registry = load(&path, std::slice::from_ref(&pin));
        assert!(registry.plugins.is_empty(), "{to}");
        let error = &registry.broken_by_word("queue").unwrap().error;
        assert_helpful(error, "plugin-not-as-locked");
        let causes = error.causes();
        let said = |cause: &str, word: &str| cause.split_once(word).unwrap().1.to_owned();
        assert_ne!(said(&causes[0], " names "), said(&causes[1], " holds "), "what differs is told");
    }
    fs_err::write(&manifest, "{").unwrap();
    let registry = load(&path, &[pin]);
    assert_helpful(&registry.broken_by_word("queue").unwrap().error, "plugin-manifest-garbled");
}

#[test]
fn a_library_is_hashed_before_it_is_opened_even_if_it_was_known() {
    let plugins = Plugins::new();
    let folder = plugins.sound("misbehaving");
    let library = library_of(&folder);
    let memory = plugins.root.path().join("hashes.json");
    let hashes = || KnownHashes::new(&memory);
    while check_library(&plugins.only(), &hashes()).is_ok() && !memory.exists() {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let mut bytes = fs_err::read(&library).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs_err::write(&library, bytes).unwrap();
    let error = Loader::with_hashes(hashes()).open(&plugins.only()).unwrap_err();
    assert_helpful(&error, "plugin-hash-mismatch");
    fs_err::copy(&fixtures().misbehaving, &library).unwrap();
    Loader::with_hashes(hashes()).open(&plugins.only()).unwrap();
}

#[test]
fn the_library_of_a_known_pinned_plugin_is_looked_at_when_it_is_needed() {
    let (path, store) = (Plugins::new(), Plugins::new());
    let pin = queue(&store, "category-queue", "1.0.0", b"sound");
    let cache = store.root.path().join("registry");
    let load = || routes(&path, &pin, &cache);
    assert_eq!(used(&load()), pin.folder);
    fs_err::remove_file(library_of(&pin.folder)).unwrap();
    let registry = load();
    let entry = registry.by_word("queue").unwrap();
    assert_helpful(&check_library(entry, &KnownHashes::never()).unwrap_err(), "plugin-library-missing");
    assert_helpful(&Loader::new().open(entry).unwrap_err(), "plugin-library-missing");
    // The same build elsewhere stands in for it.
    let other = queue(&path, "category-queue", "1.0.0", b"sound");
    assert_eq!(other.sha256, pin.sha256);
    assert_eq!(used(&load()), other.folder);
}

#[test]
fn a_pinned_plugin_without_its_library_takes_no_part_in_the_commands_of_others() {
    let (path, store) = (Plugins::new(), Plugins::new());
    let pin = queue(&store, "category-queue", "1.0.0", b"sound");
    let manifest = pin.folder.join(FILE_NAME);
    let mut subscriber: serde_json::Value = serde_json::from_slice(&fs_err::read(&manifest).unwrap()).unwrap();
    subscriber["events"] = serde_json::to_value([LifecycleEvent::PrePush]).unwrap();
    fs_err::write(&manifest, subscriber.to_string()).unwrap();
    let cache = store.root.path().join("registry");
    let load = || routes(&path, &pin, &cache);
    assert_eq!(load().subscribers(LifecycleEvent::PrePush).count(), 1);
    fs_err::remove_file(library_of(&pin.folder)).unwrap();
    let registry = load();
    assert_eq!(registry.subscribers(LifecycleEvent::PrePush).count(), 0);
    assert_helpful(&registry.broken_by_word("queue").unwrap().error, "plugin-library-missing");
}

#[test]
fn what_is_wrong_with_a_known_pinned_plugin_is_told_when_it_is_used() {
    let (path, store) = (Plugins::new(), Plugins::new());
    let pin = queue(&store, "category-queue", "1.0.0", b"sound");
    let (manifest, cache) = (pin.folder.join(FILE_NAME), store.root.path().join("registry"));
    let sound = fs_err::read_to_string(&manifest).unwrap();
    let pins = std::slice::from_ref(&pin);
    let routes = || routes(&path, &pin, &cache);
    let told = |code: &str| {
        let registry = routes();
        let entry = registry.by_word("queue").expect("it is known");
        assert_eq!((entry.folder.as_path(), entry.manifest.name.as_str()), (&*pin.folder, "category-queue"));
        assert_helpful(&entry.manifest.whole().unwrap_err(), code);
        assert_helpful(&Loader::new().open(entry).unwrap_err(), code);
        // Who looks at all of them sees it at once, also by the cache.
        let examined = Registry::load_pinned(&path.search(), pins, Some(&cache));
        assert!(examined.by_word("queue").is_none());
        assert_helpful(&examined.broken_by_word("queue").unwrap().error, code);
        fs_err::create_dir_all(&pin.folder).unwrap();
        fs_err::write(&manifest, &sound).unwrap();
        assert_eq!(used(&Registry::load_pinned(&path.search(), pins, Some(&cache))), pin.folder);
    };
    assert!(routes().by_word("queue").unwrap().manifest.whole().is_ok());
    for (from, to) in [("category-queue", "category-quite"), ("\"1.0.0\"", "\"1.0.1\""), ("\"queue\"", "\"quite\"")] {
        fs_err::write(&manifest, sound.replace(from, to)).unwrap();
        told("plugin-not-as-locked");
    }
    fs_err::write(&manifest, "{").unwrap();
    told("plugin-manifest-garbled");
    fs_err::remove_file(&manifest).unwrap();
    told("plugin-manifest-unreadable");
    let library = library_of(&pin.folder);
    let bytes = fs_err::read(&library).unwrap();
    fs_err::remove_dir_all(&pin.folder).unwrap();
    let registry = routes();
    assert_helpful(&registry.by_word("queue").unwrap().manifest.whole().unwrap_err(), "plugin-not-installed");
    // The same build elsewhere stands in for it.
    let other = queue(&path, "category-queue", "1.0.0", &bytes);
    assert_eq!(other.sha256, pin.sha256);
    assert_eq!(used(&routes()), other.folder);
}

#[test]
fn a_lock_in_a_known_state_is_not_read_again() {
    let (path, store) = (Plugins::new(), Plugins::new());
    let pin = queue(&store, "category-queue", "1.0.0", b"sound");
    let other = queue(&path, "category-other", "0.9.0", b"other");
    let cache = store.root.path().join("registry");
    let load = |state: Option<&str>, keep: bool| {
        let asked = Cell::new(false);
        let pins = || {
            asked.set(true);
            Pins { pins: vec![pin.clone()], keep }
        };
        let registry = Registry::load_routes(&path.search(), state, pins, Some(&cache));
        assert_eq!(used(&registry), pin.folder);
        assert_eq!(registry.shadowed[0].entry.folder, other.folder);
        assert_eq!(registry.remembered, !asked.get());
        asked.get()
    };
    assert!(load(Some("first"), false) && load(Some("first"), true), "what may not be kept is not");
    assert!(!load(Some("first"), true) && !load(Some("first"), true));
    // Whoever looks at all of them leaves it alone.
    Registry::load_pinned(&path.search(), std::slice::from_ref(&pin), Some(&cache));
    assert!(!load(Some("first"), true));
    assert!(load(Some("second"), true) && !load(Some("second"), true) && load(Some("first"), true));
    assert!(load(None, true), "a state that is not known");
    // A new plugin on the search path is found all the same.
    path.install("category-new", b"never opened", |manifest| manifest.name = "category-new".into());
    let known = Registry::load_routes(&path.search(), Some("first"), Pins::default, Some(&cache));
    assert!(known.remembered && known.by_name("category-new").is_some());
}

#[test]
fn a_lock_of_builds_that_lie_on_the_search_path_is_remembered_too() {
    let (path, store) = (Plugins::new(), Plugins::new());
    let cache = store.root.path().join("registry");
    let stored = queue(&store, "category-queue", "1.0.0", b"stored");
    let pins: Vec<Pin> = ["category-alpha", "category-zeta"]
        .map(|name| {
            let folder = path.install(name, b"bundled", |manifest| {
                manifest.name = name.into();
                manifest.kind = PluginKind::category(name.trim_start_matches("category-"));
                // One hears of events, and one is left alone.
                manifest.events.retain(|_| name == "category-alpha");
                manifest.hooks.clear();
            });
            let manifest = fs_err::read(folder.join(FILE_NAME)).unwrap();
            let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
            Pin {
                name: name.into(),
                version: manifest["version"].as_str().unwrap().into(),
                kind: PluginKind::category(name.trim_start_matches("category-")),
                sha256: manifest["sha256"].as_str().map(str::to_owned),
                folder: store.root.path().join("store").join(name),
            }
        })
        .into_iter()
        .chain([stored.clone()])
        .collect();
    let folders = |registry: &Registry| -> Vec<std::path::PathBuf> {
        let word = |word| registry.by_word(word).unwrap();
        ["alpha", "queue", "zeta"].map(|name| word(name).folder.clone()).into()
    };
    let load = || {
        let pins = || Pins { pins: pins.clone(), keep: true };
        Registry::load_routes(&path.search(), Some("state"), pins, Some(&cache))
    };
    let first = load();
    assert!(!first.remembered);
    let mut written = None;
    for _ in 0..3 {
        let again = load();
        assert!(again.remembered && again.broken.is_empty(), "{:?}", again.broken);
        assert_eq!(folders(&again), folders(&first));
        assert!(again.plugins.iter().all(|entry| entry.manifest.whole().is_ok()));
        // Whoever looks at all of them finds the same, and writes nothing else.
        assert_eq!(folders(&Registry::load_pinned(&path.search(), &pins, Some(&cache))), folders(&first));
        let text = fs_err::read_to_string(&cache).unwrap();
        assert_eq!(*written.get_or_insert_with(|| text.clone()), text);
    }
    // The program was updated, and its build is another one now.
    fs_err::remove_dir_all(path.root.path().join("category-zeta")).unwrap();
    let updated = load();
    assert_helpful(&updated.by_word("zeta").unwrap().manifest.whole().unwrap_err(), "plugin-not-installed");
    fs_err::remove_dir_all(path.root.path().join("category-alpha")).unwrap();
    let updated = load();
    assert_helpful(&updated.broken_by_word("alpha").unwrap().error, "plugin-not-installed");
}

#[test]
fn a_lock_of_which_something_is_missing_is_read_each_time() {
    let (path, store) = (Plugins::new(), Plugins::new());
    let pin = queue(&store, "category-queue", "1.0.0", b"sound");
    let missing = Pin { name: "category-gone".into(), folder: "/nowhere".into(), ..pin.clone() };
    let cache = store.root.path().join("registry");
    let load = || {
        let pins = || Pins { pins: vec![pin.clone(), missing.clone()], keep: true };
        Registry::load_routes(&path.search(), Some("state"), pins, Some(&cache))
    };
    for _ in 0..3 {
        let registry = load();
        assert!(!registry.remembered);
        assert_eq!(registry.broken[0].error.code(), "plugin-not-installed");
    }
}
