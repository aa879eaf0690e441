//! A transaction happens as a whole or not at all, wherever it is interrupted.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "what a test cannot do fails it")]

mod common;

use std::{collections::BTreeMap, io, path::Path};

use amplify_project::{
    Content, Error, Project, Spool, Transaction,
    failpoint::{self, Plan, Target},
};
use common::Fixture;
use fs_err as fs;

type Tree = BTreeMap<String, Vec<u8>>;

/// A command that does a bit of everything: files new, changed, deleted; folders deleted, made again, replaced.
fn command(project: &Project) -> Result<(), Error> {
    let lock = project.lock("test")?;
    let mut transaction = Transaction::begin(&lock);
    transaction.write("amplify/backend/backend-config.json", "{\"changed\": true}")?;
    transaction.write("amplify/backend/function/new/src/deep/index.js", "new")?;
    transaction.write("src/aws-exports.js", "export")?;
    transaction.delete_file("amplify/backend/storage/photos/parameters.json")?;
    transaction.delete_dir("amplify/backend/storage/table")?;
    transaction.delete_dir("amplify/backend/storage/again")?;
    transaction.write("amplify/backend/storage/again/template.json", "again")?;
    transaction.write("amplify/backend/storage/again/sub/other", "other")?;
    let kept = Spool::new().keep(b"a")?;
    let files = vec![("template.json".to_owned(), Content::from("copied")), ("src/a".to_owned(), Content::Kept(kept))];
    transaction.replace_dir("amplify/#current-cloud-backend/storage/photos", files)?;
    transaction.commit()
}

fn fixture() -> Fixture {
    let fixture = Fixture::new(&[("storage", "photos"), ("storage", "table"), ("storage", "again")], true);
    fixture.write("amplify/#current-cloud-backend/storage/photos/old/deep", "old");
    fixture
}

fn old_and_new() -> (Tree, Tree) {
    let fixture = fixture();
    let old = fixture.tree();
    command(&fixture.project).unwrap();
    (old, fixture.tree())
}

#[test]
fn the_new_tree_is_what_was_asked_for() {
    let (old, new) = old_and_new();
    let text = |path: &str| new.get(path).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    assert_eq!(text("amplify/backend/function/new/src/deep/index.js").as_deref(), Some("new"));
    assert_eq!(text("src/aws-exports.js").as_deref(), Some("export"));
    assert_eq!(text("amplify/backend/storage/again/template.json").as_deref(), Some("again"));
    assert_eq!(text("amplify/backend/storage/again/sub/other").as_deref(), Some("other"));
    for gone in [
        "amplify/backend/storage/photos/parameters.json",
        "amplify/backend/storage/table/template.json",
        "amplify/backend/storage/again/parameters.json",
        "amplify/#current-cloud-backend/storage/photos/parameters.json",
        "amplify/#current-cloud-backend/storage/photos/old/deep",
    ] {
        assert!(old.contains_key(gone) && !new.contains_key(gone), "{gone}");
    }
    assert_eq!(new.len(), old.len() - 2);
    let leftovers: Vec<_> = new.keys().filter(|path| path.contains(".transaction") || path.contains("lock")).collect();
    assert!(leftovers.is_empty(), "{leftovers:?}");
}

fn steps() -> Vec<&'static str> {
    let fixture = fixture();
    failpoint::arm_here(Plan::Count);
    command(&fixture.project).unwrap();
    failpoint::disarm_here()
}

/// What the next command finds. Reading recovers what was decided, writing cleans up the rest.
fn after_recovery(fixture: &Fixture) -> Tree {
    drop(fixture.project.read().unwrap());
    let mut seen = fixture.tree();
    seen.retain(|path, _| !path.contains(".transaction/") && !path.ends_with("local-lock"));
    drop(fixture.project.lock("next").unwrap());
    let tree = fixture.tree();
    assert_eq!(tree, seen, "a reader saw something else");
    tree
}

