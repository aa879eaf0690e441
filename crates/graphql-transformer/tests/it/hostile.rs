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

/// Makes a schema of a size.
type Maker = fn(usize) -> String;

/// Ways to make a schema of any size that is wrong, or strange, throughout.
fn hostile() -> Vec<(&'static str, Maker)> {
    fn many(count: usize, one: impl Fn(usize) -> String) -> String {
        (0..count).map(one).collect()
    }
    vec![
        ("connections in a ring", |n| {
            many(n / 32 + 2, |at| {
                let next = (at + 1) % (n / 32 + 2);
                format!("type M{at} @model {{ id: ID! a: M{next} @connection b: [M{next}] @connection }} ")
            })
        }),
        ("halves of connections", |n| {
            many(n, |at| format!("type H{at} @model {{ id: ID! a: H0 @connection(name: \"n{at}\") }} "))
        }),
        ("one type again and again", |n| many(n, |_| "type A @model { id: ID! } ".to_owned())),
        ("one field again and again", |n| format!("type A {{ {} }}", many(n, |_| "a: Int ".to_owned()))),
        ("names that differ in their first letter", |n| {
            many(n / 32, |at| format!("type a{at} @model {{ id: ID! }} type A{at} @model {{ id: ID! }} "))
        }),
        ("names that differ in signs", |n| {
            many(n / 32, |at| format!("type T_{at} @model {{ id: ID! }} type T{at} @model {{ id: ID! }} "))
        }),
        ("reserved names", |n| format!("type A {{ {} }}", many(n, |at| format!("__f{at}: Int ")))),
        ("unknown scalars", |n| {
            format!("type A @model {{ id: ID! {} }}", many(n, |at| format!("f{at}: AWSThing{at} ")))
        }),
        ("unknown directives", |n| format!("type A {{ {} }}", many(n, |at| format!("f{at}: Int @modle{at} ")))),
        ("unknown arguments", |n| many(n, |at| format!("type A{at} @model(quer{at}: null) {{ id: ID! }} "))),
        ("keys of unknown fields", |n| {
            format!("type A @model @key(fields: [{}]) {{ id: ID! }}", many(n, |at| format!("\"f{at}\" ")))
        }),
        ("keys of all fields", |n| {
            let (fields, key) = (many(n, |at| format!("f{at}: ID! ")), many(n, |at| format!("\"f{at}\" ")));
            format!("type A @model @key(fields: [{key}]) {{ id: ID! {fields} }}")
        }),
        ("connections by unknown fields", |n| {
            let fields = many(n, |at| format!("f{at}: ID! c{at}: A @connection(fields: [\"g{at}\"]) "));
            format!("type A @model {{ id: ID! {fields} }}")
        }),
        ("rules", |n| {
            let rules = many(n, |at| format!("{{allow: groups, groups: [\"g{at}\"], operations: [read]}} "));
            format!("type A @model(subscriptions: null) @auth(rules: [{rules}]) {{ id: ID! }}")
        }),
        ("extensions of nothing", |n| many(n, |at| format!("extend type X{at} {{ a: Int }} type Y{at} {{ a: Int }} "))),
        ("unions of nothing", |n| format!("type B {{ a: Int }} union U = {}", many(n, |at| format!("| T{at} ")))),
        ("interfaces that are not there", |n| {
            format!("type A implements {} {{ a: Int }}", many(n, |at| format!("& I{at} ")))
        }),
        ("arguments", |n| format!("type Query {{ a({}): Int }}", many(n, |at| format!("b{at}: Nothing{at} ")))),
    ]
}

#[test]
fn a_larger_schema_takes_longer_in_proportion() {
    let time = |schema: &str| {
        let input = input(schema);
        let once = || {
            let start = Instant::now();
            let compilation = amplify_graphql_transformer::compile(&input);
            assert!(compilation.output.is_some() || compilation.errors().next().is_some());
            start.elapsed()
        };
        // The least of several: others work on this machine too.
        (0..2).map(|_| once()).min().unwrap_or_default()
    };
    for (what, schema) in hostile() {
        // Four times as much takes four times as long; were it quadratic, sixteen times.
        let ratio = || {
            let small = time(&schema(400)).max(Duration::from_millis(1));
            time(&schema(1_600)).as_secs_f64() / small.as_secs_f64()
        };
        let found: Vec<f64> = (0..4).map(|_| ratio()).take_while(|ratio| *ratio > 10.0).collect();
        assert!(found.len() < 4, "{what}: {found:?} times as long for four times as much");
    }
}

#[test]
fn rings_of_types_are_walked_once() {
    // Inputs of objects without a table, which hold one another.
    let schema = "type A @model { id: ID! b: B } type B { c: C } type C { b: B a: A c: [C!]! }";
    assert_eq!(quick(schema), Vec::<String>::new());
    assert_eq!(quick("interface I { i: I } type A implements I @model { id: ID! i: I }"), Vec::<String>::new());
    assert_eq!(quick("input A { a: A b: B } input B { a: [A] } type Query { q(a: A): Int }"), Vec::<String>::new());
}

#[test]
fn names_of_the_api_itself_are_refused() {
    for name in ["GraphQLAPI", "GraphQLAPIKey", "NoneDataSource", "ConnectionStack", "HttpStack", "SearchableStack"] {
        assert_eq!(quick(&format!("type {name} @model {{ id: ID! }}")), ["reserved-name 1:6"], "{name}");
    }
    for name in ["String", "AWSJSON", "__Type"] {
        assert!(quick(&format!("type {name} {{ a: Int }}"))[0].starts_with("reserved-name"), "{name}");
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
