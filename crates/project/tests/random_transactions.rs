//! Random transactions, interrupted at every step: the old tree or the new one, never a mixture.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "what a test cannot do fails it")]

mod common;

use std::{collections::BTreeMap, path::Path};

use amplify_project::{
    Content, Error, Project, Transaction,
    failpoint::{self, Plan, Target},
};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Change {
    Write(String, String),
    DeleteFile(String),
    DeleteDir(String),
    ReplaceDir(String, Vec<(String, String)>),
}

fn file() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["amplify/a", "amplify/d/b", "amplify/d/c", "amplify/d/e/f", "amplify/g/h", "root"])
        .prop_map(str::to_owned)
}

fn folder() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["amplify/d", "amplify/d/e", "amplify/g"]).prop_map(str::to_owned)
}

fn change() -> impl Strategy<Value = Change> {
    let content = || prop::sample::select(vec!["", "1", "22", "333"]).prop_map(str::to_owned);
    let below = prop::sample::select(vec!["b", "c", "e/f", "x/y"]).prop_map(str::to_owned);
    prop_oneof![
        3 => (file(), content()).prop_map(|(path, content)| Change::Write(path, content)),
        1 => file().prop_map(Change::DeleteFile),
        1 => folder().prop_map(Change::DeleteDir),
        1 => (folder(), prop::collection::vec((below, content()), 0..4))
            .prop_map(|(path, files)| Change::ReplaceDir(path, files)),
    ]
}

type Tree = BTreeMap<String, Vec<u8>>;

/// What the changes mean, on a map.
fn apply(tree: &Tree, changes: &[Change]) -> Tree {
    let mut tree = tree.clone();
    for change in changes {
        match change {
            Change::Write(path, content) => {
                tree.insert(path.clone(), content.clone().into());
            }
            Change::DeleteFile(path) => {
                tree.remove(path);
            }
            Change::DeleteDir(path) => tree.retain(|file, _| !file.starts_with(&format!("{path}/"))),
            Change::ReplaceDir(path, files) => {
                tree.retain(|file, _| !file.starts_with(&format!("{path}/")));
                for (below, content) in files {
                    tree.insert(format!("{path}/{below}"), content.clone().into());
                }
            }
        }
    }
    tree
}

fn run(root: &Path, changes: &[Change]) -> Result<(), Error> {
    let lock = Project::at(root).lock("test")?;
    let mut transaction = Transaction::begin(&lock);
    for change in changes {
        match change.clone() {
            Change::Write(path, content) => transaction.write(&path, content)?,
            Change::DeleteFile(path) => transaction.delete_file(&path)?,
            Change::DeleteDir(path) => transaction.delete_dir(&path)?,
            Change::ReplaceDir(path, files) => {
                let files = files.into_iter().map(|(below, content)| (below, Content::from(content))).collect();
                transaction.replace_dir(&path, files)?;
            }
        }
    }
    transaction.commit()
}

fn on_disk(tree: &Tree) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    common::write(dir.path(), "amplify/.config/project-config.json", "{}");
    for (path, content) in tree {
        common::write(dir.path(), path, std::str::from_utf8(content).unwrap());
    }
    dir
}

fn read(dir: &tempfile::TempDir) -> Tree {
    let mut tree = common::tree(dir.path());
    tree.remove("amplify/.config/project-config.json");
    tree
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_old_tree_or_the_new_one(
        start in prop::collection::vec(change(), 0..6),
        changes in prop::collection::vec(change(), 1..7),
        fails: bool,
    ) {
        let old = apply(&Tree::new(), &start);
        let new = apply(&old, &changes);
        let dir = on_disk(&old);
        failpoint::arm_here(Plan::Count);
        run(dir.path(), &changes).unwrap();
        let count = failpoint::disarm_here().len();
        prop_assert_eq!(&read(&dir), &new);

        for step in 1..=count {
            let dir = on_disk(&old);
            let target = Target::Nth(step);
            let plan = if fails { Plan::Fail(target, std::io::ErrorKind::StorageFull) } else { Plan::Stop(target) };
            failpoint::arm_here(plan);
            let result = run(dir.path(), &changes);
            failpoint::disarm_here();
            drop(Project::at(dir.path()).lock("next").unwrap());
            let tree = read(&dir);
            prop_assert!(tree == old || tree == new, "step {} left {:?}", step, tree);
            if fails {
                let told = if result.is_ok() { &new } else { &old };
                prop_assert_eq!(&tree, told, "step {} was reported as {:?}", step, result);
            }
        }
    }
}
