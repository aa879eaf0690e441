//! Prints every kind of template that the plugin writes, as a JSON array of `{name, template}`, for checks by other tools.

use std::io::Write;

use category_storage::{
    bucket::{
        NewBucket,
        access::{Access, GroupAccess, Operations, UserAccess},
    },
    table::{
        NewTable,
        column::{Column, ColumnType},
        index::Index,
    },
};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut templates: Vec<Value> = Vec::new();
    for (name, access, trigger) in buckets() {
        let bucket = NewBucket {
            resource: "photos".into(),
            bucket: "demo0123456789abcdef".into(),
            id: "01234567".into(),
            access,
            auth: Some("demo01234567".into()),
            trigger,
        };
        templates.push(json!({ "name": name, "template": bucket.template()? }));
    }
    for (name, table) in tables() {
        templates.push(json!({ "name": name, "template": table.template() }));
    }
    let mut output = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut output, &templates)?;
    output.write_all(b"\n")?;
    Ok(())
}

fn operations(words: &[&str]) -> Operations {
    Operations::from_words(words)
}

fn buckets() -> Vec<(&'static str, Access, Option<String>)> {
    let users = |guest: Option<&[&str]>| {
        Some(UserAccess {
            authenticated: operations(&["create/update", "read", "delete"]),
            guest: guest.map(operations),
        })
    };
    let groups = || {
        vec![
            GroupAccess { group: "Admins".into(), operations: operations(&["create/update", "read", "delete"]) },
            GroupAccess { group: "Writers".into(), operations: operations(&["create/update"]) },
        ]
    };
    let trigger = || Some("resize".to_string());
    vec![
        ("bucket-users", Access { users: users(None), groups: vec![] }, None),
        ("bucket-guests", Access { users: users(Some(&["read"])), groups: vec![] }, None),
        ("bucket-groups", Access { users: None, groups: groups() }, None),
        ("bucket-both", Access { users: users(Some(&["read"])), groups: groups() }, None),
        ("bucket-trigger", Access { users: users(None), groups: vec![] }, trigger()),
        ("bucket-both-trigger", Access { users: users(Some(&["read"])), groups: groups() }, trigger()),
    ]
}

fn tables() -> Vec<(&'static str, NewTable)> {
    let column = |name: &str, kind| Column { name: name.into(), kind };
    let index = |name: &str, partition_key: &str, sort_key: Option<&str>| Index {
        name: name.into(),
        partition_key: partition_key.into(),
        sort_key: sort_key.map(Into::into),
    };
    let table = |sort_key: Option<&str>, indexes| NewTable {
        resource: "orders".into(),
        table: "orders".into(),
        columns: vec![
            column("id", ColumnType::String),
            column("at", ColumnType::Number),
            column("seal", ColumnType::Binary),
            column("paid", ColumnType::Boolean),
        ],
        partition_key: "id".into(),
        sort_key: sort_key.map(Into::into),
        indexes,
    };
    vec![
        ("table-partition-key", table(None, vec![])),
        ("table-sort-key", table(Some("at"), vec![])),
        ("table-index", table(None, vec![index("by-at", "at", None)])),
        ("table-indexes", table(Some("at"), vec![index("by-at", "at", Some("seal")), index("by-seal", "seal", None)])),
    ]
}
