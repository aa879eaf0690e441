//! A checked payload of `update` as answers. What it does not speak of stays as it is.

use amplify_sdk::JsonMap;
use serde_json::{Value, json};

use super::answers::{self, Answers};
use crate::{error::AuthError, settings::Settings};

/// A payload for a resource with these settings and groups.
///
/// # Errors
/// What cannot be changed.
pub fn update(payload: &Value, frontend: &str, present: &Settings, groups: &[String]) -> Result<JsonMap, AuthError> {
    let mut answers = Answers::default();
    let service = &payload["serviceModification"];
    let pool = &service["userPoolModification"];
    answers.set("updateFlow", "manual");
    let with_identity_pool = service["includeIdentityPool"].as_bool().unwrap_or_else(|| present.has_identity_pool());
    if with_identity_pool != present.has_identity_pool() {
        answers.set("authSelections", answers::selection(with_identity_pool));
    }
    let identity_pool = &service["identityPoolModification"];
    if identity_pool.is_object() && !with_identity_pool {
        return Err(wrong("identityPoolModification", "absent, as there is no identity pool"));
    }
    answers::guests(&mut answers, identity_pool);
    if !identity_pool["identitySocialFederation"].is_null() {
        answers::federated(&mut answers, identity_pool, frontend);
    } else if with_identity_pool && !present.has_identity_pool() {
        answers.yes_or_no("thirdPartyAuth", false);
    }
    let wanted = if pool["userPoolGroups"].is_null() { groups.to_vec() } else { answers::group_names(pool) };
    arrange(&mut answers, groups, &wanted);
    if !pool["adminQueries"].is_null() {
        answers::admin_queries(&mut answers, pool, &wanted);
    }
    mfa(&mut answers, pool, present)?;
    answers::passwords(&mut answers, pool);
    answers::verified(&mut answers, pool);
    answers::client(&mut answers, pool, &present.list("requiredAttributes"));
    pages(&mut answers, &pool["oAuth"], present);
    Ok(answers.done())
}

/// The answers that lead from the present groups to those that are wanted.
fn arrange(answers: &mut Answers, present: &[String], wanted: &[String]) {
    if present == wanted {
        answers.yes_or_no("userPoolGroups", false);
        return;
    }
    answers.yes_or_no("userPoolGroups", true);
    let gone: Vec<&String> = present.iter().filter(|name| !wanted.contains(name)).collect();
    let new: Vec<Value> =
        wanted.iter().filter(|name| !present.contains(name)).map(|name| json!({ "name": name })).collect();
    answers.set("deletedGroups", json!(gone));
    answers.set("addGroups", !new.is_empty());
    if !new.is_empty() {
        answers.set("groups", new);
    }
    if !wanted.is_empty() {
        answers.set("groupOrder", wanted.to_vec());
    }
}

fn mfa(answers: &mut Answers, pool: &Value, present: &Settings) -> Result<(), AuthError> {
    let Some(mode) = pool["mfa"]["mode"].as_str() else { return Ok(()) };
    let before = present.text("mfaConfiguration");
    match (before, mode) {
        ("OFF" | "", "ON") => Err(AuthError::MfaNotRequired),
        (before, mode) if before == mode || before == "OFF" || before.is_empty() => {
            answers::mfa(answers, pool);
            Ok(())
        }
        (before, _) => Err(wrong("userPoolModification.mfa.mode", &format!("{before}: users have set it up"))),
    }
}

fn pages(answers: &mut Answers, pages: &Value, present: &Settings) {
    let Some(map) = pages.as_object() else {
        answers.yes_or_no("hostedUI", present.flag("hostedUI"));
        return;
    };
    answers.yes_or_no("hostedUI", !map.is_empty());
    if map.is_empty() {
        return;
    }
    let metadata = present.nested("oAuthMetadata");
    for (field, key, word, list) in [
        ("redirectSigninURIs", "CallbackURLs", "signin", "newCallbackURLs"),
        ("redirectSignoutURIs", "LogoutURLs", "signout", "newLogoutURLs"),
    ] {
        let texts = |value: &Value| -> Vec<String> {
            value.as_array().into_iter().flatten().filter_map(|each| each.as_str().map(Into::into)).collect()
        };
        let (before, wanted) = (texts(&metadata[key]), texts(&pages[field]));
        let Some(last) = wanted.last() else { continue };
        if before.is_empty() {
            answers.set(list, wanted);
            continue;
        }
        // Each address that is there becomes a wanted one. Where there are more than wanted, the last is there several times,
        // and what is there twice is kept once.
        let edited: Vec<&String> = (0..before.len()).map(|at| wanted.get(at).unwrap_or(last)).collect();
        answers.set(&format!("edit.{word}URIs"), json!(edited));
        answers.set(&format!("edit.{word}"), before.clone());
        let more = wanted.get(before.len()..).unwrap_or_default();
        answers.set(&format!("edit.add.{word}"), !more.is_empty());
        if !more.is_empty() {
            answers.set(list, more.to_vec());
        }
    }
    answers::oauth(answers, pages);
    if pages["socialProviderConfigurations"].is_null() && !present.flag("hostedUI") {
        answers.set("authProvidersUserPool", json!([]));
    }
}

fn wrong(field: &str, wanted: &str) -> AuthError {
    AuthError::Headless { path: format!("serviceModification.{field}"), wanted: wanted.into() }
}
