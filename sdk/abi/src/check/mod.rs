//! What makes the documents of this crate valid. The host and `amplify_sdk::testing` apply the same functions.

mod change;
mod manifest;
mod question;
mod stand_in;

pub use change::{changes, response, root_files};

pub use manifest::{file_name, manifest, plugin_name, semver};
pub use question::{answer, question};
pub use stand_in::stand_in;
