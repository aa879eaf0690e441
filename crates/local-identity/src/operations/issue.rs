//! Tokens: given out, renewed, revoked.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{groups, hashed_names, login_key, nothing};
use crate::{
    call::Call,
    directory::{text, texts},
    failure::{Failure, Outcome},
    input::Input,
    random,
    store::Kind,
    token,
    trigger::Trigger,
    user::{Status, User},
};

/// Claims that functions do not change.
const FIXED: [&str; 16] = [
    "acr",
    "amr",
    "at_hash",
    "aud",
    "auth_time",
    "azp",
    "client_id",
    "cognito:username",
    "event_id",
    "exp",
    "iat",
    "iss",
    "jti",
    "origin_jti",
    "sub",
    "token_use",
];

/// A sign-in: its tokens are good for as long as it is here.
#[derive(Serialize, Deserialize)]
struct Login {
    client: String,
    /// The hash of the secret in the token that renews it.
    secret: String,
    began: u64,
    until: u64,
}

/// What a function wants changed.
#[derive(Default)]
struct Overrides {
    id: Map<String, Value>,
    access: Map<String, Value>,
    suppressed_id: Vec<String>,
    suppressed_access: Vec<String>,
    scopes: Vec<String>,
    without_scopes: Vec<String>,
    groups: Option<groups::Membership>,
}

/// Ends a sign-in well: tells the function, gives tokens.
pub(super) fn complete(call: &Call<'_>, user: &User, source: &str) -> Outcome<Value> {
    let trigger = Trigger::new("PostAuthentication", "PostAuthentication_Authentication", user)
        .with(&json!({ "newDeviceUsed": false }));
    call.fire(trigger, json!({}))?;
    // The function may have changed the user, its groups for instance.
    let user = call.find(&user.name)?.ok_or_else(Failure::no_such_user)?;
    let (login, secret) = (random::uuid()?, random::secret()?);
    let client = call.client()?;
    let kept = Login {
        client: client.id.clone(),
        secret: hex::encode(Sha256::digest(&secret)),
        began: call.now,
        until: call.now.saturating_add(client.validity("RefreshToken")),
    };
    let mut tokens = tokens(call, &user, &login, call.now, source)?;
    call.work(|items| items.put(Kind::Login, &login_key(&user.name, &login), &kept))?;
    let renewing = json!([user.name, login, secret]).to_string();
    tokens["RefreshToken"] = BASE64_URL_SAFE_NO_PAD.encode(renewing).into();
    Ok(json!({ "AuthenticationResult": tokens, "ChallengeParameters": {} }))
}

/// The user, the sign-in and the secret in a token that renews others.
fn renewing(token: &str) -> Option<(String, String, String)> {
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(token).ok()?).ok()
}

/// The sign-in of such a token, if the secret is right.
fn login_of(call: &Call<'_>, token: &str) -> Outcome<Option<(User, String, Login)>> {
    let Some((name, login, secret)) = renewing(token) else { return Ok(None) };
    let found = call.work(|items| {
        let kept: Option<Login> = items.get(Kind::Login, &login_key(&name, &login))?;
        Ok((kept, items.get::<User>(Kind::User, &name)?))
    })?;
    Ok(match found {
        (Some(kept), Some(user)) if kept.secret == hex::encode(Sha256::digest(secret)) => Some((user, login, kept)),
        _ => None,
    })
}

pub(super) fn refresh(call: &Call<'_>, parameters: &Input) -> Outcome<Value> {
    let token = parameters.text("REFRESH_TOKEN")?;
    let found = login_of(call, token)?;
    let user = found.as_ref().map(|(user, _, _)| user);
    let mut names = hashed_names("", user);
    // The client makes the hash with the name that the user signed in with.
    let addresses = user.into_iter().flat_map(|user| [user.attribute("email"), user.attribute("phone_number")]);
    names.extend(addresses.flatten());
    call.check_secret(parameters.optional("SECRET_HASH")?, &names)?;
    let tokens = renew(call, token, found)?;
    Ok(json!({ "AuthenticationResult": tokens, "ChallengeParameters": {} }))
}

