//! Requests of fields that reach other models.

use super::fill;
use crate::model::{Key, KeyPart, KeyType};

/// Stands for a key that is not there, so that nothing is found instead of an error.
const NOBODY: &str = "___xamznone____";

/// What a list connection adds to its response.
pub(crate) const LIST_RESPONSE: &str =
    "#if( !$result )\n  #set( $result = $ctx.result )\n#end\n$util.toJson($result)\n";

/// How a list connection narrows its query.
pub(crate) enum Sort<'k> {
    /// Not at all.
    Open,
    /// By an argument.
    Argument(&'k str, KeyPart, Key),
    /// By fields of the parent.
    Fixed(&'k [String], &'k KeyPart),
}

/// A list connection: `hash` is the attribute of the index, `field` the parent's field with its value.
pub(crate) fn query(index: Option<&str>, hash: &KeyPart, field: &str, sort: &Sort<'_>, limit: i64) -> String {
    let sort = match sort {
        Sort::Open => String::new(),
        Sort::Argument(argument, range, key) => super::key::sort_condition("$query", argument, range, key),
        Sort::Fixed(fields, range) => {
            let text = if fields.len() > 1 {
                super::key::composite_text("ctx.source", fields)
            } else {
                format!("\"$ctx.source.{}\"", fields.first().map_or("", String::as_str))
            };
            format!(
                "$util.qr($query.put(\"expression\", \"$query.expression AND #sortKey = :sortKey\"))\n\
                 $util.qr($query.expressionNames.put(\"#sortKey\", \"{}\"))\n\
                 $util.qr($query.expressionValues.put(\":sortKey\", {{ \"{}\": {text} }}))\n",
                range.attribute,
                range.ty.tag()
            )
        }
    };
    let index = index.map_or_else(String::new, |name| format!("$util.qr($page.put(\"index\", \"{name}\"))\n"));
    let limit = limit.to_string();
    let values = [
        ("hash", hash.attribute.as_str()),
        ("tag", hash.ty.tag()),
        ("field", field),
        ("sort", &sort),
        ("limit", &limit),
        ("index", &index),
    ];
    fill(include_str!("connection_query.req.vtl"), &values)
}

/// A single connection: key attribute, its type, and the parent's fields that hold its value.
pub(crate) fn get(parts: &[(&str, KeyType, &[String])]) -> String {
    let members: Vec<String> = parts
        .iter()
        .map(|(attribute, ty, fields)| {
            let value = match (fields, ty) {
                ([field], KeyType::Text) => format!("$util.defaultIfNullOrBlank($ctx.source.{field}, \"{NOBODY}\")"),
                ([field], KeyType::Number) => format!("$util.defaultIfNull($ctx.source.{field}, 0)"),
                (fields, _) => super::key::composite_text("ctx.source", fields),
            };
            format!("    \"{attribute}\": $util.dynamodb.toDynamoDBJson({value})")
        })
        .collect();
    format!(
        "{{\n  \"version\": \"2017-02-28\",\n  \"operation\": \"GetItem\",\n  \"key\": {{\n{}\n  }}\n}}\n",
        members.join(",\n")
    )
}
