//! The auth category: a user pool, an identity pool and the groups of users.
//!
//! The answers to the questions are **settings**: the document `parameters.json`, in which keys that nobody here knows are
//! kept. A template follows from settings alone (`template`), so an update is a comparison: what the old settings would
//! have written, what the new ones write, and what the file holds by now. Only what differs between the first two is
//! changed in the third; what was edited by hand, or written by the original in its own way, stays.
//!
//! It knows Cognito and the file formats of the original. Functions and APIs that it needs are made by the categories they belong to, through the host.
//! It must not know who asks its questions, nor where it is deployed.

pub mod admin;
pub mod ask;
mod attribute;
mod change;
mod ensure;
pub mod error;
mod exports;
mod federation;
pub mod groups;
pub mod headless;
mod names;
mod plugin;
mod removal;
pub mod settings;
mod social;
pub mod template;
pub mod triggers;

pub use plugin::Auth;

amplify_sdk::export_plugin!(category: Auth::default());
