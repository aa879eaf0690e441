//! Signatures of release descriptions, made with minisign. A description holds the hashes of all archives.

use minisign_verify::{PublicKey, Signature};

use crate::Error;

/// The ending of a signature's file, after the whole name of what is signed.
pub const SIGNATURE: &str = ".minisig";

/// A public key as it stands in `plugins.toml`.
///
/// # Errors
/// It is none.
pub fn check_key(key: &str) -> Result<(), Error> {
    public_key(key).map(drop)
}

fn public_key(key: &str) -> Result<PublicKey, Error> {
    PublicKey::from_base64(key.trim()).map_err(|_| Error::Key { key: key.to_owned() })
}

/// Checks that `signature` is that of `bytes` by `key`.
///
/// # Errors
/// The key is none, or the signature is not its.
pub(crate) fn verify(key: &str, bytes: &[u8], signature: &str, plugin: &str, version: &str) -> Result<(), Error> {
    let key = public_key(key)?;
    let wrong = |reason: String| Error::Signature { plugin: plugin.to_owned(), version: version.to_owned(), reason };
    let signature = Signature::decode(signature).map_err(|error| wrong(format!("the signature: {error}")))?;
    key.verify(bytes, &signature, false).map_err(|error| wrong(error.to_string()))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use minisign::KeyPair;

    use super::*;

    #[test]
    fn only_the_pinned_key_s_signature_of_these_bytes_counts() {
        let (ours, other) =
            (KeyPair::generate_unencrypted_keypair().unwrap(), KeyPair::generate_unencrypted_keypair().unwrap());
        let sign = |pair: &KeyPair, text: &str| {
            minisign::sign(None, &pair.sk, Cursor::new(text), None, None).unwrap().into_string()
        };
        let check = |key: &KeyPair, text: &str, signature: &str| {
            verify(&key.pk.to_base64(), text.as_bytes(), signature, "category-queue", "1.0.0")
        };
        let signature = sign(&ours, "release");
        check(&ours, "release", &signature).unwrap();
        for (key, text, signature) in [
            (&ours, "rewritten", signature.as_str()),
            (&other, "release", &signature),
            (&ours, "release", &sign(&other, "release")),
            (&ours, "release", ""),
        ] {
            assert_eq!(check(key, text, signature).unwrap_err().code(), "plugin-signature-wrong");
        }
        assert_eq!(check_key("RWQ").unwrap_err().code(), "plugin-key-invalid");
        check_key(&ours.pk.to_base64()).unwrap();
    }
}
