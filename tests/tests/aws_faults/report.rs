//! `docs/reliability.md`: which calls a command makes, and what comes of it when each is spoilt.
//!
//! The measured part is compared with the page: an outcome that the page does not know fails the test. With
//! `AMPLIFY_WRITE_RELIABILITY=1` it is written instead.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
};

use amplify_tests::{Call, workspace};

use super::{Ended, FAULTS, Trial, scene::Scene};

const WRITE: &str = "AMPLIFY_WRITE_RELIABILITY";

/// Several tests write into one page.
static PAGE: Mutex<()> = Mutex::new(());

/// Compares what was measured with the page, or writes it.
pub fn check(scene: Scene, calls: &[Call], trials: &[Trial]) {
    let _one = PAGE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let path = workspace().join("docs/reliability.md");
    let page = fs_err::read_to_string(&path).unwrap();
    let (begin, end) = (format!("<!-- begin: {} -->\n", scene.key()), format!("<!-- end: {} -->", scene.key()));
    let (before, rest) = page.split_once(&begin).expect("the page has the marks");
    let (known, after) = rest.split_once(&end).expect("the page has the marks");
    let measured = Measured::of(trials);
    if std::env::var_os(WRITE).is_some() {
        let text = measured.text(calls, trials);
        fs_err::write(&path, format!("{before}{begin}\n{text}\n{end}{after}")).unwrap();
        return;
    }
    let unknown: Vec<String> = measured.lines().filter(|line| !is_known(known, line)).collect();
    assert!(
        unknown.is_empty(),
        "docs/reliability.md does not know (set {WRITE}=1 to write it):\n{}",
        unknown.join("\n")
    );
}

/// Outcomes by call and fault, and what was said by fault.
struct Measured {
    outcomes: BTreeMap<(String, &'static str), BTreeSet<Ended>>,
    said: BTreeMap<&'static str, BTreeSet<String>>,
}

impl Measured {
    fn of(trials: &[Trial]) -> Self {
        let (mut outcomes, mut said) = (BTreeMap::new(), BTreeMap::new());
        for trial in trials {
            let key = (trial.call.clone(), trial.fault);
            outcomes.entry(key).or_insert_with(BTreeSet::new).insert(trial.ended);
            if let Some(line) = &trial.said {
                said.entry(trial.fault).or_insert_with(BTreeSet::new).insert(line.clone());
            }
        }
        Self { outcomes, said }
    }

    /// One line for each thing that was seen.
    fn lines(&self) -> impl Iterator<Item = String> {
        let outcomes = self.outcomes.iter().flat_map(|((call, fault), ended)| {
            ended.iter().map(move |ended| format!("{call} | {fault} | {}", ended.word()))
        });
        let said = self.said.iter().flat_map(|(fault, lines)| lines.iter().map(move |line| format!("{fault}: {line}")));
        outcomes.chain(said)
    }

    fn text(&self, calls: &[Call], trials: &[Trial]) -> String {
        let survived = trials.iter().filter(|trial| trial.ended == Ended::Survived).count();
        let mut text = format!(
            "{} calls; {} trials: {survived} times the command did its work all the same, {} times the next one did.\n\n",
            calls.len(),
            trials.len(),
            trials.len() - survived
        );
        let faults = FAULTS.map(|(word, _)| word);
        text.push_str(&format!(
            "| call | times | {} |\n| --- | ---: |{}\n",
            faults.join(" | "),
            " --- |".repeat(faults.len())
        ));
        let mut shown = BTreeSet::new();
        // Some calls are made now and then only.
        let others = self.outcomes.keys().map(|(call, _)| call.clone());
        for call in calls.iter().map(Call::name).chain(others) {
            if !shown.insert(call.clone()) {
                continue;
            }
            let times = calls.iter().filter(|other| other.name() == call).count();
            let cells = faults.map(|fault| match self.outcomes.get(&(call.clone(), fault)) {
                Some(ended) => ended.iter().map(|ended| ended.word()).collect::<Vec<_>>().join(" or "),
                None => "".to_owned(),
            });
            text.push_str(&format!("| `{call}` | {times} | {} |\n", cells.join(" | ")));
        }
        text.push_str("\nWhat is said:\n\n");
        for (fault, lines) in &self.said {
            for line in lines {
                text.push_str(&format!("- {fault}: {line}\n"));
            }
        }
        text
    }
}

/// Whether the page's part says what a line says. A fault that is tried at some calls only may be missing at others.
fn is_known(known: &str, line: &str) -> bool {
    let parts: Vec<&str> = line.split(" | ").collect();
    let [call, fault, ended] = parts.as_slice() else { return known.contains(&format!("- {line}\n")) };
    let column = FAULTS.iter().position(|(word, _)| word == fault).expect("it is a fault");
    let row = known.lines().find(|row| row.starts_with(&format!("| `{call}` |")));
    let cell = row.and_then(|row| row.split(" | ").nth(column + 2)).unwrap_or_default();
    let cell = cell.trim_end_matches(['|', ' ']);
    // A fault that is tried at some calls only meets another one each time.
    (row.is_some() && cell.is_empty()) || cell.contains(ended)
}
