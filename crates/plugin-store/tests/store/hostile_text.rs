//! Lock, requirements and index against texts that are nearly sound: a part missing, doubled, or another byte.
//!
//! What must hold is in `tests/fuzz/checks`, which the fuzz targets run with any input; here it is run with a few thousand.

use std::path::Path;

#[path = "../../../../tests/fuzz/checks/plugin_index.rs"]
mod plugin_index;
#[path = "../../../../tests/fuzz/checks/plugin_lock.rs"]
mod plugin_lock;
#[path = "../../../../tests/fuzz/checks/plugin_requirements.rs"]
mod plugin_requirements;

/// What stands in for a byte, by turns: what ends or begins something in TOML, JSON and text.
const OTHERS: &[u8] = b"\"'{}[]=,.\n\r\\#<\0\x80\xff0aZ-+*";

/// The seeds of a fuzz target, and what is nearly one.
fn nearly_sound(target: &str, check: impl Fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/seeds").join(target);
    let mut tried = 0;
    let mut check = |bytes: &[u8]| {
        check(bytes);
        tried += 1;
    };
    for entry in fs_err::read_dir(folder).unwrap() {
        let seed = fs_err::read(entry.unwrap().path()).unwrap();
        check(&seed);
        for at in 0..seed.len() {
            let mut other = seed.clone();
            other[at] = OTHERS[at % OTHERS.len()];
            check(&other);
        }
        for end in (0..seed.len()).step_by(7) {
            check(&seed[..end]);
            check(&seed[end..]);
        }
        let lines: Vec<&[u8]> = seed.split_inclusive(|byte| *byte == b'\n').collect();
        for (number, line) in lines.iter().enumerate() {
            let without: Vec<&[u8]> = [&lines[..number], &lines[number + 1..]].concat();
            check(&without.concat());
            check(&[&without[..], &[line]].concat().concat());
            check(&[&lines[..number], &[line, line], &lines[number + 1..]].concat().concat());
        }
    }
    assert!(tried > 200, "{tried} inputs");
}

fn text(check: impl Fn(&str)) -> impl Fn(&[u8]) {
    move |bytes| check(&String::from_utf8_lossy(bytes))
}

#[test]
fn a_lock_that_is_nearly_sound() {
    nearly_sound("plugin_lock", text(plugin_lock::check));
}

#[test]
fn requirements_that_are_nearly_sound() {
    nearly_sound("plugin_requirements", text(plugin_requirements::check));
}

#[test]
fn an_index_that_is_nearly_sound() {
    nearly_sound("plugin_index", plugin_index::check);
}
