//! A checked payload of `add` as answers. What both commands take is turned into answers here.

use amplify_sdk::JsonMap;
use serde_json::{Value, json};

use super::payload::{CHARACTERS, FEDERATION, SIGN_IN, SOCIAL, meaning};
use crate::{admin::ask::OTHER, federation, social::Social};

/// Answers as they come together.
#[derive(Debug, Default)]
pub struct Answers(JsonMap);

impl Answers {
    pub fn set(&mut self, key: &str, value: impl Into<Value>) {
        self.0.insert(format!("auth.{key}"), value.into());
    }

    pub fn yes_or_no(&mut self, key: &str, yes: bool) {
        self.set(key, if yes { "yes" } else { "no" });
    }

    /// Answers with a value of the payload, where there is one.
    pub fn copy(&mut self, key: &str, value: &Value) {
        match value {
            Value::Null => {}
            // A number is typed, too.
            Value::Number(number) => self.set(key, number.to_string()),
            value => self.set(key, value.clone()),
        }
    }

    pub fn done(self) -> JsonMap {
        self.0
    }
}

/// A payload of `add`.
pub fn add(payload: &Value, frontend: &str) -> JsonMap {
    let mut answers = Answers::default();
    let service = &payload["serviceConfiguration"];
    let pool = &service["userPoolConfiguration"];
    answers.set("useDefault", "manual");
    answers.copy("resourceName", &payload["resourceName"]);
    let with_identity_pool = service["includeIdentityPool"] == json!(true);
    answers.set("authSelections", selection(with_identity_pool));
    if with_identity_pool {
        let configuration = &service["identityPoolConfiguration"];
        answers.copy("identityPoolName", &configuration["identityPoolName"]);
        guests(&mut answers, configuration);
        federated(&mut answers, configuration, frontend);
    }
    answers.copy("userPoolName", &pool["userPoolName"]);
    answers.set("usernameAttributes", meaning(&SIGN_IN, word(&pool["signinMethod"])));
    let required = attributes(&pool["requiredSignupAttributes"]);
    answers.set("requiredAttributes", required.clone());
    let groups = group_names(pool);
    answers.yes_or_no("userPoolGroups", !groups.is_empty());
    if !groups.is_empty() {
        answers.set("groups", groups.iter().map(|name| json!({ "name": name })).collect::<Value>());
        answers.set("groupOrder", groups.clone());
    }
    admin_queries(&mut answers, pool, &groups);
    answers.set("mfaConfiguration", "OFF");
    mfa(&mut answers, pool);
    answers.set("defaultPasswordPolicy", false);
    passwords(&mut answers, pool);
    verified(&mut answers, pool);
    answers.set("userpoolClientSetAttributes", false);
    client(&mut answers, pool, &required);
    let pages = &pool["oAuth"];
    answers.yes_or_no("hostedUI", pages.is_object());
    if pages.is_object() {
        answers.copy("newCallbackURLs", &pages["redirectSigninURIs"]);
        answers.copy("newLogoutURLs", &pages["redirectSignoutURIs"]);
        oauth(&mut answers, pages);
        if pages["socialProviderConfigurations"].is_null() {
            answers.set("authProvidersUserPool", json!([]));
        }
    }
    answers.done()
}

/// The answer to which services are wanted.
pub fn selection(with_identity_pool: bool) -> &'static str {
    if with_identity_pool { "identityPoolAndUserPool" } else { "userPoolOnly" }
}

pub fn guests(answers: &mut Answers, configuration: &Value) {
    if let Some(allowed) = configuration["unauthenticatedLogin"].as_bool() {
        answers.yes_or_no("allowUnauthenticatedIdentities", allowed);
    }
}

/// The providers that the identity pool trusts; none where the list is missing.
pub fn federated(answers: &mut Answers, configuration: &Value, frontend: &str) {
    let mut providers = Vec::new();
    for entry in list(&configuration["identitySocialFederation"]) {
        let name = meaning(&FEDERATION, word(&entry["provider"]));
        providers.push(name);
        for provider in federation::PROVIDERS.iter().filter(|provider| provider.name == name) {
            answers.copy(provider.key, &entry["clientId"]);
        }
        // The payload has one id; the app for a phone is the one that it is for.
        for (platform, key, ..) in federation::NATIVE {
            if name == federation::GOOGLE && platform == frontend {
                answers.copy(key, &entry["clientId"]);
            }
        }
    }
    answers.yes_or_no("thirdPartyAuth", !providers.is_empty());
    if !providers.is_empty() {
        answers.set("authProviders", providers);
    }
}

/// The names of the groups, in their order.
pub fn group_names(pool: &Value) -> Vec<String> {
    list(&pool["userPoolGroups"]).iter().map(|group| word(&group["groupName"]).to_owned()).collect()
}

/// The API for administrators. `groups` are those that can be chosen.
pub fn admin_queries(answers: &mut Answers, pool: &Value, groups: &[String]) {
    let queries = &pool["adminQueries"];
    answers.yes_or_no("adminQueries", queries.is_object());
    let permissions = &queries["permissions"];
    if !queries.is_object() {
        return;
    }
    let restricted = permissions["restrictAccess"] == json!(true);
    answers.set("adminQueriesRestricted", restricted);
    let Some(group) = permissions["groupName"].as_str().filter(|_| restricted) else { return };
    if groups.iter().any(|each| each == group) {
        answers.set("adminGroup", group);
    } else {
        answers.set("adminGroup", OTHER);
        answers.set("adminGroupName", group);
    }
}

