//! The end-to-end tests, one module an area. A test of logic belongs into its crate; here stands what only the whole shows.

mod corpus;
mod faults;
mod journey;
mod kill;
mod readme;
mod runner;
