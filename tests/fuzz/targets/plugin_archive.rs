//! Any bytes as a package archive, compressed and not, and as a release description: no panic, nothing outside a package.
#![no_main]

use std::io::Write;

use amplify_plugin_package::{Digest, MAX_FILES, Package, Release};
use flate2::{Compression, write::GzEncoder};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    read(bytes);
    // What follows gzip's header would hardly be found by chance.
    let mut gzip = GzEncoder::new(Vec::new(), Compression::none());
    gzip.write_all(bytes).expect("memory can be written to");
    read(&gzip.finish().expect("memory can be written to"));
    match Release::parse(bytes, "release.json") {
        Ok(release) => {
            let again = Release::parse(&release.to_bytes(), "release.json").expect("it was accepted before");
            assert_eq!(again, release);
            assert!(release.targets.values().all(|target| !target.archive.contains(['/', '\\'])));
        }
        Err(error) => assert!(!error.causes().is_empty() && !error.hints().is_empty()),
    }
});

fn read(archive: &[u8]) {
    match Package::read(archive, "archive.tar.gz") {
        Ok(package) => {
            let names = package.texts.keys().chain(&package.manifest.library);
            assert!(names.clone().count() <= MAX_FILES);
            assert!(names.into_iter().all(|name| !name.contains(['/', '\\']) && !name.starts_with('.')));
            assert_eq!(package.manifest.sha256, Some(Digest::of(&package.library).sha256));
        }
        Err(error) => assert!(!error.causes().is_empty() && !error.hints().is_empty()),
    }
}
