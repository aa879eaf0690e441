//! `@versioned`: optimistic locking.

use crate::common::{codes, definition, output};

#[test]
fn inputs_name_the_version() {
    let output = output(r#"type T @model @versioned { id: ID! text: String version: Int }"#);
    assert!(definition(&output, "T").contains("version: Int!"));
    assert!(!definition(&output, "CreateTInput").contains("version"));
    assert!(definition(&output, "UpdateTInput").contains("expectedVersion: Int!"));
    assert!(definition(&output, "DeleteTInput").contains("expectedVersion: Int!"));
    assert!(output.resolvers["Mutation.createT.req.vtl"].contains(r#"put("version", 1)"#));
    let update = &output.resolvers["Mutation.updateT.req.vtl"];
    assert!(update.contains(r#"put("version", $newVersion)"#), "{update}");
    assert!(!output.resolvers["Mutation.deleteT.req.vtl"].contains(r#"put("version""#));
}

#[test]
fn keys_keep_the_version_in_the_delete_input() {
    let output = output(r#"type T @model @versioned @key(fields: ["a"]) { a: ID! }"#);
    assert_eq!(definition(&output, "DeleteTInput"), "input DeleteTInput {\n  a: ID!\n  expectedVersion: Int!\n}");
}

#[test]
fn mistakes_are_named() {
    assert_eq!(codes("type T @versioned { id: ID! }"), ["needs-model 1:8"]);
    assert_eq!(codes("type T @model @versioned { id: ID! version: String }"), ["versioned-type 1:45"]);
    assert_eq!(codes("type T @model @versioned { version: Int }"), ["versioned-empty 1:15"]);
    assert_eq!(codes(r#"type T @model @versioned(versionField: "a b") { id: ID! }"#), ["versioned-name 1:40"]);
}
