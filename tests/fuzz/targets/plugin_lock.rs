//! See `checks/plugin_lock.rs`, which the tests of `amplify-plugin-store` run too.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../checks/plugin_lock.rs"]
mod check;

fuzz_target!(|text: &str| check::check(text));
