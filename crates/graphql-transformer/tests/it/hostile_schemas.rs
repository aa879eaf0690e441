//! Schemas made to break a compiler, of any size.

/// Makes a schema of a size.
pub type Maker = fn(usize) -> String;

/// Ways to make a schema of any size that is wrong, or strange, throughout.
pub fn hostile() -> Vec<(&'static str, Maker)> {
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
