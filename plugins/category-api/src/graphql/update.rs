//! `amplify update api`, for a GraphQL API.

use amplify_graphql_transformer::{AuthConfig, Source};
use amplify_sdk::prelude::*;
use serde_json::json;

use super::{
    add::advanced,
    auth, compile,
    files::{self, PARAMETERS_FILE, SCHEMA_FILE},
    inputs::Inputs,
    path, resource, schema,
};
use crate::{clock::Clock, error::ApiError, plugin::CATEGORY};

/// Everything that can be settled.
pub const WALKTHROUGH: &str = "walkthrough";
/// How clients prove who they are.
pub const AUTH: &str = "auth";
/// Another schema.
pub const SCHEMA: &str = "schema";

/// Asks what changes, and compiles again.
///
/// # Errors
/// No API, an answer that is missing, or a schema that is wrong.
pub fn update(context: &mut Context<'_>, clock: &dyn Clock) -> Result<Changes, PluginError> {
    let name = resource(context.project()).ok_or(ApiError::NoApi)?;
    let choices = vec![
        Choice::new(WALKTHROUGH, "Walkthrough all configurations"),
        Choice::new(AUTH, "Update auth settings"),
        Choice::new(SCHEMA, "Replace the schema by a file"),
    ];
    let what = context.select("api.update", "Select from the options below", choices, Some(WALKTHROUGH))?;
    let changes =
        if what == SCHEMA { replace_schema(context, &name, clock)? } else { settings(context, &name, &what, clock)? };
    Ok(changes
        .message("Successfully updated resource")
        .next_step("\"amplify push\" will build all your local backend resources and provision it in the cloud"))
}

fn settings(context: &mut Context<'_>, name: &str, what: &str, clock: &dyn Clock) -> Result<Changes, PluginError> {
    let entry = context.project().resource(CATEGORY, name).cloned();
    let default = auth::ask_default(context, entry.as_ref())?;
    let settings = if what == AUTH {
        let additional = auth::ask_additional(context, &default, entry.as_ref())?;
        auth::AuthSettings { default, additional }
    } else {
        advanced(context, default, entry.as_ref())?
    };
    let config = AuthConfig::from_value(&settings.document()).unwrap_or_default();
    let mut input = Inputs::read(context, name, clock.now())?.input;
    let sources = std::mem::take(&mut input.sources);
    input = Inputs::with(context, name, sources, config, clock.now())?.input;
    files::set_pool(&mut input.parameters, &settings);
    let output = compile::compiled(context, name, &input)?;
    let document = settings.document();
    // Projects of older versions name the default mode alone, which would contradict what is recorded now.
    let changes = Changes::new()
        .patch_resource(CATEGORY, name, [("output", json!({ "authConfig": document, "securityType": null }))])
        .json(CATEGORY, name, PARAMETERS_FILE, input.parameters.into());
    compile::write(context, changes, name, output, false)
}

fn replace_schema(context: &mut Context<'_>, name: &str, clock: &dyn Clock) -> Result<Changes, PluginError> {
    let text = schema::ask_file(context)?;
    let mut changes = Changes::new();
    for old in context.list(&path(name, "schema"))? {
        changes = changes.delete_file(CATEGORY, name, &format!("schema/{old}"));
    }
    let mut input = Inputs::read(context, name, clock.now())?.input;
    input.sources = vec![Source { name: path(name, SCHEMA_FILE), text: text.clone() }];
    let output = compile::compiled(context, name, &input)?;
    compile::write(context, changes.text(CATEGORY, name, SCHEMA_FILE, text), name, output, false)
}