/// The same as an operation of its own, by which version 6 of the client library renews; a client's secret is sent as it is.
pub(super) fn from_refresh_token(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_client()?;
    let client = call.client()?;
    if client.secret.is_some() && call.input.optional("ClientSecret")? != client.secret.as_deref() {
        return Err(Failure::not_authorized(format!("Unable to verify the secret of client {}", client.id)));
    }
    let token = call.input.text("RefreshToken")?;
    let tokens = renew(call, token, login_of(call, token)?)?;
    Ok(json!({ "AuthenticationResult": tokens }))
}

/// New tokens for a sign-in that was found by a token.
fn renew(call: &Call<'_>, token: &str, found: Option<(User, String, Login)>) -> Outcome<Value> {
    let Some((user, login, kept)) = found else {
        let revoked = renewing(token).is_some();
        return Err(Failure::not_authorized(if revoked {
            "Refresh Token has been revoked"
        } else {
            "Invalid Refresh Token"
        }));
    };
    if kept.client != call.client()?.id {
        return Err(Failure::not_authorized("Invalid Refresh Token"));
    }
    if kept.until <= call.now {
        return Err(Failure::not_authorized("Refresh Token has expired"));
    }
    if !user.enabled {
        return Err(Failure::not_authorized("User is disabled."));
    }
    if user.status == Status::ResetRequired {
        return Err(Failure::password_reset_required("Password reset required for the user"));
    }
    tokens(call, &user, &login, kept.began, "RefreshTokens")
}

fn tokens(call: &Call<'_>, user: &User, login: &str, began: u64, source: &str) -> Outcome<Value> {
    let (pool, client, key) = (call.pool()?, call.client()?, call.key()?);
    let mut membership = groups::membership(call, user)?;
    let mut overrides = asked(call, user, &membership, source)?;
    if let Some(own) = overrides.groups.take() {
        membership = own;
    }
    let event = random::uuid()?;
    let common = |purpose: &str, validity: &str| -> Outcome<Map<String, Value>> {
        let mut claims = Map::new();
        let mut set = |name: &str, value: Value| {
            claims.insert(name.to_owned(), value);
        };
        set("sub", json!(user.sub));
        if !membership.names.is_empty() {
            set("cognito:groups", json!(membership.names));
        }
        set("iss", json!(pool.issuer));
        set("origin_jti", json!(login));
        set("event_id", json!(event));
        set("token_use", json!(purpose));
        set("auth_time", json!(began));
        set("exp", json!(call.now.saturating_add(client.validity(validity))));
        set("iat", json!(call.now));
        set("jti", json!(random::uuid()?));
        Ok(claims)
    };

    let mut id = common("id", "IdToken")?;
    id.insert("aud".into(), json!(client.id));
    id.insert("cognito:username".into(), json!(user.name));
    if !membership.roles.is_empty() {
        id.insert("cognito:roles".into(), json!(membership.roles));
    }
    if let Some(role) = &membership.preferred {
        id.insert("cognito:preferred_role".into(), json!(role));
    }
    for (name, value) in &user.attributes {
        if client.may("ReadAttributes", name) {
            let value = if name.ends_with("_verified") { json!(value == "true") } else { json!(value) };
            id.insert(name.clone(), value);
        }
    }
    apply(&mut id, overrides.id, &overrides.suppressed_id);

    let mut access = common("access", "AccessToken")?;
    access.insert("client_id".into(), json!(client.id));
    access.insert("username".into(), json!(user.name));
    let mut scopes = vec!["aws.cognito.signin.user.admin".to_owned()];
    scopes.extend(overrides.scopes);
    scopes.retain(|scope| !overrides.without_scopes.contains(scope));
    access.insert("scope".into(), json!(scopes.join(" ")));
    apply(&mut access, overrides.access, &overrides.suppressed_access);

    Ok(json!({
        "AccessToken": token::sign(&key, &access)?,
        "IdToken": token::sign(&key, &id)?,
        "ExpiresIn": client.validity("AccessToken"),
        "TokenType": "Bearer",
    }))
}

