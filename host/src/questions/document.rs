//! The answers given beforehand: `--answers`, `--answer` and `--headless` merged into one document.

use std::path::PathBuf;

use amplify_plugin_abi::answers;
use serde_json::{Map, Value};

use crate::error::Error;

/// Where answers are to be read from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// The file of `--answers`.
    pub file: Option<PathBuf>,
    /// The pairs of `--answer`.
    pub pairs: Vec<String>,
    /// Whether standard input holds a document or a payload.
    pub headless: bool,
}

/// What was given beforehand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given {
    /// Answers by the user.
    pub document: Value,
    /// A payload of `--headless` in a format of the original, which the plugin turns into answers.
    pub payload: Option<Value>,
}

impl Given {
    /// Keys in the user's document that none of the asked questions covers. A question covers what lies below its key if its
    /// answer can be a list or an object (`true`); a yes or no covers only what was said no to.
    pub fn unused<'a>(&self, asked: impl Iterator<Item = (&'a str, bool)> + Clone) -> Vec<String> {
        let mut leaves = Vec::new();
        collect(&self.document, String::new(), &mut leaves);
        leaves.retain(|(leaf, value)| {
            let denied = **value == Value::Bool(false);
            !asked.clone().any(|(key, whole)| {
                leaf.strip_prefix(key)
                    .is_some_and(|rest| rest.is_empty() || ((whole || denied) && rest.starts_with(['.', '['])))
            })
        });
        leaves.into_iter().map(|(leaf, _)| leaf).collect()
    }
}

/// What a document of answers looks like.
const FORM: &str = "it begins as in `{\"storage\": {\"resourceName\": \"photos\"}}`";

/// Reads the answers. `read_stdin` is called for `--headless` only.
///
/// # Errors
/// An unreadable file, text that is no JSON object, or an `--answer` that is not `key=value`.
pub fn load(sources: &Sources, read_stdin: impl FnOnce() -> std::io::Result<String>) -> Result<Given, Error> {
    let mut given = Given { document: Value::Object(Map::new()), ..Given::default() };
    if sources.headless {
        let document = parse(&read_stdin()?, "the standard input of `--headless`")?;
        if document.get("version").is_some() {
            given.payload = Some(document);
        } else {
            given.document = document;
        }
    }
    if let Some(file) = &sources.file {
        let name = file.display().to_string();
        let text = fs_err::read_to_string(file).map_err(|error| {
            let error = Error::usage("answers-file", format!("cannot read the answers file `{name}`")).cause(error);
            error.hint("name a file that exists; with `--headless` the answers are read from standard input instead")
        })?;
        merge(&mut given.document, parse(&text, &format!("the answers file `{name}`"))?);
    }
    for pair in &sources.pairs {
        let refused = |what: &str| {
            let error = Error::usage("answer-syntax", format!("`--answer {pair}` {what}"));
            error.hint("write it as in `--answer storage.resourceName=photos`")
        };
        let (key, value) = pair.split_once('=').ok_or_else(|| refused("is not of the form `key=value`"))?;
        answers::set(&mut given.document, key.trim(), value_of(value))
            .map_err(|wrong| refused("has no place").cause(wrong))?;
    }
    Ok(given)
}

/// A list or an object can be given as JSON; all else is text, which each question reads in its own way.
fn value_of(text: &str) -> Value {
    if text.starts_with(['[', '{'])
        && let Ok(value) = serde_json::from_str(text)
    {
        return value;
    }
    Value::String(text.to_owned())
}

fn parse(text: &str, name: &str) -> Result<Value, Error> {
    match serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}')) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err(Error::usage("answers-syntax", format!("{name} is not a JSON object")).hint(FORM)),
        Err(error) => Err(Error::usage("answers-syntax", format!("{name} is not valid JSON")).cause(error).hint(FORM)),
    }
}

/// Objects are merged key by key; anything else is replaced.
fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}

