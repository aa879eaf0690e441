//! JSON text to a value, refusing duplicate keys and too much depth.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::{Format, MAXIMUM_DEPTH, ParseError, Position};

/// What the visitor found besides plain syntax errors; serde can only carry text, so it is left here.
enum Refusal {
    Duplicate(String),
    Depth,
}

pub(super) fn parse(text: &str, template: &str) -> Result<Value, ParseError> {
    let mut refusal = None;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let seed = Seed { depth: 0, refusal: &mut refusal };
    let outcome = seed.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    outcome.map_err(|error| {
        let at = Position { line: error.line().max(1), column: column(text, error.line(), error.column()) };
        let template = template.to_owned();
        match refusal {
            Some(Refusal::Duplicate(key)) => ParseError::DuplicateKey { template, at, key },
            Some(Refusal::Depth) => ParseError::TooDeep { template, at: Some(at), maximum: MAXIMUM_DEPTH },
            None => ParseError::Syntax { template, format: Format::Json, at, detail: detail(&error) },
        }
    })
}

/// The column in characters for one that is given in bytes.
fn column(text: &str, line: usize, bytes: usize) -> usize {
    let line = text.split('\n').nth(line.saturating_sub(1)).unwrap_or_default();
    let end = line.char_indices().map(|(start, _)| start).take_while(|start| *start < bytes).count();
    end.max(1)
}

/// The parser's sentence without the place, which is said already.
fn detail(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

struct Seed<'a> {
    depth: usize,
    refusal: &'a mut Option<Refusal>,
}

impl Seed<'_> {
    fn deeper<E: serde::de::Error>(&mut self) -> Result<Seed<'_>, E> {
        if self.depth >= MAXIMUM_DEPTH {
            *self.refusal = Some(Refusal::Depth);
            return Err(E::custom("too deep"));
        }
        Ok(Seed { depth: self.depth + 1, refusal: self.refusal })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(self.deeper()?)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut access: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            if members.contains_key(&key) {
                *self.refusal = Some(Refusal::Duplicate(key));
                return Err(A::Error::custom("duplicate key"));
            }
            let value = access.next_value_seed(self.deeper()?)?;
            members.insert(key, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order_and_types() {
        let value = parse(r#"{"b": 1, "a": [true, null, 1.5, "x", -3]}"#, "t").unwrap();
        assert_eq!(value.to_string(), r#"{"b":1,"a":[true,null,1.5,"x",-3]}"#);
    }

    #[test]
    fn says_where_a_comma_is_missing() {
        let error = parse("{\n  \"a\": 1\n  \"b\": 2\n}", "t.json").unwrap_err();
        assert_eq!(error.to_string(), "`t.json`:3:3: not valid JSON: expected `,` or `}`");
        assert_eq!(error.code(), "template-syntax");
    }

    #[test]
    fn a_key_may_appear_once() {
        let error = parse("{\"a\": {\"x\": 1,\n \"x\": 2}}", "t.json").unwrap_err();
        assert!(matches!(&error, ParseError::DuplicateKey { key, at, .. } if key == "x" && at.line == 2), "{error}");
    }

    #[test]
    fn the_same_key_in_two_objects_is_fine() {
        assert!(parse(r#"{"a": {"x": 1}, "b": {"x": 1}}"#, "t").is_ok());
    }

    #[test]
    fn depth_is_limited() {
        let nested = |levels: usize| format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
        assert!(parse(&nested(MAXIMUM_DEPTH), "t").is_ok());
        assert!(matches!(parse(&nested(MAXIMUM_DEPTH + 1), "t"), Err(ParseError::TooDeep { .. })));
        assert!(parse(&nested(100_000), "t").is_err());
    }

    #[test]
    fn text_after_the_document_is_refused() {
        assert!(matches!(parse("{} {}", "t"), Err(ParseError::Syntax { .. })));
    }
}