fn apply(claims: &mut Map<String, Value>, more: Map<String, Value>, suppressed: &[String]) {
    let free = |name: &String| !FIXED.contains(&name.as_str());
    claims.extend(more.into_iter().filter(|(name, _)| free(name) && !name.starts_with("cognito:")));
    for name in suppressed.iter().filter(|name| free(name)) {
        claims.shift_remove(name);
    }
}

/// Asks the function that has a say in the tokens.
fn asked(call: &Call<'_>, user: &User, membership: &groups::Membership, source: &str) -> Outcome<Overrides> {
    let trigger = Trigger::new("PreTokenGeneration", format!("TokenGeneration_{source}"), user).with(&json!({
        "groupConfiguration": {
            "groupsToOverride": membership.names,
            "iamRolesToOverride": membership.roles,
            "preferredRole": membership.preferred,
        },
        "scopes": ["aws.cognito.signin.user.admin"],
    }));
    let unset = json!({ "claimsOverrideDetails": null });
    let Some(response) = call.fire(trigger, unset)? else { return Ok(Overrides::default()) };
    let mut overrides = Overrides::default();
    let object = |value: Option<&Value>, key: &str| -> Map<String, Value> {
        value.and_then(|value| value.get(key)?.as_object()).cloned().unwrap_or_default()
    };
    let names = |value: Option<&Value>, key: &str| -> Vec<String> {
        value.map(|value| texts(value, key)).unwrap_or_default().into_iter().map(str::to_owned).collect()
    };
    let details = match response.get("claimsAndScopeOverrideDetails").filter(|details| details.is_object()) {
        Some(details) => {
            let (id, access) = (details.get("idTokenGeneration"), details.get("accessTokenGeneration"));
            overrides.id = object(id, "claimsToAddOrOverride");
            overrides.suppressed_id = names(id, "claimsToSuppress");
            overrides.access = object(access, "claimsToAddOrOverride");
            overrides.suppressed_access = names(access, "claimsToSuppress");
            overrides.scopes = names(access, "scopesToAdd");
            overrides.without_scopes = names(access, "scopesToSuppress");
            Some(details)
        }
        None => {
            let details = response.get("claimsOverrideDetails");
            // In the first version of the event claims are texts.
            let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let claims = object(details, "claimsToAddOrOverride");
            overrides.id = claims.into_iter().map(|(name, value)| (name, Value::String(text(value)))).collect();
            overrides.suppressed_id = names(details, "claimsToSuppress");
            details
        }
    };
    if let Some(own) = details.and_then(|details| details.get("groupOverrideDetails")).filter(|own| own.is_object()) {
        overrides.groups = Some(groups::Membership {
            names: names(Some(own), "groupsToOverride"),
            roles: names(Some(own), "iamRolesToOverride"),
            preferred: text(own, "preferredRole").map(str::to_owned),
        });
    }
    Ok(overrides)
}

pub(super) fn sign_out(call: &mut Call<'_>) -> Outcome<Value> {
    let user = call.enter_token()?;
    end_all(call, &user)
}

pub(super) fn admin_sign_out(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_pool()?;
    let user = call.named_user()?;
    end_all(call, &user)
}

/// Ends all sign-ins of a user.
pub(super) fn end_all(call: &Call<'_>, user: &User) -> Outcome<Value> {
    call.work(|items| items.clear(Kind::Login, &login_key(&user.name, "")))?;
    Ok(nothing())
}

pub(super) fn revoke(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_client()?;
    let client = call.client()?;
    if let Some(secret) = &client.secret
        && call.input.optional("ClientSecret")? != Some(secret)
    {
        return Err(Failure {
            name: "UnauthorizedException",
            message: "The client's secret is wrong or missing".into(),
        });
    }
    let token = call.input.text("Token")?;
    if renewing(token).is_none() {
        return Err(Failure {
            name: "UnsupportedTokenTypeException",
            message: "Only refresh tokens can be revoked".into(),
        });
    }
    if let Some((user, login, kept)) = login_of(call, token)? {
        if kept.client != client.id {
            return Err(Failure { name: "UnauthorizedException", message: "The token is another client's".into() });
        }
        call.work(|items| items.delete(Kind::Login, &login_key(&user.name, &login)))?;
    }
    Ok(nothing())
}