fn collect<'v>(value: &'v Value, path: String, leaves: &mut Vec<(String, &'v Value)>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                collect(value, if path.is_empty() { key.clone() } else { format!("{path}.{key}") }, leaves);
            }
        }
        Value::Array(list) if !list.is_empty() => {
            for (position, value) in list.iter().enumerate() {
                collect(value, format!("{path}[{position}]"), leaves);
            }
        }
        Value::Null => {}
        _ if path.is_empty() => {}
        _ => leaves.push((path, value)),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;

    fn sources(file: Option<&Path>, pairs: &[&str]) -> Sources {
        let pairs = pairs.iter().map(|pair| (*pair).to_owned()).collect();
        Sources { file: file.map(Path::to_path_buf), pairs, headless: false }
    }

    fn from_stdin(text: &str) -> Result<Given, Error> {
        load(&Sources { headless: true, ..Sources::default() }, || Ok(text.to_owned()))
    }

    fn no_stdin() -> std::io::Result<String> {
        panic!("standard input is read for --headless only")
    }

    #[test]
    fn sources_are_merged_and_the_later_wins() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("answers.json");
        fs_err::write(&file, r#"{"a": {"x": 1, "y": 2}, "b": "file"}"#).unwrap();
        let given = load(&sources(Some(&file), &["a.y=3", "c[1]=z", "d=[1,2]", "e=a=b"]), no_stdin).unwrap();
        let wanted = json!({"a": {"x": 1, "y": "3"}, "b": "file", "c": [null, "z"], "d": [1, 2], "e": "a=b"});
        assert_eq!(given.document, wanted);
        let given = load(&Sources { headless: true, ..sources(Some(&file), &[]) }, || {
            Ok(r#"{"a": {"z": 0}, "b": "stdin"}"#.into())
        })
        .unwrap();
        assert_eq!(given.document, json!({"a": {"z": 0, "x": 1, "y": 2}, "b": "file"}));
    }

    #[test]
    fn a_document_with_a_version_is_a_payload() {
        let given = from_stdin(r#"{"version": 1, "serviceConfiguration": {}}"#).unwrap();
        assert!(given.payload.is_some());
        assert_eq!(given.document, json!({}));
        assert!(from_stdin(r#"{"a": 1}"#).unwrap().payload.is_none());
    }

    #[test]
    fn mistakes_are_usage_errors_with_codes() {
        for (given, code) in [
            (from_stdin("{"), "answers-syntax"),
            (from_stdin("[]"), "answers-syntax"),
            (load(&sources(None, &["a"]), no_stdin), "answer-syntax"),
            (load(&sources(None, &["a..b=1"]), no_stdin), "answer-syntax"),
            (load(&sources(Some(Path::new("/nowhere/x")), &[]), no_stdin), "answers-file"),
        ] {
            let error = given.unwrap_err();
            assert_eq!((&*error.code, error.hints.len()), (code, 1), "{error:?}");
        }
    }

    #[test]
    fn what_no_question_covers_is_unused() {
        let given = load(&sources(None, &["a.b=1", "a.list[0].n=2", "a.bc=3", "m=[1]"]), no_stdin).unwrap();
        assert_eq!(given.unused([("a.b", false), ("a.list[0].n", false), ("m", true)].into_iter()), ["a.bc"]);
        assert_eq!(given.unused([("a.list", true)].into_iter()), ["a.b", "a.bc", "m[0]"]);

        // Yes or no is not an answer to what lies below, unless that is a no as well.
        let pairs = ["list=[{\"name\": \"a\", \"nmae\": \"b\"}]", "access={\"storage\": false}"];
        let given = load(&sources(None, &pairs), no_stdin).unwrap();
        let asked = [("list", false), ("list[0].name", true), ("access", false)];
        assert_eq!(given.unused(asked.into_iter()), ["list[0].nmae"]);
    }
}
