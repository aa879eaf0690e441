//! REST APIs on API Gateway: paths, the functions behind them, and who may call them.

mod access;
mod add;
mod ask;
mod auth;
mod files;
mod headless;
mod lambda;
mod params;
mod path;
mod policies;
mod swagger;
mod template;
mod update;

pub use access::{Methods, Operation, Privacy};
pub use add::add;
pub use headless::answers as headless;
pub use params::{ApiPath, Params};
pub use template::template;
pub use update::update;

use amplify_sdk::prelude::*;

/// The service as `backend-config.json` records it.
pub const SERVICE: &str = "API Gateway";

/// How the service is called among choices.
pub const LABEL: &str = "REST";

/// A resource's path in the project.
fn file(resource: &str, name: &str) -> String {
    format!("amplify/backend/{}/{resource}/{name}", crate::plugin::CATEGORY)
}

/// Shows a line between questions.
fn say(context: &mut Context<'_>, line: impl Into<String>) {
    context.progress(&Progress::Message { text: line.into() });
}
