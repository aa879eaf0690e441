//! YAML tags: CloudFormation's short forms and the few core types that it accepts.

use saphyr_parser::Tag;
use serde_json::{Map, Value};

use super::scalar;
use crate::{intrinsic, suggest};

/// Why a tag cannot be applied.
pub(super) enum TagError {
    /// No such short form or type; the nearest one, written with its `!`.
    Unknown(Option<String>),
    /// The tag is known, but the value does not fit it.
    Misfit(String),
}

/// Applies a tag to a scalar; `plain` says whether it was written without quotes.
pub(super) fn scalar(tag: &Tag, text: &str) -> Result<Value, TagError> {
    if tag.is_yaml_core_schema() {
        let misfit = || TagError::Misfit(format!("`{text}` is no value for the tag `!!{}`", tag.suffix));
        return match tag.suffix.as_str() {
            "str" => Ok(Value::String(text.to_owned())),
            "bool" => match scalar::plain(text) {
                value @ Value::Bool(_) => Ok(value),
                _ => Err(misfit()),
            },
            "int" | "float" => scalar::number(text).map(Value::Number).ok_or_else(misfit),
            "null" => Ok(Value::Null),
            _ => Err(TagError::Unknown(None)),
        };
    }
    if is_non_specific(tag) {
        return Ok(Value::String(text.to_owned()));
    }
    collection(tag, Value::String(text.to_owned()))
}

/// Applies a tag to a value that is complete.
pub(super) fn collection(tag: &Tag, value: Value) -> Result<Value, TagError> {
    if tag.is_yaml_core_schema() {
        return match (tag.suffix.as_str(), &value) {
            ("map", Value::Object(_)) | ("seq", Value::Array(_)) => Ok(value),
            ("map" | "seq", _) => Err(TagError::Misfit(format!("the value does not fit the tag `!!{}`", tag.suffix))),
            _ => Err(TagError::Unknown(None)),
        };
    }
    if is_non_specific(tag) {
        return Ok(value);
    }
    let name = tag.suffix.as_str();
    if tag.handle != "!" || !intrinsic::SHORT_FORMS.contains(&name) {
        let nearest = suggest::nearest(name, intrinsic::SHORT_FORMS.iter().copied());
        return Err(TagError::Unknown(nearest.map(|nearest| format!("!{nearest}"))));
    }
    let argument = match (name, value) {
        ("GetAtt", Value::String(text)) => match text.split_once('.') {
            Some((id, attribute)) => Value::Array(vec![id.into(), attribute.into()]),
            None => Value::String(text),
        },
        (_, value) => value,
    };
    let mut call = Map::with_capacity(1);
    call.insert(intrinsic::long_name(name), argument);
    Ok(Value::Object(call))
}

/// A lone `!`, which says: take the value as it is written.
fn is_non_specific(tag: &Tag) -> bool {
    (tag.handle.is_empty() && tag.suffix == "!") || (tag.handle == "!" && tag.suffix.is_empty())
}

/// The tag as it is written.
pub(super) fn written(tag: &Tag) -> String {
    if tag.is_yaml_core_schema() { format!("!!{}", tag.suffix) } else { format!("{}{}", tag.handle, tag.suffix) }
}
