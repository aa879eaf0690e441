//! Codes of an authenticator app: RFC 6238 with SHA-1, six digits and thirty seconds.

use hmac::{Hmac, Mac};
use sha1::Sha1;

const STEP: u64 = 30;
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A secret as apps take it: base 32.
pub(crate) fn encode(secret: &[u8]) -> String {
    let mut text = String::new();
    let (mut bits, mut count) = (0_u32, 0);
    for byte in secret {
        bits = bits << 8 | u32::from(*byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            text.push(char::from(ALPHABET[(bits >> count & 31) as usize]));
        }
    }
    if count > 0 {
        text.push(char::from(ALPHABET[(bits << (5 - count) & 31) as usize]));
    }
    text
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for letter in text.bytes() {
        let value = ALPHABET.iter().position(|known| *known == letter)?;
        bits = bits << 5 | u32::try_from(value).ok()?;
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 255) as u8);
        }
    }
    Some(bytes)
}

/// The step of time that a code belongs to, if it is one of now or of half a minute around it and later than `used`.
pub(crate) fn matching(secret: &str, code: &str, now: u64, used: u64) -> Option<u64> {
    let secret = decode(secret)?;
    let current = now / STEP;
    (current.saturating_sub(1)..=current + 1)
        .filter(|step| *step > used)
        .find(|step| at(&secret, *step).is_some_and(|right| right == code))
}

fn at(secret: &[u8], step: u64) -> Option<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).ok()?;
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[19] & 15);
    let number = digest[offset..offset + 4].iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    Some(format!("{:06}", (number & 0x7fff_ffff) % 1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_rfc() {
        let secret = encode(b"12345678901234567890");
        assert_eq!(secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        // The RFC has eight digits; the last six are these.
        for (now, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(matching(&secret, code, now, 0), Some(now / STEP), "{now}");
        }
        assert_eq!(matching(&secret, "287082", 59 + 30, 0), Some(1), "the step before counts");
        assert_eq!(matching(&secret, "287082", 59 + 90, 0), None);
        assert_eq!(matching(&secret, "287082", 59, 1), None, "a code counts once");
        assert_eq!(matching(&secret, "28708", 59, 0), None);
    }

    #[test]
    fn secrets_survive_writing_and_reading() {
        for secret in [&b"a"[..], b"ab", b"abc", b"\0\xff\x80"] {
            assert_eq!(decode(&encode(secret)).unwrap(), secret);
        }
        assert_eq!(decode("a1"), None);
    }
}
