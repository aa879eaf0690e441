//! Source texts and places in them.

/// A schema file: its name as messages show it, and its text.
#[derive(Debug, Clone)]
pub struct Source {
    pub name: String,
    pub text: String,
}

/// A stretch of one source, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// Index of the source; `u32::MAX` when no source holds it.
    pub source: u32,
    pub start: u32,
    pub end: u32,
}

impl Span {
    /// The place of something that no source holds.
    pub const NONE: Self = Self { source: u32::MAX, start: 0, end: 0 };
}

/// A place for people: both numbers start at 1, the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

/// Finds lines in a text without reading it again for each question.
pub(crate) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    pub(crate) fn position(&self, offset: usize) -> Position {
        let line = self.starts.partition_point(|start| *start <= offset) - 1;
        let before = self.text.get(self.starts[line]..offset).unwrap_or_default();
        Position { line: line + 1, column: before.chars().count() + 1 }
    }

    /// The text of a line, numbered from 1, without its end.
    pub(crate) fn line(&self, number: usize) -> &'t str {
        let start = self.starts.get(number - 1).copied().unwrap_or(self.text.len());
        let end = self.starts.get(number).copied().unwrap_or(self.text.len());
        self.text[start..end].trim_end_matches(['\n', '\r'])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_and_characters_from_one() {
        let lines = Lines::new("äb\r\ncd\n");
        assert_eq!(lines.position(2), Position { line: 1, column: 2 });
        assert_eq!(lines.position(6), Position { line: 2, column: 2 });
        assert_eq!(lines.line(1), "äb");
        assert_eq!(lines.position(8), Position { line: 3, column: 1 });
        assert_eq!(lines.line(3), "");
    }
}
