//! Requests of a model's operations.
//!
//! They read `$modelObjectKey`, `$modelQueryExpression`, `$authCondition`, `$versionedCondition` and
//! `$dynamodbNameOverrideMap`, which other directives, and users in their own templates, set in front.

use std::fmt::Write as _;

use super::fill;

const CONDITIONS: &str = include_str!("conditions.vtl");
const EXISTS: &str = include_str!("exists.vtl");

/// PutItem that refuses to replace an item; `created` and `updated` name the fields to fill in.
pub(crate) fn create(model: &str, created: Option<&str>, updated: Option<&str>) -> String {
    let mut stamps = String::new();
    for field in [created, updated].into_iter().flatten() {
        let _ = writeln!(
            stamps,
            "$util.qr($ctx.args.input.put(\"{field}\", $util.defaultIfNull($ctx.args.input.{field}, $now)))"
        );
    }
    fill(include_str!("create.req.vtl"), &[("stamps", &stamps), ("type", model), ("conditions", CONDITIONS)])
}

/// UpdateItem of an item that exists.
pub(crate) fn update(model: &str, updated: Option<&str>) -> String {
    let stamps = updated.map_or_else(String::new, |field| {
        format!(
            "$util.qr($ctx.args.input.put(\"{field}\", $util.defaultIfNull($ctx.args.input.{field}, \
             $util.time.nowISO8601())))\n"
        )
    });
    fill(
        include_str!("update.req.vtl"),
        &[("exists", EXISTS), ("stamps", &stamps), ("type", model), ("conditions", CONDITIONS)],
    )
}

/// DeleteItem of an item that exists.
pub(crate) fn delete() -> String {
    fill(include_str!("delete.req.vtl"), &[("exists", EXISTS), ("conditions", CONDITIONS)])
}

/// GetItem by `id`, or by the primary key that `@key` sets in front.
pub(crate) fn get() -> String {
    include_str!("get.req.vtl").to_owned()
}

/// Scan, or Query when a key condition is set in front.
pub(crate) fn list() -> String {
    include_str!("list.req.vtl").to_owned()
}
