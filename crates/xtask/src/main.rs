//! Chores of this repository: `cargo xtask <chore>`.
#[allow(dead_code, reason = "the chores call it")]
mod plugins;

fn main() {}
