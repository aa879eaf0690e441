//! Tests of the planner on whole project folders.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "tests")]

mod assembling;
mod corpus;
mod fixture;
mod guarding;
mod indexes;
mod planning;
mod references;
mod running;
