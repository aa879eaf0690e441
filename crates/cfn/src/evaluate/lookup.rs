//! `Fn::FindInMap` and `Fn::ImportValue`.

use std::borrow::Cow;

use serde_json::Value;

use super::{Evaluated, Evaluator, Mode, budget};
use crate::path::Segment;
use crate::problem::{ProblemKind, Problems};

impl<'a> Evaluator<'a> {
    pub(super) fn find_in_map(&mut self, argument: &'a Value) -> Evaluated<'a> {
        const NAME: &str = "Fn::FindInMap";
        const EXPECTED: &str =
            "a mapping, a top-level key, a second-level key, and perhaps an object with `DefaultValue`";
        let Some(parts) = argument.as_array().filter(|parts| (3..=4).contains(&parts.len())) else {
            return self.misshapen(NAME, EXPECTED);
        };
        let default = match parts.get(3) {
            None => None,
            Some(options) => match options.as_object().and_then(|options| options.get("DefaultValue")) {
                Some(default) => Some(default),
                None => return self.misshapen(NAME, EXPECTED),
            },
        };
        let mapping = self.text_in(NAME, "the mapping", parts, 0)?;
        let top = self.text_in(NAME, "the top-level key", parts, 1)?;
        let second = self.text_in(NAME, "the second-level key", parts, 2)?;
        if [&mapping, &top, &second].into_iter().any(|text| self.is_opaque(text)) {
            return self.opaque(NAME, &[mapping.into(), top.into(), second.into()]);
        }
        let mappings = &self.scope.template.mappings;
        let found = mappings.get(mapping.as_ref()).and_then(|tops| tops.get(top.as_ref())?.get(second.as_ref()));
        match (found, default) {
            (Some(value), _) => {
                self.charge(budget::size(value))?;
                Ok(Some(Cow::Borrowed(value)))
            }
            (None, Some(default)) => self.within(Segment::Index(3), |inside| {
                inside.within(Segment::Key("DefaultValue"), |inside| inside.value(default))
            }),
            (None, None) => {
                let kind = missing(&self.problems, mappings, mapping.into_owned(), &top, &second);
                self.fail(kind)
            }
        }
    }

    pub(super) fn import(&mut self, argument: &'a Value) -> Evaluated<'a> {
        const NAME: &str = "Fn::ImportValue";
        let name = self.text(NAME, "the name of the export", argument)?;
        let exports = self.scope.exports;
        if let Some(value) = exports.get(name.as_ref()) {
            self.charge(budget::size(value))?;
            return Ok(Some(Cow::Borrowed(value)));
        }
        if matches!(self.scope.mode, Mode::Symbolic) || self.is_opaque(&name) {
            return self.opaque(NAME, &[name.into()]);
        }
        let nearest = self.problems.nearest(&name, exports.keys().map(String::as_str));
        self.fail(ProblemKind::ExportMissing { name: name.into_owned(), nearest })
    }
}

/// Which part of the way to a mapping's value does not exist.
fn missing(
    problems: &Problems,
    mappings: &indexmap::IndexMap<String, serde_json::Map<String, Value>>,
    mapping: String,
    top: &str,
    second: &str,
) -> ProblemKind {
    let Some(tops) = mappings.get(&mapping) else {
        let nearest = problems.nearest(&mapping, mappings.keys().map(String::as_str));
        return ProblemKind::MappingMissing { name: mapping, nearest };
    };
    let (key, keys) = match tops.get(top).and_then(Value::as_object) {
        Some(seconds) => (second, seconds),
        None => (top, tops),
    };
    let nearest = problems.nearest(key, keys.keys().map(String::as_str));
    ProblemKind::MappingKeyMissing { mapping, key: key.to_owned(), nearest }
}
