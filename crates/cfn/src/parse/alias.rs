//! Anchored values and the budget for repeating them: a few lines of aliases can stand for terabytes.

use std::collections::HashMap;

use serde_json::Value;

/// How many values all aliases of a document may stand for.
pub(super) const MAXIMUM: usize = 200_000;

/// How many bytes of text weigh as much as one value.
const BYTES_A_VALUE: usize = 64;

/// The values that anchors name, by the parser's number of the anchor.
#[derive(Default)]
pub(super) struct Anchors {
    known: HashMap<usize, Anchored>,
    spent: usize,
}

struct Anchored {
    value: Value,
    weight: usize,
    depth: usize,
}

pub(super) enum AliasError {
    /// The anchor is not complete: the alias stands inside its own value.
    Recursive,
    TooMany,
    TooDeep,
}

impl Anchors {
    /// Remembers a complete value; 0 means that it has no anchor.
    pub(super) fn remember(&mut self, anchor: usize, value: &Value) {
        if anchor != 0 {
            let (weight, depth) = measure(value);
            self.known.insert(anchor, Anchored { value: value.clone(), weight, depth });
        }
    }

    /// The value of an alias that stands where `room` more levels fit.
    pub(super) fn resolve(&mut self, anchor: usize, room: usize) -> Result<Value, AliasError> {
        let anchored = self.known.get(&anchor).ok_or(AliasError::Recursive)?;
        self.spent = self.spent.saturating_add(anchored.weight);
        if self.spent > MAXIMUM {
            return Err(AliasError::TooMany);
        }
        if anchored.depth > room {
            return Err(AliasError::TooDeep);
        }
        Ok(anchored.value.clone())
    }
}

/// Weight and depth of a value.
fn measure(value: &Value) -> (usize, usize) {
    let of_members = |members: &mut dyn Iterator<Item = &Value>| {
        members.map(measure).fold((1, 0), |(weight, depth), (more, deeper)| (weight + more, depth.max(deeper)))
    };
    match value {
        Value::String(text) => (1 + text.len() / BYTES_A_VALUE, 0),
        Value::Array(items) => {
            let (weight, depth) = of_members(&mut items.iter());
            (weight, depth + 1)
        }
        Value::Object(members) => {
            let (weight, depth) = of_members(&mut members.values());
            let keys: usize = members.keys().map(|key| key.len() / BYTES_A_VALUE).sum();
            (weight + keys, depth + 1)
        }
        _ => (1, 0),
    }
}
