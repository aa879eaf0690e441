//! Tables (`DynamoDB`).

mod add;
mod changes;
pub mod column;
mod edit;
mod headless;
pub mod index;
mod questions;
mod template;
mod trigger;
mod update;

pub use add::{add, ask};
pub use edit::RecordedTable;
pub use headless::headless;
pub use template::NewTable;
pub use update::update;

/// The service as `backend-config.json` records it.
pub const SERVICE: &str = "DynamoDB";

/// The template's file name.
pub fn template_file(resource: &str) -> String {
    format!("{resource}-cloudformation-template.json")
}
