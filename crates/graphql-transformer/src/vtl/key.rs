//! Key conditions and composite keys.

use std::fmt::Write as _;

use super::fill;
use crate::model::{Key, KeyPart};
use crate::schema::names;

/// The argument that takes the sort condition of a key: the field, or the camel-case name of several.
pub(crate) fn sort_argument(key: &Key) -> Option<String> {
    match key.fields.len() {
        0 | 1 => None,
        2 => Some(key.fields[1].clone()),
        _ => Some(names::camel(key.fields[1..].iter().map(String::as_str))),
    }
}

/// `"${ctx.args.input.a}#${ctx.args.input.b}"`.
pub(crate) fn composite_text(prefix: &str, fields: &[String]) -> String {
    let parts: Vec<String> = fields.iter().map(|field| format!("${{{prefix}.{field}}}")).collect();
    format!("\"{}\"", parts.join("#"))
}

/// Sets `$modelObjectKey` from the arguments under `prefix`.
pub(crate) fn object_key(key: &Key, prefix: &str) -> String {
    let mut members = vec![format!("  \"{0}\": $util.dynamodb.toDynamoDB(${prefix}.{0})", key.hash.attribute)];
    if let Some(range) = &key.range {
        let value = match key.composite() {
            Some(_) => composite_text(prefix, &key.fields[1..]),
            None => format!("${prefix}.{}", range.attribute),
        };
        members.push(format!("  \"{}\": $util.dynamodb.toDynamoDB({value})", range.attribute));
    }
    format!(
        "## [Start] Primary key. **\n#set( $modelObjectKey = {{\n{}\n}} )\n## [End] Primary key. **\n",
        members.join(",\n")
    )
}

/// Stores the composite range attribute; empty for a key without one.
pub(crate) fn put_composite(key: &Key) -> String {
    let Some(attribute) = key.composite() else { return String::new() };
    let short = sort_argument(key).unwrap_or_default();
    let text = composite_text("ctx.args.input", &key.fields[1..]);
    format!(
        "#set( $dynamodbNameOverrideMap = $util.defaultIfNull($dynamodbNameOverrideMap, {{}}) )\n\
         $util.qr($dynamodbNameOverrideMap.put(\"{attribute}\", \"{short}\"))\n\
         $util.qr($ctx.args.input.put(\"{attribute}\", {text}))\n"
    )
}

/// Refuses a part of an index's composite key without the others, and stores it when all are there.
pub(crate) fn complete_composite(name: &str, key: &Key) -> String {
    let put = put_composite(key);
    if put.is_empty() {
        return put;
    }
    let parts: Vec<String> = key.fields[1..].iter().map(|field| format!("\"{field}\"")).collect();
    let parts = format!("[{}]", parts.join(", "));
    fill(include_str!("key_complete.vtl"), &[("key", name), ("parts", &parts), ("put", &put)])
}

/// Sets `$modelQueryExpression` from the arguments.
pub(crate) fn condition(key: &Key) -> String {
    let hash = key.hash.attribute.as_str();
    let (mut needs, mut sort) = (String::new(), String::new());
    if let (Some(argument), Some(range)) = (sort_argument(key), &key.range) {
        needs = format!(
            "#if( !$util.isNull($ctx.args.{argument}) && $util.isNull($ctx.args.{hash}) )\n  \
             $util.error(\"The argument {argument} needs {hash}.\", \"InvalidArgumentsError\")\n#end\n"
        );
        sort = sort_condition("$modelQueryExpression", &argument, range, key);
    }
    let values = [("needs", needs.as_str()), ("hash", hash), ("tag", key.hash.ty.tag()), ("sort", &sort)];
    fill(include_str!("key_condition.vtl"), &values)
}

/// Adds the sort condition of an argument to a query that has its hash condition.
pub(crate) fn sort_condition(query: &str, argument: &str, range: &KeyPart, key: &Key) -> String {
    let text = if key.composite().is_some() {
        composite_bound(argument, &key.fields[1..])
    } else {
        "#set( $sortText = \"$bound\" )\n".to_owned()
    };
    let values = [
        ("argument", argument),
        ("text", &text),
        ("tag", range.ty.tag()),
        ("query", query),
        ("attribute", &range.attribute),
    ];
    fill(include_str!("sort.vtl"), &values)
}

/// Joins the members of a composite bound from the left; a member needs all those before it.
fn composite_bound(argument: &str, fields: &[String]) -> String {
    let mut text = String::from("#set( $sortText = \"\" )\n#set( $missing = \"\" )\n");
    for (index, field) in fields.iter().enumerate() {
        let joined = if index == 0 { format!("$bound.{field}") } else { format!("${{sortText}}#${{bound.{field}}}") };
        let _ = write!(
            text,
            "#if( $util.isNull($bound.{field}) )\n  #set( $missing = \"{field}\" )\n#elseif( $missing != \"\" )\n  \
             $util.error(\"The member {field} of {argument} needs $missing.\", \"InvalidArgumentsError\")\n#else\n  \
             #set( $sortText = \"{joined}\" )\n#end\n"
        );
    }
    text
}

/// A query on an index, after [`condition`].
pub(crate) fn query(index: &str, key: &Key) -> String {
    format!("{}{}", condition(key), fill(include_str!("key_query.req.vtl"), &[("index", index)]))
}
