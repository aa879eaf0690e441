//! Any text as the lock of a project's plugins: no panic, and what is accepted is the same again after writing and reading.

use amplify_plugin_store::{Difference, Lock, Requirements, differences};

/// Panics if the text shows a fault.
pub fn check(text: &str) {
    let lock = match Lock::parse(text) {
        Ok(lock) => lock,
        Err(error) => {
            assert_eq!(error.code(), "plugins-lock-invalid");
            assert!(!error.causes().is_empty() && !error.hints().is_empty(), "{error}");
            return;
        }
    };
    let written = lock.to_string();
    assert_eq!(Lock::parse(&written).expect("what is written can be read"), lock);
    for (name, locked) in &lock.plugins {
        // Both become parts of paths in the store.
        assert!(amplify_plugin_abi::check::plugin_name(name));
        for (target, build) in &locked.targets {
            assert!(!target.contains(['/', '\\']) && !target.contains(".."), "{target}");
            let hashes = build.archive.iter().chain([&build.library]);
            assert!(
                hashes.into_iter().all(|hash| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
            );
        }
        // Nobody asks for it, so it is one difference; and no merge marker is written, which would not be read again.
        assert!(written.contains(&format!("\nname = \"{name}\"\n")));
    }
    let extra = differences(&Requirements::new(), &lock);
    assert!(extra.len() == lock.plugins.len() && extra.iter().all(|one| matches!(one, Difference::NotWanted { .. })));
}
