//! Random bytes of the system, as ids, codes and secrets.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::failure::{Failure, Outcome};

/// Random bytes.
pub(crate) fn bytes<const N: usize>() -> Outcome<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Failure::internal(format!("no random numbers: {error}")))?;
    Ok(bytes)
}

/// A UUID of version 4.
pub(crate) fn uuid() -> Outcome<String> {
    let mut bytes = bytes::<16>()?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = hex::encode(bytes);
    Ok(format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]))
}

/// A text that nobody guesses.
pub(crate) fn secret() -> Outcome<String> {
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes::<32>()?))
}

/// Six digits.
pub(crate) fn code() -> Outcome<String> {
    // The remainder favours small numbers by less than one in four thousand.
    Ok(format!("{:06}", u32::from_be_bytes(bytes()?) % 1_000_000))
}

/// A password that every policy takes, as for a user whom an administrator makes.
pub(crate) fn password() -> Outcome<String> {
    const KINDS: [&[u8]; 4] = [b"abcdefghijkmnpqrstuvwxyz", b"ABCDEFGHJKLMNPQRSTUVWXYZ", b"23456789", b"!#$%&*+-=?@_"];
    let random = bytes::<24>()?;
    let pick = |(index, byte): (usize, &u8)| {
        let kind = KINDS[index % KINDS.len()];
        char::from(kind[usize::from(*byte) % kind.len()])
    };
    Ok(random.iter().enumerate().map(pick).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_codes_have_their_form() {
        let id = uuid().unwrap();
        assert_eq!((id.len(), &id[14..15]), (36, "4"));
        assert_ne!(id, uuid().unwrap());
        assert!(code().unwrap().len() == 6 && code().unwrap().bytes().all(|byte| byte.is_ascii_digit()));
        assert_eq!(secret().unwrap().len(), 43);
    }
}
