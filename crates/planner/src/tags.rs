//! Tags of the root stack, from `amplify/backend/tags.json`.

use serde_json::Value;

use crate::{Environment, Error, Tag, folder::Folder};

const FILE: &str = "tags.json";
const EXPECTED: &str = "a list of {\"Key\", \"Value\"}";

/// Reads the tags and fills in the project's and the environment's name.
pub(crate) fn read(backend: &Folder, environment: &Environment) -> Result<Vec<Tag>, Error> {
    let Some(document) = backend.json(FILE, EXPECTED)? else { return Ok(Vec::new()) };
    let malformed =
        || Error::Malformed { path: format!("{}/{FILE}", backend.relative), expected: EXPECTED, source: None };
    let items = document.as_array().ok_or_else(malformed)?;
    let tag = |item: &Value| {
        let text = |key: &str| item.get(key)?.as_str().map(str::to_owned);
        let fill = |value: String| {
            value.replace("{project-name}", &environment.project_name).replace("{project-env}", &environment.name)
        };
        Some(Tag { key: text("Key")?, value: fill(text("Value")?) })
    };
    items.iter().map(|item| tag(item).ok_or_else(malformed)).collect()
}
