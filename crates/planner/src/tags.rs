//! Tags of the root stack, from `amplify/backend/tags.json`.

use std::collections::HashSet;

use amplify_project::Project;
use serde_json::Value;

use crate::{Environment, Error, Tag, folder::Folder};

const FILE: &str = "tags.json";
const EXPECTED: &str = "a list of {\"Key\", \"Value\"}";

/// How many tags a stack may have.
const MOST: usize = 50;
/// Longest key and value, in characters.
const LONGEST: [usize; 2] = [128, 256];
/// What keys and values may hold besides letters, digits and spaces.
const SIGNS: &str = "_.:/=+-@";

/// The tags that a new environment of a project gets.
///
/// # Errors
/// A `tags.json` that is none.
pub fn tags(project: &Project, project_name: &str, environment: &str) -> Result<Vec<Tag>, Error> {
    read(&Folder::new(project.root(), project.paths().backend()), project_name, environment)
}

/// Reads the tags and fills in the project's and the environment's name.
pub(crate) fn of(backend: &Folder, environment: &Environment) -> Result<Vec<Tag>, Error> {
    read(backend, &environment.project_name, &environment.name)
}

fn read(backend: &Folder, project_name: &str, environment: &str) -> Result<Vec<Tag>, Error> {
    let Some(document) = backend.json(FILE, EXPECTED)? else { return Ok(Vec::new()) };
    let path = format!("{}/{FILE}", backend.relative);
    let malformed = || Error::Malformed { path: path.clone(), expected: EXPECTED, source: None };
    let items = document.as_array().ok_or_else(malformed)?;
    let tag = |item: &Value| {
        let text = |key: &str| item.get(key)?.as_str().map(str::to_owned);
        let fill = |value: String| value.replace("{project-name}", project_name).replace("{project-env}", environment);
        Some(Tag { key: text("Key")?, value: fill(text("Value")?) })
    };
    let tags: Vec<Tag> = items.iter().map(|item| tag(item).ok_or_else(malformed)).collect::<Result<_, _>>()?;
    match problem(&tags) {
        Some(problem) => Err(Error::Tags { path, problem }),
        None => Ok(tags),
    }
}

/// What AWS would refuse.
fn problem(tags: &[Tag]) -> Option<String> {
    if tags.len() > MOST {
        return Some(format!("a stack has at most {MOST} tags, and these are {}", tags.len()));
    }
    let mut keys = HashSet::new();
    for tag in tags {
        let key = &tag.key;
        if key.is_empty() {
            return Some("a key is empty".to_owned());
        }
        if !keys.insert(key) {
            return Some(format!("the key `{key}` occurs twice"));
        }
        if key.to_lowercase().starts_with("aws:") {
            return Some(format!("the key `{key}` begins with `aws:`, which AWS keeps for itself"));
        }
        for (what, text, longest) in [("key", key, LONGEST[0]), ("value", &tag.value, LONGEST[1])] {
            if text.chars().count() > longest {
                return Some(format!("the {what} of `{key}` is longer than {longest} characters"));
            }
            let odd = text.chars().find(|part| !(part.is_alphanumeric() || *part == ' ' || SIGNS.contains(*part)));
            if let Some(odd) = odd {
                return Some(format!("the {what} of `{key}` holds `{odd}`, which tags cannot"));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> Vec<Tag> {
        pairs.iter().map(|(key, value)| Tag { key: (*key).into(), value: (*value).into() }).collect()
    }

    #[test]
    fn what_aws_would_refuse_is_named() {
        assert_eq!(problem(&tags(&[("user:Stack", "dev"), ("Kostenstelle", "Büro 7"), ("empty", "")])), None);
        let long = "x".repeat(129);
        for (pairs, word) in [
            (&[("", "x")][..], "empty"),
            (&[("a", "x"), ("a", "y")], "twice"),
            (&[("AWS:a", "x")], "aws:"),
            (&[("a", "x;y")], "`;`"),
            (&[(long.as_str(), "x")], "128"),
        ] {
            let found = problem(&tags(pairs)).unwrap();
            assert!(found.contains(word), "{found}");
        }
        assert!(problem(&vec![tags(&[("a", "")]).remove(0); 51]).unwrap().contains("at most 50"));
    }
}
