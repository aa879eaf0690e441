//! Which stretch of a JSON text belongs to which value, so that unchanged stretches can be kept.

use std::collections::HashMap;

/// A value's text with the texts of its parts.
pub(super) struct Node<'t> {
    pub text: &'t str,
    pub parts: Parts<'t>,
}

pub(super) enum Parts<'t> {
    /// By decoded key; of a key that occurs twice, the last.
    Object(HashMap<String, Node<'t>>),
    Array(Vec<Node<'t>>),
    Scalar,
}

/// Reads the node at the start of `text`, which the JSON parser must have accepted already.
/// Returns it with what precedes and what follows it.
pub(super) fn scan(text: &str) -> Option<(&str, Node<'_>, &str)> {
    let mut scanner = Scanner { text, at: 0 };
    scanner.blank();
    let start = scanner.at;
    let node = scanner.node()?;
    Some((text.get(..start)?, node, text.get(scanner.at..)?))
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scanner<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn node(&mut self) -> Option<Node<'t>> {
        let start = self.at;
        let parts = match self.peek()? {
            b'{' => self.object()?,
            b'[' => self.array()?,
            b'"' => {
                self.string()?;
                Parts::Scalar
            }
            _ => {
                while !matches!(self.peek(), None | Some(b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n')) {
                    self.at += 1;
                }
                Parts::Scalar
            }
        };
        Some(Node { text: self.text.get(start..self.at)?, parts })
    }

    fn string(&mut self) -> Option<&'t str> {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek()? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        self.text.get(start..self.at)
    }

    fn object(&mut self) -> Option<Parts<'t>> {
        let mut members = HashMap::new();
        self.at += 1;
        loop {
            self.blank();
            match self.peek()? {
                b'}' => break,
                b',' => self.at += 1,
                _ => {
                    let key = serde_json::from_str(self.string()?).ok()?;
                    self.blank();
                    self.at += 1; // the colon
                    self.blank();
                    members.insert(key, self.node()?);
                }
            }
        }
        self.at += 1;
        Some(Parts::Object(members))
    }

    fn array(&mut self) -> Option<Parts<'t>> {
        let mut items = Vec::new();
        self.at += 1;
        loop {
            self.blank();
            match self.peek()? {
                b']' => break,
                b',' => self.at += 1,
                _ => items.push(self.node()?),
            }
        }
        self.at += 1;
        Some(Parts::Array(items))
    }
}
