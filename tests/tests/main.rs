//! The end-to-end tests, one module an area. A test of logic belongs into its crate; here stands what only the whole shows.

mod architecture;
mod corpus;
mod faults;
mod journey;
mod kill;
mod output;
mod plugins;
mod readme;
mod runner;
mod terminal;
