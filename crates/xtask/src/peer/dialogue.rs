//! The original's questions, answered through a terminal: it has no other way to add a resource.

use std::{path::Path, thread::sleep, time::Duration};

use anyhow::{Context, Result};
use rexpect::session::spawn_command;

use super::original::Original;

const ENTER: &str = "\r";
const DOWN_ENTER: &str = "\u{1b}[B\r";
const UP_ENTER: &str = "\u{1b}[A\r";
const ALL_ENTER: &str = "a\r";
const SPACE_ENTER: &str = " \r";

/// How long it may think before it asks the next question.
const PATIENCE: Duration = Duration::from_secs(180);

/// Between a question's text and the moment it listens.
const PAUSE: Duration = Duration::from_millis(400);

/// A part of a question and the keys that answer it. The part must be short, because lines are wrapped.
type Step<'s> = (&'s str, &'s str);

/// Nothing that a function reaches, and nothing that starts it.
const NOTHING_ELSE: [Step<'_>; 3] =
    [("access other resources", "n\r"), ("recurring schedule", "n\r"), ("edit the local lambda function", "n\r")];

/// A table with the one column `id`. What is typed is its name, with Enter.
fn table(typed: &str) -> [Step<'_>; 9] {
    [
        ("friendly name", typed),
        ("provide table name", typed),
        ("name this column", "id\r"),
        ("choose the data type", ENTER),
        ("add another column", "n\r"),
        ("choose partition key", ENTER),
        ("add a sort key", "n\r"),
        ("secondary indexes to", "n\r"),
        ("Lambda Trigger", "n\r"),
    ]
}

/// A node function. What is typed is its name, with Enter.
fn function<'s>(typed: &'s str, template: &'s str) -> [Step<'s>; 4] {
    [
        ("friendly name", typed),
        ("AWS Lambda function name", ENTER),
        ("function runtime", ENTER),
        ("function template", template),
    ]
}

/// A REST API. What is typed is its name and its first path, with Enter.
fn rest<'s>(typed: &'s str, path: &'s str, source: &'s str) -> [Step<'s>; 4] {
    [
        ("Please select from one of", DOWN_ENTER),
        ("friendly name", typed),
        ("Provide a path", path),
        ("Choose a Lambda source", source),
    ]
}

/// Adds a DynamoDB table with the one column `id`.
pub fn add_table(original: &Original, project: &Path, name: &str) -> Result<()> {
    let typed = format!("{name}{ENTER}");
    let steps = [&[("Please select from one of", DOWN_ENTER)], &table(&typed)[..]].concat();
    talk(original, &["add", "storage"], project, &steps, "Successfully added")
}

/// Adds a bucket: people who have signed in may do everything, guests may read.
pub fn add_bucket(original: &Original, project: &Path, name: &str) -> Result<()> {
    let (typed, bucket) = (format!("{name}{ENTER}"), format!("{name}-bucket{ENTER}"));
    let steps: [Step<'_>; 7] = [
        ("Please select from one of", ENTER),
        ("friendly name", &typed),
        ("provide bucket name", &bucket),
        ("Who should have access", DOWN_ENTER),
        ("Authenticated users", ALL_ENTER),
        ("Guest users", "\u{1b}[B \r"),
        ("Lambda Trigger", "n\r"),
    ];
    talk(original, &["add", "storage"], project, &steps, "Successfully added")
}

/// Adds a node function that says hello.
pub fn add_function(original: &Original, project: &Path, name: &str) -> Result<()> {
    let typed = format!("{name}{ENTER}");
    let steps = [&function(&typed, DOWN_ENTER)[..], &NOTHING_ELSE].concat();
    talk(original, &["add", "function"], project, &steps, "Successfully added")
}

/// Adds a REST API in front of a function of the project: an open path, and one for people who have signed in.
pub fn add_rest(original: &Original, project: &Path, name: &str) -> Result<()> {
    let typed = format!("{name}{ENTER}");
    let more = [
        ("Choose the Lambda function", ENTER),
        ("Restrict API access", "n\r"),
        ("add another path", "y\r"),
        ("Provide a path", "/users/all\r"),
        ("Choose a Lambda source", DOWN_ENTER),
        ("Choose the Lambda function", ENTER),
        ("Restrict API access", "y\r"),
        ("Who should have access", ENTER),
        ("Authenticated users", ALL_ENTER),
        ("add another path", "n\r"),
    ];
    let steps = [&rest(&typed, "/items\r", DOWN_ENTER)[..], &more].concat();
    talk(original, &["add", "api"], project, &steps, "Successfully added")
}

