//! The questions about a table.

use amplify_sdk::prelude::*;

use super::{
    column::{Column, ColumnType, keys},
    index::{Index, Keys},
};
use crate::service;

const COLUMNS: &str = "storage.columns";
const INDEXES: &str = "storage.indexes";
const ANOTHER_COLUMN: &str = "Would you like to add another column?";

const ABOUT_KEYS: [&str; 6] = [
    "",
    "Before you create the database, you must specify how items in your table are uniquely organized. You do this by \
specifying a primary key. The primary key uniquely identifies each item in the table so that no two items can have the \
same key. This can be an individual column, or a combination that includes a primary key and a sort key.",
    "",
    "To learn more about primary keys, see:",
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.CoreComponents.html#HowItWorks.CoreComponents.PrimaryKey",
    "",
];

const ABOUT_INDEXES: [&str; 5] = [
    "",
    "You can optionally add global secondary indexes for this table. These are useful when you run queries defined in a \
different column than the primary key.",
    "To learn more about indexes, see:",
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.CoreComponents.html#HowItWorks.CoreComponents.SecondaryIndexes",
    "",
];

/// Says what comes.
pub fn welcome(context: &mut Context<'_>) {
    service::say(
        context,
        &[
            "",
            "Welcome to the NoSQL DynamoDB database wizard",
            "This wizard asks you a series of questions to help determine how to set up your NoSQL database table.",
            "",
        ],
    );
}

/// Asks for the name of the table. The environment's name is appended to it, hence room for that is left.
pub fn table_name(context: &mut Context<'_>, default: &str) -> Result<String, PluginError> {
    let wanted = Validation {
        pattern: Some("[a-zA-Z0-9._-]+".into()),
        min_length: Some(1),
        max_length: Some(244),
        message: "You can use the following characters: a-z A-Z 0-9 . - _".into(),
        ..Validation::default()
    };
    context.input("storage.tableName", "Please provide table name:", Some(default.into()), Some(wanted))
}

/// Asks for the columns of a new table, until one of them can be its key.
pub fn columns(context: &mut Context<'_>) -> Result<Vec<Column>, PluginError> {
    service::say(context, &["", "You can now add columns to the table.", ""]);
    let mut columns = Vec::new();
    let mut position = 0;
    loop {
        add_columns(context, &mut columns, &mut position)?;
        if keys(&columns).next().is_some() {
            return Ok(columns);
        }
        service::say(context, &["A table needs a column of the type string, number or binary as its key."]);
    }
}

/// Asks for further columns of a table that exists.
pub fn more_columns(context: &mut Context<'_>, columns: &mut Vec<Column>) -> Result<(), PluginError> {
    service::say(context, &["", "You can now add columns to the table.", ""]);
    if wanted(context, COLUMNS, ANOTHER_COLUMN)? {
        add_columns(context, columns, &mut 0)?;
    }
    Ok(())
}

/// Whether more is to come. Enter means yes, as in the original; what comes has a name that `--yes` does not know.
fn wanted(context: &mut Context<'_>, key: &str, text: &str) -> Result<bool, PluginError> {
    Ok(context.ask(Question::confirm(key, text, true).unattended(false))? == true)
}

/// Asks for columns until there are enough. `position` counts the questions, `columns` grows by those that are new.
fn add_columns(context: &mut Context<'_>, columns: &mut Vec<Column>, position: &mut usize) -> Result<(), PluginError> {
    loop {
        let at = *position;
        let wanted = Validation {
            pattern: Some("[a-zA-Z0-9_-]+".into()),
            max_length: Some(255),
            message: "You can use the following characters: a-z A-Z 0-9 - _".into(),
            ..Validation::default()
        };
        let key = format!("{COLUMNS}[{at}]");
        let name =
            context.input(&format!("{key}.name"), "What would you like to name this column:", None, Some(wanted))?;
        let types = ColumnType::ALL.iter().map(|kind| Choice::same(kind.word())).collect();
        let word = service::choose(context, &format!("{key}.type"), "Please choose the data type:", types)?;
        let mut text = ANOTHER_COLUMN;
        if columns.iter().any(|column| column.name == name) {
            text = "This attribute was already added. Do you want to add another attribute?";
        } else {
            let kind = ColumnType::from_word(&word).unwrap_or(ColumnType::String);
            columns.push(Column { name, kind });
        }
        *position += 1;
        if !context.another(COLUMNS, at, text, true)? {
            return Ok(());
        }
    }
}

