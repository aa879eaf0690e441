//! What is chosen from each kind of source, and why something else is not.

use amplify_plugin_abi::{PROTOCOL, TARGET, manifest::FILE_NAME};
use amplify_plugin_package::Glibc;
use amplify_plugin_store::{Error, Job, Machine, Silent, install_all, publish};

use crate::fixture::{OTHER, World, library, manifest, release, through_git};

/// Writes a built plugin into a folder.
fn built(world: &World, folder: &str, version: &str) {
    let folder = world.path(folder);
    fs_err::create_dir_all(&folder).unwrap();
    fs_err::write(folder.join("libcategory_queue.so"), library(version, TARGET)).unwrap();
    fs_err::write(folder.join("secret.env"), "not part of the plugin").unwrap();
    fs_err::write(folder.join(FILE_NAME), serde_json::to_vec(&manifest(version, TARGET)).unwrap()).unwrap();
}

#[test]
fn a_folder_an_archive_and_a_description_are_sources_too() {
    let world = World::new();
    let archive = format!("../dist/category-queue-1.0.0-{TARGET}.tar.gz");
    let description = release(&world.path("dist"), "1.0.0", |_| {});
    let whole = world.lock("*", "../dist/category-queue-1.0.0.json").unwrap();
    assert_eq!(whole.source, "release+../dist/category-queue-1.0.0.json");
    // One archive stands for its whole release, as long as that lies beside it.
    let one = world.lock("*", &archive).unwrap();
    assert_eq!((one.source.as_str(), one.targets.len()), (format!("archive+{archive}").as_str(), 2));
    fs_err::remove_file(&description).unwrap();
    let alone = world.lock("*", &archive).unwrap();
    assert_eq!(alone.targets.keys().collect::<Vec<_>>(), [TARGET]);
    world.install(&alone).unwrap();
    world.assert_installed(&alone);

    built(&world, "plugin", "1.1.0");
    let folder = world.lock("^1", "../plugin").unwrap();
    assert_eq!(folder.source, "folder+../plugin");
    assert!(folder.targets[TARGET].archive.is_none());
    world.install(&folder).unwrap();
    world.assert_installed(&folder);
    // Built anew it is another plugin, and the lock says so.
    fs_err::write(world.path("plugin/libcategory_queue.so"), "another build").unwrap();
    assert_eq!(world.offer_is_the_locked_one(&folder).unwrap_err().code(), "plugin-source-invalid");
    let mut manifest = manifest("1.1.0", TARGET);
    manifest.sha256 = Some(amplify_plugin_package::Digest::of(b"another build").sha256);
    fs_err::write(world.path("plugin").join(FILE_NAME), serde_json::to_vec(&manifest).unwrap()).unwrap();
    assert_eq!(world.offer_is_the_locked_one(&folder).unwrap_err().code(), "plugin-release-tampered");
    assert!(!world.install(&folder).unwrap(), "what is installed already is good");
}

#[test]
fn a_release_for_a_newer_protocol_is_passed_over_and_named() {
    let world = World::new();
    world.publish(&["1.0.0"]);
    let newer = release(&world.path("dist"), "1.1.0", |manifest| manifest.protocol = PROTOCOL + 7);
    publish(&world.path("index"), &newer).unwrap();
    assert_eq!(world.lock("^1", "../index").unwrap().version.to_string(), "1.0.0");
    let Err(Error::NoRelease { passed_over, .. }) = world.lock("^1.1", "../index") else { panic!("it was taken") };
    let both = format!("1.1.0 speaks protocol {}, and this amplify {PROTOCOL}", PROTOCOL + 7);
    assert!(passed_over.contains(&both), "{passed_over:?}");
    assert!(passed_over.contains(&"1.0.0 is not ^1.1".to_owned()), "{passed_over:?}");
}

