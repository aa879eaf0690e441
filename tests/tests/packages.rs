//! Packages of functions on their way to an account: what has not changed is not built or sent again, and what Lambda would
//! not take is not sent at all.

use std::time::{Duration, SystemTime};

use amplify_tests::{Account, Cloud, FaultProxy};

/// The functions whose packages were sent since the last time, sorted.
fn sent(proxy: &FaultProxy) -> Vec<String> {
    let lines = proxy.disarm().into_iter().map(|call| call.line);
    let packages = lines.filter(|line| line.starts_with("PUT ") && line.contains("-build.zip"));
    let name = |line: String| Some(line.rsplit_once('/')?.1.split_once('-')?.0.to_owned());
    let mut names: Vec<String> = packages.filter_map(name).collect();
    names.sort();
    names
}

#[test]
fn only_what_changed_is_built_and_sent_and_only_if_lambda_takes_it() {
    let Some(cloud) = Cloud::start() else { return };
    let proxy = FaultProxy::start(&cloud);
    let mut account = Account::of(&cloud, "111122223333");
    account.through = Some(proxy.url());
    let sandbox = &account.sandbox;
    let amplify = |words: &[&str]| account.amplify(words.iter().copied());
    let _ = amplify(&["init", "--yes", "--provider", "awscloudformation"]).success();
    for name in ["first", "second"] {
        let name = format!("function.resourceName={name}");
        let _ = amplify(&["add", "function", "--yes", "--answer", &name]).success();
    }
    let _ = proxy.disarm();
    let _ = amplify(&["push", "--yes"]).success();
    assert_eq!(sent(&proxy), ["first", "second"]);

    // Nothing changed, not even if files were written again: a checkout does that.
    let archive = |name: &str| sandbox.root().join(format!("amplify/backend/function/{name}/dist/latest-build.zip"));
    let packed = |name: &str| fs_err::metadata(archive(name)).unwrap().modified().unwrap();
    let before = [packed("first"), packed("second")];
    let index = sandbox.root().join("amplify/backend/function/first/src/index.js");
    let file = fs_err::File::options().write(true).open(index).unwrap();
    file.into_parts().0.set_modified(SystemTime::now() - Duration::from_secs(3600)).unwrap();
    let pushed = amplify(&["push", "--yes"]).success();
    assert!(pushed.stdout.contains("No changes detected"), "{pushed}");
    assert_eq!(sent(&proxy), [""; 0]);
    assert_eq!([packed("first"), packed("second")], before);

    // One function changed, and a table came: the other function is left alone.
    sandbox.write("amplify/backend/function/second/src/index.js", "exports.handler = async () => 2;\n");
    let columns = r#"storage.columns=[{"name": "id", "type": "string"}]"#;
    let answers = ["storage.service=DynamoDB", "storage.resourceName=notes", columns, "storage.partitionKey=id"];
    let answers = answers.into_iter().flat_map(|answer| ["--answer", answer]);
    let _ = account.amplify(["add", "storage", "--yes"].into_iter().chain(answers)).success();
    let _ = amplify(&["push", "--yes"]).success();
    assert_eq!(sent(&proxy), ["second"]);
    assert_eq!(packed("first"), before[0]);

    // What unpacks to more than Lambda takes is refused here, and nothing is sent.
    let before = sandbox.tree();
    for number in 0..12 {
        let path = format!("amplify/backend/function/second/src/data-{number:02}/blob");
        sandbox.write(&path, "");
        let file = fs_err::File::options().write(true).open(sandbox.root().join(path)).unwrap();
        file.set_len((number + 20) * 1024 * 1024).unwrap();
    }
    let refused = amplify(&["push", "--yes"]).ended_with(1);
    let refused = refused.says("code: function-too-large").says("31.0 MB in data-11").says("22.0 MB in data-02");
    assert!(!refused.stderr.contains("data-01"), "{refused}");
    let changes: Vec<String> = proxy.disarm().into_iter().map(|call| call.line).collect();
    let changes = changes.iter().filter(|line| line.starts_with("PUT ") && !line.contains("amplify-lease.json"));
    assert_eq!(changes.collect::<Vec<_>>(), [""; 0]);
    for number in 0..12 {
        let folder = format!("amplify/backend/function/second/src/data-{number:02}");
        fs_err::remove_dir_all(sandbox.root().join(folder)).unwrap();
    }
    assert!(sandbox.tree() == before, "nothing is written");
    let pushed = amplify(&["push", "--yes"]).success();
    assert!(pushed.stdout.contains("No changes detected"), "{pushed}");
}
