//! `amplify add storage`, for a table.

use amplify_sdk::prelude::*;
use amplify_sdk::random::Random;

use super::{index::Keys, questions, template::NewTable, trigger};
use crate::service;

/// Asks for a new table and makes it.
///
/// # Errors
/// An answer that is missing.
pub fn add(context: &mut Context<'_>, random: &dyn Random) -> Result<Changes, PluginError> {
    let (resource, changes) = ask(context, random)?;
    Ok(service::added(changes, &resource))
}

/// The same without the words around it, for another plugin that needs a table; gives its name too.
///
/// # Errors
/// An answer that is missing.
pub fn ask(context: &mut Context<'_>, random: &dyn Random) -> Result<(String, Changes), PluginError> {
    questions::welcome(context);
    let resource = service::ask_name(context, format!("dynamo{}", random.hex(8)))?;
    let table = questions::table_name(context, &resource)?;
    let columns = questions::columns(context)?;
    let (partition_key, sort_key) = questions::table_keys(context, &columns)?;
    let keys = Keys { columns: &columns, partition_key: &partition_key };
    let indexes = questions::new_indexes(context, keys, &[])?;
    let triggers = trigger::ask(context, random, &resource, &[])?;
    let new = NewTable { resource, table, columns, partition_key, sort_key, indexes };
    let changes = new.changes(&triggers);
    Ok((new.resource, changes))
}
