//! The write-ahead record of a deployment: what it is about to make or change, so that the next one can undo it if this
//! one is killed.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Error, store};

/// One line of the record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "camelCase")]
pub(crate) enum Step {
    /// Opens the record: the serial of the state that the deployment started from.
    #[serde(rename_all = "camelCase")]
    Begin { serial: u64 },
    /// A physical resource is about to be made; it was not there before.
    #[serde(rename_all = "camelCase")]
    Create { path: String, resource_type: String, physical_id: String },
    /// A physical resource is about to be changed.
    #[serde(rename_all = "camelCase")]
    Update { path: String, resource_type: String, physical_id: String, old: Value },
}

impl Step {
    /// Path and type of the resource it is about.
    pub(crate) fn subject(&self) -> Option<(String, String)> {
        match self {
            Step::Begin { .. } => None,
            Step::Create { path, resource_type, .. } | Step::Update { path, resource_type, .. } => {
                Some((path.clone(), resource_type.clone()))
            }
        }
    }
}

/// The record of the running deployment.
pub(crate) struct Journal {
    file: fs_err::File,
    path: PathBuf,
    steps: Vec<Step>,
}

impl Journal {
    /// Starts a record.
    ///
    /// The lines are handed to the system one by one, which outlives this process; only a power cut could lose them, and
    /// it would lose the resources made in the same moment as well.
    pub(crate) fn begin(path: &Path, serial: u64) -> Result<Self, Error> {
        let file = fs_err::File::create(path)?;
        let mut journal = Self { file, path: path.to_path_buf(), steps: Vec::new() };
        journal.write(&Step::Begin { serial })?;
        Ok(journal)
    }

    /// Records a step before it is taken.
    pub(crate) fn record(&mut self, step: Step) -> Result<(), Error> {
        self.write(&step)?;
        self.steps.push(step);
        Ok(())
    }

    /// The steps so far, the last one first.
    pub(crate) fn newest_first(&self) -> Vec<Step> {
        self.steps.iter().rev().cloned().collect()
    }

    /// Ends the record: everything is committed or undone.
    pub(crate) fn end(self) -> Result<(), Error> {
        Ok(store::remove_file(&self.path)?)
    }

    fn write(&mut self, step: &Step) -> Result<(), Error> {
        let mut line = serde_json::to_vec(step).map_err(io::Error::from)?;
        line.push(b'\n');
        Ok(self.file.write_all(&line)?)
    }
}

/// What an interrupted deployment left to undo, the last step first; empty if it had been committed or there was none.
pub(crate) fn unfinished(path: &Path, serial: u64) -> Result<Vec<Step>, Error> {
    let text = match fs_err::read(path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    // The last line may be half written; then its step was never taken.
    let mut steps: Vec<Step> = text.lines().map_while(|line| serde_json::from_str(line).ok()).collect();
    match steps.first() {
        Some(Step::Begin { serial: begun }) if *begun == serial => {
            steps.remove(0);
            steps.reverse();
            Ok(steps)
        }
        _ => Ok(Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn create(name: &str) -> Step {
        Step::Create { path: "A".into(), resource_type: "AWS::S3::Bucket".into(), physical_id: name.into() }
    }

    #[test]
    fn what_was_begun_is_undone_newest_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let mut journal = Journal::begin(&path, 3).unwrap();
        journal.record(create("one")).unwrap();
        journal.record(create("two")).unwrap();
        assert_eq!(unfinished(&path, 3).unwrap(), [create("two"), create("one")]);
        // The state has moved on: the deployment was committed and only the record's end is missing.
        assert_eq!(unfinished(&path, 4).unwrap(), []);
        journal.end().unwrap();
        assert_eq!(unfinished(&path, 3).unwrap(), []);
    }

    #[test]
    fn a_half_written_line_is_a_step_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let mut journal = Journal::begin(&path, 0).unwrap();
        journal.record(create("one")).unwrap();
        let mut text = fs_err::read_to_string(&path).unwrap();
        text.push_str("{\"step\":\"create\",\"pa");
        fs_err::write(&path, text).unwrap();
        assert_eq!(unfinished(&path, 0).unwrap(), [create("one")]);
    }
}
