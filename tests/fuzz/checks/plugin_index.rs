//! Any bytes as the file of a plugin in an index: no panic, what is accepted is the same again, and a lock of it can be read.

use amplify_plugin_store::{Lock, Locked, index::Versions};

/// Panics if the bytes show a fault.
pub fn check(bytes: &[u8]) {
    let versions = match Versions::parse(bytes, "category-queue", "https://x.example") {
        Ok(versions) => versions,
        Err(error) => {
            assert_eq!(error.code(), "plugin-index-invalid");
            assert!(!error.causes().is_empty() && !error.hints().is_empty(), "{error}");
            return;
        }
    };
    let written = versions.to_bytes().expect("what was read can be written");
    let again = Versions::parse(&written, "category-queue", "again").expect("what is written can be read");
    assert_eq!(again.lines, versions.lines);
    assert!(again.unread.is_empty(), "{:?}", again.unread);
    assert!(versions.unread.iter().all(|why| why.starts_with("line ")));
    for line in &versions.lines {
        let release = &line.release;
        assert_eq!(release.name, "category-queue");
        assert_eq!(versions.find(&release.version).map(|found| found.yanked), Some(line.yanked));
        assert!(release.targets.values().all(|target| !target.archive.contains(['/', '\\'])));
        let locked = Locked::of(release, "index+https://x.example", true).expect("its kind was checked");
        let lock = Lock { plugins: [(release.name.clone(), locked)].into() };
        assert_eq!(Lock::parse(&lock.to_string()).expect("a lock can be read"), lock);
    }
}
