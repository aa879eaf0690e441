//! Colours. Meaning never rests on them: each coloured text says the same without.

/// Colours that are on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether escape bytes are written at all.
    pub on: bool,
}

impl Style {
    fn paint(self, code: &str, text: &str) -> String {
        if self.on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// The word before a failure.
    pub fn error(self, text: &str) -> String {
        self.paint("1;31", text)
    }

    /// The word before a warning, and changes that replace something.
    pub fn warning(self, text: &str) -> String {
        self.paint("33", text)
    }

    /// Something done, and things to be created.
    pub fn success(self, text: &str) -> String {
        self.paint("32", text)
    }

    /// The word before a hint.
    pub fn hint(self, text: &str) -> String {
        self.paint("36", text)
    }

    /// Things to be deleted.
    pub fn danger(self, text: &str) -> String {
        self.paint("31", text)
    }

    /// Headings.
    pub fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// What matters least.
    pub fn faint(self, text: &str) -> String {
        self.paint("2", text)
    }
}