/// Adds a REST API whose one path has a new function, which keeps the items of a new table.
pub fn add_rest_with_table(original: &Original, project: &Path, name: &str) -> Result<()> {
    let typed = format!("{name}{ENTER}");
    let steps = [
        &rest(&typed, "/notes\r", ENTER)[..],
        &function("keeper\r", ENTER),
        &[("data source option", DOWN_ENTER)],
        &table("pages\r"),
        &NOTHING_ELSE,
        &[("Restrict API access", "n\r"), ("add another path", "n\r")],
    ];
    talk(original, &["add", "api"], project, &steps.concat(), "Successfully added resource")
}

/// Adds a REST API whose one path has a new Express function.
pub fn add_rest_with_routes(original: &Original, project: &Path, name: &str) -> Result<()> {
    let typed = format!("{name}{ENTER}");
    let steps = [
        &rest(&typed, "/book/{isbn}\r", ENTER)[..],
        &function("express\r", DOWN_ENTER),
        &NOTHING_ELSE,
        &[("Restrict API access", "n\r"), ("add another path", "n\r")],
    ];
    talk(original, &["add", "api"], project, &steps.concat(), "Successfully added resource")
}

/// Adds a node function that keeps the items of the project's first table.
pub fn add_crud(original: &Original, project: &Path, name: &str) -> Result<()> {
    let typed = format!("{name}{ENTER}");
    let table = [("data source option", ENTER), ("already configured", ENTER)];
    let steps = [&function(&typed, ENTER)[..], &table, &NOTHING_ELSE].concat();
    talk(original, &["add", "function"], project, &steps, "Successfully added")
}

/// Adds a node function that the stream of the project's first table starts, and a clock every five minutes.
pub fn add_trigger(original: &Original, project: &Path, name: &str) -> Result<()> {
    let typed = format!("{name}{ENTER}");
    let more = [
        ("What event source", ENTER),
        ("DynamoDB event source option", DOWN_ENTER),
        ("already configured", ENTER),
        ("access other resources", "n\r"),
        ("recurring schedule", "y\r"),
        ("At which interval", ENTER),
        ("rate in minutes", "5\r"),
        ("edit the local lambda function", "n\r"),
    ];
    let steps = [&function(&typed, "\u{1b}[B\u{1b}[B\r")[..], &more].concat();
    talk(original, &["add", "function"], project, &steps, "Successfully added")
}

/// Takes the permission to create and update from the signed-in users of the bucket.
pub fn update_bucket(original: &Original, project: &Path) -> Result<()> {
    let steps: [Step<'_>; 4] = [
        ("Please select from one of", ENTER),
        ("Who should have access", UP_ENTER),
        ("Authenticated users", SPACE_ENTER),
        ("Lambda Trigger", "n\r"),
    ];
    talk(original, &["update", "storage"], project, &steps, "Successfully updated")
}

/// Removes the first resource of a category.
pub fn remove(original: &Original, project: &Path, category: &str) -> Result<()> {
    let steps: [Step<'_>; 2] = [("Choose the resource", ENTER), ("Are you sure", "y\r")];
    talk(original, &["remove", category], project, &steps, "Successfully removed")
}

/// Answers a command's questions.
pub fn talk(original: &Original, words: &[&str], project: &Path, steps: &[Step<'_>], end: &str) -> Result<()> {
    let patience = u64::try_from(PATIENCE.as_millis()).ok();
    let mut terminal = spawn_command(original.command(words, project), patience)?;
    for (question, keys) in steps {
        terminal.exp_string(question).with_context(|| format!("`amplify {}`: \"{question}\"", words.join(" ")))?;
        sleep(PAUSE);
        terminal.send(keys)?;
        terminal.flush()?;
    }
    terminal.exp_string(end).with_context(|| format!("`amplify {}`: \"{end}\"", words.join(" ")))?;
    terminal.exp_eof()?;
    Ok(())
}
