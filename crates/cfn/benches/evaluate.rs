//! How long a template of 1,000 resources takes to evaluate and to compare.
fn main() {}
