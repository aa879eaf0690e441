//! Functions that make text: `Fn::Sub`, `Fn::Join`, `Fn::Base64`, `Fn::ToJsonString`; and `Fn::Split`, which undoes it.

use std::borrow::Cow;
use std::collections::HashMap;

use base64::Engine as _;
use serde_json::{Map, Value};

use super::list::List;
use super::{Evaluated, Evaluator, Failed, made};
use crate::intrinsic::{self, SubPart};
use crate::path::Segment;
use crate::text;

/// The variables that a `Fn::Sub` brings along.
type Variables<'a> = HashMap<&'a str, Cow<'a, str>>;

impl<'a> Evaluator<'a> {
    pub(super) fn substitute(&mut self, argument: &'a Value) -> Evaluated<'a> {
        const EXPECTED: &str = "a text, or a list of a text and an object of variables";
        let (text, variables) = match argument {
            Value::String(text) => (text, None),
            Value::Array(parts) => match parts.as_slice() {
                [Value::String(text), Value::Object(variables)] => (text, Some(variables)),
                _ => return self.misshapen(intrinsic::SUB, EXPECTED),
            },
            _ => return self.misshapen(intrinsic::SUB, EXPECTED),
        };
        let variables = match variables {
            Some(variables) => self.within(Segment::Index(1), |inside| inside.variables(variables))?,
            None => HashMap::new(),
        };
        let mut result = String::with_capacity(text.len());
        let mut failed = false;
        for part in intrinsic::sub_parts(text) {
            match part {
                SubPart::Text(text) => result.push_str(text),
                SubPart::Literal(name) => {
                    result.push_str("${");
                    result.push_str(name);
                    result.push('}');
                }
                SubPart::Variable(name) => match self.variable(name, &variables) {
                    Ok(value) => {
                        self.charge(value.len())?;
                        result.push_str(&value);
                    }
                    Err(Failed) => failed = true,
                },
            }
        }
        if failed { Err(Failed) } else { made(result) }
    }

    fn variables(&mut self, variables: &'a Map<String, Value>) -> Result<Variables<'a>, Failed> {
        let mut values = HashMap::with_capacity(variables.len());
        let mut failed = false;
        for (name, value) in variables {
            match self.within(Segment::Key(name), |inside| inside.text(intrinsic::SUB, "each variable", value)) {
                Ok(text) => {
                    values.insert(name.as_str(), text);
                }
                Err(Failed) => failed = true,
            }
        }
        if failed { Err(Failed) } else { Ok(values) }
    }

    fn variable<'v>(&mut self, name: &str, variables: &'v Variables<'a>) -> Result<Cow<'v, str>, Failed>
    where
        'a: 'v,
    {
        if let Some(value) = variables.get(name) {
            return Ok(Cow::Borrowed(value));
        }
        let allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | ':');
        if name.is_empty() || !name.chars().all(allowed) {
            return self.misshapen(
                intrinsic::SUB,
                format!(
                    "names of letters, digits, `_`, `.` and `:` in `${{}}`, not `{name}`; write `${{!{name}}}` for text"
                ),
            );
        }
        let value = match name.split_once('.') {
            Some((id, attribute)) => self.attribute_of(id, attribute)?,
            None => self.named(name)?,
        };
        self.text_of(intrinsic::SUB, &format!("`{name}`"), value)
    }

    pub(super) fn join(&mut self, argument: &'a Value) -> Evaluated<'a> {
        const NAME: &str = "Fn::Join";
        let parts: &[Value; 2] = self.arguments(NAME, argument, "a delimiter and a list")?;
        let Value::String(delimiter) = &parts[0] else {
            return self.misshapen(NAME, "a delimiter that is plain text");
        };
        let items = match self.within(Segment::Index(1), |inside| inside.list(NAME, &parts[1]))? {
            List::Known(items) => items,
            List::Opaque(token) => return self.opaque(NAME, &[delimiter.as_str().into(), token.into()]),
        };
        let mut result = String::new();
        for (index, item) in items.iter().enumerate() {
            let Some(item) = text::of_scalar(item) else {
                let kind = text::kind(item);
                return self.misshapen(NAME, format!("a list of texts, and element {index} is {kind}"));
            };
            if index > 0 {
                result.push_str(delimiter);
            }
            self.charge(item.len() + delimiter.len())?;
            result.push_str(&item);
        }
        made(result)
    }

    pub(super) fn split(&mut self, argument: &'a Value) -> Evaluated<'a> {
        const NAME: &str = "Fn::Split";
        let parts: &[Value; 2] = self.arguments(NAME, argument, "a delimiter and a text")?;
        let Some(delimiter) = parts[0].as_str().filter(|delimiter| !delimiter.is_empty()) else {
            return self.misshapen(NAME, "a delimiter that is plain text and not empty");
        };
        let source = self.text_in(NAME, "the second argument", parts, 1)?;
        if self.is_opaque(&source) {
            return self.opaque(NAME, &[delimiter.into(), source.into()]);
        }
        let count = source.matches(delimiter).count() + 1;
        self.charge(source.len() + count * size_of::<Value>())?;
        made(source.split(delimiter).collect::<Value>())
    }

    pub(super) fn base64(&mut self, argument: &'a Value) -> Evaluated<'a> {
        const NAME: &str = "Fn::Base64";
        let source = self.text(NAME, "its argument", argument)?;
        if self.is_opaque(&source) {
            return self.opaque(NAME, &[source.into()]);
        }
        let encoded = base64::engine::general_purpose::STANDARD.encode(source.as_ref());
        self.charge(encoded.len())?;
        made(encoded)
    }

    pub(super) fn json_text(&mut self, argument: &'a Value) -> Evaluated<'a> {
        if !argument.is_object() && !argument.is_array() {
            return self.misshapen("Fn::ToJsonString", "an object or a list");
        }
        match self.value(argument)? {
            Some(value) => {
                let text = value.to_string();
                self.charge(text.len())?;
                made(text)
            }
            None => Ok(None),
        }
    }
}