pub fn mfa(answers: &mut Answers, pool: &Value) {
    let mfa = &pool["mfa"];
    answers.copy("mfaConfiguration", &mfa["mode"]);
    if mfa["mfaTypes"].is_array() {
        let types = [("SMS", "SMS Text Message"), ("TOTP", "TOTP")];
        let types: Vec<&str> = list(&mfa["mfaTypes"]).iter().map(|kind| meaning(&types, word(kind))).collect();
        answers.set("mfaTypes", types);
    }
    answers.copy("smsAuthenticationMessage", &mfa["smsMessage"]);
}

pub fn passwords(answers: &mut Answers, pool: &Value) {
    let policy = &pool["passwordPolicy"];
    if !policy.is_object() {
        return;
    }
    answers.set("defaultPasswordPolicy", true);
    answers.set("passwordPolicyMinLength", policy["minimumLength"].as_u64().unwrap_or(8).to_string());
    let characters: Vec<&str> =
        list(&policy["additionalConstraints"]).iter().map(|each| meaning(&CHARACTERS, word(each))).collect();
    answers.set("passwordPolicyCharacters", characters);
}

/// How addresses and numbers are verified, in the words of either version.
pub fn verified(answers: &mut Answers, pool: &Value) {
    let mut kinds = Vec::new();
    for entry in list(&pool["autoVerifiedAttributes"]) {
        let email = word(&entry["type"]) == "EMAIL";
        kinds.push(if email { "email" } else { "phone_number" });
        let message = if email { "emailVerificationMessage" } else { "smsVerificationMessage" };
        answers.copy(message, &entry["verificationMessage"]);
        answers.copy("emailVerificationSubject", &entry["verificationSubject"]);
    }
    let recovery = &pool["passwordRecovery"];
    match recovery["deliveryMethod"].as_str() {
        Some("EMAIL") => kinds.push("email"),
        Some(_) => kinds.push("phone_number"),
        None => {}
    }
    answers.copy("emailVerificationMessage", &recovery["emailMessage"]);
    answers.copy("emailVerificationSubject", &recovery["emailSubject"]);
    if !recovery["smsMessage"].is_null() {
        answers.copy("smsVerificationMessage", &recovery["smsMessage"]);
    }
    kinds.sort_unstable();
    kinds.dedup();
    if !kinds.is_empty() {
        answers.set("autoVerifiedAttributes", kinds.join(", "));
    }
}

/// What an app can read and write, and for how long it is signed in.
pub fn client(answers: &mut Answers, pool: &Value, required: &[String]) {
    answers.copy("userpoolClientRefreshTokenValidity", &pool["refreshTokenPeriod"]);
    if pool["readAttributes"].is_null() && pool["writeAttributes"].is_null() {
        return;
    }
    answers.set("userpoolClientSetAttributes", true);
    if !pool["readAttributes"].is_null() {
        answers.set("userpoolClientReadAttributes", attributes(&pool["readAttributes"]));
    }
    if !pool["writeAttributes"].is_null() {
        // What is required can be written anyway, and is not among the choices.
        let mut chosen = attributes(&pool["writeAttributes"]);
        chosen.retain(|name| !required.contains(name));
        answers.set("userpoolClientWriteAttributes", chosen);
    }
}

/// The hosted pages, but for their addresses.
pub fn oauth(answers: &mut Answers, pages: &Value) {
    answers.copy("hostedUIDomainName", &pages["domainPrefix"]);
    if let Some(grant) = pages["oAuthGrantType"].as_str() {
        answers.set("AllowedOAuthFlows", grant.to_lowercase());
    }
    if pages["oAuthScopes"].is_array() {
        let scopes: Vec<String> = list(&pages["oAuthScopes"]).iter().map(|scope| word(scope).to_lowercase()).collect();
        answers.set("AllowedOAuthScopes", scopes);
    }
    if pages["socialProviderConfigurations"].is_null() {
        return;
    }
    let mut socials = Vec::new();
    for entry in list(&pages["socialProviderConfigurations"]) {
        let Some(social) = Social::of(meaning(&SOCIAL, word(&entry["provider"]))) else { continue };
        let names = ["clientId", "clientSecret", "teamId", "keyId", "privateKey"];
        for credential in social.credentials() {
            // `client_id` is `clientId` in a payload.
            let plain = credential.detail.replace('_', "");
            let name = names.into_iter().find(|name| name.to_lowercase() == plain).unwrap_or_default();
            answers.copy(&social.key(credential), &entry[name]);
        }
        socials.push(social.name());
    }
    answers.set("authProvidersUserPool", socials);
}

/// The attributes of a list, as the questions name them.
pub fn attributes(names: &Value) -> Vec<String> {
    let name = |value: &Value| match word(value) {
        "ZONE_INFO" => "zoneinfo".to_owned(),
        other => other.to_lowercase(),
    };
    list(names).iter().map(name).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
