//! Answers documents: JSON whose paths are the keys of questions.
//!
//! The key `storage.columns[0].name` is answered by
//! `{"storage": {"columns": [{"name": "id"}]}}`, and by the same key given with `--answer`.

use serde_json::{Map, Value};

use crate::question::{Question, QuestionKind};

/// The longest list that [`set`] fills, so that one mistyped position cannot exhaust memory.
pub const MAX_POSITION: usize = 9_999;

/// One step of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A member of an object.
    Name(String),
    /// A position in a list, from 0.
    Position(usize),
}

/// Splits a key into its steps; `None` if it is no key.
///
/// ```
/// use amplify_plugin_abi::answers::{Step, steps};
///
/// let name = |name: &str| Step::Name(name.into());
/// assert_eq!(steps("a.b[2].c"), Some(vec![name("a"), name("b"), Step::Position(2), name("c")]));
/// assert_eq!(steps("a..b"), None);
/// ```
pub fn steps(key: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    for word in key.split('.') {
        let (name, mut rest) = word.split_at(word.find('[').unwrap_or(word.len()));
        if name.is_empty() || name.contains(']') || name.chars().any(char::is_whitespace) {
            return None;
        }
        steps.push(Step::Name(name.to_owned()));
        while !rest.is_empty() {
            let (position, after) = rest.strip_prefix('[')?.split_once(']')?;
            if position.is_empty() || !position.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            steps.push(Step::Position(position.parse().ok()?));
            rest = after;
        }
    }
    Some(steps)
}

/// The value at a key of an answers document.
pub fn get<'a>(document: &'a Value, key: &str) -> Option<&'a Value> {
    steps(key)?.iter().try_fold(document, |value, step| match step {
        Step::Name(name) => value.as_object()?.get(name),
        Step::Position(position) => value.as_array()?.get(*position),
    })
}

/// Sets the value at a key, making the objects and lists on the way. Positions left out become null.
///
/// # Errors
/// A key that is none, a position beyond [`MAX_POSITION`], or a value on the way that is neither object nor list.
pub fn set(document: &mut Value, key: &str, value: Value) -> Result<(), String> {
    let steps =
        steps(key).ok_or_else(|| format!("`{key}` is not a key: words joined by dots, such as `storage.name`"))?;
    let mut place = document;
    for step in &steps {
        place = match step {
            Step::Name(name) => {
                if place.is_null() {
                    *place = Value::Object(Map::new());
                }
                let object =
                    place.as_object_mut().ok_or_else(|| format!("`{key}` names a member of a single value"))?;
                object.entry(name.clone()).or_insert(Value::Null)
            }
            Step::Position(position) => {
                if *position > MAX_POSITION {
                    return Err(format!("`{key}` has a position beyond {MAX_POSITION}"));
                }
                if place.is_null() {
                    *place = Value::Array(Vec::new());
                }
                let list =
                    place.as_array_mut().ok_or_else(|| format!("`{key}` names a position of what is no list"))?;
                if list.len() <= *position {
                    list.resize(position + 1, Value::Null);
                }
                &mut list[*position]
            }
        };
    }
    *place = value;
    Ok(())
}

/// What a document answers to a question: the value at its key, or for "add another?" whether its list goes on.
///
/// An object or list under the key of a yes-or-no question means yes if it holds something: its content answers the
/// questions that follow. Under the key of a question for several choices, an object stands for those of its keys that do
/// not say `false`, so that `{"access": {"photos": false}}` means "yes, ask about access; none". So
/// `{"access": {"photos": ["read"]}}` answers "any access?", "to what?" and "what may be done with `photos`?".
pub fn find(document: &Value, question: &Question) -> Option<Value> {
    match get(document, &question.key) {
        Some(Value::Null) | None => {}
        Some(value) => return Some(implied(&question.kind, value)),
    }
    let QuestionKind::Confirm { more_of: Some(list), .. } = &question.kind else { return None };
    let items = get(document, list)?.as_array()?;
    let position = question.key.strip_prefix(list.as_str())?.strip_prefix('[')?.split_once(']')?.0;
    Some(Value::Bool(position.parse::<usize>().ok()? + 1 < items.len()))
}

fn implied(kind: &QuestionKind, value: &Value) -> Value {
    match (kind, value) {
        (QuestionKind::Confirm { .. }, Value::Object(object)) => Value::Bool(!object.is_empty()),
        (QuestionKind::Confirm { .. }, Value::Array(list)) => Value::Bool(!list.is_empty()),
        (QuestionKind::MultiSelect { .. }, Value::Object(object)) => {
            let chosen = object.iter().filter(|(_, value)| **value != Value::Bool(false));
            chosen.map(|(key, _)| key.as_str()).collect()
        }
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_paths() {
        let document = json!({"storage": {"columns": [{"name": "id"}, {"name": "at"}]}});
        assert_eq!(get(&document, "storage.columns[1].name"), Some(&json!("at")));
        assert_eq!(get(&document, "storage.columns[2].name"), None);
        assert_eq!(get(&document, "storage.columns"), Some(&document["storage"]["columns"]));
        for key in ["", ".", "a.", "a[", "a[]", "a[x]", "[0]", "a[+1]", "a]b", "a b", "a[99999999999999999999]"] {
            assert_eq!(get(&document, key), None, "{key}");
        }
    }

    #[test]
    fn setting_makes_the_way() {
        let mut document = Value::Null;
        set(&mut document, "a.list[1].b", json!(true)).unwrap();
        set(&mut document, "a.list[0]", json!("x")).unwrap();
        assert_eq!(document, json!({"a": {"list": ["x", {"b": true}]}}));
        assert!(set(&mut document, "a.list.b", json!(1)).is_err());
        assert!(set(&mut document, "a[0]", json!(1)).is_err());
        assert!(set(&mut document, "a.list[4000000000]", json!(1)).is_err());
    }

    #[test]
    fn a_list_answers_whether_it_goes_on() {
        let document = json!({"c": [{}, {}]});
        let answer = |filled| find(&document, &Question::another("c", filled, "Another?", true));
        assert_eq!(answer(0), Some(json!(true)));
        assert_eq!(answer(1), Some(json!(false)));
        assert_eq!(find(&json!({}), &Question::another("c", 0, "Another?", true)), None);
    }

    #[test]
    fn one_object_answers_a_chain_of_questions() {
        let document = json!({"access": {"storage": {"photos": ["read"]}}, "list": [{}], "none": {}});
        let confirm = |key: &str| find(&document, &Question::confirm(key, "Any?", false));
        let select = |key: &str| {
            let kind = QuestionKind::MultiSelect { choices: vec![], default: vec![], min: 0, min_message: None };
            find(&document, &Question::of(key, "Which?", kind))
        };
        assert_eq!(confirm("access"), Some(json!(true)));
        assert_eq!(confirm("list"), Some(json!(true)));
        assert_eq!(confirm("none"), Some(json!(false)));
        assert_eq!(select("access"), Some(json!(["storage"])));
        assert_eq!(select("access.storage"), Some(json!(["photos"])));
        assert_eq!(select("access.storage.photos"), Some(json!(["read"])));
    }
}
