//! Input made to break a compiler: diagnostics, in linear time, and never a panic.

use std::fmt::Write as _;

use proptest::prelude::*;

use crate::common::{codes, input};
use crate::hostile_schemas::hostile;

#[test]
fn deep_nesting_is_refused() {
    let lists = format!("type A {{ a: {}Int{} }}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(codes(&lists)[0].starts_with("schema-too-deep"), "{:?}", codes(&lists));
    let values = format!("type A @model(queries: {}1{}) {{ a: Int }}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(codes(&values)[0].starts_with("schema-too-deep"));
}

#[test]
fn thousands_of_fields_and_types_are_fine() {
    let mut schema = String::from("type Wide @model { id: ID! ");
    for number in 0..5_000 {
        let _ = write!(schema, "f{number}: String ");
    }
    schema.push('}');
    assert_eq!(codes(&schema), Vec::<String>::new());
    let chain: String = (0..3_000).fold(String::from("type A @model { id: ID! n: N0 } "), |mut text, number| {
        let _ = write!(text, "type N{number} {{ next: N{} }} ", (number + 1) % 3_000);
        text
    });
    assert_eq!(codes(&chain), Vec::<String>::new());
}

#[test]
fn thousands_of_mistakes_are_all_reported() {
    let mut schema = String::from("type A {");
    for number in 0..5_000 {
        let _ = write!(schema, "f{number}: Nothing{number} @nope{number} ");
    }
    schema.push('}');
    assert_eq!(codes(&schema).len(), 10_000);
}

#[test]
fn text_that_is_no_schema_is_refused() {
    for schema in ["", "   ", "# only a comment", "{ a }", "query { a }", "\u{0}", "type", "}}}}", "type A { a: "] {
        assert!(!codes(schema).is_empty(), "{schema:?}");
    }
}

/// What a compilation allocates depends on nothing but the schema, so it can be compared; `cargo bench` shows the time of the
/// same schemas.
#[test]
fn a_larger_schema_takes_more_in_proportion() {
    let allocated = |schema: &str| {
        let input = input(schema);
        let used = allocation_counter::measure(|| {
            let compilation = amplify_graphql_transformer::compile(&input);
            assert!(compilation.output.is_some() || compilation.errors().next().is_some());
        });
        [used.count_total, used.bytes_total]
    };
    for (what, schema) in hostile() {
        let (small, large) = (allocated(&schema(400)), allocated(&schema(1_600)));
        for (small, large) in small.into_iter().zip(large) {
            // Four times as much; were it quadratic, sixteen times. What is always there makes it less.
            assert!(large < 6 * small, "{what}: {small} for 400, {large} for 1,600");
        }
    }
}

#[test]
fn rings_of_types_are_walked_once() {
    // Inputs of objects without a table, which hold one another.
    let schema = "type A @model { id: ID! b: B } type B { c: C } type C { b: B a: A c: [C!]! }";
    assert_eq!(codes(schema), Vec::<String>::new());
    assert_eq!(codes("interface I { i: I } type A implements I @model { id: ID! i: I }"), Vec::<String>::new());
    assert_eq!(codes("input A { a: A b: B } input B { a: [A] } type Query { q(a: A): Int }"), Vec::<String>::new());
}

#[test]
fn names_of_the_api_itself_are_refused() {
    for name in ["GraphQLAPI", "GraphQLAPIKey", "NoneDataSource", "ConnectionStack", "HttpStack", "SearchableStack"] {
        assert_eq!(codes(&format!("type {name} @model {{ id: ID! }}")), ["reserved-name 1:6"], "{name}");
    }
    for name in ["String", "AWSJSON", "__Type"] {
        assert!(codes(&format!("type {name} {{ a: Int }}"))[0].starts_with("reserved-name"), "{name}");
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
