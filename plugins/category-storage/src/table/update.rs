//! `amplify update storage`, for a table: its indexes and triggers. Keys cannot change once a table exists.

use amplify_sdk::prelude::*;
use amplify_sdk::random::Random;
use serde_json::Value;

use super::{edit, index::Keys, questions, template_file, trigger};
use crate::{
    error::StorageError,
    service::{self, CATEGORY, PARAMETERS_FILE, STORAGE_PARAMS_FILE},
};

/// Asks for new columns and indexes, for indexes to remove, and for triggers.
///
/// # Errors
/// A template that questions cannot change, or an answer that is missing.
pub fn update(context: &mut Context<'_>, random: &dyn Random, resource: &str) -> Result<Changes, PluginError> {
    let file = template_file(resource);
    let template = service::read_template(context, resource, &file)?;
    let parameters = service::read_object(context, resource, PARAMETERS_FILE)?;
    let Some(table) = edit::read(&template, &parameters) else {
        let missing = "table with plain keys (Resources.DynamoDBTable)".into();
        return Err(StorageError::TemplateShape { path: service::path(resource, &file), missing }.into());
    };
    questions::welcome(context);
    let mut columns = table.columns.clone();
    questions::more_columns(context, &mut columns)?;
    questions::explain_keys(context);
    service::say(
        context,
        &["The keys of a table cannot be changed once it exists; an index lets you query by other columns."],
    );
    let keys = Keys { columns: &columns, partition_key: &table.partition_key };
    let added = questions::new_indexes(context, keys, &table.indexes)?;
    let removed = questions::indexes_to_remove(context, &table.indexes)?;

    let mut changed = template.clone();
    edit::change_indexes(&mut changed, &columns, &added, &removed, &parameters);
    let mut storage_params = service::read_object(context, resource, STORAGE_PARAMS_FILE)?;
    let old_triggers = trigger::connected(context.project(), resource, trigger::recorded(&storage_params));
    let triggers = trigger::ask(context, random, resource, &old_triggers)?;

    let mut changes = Changes::new();
    if changed != template {
        let steps = several_at_once(context, resource, &file, &changed)?;
        changes = changes.json(CATEGORY, resource, &file, changed);
        changes.next_steps.extend(steps);
    }
    if triggers != old_triggers {
        trigger::remember(&mut storage_params, &triggers);
        changes = changes.json(CATEGORY, resource, STORAGE_PARAMS_FILE, storage_params.into());
    }
    if changes.is_empty() {
        let why = "Nothing changed: a table declares only the columns that are keys, other columns need no declaration";
        return Ok(changes.message(why));
    }
    Ok(changes.message("Successfully updated resource"))
}

/// A deployed table takes one new or removed index per deployment, so a push makes several; says so.
fn several_at_once(
    context: &mut Context<'_>,
    resource: &str,
    file: &str,
    changed: &Value,
) -> Result<Option<String>, PluginError> {
    let path = format!("amplify/#current-cloud-backend/{CATEGORY}/{resource}/{file}");
    let Some(deployed) = context.read_json(&path)? else { return Ok(None) };
    let (old, new) = (edit::index_names(&deployed), edit::index_names(changed));
    let count =
        old.iter().filter(|name| !new.contains(name)).count() + new.iter().filter(|name| !old.contains(name)).count();
    Ok((count > 1).then(|| {
        format!(
            "AWS adds or removes one index of a deployed table at a time: `amplify push` changes the {count} indexes of {resource} one after the other"
        )
    }))
}