#[test]
fn death_at_any_step_leaves_the_old_or_the_new_project() {
    let (old, new) = old_and_new();
    let count = steps().len();
    let mut outcomes = Vec::new();
    for step in 1..=count {
        let fixture = fixture();
        failpoint::arm_here(Plan::Stop(Target::Nth(step)));
        let _ = command(&fixture.project);
        failpoint::disarm_here();
        let tree = after_recovery(&fixture);
        assert!(tree == old || tree == new, "a mixture after dying at step {step}");
        outcomes.push(tree == new);
    }
    let first_new = outcomes.iter().position(|new| *new).unwrap();
    assert!(outcomes[first_new..].iter().all(|new| *new), "once decided it stays decided: {outcomes:?}");
    assert!(first_new > 5 && first_new < count - 5);
}

/// Run in a process of its own by the test below.
#[test]
fn child_that_is_killed() {
    if let Some(root) = std::env::var_os("AMPLIFY_TEST_ROOT") {
        failpoint::arm(std::env::var("AMPLIFY_TEST_PLAN").unwrap().parse().unwrap());
        command(&Project::at(Path::new(&root))).unwrap();
    }
}

#[test]
fn a_killed_process_leaves_no_lock_and_no_mixture() {
    let (old, new) = old_and_new();
    for (plan, expected) in [
        ("kill:lock-sign", &old),
        ("kill:flush", &old),
        ("kill:journal-decide", &old),
        ("kill:apply-keep", &new),
        ("kill:apply-file", &new),
        ("kill:journal-retire", &new),
        ("kill:sweep", &new),
        ("kill:lock-remove", &new),
    ] {
        let fixture = fixture();
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child_that_is_killed"])
            .env("AMPLIFY_TEST_ROOT", fixture.root())
            .env("AMPLIFY_TEST_PLAN", plan)
            .output()
            .unwrap();
        assert!(!output.status.success(), "{plan} was never reached");
        assert!(after_recovery(&fixture) == *expected, "{plan}");
    }
}

#[test]
fn death_during_recovery_changes_nothing() {
    let (old, new) = old_and_new();
    let decided = steps().iter().position(|step| *step == "journal-decide").unwrap() + 2;
    for first in [decided, decided + 12] {
        for second in 1..60 {
            let fixture = fixture();
            failpoint::arm_here(Plan::Stop(Target::Nth(first)));
            let _ = command(&fixture.project);
            failpoint::arm_here(Plan::Stop(Target::Nth(second)));
            let finished = fixture.project.lock("recover").is_ok();
            failpoint::disarm_here();
            let tree = after_recovery(&fixture);
            assert!(
                tree == new,
                "died at {first}, then at {second}: {}",
                if tree == old { "old" } else { "a mixture" }
            );
            if finished {
                break;
            }
        }
    }
}

#[test]
fn an_error_at_any_step_is_reported_and_undone() {
    let (old, new) = old_and_new();
    for step in 1..=steps().len() {
        let fixture = fixture();
        failpoint::arm_here(Plan::Fail(Target::Nth(step), io::ErrorKind::StorageFull));
        let result = command(&fixture.project);
        failpoint::disarm_here();
        let mut tree = fixture.tree();
        tree.retain(|path, _| !path.contains(".transaction/") && !path.ends_with("local-lock"));
        match result {
            Err(error) => {
                assert_eq!(error.code(), "disk-full", "{error}");
                assert!(error.hints()[0].contains("nothing was changed"));
                assert!(tree == old, "step {step} failed and something changed");
            }
            Ok(()) => assert!(tree == new, "step {step} failed, nobody was told, and it is not new"),
        }
        assert!(after_recovery(&fixture) == tree);
    }
}

#[test]
fn death_while_an_error_is_undone_still_undoes_it() {
    let (old, _) = old_and_new();
    let fail_at = steps().iter().rposition(|step| *step == "apply-file").unwrap() + 1;
    let fail = || Plan::Fail(Target::Nth(fail_at), io::ErrorKind::PermissionDenied);
    let first = fixture();
    failpoint::arm_here(fail());
    assert_eq!(command(&first.project).unwrap_err().code(), "permission-denied");
    let undone = failpoint::disarm_here();
    assert!(first.tree() == old);
    let (decided, retired) = (fail_at + 1, undone.iter().position(|step| *step == "rollback-retire").unwrap() + 1);
    assert!(retired > decided + 10, "{undone:?}");
    for step in decided + 1..=retired + 1 {
        let fixture = fixture();
        failpoint::arm_here(Plan::All(vec![fail(), Plan::Stop(Target::Nth(step))]));
        command(&fixture.project).unwrap_err();
        failpoint::disarm_here();
        assert!(after_recovery(&fixture) == old, "died at step {step}");
    }
}

