//! How long a compilation takes, files written included: at most 15 ms for 2 models, 250 ms for 100, linear to 500.
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot run stops")]

use std::fmt::Write as _;
use std::hint::black_box;

use amplify_graphql_transformer::{AuthConfig, AuthMode, Input, Source, compile};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

#[path = "../tests/it/hostile_schemas.rs"]
mod hostile_schemas;

/// Models with owners and groups, an index with a query, and connections in both forms.
fn schema(models: usize) -> String {
    let mut text = String::new();
    for number in 0..models {
        let next = (number + 1) % models;
        let _ = writeln!(
            text,
            r#"type M{number} @model @auth(rules: [{{allow: owner}}, {{allow: groups, groups: ["Admin"]}}])
              @key(name: "byParent", fields: ["parentID", "title"], queryField: "m{number}ByParent") {{
              id: ID!
              title: String!
              parentID: ID!
              size: Int
              children: [M{next}] @connection(keyName: "byParent", fields: ["id"])
              friend: M{next} @connection
            }}"#
        );
    }
    text
}

fn compiling(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("compile");
    group.sample_size(10);
    for models in [2, 10, 100, 500] {
        let input = Input {
            sources: vec![Source { name: "schema.graphql".to_owned(), text: schema(models) }],
            auth: AuthConfig { default: AuthMode::UserPools, additional: Vec::new() },
            ..Input::default()
        };
        assert!(compile(&input).output.is_some());
        group.bench_with_input(BenchmarkId::from_parameter(models), &input, |bencher, input| {
            bencher.iter(|| black_box(compile(input).output.unwrap().files(false)));
        });
    }
    group.finish();
}

/// Each at a size and at four times that: four times as long, not sixteen times.
fn refusing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hostile");
    group.sample_size(10);
    for (what, schema) in hostile_schemas::hostile() {
        for size in [400, 1_600] {
            let source = Source { name: "schema.graphql".to_owned(), text: schema(size) };
            let input = Input { sources: vec![source], ..Input::default() };
            group.bench_with_input(BenchmarkId::new(what, size), &input, |bencher, input| {
                bencher.iter(|| black_box(compile(input)));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, compiling, refusing);
criterion_main!(benches);
