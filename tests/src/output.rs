//! What a run of the program printed, and how it ended.

use std::fmt;

use serde_json::Value;

/// What a run printed, and how it ended.
#[must_use = "look at how the command ended"]
#[derive(Clone, Debug)]
pub struct Output {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// The exit status; -1 for a process that a signal ended.
    pub status: i32,
    pub(crate) line: String,
    pub(crate) filters: Vec<(String, String)>,
}

impl Output {
    /// Asserts that the command succeeded.
    ///
    /// # Panics
    /// If it did not; the message holds all it printed.
    pub fn success(self) -> Self {
        self.ended_with(0)
    }

    /// Asserts the exit status.
    ///
    /// # Panics
    /// If it is another; the message holds all the command printed.
    pub fn ended_with(self, status: i32) -> Self {
        assert!(self.status == status, "expected exit status {status}\n{self}");
        self
    }

    /// Asserts that standard error says something.
    ///
    /// # Panics
    /// If it does not.
    pub fn says(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "expected `{text}` on standard error\n{self}");
        self
    }

    /// Asserts that standard output holds something.
    ///
    /// # Panics
    /// If it does not.
    pub fn prints(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "expected `{text}` on standard output\n{self}");
        self
    }

    /// Standard output as one JSON document.
    ///
    /// # Panics
    /// If it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("standard output is no JSON: {error}\n{self}"))
    }

    /// Standard output as JSON documents, one a line.
    ///
    /// # Panics
    /// If a line is none.
    pub fn json_lines(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("no JSON: {error}: {line}\n{self}")))
            .collect()
    }

    /// Everything in one text, with paths, times and other chance values filtered: for snapshots.
    pub fn snapshot(&self) -> String {
        let mut text = format!(
            "exit status: {}\n----- stdout -----\n{}----- stderr -----\n{}",
            self.status, self.stdout, self.stderr
        );
        for (from, to) in &self.filters {
            text = text.replace(from, to);
        }
        text
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "$ {}\n{}", self.line, self.snapshot())
    }
}
