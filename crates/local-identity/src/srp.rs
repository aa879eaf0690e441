//! The server's side of SRP as Cognito has it: group and key derivation of RFC 5054 and its own, numbers as Java writes them.

use hmac::{Hmac, Mac};
use num_bigint::BigUint;
use sha2::{Digest, Sha256};

use crate::{
    failure::{Failure, Outcome},
    random,
};

/// The 3072-bit group of RFC 3526.
const N: &[u8] = b"FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74\
    020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437\
    4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED\
    EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05\
    98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB\
    9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B\
    E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718\
    3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33\
    A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7\
    ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864\
    D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E2\
    08E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF";
const INFO: &[u8] = b"Caldera Derived Key\x01";
/// The longest public number of a client, in hexadecimal digits.
const LONGEST: usize = 768;

fn group() -> (BigUint, BigUint) {
    (BigUint::parse_bytes(N, 16).unwrap_or_default(), BigUint::from(2_u8))
}

/// A number as Java's `BigInteger.toByteArray` has it: a zero byte before a first byte whose highest bit is set.
fn signed(number: &BigUint) -> Vec<u8> {
    let mut bytes = number.to_bytes_be();
    if bytes.first().is_some_and(|first| *first >= 0x80) {
        bytes.insert(0, 0);
    }
    bytes
}

fn hash(parts: &[&[u8]]) -> BigUint {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part);
    }
    BigUint::from_bytes_be(&digest.finalize())
}

/// What a password is checked by: nobody can tell it from this.
pub(crate) fn verifier(pool: &str, user: &str, password: &str, salt: &[u8]) -> Vec<u8> {
    let (n, g) = group();
    let secret = Sha256::digest(format!("{}{user}:{password}", name_of(pool)));
    let salt = signed(&BigUint::from_bytes_be(salt));
    g.modpow(&hash(&[&salt, &secret]), &n).to_bytes_be()
}

/// The part of a pool's id that clients mix into the password: what follows the region.
fn name_of(pool: &str) -> &str {
    pool.split_once('_').map_or(pool, |(_, name)| name)
}

/// The server's numbers of one sign-in: the secret one, and the public one.
pub(crate) fn numbers(verifier: &[u8]) -> Outcome<(Vec<u8>, Vec<u8>)> {
    let (n, g) = group();
    let factor = hash(&[&signed(&n), &signed(&g)]);
    let secret = BigUint::from_bytes_be(&random::bytes::<32>()?);
    let public = (factor * BigUint::from_bytes_be(verifier) + g.modpow(&secret, &n)) % &n;
    Ok((secret.to_bytes_be(), public.to_bytes_be()))
}

/// Reads a client's public number.
pub(crate) fn public(text: &str) -> Outcome<Vec<u8>> {
    let invalid = || Failure::invalid_parameter("SRP_A must be a hexadecimal number that is not zero in the group");
    if text.is_empty() || text.len() > LONGEST || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(invalid());
    }
    let number = BigUint::parse_bytes(text.as_bytes(), 16).ok_or_else(invalid)?;
    // With zero the shared secret would be zero, whatever the password.
    if number.clone() % group().0 == BigUint::ZERO {
        return Err(invalid());
    }
    Ok(number.to_bytes_be())
}

/// One sign-in, to check its proof.
pub(crate) struct Exchange<'e> {
    pub(crate) pool: &'e str,
    pub(crate) user: &'e str,
    pub(crate) verifier: &'e [u8],
    pub(crate) client: &'e [u8],
    pub(crate) secret: &'e [u8],
    pub(crate) server: &'e [u8],
}

