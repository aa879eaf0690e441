//! One call at work: its input, what is deployed, and the store.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, Mac};
use serde_json::{Map, Value};
use sha2::Sha256;

use crate::{
    directory::{Client, Directory, IdentityPool, Pool},
    failure::{Failure, Outcome},
    input::Input,
    keys::Key,
    service::{Environment, Service},
    store::{Items, Kind},
    token,
    user::{Status, User},
};

/// A call.
pub(crate) struct Call<'c> {
    pub(crate) service: &'c Service,
    pub(crate) environment: &'c dyn Environment,
    pub(crate) directory: &'c Directory,
    pub(crate) input: Input,
    pub(crate) now: u64,
    /// The pool that the call is about, once that is known.
    pub(crate) pool: Option<&'c Pool>,
    pub(crate) client: Option<&'c Client>,
    /// What the client passes on to functions.
    pub(crate) metadata: BTreeMap<String, String>,
}

impl<'c> Call<'c> {
    pub(crate) fn pool(&self) -> Outcome<&'c Pool> {
        self.pool.ok_or_else(|| Failure::internal("the call names no pool"))
    }

    pub(crate) fn client(&self) -> Outcome<&'c Client> {
        self.client.ok_or_else(|| Failure::internal("the call names no client"))
    }

    pub(crate) fn client_id(&self) -> Option<&str> {
        self.client.map(|client| client.id.as_str())
    }

    /// Takes the pool and the client from the field `ClientId`.
    pub(crate) fn enter_client(&mut self) -> Outcome<()> {
        let id = self.input.text("ClientId")?.to_owned();
        let Some((pool, client)) = self.directory.client(&id) else {
            return Err(Failure::not_found(format!("User pool client {id} does not exist.")));
        };
        self.metadata = self.input.texts("ClientMetadata")?;
        (self.pool, self.client) = (Some(pool), Some(client));
        Ok(())
    }

    /// Takes the pool from the field `UserPoolId`.
    pub(crate) fn enter_pool(&mut self) -> Outcome<()> {
        let id = self.input.text("UserPoolId")?;
        let Some(pool) = self.directory.pools.get(id) else {
            return Err(Failure::not_found(format!("User pool {id} does not exist.")));
        };
        self.metadata = self.input.texts("ClientMetadata")?;
        self.pool = Some(pool);
        Ok(())
    }

    /// Takes pool, client and user from the field `AccessToken`.
    pub(crate) fn enter_token(&mut self) -> Outcome<User> {
        let token = self.input.text("AccessToken")?.to_owned();
        self.metadata = self.input.texts("ClientMetadata")?;
        let (pool, claims) = self.claims(&token, "access").map_err(|flaw| match flaw {
            Some(token::Flaw::Expired) => Failure::not_authorized("Access Token has expired"),
            _ => Failure::not_authorized("Invalid Access Token"),
        })?;
        self.pool = Some(pool);
        let text = |key: &str| claims.get(key).and_then(Value::as_str).unwrap_or_default();
        self.client = pool.clients.get(text("client_id"));
        let login = crate::operations::login_key(text("username"), text("origin_jti"));
        let user = self.work(|items| match items.get::<Value>(Kind::Login, &login)? {
            Some(_) => items.get::<User>(Kind::User, text("username")),
            None => Err(Failure::not_authorized("Access Token has been revoked")),
        })?;
        match user {
            Some(user) if !user.enabled => Err(Failure::not_authorized("User is disabled.")),
            Some(user) if user.sub == text("sub") => Ok(user),
            _ => Err(Failure::no_such_user()),
        }
    }

    /// The claims of a token of one of the pools; what is wrong with it, if it is one of a pool at all.
    pub(crate) fn claims(
        &self,
        token: &str,
        purpose: &str,
    ) -> Result<(&'c Pool, Map<String, Value>), Option<token::Flaw>> {
        let issuer = token::issuer(token).ok_or(None)?;
        let pool = self.directory.pools.values().find(|pool| pool.issuer == issuer).ok_or(None)?;
        let key = self.service.key(&pool.id).map_err(|_| None)?;
        let claims = token::claims(&key, token, self.now).map_err(Some)?;
        match claims.get("token_use").and_then(Value::as_str) == Some(purpose) {
            true => Ok((pool, claims)),
            false => Err(None),
        }
    }

    pub(crate) fn identity_pool(&self, id: &str) -> Outcome<&'c IdentityPool> {
        let found = self.directory.identity_pools.get(id);
        found.ok_or_else(|| Failure::not_found(format!("IdentityPool '{id}' not found.")))
    }

    pub(crate) fn key(&self) -> Outcome<std::sync::Arc<Key>> {
        self.service.key(&self.pool()?.id)
    }

    /// Works on the pool's documents in one transaction.
    pub(crate) fn work<T>(&self, work: impl FnOnce(&Items<'_>) -> Outcome<T>) -> Outcome<T> {
        self.service.store.work(&self.pool()?.id, work)
    }

    /// Finds a user by name or by an address that names one.
    pub(crate) fn find(&self, name: &str) -> Outcome<Option<User>> {
        let pool = self.pool()?;
        self.work(|items| find(items, pool, name))
    }

    /// The user of the field `Username`, as an administrator asks for one.
    pub(crate) fn named_user(&self) -> Outcome<User> {
        self.find(self.input.text("Username")?)?.ok_or_else(Failure::no_such_user)
    }

    /// Changes a user in a transaction of its own.
    pub(crate) fn change<T>(&self, name: &str, change: impl FnOnce(&mut User) -> Outcome<T>) -> Outcome<(User, T)> {
        let now = self.now;
        self.work(|items| {
            let mut user: User = items.get(Kind::User, name)?.ok_or_else(Failure::no_such_user)?;
            let done = change(&mut user)?;
            user.changed = now;
            items.put(Kind::User, name, &user)?;
            Ok((user, done))
        })
    }

    /// Changes a user by attributes that name users, too.
    pub(crate) fn rename(
        &self,
        name: &str,
        force: bool,
        change: impl FnOnce(&mut User) -> Outcome<()>,
    ) -> Outcome<User> {
        let (pool, now) = (self.pool()?, self.now);
        self.work(|items| {
            let mut user: User = items.get(Kind::User, name)?.ok_or_else(Failure::no_such_user)?;
            let before = user.clone();
            change(&mut user)?;
            user.changed = now;
            save(items, pool, Some(&before), &user, force)?;
            Ok(user)
        })
    }

    /// Checks the hash with which a client proves that it knows its secret.
    pub(crate) fn check_secret(&self, given: Option<&str>, names: &[&str]) -> Outcome<()> {
        let client = self.client()?;
        let Some(secret) = &client.secret else { return Ok(()) };
        let Some(given) = given else {
            let message = format!("Client {} is configured with secret but SECRET_HASH was not received", client.id);
            return Err(Failure::not_authorized(message));
        };
        let right = BASE64_STANDARD.decode(given).is_ok_and(|given| {
            names.iter().any(|name| {
                let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
                mac.is_ok_and(|mac| mac.chain_update(name).chain_update(&client.id).verify_slice(&given).is_ok())
            })
        });
        if right {
            return Ok(());
        }
        Err(Failure::not_authorized(format!("Unable to verify secret hash for client {}", client.id)))
    }
}

