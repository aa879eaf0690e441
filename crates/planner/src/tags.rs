//! Tags of the root stack, from `amplify/backend/tags.json`.

use std::collections::HashSet;

use amplify_project::Project;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::{Environment, Error, Tag, folder::Folder, recorded::Recorded, root};

const FILE: &str = "tags.json";
const EXPECTED: &str = "a list of {\"Key\", \"Value\"}";

/// Where the root template says which tags it was deployed with. Stacks keep theirs outside of their templates.
const METADATA: &str = "AmplifyTags";

/// A tag that a deployment sets or takes away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TagChange {
    /// Its key.
    pub key: String,
    /// Its value before; `None`, if it was not set.
    pub old: Option<String>,
    /// Its value after; `None`, if it is no longer set.
    pub new: Option<String>,
}

/// What becomes of the tags of an environment. Without any in the project they stay as they are, and nobody knows those that
/// the original CLI has set.
pub(crate) fn changes(deployed: Option<&Map<String, Value>>, wanted: &[Tag]) -> Vec<TagChange> {
    let Some(deployed) = deployed.filter(|_| !wanted.is_empty()) else { return Vec::new() };
    let old = |key: &str| deployed.get(key).and_then(Value::as_str).map(str::to_owned);
    let set = wanted.iter().map(|tag| (tag.key.clone(), Some(tag.value.clone())));
    let gone = deployed.keys().filter(|key| wanted.iter().all(|tag| tag.key != **key)).map(|key| (key.clone(), None));
    let all = set.chain(gone).map(|(key, new)| TagChange { old: old(&key), key, new });
    all.filter(|change| change.old != change.new).collect()
}

/// Notes in a root template which tags the environment has once it is deployed.
pub(crate) fn note(template: &mut Value, wanted: &[Tag], recorded: Option<&Recorded>) {
    let tags: Map<String, Value> = match wanted {
        [] => recorded.and_then(|recorded| deployed(&recorded.template)).unwrap_or_default(),
        wanted => wanted.iter().map(|tag| (tag.key.clone(), json!(tag.value))).collect(),
    };
    if !tags.is_empty() {
        template["Metadata"][METADATA] = Value::Object(tags);
    }
}

/// The tags that a deployed root template notes; `None`, if nobody knows.
pub(crate) fn deployed(template: &Value) -> Option<Map<String, Value>> {
    match template.get("Metadata").and_then(|metadata| metadata.get(METADATA)?.as_object()) {
        Some(tags) => Some(tags.clone()),
        None => (template.get("Description") == root::root_template().get("Description")).then(Map::new),
    }
}

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
    fn a_changed_tag_is_a_change_where_it_is_known_what_there_is() {
        let wanted = tags(&[("team", "b"), ("new", "x"), ("same", "1")]);
        let before = json!({ "team": "a", "gone": "y", "same": "1" });
        let found = changes(before.as_object(), &wanted);
        let short: Vec<_> =
            found.iter().map(|tag| (tag.key.as_str(), tag.old.as_deref(), tag.new.as_deref())).collect();
        assert_eq!(short, [("team", Some("a"), Some("b")), ("new", None, Some("x")), ("gone", Some("y"), None)]);
        assert_eq!(changes(None, &wanted), []);
        assert_eq!(changes(before.as_object(), &[]), [], "they stay");

        let mut template = root::root_template();
        assert_eq!(deployed(&template), Some(Map::new()));
        note(&mut template, &wanted, None);
        assert_eq!(changes(deployed(&template).as_ref(), &wanted), []);
        assert_eq!(deployed(&json!({ "Description": "of somebody else" })), None);
        let mut next = root::root_template();
        note(&mut next, &[], Some(&Recorded { template: template.clone() }));
        assert_eq!(deployed(&next), deployed(&template), "they stay, and so does what is known of them");
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
