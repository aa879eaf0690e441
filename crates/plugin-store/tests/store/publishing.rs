//! Releases are added to an index, and found there.

use amplify_plugin_abi::TARGET;
use amplify_plugin_store::{Kind, Source, publish, yank};
use minisign::KeyPair;

use crate::fixture::{OTHER, World, release, through_git};

#[test]
fn a_release_is_published_locked_and_installed() {
    let world = World::new();
    world.publish(&["1.0.0", "1.2.0", "2.0.0"]);
    assert_eq!(Source::detect("../index", &world.path("app")).unwrap().kind, Kind::Index);
    let locked = world.lock("^1", "../index").unwrap();
    assert_eq!((locked.version.to_string().as_str(), locked.source.as_str()), ("1.2.0", "index+../index"));
    // Every target from the first write, whatever machine wrote it.
    let targets: Vec<&str> = locked.targets.keys().map(String::as_str).collect();
    assert!(targets.contains(&TARGET) && targets.contains(&OTHER), "{targets:?}");
    assert!(locked.targets.values().all(|target| target.archive.is_some()));
    let locked = through_git(&locked);
    assert!(world.install(&locked).unwrap());
    world.assert_installed(&locked);
    assert!(world.unfinished().is_empty(), "{:?}", world.unfinished());
    assert!(!world.install(&locked).unwrap(), "it is there already");
    // Another version lies beside it.
    let newer = world.lock("^2", "../index").unwrap();
    world.install(&newer).unwrap();
    world.assert_installed(&locked);
    world.assert_installed(&newer);
}

#[test]
fn a_version_that_is_out_never_changes() {
    let world = World::new();
    world.publish(&["1.0.0"]);
    let before = fs_err::read(world.path("index/plugins/category-queue.jsonl")).unwrap();
    let same = publish(&world.path("index"), &release(&world.path("dist"), "1.0.0", |_| {})).unwrap();
    assert!(same.again);
    let other = release(&world.path("other"), "1.0.0", |manifest| manifest.summary = "Other queues".into());
    let error = publish(&world.path("index"), &other).unwrap_err();
    assert_eq!(error.code(), "plugin-already-published");
    assert_eq!(fs_err::read(world.path("index/plugins/category-queue.jsonl")).unwrap(), before);
}

#[test]
fn archives_that_do_not_fit_their_description_are_not_published() {
    let world = World::new();
    let description = release(&world.path("dist"), "1.0.0", |_| {});
    let archive = world.path("dist").join(format!("category-queue-1.0.0-{TARGET}.tar.gz"));
    let sound = fs_err::read(&archive).unwrap();
    let mut bytes = sound.clone();
    bytes[100] ^= 1;
    fs_err::write(&archive, &bytes).unwrap();
    assert_eq!(publish(&world.path("index"), &description).unwrap_err().code(), "plugin-hash-mismatch");
    fs_err::remove_file(&archive).unwrap();
    let error = publish(&world.path("index"), &description).unwrap_err();
    assert_eq!(error.code(), "file-system");
    assert_eq!(error.hints(), [format!("check that `{}` exists", archive.display())], "its permissions are no matter");
    // The description says of the archive what it does not hold.
    fs_err::write(&archive, &sound).unwrap();
    let text = fs_err::read_to_string(&description).unwrap();
    fs_err::write(&description, text.replace("\"queue\"", "\"mail\"")).unwrap();
    assert_eq!(publish(&world.path("index"), &description).unwrap_err().code(), "plugin-release-conflict");
    assert!(!world.path("index/plugins/category-queue.jsonl").exists());
}

#[test]
fn a_withdrawn_version_stays_for_those_who_have_it() {
    let world = World::new();
    world.publish(&["1.0.0", "1.1.0"]);
    let locked = world.lock("^1", "../index").unwrap();
    yank(&world.path("index"), "category-queue", &"1.1.0".parse().unwrap(), true).unwrap();
    assert_eq!(world.lock("^1", "../index").unwrap().version.to_string(), "1.0.0");
    assert!(world.install(&locked).unwrap(), "who has locked it still gets it");
    let error = world.lock("=1.1.0", "../index").unwrap_err();
    assert!(error.causes().iter().any(|cause| cause == "1.1.0 was withdrawn"), "{:?}", error.causes());
    yank(&world.path("index"), "category-queue", &"1.1.0".parse().unwrap(), false).unwrap();
    assert_eq!(world.lock("^1", "../index").unwrap().version.to_string(), "1.1.0");
    let refused = |index: &str, name: &str, version: &str| {
        let error = yank(&world.path(index), name, &version.parse().unwrap(), true).unwrap_err();
        (error.code(), error.causes().join("; "))
    };
    assert_eq!(refused("index", "category-queue", "9.9.9"), ("plugin-not-published", "it has 1.0.0, 1.1.0".to_owned()));
    assert_eq!(refused("index", "category-mail", "1.0.0").0, "plugin-not-published");
    assert_eq!(refused("nowhere", "category-queue", "1.0.0").0, "plugin-index-missing");
}

#[test]
fn a_pinned_key_is_asked_of_every_release() {
    let world = World::new();
    let (ours, other) =
        (KeyPair::generate_unencrypted_keypair().unwrap(), KeyPair::generate_unencrypted_keypair().unwrap());
    let description = release(&world.path("dist"), "1.0.0", |_| {});
    let lock = |key: &str| {
        let text = format!("key = \"{key}\"\nindex = \"../index\"\n[plugins]\ncategory-queue = \"1\"");
        let requirements = amplify_plugin_store::Requirements::parse(&text).unwrap();
        let wanted = requirements.plugins()["category-queue"].clone();
        let machine = amplify_plugin_store::Machine::this();
        amplify_plugin_store::resolve(&world.finder(), &requirements, "category-queue", &wanted, &machine)
            .map(|found| found.locked)
            .map_err(|error| error.code())
    };
    publish(&world.path("index"), &description).unwrap();
    assert_eq!(lock(&ours.pk.to_base64()).unwrap_err(), "plugin-signature-wrong", "it is not signed at all");
    let text = fs_err::read(&description).unwrap();
    let signature = minisign::sign(None, &ours.sk, std::io::Cursor::new(&text), None, None).unwrap().into_string();
    fs_err::write(format!("{}.minisig", description.display()), signature).unwrap();
    publish(&world.path("index"), &description).unwrap();
    let locked = lock(&ours.pk.to_base64()).unwrap();
    assert_eq!(lock(&other.pk.to_base64()).unwrap_err(), "plugin-signature-wrong");
    assert_eq!(lock("RWnonsense").unwrap_err(), "plugin-key-invalid");
    // An index that offers something else than what is signed.
    let file = world.path("index/plugins/category-queue.jsonl");
    let line = fs_err::read_to_string(&file).unwrap();
    fs_err::write(&file, line.replace(&locked.targets[TARGET].library, &"0".repeat(64))).unwrap();
    assert_eq!(lock(&ours.pk.to_base64()).unwrap_err(), "plugin-signature-wrong");
}
