//! The storage category: a bucket for the files of an app's users, and tables.
//!
//! Questions are asked in `questions` modules; what their answers write is worked out by functions without any input or
//! output, which `changes`, `template` and `parameters` hold.

pub mod bucket;
pub mod error;
mod function;
mod headless;
mod plugin;
mod service;
pub mod table;

pub use plugin::Storage;

amplify_sdk::export_plugin!(category: Storage::default());
