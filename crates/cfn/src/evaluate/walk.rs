//! The walk through a value: what holds no function is borrowed, and copied only when something beside it changes.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{Evaluated, Evaluator, Failed};
use crate::intrinsic;
use crate::path::Segment;
use crate::problem::ProblemKind;

/// A collection that is the written one until a part of it turns out to be different.
enum Outcome<T> {
    Same,
    Changed(T),
}

/// Whether a part is what is written at its place.
fn is_same(part: &Option<Cow<'_, Value>>, written: &Value) -> bool {
    matches!(part, Some(Cow::Borrowed(part)) if std::ptr::eq(*part, written))
}

impl<'a> Evaluator<'a> {
    pub(super) fn value(&mut self, value: &'a Value) -> Evaluated<'a> {
        match value {
            Value::Null => self.fail(ProblemKind::NullValue),
            Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(Some(Cow::Borrowed(value))),
            Value::Array(items) => Ok(Some(match self.items(items)? {
                Outcome::Same => Cow::Borrowed(value),
                Outcome::Changed(items) => Cow::Owned(Value::Array(items)),
            })),
            Value::Object(members) => match intrinsic::call(members) {
                Some((name, argument)) => self.within(Segment::Key(name), |inside| inside.call(name, argument)),
                None => Ok(Some(match self.members(members)? {
                    Outcome::Same => Cow::Borrowed(value),
                    Outcome::Changed(members) => Cow::Owned(Value::Object(members)),
                })),
            },
        }
    }

    fn items(&mut self, items: &'a [Value]) -> Result<Outcome<Vec<Value>>, Failed> {
        let mut copy = Outcome::Same;
        let mut failed = false;
        for (index, item) in items.iter().enumerate() {
            let Ok(evaluated) = self.within(Segment::Index(index), |inside| inside.value(item)) else {
                failed = true;
                continue;
            };
            if matches!(copy, Outcome::Same) && !is_same(&evaluated, item) {
                let mut changed = Vec::with_capacity(items.len());
                changed.extend_from_slice(&items[..index]);
                copy = Outcome::Changed(changed);
            }
            if let (Outcome::Changed(changed), Some(evaluated)) = (&mut copy, evaluated) {
                changed.push(evaluated.into_owned());
            }
        }
        if failed { Err(Failed) } else { Ok(copy) }
    }

    fn members(&mut self, members: &'a Map<String, Value>) -> Result<Outcome<Map<String, Value>>, Failed> {
        let mut copy = Outcome::Same;
        let mut failed = false;
        for (index, (key, member)) in members.iter().enumerate() {
            if key.starts_with("Fn::") {
                self.within(Segment::Key(key), |inside| inside.call_among_others(key));
                failed = true;
                continue;
            }
            let Ok(evaluated) = self.within(Segment::Key(key), |inside| inside.value(member)) else {
                failed = true;
                continue;
            };
            if matches!(copy, Outcome::Same) && !is_same(&evaluated, member) {
                let mut changed = Map::with_capacity(members.len());
                changed.extend(members.iter().take(index).map(|(key, member)| (key.clone(), member.clone())));
                copy = Outcome::Changed(changed);
            }
            if let (Outcome::Changed(changed), Some(evaluated)) = (&mut copy, evaluated) {
                changed.insert(key.clone(), evaluated.into_owned());
            }
        }
        if failed { Err(Failed) } else { Ok(copy) }
    }

    /// Reports a function that is not the only key of its object.
    fn call_among_others(&mut self, key: &str) {
        let function = key.to_owned();
        self.report(match key {
            "Fn::Transform" => ProblemKind::FunctionUnsupported { function },
            _ if key.starts_with("Fn::ForEach::") => {
                ProblemKind::FunctionUnsupported { function: "Fn::ForEach".to_owned() }
            }
            _ => ProblemKind::FunctionShape { function, expected: "to be the only key of its object".to_owned() },
        });
    }
}
