//! The payload of `--headless` for a REST API, as answers to the questions. `docs/rest-headless.schema.json` describes it.

use amplify_sdk::{answers::set, headless::Section, prelude::*};
use serde_json::{Map, Value, json};

use super::{access::Operation, ask::PATHS, params::GROUPS_RESOURCE};
use crate::error::ApiError;

/// Turns a payload into answers. `command` is `add` or `update`.
///
/// # Errors
/// A payload that does not follow the schema of version 1.
pub fn answers(command: &str, payload: &Value, project: &ProjectView) -> Result<JsonMap, ApiError> {
    let Section { name: section, body } = Section::of(command, payload)?;
    let known: &[&str] = match command {
        "add" => &["serviceName", "apiName", "paths"],
        _ => &["serviceName", "apiName", "addPaths", "updatePath", "removePath"],
    };
    only(body, known, section)?;
    let has_groups = project.resource("auth", GROUPS_RESOURCE).is_some();
    let mut answers = Answers { found: json!({}), has_groups };
    match &body.get("apiName") {
        None if command == "add" => {}
        Some(Value::String(name)) => answers.set("api.resourceName", name.clone())?,
        _ => return Err(wrong(&format!("{section}.apiName"), "the name of the API")),
    }
    if command == "add" {
        answers.paths(body.get("paths"), &format!("{section}.paths"))?;
        return Ok(answers.into_map());
    }
    let given: Vec<&str> = known[2..].iter().copied().filter(|key| body.contains_key(*key)).collect();
    let [operation] = given.as_slice() else {
        return Err(wrong(section, "an object with one of `addPaths`, `updatePath` and `removePath`"));
    };
    let at = format!("{section}.{operation}");
    let value = &body[*operation];
    match *operation {
        "addPaths" => {
            answers.set("api.operation", "add")?;
            answers.paths(Some(value), &at)?;
        }
        "updatePath" => {
            answers.set("api.operation", "update")?;
            let Some(present) = value["path"].as_str() else { return Err(wrong(&format!("{at}.path"), "a path")) };
            answers.set("api.path", present)?;
            let mut path = value.clone();
            if let Some(new) = path.as_object_mut().and_then(|path| path.shift_remove("newPath")) {
                path["path"] = new;
            }
            answers.paths(Some(&json!([path])), &at)?;
        }
        _ => {
            answers.set("api.operation", "remove")?;
            let Some(path) = value.as_str() else { return Err(wrong(&at, "a path")) };
            answers.set("api.path", path)?;
        }
    }
    Ok(answers.into_map())
}

struct Answers {
    found: Value,
    /// Whether the question for them is asked.
    has_groups: bool,
}

impl Answers {
    fn set(&mut self, key: &str, value: impl Into<Value>) -> Result<(), ApiError> {
        set(&mut self.found, key, value.into()).map_err(|_| wrong(key, "a key"))
    }

    fn into_map(self) -> JsonMap {
        match self.found {
            Value::Object(map) => map,
            _ => JsonMap::new(),
        }
    }

    fn paths(&mut self, paths: Option<&Value>, at: &str) -> Result<(), ApiError> {
        let paths = paths.and_then(Value::as_array).filter(|paths| !paths.is_empty());
        let Some(paths) = paths else { return Err(wrong(at, "a list of at least one path")) };
        for (position, path) in paths.iter().enumerate() {
            let at = format!("{at}[{position}]");
            let key = format!("{PATHS}[{position}]");
            let Some(path) = path.as_object() else { return Err(wrong(&at, "an object")) };
            only(path, &["path", "function", "access"], &at)?;
            let Some(Value::String(name)) = path.get("path") else {
                return Err(wrong(&format!("{at}.path"), "a path"));
            };
            self.set(&format!("{key}.name"), name.clone())?;
            self.function(path.get("function"), &key, &format!("{at}.function"))?;
            self.access(path.get("access"), &key, &format!("{at}.access"))?;
        }
        Ok(())
    }