/// Explains keys.
pub fn explain_keys(context: &mut Context<'_>) {
    service::say(context, &ABOUT_KEYS);
}

/// Asks for the keys of a new table.
pub fn table_keys(context: &mut Context<'_>, columns: &[Column]) -> Result<(String, Option<String>), PluginError> {
    explain_keys(context);
    let choices = keys(columns).map(Choice::same).collect();
    let partition_key =
        service::choose(context, "storage.partitionKey", "Please choose partition key for the table:", choices)?;
    if !context.confirm("storage.sortKey", "Do you want to add a sort key to your table?", true)? {
        return Ok((partition_key, None));
    }
    let rest: Vec<Choice> = keys(columns).filter(|name| *name != partition_key).map(Choice::same).collect();
    if rest.is_empty() {
        service::say(context, &["You must add additional keys in order to select a sort key."]);
        return Ok((partition_key, None));
    }
    let sort_key = service::choose(context, "storage.sortKey.column", "Please choose sort key for the table:", rest)?;
    Ok((partition_key, Some(sort_key)))
}

/// Asks for new indexes. `existing` are those that the table has.
pub fn new_indexes(context: &mut Context<'_>, table: Keys<'_>, existing: &[Index]) -> Result<Vec<Index>, PluginError> {
    service::say(context, &ABOUT_INDEXES);
    let mut indexes = existing.to_vec();
    if !wanted(context, INDEXES, "Do you want to add global secondary indexes to your table?")? {
        return Ok(Vec::new());
    }
    loop {
        let position = indexes.len() - existing.len();
        if table.partition_choices(&indexes).is_empty() {
            service::say(context, &["You do not have any other attributes remaining to configure"]);
            break;
        }
        let index = new_index(context, table, &indexes, &format!("{INDEXES}[{position}]"))?;
        indexes.push(index);
        let text = "Do you want to add more global secondary indexes to your table?";
        if !context.another(INDEXES, position, text, true)? {
            break;
        }
    }
    Ok(indexes.split_off(existing.len()))
}

fn new_index(context: &mut Context<'_>, table: Keys<'_>, indexes: &[Index], key: &str) -> Result<Index, PluginError> {
    let wanted = Validation {
        pattern: Some("[a-zA-Z0-9_.-]{3,255}".into()),
        taken: indexes.iter().map(|index| index.name.clone()).collect(),
        message: "You can use 3 to 255 of the following characters: a-z A-Z 0-9 . - _".into(),
        ..Validation::default()
    };
    let name = context.input(&format!("{key}.name"), "Please provide the GSI name:", None, Some(wanted))?;
    let choices = table.partition_choices(indexes).into_iter().map(Choice::same).collect();
    let partition_key =
        service::choose(context, &format!("{key}.partitionKey"), "Please choose partition key for the GSI:", choices)?;
    let rest = table.sort_choices(indexes, &partition_key);
    let text = "Do you want to add a sort key to your global secondary index?";
    // The original does not ask where every column is a key already, so there Enter means no.
    let some_unused = table.unused(indexes).iter().any(|name| *name != partition_key);
    if rest.is_empty() || !context.confirm(&format!("{key}.sortKey"), text, some_unused)? {
        return Ok(Index { name, partition_key, sort_key: None });
    }
    let choices = rest.into_iter().map(Choice::same).collect();
    let sort_key =
        service::choose(context, &format!("{key}.sortKey.column"), "Please choose sort key for the GSI:", choices)?;
    Ok(Index { name, partition_key, sort_key: Some(sort_key) })
}

/// Asks which of the table's indexes go. None unless the user says so.
pub fn indexes_to_remove(context: &mut Context<'_>, existing: &[Index]) -> Result<Vec<String>, PluginError> {
    let text = "Do you want to keep existing global seconday indexes created on your table?";
    if existing.is_empty() || context.confirm("storage.keepIndexes", text, true)? {
        return Ok(Vec::new());
    }
    let choices = existing.iter().map(|index| Choice::same(index.name.clone())).collect();
    let question =
        Question::multi_select("storage.removeIndexes", "Select the indexes you would like to remove:", choices, 1)
            .min_message("Select at least one option");
    let answer = context.ask(question)?;
    Ok(answer.as_array().into_iter().flatten().filter_map(|name| name.as_str()).map(Into::into).collect())
}
