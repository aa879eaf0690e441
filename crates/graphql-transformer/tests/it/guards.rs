//! A build after another: what a deployed table cannot become.

use amplify_graphql_transformer::{Input, Previous, compile};

use crate::common::{input, output, output_of};

fn after(old: &str, new: &str) -> Input {
    let old = output(old);
    Input { previous: Some(Previous { stacks: old.stack_values(), root: old.template }), ..input(new) }
}

fn codes(old: &str, new: &str) -> Vec<&'static str> {
    compile(&after(old, new)).diagnostics.iter().map(|found| found.code).collect()
}

fn model(keys: &str) -> String {
    format!("type A @model {keys} {{ id: ID! b: String! c: String! n: Int! }}")
}

#[test]
fn the_same_schema_asks_for_nothing() {
    let schema = model(r#"@key(name: "byB", fields: ["b", "c"])"#);
    assert!(codes(&schema, &schema).is_empty());
    assert_eq!(output_of(&after(&schema, &schema)).migration, Default::default());
}

#[test]
fn keys_of_deployed_tables_are_fixed() {
    assert_eq!(codes(&model(""), &model(r#"@key(fields: ["b"])"#)), ["table-key-changed"]);
    assert_eq!(codes(&model(""), &model(r#"@key(fields: ["id", "b"])"#)), ["table-key-changed"]);
    let local = r#"@key(fields: ["id", "b"]) @key(name: "byC", fields: ["id", "c"])"#;
    assert_eq!(codes(&model(r#"@key(fields: ["id", "b"])"#), &model(local)), ["table-local-index-changed"]);
    let global = |field: &str| model(&format!(r#"@key(name: "byB", fields: ["{field}"])"#));
    assert_eq!(codes(&global("b"), &global("c")), ["table-index-changed"]);
}

#[test]
fn several_index_changes_take_steps() {
    let one = model(r#"@key(name: "byB", fields: ["b"])"#);
    let two = model(r#"@key(name: "byC", fields: ["c"]) @key(name: "byN", fields: ["n"])"#);
    assert_eq!(codes(&one, &two), ["table-index-steps"]);
    let change = &output_of(&after(&one, &two)).migration.index_changes[0];
    assert_eq!((change.table.as_str(), change.added.len(), change.removed.len()), ("ATable", 2, 1));
    assert_eq!(codes(&model(""), &one), Vec::<&str>::new());
}

#[test]
fn a_renamed_model_loses_its_table() {
    let input = after("type Old @model { id: ID! }", "type New @model { id: ID! }");
    let output = output_of(&input);
    assert_eq!(output.migration.lost_tables, ["OldTable"]);
    let found = &compile(&input).diagnostics[0];
    assert_eq!(found.code, "table-lost");
    assert!(found.suggestion.as_ref().unwrap().contains("name it `Old` again"), "{found:?}");
}

#[test]
fn resources_stay_where_they_are_deployed() {
    let schema = "type A @model { id: ID! b: [B] @connection } type B @model { id: ID! }";
    let mut input = after(schema, schema);
    let previous = input.previous.as_mut().unwrap();
    let connection = previous.stacks.remove("ConnectionStack").unwrap();
    let moved = connection["Resources"]["AbResolver"].clone();
    previous.stacks.get_mut("A").unwrap()["Resources"]["AbResolver"] = moved;
    let output = output_of(&input);
    assert_eq!(output.stack_mapping["AbResolver"], "A");
    assert!(!output.stacks.contains_key("ConnectionStack"));
}