/// The key of an address that names a user.
fn alias(attribute: &str, value: &str) -> String {
    format!("{attribute}:{value}")
}

/// Finds a user by name or by an address that names one.
pub(crate) fn find(items: &Items<'_>, pool: &Pool, name: &str) -> Outcome<Option<User>> {
    let name = pool.folded(name);
    if let Some(user) = items.get(Kind::User, &name)? {
        return Ok(Some(user));
    }
    for attribute in pool.aliases() {
        if let Some(user) = items.get::<String>(Kind::Alias, &alias(attribute, &name))? {
            return items.get(Kind::User, &user);
        }
    }
    // Administrators may name a user by `sub` where people sign in with an address; there the name is the `sub`.
    Ok(None)
}

/// The addresses of a user that name it.
fn aliases_of(pool: &Pool, user: &User) -> Vec<String> {
    let by_name = |attribute: &str| pool.names_are(attribute);
    let counts = |attribute: &str| attribute == "preferred_username" || by_name(attribute) || user.verified(attribute);
    let present = |attribute: &&str| user.attribute(attribute).is_some_and(|value| !value.is_empty());
    pool.aliases()
        .into_iter()
        .filter(|attribute| counts(attribute) && user.status != Status::Unconfirmed || by_name(attribute))
        .filter(present)
        .map(|attribute| alias(attribute, &pool.folded(user.attribute(attribute).unwrap_or_default())))
        .collect()
}

/// Writes a user with the addresses that name it. One that names another user is taken over by force only.
pub(crate) fn save(items: &Items<'_>, pool: &Pool, before: Option<&User>, user: &User, force: bool) -> Outcome<()> {
    let wanted = aliases_of(pool, user);
    if let Some(before) = before {
        for gone in aliases_of(pool, before).iter().filter(|alias| !wanted.contains(alias)) {
            items.delete(Kind::Alias, gone)?;
        }
    }
    for key in &wanted {
        let owner = items.get::<String>(Kind::Alias, key)?.filter(|owner| *owner != user.name);
        if let Some(owner) = owner {
            let attribute = key.split(':').next().unwrap_or_default();
            if !force {
                let what = attribute.trim_end_matches("_number");
                return Err(Failure::alias_exists(format!("An account with the given {what} already exists.")));
            }
            if let Some(mut other) = items.get::<User>(Kind::User, &owner)? {
                other.attributes.insert(format!("{attribute}_verified"), "false".into());
                items.put(Kind::User, &owner, &other)?;
            }
        }
        items.put(Kind::Alias, key, &user.name)?;
    }
    items.put(Kind::User, &user.name, user)
}

/// Forgets a user with all that belongs to it.
pub(crate) fn remove(items: &Items<'_>, pool: &Pool, user: &User) -> Outcome<()> {
    for key in aliases_of(pool, user) {
        items.delete(Kind::Alias, &key)?;
    }
    items.clear(Kind::Login, &crate::operations::login_key(&user.name, ""))?;
    items.delete(Kind::User, &user.name)
}
