//! The types of the project's GraphQL API that have tables.

use amplify_graphql_transformer::Source;
use amplify_sdk::prelude::*;

/// The service of GraphQL APIs, as `backend-config.json` records it.
pub const SERVICE: &str = "AppSync";

/// The project's GraphQL API.
pub fn api(project: &ProjectView) -> Option<String> {
    project.resources_of_service("api", SERVICE).first().map(|name| (*name).to_owned())
}

/// The types with a table in the schema of an API.
///
/// # Errors
/// A schema that cannot be read.
pub fn of(context: &mut Context<'_>, api: &str) -> Result<Vec<String>, PluginError> {
    let folder = format!("amplify/backend/api/{api}");
    let mut sources = Vec::new();
    let whole = format!("{folder}/schema.graphql");
    if let Some(text) = context.read_text(&whole)? {
        sources.push(Source { name: whole, text });
    } else {
        for name in context.list(&format!("{folder}/schema"))? {
            let name = format!("{folder}/schema/{name}");
            if let Some(text) = context.read_text(&name)? {
                sources.push(Source { name, text });
            }
        }
    }
    Ok(amplify_graphql_transformer::models(&sources))
}
