//! The service's operations, each way they end, against pools as templates have them.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on panics"
)]

mod account;
mod admin;
mod challenges;
mod fixture;
mod groups;
mod hostile;
mod identities;
mod signing_in;
mod signing_up;
mod triggers;
