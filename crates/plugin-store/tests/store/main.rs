//! Indexes, downloads and installs, end to end on this machine.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod downloads;
mod encrypted;
mod fixture;
mod hostile;
mod hostile_text;
mod interrupted;
mod publishing;
mod resolving;
mod server;
