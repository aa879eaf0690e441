//! How long it takes to pack a function of 2,000 files: made anew, and found unchanged.
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot run stops")]

use std::{hint::black_box, path::Path};

use amplify_sdk::testing::Host;
use category_function::FunctionCategory;
use criterion::{Criterion, criterion_group, criterion_main};

const FILES: usize = 2_000;

/// A function with that many modules, each of about 4 KB, in folders of 50 as package managers leave them.
fn function(folder: &Path) {
    let text = "exports.answer = (question) => `${question} has many answers, of which this is one`;\n".repeat(50);
    for number in 0..FILES {
        let package = folder.join(format!("src/node_modules/package-{}", number / 50));
        fs_err::create_dir_all(&package).unwrap();
        fs_err::write(package.join(format!("module-{number}.js")), format!("// {number}\n{text}")).unwrap();
    }
    fs_err::write(folder.join("src/index.js"), "exports.handler = async () => 1;\n").unwrap();
}

fn package(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    function(folder.path());
    let path = folder.path().to_string_lossy().into_owned();
    let build = || black_box(Host::new().build(&FunctionCategory, "f", &path).value().packaged);
    let mut group = criterion.benchmark_group("package 2,000 files");
    group.sample_size(10);
    group.bench_function("anew", |bencher| {
        bencher.iter(|| {
            fs_err::remove_dir_all(folder.path().join("dist")).ok();
            assert!(build(), "it is packed");
        });
    });
    // A file is trusted by its time once it has rested for two seconds.
    std::thread::sleep(std::time::Duration::from_secs(3));
    fs_err::remove_dir_all(folder.path().join("dist")).ok();
    build();
    group.bench_function("unchanged", |bencher| bencher.iter(|| assert!(!build(), "nothing is packed")));
    group.finish();
}

criterion_group!(benches, package);
criterion_main!(benches);
