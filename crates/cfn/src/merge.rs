//! A change of a generated document, carried over to a document that has been edited since.

use serde_json::{Map, Value};

/// Puts into `present` what differs between `before` and `after`. Where both a person and a generator changed the same
/// value, the generator's is taken: it is what has just been asked for.
pub fn merge(before: &Value, after: &Value, present: &Value) -> Value {
    if before == after {
        return present.clone();
    }
    let (Value::Object(after), Value::Object(present)) = (after, present) else { return after.clone() };
    let nothing = Map::new();
    let before = before.as_object().unwrap_or(&nothing);
    let mut merged = Map::new();
    for (key, value) in present {
        match (before.get(key), after.get(key)) {
            // It was taken out, unless it was never ours.
            (Some(_), None) => {}
            (None, None) => {
                merged.insert(key.clone(), value.clone());
            }
            (old, Some(new)) => {
                merged.insert(key.clone(), merge(old.unwrap_or(&Value::Null), new, value));
            }
        }
    }
    for (key, value) in after {
        if !present.contains_key(key) && before.get(key) != Some(value) {
            merged.insert(key.clone(), value.clone());
        }
    }
    Value::Object(merged)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_changed_is_carried_over() {
        let before = json!({ "a": 1, "b": { "x": 1, "y": 2 }, "gone": true });
        let after = json!({ "a": 1, "b": { "x": 1, "y": 3, "z": 4 } });
        let present = json!({ "own": "kept", "a": 7, "b": { "x": 8, "y": 2 }, "gone": true });
        assert_eq!(merge(&before, &after, &present), json!({ "own": "kept", "a": 7, "b": { "x": 8, "y": 3, "z": 4 } }));
    }

    #[test]
    fn what_was_taken_out_by_hand_stays_out_unless_it_changes() {
        let before = json!({ "a": 1, "b": 1 });
        let present = json!({});
        assert_eq!(merge(&before, &before, &present), present);
        assert_eq!(merge(&before, &json!({ "a": 1, "b": 2 }), &present), json!({ "b": 2 }));
    }
}
