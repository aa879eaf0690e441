//! From text to an ordered value: JSON or YAML, found out from the text itself.

mod alias;
mod error;
mod json;
mod locate;
mod scalar;
mod tag;
mod yaml;

use serde_json::Value;

pub use error::{Format, ParseError, Position, StructureProblem};
pub use locate::locate;
pub(crate) use locate::locate_all;

/// How deep arrays and objects may nest. Templates stay below 30; hostile input must not exhaust the stack.
pub(crate) const MAXIMUM_DEPTH: usize = 100;

/// Reads `text` as JSON when it starts like an object, else as YAML.
///
/// CloudFormation reads every template as YAML, of which JSON is a part. Hence JSON with a comma after the last member,
/// which projects in the wild contain, is accepted.
pub(crate) fn document(text: &str, template: &str) -> Result<Value, ParseError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with('{') {
        return match json::parse(text, template) {
            Err(error @ ParseError::Syntax { .. }) => {
                // Flow style does not care for indentation, but YAML forbids tabs there.
                yaml::parse(&text.replace('\t', " "), template).map_err(|_| error)
            }
            result => result,
        };
    }
    yaml::parse(text, template)
}

/// Refuses a value that nests deeper than [`MAXIMUM_DEPTH`].
pub(crate) fn check_depth(value: &Value, template: &str) -> Result<(), ParseError> {
    fn fits(value: &Value, left: usize) -> bool {
        match value {
            Value::Array(items) => left > 0 && items.iter().all(|item| fits(item, left - 1)),
            Value::Object(members) => left > 0 && members.values().all(|member| fits(member, left - 1)),
            _ => true,
        }
    }
    if fits(value, MAXIMUM_DEPTH) {
        return Ok(());
    }
    Err(ParseError::TooDeep { template: template.to_owned(), at: None, maximum: MAXIMUM_DEPTH })
}