    fn function(&mut self, function: Option<&Value>, key: &str, at: &str) -> Result<(), ApiError> {
        let Some(function) = function.and_then(Value::as_object) else {
            return Err(wrong(at, "an object with a `mode`"));
        };
        match function.get("mode").and_then(Value::as_str) {
            Some("existing") => {
                only(function, &["mode", "name"], at)?;
                let Some(name) = function.get("name").and_then(Value::as_str) else {
                    return Err(wrong(&format!("{at}.name"), "the name of a function"));
                };
                self.set(&format!("{key}.lambdaSource"), "existing")?;
                self.set(&format!("{key}.function"), name)
            }
            Some("new") => {
                only(function, &["mode", "answers"], at)?;
                self.set(&format!("{key}.lambdaSource"), "new")?;
                match function.get("answers") {
                    None => Ok(()),
                    Some(answers @ Value::Object(_)) => self.for_function(answers, at),
                    Some(_) => {
                        Err(wrong(&format!("{at}.answers"), "an object: answers to the questions about the function"))
                    }
                }
            }
            _ => Err(wrong(&format!("{at}.mode"), "\"existing\" or \"new\"")),
        }
    }

    /// The function plugin asks its questions once for each new function, under the same keys.
    fn for_function(&mut self, answers: &Value, at: &str) -> Result<(), ApiError> {
        if self.found.get("function").is_some() {
            return Err(wrong(&format!("{at}.answers"), "given for one new function; `update` adds further ones"));
        }
        self.set("function", answers.clone())
    }

    fn access(&mut self, access: Option<&Value>, key: &str, at: &str) -> Result<(), ApiError> {
        let Some(access) = access.and_then(Value::as_object) else {
            return Err(wrong(at, "{\"open\": true}, or who may do what"));
        };
        only(access, &["open", "authenticated", "guest", "groups"], at)?;
        if access.get("open") == Some(&json!(true)) && access.len() == 1 {
            return self.set(&format!("{key}.restrict"), false);
        }
        if access.contains_key("open") {
            return Err(wrong(&format!("{at}.open"), "true and alone"));
        }
        self.set(&format!("{key}.restrict"), true)?;
        let (users, groups) = (access.get("authenticated"), access.get("groups"));
        let by = match (users, groups) {
            (Some(_), None) => "users",
            (None, Some(_)) => "groups",
            (Some(_), Some(_)) => "both",
            (None, None) => return Err(wrong(at, "{\"open\": true}, or have `authenticated` or `groups`")),
        };
        if self.has_groups || by != "users" {
            self.set(&format!("{key}.restrictBy"), by)?;
        }
        if let Some(users) = users {
            self.set(&format!("{key}.authenticated"), words(users, &format!("{at}.authenticated"))?)?;
            let guests = access.get("guest");
            self.set(&format!("{key}.access"), if guests.is_some() { "protected" } else { "private" })?;
            if let Some(guests) = guests {
                self.set(&format!("{key}.guest"), words(guests, &format!("{at}.guest"))?)?;
            }
        } else if access.contains_key("guest") {
            return Err(wrong(&format!("{at}.guest"), "beside `authenticated`"));
        }
        let Some(groups) = groups else { return Ok(()) };
        let at = format!("{at}.groups");
        let Some(groups) = groups.as_object().filter(|groups| !groups.is_empty()) else {
            return Err(wrong(&at, "an object with a group or more"));
        };
        let mut chosen = Map::new();
        for (group, operations) in groups {
            chosen.insert(group.clone(), words(operations, &format!("{at}.{group}"))?.into());
        }
        self.set(&format!("{key}.groups"), chosen)
    }
}

fn words(operations: &Value, at: &str) -> Result<Vec<String>, ApiError> {
    let wanted = || wrong(at, "a list of CREATE, READ, UPDATE and DELETE");
    let list = operations.as_array().filter(|list| !list.is_empty()).ok_or_else(wanted)?;
    let word = |value: &Value| {
        let text = value.as_str()?;
        let found = Operation::ALL.into_iter().find(|operation| operation.word().to_uppercase() == text)?;
        Some(found.word().to_owned())
    };
    list.iter().map(|value| word(value).ok_or_else(wanted)).collect()
}

fn only(object: &Map<String, Value>, known: &[&str], at: &str) -> Result<(), ApiError> {
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => Err(wrong(&format!("{at}.{key}"), "absent: it is not part of the payload")),
    }
}

fn wrong(path: &str, wanted: &str) -> ApiError {
    ApiError::Headless { path: path.into(), wanted: wanted.into() }
}
