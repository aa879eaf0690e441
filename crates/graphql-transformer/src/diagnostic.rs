//! What is wrong with a schema: where, why, what is allowed, and what was probably meant.

use std::fmt::Write as _;

use crate::source::{Lines, Position, Source, Span};

/// Whether a diagnostic stops the compilation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    Error,
    Warning,
}

/// One finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    pub severity: Severity,
    /// Stable, kebab-case.
    pub code: &'static str,
    /// What is wrong, without a final period.
    pub message: String,
    pub span: Span,
    /// What is allowed there.
    pub allowed: Option<String>,
    /// What to write instead, or what to do.
    pub suggestion: Option<String>,
}

impl Diagnostic {
    /// A finding that stops the compilation.
    pub fn error(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, code, message: message.into(), span, allowed: None, suggestion: None }
    }

    /// A finding that does not stop the compilation.
    pub fn warning(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message) }
    }

    /// Says what is allowed.
    #[must_use]
    pub fn allow(mut self, text: impl Into<String>) -> Self {
        self.allowed = Some(text.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn suggest(mut self, text: impl Into<String>) -> Self {
        self.suggestion = Some(text.into());
        self
    }

    /// The name of the source and the place in it, when a source holds it.
    pub fn place<'s>(&self, sources: &'s [Source]) -> Option<(&'s str, Position)> {
        let source = sources.get(self.span.source as usize)?;
        Some((&source.name, Lines::new(&source.text).position(self.span.start as usize)))
    }

    /// Several lines of plain text: the message, the line of the source with a caret under the place, the notes.
    pub fn render(&self, sources: &[Source]) -> String {
        let word = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let mut text = format!("{word}[{}]: {}\n", self.code, self.message);
        let mut margin = String::new();
        if let Some(source) = sources.get(self.span.source as usize) {
            let lines = Lines::new(&source.text);
            let at = lines.position(self.span.start as usize);
            let line = lines.line(at.line);
            let number = at.line.to_string();
            margin = " ".repeat(number.len());
            let (shown, skipped) = window(line, at.column);
            let lead: String = shown.chars().take(at.column - 1 - skipped).map(blank).collect();
            let stretch = source.text.get(self.span.start as usize..self.span.end as usize).unwrap_or_default();
            let length = stretch.lines().next().unwrap_or_default().chars().count().max(1);
            let room = shown.chars().count().saturating_sub(lead.chars().count()).max(1);
            let carets = "^".repeat(length.min(room));
            let _ = writeln!(text, "{margin}--> {}:{}:{}", source.name, at.line, at.column);
            let _ = writeln!(text, "{margin} |\n{number} | {shown}\n{margin} | {lead}{carets}");
        }
        for (word, note) in [("allowed", &self.allowed), ("help", &self.suggestion)] {
            if let Some(note) = note {
                let _ = writeln!(text, "{margin} = {word}: {note}");
            }
        }
        text
    }
}

/// Keeps tabs, so that the caret stands under its place.
fn blank(letter: char) -> char {
    if letter == '\t' { '\t' } else { ' ' }
}

/// A very long line is shown around the place only; answers also how many characters are left out in front.
fn window(line: &str, column: usize) -> (String, usize) {
    const WIDTH: usize = 160;
    let skipped = if column > WIDTH { column - WIDTH / 2 } else { 0 };
    (line.chars().skip(skipped).take(WIDTH).collect(), skipped)
}

/// The candidate most like `name`, when one is near enough to be a slip of the pen.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Nobody mistypes a name of this length, and comparing hostile ones would take long.
    if name.len() > 60 {
        return None;
    }
    let lower = name.to_lowercase();
    let allowed = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len().abs_diff(name.len()) <= allowed)
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `did you mean ...`, when a candidate is near.
pub(crate) fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(name, candidates).map(|near| format!("did you mean `{near}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> [Source; 1] {
        [Source { name: "schema.graphql".to_owned(), text: text.to_owned() }]
    }

    #[test]
    fn shows_the_line_with_a_caret_under_the_place() {
        let sources = source("type A {\n\tid: IDD\n}\n");
        let span = Span { source: 0, start: 14, end: 17 };
        let found = Diagnostic::error("unknown-type", span, "no type is named `IDD`").suggest("did you mean `ID`?");
        insta::assert_snapshot!(found.render(&sources), @"
        error[unknown-type]: no type is named `IDD`
         --> schema.graphql:2:6
          |
        2 | 	id: IDD
          | 	    ^^^
          = help: did you mean `ID`?
        ");
    }

    #[test]
    fn a_very_long_line_is_cut() {
        let sources = source(&"x".repeat(100_000));
        let span = Span { source: 0, start: 50_000, end: 50_003 };
        let text = Diagnostic::error("syntax", span, "m").render(&sources);
        assert!(text.len() < 500 && text.contains("^^^"), "{text}");
    }

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        assert_eq!(nearest("modle", ["model", "key"]), Some("model"));
        assert_eq!(nearest("zzz", ["model", "key"]), None);
    }
}
