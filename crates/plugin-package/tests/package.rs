//! Archives and release descriptions as a publisher makes them and as others may forge them.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use amplify_plugin_abi::manifest::{Command, FILE_NAME, Manifest, PluginKind};
use amplify_plugin_package::{Digest, Error, MAX_FILES, Package, Release, archive_name, pack, unpack};
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;

const LIBRARY: &[u8] = b"\x7fELF not really";

fn manifest() -> Manifest {
    let mut manifest = Manifest::new("category-queue", PluginKind::category("queue"), "1.2.0", "Queues")
        .command(Command::new("add", "Add a queue"));
    manifest.library = Some("libcategory_queue.so".into());
    manifest.sha256 = Some(Digest::of(LIBRARY).sha256);
    manifest
}

fn texts() -> BTreeMap<String, Vec<u8>> {
    BTreeMap::from([("README.md".into(), b"# Queue\n".to_vec()), ("LICENSE".into(), b"MIT\n".to_vec())])
}

fn sound() -> Vec<u8> {
    pack(&manifest(), LIBRARY, &texts()).unwrap()
}

/// Name, type and content.
type Entry<'a> = (&'a [u8], tar::EntryType, &'a [u8]);

/// An archive with entries of any kind.
fn forged(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, kind, content) in entries {
        let mut header = tar::Header::new_ustar();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name);
        header.set_entry_type(*kind);
        header.set_mode(0o777);
        header.set_size(content.len() as u64);
        header.set_cksum();
        builder.append(&header, *content).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

fn refused(bytes: &[u8]) -> Error {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    fs_err::create_dir(&inner).unwrap();
    let error = unpack(bytes, "evil.tar.gz", &inner).unwrap_err();
    assert!(!error.causes().is_empty() && !error.hints().is_empty() && error.to_string().contains("evil.tar.gz"));
    let read = Package::read(bytes, "evil.tar.gz").unwrap_err();
    assert_eq!(read.code(), error.code(), "both ways to read refuse it alike");
    let outside: Vec<_> = fs_err::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(outside, ["inner"], "nothing is written outside");
    error
}

#[test]
fn the_same_content_makes_the_same_bytes() {
    assert_eq!(sound(), sound());
    let package = Package::read(sound().as_slice(), "x").unwrap();
    assert_eq!((package.manifest, package.library, package.texts), (manifest(), LIBRARY.to_vec(), texts()));
    let name = archive_name("category-queue", "1.2.0", "x86_64-unknown-linux-gnu");
    assert_eq!(name, "category-queue-1.2.0-x86_64-unknown-linux-gnu.tar.gz");
}

#[test]
fn a_package_is_unpacked() {
    let folder = tempfile::tempdir().unwrap();
    let unpacked = unpack(sound().as_slice(), "x", folder.path()).unwrap();
    assert_eq!(unpacked.files, ["LICENSE", "README.md", FILE_NAME, "libcategory_queue.so"]);
    assert_eq!((unpacked.manifest, unpacked.library), (manifest(), Digest::of(LIBRARY)));
    assert_eq!(fs_err::read(folder.path().join("libcategory_queue.so")).unwrap(), LIBRARY);
    let again = unpack(sound().as_slice(), "x", folder.path()).unwrap_err();
    assert_eq!(again.code(), "plugin-package-files", "nothing is replaced");
}

#[test]
fn what_is_not_a_plain_file_is_refused() {
    use tar::EntryType as Kind;
    let good = serde_json::to_vec(&manifest()).unwrap();
    let cases: &[Entry<'_>] = &[
        (b"../evil", Kind::Regular, b"x"),
        (b"/etc/evil", Kind::Regular, b"x"),
        (b"a/b", Kind::Regular, b"x"),
        (b"a\\b", Kind::Regular, b"x"),
        (b"C:evil", Kind::Regular, b"x"),
        (b"..", Kind::Regular, b"x"),
        (b".hidden", Kind::Regular, b"x"),
        (b"a\x1b[31m", Kind::Regular, b"x"),
        (b"\xff\xfe", Kind::Regular, b"x"),
        (b"", Kind::Regular, b"x"),
        (b"link", Kind::Symlink, b""),
        (b"link", Kind::Link, b""),
        (b"device", Kind::Char, b""),
        (b"device", Kind::Block, b""),
        (b"pipe", Kind::Fifo, b""),
        (b"folder", Kind::Directory, b""),
        (b"sparse", Kind::GNUSparse, b""),
        (b"long", Kind::GNULongName, b"../evil"),
        (b"pax", Kind::XHeader, b"20 path=../evil\n"),
        (b"global", Kind::XGlobalHeader, b"20 path=../evil\n"),
        (b"AMPLIFY-plugin.json", Kind::Regular, b"{}"),
    ];
    for case in cases {
        let bytes = forged(&[(FILE_NAME.as_bytes(), Kind::Regular, &good), *case]);
        assert_eq!(refused(&bytes).code(), "plugin-archive-hostile", "{case:?}");
    }
    let many: Vec<String> = (0..=MAX_FILES).map(|number| format!("README.{number}")).collect();
    let many: Vec<_> = many.iter().map(|name| (name.as_bytes(), Kind::Regular, b"".as_slice())).collect();
    assert_eq!(refused(&forged(&many)).code(), "plugin-archive-hostile");
}

