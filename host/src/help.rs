//! Help pages, made from descriptors: the main page, the page of a word, the page of a command.

use serde_json::{Value, json};

use crate::{
    catalog::{Catalog, page_of},
    commands,
    descriptor::Descriptor,
    error::Error,
    exit::Exit,
    output::Output,
    table,
};

/// Prints the page of a word that groups commands, or the main page.
///
/// # Errors
/// stdout is closed.
pub fn print(catalog: &Catalog<'_>, output: &Output, path: &[String]) -> Result<Exit, Error> {
    let style = output.style();
    let mut sections: Vec<(String, Vec<(String, String)>)> = Vec::new();
    let header = match path.first() {
        None => {
            let built_in: Vec<Descriptor> = commands::built_in().iter().map(|command| command.descriptor()).collect();
            sections.push(("Commands".into(), main_rows(&built_in)));
            let mut categories: Vec<(String, String)> =
                catalog.categories().map(|(word, manifest)| (word.to_owned(), manifest.summary.clone())).collect();
            categories.sort();
            sections.push(("Categories".into(), categories));
            let others = catalog
                .manifests()
                .filter(|manifest| manifest.kind.label() != "category" && !manifest.commands.is_empty())
                .map(|manifest| (manifest.kind.word().to_owned(), manifest.summary.clone()));
            sections.push(("Other plugins".into(), others.collect()));
            "amplify <command> <subcommand>".to_owned()
        }
        Some(word) => {
            let manifest = catalog.manifests().find(|manifest| manifest.kind.word() == word);
            let descriptors = match manifest {
                Some(manifest) => page_of(manifest),
                None => {
                    let all = commands::built_in().into_iter().map(|command| command.descriptor());
                    all.filter(|descriptor| descriptor.path[0] == *word).collect()
                }
            };
            sections.push(("Commands".into(), descriptors.iter().map(row).collect()));
            format!("amplify {word} <subcommand>")
        }
    };
    sections.retain(|(_, rows)| !rows.is_empty());
    let mut text = header.clone();
    for (title, rows) in &sections {
        text.push_str(&format!("\n\n{}\n{}", style.bold(&format!("{title}:")), table::columns(rows)));
    }
    text.push_str("\n\nType `amplify help <words>` for the page of one command.");
    output.answer(&text)?;
    let sections: Vec<Value> =
        sections.iter().map(|(title, rows)| json!({"title": title, "rows": pairs(rows)})).collect();
    output.document(&json!({"usage": header, "sections": sections}))?;
    Ok(Exit::Done)
}

fn pairs(rows: &[(String, String)]) -> Vec<Value> {
    rows.iter().map(|(name, summary)| json!({"name": name, "summary": summary})).collect()
}

fn row(descriptor: &Descriptor) -> (String, String) {
    (descriptor.path[1..].join(" "), descriptor.summary.clone())
}

/// The rows of the main page: words that group others once, and the commands of categories as such.
fn main_rows(built_in: &[Descriptor]) -> Vec<(String, String)> {
    let mut rows: Vec<(String, String)> = Vec::new();
    for descriptor in built_in {
        if descriptor.path.len() == 1 {
            rows.push((descriptor.name(), descriptor.summary.clone()));
            if descriptor.path[0] == "delete" {
                rows.extend(commands::CATEGORY_ROWS.map(|(name, summary)| (name.to_owned(), summary.to_owned())));
            }
        } else if let Some((_, summary)) = commands::GROUPS.iter().find(|(word, _)| *word == descriptor.path[0])
            && rows.iter().all(|(name, _)| *name != descriptor.path[0])
        {
            rows.push((descriptor.path[0].clone(), (*summary).to_owned()));
        }
    }
    rows
}

/// Prints the page of one command.
///
/// # Errors
/// stdout is closed.
pub fn print_command(output: &Output, descriptor: &Descriptor) -> Result<Exit, Error> {
    let style = output.style();
    let heading = |text: &str| format!("\n\n{}\n", style.bold(text));
    let mut text = format!("{}\n\n{}", descriptor.usage(), descriptor.summary);
    if !descriptor.details.is_empty() {
        text.push_str(&format!("\n\n{}", descriptor.details.trim()));
    }
    let arguments: Vec<_> = descriptor.all_arguments().collect();
    for (title, options) in [("Arguments:", false), ("Options:", true)] {
        let rows: Vec<(String, String)> = arguments
            .iter()
            .filter(|argument| argument.is_option() == options)
            .map(|argument| (argument.shown(), argument.summary.clone()))
            .collect();
        if !rows.is_empty() {
            text.push_str(&heading(title));
            text.push_str(&table::columns(&rows));
        }
    }
    if !descriptor.aliases.is_empty() {
        text.push_str(&format!("\n\nAlso: {}", descriptor.aliases.join(", ")));
    }
    if !descriptor.examples.is_empty() {
        let rows: Vec<(String, String)> =
            descriptor.examples.iter().map(|example| (example.command.clone(), example.summary.clone())).collect();
        text.push_str(&heading("Examples:"));
        text.push_str(&table::columns(&rows));
    }
    output.answer(&text)?;
    let shown: Vec<Value> = arguments
        .iter()
        .map(|argument| json!({"name": argument.name, "value": argument.value, "required": argument.required, "summary": argument.summary}))
        .collect();
    output.document(&json!({
        "usage": descriptor.usage(),
        "summary": descriptor.summary,
        "details": descriptor.details,
        "aliases": descriptor.aliases,
        "arguments": shown,
        "examples": descriptor.examples,
    }))?;
    Ok(Exit::Done)
}
