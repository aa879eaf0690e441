//! Any text as what a project asks for: no panic, and an edit changes its own plugin and nothing else.

use amplify_plugin_store::{Difference, Lock, Requirements, Wanted, differences};

/// Panics if the text shows a fault.
pub fn check(text: &str) {
    let read = match Requirements::parse(text) {
        Ok(read) => read,
        Err(error) => {
            assert_eq!(error.code(), "plugins-toml-invalid");
            assert!(!error.causes().is_empty() && !error.hints().is_empty(), "{error}");
            return;
        }
    };
    same(&read, &again(&read));
    let missing = differences(&read, &Lock::default());
    assert_eq!(missing.len(), read.plugins().len());
    assert!(missing.iter().all(|one| matches!(one, Difference::NotLocked { .. })));

    let asked = |from: Option<&str>| Wanted {
        requirement: ">=1.2, <3".parse().expect("it is a requirement"),
        from: from.map(str::to_owned),
        key: None,
    };
    for from in [None, Some("../a \"b\"")] {
        let mut edited = read.clone();
        edited.set("category-fuzz", &asked(from));
        let after = again(&edited);
        assert_eq!(after.plugins()["category-fuzz"], asked(from));
        assert_eq!((after.index(), after.index_key()), (read.index(), read.index_key()));
        for (name, wanted) in read.plugins().iter().filter(|(name, _)| *name != "category-fuzz") {
            assert_eq!(after.plugins().get(name), Some(wanted), "{name}");
        }
        assert!(edited.remove("category-fuzz") && !edited.remove("category-fuzz"));
        assert!(!again(&edited).plugins().contains_key("category-fuzz"));
    }
    let mut moved = read.clone();
    moved.set_index(Some("https://x.example"), None);
    let after = again(&moved);
    assert_eq!((after.index(), after.index_key()), (Some("https://x.example"), None));
    assert_eq!(after.plugins(), read.plugins());
}

fn again(requirements: &Requirements) -> Requirements {
    Requirements::parse(&requirements.to_string()).expect("what is written can be read")
}

fn same(one: &Requirements, other: &Requirements) {
    assert_eq!(one.plugins(), other.plugins());
    assert_eq!((one.index(), one.index_key()), (other.index(), other.index_key()));
    assert_eq!(one.unknown(), other.unknown());
}
