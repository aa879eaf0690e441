//! Tokens: texts that stand for values which are not known before a deployment.
//!
//! `${Table}` is a resource's physical id, `${Table.Arn}` an attribute, `${parent:Table.Arn}` an expression of the
//! parent stack, and `${Fn::Select [...]}` a function of something that is itself a token.

use serde_json::{Map, Value};

use crate::intrinsic::{self, Attribute};

/// The physical id of a resource.
pub(crate) fn reference(id: &str) -> String {
    format!("${{{id}}}")
}

/// An attribute of a resource.
pub(crate) fn attribute(id: &str, attribute: &str) -> String {
    format!("${{{id}.{attribute}}}")
}

/// A function whose arguments are known only in part.
pub(crate) fn function(name: &str, arguments: &[Value]) -> String {
    let arguments: Vec<String> = arguments.iter().map(Value::to_string).collect();
    format!("${{{name} [{}]}}", arguments.join(","))
}

/// The token for a parameter's value that is an expression of the parent stack, or a token that the parent's own
/// evaluation left.
pub(crate) fn of_parent(value: &Value) -> Option<String> {
    match value {
        Value::Object(expression) => parent(expression),
        Value::String(text) => {
            let inside = text.strip_prefix("${")?.strip_suffix('}')?;
            if ["parent:", "Fn::"].iter().any(|start| inside.starts_with(start)) {
                return Some(text.clone());
            }
            let is_name = |part: &str| !part.is_empty() && part.chars().all(|letter| letter.is_ascii_alphanumeric());
            inside.split('.').all(is_name).then(|| format!("${{parent:{inside}}}"))
        }
        _ => None,
    }
}

fn parent(expression: &Map<String, Value>) -> Option<String> {
    let (name, argument) = intrinsic::call(expression)?;
    Some(match (name, argument, intrinsic::get_att_parts(argument)) {
        (intrinsic::REF, Value::String(id), _) => format!("${{parent:{id}}}"),
        (intrinsic::GET_ATT, _, Some((id, Attribute::Name(attribute)))) => format!("${{parent:{id}.{attribute}}}"),
        _ => format!("${{parent:{}}}", Value::Object(expression.clone())),
    })
}

/// The names right after each `${`: logical ids, `parent:` or `Fn::...`.
fn heads(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("${").map(|(start, _)| {
        let rest = &text[start + 2..];
        let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(rest.len());
        match rest[end..].chars().next() {
            Some('.' | '}') => &rest[..end],
            Some(':') if rest.starts_with("parent:") || rest.starts_with("Fn::") => &rest[..=end],
            _ => "",
        }
    })
}

/// Whether a text holds a token; `is_resource` tells logical ids from other text that happens to look like one.
pub(crate) fn is_in(text: &str, is_resource: impl Fn(&str) -> bool) -> bool {
    heads(text).any(|head| head.ends_with(':') || (!head.is_empty() && is_resource(head)))
}

/// The logical ids that the tokens in a text name.
pub(crate) fn logical_ids(text: &str) -> impl Iterator<Item = &str> {
    heads(text).filter(|head| !head.is_empty() && !head.ends_with(':'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parent_of(value: &Value) -> Option<String> {
        of_parent(value)
    }

    #[test]
    fn expressions_of_the_parent() {
        assert_eq!(parent_of(&json!({"Ref": "A"})).as_deref(), Some("${parent:A}"));
        assert_eq!(parent_of(&json!({"Fn::GetAtt": ["A", "Outputs.B"]})).as_deref(), Some("${parent:A.Outputs.B}"));
        assert_eq!(parent_of(&json!({"Fn::GetAZs": ""})).as_deref(), Some(r#"${parent:{"Fn::GetAZs":""}}"#));
        assert_eq!(parent_of(&json!({"a": 1})), None);
    }

    #[test]
    fn tokens_of_the_parent_given_as_text() {
        let token = |text: &str| of_parent(&json!(text));
        assert_eq!(token("${Table.Arn}").as_deref(), Some("${parent:Table.Arn}"));
        assert_eq!(token("${Table}").as_deref(), Some("${parent:Table}"));
        assert_eq!(token("${parent:Table}").as_deref(), Some("${parent:Table}"));
        assert_eq!(token("${Fn::Split [\"-\",\"${Table}\"]}").as_deref(), Some("${Fn::Split [\"-\",\"${Table}\"]}"));
        for text in ["Table", "${}", "${Table", "a${Table}", "${Table}b", "${a.b:c}", "${Table.}"] {
            assert_eq!(token(text), None, "{text}");
        }
    }

    #[test]
    fn tokens_are_told_from_other_text() {
        let is_resource = |id: &str| id == "Table";
        for text in ["x${Table}", "${Table.Arn}/index", "${parent:Other}", "${Fn::Select [0,\"${Table}\"]}"] {
            assert!(is_in(text, is_resource), "{text}");
        }
        for text in ["${cognito-identity.amazonaws.com:sub}", "${Other}", "${Table", "Table", "${", "${}", "${Table:x}"]
        {
            assert!(!is_in(text, is_resource), "{text}");
        }
    }

    #[test]
    fn names_of_resources_inside_functions() {
        let text = function("Fn::Split", &[json!("-"), json!("${Table.Arn}-${Other}")]);
        assert_eq!(logical_ids(&text).collect::<Vec<_>>(), ["Table", "Other"]);
    }
}
