//! What a JSON document is made of: a value that checks documents, and is printed as a JSON Schema.

use serde_json::{Map, Value, json};

use crate::error::AuthError;

/// A kind of value.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Text.
    Text,
    /// True or false.
    Flag,
    /// A whole number that is not negative.
    Count,
    /// One of several words.
    Word(&'static [&'static str]),
    /// A list of texts.
    Texts,
    /// A list of such words, none twice.
    Words(&'static [&'static str]),
    /// A list of objects.
    List(&'static Shape),
    /// An object with these fields and no others.
    Object(&'static [Field]),
    /// An object in which one field says which others there are. Each kind lists the words that stand for it.
    Kinds(&'static str, &'static [(&'static [&'static str], &'static [Field])]),
    /// An object in which a flag says which other fields there are: those without it, and those with it.
    Switch(&'static str, &'static [Field], &'static [Field]),
}

/// A field of an object.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    name: &'static str,
    shape: Shape,
    required: bool,
    about: &'static str,
}

/// A field that can be left out.
pub const fn field(name: &'static str, shape: Shape, about: &'static str) -> Field {
    Field { name, shape, required: false, about }
}

/// A field that must be there.
pub const fn required(name: &'static str, shape: Shape, about: &'static str) -> Field {
    Field { name, shape, required: true, about }
}

/// A document in several versions, which its field `version` tells apart.
#[derive(Clone, Copy, Debug)]
pub struct Versions(pub &'static [(u64, &'static [Field])]);

impl Versions {
    /// Checks a document.
    ///
    /// # Errors
    /// The first value that does not fit, by its path.
    pub fn check(self, document: &Value) -> Result<(), AuthError> {
        let Some(map) = document.as_object() else { return Err(wrong("the payload", "an object")) };
        let version = map.get("version").and_then(Value::as_u64);
        let Some((_, fields)) = self.0.iter().find(|(number, _)| Some(*number) == version) else {
            let numbers: Vec<String> = self.0.iter().map(|(number, _)| number.to_string()).collect();
            return Err(wrong("version", numbers.join(" or ")));
        };
        object(map, fields, &["version"], "")
    }

    /// The JSON Schema.
    pub fn schema(self, about: &str) -> Value {
        let kinds = self.0.iter().map(|(number, fields)| told_apart("version", json!({ "const": number }), fields));
        json!({
            "$schema": "http://json-schema.org/draft-07/schema#",
            "description": about,
            "oneOf": kinds.collect::<Vec<Value>>()
        })
    }
}

impl Shape {
    fn check(self, value: &Value, path: &str) -> Result<(), AuthError> {
        let fits = match self {
            Self::Text => value.is_string(),
            Self::Flag => value.is_boolean(),
            Self::Count => value.is_u64(),
            Self::Word(words) => value.as_str().is_some_and(|word| words.contains(&word)),
            Self::Texts => value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
            Self::Words(words) => value.as_array().is_some_and(|list| {
                let known = |each: &Value| each.as_str().is_some_and(|word| words.contains(&word));
                list.iter().enumerate().all(|(at, each)| known(each) && !list[..at].contains(each))
            }),
            Self::List(shape) => {
                let Some(list) = value.as_array() else { return Err(wrong(path, self.wanted())) };
                for (at, each) in list.iter().enumerate() {
                    shape.check(each, &format!("{path}[{at}]"))?;
                }
                true
            }
            Self::Object(fields) => {
                let Some(map) = value.as_object() else { return Err(wrong(path, self.wanted())) };
                return object(map, fields, &[], path);
            }
            Self::Kinds(tag, kinds) => {
                let Some(map) = value.as_object() else { return Err(wrong(path, self.wanted())) };
                let word = map.get(tag).and_then(Value::as_str).unwrap_or_default();
                let Some((_, fields)) = kinds.iter().find(|(words, _)| words.contains(&word)) else {
                    let words: Vec<&str> = kinds.iter().flat_map(|(words, _)| words.iter().copied()).collect();
                    return Err(wrong(&join(path, tag), words.join(", ")));
                };
                return object(map, fields, &[tag], path);
            }
            Self::Switch(tag, without, with) => {
                let Some(map) = value.as_object() else { return Err(wrong(path, self.wanted())) };
                let Some(flag) = map.get(tag).and_then(Value::as_bool) else {
                    return Err(wrong(&join(path, tag), Self::Flag.wanted()));
                };
                return object(map, if flag { with } else { without }, &[tag], path);
            }
        };
        if fits { Ok(()) } else { Err(wrong(path, self.wanted())) }
    }

    fn wanted(self) -> String {
        match self {
            Self::Text => "text".into(),
            Self::Flag => "true or false".into(),
            Self::Count => "a whole number".into(),
            Self::Word(words) => words.join(", "),
            Self::Texts => "a list of texts".into(),
            Self::Words(words) => format!("a list of {}, none twice", words.join(", ")),
            Self::List(_) => "a list".into(),
            Self::Object(_) | Self::Kinds(..) | Self::Switch(..) => "an object".into(),
        }
    }

    fn schema(self) -> Value {
        match self {
            Self::Text => json!({ "type": "string" }),
            Self::Flag => json!({ "type": "boolean" }),
            Self::Count => json!({ "type": "integer", "minimum": 0 }),
            Self::Word(words) => json!({ "enum": words }),
            Self::Texts => json!({ "type": "array", "items": { "type": "string" } }),
            Self::Words(words) => json!({ "type": "array", "items": { "enum": words }, "uniqueItems": true }),
            Self::List(shape) => json!({ "type": "array", "items": shape.schema() }),
            Self::Object(fields) => object_schema(fields),
            Self::Kinds(tag, kinds) => {
                let kinds = kinds.iter().map(|(words, fields)| told_apart(tag, json!({ "enum": words }), fields));
                json!({ "oneOf": kinds.collect::<Vec<Value>>() })
            }
            Self::Switch(tag, without, with) => json!({ "oneOf": [
                told_apart(tag, json!({ "const": false }), without),
                told_apart(tag, json!({ "const": true }), with)
            ] }),
        }
    }
}

/// Refuses fields that are not known, too: a mistyped one would be silently ignored.
fn object(map: &Map<String, Value>, fields: &[Field], tags: &[&str], path: &str) -> Result<(), AuthError> {
    let names = || tags.iter().copied().chain(fields.iter().map(|field| field.name));
    if let Some(key) = map.keys().find(|key| !names().any(|name| name == key.as_str())) {
        let known: Vec<&str> = names().collect();
        return Err(wrong(&join(path, key), format!("absent: what is known here is {}", known.join(", "))));
    }
    for field in fields {
        match map.get(field.name) {
            Some(value) => field.shape.check(value, &join(path, field.name))?,
            None if field.required => return Err(wrong(&join(path, field.name), field.shape.wanted())),
            None => {}
        }
    }
    Ok(())
}

fn object_schema(fields: &[Field]) -> Value {
    let mut properties = Map::new();
    for field in fields {
        let mut schema = field.shape.schema();
        if !field.about.is_empty() {
            schema["description"] = field.about.into();
        }
        properties.insert(field.name.into(), schema);
    }
    let required: Vec<&str> = fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// The schema of one of several kinds of object, which a field tells apart from the others.
fn told_apart(tag: &str, value: Value, fields: &[Field]) -> Value {
    let mut schema = object_schema(fields);
    schema["properties"][tag] = value;
    if let Some(required) = schema["required"].as_array_mut() {
        required.insert(0, tag.into());
    }
    schema
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.into() } else { format!("{path}.{key}") }
}

fn wrong(path: &str, wanted: impl Into<String>) -> AuthError {
    AuthError::Headless { path: path.into(), wanted: wanted.into() }
}