#[test]
fn a_file_system_that_moves_no_folders() {
    let (old, new) = old_and_new();
    // The first folder to go cannot be renamed as a whole, so its files are moved one by one.
    let whole = || Plan::Fail(Target::Step("apply-delete".into()), io::ErrorKind::CrossesDevices);
    let first = fixture();
    failpoint::arm_here(whole());
    command(&first.project).unwrap();
    let count = failpoint::disarm_here().len();
    assert!(count > steps().len() + 2);
    assert!(first.tree() == new);
    for step in 1..=count {
        let fixture = fixture();
        failpoint::arm_here(Plan::All(vec![whole(), Plan::Stop(Target::Nth(step))]));
        let _ = command(&fixture.project);
        failpoint::disarm_here();
        let tree = after_recovery(&fixture);
        assert!(tree == old || tree == new, "a mixture after dying at step {step}");

        let fixture = self::fixture();
        failpoint::arm_here(Plan::All(vec![whole(), Plan::Fail(Target::Nth(step), io::ErrorKind::StorageFull)]));
        let result = command(&fixture.project);
        failpoint::disarm_here();
        assert!(after_recovery(&fixture) == if result.is_ok() { new.clone() } else { old.clone() }, "failed at {step}");
    }
}

#[test]
fn an_interrupted_init_leaves_no_project_or_a_whole_one() {
    let init = |root: &Path| -> Result<(), Error> {
        let project = Project::at(root);
        let lock = project.lock("init")?;
        let mut transaction = Transaction::begin(&lock);
        transaction.write("amplify/.config/project-config.json", "{\"projectName\": \"app\"}")?;
        transaction.write("amplify/backend/backend-config.json", "{}")?;
        transaction.write(".gitignore", "#amplify")?;
        transaction.commit()
    };
    let dir = tempfile::tempdir().unwrap();
    failpoint::arm_here(Plan::Count);
    init(dir.path()).unwrap();
    let count = failpoint::disarm_here().len();
    let new = common::tree(dir.path());
    assert_eq!(new.len(), 3);
    for step in 1..=count {
        let dir = tempfile::tempdir().unwrap();
        let below = dir.path().join("src/deep");
        fs::create_dir_all(&below).unwrap();
        failpoint::arm_here(Plan::Stop(Target::Nth(step)));
        let _ = init(dir.path());
        failpoint::disarm_here();
        match Project::find(&below) {
            Ok(project) => {
                project.load().unwrap();
                assert_eq!(common::tree(dir.path()).keys().filter(|path| new.contains_key(*path)).count(), 3);
                drop(project.lock("next").unwrap());
                assert_eq!(common::tree(dir.path()), new, "step {step}");
            }
            Err(error) => {
                assert_eq!(error.code(), "project-not-found");
                assert!(!dir.path().join("amplify").exists(), "step {step} left something behind");
            }
        }
    }
}

#[test]
fn nothing_is_touched_that_stays_the_same() {
    let fixture = fixture();
    let path = fixture.root().join("amplify/backend/backend-config.json");
    let before = fs::metadata(&path).unwrap().modified().unwrap();
    let content = fs::read(&path).unwrap();
    let lock = fixture.project.lock("test").unwrap();
    failpoint::arm_here(Plan::Count);
    let mut transaction = Transaction::begin(&lock);
    transaction.write("amplify/backend/backend-config.json", content).unwrap();
    transaction.delete_file("amplify/nothing").unwrap();
    transaction.delete_dir("amplify/nowhere").unwrap();
    let folder = "amplify/backend/storage/photos";
    let files = transaction.list(folder).unwrap();
    let files = files.into_iter().map(|file| (file.clone(), Content::File(fixture.root().join(folder).join(file))));
    transaction.replace_dir(folder, files.collect()).unwrap();
    transaction.commit().unwrap();
    assert_eq!(failpoint::disarm_here(), Vec::<&str>::new(), "no step at all");
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), before);
}

