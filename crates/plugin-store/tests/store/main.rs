//! Indexes, downloads and installs, end to end on this machine.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod downloads;
mod fixture;
mod hostile;
mod interrupted;
mod publishing;
mod resolving;
mod server;
