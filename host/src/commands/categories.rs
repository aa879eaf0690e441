//! `amplify categories`: the categories that plugins keep.

use serde_json::{Value, json};

use crate::{
    command::{Call, Command},
    descriptor::Descriptor,
    error::Error,
    exit::Exit,
    host::Host,
    table,
};

/// The command.
pub struct Categories;

impl Command for Categories {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["categories"], "Lists the categories that resources can be added to.")
    }

    fn run(&self, host: &Host<'_>, _call: &Call) -> Result<Exit, Error> {
        let mut categories: Vec<(&str, &str)> =
            host.catalog.categories().map(|(word, manifest)| (word, manifest.summary.as_str())).collect();
        categories.sort_unstable();
        let rows: Vec<Vec<String>> =
            categories.iter().map(|(word, summary)| vec![(*word).to_owned(), (*summary).to_owned()]).collect();
        host.output.answer(&table::markdown(&["Category", "Summary"], &rows))?;
        let list: Vec<Value> =
            categories.iter().map(|(word, summary)| json!({"category": word, "summary": summary})).collect();
        host.output.document(&json!({ "categories": list }))?;
        Ok(Exit::Done)
    }
}
