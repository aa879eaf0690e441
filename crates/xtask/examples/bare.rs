//! A process that does nothing: what any other is measured against.
fn main() {}
