//! One JSON file of the project: its content, and how it was laid out.

use std::{path::Path, sync::LazyLock};

use serde_json::{Map, Value};

use crate::Error;

mod source;
mod write;

/// How a document is indented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indent {
    /// One tab a level.
    Tabs,
    /// So many spaces a level.
    Spaces(u8),
    /// All on one line.
    Compact,
}

impl Indent {
    /// What the original writes when it makes that file: tabs in the resource lists, else four spaces.
    pub fn default_for(path: &Path) -> Self {
        match path.file_name().and_then(|name| name.to_str()) {
            Some("backend-config.json" | "amplify-meta.json" | "nested-cloudformation-stack.yml") => Self::Tabs,
            _ => Self::Spaces(4),
        }
    }

    fn of(text: &str) -> Option<Self> {
        let (_, rest) = text.split_once('\n')?;
        let line = rest.lines().find(|line| !line.trim().is_empty())?;
        let blank = line.len() - line.trim_start_matches([' ', '\t']).len();
        match line.as_bytes().first() {
            Some(b'\t') => Some(Self::Tabs),
            _ => Some(Self::Spaces(u8::try_from(blank).unwrap_or(u8::MAX))),
        }
    }
}

/// A JSON object with its layout. What was not changed is written back byte for byte: key order, unknown keys, the way
/// numbers and strings are spelled, blank lines, the line ends, a byte order mark, a last line break.
#[derive(Clone, Debug)]
pub struct Document {
    /// The content. Always an object when it comes from [`Document::parse`].
    pub value: Value,
    /// How changed parts are indented.
    pub style: Indent,
    source: Option<Source>,
}

#[derive(Clone, Debug)]
struct Source {
    text: String,
    style: Indent,
}

static EMPTY: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

impl Document {
    /// A new document; `value` should be an object.
    pub fn new(value: Value, style: Indent) -> Self {
        Self { value, style, source: None }
    }

    /// Reads a document. `path` names it in errors and decides the layout of a file that shows none (`{}`).
    /// A byte order mark is accepted; of keys that occur twice the last counts.
    ///
    /// # Errors
    /// [`Error::Parse`] with line and column, or [`Error::Shape`] if it is no object.
    pub fn parse(bytes: &[u8], path: &Path) -> Result<Self, Error> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            Error::Parse {
                path: path.to_owned(),
                line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
                column: before.len() - line_start + 1,
                reason: "bytes that are not UTF-8".into(),
            }
        })?;
        let json = text.strip_prefix('\u{feff}').unwrap_or(text);
        let value: Value = serde_json::from_str(json).map_err(|error| {
            let whole = error.to_string();
            let place = format!(" at line {} column {}", error.line(), error.column());
            let reason = whole.strip_suffix(&place).unwrap_or(&whole).to_owned();
            let reason = if error.is_eof() { format!("the file ends too early ({reason})") } else { reason };
            Error::Parse { path: path.to_owned(), line: error.line(), column: error.column(), reason }
        })?;
        if !value.is_object() {
            return Err(shape(path, ".", "an object", &value));
        }
        let style = if value.as_object().is_some_and(Map::is_empty) {
            Indent::default_for(path)
        } else {
            Indent::of(json).unwrap_or(Indent::Compact)
        };
        Ok(Self { value, style, source: Some(Source { text: text.to_owned(), style }) })
    }

    /// The content; an empty object if [`Document::value`] was set to anything else.
    pub fn object(&self) -> &Map<String, Value> {
        self.value.as_object().unwrap_or(&EMPTY)
    }

    /// The content, to be changed.
    pub fn object_mut(&mut self) -> &mut Map<String, Value> {
        if !self.value.is_object() {
            self.value = Value::Object(Map::new());
        }
        match &mut self.value {
            Value::Object(map) => map,
            _ => unreachable!("made an object just above"),
        }
    }

    /// Whether it was read from a file rather than made new.
    pub fn is_from_file(&self) -> bool {
        self.source.is_some()
    }

    /// The file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        match &self.source {
            Some(source) if source.style == self.style => write::changed(&self.value, &source.text, self.style),
            _ => write::new(&self.value, self.style),
        }
        .into_bytes()
    }
}

/// Two documents are equal if they say the same in the same order.
impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        write::same(&self.value, &other.value)
    }
}

/// The error for a value of the wrong type.
pub(crate) fn shape(path: &Path, pointer: &str, wanted: &str, found: &Value) -> Error {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    Error::Shape {
        path: path.to_owned(),
        pointer: pointer.to_owned(),
        reason: format!("should be {wanted}, but is {found}"),
    }
}

/// Checks that a key, if present, holds a string.
pub(crate) fn optional_string(path: &Path, map: &Map<String, Value>, pointer: &str, key: &str) -> Result<(), Error> {
    match map.get(key) {
        None | Some(Value::String(_)) => Ok(()),
        Some(other) => Err(shape(path, &join(pointer, key), "a string", other)),
    }
}

/// The object under a key, if the key is there.
pub(crate) fn optional_object<'d>(
    path: &Path,
    map: &'d Map<String, Value>,
    pointer: &str,
    key: &str,
) -> Result<Option<&'d Map<String, Value>>, Error> {
    match map.get(key) {
        None => Ok(None),
        Some(Value::Object(inner)) => Ok(Some(inner)),
        Some(other) => Err(shape(path, &join(pointer, key), "an object", other)),
    }
}

pub(crate) fn join(pointer: &str, key: &str) -> String {
    if pointer.is_empty() || pointer == "." { key.to_owned() } else { format!("{pointer}.{key}") }
}

#[cfg(test)]
mod tests;
