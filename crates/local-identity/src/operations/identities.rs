//! Identity pools: an identity for whoever shows a token, and credentials of the role that the token earns.

use serde_json::{Map, Value, json};

use crate::{
    call::Call,
    clock::HOUR,
    directory::{IdentityPool, flag, text, texts},
    failure::{Failure, Outcome},
    random,
    store::Kind,
};

const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A user who has shown a token of one of the pools.
struct Shown {
    /// Provider and client, as role mappings name them.
    provider: String,
    claims: Map<String, Value>,
}

fn invalid(why: &str) -> Failure {
    Failure::not_authorized(format!("Invalid login token. {why}"))
}

/// Checks the tokens of a call. `None` if there are none.
fn shown(call: &Call<'_>, pool: &IdentityPool) -> Outcome<Option<Shown>> {
    let logins = call.input.texts("Logins")?;
    let Some((provider, token)) = logins.iter().next() else { return Ok(None) };
    let trusted = pool.properties.get("CognitoIdentityProviders").and_then(Value::as_array).into_iter().flatten();
    let clients: Vec<&str> = trusted
        .filter(|each| text(each, "ProviderName") == Some(provider))
        .filter_map(|each| text(each, "ClientId"))
        .collect();
    if clients.is_empty() {
        return Err(Failure::not_authorized(
            "Logins don't match. Please include at least one valid login for this identity or identity pool.",
        ));
    }
    let (user_pool, claims) = call.claims(token, "id").map_err(|flaw| match flaw {
        Some(crate::token::Flaw::Expired) => invalid("Token expired"),
        Some(_) => invalid("Token signature invalid."),
        None => invalid("Not a valid OpenId Connect identity token."),
    })?;
    let issued_by = user_pool.issuer.trim_start_matches("https://") == provider;
    let client = claims.get("aud").and_then(Value::as_str).unwrap_or_default();
    if !issued_by || !clients.contains(&client) {
        return Err(invalid("Token is not from a supported provider of this identity pool."));
    }
    Ok(Some(Shown { provider: format!("{provider}:{client}"), claims }))
}

/// The key under which the identity of somebody is kept: the same person has the same one.
fn person(shown: &Shown) -> String {
    let provider = shown.provider.rsplit_once(':').map_or("", |(provider, _)| provider);
    format!("{provider}/{}", shown.claims.get("sub").and_then(Value::as_str).unwrap_or_default())
}

pub(super) fn id(call: &mut Call<'_>) -> Outcome<Value> {
    let pool = call.identity_pool(call.input.text("IdentityPoolId")?)?;
    let shown = shown(call, pool)?;
    if shown.is_none() && !flag(&pool.properties, "AllowUnauthenticatedIdentities") {
        return Err(Failure::not_authorized("Unauthenticated access is not supported for this identity pool."));
    }
    let fresh = format!("{}:{}", call.directory.region, random::uuid()?);
    let id = call.service.store.work(&pool.id, |items| {
        let person = shown.as_ref().map(person);
        if let Some(person) = &person
            && let Some(known) = items.get::<String>(Kind::Identity, person)?
        {
            return Ok(known);
        }
        let who = person.unwrap_or_default();
        items.put(Kind::Identity, &format!("id:{fresh}"), &who)?;
        if !who.is_empty() {
            items.put(Kind::Identity, &who, &fresh)?;
        }
        Ok(fresh)
    })?;
    Ok(json!({ "IdentityId": id }))
}

