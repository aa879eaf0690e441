//! What plugins cost: reading the registry, opening a library, a request and its answer.
#![allow(missing_docs, clippy::expect_used, reason = "a benchmark fails by panicking")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::hint::black_box;

use amplify_plugin_abi::{manifest::PluginKind, message::Request, provider::ProviderRequest};
use amplify_plugin_host::{Loader, Registry, hash};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use support::{Plugins, Scripted, library_of, mode};

/// As many plugins as a full installation has.
const PLUGINS: usize = 16;

fn registry(criterion: &mut Criterion) {
    let plugins = Plugins::new();
    for number in 0..PLUGINS {
        plugins.install(&format!("plugin-{number:02}"), b"never opened", |manifest| {
            manifest.name = format!("plugin-{number}");
            manifest.kind = PluginKind::category(format!("word-{number}"));
        });
    }
    let cache = plugins.root.path().join("registry");
    let search = plugins.search();
    assert_eq!(Registry::load(&search, Some(&cache)).plugins.len(), PLUGINS);
    let mut group = criterion.benchmark_group("registry of 16 plugins");
    group.bench_function("uncached", |bench| bench.iter(|| black_box(Registry::load(&search, None))));
    group.bench_function("cached", |bench| bench.iter(|| black_box(Registry::load(&search, Some(&cache)))));
    group.finish();
}

fn open(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("library");
    let plugins = Plugins::new();
    let folder = plugins.sound("misbehaving");
    let library = library_of(&folder);
    group.bench_function("hash", |bench| bench.iter(|| hash::file(black_box(&library)).expect("readable")));
    // A library is opened once in a process, so each opening takes a copy of its own.
    let copy = || {
        let copy = Plugins::new();
        copy.sound("misbehaving");
        (copy.only(), copy)
    };
    group.sample_size(50);
    group.bench_function("open", |bench| {
        bench.iter_batched(copy, |(entry, _copy)| Loader::new().open(&entry).expect("sound"), BatchSize::PerIteration);
    });
    group.finish();
}

fn invoke(criterion: &mut Criterion) {
    let plugins = Plugins::new();
    plugins.sound("misbehaving");
    let plugin = Loader::new().open(&plugins.only()).expect("sound");
    let mut group = criterion.benchmark_group("request");
    let refused = Request::Provider(Box::new(ProviderRequest::Destroy(Default::default())));
    group.bench_function("refused at once", |bench| {
        let mut host = Scripted::default();
        bench.iter(|| plugin.invoke(black_box(&refused), &mut host).is_err());
    });
    let well = mode("well");
    group.bench_function("with six callbacks", |bench| {
        let mut host = Scripted::default();
        bench.iter(|| plugin.invoke(black_box(&well), &mut host).is_ok());
    });
    group.finish();
}

criterion_group!(benches, registry, open, invoke);
criterion_main!(benches);
