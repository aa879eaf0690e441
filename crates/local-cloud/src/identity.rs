//! Ids that look as the service's own, and are the same for the same resource every time.

use sha2::{Digest, Sha256};

/// A source of characters that depends on nothing but its seed.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    seed: String,
}

const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const MIXED: &[u8] = b"abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789";
const HEX: &[u8] = b"0123456789abcdef";

impl Identity {
    /// The identity of a resource of a stack, counted by how often it was replaced.
    pub(crate) fn of(stack_id: &str, logical_id: &str, generation: u32) -> Self {
        Self { seed: format!("{stack_id}\n{logical_id}\n{generation}") }
    }

    /// `length` lower-case letters and digits.
    pub(crate) fn lower(&self, purpose: &str, length: usize) -> String {
        self.pick(purpose, LOWER, length)
    }

    /// `length` upper-case letters and digits.
    pub(crate) fn upper(&self, purpose: &str, length: usize) -> String {
        self.pick(purpose, UPPER, length)
    }

    /// `length` letters and digits.
    pub(crate) fn mixed(&self, purpose: &str, length: usize) -> String {
        self.pick(purpose, MIXED, length)
    }

    /// `length` hexadecimal digits.
    pub(crate) fn hex(&self, purpose: &str, length: usize) -> String {
        self.pick(purpose, HEX, length)
    }

    /// A UUID of version 4 in form.
    pub(crate) fn uuid(&self, purpose: &str) -> String {
        let hex = self.pick(purpose, HEX, 30);
        format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[12..15], &hex[15..18], &hex[18..30])
    }

    fn pick(&self, purpose: &str, alphabet: &[u8], length: usize) -> String {
        let mut text = String::with_capacity(length);
        let mut block = 0_u32;
        while text.len() < length {
            let digest = Sha256::digest(format!("{}\n{purpose}\n{block}", self.seed));
            for byte in digest.iter().take(length - text.len()) {
                text.push(char::from(alphabet[usize::from(*byte) % alphabet.len()]));
            }
            block += 1;
        }
        text
    }
}

/// A name made of the stack's and the logical id, at most `limit` characters long.
pub(crate) fn generated_name(identity: &Identity, stack_name: &str, logical_id: &str, limit: usize) -> String {
    let tail = identity.upper("name", 12);
    let room = limit.saturating_sub(tail.len() + 2);
    let half = room / 2;
    let logical: String = logical_id.chars().take(room - half.min(stack_name.chars().count())).collect();
    let stack: String = stack_name.chars().take(room - logical.chars().count()).collect();
    format!("{stack}-{logical}-{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_stable_and_differ_by_resource_and_generation() {
        let one = Identity::of("stack", "Table", 0);
        assert_eq!(one.uuid("id"), Identity::of("stack", "Table", 0).uuid("id"));
        assert_ne!(one.uuid("id"), Identity::of("stack", "Table", 1).uuid("id"));
        assert_ne!(one.lower("id", 26), Identity::of("stack", "Other", 0).lower("id", 26));
        assert_eq!(one.lower("long", 70).len(), 70);
        assert_eq!(one.uuid("id").len(), 36);
    }

    #[test]
    fn generated_names_keep_both_parts_within_the_limit() {
        let identity = Identity::of("stack", "LambdaExecutionRole", 0);
        let name =
            generated_name(&identity, "amplify-shop-dev-101010-functionhello-ABCDEFGHIJKL", "LambdaExecutionRole", 64);
        assert!(name.len() <= 64, "{name}");
        assert!(name.starts_with("amplify-shop-dev") && name.contains("-LambdaExecutionRole-"), "{name}");
        let short = generated_name(&identity, "s", "T", 64);
        assert!(short.starts_with("s-T-"), "{short}");
    }
}