#[test]
fn a_size_that_lies_is_refused() {
    let mut header = tar::Header::new_ustar();
    header.set_path("libx.so").unwrap();
    header.set_entry_type(tar::EntryType::Regular);
    header.set_size(1 << 40);
    header.set_cksum();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    std::io::Write::write_all(&mut gzip, header.as_bytes()).unwrap();
    assert_eq!(refused(&gzip.finish().unwrap()).code(), "plugin-archive-hostile");
}

#[test]
fn parts_that_do_not_fit_are_refused() {
    use tar::EntryType::Regular;
    let good = serde_json::to_vec(&manifest()).unwrap();
    let name = FILE_NAME.as_bytes();
    let library: Entry<'_> = (b"libcategory_queue.so", Regular, LIBRARY);
    let cases: &[(&str, Vec<Entry<'_>>)] = &[
        ("no manifest", vec![library]),
        ("no library", vec![(name, Regular, &good)]),
        ("another library", vec![(name, Regular, &good), (b"libcategory_queue.so", Regular, b"changed")]),
        ("a second library", vec![(name, Regular, &good), library, (b"libevil.so", Regular, b"x")]),
        ("no JSON", vec![(name, Regular, b"{"), library]),
        ("nothing", vec![]),
    ];
    for (what, entries) in cases {
        assert_eq!(refused(&forged(entries)).code(), "plugin-archive-invalid", "{what}");
    }
    let wrong = Manifest { sha256: Some("0".repeat(64)), ..manifest() };
    assert_eq!(pack(&wrong, LIBRARY, &texts()).unwrap_err().code(), "plugin-archive-invalid");
    let odd = BTreeMap::from([("install.sh".to_owned(), b"rm -rf".to_vec())]);
    assert_eq!(pack(&manifest(), LIBRARY, &odd).unwrap_err().code(), "plugin-archive-invalid");
}

#[test]
fn an_archive_cut_short_is_refused_at_every_byte() {
    let whole = sound();
    for end in 0..whole.len() {
        assert!(Package::read(&whole[..end], "x").is_err(), "{end}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_flipped_bit_never_panics_and_never_changes_the_library(at in 0_usize..10_000, bit in 0_u32..8) {
        let mut bytes = sound();
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        if let Ok(package) = Package::read(bytes.as_slice(), "x") {
            prop_assert_eq!(package.library, LIBRARY);
        }
    }

    #[test]
    fn any_bytes_are_no_release(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Release::parse(&bytes, "x.json").is_err());
    }
}

fn release(target: &str, archive: &[u8]) -> Release {
    let manifest = Manifest { target: target.into(), ..manifest() };
    Release::new(&manifest, &Digest::of(archive), Some("2.31".parse().unwrap())).unwrap()
}

#[test]
fn targets_are_merged_into_one_release() {
    let mut all = release("x86_64-unknown-linux-gnu", b"one");
    all.merge(&release("aarch64-apple-darwin", b"two")).unwrap();
    all.merge(&release("aarch64-apple-darwin", b"two")).unwrap();
    assert_eq!(all.targets.keys().collect::<Vec<_>>(), ["aarch64-apple-darwin", "x86_64-unknown-linux-gnu"]);
    assert_eq!(all.file_name(), "category-queue-1.2.0.json");
    assert_eq!(Release::parse(&all.to_bytes(), "x").unwrap(), all);
    let text: serde_json::Value = serde_json::from_slice(&all.to_bytes()).unwrap();
    assert_eq!((&text["kind"], &text["word"]), (&"category".into(), &"queue".into()));
    let target = &text["targets"]["x86_64-unknown-linux-gnu"];
    assert_eq!((&target["libc"], &target["size"]), (&"2.31".into(), &3.into()));
    assert_eq!(target["librarySha256"], Digest::of(LIBRARY).sha256);

    let before = all.clone();
    assert_eq!(all.merge(&release("aarch64-apple-darwin", b"three")).unwrap_err().code(), "plugin-release-conflict");
    let mut other = release("x86_64-pc-windows-msvc", b"one");
    other.protocol += 1;
    assert!(all.merge(&other).unwrap_err().causes()[0].contains("protocol"));
    assert_eq!(all, before);
}

#[test]
fn a_release_that_breaks_rules_is_refused() {
    let good: serde_json::Value = serde_json::to_value(release("x86_64-unknown-linux-gnu", b"one")).unwrap();
    let with = |path: &str, value: serde_json::Value| {
        let mut text = good.clone();
        *text.pointer_mut(path).unwrap() = value;
        Release::parse(&serde_json::to_vec(&text).unwrap(), "r.json").map_err(|error| error.code())
    };
    let target = "/targets/x86_64-unknown-linux-gnu";
    let cases = [
        ("/name".to_owned(), "../evil"),
        ("/word".to_owned(), "--evil"),
        ("/kind".to_owned(), "virus"),
        ("/summary".to_owned(), "a\u{1b}[2J"),
        (format!("{target}/archive"), "../evil.tar.gz"),
        (format!("{target}/archive"), "http://elsewhere/x.tar.gz"),
        (format!("{target}/sha256"), "abc"),
        (format!("{target}/librarySha256"), ""),
    ];
    for (path, value) in cases {
        assert_eq!(with(&path, value.into()).unwrap_err(), "plugin-release-invalid", "{path}");
    }
    assert_eq!(with("/version", "1.0".into()).unwrap_err(), "plugin-release-garbled");
    assert_eq!(with("/targets", serde_json::json!({})).unwrap_err(), "plugin-release-invalid");
    assert!(with("/protocol", 9.into()).is_ok(), "what a host can use is for the host to say");
}