#[test]
fn dropped_without_commit_nothing_happens() {
    let fixture = fixture();
    let before = fixture.tree();
    let lock = fixture.project.lock("test").unwrap();
    let mut transaction = Transaction::begin(&lock);
    transaction.write("a", "x").unwrap();
    drop(transaction);
    drop(lock);
    assert_eq!(fixture.tree(), before);
}

#[test]
fn reads_and_lists_show_what_is_to_come() {
    let fixture = fixture();
    let lock = fixture.project.lock("test").unwrap();
    let mut transaction = Transaction::begin(&lock);
    let folder = "amplify/backend/storage/photos";
    transaction.write(&format!("{folder}/src/new"), "n").unwrap();
    transaction.delete_file(&format!("{folder}/parameters.json")).unwrap();
    assert_eq!(transaction.list(folder).unwrap(), ["src/new", "template.json"]);
    assert_eq!(transaction.read(&format!("{folder}/src/new")).unwrap().unwrap(), b"n");
    assert_eq!(transaction.read(&format!("{folder}/parameters.json")).unwrap(), None);
    assert!(transaction.read(&format!("{folder}/template.json")).unwrap().is_some());
    transaction.delete_dir(folder).unwrap();
    transaction.write(&format!("{folder}/only"), "o").unwrap();
    assert_eq!(transaction.list(folder).unwrap(), ["only"]);
    assert_eq!(transaction.read(&format!("{folder}/template.json")).unwrap(), None);
    assert_eq!(transaction.read(&format!("{folder}/src/new")).unwrap(), None);
    assert_eq!(transaction.list("amplify/none").unwrap(), Vec::<String>::new());
    transaction.commit().unwrap();
    let files: Vec<String> = fixture.tree().into_keys().filter(|path| path.starts_with(folder)).collect();
    assert_eq!(files, [format!("{folder}/only")]);
}

#[test]
fn paths_that_clash_or_leave_the_project_are_refused() {
    let fixture = fixture();
    let before = fixture.tree();
    let lock = fixture.project.lock("test").unwrap();
    let mut transaction = Transaction::begin(&lock);
    for bad in
        ["/etc/x", "../x", "amplify/../../x", "a\\b", ".git/hooks/pre-commit", "amplify/.transaction/journal", ""]
    {
        assert_eq!(transaction.write(bad, "x").unwrap_err().code(), "unsafe-path", "{bad}");
        assert_eq!(transaction.delete_dir(bad).unwrap_err().code(), "unsafe-path", "{bad}");
        assert_eq!(transaction.read(bad).unwrap_err().code(), "unsafe-path", "{bad}");
    }
    transaction.write("a/b", "x").unwrap();
    assert_eq!(transaction.write("a/b/c", "x").unwrap_err().code(), "unsafe-path");
    assert_eq!(transaction.write("a", "x").unwrap_err().code(), "unsafe-path");
    let files = vec![("../../x".to_owned(), Content::from("x"))];
    assert_eq!(transaction.replace_dir("a", files).unwrap_err().code(), "unsafe-path");
    drop(transaction);
    for (path, delete) in
        [("amplify/backend", false), ("amplify/backend", true), ("amplify/team-provider-info.json/x", false)]
    {
        let mut transaction = Transaction::begin(&lock);
        if delete {
            transaction.delete_file(path).unwrap()
        } else {
            transaction.write(path, "x").unwrap()
        }
        assert_eq!(transaction.commit().unwrap_err().code(), "unsafe-path", "{path}");
    }
    drop(lock);
    assert_eq!(fixture.tree(), before);
}

