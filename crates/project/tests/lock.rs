//! One command at a time, and readers that never see half of one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "what a test cannot do fails it")]

mod common;

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use amplify_project::{
    Project, Transaction,
    failpoint::{self, Plan, Target},
};
use common::Fixture;
use fs_err as fs;

#[test]
fn the_second_command_is_told_who_is_at_work() {
    let fixture = Fixture::new(&[], false);
    let lock = fixture.project.lock("push storage").unwrap();
    let error = fixture.project.lock("add").unwrap_err();
    assert_eq!(error.code(), "project-locked");
    let message = error.to_string();
    let expected = format!(
        "another command is running in this project: `amplify push storage` (process {}), since 2",
        std::process::id()
    );
    assert!(message.starts_with(&expected), "{message}");
    drop(lock);
    fixture.project.lock("add").unwrap();
}

#[test]
fn nothing_stays_of_a_lock() {
    let fixture = Fixture::new(&[], false);
    let before = fixture.tree();
    drop(fixture.project.lock("add").unwrap());
    assert_eq!(fixture.tree(), before);

    let empty = tempfile::tempdir().unwrap();
    let lock = Project::at(empty.path()).lock("init").unwrap();
    assert!(!Project::at(empty.path()).exists(), "a lock makes no project");
    assert_eq!(Project::find(empty.path()).unwrap_err().code(), "project-locked");
    drop(lock);
    assert!(!empty.path().join("amplify").exists());
}

#[test]
fn the_file_of_a_dead_process_locks_nobody_out() {
    let fixture = Fixture::new(&[], false);
    fixture.write("amplify/.config/local-lock", "{\"pid\": 1, \"command\": \"push\"}");
    fixture.project.lock("add").unwrap();
}

#[test]
fn only_one_of_many_gets_in() {
    let fixture = Fixture::new(&[], false);
    let inside = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let mut done = 0;
                while done < 15 {
                    let Ok(lock) = fixture.project.lock("test") else { continue };
                    assert!(!inside.swap(true, Ordering::SeqCst), "two at once");
                    thread::yield_now();
                    inside.store(false, Ordering::SeqCst);
                    drop(lock);
                    done += 1;
                }
            });
        }
    });
}

#[test]
fn readers_see_one_state_while_a_writer_works() {
    let fixture = Fixture::new(&[("storage", "photos")], true);
    let write = |value: &str| {
        let lock = fixture.project.lock("test").unwrap();
        let mut transaction = Transaction::begin(&lock);
        let document = format!("{{\"dev\": {{\"local\": {{\"v\": \"{value}\"}}}}}}");
        transaction.write("amplify/team-provider-info.json", document).unwrap();
        let meta = format!("{{\"providers\": {{\"local\": {{\"v\": \"{value}\"}}}}}}");
        transaction.write("amplify/backend/amplify-meta.json", meta).unwrap();
        transaction.commit().unwrap();
    };
    write("0");
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for round in 1..=20 {
                write(&round.to_string());
            }
            done.store(true, Ordering::SeqCst);
        });
        while !done.load(Ordering::SeqCst) {
            let state = fixture.project.load().unwrap();
            assert_eq!(state.team.provider_state("dev"), state.meta.provider_state("local"), "half of a transaction");
        }
    });
}

#[test]
fn a_reader_finishes_what_a_dead_writer_decided() {
    let fixture = Fixture::new(&[("storage", "photos")], true);
    let lock = fixture.project.lock("test").unwrap();
    let mut transaction = Transaction::begin(&lock);
    transaction.write("amplify/team-provider-info.json", "{\"prod\": {}}").unwrap();
    failpoint::arm_here(Plan::Stop(Target::Step("apply-file".into())));
    transaction.commit().unwrap_err();
    drop(lock);
    failpoint::disarm_here();
    assert!(fixture.root().join("amplify/.transaction/journal").exists());
    assert_eq!(fixture.project.load().unwrap().team.environments(), ["prod"]);
    assert!(!fixture.root().join("amplify/.transaction").exists());
}

#[test]
fn a_reader_waits_for_a_live_writer() {
    let fixture = Fixture::new(&[("storage", "photos")], true);
    let reader = fixture.project.read().unwrap();
    thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let lock = fixture.project.lock("test").unwrap();
            let mut transaction = Transaction::begin(&lock);
            transaction.write("amplify/team-provider-info.json", "{}").unwrap();
            transaction.commit().unwrap();
        });
        thread::sleep(Duration::from_millis(50));
        assert!(fixture.read("amplify/team-provider-info.json").contains("dev"), "a reader holds the files still");
        drop(reader);
        writer.join().unwrap();
    });
    assert_eq!(fixture.read("amplify/team-provider-info.json"), "{}");
}

#[test]
fn recovery_of_a_clean_folder_does_nothing() {
    let fixture = Fixture::new(&[], false);
    let before = fixture.tree();
    amplify_project::recover(fixture.root()).unwrap();
    assert_eq!(fixture.tree(), before);
    let empty = tempfile::tempdir().unwrap();
    amplify_project::recover(empty.path()).unwrap();
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0);
}
