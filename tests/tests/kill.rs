//! The process is killed or interrupted at every durable step, and killed at random moments: the next command finds the old
//! project or the new one.

use std::{
    collections::BTreeMap,
    thread,
    time::{Duration, Instant},
};

use amplify_tests::{Output, Sandbox, corpus::copy_folder};
use tempfile::TempDir;

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

/// A command in a project that can be put back to what it was, with both ends of the command's way.
struct Trial {
    command: &'static [&'static str],
    sandbox: Sandbox,
    pristine: TempDir,
    old: BTreeMap<String, String>,
    new: BTreeMap<String, String>,
    /// How long the command takes when nothing happens to it.
    whole: Duration,
    kept_old: usize,
    found_new: usize,
}

impl Trial {
    fn of(command: &'static [&'static str]) -> Self {
        let sandbox = project(command);
        let pristine = tempfile::tempdir().unwrap();
        copy_folder(&sandbox.root(), pristine.path());
        let old = seen(&sandbox);
        let start = Instant::now();
        let _ = sandbox.amplify(command.iter().copied()).success();
        let whole = start.elapsed();
        let new = seen(&sandbox);
        assert_ne!(old, new);
        Self { command, sandbox, pristine, old, new, whole, kept_old: 0, found_new: 0 }
    }

    /// Puts the project's folder back to what it was.
    fn restore(&self) {
        fs_err::remove_dir_all(self.sandbox.root()).unwrap();
        copy_folder(self.pristine.path(), &self.sandbox.root());
    }

    fn again(&self) -> Output {
        self.sandbox.amplify(self.command.iter().copied())
    }

    /// Runs the command with one fault after another until `look` has seen enough; it is given the output and the number.
    fn steps(&mut self, fault: impl Fn(usize) -> String, mut look: impl FnMut(&mut Self, usize, Output) -> bool) {
        for step in 1.. {
            assert!(step < 2000, "the command never ends");
            self.restore();
            let command = self.sandbox.command(self.command.iter().copied());
            let output = command.env(FAILPOINT, fault(step)).run();
            if !look(self, step, output) {
                return;
            }
        }
    }

    /// Looks at the project with the next command, which has to cope: whether the command went through.
    fn check(&mut self, context: &str) -> bool {
        let context = format!("`{:?}`, {context}", self.command);
        let status = self.sandbox.amplify(["status", "--json"]);
        assert_eq!(status.status, 0, "{context}\n{status}");
        let found = seen(&self.sandbox);
        if found == self.old {
            self.kept_old += 1;
            return false;
        }
        for (path, text) in &self.new {
            assert_eq!(found.get(path), Some(text), "{context}: neither old nor new: {path}");
        }
        let extra: Vec<_> = found.keys().filter(|path| !self.new.contains_key(*path)).collect();
        assert!(extra.is_empty(), "{context}: neither old nor new, left over: {extra:?}");
        self.found_new += 1;
        true
    }

    /// Both ends were seen, this one at least so often.
    fn saw_both(&self, at_least_old: usize) {
        let Self { kept_old, found_new, .. } = self;
        eprintln!("{} steps: {kept_old} times the old project, {found_new} times the new one", kept_old + found_new);
        assert!(
            *kept_old >= at_least_old && *found_new > 0,
            "{kept_old} times the old project, {found_new} the new one"
        );
    }
}

/// Kills the command at its first durable step, at its second, and so on until it is not reached any more.
fn killed_at_every_step(command: &'static [&'static str]) {
    let mut trial = Trial::of(command);
    trial.steps(
        |step| format!("kill:{step}"),
        |trial, step, output| {
            if output.status == 0 {
                return false;
            }
            assert_eq!(output.status, -1, "killed at step {step}\n{output}");
            trial.check(&format!("killed at step {step}"));
            // And the same command can be given again (a removal that went through has nothing left to remove).
            let again = trial.again();
            assert!(again.status == 0 || command == REMOVE || command == ADD, "step {step}\n{again}");
            assert_eq!(seen(&trial.sandbox), trial.new, "`{command:?}` given again after step {step}");
            true
        },
    );
    trial.saw_both(3);
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
        let mut trial = Trial::of(command);
        trial.steps(
            |step| format!("interrupt:{step}"),
            |trial, step, output| {
                let context = format!("interrupted at step {step}\n{output}");
                // The first steps take the lock: until then there is nothing to lose.
                assert!(step < 3 || !trial.sandbox.exists("amplify/.config/local-lock"), "{context}");
                let went_through = trial.check(&context);
                assert_eq!(output.status, if went_through { 0 } else { 130 }, "{context}");
                if step > 2 && !went_through {
                    assert!(output.stderr.contains("nothing was changed"), "{context}");
                    assert!(!output.stderr.contains("CREATE_COMPLETE amplify-"), "{context}");
                }
                trial.found_new <= 8
            },
        );
        trial.saw_both(2);
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
        let mut trial = Trial::of(command);
        let mut refused = 0;
        trial.steps(
            |step| format!("fail:{step}:disk-full"),
            |trial, step, output| {
                let went_through = trial.check(&format!("disk full at step {step}\n{output}"));
                if output.status == 0 {
                    assert!(went_through, "step {step}: the command says it succeeded\n{output}");
                    return output.stderr.contains("full");
                }
                assert_eq!(output.status, 1, "step {step}\n{output}");
                assert!(output.stderr.contains("error:"), "{output}");
                refused += 1;
                true
            },
        );
        assert!(refused > 2, "`{command:?}`: {refused} refusals");
    }
}

#[test]
fn killed_at_random_moments() {
    const MOMENTS: u32 = 200;
    let mut trial = Trial::of(PUSH);
    // A fixed sequence: a failure can be repeated.
    let mut seed: u64 = 0x5eed;
    for moment in 0..MOMENTS {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let wait = trial.whole.mul_f64((seed >> 33) as f64 / f64::from(u32::MAX >> 1));
        trial.restore();
        let mut child = trial.sandbox.command(PUSH.iter().copied()).start();
        thread::sleep(wait.min(Duration::from_secs(10)));
        let _ = child.kill();
        let _ = child.wait();
        trial.check(&format!("killed at moment {moment}, after {wait:?}"));
        if moment % 10 == 0 {
            let _ = trial.again().success();
            assert_eq!(seen(&trial.sandbox), trial.new, "pushed again after moment {moment}");
        }
    }
}

/// What a push puts together outside the project goes with it; after a kill, with the next one.
#[test]
fn the_next_push_clears_away_what_a_killed_one_put_together() {
    let sandbox = project(PUSH);
    let temporary = sandbox.home().join("tmp");
    fs_err::create_dir_all(&temporary).unwrap();
    let push = || sandbox.command(PUSH.iter().copied()).env("TMPDIR", &temporary).env("TMP", &temporary);
    let left = || fs_err::read_dir(&temporary).unwrap().count();
    let _ = push().env(FAILPOINT, "kill:deployed").run().ended_with(-1);
    assert_eq!(left(), 1);
    let _ = push().run().success();
    assert_eq!(left(), 0);
}