#[test]
fn a_journal_from_elsewhere_is_not_believed() {
    for (journal, code) in [
        ("{\"version\":1}\nwrong\n".to_owned(), "journal-damaged"),
        ("cut off".to_owned(), "journal-damaged"),
        (
            signed(r#"{"version":1,"folders":[],"operations":[{"do":"write","path":"../x","sha256":"00"}]}"#),
            "unsafe-path",
        ),
        (signed(r#"{"version":9,"folders":[],"operations":[]}"#), "journal-damaged"),
        (
            signed(r#"{"version":1,"folders":[],"operations":[{"do":"delete-file","path":".git/config"}]}"#),
            "unsafe-path",
        ),
    ] {
        let fixture = fixture();
        fixture.write("amplify/.transaction/journal", &journal);
        let before = fixture.tree();
        assert_eq!(fixture.project.load().unwrap_err().code(), code, "{journal}");
        assert_eq!(fixture.tree(), before);
    }
}

fn signed(body: &str) -> String {
    use sha2::{Digest, Sha256};
    format!("{body}\n{}\n", hex::encode(Sha256::digest(body)))
}

#[test]
fn what_was_staged_must_be_what_the_journal_says() {
    let (old, _) = old_and_new();
    let decided = steps().iter().position(|step| *step == "journal-decide").unwrap() + 2;
    let fixture = fixture();
    failpoint::arm_here(Plan::Stop(Target::Nth(decided)));
    let _ = command(&fixture.project);
    failpoint::disarm_here();
    let staged = fixture.tree().into_keys().find(|path| path.contains(".transaction/new-")).unwrap();
    fixture.write(&staged, "torn");
    assert!(after_recovery(&fixture) == old, "a torn file is not put in place");
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let fixture = fixture();
    fixture.write("script.sh", "old");
    fixture.write("shared/real.json", "old");
    let mode = |path: &str| fs::metadata(fixture.root().join(path)).unwrap().permissions().mode() & 0o777;
    let set = |path: &str, mode| {
        fs::set_permissions(fixture.root().join(path), std::fs::Permissions::from_mode(mode)).unwrap();
    };
    set("script.sh", 0o750);
    symlink("../shared/real.json", fixture.root().join("amplify/link.json")).unwrap();
    fixture.write("tool", "run");
    set("tool", 0o755);
    let lock = fixture.project.lock("test").unwrap();
    let mut transaction = Transaction::begin(&lock);
    transaction.write("script.sh", "new").unwrap();
    transaction.write("amplify/link.json", "new").unwrap();
    transaction.write("amplify/copy", fixture.root().join("tool")).unwrap();
    transaction.commit().unwrap();
    assert_eq!((fixture.read("script.sh").as_str(), mode("script.sh")), ("new", 0o750));
    assert_eq!(fixture.read("shared/real.json"), "new");
    assert!(fs::symlink_metadata(fixture.root().join("amplify/link.json")).unwrap().is_symlink());
    assert_eq!(mode("amplify/copy"), 0o755);

    let mut transaction = Transaction::begin(&lock);
    transaction.delete_file("amplify/link.json").unwrap();
    transaction.commit().unwrap();
    assert_eq!(fixture.read("shared/real.json"), "new", "a link goes, not what it leads to");
    assert!(fs::symlink_metadata(fixture.root().join("amplify/link.json")).is_err());
}

#[cfg(unix)]
#[test]
fn links_out_of_the_project_are_not_followed() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("precious"), "p").unwrap();
    let fixture = fixture();
    symlink(outside.path(), fixture.root().join("amplify/backend/out")).unwrap();
    let lock = fixture.project.lock("test").unwrap();
    for change in [
        |transaction: &mut Transaction<'_>| transaction.write("amplify/backend/out/precious", "x"),
        |transaction: &mut Transaction<'_>| transaction.delete_file("amplify/backend/out/precious"),
        |transaction: &mut Transaction<'_>| transaction.delete_dir("amplify/backend/out/sub"),
    ] {
        let mut transaction = Transaction::begin(&lock);
        change(&mut transaction).unwrap();
        assert_eq!(transaction.commit().unwrap_err().code(), "unsafe-path");
    }
    let mut transaction = Transaction::begin(&lock);
    transaction.delete_dir("amplify/backend/out").unwrap();
    transaction.commit().unwrap();
    assert_eq!(fs::read_to_string(outside.path().join("precious")).unwrap(), "p");
    assert!(!fixture.root().join("amplify/backend/out").exists());
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_is_a_clear_error() {
    use std::os::unix::fs::PermissionsExt;
    let fixture = fixture();
    let before = fixture.tree();
    let folder = fixture.root().join("amplify/backend/storage");
    fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o555)).unwrap();
    let result = command(&fixture.project);
    fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    match result {
        Err(error) => {
            assert_eq!(error.code(), "permission-denied");
            assert_eq!(fixture.tree(), before);
        }
        Ok(()) => println!("skipped: this user may write anywhere"),
    }
}
