//! Whole compilations: schema in, templates, resolvers and diagnostics out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it skips"
)]

mod auth;
mod common;
mod connection;
mod corpus;
mod function;
mod guards;
mod hostile;
mod hostile_schemas;
mod http;
mod key;
mod model;
mod peer;
mod searchable;
mod stacks;
mod versioned;
