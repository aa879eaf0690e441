//! Deploys, serves and runs functions in temporary folders.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod buckets;
mod corpus;
mod deploying;
mod fixture;
mod functions;
mod gateway;
mod killed;
mod nested;
mod rollback;
mod tables;
mod triggers;
mod users;