impl Exchange<'_> {
    /// Whether the client knows the password: its signature over the secret block and the moment is right.
    pub(crate) fn proves(&self, block: &[u8], timestamp: &str, signature: &[u8]) -> bool {
        self.mac(block, timestamp).is_some_and(|mac| mac.verify_slice(signature).is_ok())
    }

    fn mac(&self, block: &[u8], timestamp: &str) -> Option<Hmac<Sha256>> {
        let (n, _) = group();
        let number = BigUint::from_bytes_be;
        let (client, server) = (number(self.client), number(self.server));
        let scrambler = hash(&[&signed(&client), &signed(&server)]);
        if scrambler == BigUint::ZERO {
            return None;
        }
        let base = client * number(self.verifier).modpow(&scrambler, &n) % &n;
        let shared = base.modpow(&number(self.secret), &n);
        let mut extract = Hmac::<Sha256>::new_from_slice(&signed(&scrambler)).ok()?;
        extract.update(&signed(&shared));
        let mut expand = Hmac::<Sha256>::new_from_slice(&extract.finalize().into_bytes()).ok()?;
        expand.update(INFO);
        let mut mac = Hmac::<Sha256>::new_from_slice(&expand.finalize().into_bytes()[..16]).ok()?;
        for part in [name_of(self.pool).as_bytes(), self.user.as_bytes(), block, timestamp.as_bytes()] {
            mac.update(part);
        }
        Some(mac)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The client's side, to sign in against the server's.
    fn proof(password: &str, salt: &[u8], secret: &BigUint, server: &[u8], block: &[u8], timestamp: &str) -> Vec<u8> {
        let (n, g) = group();
        let server = BigUint::from_bytes_be(server);
        let client = g.modpow(secret, &n);
        let scrambler = hash(&[&signed(&client), &signed(&server)]);
        let hashed = Sha256::digest(format!("AbCd{}:{password}", "ann"));
        let x = hash(&[&signed(&BigUint::from_bytes_be(salt)), &hashed]);
        let factor = hash(&[&signed(&n), &signed(&g)]);
        let base = (&server + factor * (&n - g.modpow(&x, &n))) % &n;
        let shared = base.modpow(&(secret + &scrambler * &x), &n);
        let mac = |key: &[u8], parts: &[&[u8]]| {
            let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
            parts.iter().for_each(|part| mac.update(part));
            mac.finalize().into_bytes().to_vec()
        };
        let key = mac(&mac(&signed(&scrambler), &[&signed(&shared)]), &[INFO]);
        mac(&key[..16], &[b"AbCd", b"ann", block, timestamp.as_bytes()])
    }

    #[test]
    fn only_the_password_proves_itself() {
        // A salt whose first bit is set is written with a zero byte before it.
        for salt in [[0x91_u8; 16], [0x11; 16]] {
            let verifier = verifier("us-east-1_AbCd", "ann", "Passw0rd!", &salt);
            let (secret, server) = numbers(&verifier).unwrap();
            let a = BigUint::from(4711_u32).pow(20);
            let client = public(&group().1.modpow(&a, &group().0).to_str_radix(16)).unwrap();
            let exchange = Exchange {
                pool: "us-east-1_AbCd",
                user: "ann",
                verifier: &verifier,
                client: &client,
                secret: &secret,
                server: &server,
            };
            let right = proof("Passw0rd!", &salt, &a, &server, b"block", "now");
            assert!(exchange.proves(b"block", "now", &right));
            assert!(!exchange.proves(b"other", "now", &right));
            assert!(!exchange.proves(b"block", "later", &right));
            assert!(!exchange.proves(b"block", "now", &right[..31]));
            assert!(!exchange.proves(b"block", "now", &proof("Passw0rd?", &salt, &a, &server, b"block", "now")));
        }
    }

    #[test]
    fn numbers_that_void_the_password_are_refused() {
        let n = String::from_utf8(N.to_vec()).unwrap();
        for wrong in ["", "0", "00", "xyz", "-1", &n, &"f".repeat(LONGEST + 1)] {
            assert_eq!(public(wrong).unwrap_err().name, "InvalidParameterException", "{wrong:.20}");
        }
    }
}
