//! The service: takes a call apart, finds its operation, answers.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use serde_json::{Value, json};

use crate::{
    call::Call,
    clock,
    directory::Directory,
    failure::{Failure, Outcome},
    input::Input,
    keys::{KeptKey, Key},
    message::Message,
    operations,
    store::{Kind, Store},
    token,
    trigger::TriggerFault,
};

/// What the service needs of the environment that it serves.
pub trait Environment: Send + Sync {
    /// What is deployed at this moment.
    ///
    /// # Errors
    /// It cannot be told; the text says why.
    fn directory(&self) -> Result<Arc<Directory>, String>;

    /// Runs the function of an ARN.
    ///
    /// # Errors
    /// It failed or cannot be run.
    fn invoke(&self, arn: &str, event: &Value) -> Result<Value, TriggerFault>;

    /// Is told of a message that would be sent.
    fn deliver(&self, message: &Message);

    /// The time.
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// Answers calls.
pub struct Service {
    pub(crate) store: Store,
    environment: Arc<dyn Environment>,
    keys: Mutex<HashMap<String, Arc<Key>>>,
}

/// The answer to a call.
pub type Answer = Result<Value, Failure>;

impl Service {
    /// A service on a store.
    pub fn new(store: Store, environment: Arc<dyn Environment>) -> Self {
        Self { store, environment, keys: Mutex::default() }
    }

    /// Answers a call of either protocol.
    ///
    /// `target` is the header `X-Amz-Target`. `signed` tells whether the call has a signature, which nobody checks: the
    /// operations for administrators want one.
    ///
    /// # Errors
    /// The refusal, as the service words it.
    pub fn call(&self, target: &str, body: &[u8], signed: bool) -> Answer {
        let (service, operation) = target.split_once('.').unwrap_or((target, ""));
        let directory = self.environment.directory().map_err(Failure::internal)?;
        let mut call = Call {
            service: self,
            environment: &*self.environment,
            directory: &directory,
            input: Input::parse(body)?,
            now: clock::seconds(self.environment.now()),
            pool: None,
            client: None,
            metadata: BTreeMap::new(),
        };
        match service {
            "AWSCognitoIdentityProviderService" => operations::users(&mut call, operation, signed),
            "AWSCognitoIdentityService" => operations::identities(&mut call, operation),
            _ => Err(Failure::unknown_operation(format!("`{target}` is no operation of this service"))),
        }
    }

    /// The public keys of a pool, as at `/<pool>/.well-known/jwks.json`; `None` if there is no such pool.
    ///
    /// # Errors
    /// What is deployed or stored cannot be read.
    pub fn public_keys(&self, pool: &str) -> Result<Option<Value>, Failure> {
        let directory = self.environment.directory().map_err(Failure::internal)?;
        if !directory.pools.contains_key(pool) {
            return Ok(None);
        }
        Ok(Some(json!({ "keys": [self.key(pool)?.public()] })))
    }

    /// What clients of OpenID Connect read of a pool; `base` is where this service listens.
    ///
    /// # Errors
    /// What is deployed cannot be read.
    pub fn configuration(&self, pool: &str, base: &str) -> Result<Option<Value>, Failure> {
        let directory = self.environment.directory().map_err(Failure::internal)?;
        Ok(directory.pools.get(pool).map(|pool| {
            json!({
                "issuer": pool.issuer,
                "jwks_uri": format!("{base}/{}/.well-known/jwks.json", pool.id),
                "id_token_signing_alg_values_supported": ["RS256"],
                "subject_types_supported": ["public"],
                "response_types_supported": ["code", "token"],
                "scopes_supported": ["openid", "email", "phone", "profile"],
            })
        }))
    }

    /// The claims of a token that the pool signed and that has not expired, for other services that let users in. As with
    /// the real ones, they do not ask whether the sign-in has ended since.
    ///
    /// # Errors
    /// The token is none, is another pool's, or has expired.
    pub fn verify(&self, pool: &str, token: &str) -> Result<Value, Failure> {
        let refused = || Failure::not_authorized("Unauthorized");
        let directory = self.environment.directory().map_err(Failure::internal)?;
        let pool = directory.pools.get(pool).ok_or_else(refused)?;
        let key = self.key(&pool.id)?;
        let claims = token::claims(&key, token, clock::seconds(self.environment.now())).map_err(|_| refused())?;
        let ours = claims.get("iss").and_then(Value::as_str) == Some(&pool.issuer);
        if ours { Ok(Value::Object(claims)) } else { Err(refused()) }
    }

    pub(crate) fn directory(&self) -> Outcome<Arc<Directory>> {
        self.environment.directory().map_err(Failure::internal)
    }

    pub(crate) fn now(&self) -> SystemTime {
        self.environment.now()
    }

    /// The key of a pool, made when it is first needed.
    pub(crate) fn key(&self, pool: &str) -> Outcome<Arc<Key>> {
        // Held while a key is made, so that two calls do not make two.
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = keys.get(pool) {
            return Ok(key.clone());
        }
        let kept: Option<KeptKey> = self.store.work(pool, |items| items.get(Kind::Key, ""))?;
        let key = match kept {
            Some(kept) => Key::from_kept(&kept)?,
            None => {
                let key = Key::make()?;
                let kept = key.kept()?;
                self.store.work(pool, |items| items.put(Kind::Key, "", &kept))?;
                key
            }
        };
        let key = Arc::new(key);
        keys.insert(pool.to_owned(), key.clone());
        Ok(key)
    }
}
