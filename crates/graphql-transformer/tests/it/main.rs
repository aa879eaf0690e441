//! Whole compilations: schema in, templates, resolvers and diagnostics out.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;
mod connection;
mod corpus;
mod hostile;
mod key;
mod model;
