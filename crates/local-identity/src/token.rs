//! Tokens: JSON signed with the pool's key, and nothing else is taken for one.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use crate::{failure::Outcome, keys::Key};

/// The longest token that is looked at.
const LONGEST: usize = 64 * 1024;

/// Signs claims.
pub(crate) fn sign(key: &Key, claims: &Map<String, Value>) -> Outcome<String> {
    let part = |value: &str| BASE64_URL_SAFE_NO_PAD.encode(value);
    let header = json!({ "kid": key.id, "alg": "RS256" }).to_string();
    let text = format!("{}.{}", part(&header), part(&serde_json::to_string(claims)?));
    let signature = key.sign(text.as_bytes())?;
    Ok(format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)))
}

/// Why a token is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    Form,
    Signature,
    Expired,
}

/// The claims of a token that this key signed and that has not expired.
pub(crate) fn claims(key: &Key, token: &str, now: u64) -> Result<Map<String, Value>, Flaw> {
    if token.len() > LONGEST {
        return Err(Flaw::Form);
    }
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, signature] = parts[..] else { return Err(Flaw::Form) };
    let read = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| Flaw::Form);
    let object = |bytes: Vec<u8>| serde_json::from_slice::<Map<String, Value>>(&bytes).map_err(|_| Flaw::Form);
    let header = object(read(header)?)?;
    // The token does not choose how it is checked: one algorithm, one key.
    if header.get("alg").and_then(Value::as_str) != Some("RS256")
        || header.get("kid").and_then(Value::as_str) != Some(&key.id)
    {
        return Err(Flaw::Signature);
    }
    let signed = &token[..token.len() - signature.len() - 1];
    if !key.verify(signed.as_bytes(), &read(signature)?) {
        return Err(Flaw::Signature);
    }
    let claims = object(read(payload)?)?;
    match claims.get("exp").and_then(Value::as_u64) {
        Some(end) if end > now => Ok(claims),
        _ => Err(Flaw::Expired),
    }
}

/// What a token says of itself, unchecked: to find the pool whose key is to check it.
pub(crate) fn issuer(token: &str) -> Option<String> {
    let payload = token.get(..token.len().min(LONGEST))?.split('.').nth(1)?;
    let claims: Value = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(payload).ok()?).ok()?;
    claims.get("iss")?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_key_signed_is_a_token() {
        let key = Key::make().unwrap();
        let key = Key::from_kept(&key.kept().unwrap()).unwrap();
        let claims = json!({ "sub": "1", "exp": 100 }).as_object().unwrap().clone();
        let token = sign(&key, &claims).unwrap();
        assert_eq!(self::claims(&key, &token, 99), Ok(claims.clone()));
        assert_eq!(self::claims(&key, &token, 100), Err(Flaw::Expired));

        let [header, payload, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!() };
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let none = part(&json!({ "kid": key.id, "alg": "none" }));
        let symmetric = part(&json!({ "kid": key.id, "alg": "HS256" }));
        let other = part(&json!({ "sub": "2", "exp": 100 }));
        for forged in [
            format!("{none}.{payload}."),
            format!("{none}.{payload}.{signature}"),
            format!("{symmetric}.{payload}.{signature}"),
            format!("{header}.{other}.{signature}"),
            format!("{header}.{payload}."),
            format!("{header}.{payload}.AAAA"),
        ] {
            assert_eq!(self::claims(&key, &forged, 99), Err(Flaw::Signature), "{forged}");
        }
        for odd in ["", ".", "..", "a.b.c", "....", &"a".repeat(LONGEST + 1), &format!("{token}.x")] {
            assert_eq!(self::claims(&key, odd, 99), Err(Flaw::Form), "{odd:.40}");
        }
        assert_eq!(self::claims(&Key::make().unwrap(), &token, 99), Err(Flaw::Signature), "another pool's key");
    }
}
