//! How long a compilation takes, files written included: at most 15 ms for 2 models, 250 ms for 100, linear to 500.
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot run stops")]

use std::hint::black_box;

use amplify_graphql_transformer::{AuthConfig, AuthMode, Input, Source, compile};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

mod common;
#[path = "../tests/it/hostile_schemas.rs"]
mod hostile_schemas;

fn compiling(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("compile");
    group.sample_size(10);
    for models in [2, 10, 100, 500] {
        let input = Input {
            sources: vec![Source { name: "schema.graphql".to_owned(), text: common::schema(models) }],
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
