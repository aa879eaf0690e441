//! The names of CloudFormation's intrinsic functions, and how one is recognised in a value.

use std::borrow::Cow;

use serde_json::{Map, Value};

/// The function that yields a parameter's value or a resource's physical id.
pub(crate) const REF: &str = "Ref";
/// The function that yields an attribute of a resource.
pub(crate) const GET_ATT: &str = "Fn::GetAtt";
/// The function that replaces names in a text.
pub(crate) const SUB: &str = "Fn::Sub";

/// Every function that has a short form, by the name after `!`.
pub(crate) const SHORT_FORMS: &[&str] = &[
    "And",
    "Base64",
    "Cidr",
    "Condition",
    "Equals",
    "FindInMap",
    "GetAZs",
    "GetAtt",
    "If",
    "ImportValue",
    "Join",
    "Length",
    "Not",
    "Or",
    "Ref",
    "Select",
    "Split",
    "Sub",
    "ToJsonString",
    "Transform",
];

/// The long name for the name after `!`.
pub(crate) fn long_name(short: &str) -> String {
    match short {
        "Ref" | "Condition" => short.to_owned(),
        _ => format!("Fn::{short}"),
    }
}

/// The function and its argument when an object is a call, that is when its only key names a function.
pub(crate) fn call(members: &Map<String, Value>) -> Option<(&str, &Value)> {
    if members.len() != 1 {
        return None;
    }
    let (name, argument) = members.iter().next()?;
    (name == REF || name.starts_with("Fn::")).then_some((name.as_str(), argument))
}

/// The attribute of a `Fn::GetAtt`: written out, or an expression such as a `Ref` to a parameter.
#[derive(Debug)]
pub(crate) enum Attribute<'a> {
    Name(Cow<'a, str>),
    Expression(&'a Value),
}

/// The logical id and the attribute of both forms of `Fn::GetAtt`, `"A.B"` and `["A", "B"]`; the id must be literal.
pub(crate) fn get_att_parts(argument: &Value) -> Option<(&str, Attribute<'_>)> {
    match argument {
        Value::String(text) => {
            let (id, attribute) = text.split_once('.')?;
            Some((id, Attribute::Name(Cow::Borrowed(attribute))))
        }
        Value::Array(parts) => match parts.as_slice() {
            [Value::String(id), Value::String(attribute)] => Some((id, Attribute::Name(Cow::Borrowed(attribute)))),
            [Value::String(id), attribute @ Value::Object(_)] => Some((id, Attribute::Expression(attribute))),
            // A name with dots may be written as several elements: `[Stack, Outputs, Name]`.
            [Value::String(id), rest @ ..] if rest.len() > 1 && rest.iter().all(Value::is_string) => {
                let names: Vec<&str> = rest.iter().filter_map(Value::as_str).collect();
                Some((id, Attribute::Name(Cow::Owned(names.join(".")))))
            }
            _ => None,
        },
        _ => None,
    }
}

/// A part of the text of a `Fn::Sub`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SubPart<'a> {
    /// Taken as it is.
    Text(&'a str),
    /// `${!Name}`, which stands for the text `${Name}`.
    Literal(&'a str),
    /// `${Name}` or `${Resource.Attribute}`.
    Variable(&'a str),
}

/// Splits the text of a `Fn::Sub`; a `${` that is never closed is text.
pub(crate) fn sub_parts(text: &str) -> Vec<SubPart<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else { break };
        if start > 0 {
            parts.push(SubPart::Text(&rest[..start]));
        }
        let name = &rest[start + 2..start + length];
        parts.push(match name.strip_prefix('!') {
            Some(literal) => SubPart::Literal(literal),
            None => SubPart::Variable(name.trim()),
        });
        rest = &rest[start + length + 1..];
    }
    if !rest.is_empty() {
        parts.push(SubPart::Text(rest));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_the_text_of_a_substitution() {
        use SubPart::{Literal, Text, Variable};
        assert_eq!(sub_parts("a${B.C}${!D}e${f"), [Text("a"), Variable("B.C"), Literal("D"), Text("e${f")]);
        assert_eq!(sub_parts("${AWS::Region}"), [Variable("AWS::Region")]);
        assert!(sub_parts("").is_empty());
    }
}
