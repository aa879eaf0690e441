//! A bound on what functions produce: a short template can double a text with each level of nesting.

/// How many bytes may still be produced.
#[derive(Debug)]
pub(crate) struct Budget {
    left: usize,
    exhausted: bool,
}

impl Budget {
    /// Sixty-four times the size of the largest template.
    pub(super) const MAXIMUM: usize = 64 * 1024 * 1024;

    /// Counts `bytes`; the error says whether it is the first time that they do not fit.
    pub(super) fn spend(&mut self, bytes: usize) -> Result<(), bool> {
        match self.left.checked_sub(bytes) {
            Some(left) if !self.exhausted => {
                self.left = left;
                Ok(())
            }
            _ => Err(!std::mem::replace(&mut self.exhausted, true)),
        }
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self { left: Self::MAXIMUM, exhausted: false }
    }
}

/// About how many bytes a value takes in memory.
pub(super) fn size(value: &serde_json::Value) -> usize {
    use serde_json::Value;
    let own = size_of::<Value>();
    match value {
        Value::String(text) => own + text.len(),
        Value::Array(items) => own + items.iter().map(size).sum::<usize>(),
        Value::Object(members) => {
            own + members.iter().map(|(key, member)| own + key.len() + size(member)).sum::<usize>()
        }
        _ => own,
    }
}
