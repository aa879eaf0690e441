//! GraphQL APIs: questions, files, and what is compiled from them.

mod add;
mod auth;
mod compile;
mod files;
mod headless;
mod inputs;
mod key;
mod schema;
mod update;

pub use add::add;
pub use auth::{AuthSettings, Provider};
pub use compile::{compile_for_deployment, gql_compile};
pub use files::custom_stack;
pub use headless::answers as headless;
pub use schema::Guided;
pub use update::update;

use amplify_sdk::prelude::*;

/// The service as `backend-config.json` records it.
pub const SERVICE: &str = "AppSync";

/// How the service is called among choices.
pub const LABEL: &str = "GraphQL";

/// The project's GraphQL API, if it has one.
fn resource(project: &ProjectView) -> Option<String> {
    project.resources_of_service(crate::plugin::CATEGORY, SERVICE).first().map(|name| (*name).to_owned())
}

/// A resource's path in the project.
fn path(resource: &str, file: &str) -> String {
    format!("amplify/backend/{}/{resource}/{file}", crate::plugin::CATEGORY)
}

/// Shows a line between questions.
fn say(context: &mut Context<'_>, line: impl Into<String>) {
    context.progress(&Progress::Message { text: line.into() });
}
