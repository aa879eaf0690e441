//! The end-to-end tests, one module an area. A test of logic belongs into its crate; here stands what only the whole shows.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

mod abi;
mod access;
mod architecture;
mod auth;
mod auth_cloud;
mod auth_flows;
mod authors;
mod aws;
mod aws_faults;
mod aws_secrets;
mod aws_team;
mod backups;
mod branches;
mod commands;
mod corpus;
mod corpus_pushed;
mod custom;
mod environments;
mod faults;
mod graphql;
mod guide;
mod indexes;
mod init;
mod journey;
mod kill;
mod languages;
mod leaks;
mod mock;
mod network;
mod output;
mod packages;
mod pain_points;
mod places;
mod plugins;
mod pull;
mod queue;
mod readme;
mod record;
mod recover;
mod reference;
mod rest;
mod runner;
mod sample;
mod saved;
mod secrets;
mod teams;
mod terminal;
mod transcripts;
mod triggers;
mod users;
