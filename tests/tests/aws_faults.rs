//! Every call that `init`, `push` and `delete` make is spoilt in turn: the service refuses it, the connection breaks before or
//! after the service acted, the session ends there, the process is killed there. The next command ends in the wanted state.
//!
//! What was called and survived stands in `docs/reliability.md`, which these tests check.

mod bursts;
mod report;
mod scene;
mod shared;

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use amplify_tests::{Call, Cloud, Fault, FaultProxy, Output, Refusal};
use scene::{Scene, Stage};

/// Spoilt commands at one time: most of their time they wait for the cloud.
const AT_ONCE: usize = 5;
/// A command that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(150);

/// What is done to a call, with the words that the report uses.
const FAULTS: [(&str, Fault); 6] = [
    ("refused", Fault::Refused(Refusal::Denied, 1)),
    ("lost before it arrives", Fault::LostBefore),
    ("lost after it took effect", Fault::LostAfter),
    ("session expired from here on", Fault::RefusedFrom(Refusal::Expired)),
    ("no network from here on", Fault::Cut),
    ("killed", Fault::HeldAfter),
];

/// How a spoilt command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Ended {
    /// It did its work all the same.
    Survived,
    /// It did its work but for something that it named, with the reason.
    Named,
    /// It failed and said why; the next command did the rest.
    Continued,
}

impl Ended {
    fn word(self) -> &'static str {
        match self {
            Self::Survived => "survives",
            Self::Named => "names the rest",
            Self::Continued => "next",
        }
    }
}

/// What came of one spoilt command.
struct Trial {
    call: String,
    fault: &'static str,
    ended: Ended,
    /// The error's first line, if there was one.
    said: Option<String>,
}

#[test]
fn init_survives_a_fault_at_every_call() {
    every_call(Scene::Init);
}

#[test]
fn a_first_push_survives_a_fault_at_every_call() {
    every_call(Scene::Create);
}

#[test]
fn a_push_with_changes_survives_a_fault_at_every_call() {
    every_call(Scene::Update);
}

#[test]
fn delete_survives_a_fault_at_every_call() {
    every_call(Scene::Delete);
}

/// Spoils every call of a command, each in every way, several at a time in accounts of their own.
fn every_call(scene: Scene) {
    let Some(cloud) = Cloud::start() else { return };
    let calls = {
        let proxy = FaultProxy::start(&cloud);
        let mut stage = Stage::new(scene, &cloud, &proxy);
        stage.set();
        let (output, calls) = spoilt(&stage, usize::MAX, Fault::Cut);
        stage.check(&output, true);
        calls
    };
    let trials = trials(calls.len());
    let (next, done, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                let proxy = FaultProxy::start(&cloud);
                let mut stage = Stage::new(scene, &cloud, &proxy);
                while let Some((call, word, fault)) = trials.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let tried = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                        stage.set();
                        one(&stage, *call, word, *fault)
                    }));
                    match tried {
                        Ok(trial) => done.lock().unwrap().extend(trial),
                        Err(panic) => {
                            let name = calls.get(call - 1).map(Call::name).unwrap_or_default();
                            let text = panic.downcast_ref::<String>().cloned().unwrap_or_default();
                            failures.lock().unwrap().push(format!("call {call} (`{name}`) {word}:\n{text}"));
                            stage = Stage::new(scene, &cloud, &proxy);
                        }
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} of {} trials:\n\n{}", failures.len(), trials.len(), failures.join("\n\n"));
    report::check(scene, &calls, &done.into_inner().unwrap());
}

/// Which calls are spoilt how. Waiting for a network takes half a minute, so that is done at a few calls only.
fn trials(calls: usize) -> Vec<(usize, &'static str, Fault)> {
    let mut trials = Vec::new();
    for (word, fault) in FAULTS.into_iter().rev() {
        let step = if fault == Fault::Cut { calls.div_ceil(3).max(1) } else { 1 };
        trials.extend((1..=calls).step_by(step).map(|call| (call, word, fault)));
    }
    // The long ones first.
    trials.sort_by_key(|(_, _, fault)| *fault != Fault::Cut);
    trials
}

/// Spoils one call, looks at what the user is told, and gives the command again. `None` if it makes fewer calls this time.
fn one(stage: &Stage<'_>, number: usize, word: &'static str, fault: Fault) -> Option<Trial> {
    let sources = stage.sources();
    let (output, calls) = spoilt(stage, number, fault);
    let call = calls.get(number - 1)?.name();
    let trial = |ended, said| Some(Trial { call: call.clone(), fault: word, ended, said });
    assert!(!output.stderr.contains("panicked"), "{output}");
    if output.status == 0 {
        let silent = matches!(fault, Fault::Cut | Fault::RefusedFrom(_));
        stage.check(&output, !silent && call != "s3 DELETE lease");
        let all = !output.stderr.contains("still there:");
        return trial(if all { Ended::Survived } else { Ended::Named }, None);
    }
    let killed = fault == Fault::HeldAfter;
    assert_eq!(output.status, if killed { -1 } else { 1 }, "{output}");
    let said = output.stderr.lines().find_map(|line| line.strip_prefix("error: ")).map(generalised);
    assert!(killed || said.is_some(), "{output}");
    if let Fault::RefusedFrom(Refusal::Expired) = fault {
        assert!(output.stderr.contains("expired") && output.stderr.contains("hint:"), "{output}");
    }
    // An `init` whose record is being published has made the project already.
    let made = sources.iter().all(|(path, _)| !path.starts_with("amplify/")) && stage.is_made();
    assert!(made || stage.sources() == sources, "a source file changed\n{output}");
    let again = stage.command().run();
    assert_eq!(again.status, 0, "the first time:\n{output}\nthe second time:\n{again}");
    // The hold of an `init` that was killed while it published runs out: the second one finds a project and publishes nothing.
    stage.check(&again, !(killed && made));
    trial(Ended::Continued, if killed { None } else { said })
}

/// A message without the names in it.
fn generalised(line: &str) -> String {
    line.split('`').enumerate().map(|(place, part)| if place % 2 == 0 { part } else { "`…`" }).collect()
}

/// Runs the scene's command with one call spoilt, and kills it where that call is held.
fn spoilt(stage: &Stage<'_>, call: usize, fault: Fault) -> (Output, Vec<Call>) {
    stage.proxy.arm(call, fault);
    let begun = Instant::now();
    let output = stage.command().begin().end_when(|| {
        assert!(begun.elapsed() < PATIENCE, "the command hangs");
        matches!(fault, Fault::HeldBefore | Fault::HeldAfter) && stage.proxy.was_reached()
    });
    (output, stage.proxy.disarm())
}
