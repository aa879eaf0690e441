//! The process is killed or interrupted at every durable step, and killed at random moments: the next command finds the old
//! project or the new one.

use std::{
    collections::BTreeMap,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use amplify_tests::{Sandbox, corpus::copy_folder};

/// Names the step at which a build for tests ends itself, see `amplify-project`'s `failpoint`.
const FAILPOINT: &str = "AMPLIFY_FAILPOINT";

const ADD: &[&str] = &[
    "add",
    "storage",
    "--yes",
    "--answer",
    "storage.service=DynamoDB",
    "--answer",
    "storage.resourceName=second",
    "--answer",
    "storage.tableName=second",
    "--answer",
    "storage.columns[0].name=id",
    "--answer",
    "storage.columns[0].type=string",
];
const REMOVE: &[&str] = &["remove", "storage", "notes", "--yes"];
const PUSH: &[&str] = &["push", "--yes"];

/// A project with a deployed table `notes`; for `PUSH` with a second one that is not deployed yet.
fn project(command: &[&str]) -> Sandbox {
    let sandbox = Sandbox::initialised();
    let _ = sandbox
        .amplify(ADD.iter().map(|word| match *word {
            "storage.resourceName=second" => "storage.resourceName=notes",
            "storage.tableName=second" => "storage.tableName=notes",
            other => other,
        }))
        .success();
    let _ = sandbox.amplify(PUSH.iter().copied()).success();
    if command == PUSH {
        let _ = sandbox.amplify(ADD.iter().copied()).success();
    }
    sandbox
}

/// The project as git and the next command see it: without the local cloud's own files, locks and time stamps.
fn seen(sandbox: &Sandbox) -> BTreeMap<String, String> {
    sandbox
        .tree()
        .into_iter()
        .filter(|(path, _)| {
            !path.starts_with("amplify/mock-data")
                && !path.starts_with("amplify/.transaction")
                && !path.contains("local-lock")
        })
        .map(|(path, bytes)| (path, without_times(&String::from_utf8_lossy(&bytes))))
        .collect()
}

/// Replaces the value of every time stamp and of what is derived from one.
fn without_times(text: &str) -> String {
    text.lines()
        .map(|line| match line.split_once(':') {
            Some((key, _)) if key.contains("TimeStamp") || key.contains("StreamArn") => format!("{key}: (time)"),
            _ => line.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// Puts the project's folder back to what it was.
fn restore(sandbox: &Sandbox, pristine: &Path) {
    fs_err::remove_dir_all(sandbox.root()).unwrap();
    copy_folder(pristine, &sandbox.root());
}

fn check(sandbox: &Sandbox, old: &BTreeMap<String, String>, new: &BTreeMap<String, String>, context: &str) -> bool {
    // The next command, whatever it is, is the one that has to cope.
    let status = sandbox.amplify(["status", "--json"]);
    assert_eq!(status.status, 0, "{context}\n{status}");
    let found = seen(sandbox);
    if &found == old {
        return false;
    }
    for (path, text) in new {
        assert_eq!(found.get(path), Some(text), "{context}: neither old nor new: {path}");
    }
    let extra: Vec<_> = found.keys().filter(|path| !new.contains_key(*path)).collect();
    assert!(extra.is_empty(), "{context}: neither old nor new, left over: {extra:?}");
    true
}

/// Kills the command at its first durable step, at its second, and so on until it is not reached any more.
fn killed_at_every_step(command: &[&str]) {
    let sandbox = project(command);
    let pristine = tempfile::tempdir().unwrap();
    copy_folder(&sandbox.root(), pristine.path());
    let old = seen(&sandbox);
    let _ = sandbox.amplify(command.iter().copied()).success();
    let new = seen(&sandbox);
    assert_ne!(old, new);

    let (mut kept_old, mut found_new) = (0, 0);
    for step in 1.. {
        assert!(step < 2000, "the command never ends");
        restore(&sandbox, pristine.path());
        let output = sandbox.command(command.iter().copied()).env(FAILPOINT, format!("kill:{step}")).run();
        if output.status == 0 {
            break;
        }
        assert_eq!(output.status, -1, "killed at step {step}\n{output}");
        match check(&sandbox, &old, &new, &format!("`{command:?}` killed at step {step}")) {
            true => found_new += 1,
            false => kept_old += 1,
        }
        // And the same command can be given again (a removal that went through has nothing left to remove).
        let again = sandbox.amplify(command.iter().copied());
        assert!(again.status == 0 || command == REMOVE || command == ADD, "step {step}\n{again}");
        assert_eq!(seen(&sandbox), new, "`{command:?}` given again after step {step}");
    }
    eprintln!(
        "killed at {} steps: {kept_old} times the old project, {found_new} times the new one",
        kept_old + found_new
    );
    assert!(kept_old > 2 && found_new > 0, "{kept_old} times the old project, {found_new} times the new one");
}

#[test]
fn add_killed_at_every_step() {
    killed_at_every_step(ADD);
}

#[test]
fn remove_killed_at_every_step() {
    killed_at_every_step(REMOVE);
}

#[test]
fn push_killed_at_every_step() {
    killed_at_every_step(PUSH);
}

/// Presses Ctrl-C at each durable step: the command says what came of it, and leaves neither a lock nor a mixture.
#[cfg(unix)]
#[test]
fn interrupted_at_every_step() {
    for command in [ADD, REMOVE, PUSH] {
        let sandbox = project(command);
        let pristine = tempfile::tempdir().unwrap();
        copy_folder(&sandbox.root(), pristine.path());
        let old = seen(&sandbox);
        let _ = sandbox.amplify(command.iter().copied()).success();
        let new = seen(&sandbox);
        let (mut kept_old, mut found_new) = (0, 0);
        for step in 1.. {
            assert!(step < 2000, "the command never ends");
            restore(&sandbox, pristine.path());
            let output = sandbox.command(command.iter().copied()).env(FAILPOINT, format!("interrupt:{step}")).run();
            let context = format!("`{command:?}` interrupted at step {step}\n{output}");
            // The first steps take the lock: until then there is nothing to lose.
            assert!(step < 3 || !sandbox.exists("amplify/.config/local-lock"), "{context}");
            let went_through = check(&sandbox, &old, &new, &context);
            assert_eq!(output.status, if went_through { 0 } else { 130 }, "{context}");
            match went_through {
                true => found_new += 1,
                false => kept_old += 1,
            }
            if step > 2 && !went_through {
                assert!(output.stderr.contains("nothing was changed"), "{context}");
                assert!(!output.stderr.contains("CREATE_COMPLETE amplify-"), "{context}");
            }
            if found_new > 8 {
                break;
            }
        }
        assert!(kept_old > 1 && found_new > 0, "{kept_old} times the old project, {found_new} times the new one");
    }
}

/// Ctrl-C that comes when everything is deployed is too late: it is recorded, too.
#[cfg(unix)]
#[test]
fn an_interrupt_after_the_deployment_is_too_late() {
    let sandbox = project(PUSH);
    let output = sandbox.command(PUSH.iter().copied()).env(FAILPOINT, "interrupt:deployed").run().success();
    let _ = output.prints("All resources are updated in the cloud");
    let _ = sandbox.amplify(["plan", "--detailed-exitcode"]).success();
}

/// An `init` that was stopped leaves nothing at all, whether its environment was made already or not.
#[cfg(unix)]
#[test]
fn an_interrupted_init_leaves_nothing() {
    let sandbox = Sandbox::new();
    let output = sandbox.command(["init", "--yes"]).env(FAILPOINT, "interrupt:lock-held").run();
    let _ = output.ended_with(130).says("nothing was changed");
    assert!(!sandbox.exists("amplify"));
    let output = sandbox.command(["init", "--yes", "--env", "dev"]).env(FAILPOINT, "interrupt:environment-made").run();
    let _ = output.ended_with(130).says("CREATE_COMPLETE").says("nothing was changed");
    assert!(!sandbox.exists("amplify"));
    let _ = sandbox.amplify(["init", "--yes"]).success();
}

#[test]
fn a_full_disk_at_any_step_leaves_the_old_project() {
    for command in [ADD, REMOVE, PUSH] {
        let sandbox = project(command);
        let pristine = tempfile::tempdir().unwrap();
        copy_folder(&sandbox.root(), pristine.path());
        let old = seen(&sandbox);
        let _ = sandbox.amplify(command.iter().copied()).success();
        let new = seen(&sandbox);
        let mut refused = 0;
        for step in 1.. {
            assert!(step < 2000, "the command never ends");
            restore(&sandbox, pristine.path());
            let output =
                sandbox.command(command.iter().copied()).env(FAILPOINT, format!("fail:{step}:disk-full")).run();
            let went_through =
                check(&sandbox, &old, &new, &format!("`{command:?}`, disk full at step {step}\n{output}"));
            if output.status == 0 {
                assert!(went_through, "step {step}: the command says it succeeded\n{output}");
                if !output.stderr.contains("full") {
                    break;
                }
                continue;
            }
            assert_eq!(output.status, 1, "step {step}\n{output}");
            assert!(output.stderr.contains("error:"), "{output}");
            refused += 1;
        }
        assert!(refused > 2, "`{command:?}`: {refused} refusals");
    }
}

#[test]
fn killed_at_random_moments() {
    const MOMENTS: u32 = 200;
    let sandbox = project(PUSH);
    let pristine = tempfile::tempdir().unwrap();
    copy_folder(&sandbox.root(), pristine.path());
    let old = seen(&sandbox);
    let start = Instant::now();
    let _ = sandbox.amplify(PUSH.iter().copied()).success();
    let whole = start.elapsed();
    let new = seen(&sandbox);

    // A fixed sequence: a failure can be repeated.
    let mut seed: u64 = 0x5eed;
    for moment in 0..MOMENTS {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let wait = whole.mul_f64((seed >> 33) as f64 / f64::from(u32::MAX >> 1));
        restore(&sandbox, pristine.path());
        let mut child = sandbox.command(PUSH.iter().copied()).start();
        thread::sleep(wait.min(Duration::from_secs(10)));
        let _ = child.kill();
        let _ = child.wait();
        check(&sandbox, &old, &new, &format!("killed at moment {moment}, after {wait:?}"));
        if moment % 10 == 0 {
            let _ = sandbox.amplify(PUSH.iter().copied()).success();
            assert_eq!(seen(&sandbox), new, "pushed again after moment {moment}");
        }
    }
}
