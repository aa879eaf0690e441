//! `amplify add api`, for a GraphQL API.

use amplify_graphql_transformer::{AuthConfig, Input, Output, Source};
use amplify_sdk::prelude::*;
use serde_json::{Value, json};

use super::{
    SERVICE,
    auth::{self, AuthSettings},
    compile,
    files::{self, CONFIGURATION_FILE, CUSTOM_STACK_FILE, PARAMETERS_FILE, SCHEMA_FILE},
    inputs::Inputs,
    path, resource,
    schema::{self, Chosen},
};
use crate::{clock::Clock, error::ApiError, plugin::CATEGORY};

/// Asks for a new API, compiles its schema and writes its files.
///
/// # Errors
/// A project that has an API, an answer that is missing, or a schema that is wrong.
pub fn add(context: &mut Context<'_>, clock: &dyn Clock) -> Result<Changes, PluginError> {
    if let Some(resource) = resource(context.project()) {
        return Err(ApiError::ApiExists { resource }.into());
    }
    let name = ask_name(context)?;
    let default = auth::ask_default(context, None)?;
    let auth = advanced(context, default, None)?;
    let schema = schema::ask(context, auth.user_pool().is_some())?;

    let config = AuthConfig::from_value(&auth.document()).unwrap_or_default();
    let mut input = Inputs::with(context, &name, Vec::new(), config, clock.now())?.input;
    input.parameters = files::parameters(&name, &auth);
    input.configuration = Some(files::configuration());
    let custom = files::custom_stack();
    input.overrides.stacks.insert("CustomResources.json".into(), custom.to_string());
    let (text, output) = compiled(context, &name, &mut input, schema)?;

    let changes = Changes::new()
        .add_resource(CATEGORY, &name, entry(&auth))
        .json(CATEGORY, &name, PARAMETERS_FILE, input.parameters.into())
        .text(CATEGORY, &name, SCHEMA_FILE, text)
        .json(CATEGORY, &name, CONFIGURATION_FILE, files::configuration())
        .json_tabs(CATEGORY, &name, CUSTOM_STACK_FILE, custom);
    Ok(compile::write(context, changes, &name, output, false)?
        .message(format!("Successfully added resource {name} locally"))
        .next_step("\"amplify push\" will build all your local backend resources and provision it in the cloud"))
}

/// Compiles the schema; one that was edited on the way is edited again until it is right, or stays wrong.
fn compiled(
    context: &mut Context<'_>,
    name: &str,
    input: &mut Input,
    schema: Chosen,
) -> Result<(String, Output), PluginError> {
    let Chosen { mut text, edited } = schema;
    loop {
        input.sources = vec![Source { name: path(name, SCHEMA_FILE), text: text.clone() }];
        match compile::compiled(context, name, input) {
            Ok(output) => return Ok((text, output)),
            Err(wrong) if edited => text = schema::mend(context, &text, &wrong)?.ok_or(wrong)?,
            Err(wrong) => return Err(wrong),
        }
    }
}

fn ask_name(context: &mut Context<'_>) -> Result<String, PluginError> {
    let project: String = context.project().name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let taken: Vec<String> = context.project().resources(CATEGORY).into_iter().map(Into::into).collect();
    let wanted = Validation {
        pattern: Some("[a-zA-Z0-9]+".into()),
        max_length: Some(64),
        taken,
        message: "You can use the following characters: a-z A-Z 0-9".into(),
        ..Validation::default()
    };
    context.input("api.name", "Provide API name:", Some(project), Some(wanted))
}

/// Asks whether there is more to settle, and for it.
///
/// # Errors
/// An answer that is missing, or conflict detection.
pub fn advanced(
    context: &mut Context<'_>,
    default: auth::Provider,
    entry: Option<&JsonMap>,
) -> Result<AuthSettings, PluginError> {
    let choices =
        vec![Choice::new("no", "No, I am done."), Choice::new("yes", "Yes, I want to make some additional changes.")];
    let text = "Do you want to configure advanced settings for the GraphQL API";
    let before = entry.and_then(auth::recorded).is_some_and(|config| !config.additional.is_empty());
    let first = if before { "yes" } else { "no" };
    if context.select("api.advanced", text, choices, Some(first))? == "no" {
        return Ok(AuthSettings { default, additional: Vec::new() });
    }
    let additional = auth::ask_additional(context, &default, entry)?;
    if context.confirm("api.conflictDetection", "Configure conflict detection?", false)? {
        return Err(ApiError::ConflictDetection.into());
    }
    Ok(AuthSettings { default, additional })
}

/// The entry of a new API in `backend-config.json`.
fn entry(auth: &AuthSettings) -> [(&'static str, Value); 3] {
    [
        ("service", SERVICE.into()),
        // The original knows its one provider by this name, whichever provider deploys an environment.
        ("providerPlugin", "awscloudformation".into()),
        ("output", json!({ "authConfig": auth.document() })),
    ]
}