pub(super) fn credentials(call: &mut Call<'_>) -> Outcome<Value> {
    let id = call.input.text("IdentityId")?.to_owned();
    let mut found = None;
    for pool in call.directory.identity_pools.values() {
        let who: Option<String> =
            call.service.store.work(&pool.id, |items| items.get(Kind::Identity, &format!("id:{id}")))?;
        if let Some(who) = who {
            found = Some((pool, who));
            break;
        }
    }
    let Some((pool, who)) = found else { return Err(Failure::not_found(format!("Identity '{id}' not found."))) };
    let shown = shown(call, pool)?;
    let role = match &shown {
        None if !who.is_empty() => {
            return Err(Failure::not_authorized(format!("Access to Identity '{id}' is forbidden.")));
        }
        None if !flag(&pool.properties, "AllowUnauthenticatedIdentities") => {
            return Err(Failure::not_authorized("Unauthenticated access is not supported for this identity pool."));
        }
        None => plain_role(pool, "unauthenticated")?,
        Some(shown) if !who.is_empty() && person(shown) != who => {
            return Err(Failure::not_authorized(
                "Logins don't match. Please include at least one valid login for this identity or identity pool.",
            ));
        }
        Some(shown) => role(call, pool, shown)?,
    };
    let until = call.now + HOUR;
    let letters = random::bytes::<16>()?;
    let key: String = letters.iter().map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()])).collect();
    let key = format!("ASIA{key}");
    let secret = call.service.secret_key(&pool.id, &key)?;
    let session = json!({
        "identityId": id, "identityPoolId": pool.id, "role": role, "accessKeyId": key, "expires": until,
        "authenticated": shown.is_some(),
    });
    let token = call.service.seal(&pool.id, &session)?;
    Ok(json!({
        "IdentityId": id,
        "Credentials": {
            "AccessKeyId": key,
            "SecretKey": secret,
            "SessionToken": token,
            "Expiration": until,
        },
    }))
}

fn plain_role(pool: &IdentityPool, name: &str) -> Outcome<String> {
    let role = pool.roles.get("Roles").and_then(|roles| text(roles, name)).filter(|role| !role.is_empty());
    role.map(str::to_owned).ok_or_else(|| Failure {
        name: "InvalidIdentityPoolConfigurationException",
        message: "Invalid identity pool configuration. Check assigned IAM roles for this pool.".into(),
    })
}

/// The role that somebody gets: by the mapping of the provider, if there is one.
fn role(call: &Call<'_>, pool: &IdentityPool, shown: &Shown) -> Outcome<String> {
    let mappings = pool.roles.get("RoleMappings").and_then(Value::as_object);
    let mapping = mappings.into_iter().flatten().find_map(|(key, mapping)| {
        let provider = text(mapping, "IdentityProvider").unwrap_or(key);
        (provider == shown.provider).then_some(mapping)
    });
    let wanted = call.input.optional("CustomRoleArn")?;
    let roles = shown.claims.get("cognito:roles").cloned().unwrap_or_default();
    let roles: Vec<&str> = roles.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let Some(mapping) = mapping else {
        if wanted.is_some() {
            return Err(Failure::not_authorized(
                "Role mapping is not set for this provider, so that no role can be chosen.",
            ));
        }
        return plain_role(pool, "authenticated");
    };
    let mapped = match text(mapping, "Type") {
        Some("Rules") => by_rules(mapping, &shown.claims),
        _ => match wanted {
            Some(wanted) if roles.contains(&wanted) => Some(wanted.to_owned()),
            Some(_) => return Err(Failure::not_authorized("The role is none of the token's roles.")),
            None => {
                let preferred = shown.claims.get("cognito:preferred_role").and_then(Value::as_str).map(str::to_owned);
                preferred.or_else(|| (roles.len() == 1).then(|| roles[0].to_owned()))
            }
        },
    };
    match mapped {
        Some(role) => Ok(role),
        None if text(mapping, "AmbiguousRoleResolution") == Some("Deny") => {
            Err(Failure::not_authorized("Token is not from a group with a role, and such tokens are denied."))
        }
        None => plain_role(pool, "authenticated"),
    }
}

fn by_rules(mapping: &Value, claims: &Map<String, Value>) -> Option<String> {
    let rules = mapping.pointer("/RulesConfiguration/Rules").and_then(Value::as_array)?;
    let rule = rules.iter().find(|rule| {
        let (Some(name), Some(value)) = (text(rule, "Claim"), text(rule, "Value")) else { return false };
        let Some(claim) = claims.get(name) else { return false };
        let found: Vec<String> = match claim {
            Value::String(text) => vec![text.clone()],
            Value::Array(_) => texts(&json!({ "all": claim }), "all").into_iter().map(str::to_owned).collect(),
            other => vec![other.to_string()],
        };
        let same = |found: &String| match text(rule, "MatchType") {
            Some("Contains") => found.contains(value),
            Some("StartsWith") => found.starts_with(value),
            Some("NotEqual") => found != value,
            _ => found == value,
        };
        found.iter().any(same)
    })?;
    text(rule, "RoleARN").map(str::to_owned)
}
