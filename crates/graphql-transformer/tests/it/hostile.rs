//! Input made to break a compiler: diagnostics, in linear time, and never a panic.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use crate::common::{codes, input};

fn quick(schema: &str) -> Vec<String> {
    let start = Instant::now();
    let found = codes(schema);
    assert!(start.elapsed() < Duration::from_secs(20), "took {:?}", start.elapsed());
    found
}

#[test]
fn deep_nesting_is_refused() {
    let lists = format!("type A {{ a: {}Int{} }}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(quick(&lists)[0].starts_with("schema-too-deep"), "{:?}", quick(&lists));
    let values = format!("type A @model(queries: {}1{}) {{ a: Int }}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(quick(&values)[0].starts_with("schema-too-deep"));
}

#[test]
fn thousands_of_fields_and_types_are_fine() {
    let mut schema = String::from("type Wide @model { id: ID! ");
    for number in 0..5_000 {
        let _ = write!(schema, "f{number}: String ");
    }
    schema.push('}');
    assert_eq!(quick(&schema), Vec::<String>::new());
    let chain: String = (0..3_000).fold(String::from("type A @model { id: ID! n: N0 } "), |mut text, number| {
        let _ = write!(text, "type N{number} {{ next: N{} }} ", (number + 1) % 3_000);
        text
    });
    assert_eq!(quick(&chain), Vec::<String>::new());
}

#[test]
fn thousands_of_mistakes_are_all_reported() {
    let mut schema = String::from("type A {");
    for number in 0..5_000 {
        let _ = write!(schema, "f{number}: Nothing{number} @nope{number} ");
    }
    schema.push('}');
    assert_eq!(quick(&schema).len(), 10_000);
}

#[test]
fn text_that_is_no_schema_is_refused() {
    for schema in ["", "   ", "# only a comment", "{ a }", "query { a }", "\u{0}", "type", "}}}}", "type A { a: "] {
        assert!(!quick(schema).is_empty(), "{schema:?}");
    }
}

proptest! {
    #[test]
    fn no_text_panics(text in "(type |@model|@key|\\{|\\}|\\(|\\)|:|!|\\[|\\]|ID|A|B|fields|\"|null| |\n|é){0,60}") {
        let compilation = amplify_graphql_transformer::compile(&input(&text));
        prop_assert!(compilation.output.is_some() || compilation.errors().next().is_some());
        for found in &compilation.diagnostics {
            found.render(&input(&text).sources);
        }
    }
}
