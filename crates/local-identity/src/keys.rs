//! The key that a pool signs its tokens with.

use rsa::{
    BoxedUint, Pkcs1v15Sign, PrivateKey,
    traits::{PrivateKeyParts, PublicKeyParts},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::{
    failure::{Failure, Outcome},
    random,
};

const BITS: usize = 2048;
const EXPONENT: u64 = 65537;
/// What says in a signature that the digest is one of SHA-256.
const SHA256: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// A key, as it is kept.
#[derive(Serialize, Deserialize)]
pub(crate) struct KeptKey {
    id: String,
    primes: [String; 2],
}

/// A key at work.
pub(crate) struct Key {
    pub(crate) id: String,
    private: PrivateKey,
}

fn broken(error: rsa::Error) -> Failure {
    Failure::internal(format!("the pool's key cannot be used: {error}"))
}

fn padding() -> Pkcs1v15Sign {
    Pkcs1v15Sign { hash_len: Some(32), prefix: SHA256.into() }
}

impl Key {
    pub(crate) fn make() -> Outcome<Self> {
        let private = PrivateKey::new(&mut getrandom::SysRng, BITS).map_err(broken)?;
        Ok(Self { id: BASE64_URL_SAFE_NO_PAD.encode(random::bytes::<32>()?), private })
    }

    pub(crate) fn kept(&self) -> Outcome<KeptKey> {
        match self.private.primes() {
            [p, q] => Ok(KeptKey { id: self.id.clone(), primes: [p, q].map(|prime| hex::encode(prime.to_be_bytes())) }),
            _ => Err(Failure::internal("the pool's key has not two primes")),
        }
    }

    pub(crate) fn from_kept(kept: &KeptKey) -> Outcome<Self> {
        let prime = |text: &String| {
            let bytes = hex::decode(text).map_err(|error| Failure::internal(format!("the pool's key: {error}")))?;
            BoxedUint::from_be_slice(&bytes, 1024)
                .map_err(|error| Failure::internal(format!("the pool's key: {error}")))
        };
        let [p, q] = &kept.primes;
        let private = PrivateKey::from_p_q(prime(p)?, prime(q)?, BoxedUint::from(EXPONENT)).map_err(broken)?;
        Ok(Self { id: kept.id.clone(), private })
    }

    pub(crate) fn sign(&self, text: &[u8]) -> Outcome<Vec<u8>> {
        self.private.sign(padding(), &Sha256::digest(text)).map_err(broken)
    }

    pub(crate) fn verify(&self, text: &[u8], signature: &[u8]) -> bool {
        self.private.as_public_key().verify(padding(), &Sha256::digest(text), signature).is_ok()
    }

    /// The public half, as in `jwks.json`.
    pub(crate) fn public(&self) -> Value {
        let number = |number: &[u8]| {
            let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len());
            BASE64_URL_SAFE_NO_PAD.encode(&number[start..])
        };
        json!({
            "alg": "RS256",
            "e": number(&EXPONENT.to_be_bytes()),
            "kid": self.id,
            "kty": "RSA",
            "n": number(&self.private.n_bytes()),
            "use": "sig",
        })
    }
}
