//! The frontend for JavaScript apps: which framework an app uses, its folders and commands, and its `aws-exports.js`.

pub mod error;
pub mod exports;
pub mod framework;
mod plugin;
mod settings;
mod source_dir;

pub use plugin::JavaScript;

amplify_sdk::export_plugin!(frontend: JavaScript);