#[test]
fn a_build_for_a_newer_c_library_says_so() {
    let world = World::new();
    let description = release(&world.path("dist"), "1.0.0", |_| {});
    let text = fs_err::read_to_string(&description).unwrap();
    let mut document: serde_json::Value = serde_json::from_str(&text).unwrap();
    document["targets"][TARGET]["libc"] = "2.99".into();
    fs_err::write(&description, document.to_string()).unwrap();
    let error = world.lock("*", "../dist/category-queue-1.0.0.json").unwrap_err();
    if Machine::this().libc.is_none() {
        return;
    }
    assert_eq!(error.code(), "plugin-needs-newer-libc");
    assert!(error.to_string().contains("needs glibc 2.99, and this machine has 2."), "{error}");
    // On another machine the lock is good; here the install says why not.
    let mut locked = amplify_plugin_store::Locked::of(
        &amplify_plugin_package::Release::parse(document.to_string().as_bytes(), "r").unwrap(),
        "release+../dist/category-queue-1.0.0.json",
        true,
    )
    .unwrap();
    assert_eq!(locked.targets[TARGET].libc, Some("2.99".parse::<Glibc>().unwrap()));
    assert_eq!(world.install(&locked).unwrap_err().code(), "plugin-needs-newer-libc");
    locked.targets.remove(TARGET);
    assert_eq!(world.install(&locked).unwrap_err().code(), "plugin-no-build");
    world.assert_nothing_installed();
}

#[test]
fn a_release_without_a_build_for_this_machine_says_which_there_are() {
    let world = World::new();
    let description = release(&world.path("dist"), "1.0.0", |_| {});
    let mut document: serde_json::Value = serde_json::from_slice(&fs_err::read(&description).unwrap()).unwrap();
    document["targets"].as_object_mut().unwrap().remove(TARGET);
    fs_err::write(&description, document.to_string()).unwrap();
    let error = world.lock("*", "../dist/category-queue-1.0.0.json").unwrap_err();
    assert_eq!((error.code(), error.causes()), ("plugin-no-build", vec![format!("there are: {OTHER}")]));
}

#[test]
fn unknown_names_and_places_are_errors_with_a_way_out() {
    let world = World::new();
    world.publish(&["1.0.0"]);
    let machine = Machine::this();
    let ask = |name: &str, from: Option<&str>| {
        let wanted =
            amplify_plugin_store::Wanted { from: from.map(str::to_owned), ..amplify_plugin_store::Wanted::any() };
        let requirements = amplify_plugin_store::Requirements::new();
        let error = amplify_plugin_store::resolve(&world.finder(), &requirements, name, &wanted, &machine).unwrap_err();
        assert!(!error.hints().is_empty(), "{error}");
        error
    };
    assert_eq!(ask("category-mail", None).code(), "plugin-source-missing");
    let unknown = ask("category-mail", Some("../index"));
    assert_eq!((unknown.code(), unknown.hints()), ("plugin-unknown", vec!["it has: category-queue".to_owned()]));
    assert_eq!(ask("category-mail", Some("../nowhere")).code(), "plugin-source-invalid");
    assert_eq!(ask("category-mail", Some("../dist/category-queue-1.0.0.json")).code(), "plugin-unknown");
}

#[test]
fn a_lock_of_one_system_installs_on_another() {
    let world = World::new();
    world.publish(&["1.0.0"]);
    let locked = through_git(&world.lock("*", "../index").unwrap());
    let elsewhere = Machine { target: OTHER.into(), libc: None, ..Machine::this() };
    let jobs = [Job { name: "category-queue", locked: &locked, offer: None, key: None }];
    let installed = install_all(&world.store(), &world.finder(), &jobs, &elsewhere, &Silent).unwrap();
    assert_eq!(installed, ["category-queue"]);
    let build = &locked.targets[OTHER].library;
    let place = world.store().place("category-queue", "1.0.0", OTHER, build);
    assert_eq!(fs_err::read(place.join("libcategory_queue.so")).unwrap(), library("1.0.0", OTHER));
    // Beside it lies what this machine needs of the same lock.
    world.install(&locked).unwrap();
    world.assert_installed(&locked);
}
