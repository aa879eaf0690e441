//! Where generated names get their random part from, so that tests can foresee it. Not for secrets.

use rand::Rng;

/// A source of hexadecimal digits.
pub trait Random: Send + Sync {
    /// Returns that many lower-case hexadecimal digits.
    fn hex(&self, digits: usize) -> String;
}

/// The machine's own source.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn hex(&self, digits: usize) -> String {
        let mut source = rand::rng();
        (0..digits).filter_map(|_| char::from_digit(source.random_range(0..16), 16)).collect()
    }
}

/// The same digits every time, for tests and for the templates that are checked by other tools.
#[derive(Clone, Copy, Debug, Default)]
pub struct FixedRandom;

impl Random for FixedRandom {
    fn hex(&self, digits: usize) -> String {
        "0123456789abcdef".chars().cycle().take(digits).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_as_many_digits_as_asked_for() {
        for digits in [0, 8, 32] {
            let text = SystemRandom.hex(digits);
            assert_eq!(text.len(), digits);
            assert!(text.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c)), "{text}");
            assert_eq!(FixedRandom.hex(digits).len(), digits);
        }
    }

    #[test]
    fn differs_from_call_to_call() {
        assert_ne!(SystemRandom.hex(32), SystemRandom.hex(32));
    }
}
