//! The bucket that holds the files of an app's users (`S3`).

pub mod access;
mod add;
pub mod auth;
mod changes;
mod groups;
mod headless;
pub mod parameters;
mod questions;
pub mod template;
mod trigger;
mod update;

pub use add::add;
pub use changes::{NewBucket, RecordedBucket};
pub use headless::answers as headless;
pub use update::update;

/// The service as `backend-config.json` records it.
pub const SERVICE: &str = "S3";
/// The template's file name, the same in every project.
pub const TEMPLATE_FILE: &str = "s3-cloudformation-template.json";
