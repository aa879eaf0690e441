//! The one place that prints. stdout is the answer, stderr the rest; quiet, JSON, colour and redrawn lines are decided here.

use std::{
    io::Write,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;

use crate::{error::Error, exit::Exit, style::Style};

/// What the command line and the terminal say about printing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// JSON documents instead of text.
    pub json: bool,
    /// Nothing but the answer, warnings and errors.
    pub quiet: bool,
    /// The log as well.
    pub debug: bool,
    /// Colours in the answer.
    pub colour_out: bool,
    /// Colours in the rest.
    pub colour_err: bool,
    /// stderr is a terminal that can redraw a line.
    pub redraw: bool,
}

/// Prints.
pub struct Output {
    manner: Manner,
    /// Whether the last line of stderr is one that is still being redrawn.
    live: Mutex<bool>,
}

impl Output {
    /// Prints in the given manner.
    pub fn new(manner: Manner) -> Self {
        Self { manner, live: Mutex::new(false) }
    }

    /// The manner it prints in.
    pub fn manner(&self) -> Manner {
        self.manner
    }

    /// Whether the answer is a JSON document.
    pub fn json(&self) -> bool {
        self.manner.json
    }

    /// Whether only errors and answers are wanted.
    pub fn quiet(&self) -> bool {
        self.manner.quiet
    }

    /// Whether [`progress`](Self::progress) redraws one line.
    pub fn redraws(&self) -> bool {
        self.manner.redraw
    }

    /// Colours for the answer.
    pub fn style(&self) -> Style {
        Style { on: self.manner.colour_out && !self.manner.json }
    }

    /// Colours for the rest.
    pub fn style_err(&self) -> Style {
        Style { on: self.manner.colour_err }
    }

    /// A line (or several) of the answer; nothing with `--json`.
    ///
    /// # Errors
    /// stdout is closed.
    pub fn answer(&self, text: &str) -> Result<(), Error> {
        if self.manner.json {
            return Ok(());
        }
        self.write_out(text)
    }

    /// The answer of `--json`, as one readable document; nothing without it.
    ///
    /// # Errors
    /// stdout is closed.
    pub fn document(&self, document: &Value) -> Result<(), Error> {
        if !self.manner.json {
            return Ok(());
        }
        self.write_out(&format!("{document:#}"))
    }

    /// One event of `--json`, on a line of its own; nothing without it.
    ///
    /// # Errors
    /// stdout is closed.
    pub fn event(&self, document: &Value) -> Result<(), Error> {
        if !self.manner.json {
            return Ok(());
        }
        self.write_out(&document.to_string())
    }

    /// Text for stdout whatever the manner, such as a completion script.
    ///
    /// # Errors
    /// stdout is closed.
    pub fn raw(&self, bytes: &[u8]) -> Result<(), Error> {
        let mut stdout = std::io::stdout().lock();
        stdout.write_all(bytes).and_then(|()| stdout.flush()).map_err(unwritten)
    }

    fn write_out(&self, text: &str) -> Result<(), Error> {
        self.end_live();
        self.raw(format!("{text}\n").as_bytes())
    }

    /// A line about what happens; not with `--quiet` or `--json`.
    pub fn info(&self, text: &str) {
        if !self.manner.quiet && !self.manner.json {
            self.write_err(text);
        }
    }

    /// Something the user should know although the command goes on.
    pub fn warning(&self, text: &str) {
        let label = self.style_err().warning("warning:");
        self.write_err(&format!("{label} {text}"));
    }

    /// A line of the log, with `--debug` only.
    pub fn debug(&self, text: &str) {
        if self.manner.debug {
            self.write_err(&self.style_err().faint(&format!("debug: {text}")));
        }
    }

    /// A line that the next one of its kind replaces, in a terminal; elsewhere an ordinary line.
    pub fn progress(&self, text: &str) {
        if self.manner.quiet || self.manner.json {
            return;
        }
        if !self.manner.redraw {
            return self.write_err(text);
        }
        let mut live = self.live();
        let mut stderr = std::io::stderr().lock();
        let width = crossterm::terminal::size().map_or(80, |(columns, _)| usize::from(columns)).max(20);
        let shown: String = text.chars().take(width - 1).collect();
        *live = write!(stderr, "\r\x1b[2K{shown}").and_then(|()| stderr.flush()).is_ok();
    }

    /// Wipes the line that was being redrawn, so that a prompt can be drawn.
    pub fn end_live(&self) {
        let mut live = self.live();
        if std::mem::take(&mut *live) {
            let mut stderr = std::io::stderr().lock();
            // A closed stderr is no reason to fail: it holds no answer.
            let _ = write!(stderr, "\r\x1b[2K").and_then(|()| stderr.flush());
        }
    }

    /// A failure: on stderr as text, or on stdout as the document of `--json`.
    pub fn error(&self, error: &Error) {
        if self.manner.json {
            // A closed stdout is nobody's; any other that refuses is made up for below.
            match self.event(&error.document()) {
                Err(unwritten) if unwritten.exit != Exit::ClosedPipe => {}
                _ => return,
            }
        }
        self.write_err(&render(error, self.style_err()));
    }

    fn write_err(&self, text: &str) {
        self.end_live();
        let mut stderr = std::io::stderr().lock();
        // A closed stderr is no reason to fail: it holds no answer.
        let _ = writeln!(stderr, "{text}");
    }

    fn live(&self) -> MutexGuard<'_, bool> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unwritten(error: std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::BrokenPipe => Error::closed_pipe(),
        _ => Error::failed("output", "the answer cannot be written to standard output").cause(error),
    }
}

/// What failed, the causes in order, the hints, and the code.
fn render(error: &Error, style: Style) -> String {
    let mut text = format!("{} {}", style.error("error:"), error.message);
    for cause in &error.causes {
        text.push_str(&format!("\n  {} {cause}", style.faint("cause:")));
    }
    for missing in &error.missing {
        text.push_str(&format!("\n  {missing}"));
    }
    for hint in &error.hints {
        text.push_str(&format!("\n{} {hint}", style.hint("hint:")));
    }
    if let Some(url) = &error.url {
        text.push_str(&format!("\n{} {url}", style.hint("see:")));
    }
    text.push_str(&format!("\n{}", style.faint(&format!("code: {}", error.code))));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_rendered_in_order_and_without_escape_bytes() {
        let error = Error::failed("x-y", "cannot read `a`").cause("it is gone").hint("type `b`");
        let text = render(&error, Style { on: false });
        assert_eq!(text, "error: cannot read `a`\n  cause: it is gone\nhint: type `b`\ncode: x-y");
        assert!(render(&error, Style { on: true }).contains('\x1b'));
    }
}
