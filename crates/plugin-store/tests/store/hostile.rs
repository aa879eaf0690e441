//! Locks, indexes and archives that somebody has altered.

use amplify_plugin_abi::{PROTOCOL, TARGET, manifest::FILE_NAME};
use amplify_plugin_package::Digest;
use flate2::{Compression, write::GzEncoder};

use crate::fixture::{World, library, manifest, release};

#[test]
fn an_index_that_offers_something_else_than_the_lock_is_refused() {
    let world = World::new();
    world.publish(&["1.0.0"]);
    let locked = world.lock("*", "../index").unwrap();
    let file = world.path("index/plugins/category-queue.jsonl");
    let sound = fs_err::read_to_string(&file).unwrap();
    let build = &locked.targets[TARGET];
    for (from, to) in [
        (build.library.as_str(), "0".repeat(64)),
        (build.archive.as_deref().unwrap(), "0".repeat(64)),
        ("\"protocol\":1", format!("\"protocol\":{}", PROTOCOL + 1)),
        ("\"word\":\"queue\"", "\"word\":\"quite\"".into()),
    ] {
        assert!(sound.contains(from));
        fs_err::write(&file, sound.replace(from, &to)).unwrap();
        let error = world.install(&locked).unwrap_err();
        assert_eq!(error.code(), "plugin-release-tampered", "{to}");
        assert!(error.hints()[1].contains("amplify plugin update category-queue"), "{:?}", error.hints());
        world.assert_nothing_installed();
    }
    fs_err::write(&file, sound.replace("1.0.0", "1.0.1")).unwrap();
    assert_eq!(world.install(&locked).unwrap_err().code(), "plugin-no-release", "the locked version is gone");
}

#[test]
fn a_lock_that_somebody_altered_installs_nothing() {
    let world = World::new();
    world.publish(&["1.0.0"]);
    let sound = world.lock("*", "../index").unwrap();
    let mut other_hash = sound.clone();
    other_hash.targets.get_mut(TARGET).unwrap().library = "0".repeat(64);
    let mut other_protocol = sound.clone();
    other_protocol.protocol = 0;
    for altered in [other_hash, other_protocol] {
        assert_eq!(world.install(&altered).unwrap_err().code(), "plugin-release-tampered");
        world.assert_nothing_installed();
    }
}

/// Index and lock agree; the archive holds something else than both say.
#[test]
fn an_archive_that_holds_another_plugin_is_refused() {
    type Change = fn(&mut amplify_plugin_abi::manifest::Manifest);
    let changes: [Change; 4] = [
        |manifest| manifest.version = "1.0.1".into(),
        |manifest| manifest.protocol = 0,
        |manifest| manifest.target = "i686-unknown-linux-gnu".into(),
        |manifest| manifest.name = "category-quite".into(),
    ];
    for change in changes {
        let world = World::new();
        let mut evil = manifest("1.0.0", TARGET);
        change(&mut evil);
        let archive = archive(&[
            (FILE_NAME, serde_json::to_vec(&evil).unwrap()),
            ("libcategory_queue.so", library("1.0.0", TARGET)),
        ]);
        let locked = promise(&world, &archive);
        let error = world.install(&locked).unwrap_err();
        assert_eq!(error.code(), "plugin-release-tampered", "{error}");
        world.assert_nothing_installed();
        assert!(world.unfinished().is_empty(), "{:?}", world.unfinished());
    }
}

#[test]
fn archives_cannot_write_outside_the_store() {
    let manifest = serde_json::to_vec(&manifest("1.0.0", TARGET)).unwrap();
    let library = library("1.0.0", TARGET);
    let sound = [(FILE_NAME, manifest.clone()), ("libcategory_queue.so", library.clone())];
    for evil in ["../evil", "/tmp/evil", "a/b", "..", "evil.so", ".hidden", "C:evil", "a\\b"] {
        let world = World::new();
        let mut files = sound.to_vec();
        files.insert(0, (evil, b"evil".to_vec()));
        let locked = promise(&world, &archive(&files));
        let error = world.install(&locked).unwrap_err();
        assert!(matches!(error.code(), "plugin-archive-hostile" | "plugin-archive-invalid"), "{evil}: {error}");
        world.assert_nothing_installed();
        assert!(!world.path("home/evil").exists() && !world.path("home/store/evil").exists());
    }
    for kind in [tar::EntryType::Symlink, tar::EntryType::Link, tar::EntryType::Fifo, tar::EntryType::Directory] {
        let world = World::new();
        let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(kind);
        header.set_size(0);
        builder.append_link(&mut header, "libcategory_queue.so", "/etc/passwd").unwrap();
        let archive = builder.into_inner().unwrap().finish().unwrap();
        let locked = promise(&world, &archive);
        assert_eq!(world.install(&locked).unwrap_err().code(), "plugin-archive-hostile", "{kind:?}");
        world.assert_nothing_installed();
    }
}

fn archive(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_entry_type(tar::EntryType::Regular);
        // The library's own setter refuses what an attacker would write.
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        builder.append(&header, bytes.as_slice()).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

/// A release and a lock that promise exactly this archive.
fn promise(world: &World, archive: &[u8]) -> amplify_plugin_store::Locked {
    let description = release(&world.path("dist"), "1.0.0", |_| {});
    let digest = Digest::of(archive);
    let mut document: serde_json::Value = serde_json::from_slice(&fs_err::read(&description).unwrap()).unwrap();
    document["targets"][TARGET]["sha256"] = digest.sha256.into();
    document["targets"][TARGET]["size"] = digest.size.into();
    fs_err::write(&description, document.to_string()).unwrap();
    fs_err::write(world.path("dist").join(format!("category-queue-1.0.0-{TARGET}.tar.gz")), archive).unwrap();
    world.lock("*", "../dist/category-queue-1.0.0.json").unwrap()
}

#[test]
fn a_damaged_build_in_the_store_is_installed_anew() {
    let world = World::new();
    world.publish(&["1.0.0"]);
    let locked = world.lock("*", "../index").unwrap();
    world.install(&locked).unwrap();
    let place = world.place(&locked);
    let library = place.join("libcategory_queue.so");
    let mut bytes = fs_err::read(&library).unwrap();
    bytes[9] ^= 1;
    fs_err::write(&library, bytes).unwrap();
    assert!(world.install(&locked).unwrap(), "it was not what is locked");
    world.assert_installed(&locked);
    fs_err::remove_file(place.join(FILE_NAME)).unwrap();
    assert!(world.install(&locked).unwrap());
    world.assert_installed(&locked);
    assert!(world.unfinished().is_empty(), "{:?}", world.unfinished());
}
