//! The crate as others use it.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking, and says when it is skipped")]

mod catalog;
mod comparison;
mod conditions;
mod corpus;
mod dependencies;
mod intrinsics;
mod limits;
mod nested;
mod parameters;
mod properties;
mod references;
mod sample;
mod structure;
mod tokens;
mod yaml;
