//! `amplify status`: what a push would do with each resource, and for one of them which files differ.

use amplify_project::status::{self, DifferenceKind, Row};
use serde_json::json;

use crate::{
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    error::Error,
    exit::Exit,
    host::Host,
    open, suggestion, table,
};

/// The command.
pub struct Status;

impl Command for Status {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(
            &["status"],
            "Shows the state of local resources not yet pushed to the cloud (Create/Update/Delete).",
        )
        .alias("ls")
        .needs_project()
        .argument(Argument::option(
            "--explain",
            "name",
            "Name the files by which a resource differs from what is deployed",
        ))
        .example("amplify status", "The state of every resource")
        .example("amplify status --explain photos", "The files that differ")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let (project, state) = open::read(host)?;
        let rows = status::rows(&project, &state)?;
        if let Some(name) = call.value("explain") {
            let row = find(&rows, name)?;
            let differences = status::explain(&project, &state, &row.category, &row.name)?;
            let mut lines = vec![format!("{} {}: {}", row.category, row.name, row.operation)];
            for difference in &differences {
                let word = match difference.kind {
                    DifferenceKind::Added => "added",
                    DifferenceKind::Modified => "modified",
                    DifferenceKind::Removed => "removed",
                };
                lines.push(format!("  {word}: {}", difference.path));
            }
            if differences.is_empty() {
                lines.push("  no file differs from what is deployed".into());
            }
            host.output.answer(&lines.join("\n"))?;
            host.output.document(&json!({
                "category": row.category,
                "name": row.name,
                "operation": row.operation,
                "files": differences,
            }))?;
            return Ok(Exit::Done);
        }
        let environment = state.environment().ok();
        host.output.answer(&text(environment, &rows))?;
        host.output.document(&json!({ "env": environment, "resources": rows }))?;
        Ok(Exit::Done)
    }
}

/// The environment and the table, as the original prints them.
pub fn text(environment: Option<&str>, rows: &[Row]) -> String {
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| vec![capitalised(&row.category), row.name.clone(), row.operation.to_string(), row.provider.clone()])
        .collect();
    let table = table::markdown(&["Category", "Resource name", "Operation", "Provider plugin"], &cells);
    format!("\nCurrent Environment: {}\n\n{table}", environment.unwrap_or("none"))
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters.flat_map(char::to_lowercase)).collect())
}

/// The row of a resource, named alone or with its category before a slash.
fn find<'r>(rows: &'r [Row], name: &str) -> Result<&'r Row, Error> {
    let found: Vec<&Row> =
        rows.iter().filter(|row| row.name == name || format!("{}/{}", row.category, row.name) == name).collect();
    match found.as_slice() {
        [only] => Ok(only),
        [] => {
            let error = Error::failed("resource-not-found", format!("the project has no resource `{name}`"));
            Err(match suggestion::nearest(name, rows.iter().map(|row| row.name.as_str())) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint("type `amplify status` to see those there are"),
            })
        }
        several => {
            let error = Error::usage("resource-ambiguous", format!("several categories have a resource `{name}`"));
            let names: Vec<String> = several.iter().map(|row| format!("`{}/{}`", row.category, row.name)).collect();
            Err(error.hint(format!("name one of {}", names.join(", "))))
        }
    }
}

#[cfg(test)]
mod tests {
    use amplify_project::status::Operation;

    use super::*;

    fn row(category: &str, name: &str, operation: Operation) -> Row {
        let provider = "awscloudformation".into();
        Row { category: category.into(), name: name.into(), service: "S3".into(), operation, provider }
    }

    #[test]
    fn the_table_is_the_originals() {
        let text = text(Some("dev"), &[row("storage", "photos", Operation::NoChange)]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], "Current Environment: dev");
        assert_eq!(lines[3], "| Category | Resource name | Operation | Provider plugin   |");
        assert_eq!(lines[5], "| Storage  | photos        | No Change | awscloudformation |");
    }

    #[test]
    fn a_resource_is_found_by_name_or_with_its_category() {
        let rows = [row("storage", "a", Operation::Create), row("function", "a", Operation::Create)];
        assert_eq!(&*find(&rows, "a").unwrap_err().code, "resource-ambiguous");
        assert_eq!(find(&rows, "function/a").unwrap().category, "function");
        assert_eq!(&*find(&rows, "b").unwrap_err().code, "resource-not-found");
    }
}
