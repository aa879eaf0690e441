//! See `checks/plugin_index.rs`, which the tests of `amplify-plugin-store` run too.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../checks/plugin_index.rs"]
mod check;

fuzz_target!(|bytes: &[u8]| check::check(bytes));
