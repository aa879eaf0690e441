//! The places in which two values differ.

use indexmap::IndexMap;
use serde_json::Value;

use crate::{path, text};

/// Receives the path, the old and the new value of a difference.
type Found<'a> = dyn FnMut(&str, Option<&Value>, Option<&Value>) + 'a;

/// Calls `found` for each difference, as deep inside as it can be said.
pub(super) fn visit(old: &Value, new: &Value, found: &mut Found<'_>) {
    descend(&mut String::new(), old, new, found);
}

fn descend(path: &mut String, old: &Value, new: &Value, found: &mut Found<'_>) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            let mut shared = 0;
            let mut beside = new.iter();
            for (key, value) in old {
                // Both sides nearly always have the same keys in the same order, which saves looking them up.
                let other = match beside.next() {
                    Some((other_key, other)) if other_key == key => Some(other),
                    _ => new.get(key),
                };
                shared += usize::from(other.is_some());
                step(path, |path| path::push_key(path, key), Some(value), other, found);
            }
            if shared < new.len() {
                for (key, value) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
                    step(path, |path| path::push_key(path, key), None, Some(value), found);
                }
            }
        }
        (Value::Array(old), Value::Array(new)) => match KEYED.iter().find_map(|keyed| keyed.pair(old, new)) {
            Some((old, new)) => {
                for (key, value) in &old {
                    step(path, |path| push_name(path, key), Some(value), new.get(key).copied(), found);
                }
                for (key, value) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
                    step(path, |path| push_name(path, key), None, Some(value), found);
                }
            }
            None => {
                for index in 0..old.len().max(new.len()) {
                    step(path, |path| path::push_index(path, index), old.get(index), new.get(index), found);
                }
            }
        },
        (old, new) if text::same(old, new) => {}
        (old, new) => found(path, Some(old), Some(new)),
    }
}

fn step(
    path: &mut String,
    name: impl FnOnce(&mut String),
    old: Option<&Value>,
    new: Option<&Value>,
    found: &mut Found<'_>,
) {
    let length = path.len();
    name(path);
    match (old, new) {
        (Some(old), Some(new)) => descend(path, old, new, found),
        (old, new) => found(path, old, new),
    }
    path.truncate(length);
}

fn push_name(path: &mut String, name: &str) {
    path.push('[');
    path.push_str(name);
    path.push(']');
}

/// A kind of list whose order means nothing, because its elements are told apart by one of their two members.
struct Keyed {
    key: &'static str,
    other: &'static str,
    /// Whether a difference is told about the other member alone, as everybody writes tags.
    short: bool,
}

const KEYED: &[Keyed] = &[
    Keyed { key: "Key", other: "Value", short: true },
    Keyed { key: "AttributeName", other: "AttributeType", short: false },
];

impl Keyed {
    /// Both lists by key, when both are of this kind.
    fn pair<'a>(&self, old: &'a [Value], new: &'a [Value]) -> Option<(ByKey<'a>, ByKey<'a>)> {
        Some((self.elements(old)?, self.elements(new)?))
    }

    fn elements<'a>(&self, items: &'a [Value]) -> Option<ByKey<'a>> {
        let mut elements = IndexMap::with_capacity(items.len());
        for item in items {
            let members = item.as_object().filter(|members| members.len() == 2)?;
            let other = members.get(self.other)?;
            let key = members.get(self.key)?.as_str()?;
            if elements.insert(key, if self.short { other } else { item }).is_some() {
                return None;
            }
        }
        Some(elements)
    }
}

type ByKey<'a> = IndexMap<&'a str, &'a Value>;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn paths(old: &Value, new: &Value) -> Vec<String> {
        let mut paths = Vec::new();
        visit(old, new, &mut |path, old, new| {
            let sign = match (old, new) {
                (None, _) => '+',
                (_, None) => '-',
                _ => '~',
            };
            paths.push(format!("{sign}{path}"));
        });
        paths
    }

    #[test]
    fn names_the_innermost_place() {
        let old = json!({"A": {"B": [1, {"C": "x"}], "D": 1}, "E": 1});
        let new = json!({"A": {"B": [1, {"C": "y"}, 2], "F": 1}, "E": 1});
        assert_eq!(paths(&old, &new), ["~A.B[1].C", "+A.B[2]", "-A.D", "+A.F"]);
    }

    #[test]
    fn scalars_count_by_their_text() {
        let old = json!({"A": 5, "B": true, "C": "1.5", "D": [1, "2"]});
        let new = json!({"A": "5", "B": "true", "C": 1.5, "D": ["1", 2]});
        assert!(paths(&old, &new).is_empty());
        assert_eq!(paths(&json!({"A": "True"}), &json!({"A": true})), ["~A"]);
        assert_eq!(paths(&json!({"A": "x"}), &json!({"A": ["x"]})), ["~A"]);
    }

    #[test]
    fn the_order_of_keys_does_not_count() {
        assert!(paths(&json!({"A": 1, "B": 2}), &json!({"B": 2, "A": 1})).is_empty());
    }

    #[test]
    fn tags_are_compared_by_key() {
        let old = json!({"Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]});
        let new = json!({"Tags": [{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "3"}, {"Key": "c", "Value": "4"}]});
        assert_eq!(paths(&old, &new), ["~Tags[a]", "+Tags[c]"]);
        assert_eq!(paths(&old, &json!({"Tags": []})), ["-Tags[a]", "-Tags[b]"]);
    }

    #[test]
    fn attributes_are_compared_by_name() {
        let attribute = |name: &str, kind: &str| json!({"AttributeName": name, "AttributeType": kind});
        let old = json!({"A": [attribute("id", "S"), attribute("at", "N")]});
        assert_eq!(paths(&old, &json!({"A": [attribute("at", "N"), attribute("id", "S")]})), [""; 0]);
        let new = json!({"A": [attribute("new", "S"), attribute("id", "N")]});
        assert_eq!(paths(&old, &new), ["~A[id].AttributeType", "-A[at]", "+A[new]"]);
    }
}
