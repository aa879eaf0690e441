//! What is known of plugins without opening any.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use amplify_plugin_abi::{
    manifest::{FILE_NAME, PluginKind},
    message::LifecycleEvent,
};
use amplify_plugin_host::{Registry, SearchPath};
use support::{Plugins, fixtures};

fn three_kinds() -> Plugins {
    let plugins = Plugins::new();
    let add = |name: &str, kind: PluginKind| {
        plugins.install(name, b"never opened", |manifest| {
            manifest.name = name.into();
            manifest.kind = kind;
        });
    };
    add("category-storage", PluginKind::category("storage"));
    add("frontend-javascript", PluginKind::frontend("javascript"));
    add("provider-local", PluginKind::provider("local"));
    plugins
}

#[test]
fn plugins_are_found_by_what_they_are() {
    let plugins = three_kinds();
    let registry = plugins.registry();
    let name = |entry: Option<&amplify_plugin_host::Entry>| entry.map(|entry| entry.manifest.name.clone());
    assert_eq!(name(registry.by_word("storage")).as_deref(), Some("category-storage"));
    assert_eq!(name(registry.by_word("local")).as_deref(), Some("provider-local"));
    assert_eq!(name(registry.category("storage")).as_deref(), Some("category-storage"));
    assert_eq!(name(registry.category("local")), None);
    assert_eq!(name(registry.provider("local")).as_deref(), Some("provider-local"));
    assert_eq!(name(registry.frontend("javascript")).as_deref(), Some("frontend-javascript"));
    assert_eq!(name(registry.by_name("provider-local")).as_deref(), Some("provider-local"));
    assert_eq!(registry.subscribers(LifecycleEvent::PrePush).count(), 3);
    assert_eq!(registry.subscribers(LifecycleEvent::PreInit).count(), 0);
}

#[test]
fn a_broken_plugin_spoils_no_other() {
    let plugins = three_kinds();
    fs_err::write(plugins.root.path().join("category-storage").join(FILE_NAME), "{").unwrap();
    plugins.install("wrong-target", b"never opened", |manifest| {
        manifest.name = "category-api".into();
        manifest.kind = PluginKind::category("api");
        manifest.target = "other".into();
    });
    let registry = plugins.registry();
    assert_eq!((registry.plugins.len(), registry.broken.len()), (2, 2));
    assert!(registry.by_word("local").is_some() && registry.by_word("storage").is_none());
    let broken = registry.broken_by_word("api").unwrap();
    assert_eq!(broken.error.code(), "plugin-wrong-target");
}

#[test]
fn the_first_folder_wins() {
    let (first, second) = (three_kinds(), three_kinds());
    let search = SearchPath::new([first.root.path(), second.root.path()]);
    let registry = Registry::load(&search, None);
    assert_eq!((registry.plugins.len(), registry.shadowed.len()), (3, 3));
    assert!(registry.plugins.iter().all(|entry| entry.folder.starts_with(first.root.path())));
    let shadowed = &registry.shadowed[0];
    assert!(shadowed.entry.folder.starts_with(second.root.path()));
    assert!(shadowed.by.starts_with(first.root.path()));
}

#[test]
fn a_word_belongs_to_one_command_plugin() {
    let plugins = three_kinds();
    let util = |manifest: &mut amplify_plugin_abi::manifest::Manifest| {
        manifest.name = "util-storage".into();
        manifest.kind = PluginKind::util("storage");
    };
    plugins.install("z-util", b"never opened", util);
    // A provider of the same name is no rival: commands and providers are addressed differently.
    plugins.install("z-provider", b"never opened", |manifest| {
        manifest.name = "provider-storage".into();
        manifest.kind = PluginKind::provider("storage");
    });
    let registry = plugins.registry();
    assert_eq!(registry.shadowed.len(), 1);
    assert_eq!(registry.shadowed[0].entry.manifest.name, "util-storage");
    assert_eq!(registry.by_word("storage").unwrap().manifest.name, "category-storage");
    assert_eq!(registry.provider("storage").unwrap().manifest.name, "provider-storage");
}

#[test]
fn a_broken_plugin_hides_nothing() {
    let (first, second) = (three_kinds(), three_kinds());
    fs_err::remove_file(
        first.root.path().join("category-storage").join(fixtures().manifest.library.as_deref().unwrap()),
    )
    .unwrap();
    let registry = Registry::load(&SearchPath::new([first.root.path(), second.root.path()]), None);
    assert_eq!(registry.broken.len(), 1);
    assert!(registry.category("storage").unwrap().folder.starts_with(second.root.path()));
}

