//! Size and SHA-256 of a stream.

use std::io::Read;

use sha2::{Digest as _, Sha256};

/// What identifies bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// How many bytes there are.
    pub size: u64,
    /// Their SHA-256, lower-case hex.
    pub sha256: String,
}

impl Digest {
    /// The digest of bytes in memory.
    pub fn of(bytes: &[u8]) -> Self {
        Self { size: bytes.len() as u64, sha256: hex::encode(Sha256::digest(bytes)) }
    }
}

/// The digest of everything that a reader gives.
///
/// # Errors
/// The reader fails.
pub fn digest(mut reader: impl Read) -> std::io::Result<Digest> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut size = 0;
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(Digest { size, sha256: hex::encode(hasher.finalize()) }),
            count => {
                hasher.update(&buffer[..count]);
                size += count as u64;
            }
        }
    }
}

/// Whether a text is a SHA-256 in lower-case hex.
pub(crate) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_value() {
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let known = Digest { size: 3, sha256: sha256.into() };
        assert_eq!(Digest::of(b"abc"), known);
        assert_eq!(digest(b"abc".as_slice()).unwrap(), known);
        assert!(is_sha256(sha256) && !is_sha256(&sha256.to_uppercase()) && !is_sha256("ab"));
    }
}
