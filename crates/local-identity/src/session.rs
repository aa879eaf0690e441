//! Session tokens of temporary credentials. What is to be known of a session stands in its token, sealed with a secret of the
//! identity pool, so nothing is kept for each, and a restart ends none.

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, Mac};
use serde_json::Value;
use sha2::Sha256;

use crate::{
    clock,
    failure::{Failure, Outcome},
    random,
    service::Service,
    store::Kind,
};

/// Where a pool's secret lies among its keys.
const SECRET: &str = "sessions";

/// What is known of temporary credentials.
#[derive(Clone, Debug)]
pub struct Session {
    /// What they are good for: `identityId`, `identityPoolId`, `authenticated`, `role`, `accessKeyId` and `expires` (seconds
    /// since 1970).
    pub says: Value,
    /// The secret access key, which requests are signed with.
    pub secret: String,
}

impl Service {
    /// The token that says this of a session.
    pub(crate) fn seal(&self, identity_pool: &str, session: &Value) -> Outcome<String> {
        let text = session.to_string();
        let seal = self.sealing(identity_pool, &text)?.finalize().into_bytes();
        Ok(format!("{}.{}", BASE64_STANDARD.encode(text), hex::encode(seal)))
    }

    /// The secret access key of temporary credentials. It is made of the key's id and the pool's secret, so it need not be kept.
    pub(crate) fn secret_key(&self, identity_pool: &str, access_key: &str) -> Outcome<String> {
        // What is sealed is an object, so this is the seal of nothing.
        let made = self.sealing(identity_pool, &format!("secret of {access_key}"))?.finalize().into_bytes();
        Ok(BASE64_STANDARD.encode(&made[..30]))
    }

    /// What is known of temporary credentials, for other services that let people in. `token` is the session token that
    /// came with the key.
    ///
    /// # Errors
    /// Nobody was given this key with this token, or the credentials have run out.
    pub fn session(&self, access_key: &str, token: &str) -> Result<Session, Failure> {
        let invalid = || refused("The security token included in the request is invalid.");
        let (text, seal) = token.split_once('.').ok_or_else(invalid)?;
        let text = BASE64_STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let text = text.ok_or_else(invalid)?;
        let session: Value = serde_json::from_str(&text).map_err(|_| invalid())?;
        let pool = session["identityPoolId"].as_str().ok_or_else(invalid)?;
        if !self.directory()?.identity_pools.contains_key(pool) {
            return Err(invalid());
        }
        let seal = hex::decode(seal).map_err(|_| invalid())?;
        self.sealing(pool, &text)?.verify_slice(&seal).map_err(|_| invalid())?;
        if session["accessKeyId"] != access_key {
            return Err(invalid());
        }
        if session["expires"].as_u64().is_none_or(|expires| expires <= clock::seconds(self.now())) {
            return Err(refused("The security token included in the request is expired"));
        }
        Ok(Session { secret: self.secret_key(pool, access_key)?, says: session })
    }

    fn sealing(&self, pool: &str, text: &str) -> Outcome<Hmac<Sha256>> {
        let secret: String = self.store.work(pool, |items| {
            if let Some(known) = items.get(Kind::Key, SECRET)? {
                return Ok(known);
            }
            let made = hex::encode(random::bytes::<32>()?);
            items.put(Kind::Key, SECRET, &made)?;
            Ok(made)
        })?;
        let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
        let mut mac = mac.map_err(|error| Failure::internal(error.to_string()))?;
        mac.update(text.as_bytes());
        Ok(mac)
    }
}

fn refused(message: &str) -> Failure {
    Failure { name: "UnrecognizedClientException", message: message.into() }
}