#[test]
fn the_cache_says_the_same_and_notices_changes() {
    let plugins = three_kinds();
    let cache = plugins.root.path().join("cache/registry");
    let load = || Registry::load(&plugins.search(), Some(&cache));
    let fresh = load();
    assert_eq!(fresh.plugins, plugins.registry().plugins);
    let written = fs_err::metadata(&cache).unwrap().modified().unwrap();
    assert_eq!(load().plugins, fresh.plugins);
    assert_eq!(fs_err::metadata(&cache).unwrap().modified().unwrap(), written, "an unchanged cache is not written");

    // One changes, one goes, one comes.
    plugins.install("provider-local", b"never opened", |manifest| {
        manifest.name = "provider-local".into();
        manifest.kind = PluginKind::provider("local");
        manifest.summary = "A longer summary than before".into();
    });
    fs_err::remove_dir_all(plugins.root.path().join("frontend-javascript")).unwrap();
    plugins.install("another", b"never opened", |manifest| manifest.name = "another".into());
    let changed = load();
    assert_eq!(changed.plugins, plugins.registry().plugins);
    assert_eq!(changed.plugins.len(), 3);
    assert_eq!(changed.provider("local").unwrap().manifest.summary, "A longer summary than before");
    assert_eq!(load().plugins, changed.plugins);
}

#[test]
fn the_cache_is_really_used() {
    let plugins = three_kinds();
    let cache = plugins.root.path().join("registry");
    Registry::load(&plugins.search(), Some(&cache));
    let text = fs_err::read_to_string(&cache).unwrap().replace("Misbehaves on request", "Known from the cache!");
    fs_err::write(&cache, text).unwrap();
    let registry = Registry::load(&plugins.search(), Some(&cache));
    assert!(registry.plugins.iter().all(|entry| entry.manifest.head().summary == "Known from the cache!"));
}

#[test]
fn the_commands_of_a_known_plugin_are_read_when_they_are_asked_for() {
    let plugins = three_kinds();
    let cache = plugins.root.path().join("registry");
    let read = Registry::load(&plugins.search(), Some(&cache)).plugins;
    let known = || Registry::load(&plugins.search(), Some(&cache)).plugins;
    assert!(!read[0].manifest.commands.is_empty());
    assert_eq!(known(), read, "whoever asks gets all of it");
    let late = known().remove(0);
    let file = late.folder.join(FILE_NAME);
    let other =
        fs_err::read_to_string(&file).unwrap().replace(&read[0].manifest.commands[0].summary, "Written a moment ago");
    fs_err::write(&file, other).unwrap();
    assert_eq!(late.manifest.commands[0].summary, "Written a moment ago");
    let read = known();
    // What is taken away before anybody asks has no commands, and is no reason to stop.
    let gone = known().remove(0);
    fs_err::remove_file(gone.folder.join("amplify-plugin.json")).unwrap();
    assert_eq!(gone.manifest.name, read[0].manifest.name);
    assert!(gone.manifest.commands.is_empty());
    assert_eq!(gone.manifest.whole().unwrap_err().code(), "plugin-manifest-unreadable");
}

#[test]
fn a_damaged_cache_is_rebuilt() {
    let plugins = three_kinds();
    let cache = plugins.root.path().join("registry");
    let expected = Registry::load(&plugins.search(), Some(&cache)).plugins;
    let sound = fs_err::read_to_string(&cache).unwrap();
    let half = &sound[..sound.len() / 2];
    let other_abi = sound.replacen(amplify_plugin_abi::ABI_VERSION, "0.9.9", 1);
    let cut = sound.strip_suffix("end\n").unwrap();
    let evil = sound.replace(fixtures().manifest.library.as_deref().unwrap(), "../../evil.so");
    for damaged in ["", "{", "null", "[]", half, cut, &other_abi, &evil, "\u{0}\u{0}"] {
        fs_err::write(&cache, damaged).unwrap();
        assert_eq!(Registry::load(&plugins.search(), Some(&cache)).plugins, expected);
        assert_eq!(fs_err::read_to_string(&cache).unwrap().len(), sound.len(), "written anew");
    }
}

#[test]
fn a_cache_that_cannot_be_written_costs_nothing() {
    let plugins = three_kinds();
    let folder = plugins.root.path().join("cache-is-a-folder");
    fs_err::create_dir_all(folder.join("inside")).unwrap();
    assert_eq!(Registry::load(&plugins.search(), Some(&folder)).plugins.len(), 3);
}
