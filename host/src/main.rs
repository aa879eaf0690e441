//! The `amplify` program.

mod browser;
mod catalog;
mod command;
mod commands;
mod completion;
mod contents;
mod departure;
mod deploy;
mod descriptor;
mod editor;
mod env_vars;
mod environment;
mod error;
mod events;
mod exit;
mod failure;
mod help;
mod host;
mod installing;
mod interrupt;
mod open;
mod output;
mod panic;
mod parse;
mod pending;
mod plan_text;
mod progress;
mod questions;
mod run;
mod selection;
mod services;
mod settings;
mod style;
mod suggestion;
mod surroundings;
mod table;
mod team;
mod tracked;
mod view;
mod words;

fn main() -> std::process::ExitCode {
    run::run()
}
