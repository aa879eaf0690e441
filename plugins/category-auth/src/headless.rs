//! The payload of `--headless` as answers to the questions: versions 1 and 2 of what later versions of the original take.

use amplify_sdk::{error::ErrorKind, prelude::*};
use serde_json::{Map, Value, json};

use crate::{admin::ask::OTHER, attribute, error::AuthError, social::Social};

/// Turns a payload into answers.
///
/// # Errors
/// A payload that does not follow the schema, or a command that takes none.
pub fn answers(context: &mut Context<'_>, command: &str, payload: &Value) -> Result<JsonMap, PluginError> {
    let _ = context;
    if command != "add" {
        let mut error =
            PluginError::new("auth-headless-command", format!("auth does not take a headless payload for `{command}`"));
        error.kind = ErrorKind::Unsupported;
        return Err(error.hint("give the answers with `--answers FILE` or `--answer key=value`"));
    }
    Ok(add(payload)?)
}

fn add(payload: &Value) -> Result<JsonMap, AuthError> {
    let root = Place::new(payload, "");
    root.only(&["version", "serviceConfiguration"])?;
    let version = match payload["version"].as_u64() {
        Some(version @ (1 | 2)) => version,
        _ => return Err(wrong("version", "1 or 2")),
    };
    let service = root.object("serviceConfiguration")?;
    service.only(&[
        "serviceName",
        "resourceName",
        "includeIdentityPool",
        "identityPoolConfiguration",
        "userPoolConfiguration",
    ])?;
    service.word("serviceName", &[("Cognito", "")])?;
    let mut answers = JsonMap::new();
    let mut set = |key: &str, value: Value| {
        answers.insert(format!("auth.{key}"), value);
    };
    set("useDefault", json!("manual"));
    set("resourceName", json!(service.text("resourceName")?));
    let with_pool = service.flag("includeIdentityPool")?;
    set("authSelections", json!(if with_pool { "identityPoolAndUserPool" } else { "userPoolOnly" }));
    if with_pool {
        identity_pool(&service, &mut set)?;
    }
    let pool = service.object("userPoolConfiguration")?;
    pool.only(&[
        "signinMethod",
        "requiredSignupAttributes",
        "userPoolName",
        "userPoolGroups",
        "adminQueries",
        "mfa",
        "passwordPolicy",
        "refreshTokenPeriod",
        "readAttributes",
        "writeAttributes",
        "oAuth",
        if version == 1 { "passwordRecovery" } else { "autoVerifiedAttributes" },
    ])?;
    users(&pool, &mut set)?;
    if version == 1 {
        recovery(&pool, &mut set)?
    } else {
        verified(&pool, &mut set)?
    }
    client(&pool, &mut set)?;
    oauth(&pool, &mut set)?;
    Ok(answers)
}

fn identity_pool(service: &Place<'_>, set: &mut dyn FnMut(&str, Value)) -> Result<(), AuthError> {
    let Some(pool) = service.optional_object("identityPoolConfiguration")? else {
        set("thirdPartyAuth", json!("no"));
        return Ok(());
    };
    pool.only(&["identityPoolName", "unauthenticatedLogin", "identitySocialFederation"])?;
    if pool.has("identityPoolName") {
        set("identityPoolName", json!(pool.text("identityPoolName")?));
    }
    if pool.has("unauthenticatedLogin") {
        set("allowUnauthenticatedIdentities", yes(pool.flag("unauthenticatedLogin")?));
    }
    let mut providers = Vec::new();
    for entry in pool.list("identitySocialFederation")? {
        entry.only(&["provider", "clientId"])?;
        let known = [
            ("FACEBOOK", "graph.facebook.com facebookAppId"),
            ("GOOGLE", "accounts.google.com googleClientId"),
            ("AMAZON", "www.amazon.com amazonAppId"),
        ];
        let (provider, key) = entry.word("provider", &known)?.split_once(' ').unwrap_or_default();
        providers.push(provider);
        set(key, json!(entry.text("clientId")?));
    }
    set("thirdPartyAuth", yes(!providers.is_empty()));
    if !providers.is_empty() {
        set("authProviders", json!(providers));
    }
    Ok(())
}

fn users(pool: &Place<'_>, set: &mut dyn FnMut(&str, Value)) -> Result<(), AuthError> {
    if pool.has("userPoolName") {
        set("userPoolName", json!(pool.text("userPoolName")?));
    }
    let methods = [
        ("USERNAME", "username"),
        ("EMAIL", "email"),
        ("PHONE_NUMBER", "phone_number"),
        ("EMAIL_AND_PHONE_NUMBER", "email, phone_number"),
    ];
    set("usernameAttributes", json!(pool.word("signinMethod", &methods)?));
    set("requiredAttributes", json!(attributes(pool, "requiredSignupAttributes", false)?));
    let mut groups = Vec::new();
    for group in pool.list("userPoolGroups")? {
        group.only(&["groupName"])?;
        groups.push(json!({ "name": group.text("groupName")? }));
    }
    set("userPoolGroups", yes(!groups.is_empty()));
    if groups.len() > 1 {
        set("groupOrder", groups.iter().map(|group| group["name"].clone()).collect());
    }
    if !groups.is_empty() {
        set("groups", groups.clone().into());
    }
    admin_queries(pool, &groups, set)?;
    match pool.optional_object("mfa")? {
        None => set("mfaConfiguration", json!("OFF")),
        Some(mfa) => {
            mfa.only(&["mode", "mfaTypes", "smsMessage"])?;
            let mode = mfa.word("mode", &[("OFF", "OFF"), ("ON", "ON"), ("OPTIONAL", "OPTIONAL")])?;
            set("mfaConfiguration", json!(mode));
            if mode != "OFF" {
                let types = mfa.words("mfaTypes", &[("SMS", "SMS Text Message"), ("TOTP", "TOTP")])?;
                set("mfaTypes", json!(types));
                if mfa.has("smsMessage") {
                    set("smsAuthenticationMessage", json!(mfa.text("smsMessage")?));
                }
            }
        }
    }
    set("defaultPasswordPolicy", json!(false));
    if let Some(policy) = pool.optional_object("passwordPolicy")? {
        policy.only(&["minimumLength", "additionalConstraints"])?;
        set("defaultPasswordPolicy", json!(true));
        if policy.has("minimumLength") {
            set("passwordPolicyMinLength", json!(policy.number("minimumLength")?.to_string()));
        }
        let words = [
            ("REQUIRE_LOWERCASE", "Requires Lowercase"),
            ("REQUIRE_UPPERCASE", "Requires Uppercase"),
            ("REQUIRE_DIGIT", "Requires Numbers"),
            ("REQUIRE_SYMBOL", "Requires Symbols"),
        ];
        set("passwordPolicyCharacters", json!(policy.words("additionalConstraints", &words)?));
    }
    Ok(())
}

fn admin_queries(pool: &Place<'_>, groups: &[Value], set: &mut dyn FnMut(&str, Value)) -> Result<(), AuthError> {
    let queries = pool.optional_object("adminQueries")?;
    set("adminQueries", yes(queries.is_some()));
    let Some(queries) = queries else { return Ok(()) };
    queries.only(&["permissions"])?;
    let permissions = queries.object("permissions")?;
    permissions.only(&["restrictAccess", "groupName"])?;
    let restricted = permissions.flag("restrictAccess")?;
    set("adminQueriesRestricted", json!(restricted));
    if restricted {
        let group = permissions.text("groupName")?;
        if groups.iter().any(|each| each["name"] == group) {
            set("adminGroup", json!(group));
        } else {
            set("adminGroup", json!(OTHER));
            set("adminGroupName", json!(group));
        }
    }
    Ok(())
}

fn verified(pool: &Place<'_>, set: &mut dyn FnMut(&str, Value)) -> Result<(), AuthError> {
    let entries = pool.list("autoVerifiedAttributes")?;
    let [entry] = entries.as_slice() else {
        return if entries.is_empty() { Ok(()) } else { Err(wrong(&pool.at("autoVerifiedAttributes"), "one entry")) };
    };
    entry.only(&["type", "verificationMessage", "verificationSubject"])?;
    let kind = entry.word("type", &[("EMAIL", "email"), ("PHONE_NUMBER", "phone_number")])?;
    set("autoVerifiedAttributes", json!(kind));
    let message = if kind == "email" { "emailVerificationMessage" } else { "smsVerificationMessage" };
    if entry.has("verificationMessage") {
        set(message, json!(entry.text("verificationMessage")?));
    }
    if kind == "email" && entry.has("verificationSubject") {
        set("emailVerificationSubject", json!(entry.text("verificationSubject")?));
    }
    Ok(())
}

fn recovery(pool: &Place<'_>, set: &mut dyn FnMut(&str, Value)) -> Result<(), AuthError> {
    let Some(recovery) = pool.optional_object("passwordRecovery")? else { return Ok(()) };
    recovery.only(&["deliveryMethod", "emailMessage", "emailSubject", "smsMessage"])?;
    let kind = recovery.word("deliveryMethod", &[("EMAIL", "email"), ("SMS", "phone_number")])?;
    set("autoVerifiedAttributes", json!(kind));
    for (name, key) in [
        ("emailMessage", "emailVerificationMessage"),
        ("emailSubject", "emailVerificationSubject"),
        ("smsMessage", "smsVerificationMessage"),
    ] {
        if recovery.has(name) {
            set(key, json!(recovery.text(name)?));
        }
    }
    Ok(())
}

fn client(pool: &Place<'_>, set: &mut dyn FnMut(&str, Value)) -> Result<(), AuthError> {
    if pool.has("refreshTokenPeriod") {
        set("userpoolClientRefreshTokenValidity", json!(pool.number("refreshTokenPeriod")?.to_string()));
    }
    let own = pool.has("readAttributes") || pool.has("writeAttributes");
    set("userpoolClientSetAttributes", json!(own));
    if own {
        set("userpoolClientReadAttributes", json!(attributes(pool, "readAttributes", true)?));
        let required = attributes(pool, "requiredSignupAttributes", false)?;
        let write = attributes(pool, "writeAttributes", false)?;
        let chosen: Vec<String> = write.into_iter().filter(|name| !required.contains(name)).collect();
        set("userpoolClientWriteAttributes", json!(chosen));
    }
    Ok(())
}

fn oauth(pool: &Place<'_>, set: &mut dyn FnMut(&str, Value)) -> Result<(), AuthError> {
    let Some(oauth) = pool.optional_object("oAuth")? else {
        set("hostedUI", json!("no"));
        return Ok(());
    };
    oauth.only(&[
        "domainPrefix",
        "redirectSigninURIs",
        "redirectSignoutURIs",
        "oAuthGrantType",
        "oAuthScopes",
        "socialProviderConfigurations",
    ])?;
    set("hostedUI", json!("yes"));
    if oauth.has("domainPrefix") {
        set("hostedUIDomainName", json!(oauth.text("domainPrefix")?));
    }
    set("newCallbackURLs", json!(oauth.texts("redirectSigninURIs")?));
    set("newLogoutURLs", json!(oauth.texts("redirectSignoutURIs")?));
    set("AllowedOAuthFlows", json!(oauth.word("oAuthGrantType", &[("CODE", "code"), ("IMPLICIT", "implicit")])?));
    let scopes = [
        ("PHONE", "phone"),
        ("EMAIL", "email"),
        ("OPENID", "openid"),
        ("PROFILE", "profile"),
        ("AWS.COGNITO.SIGNIN.USER.ADMIN", "aws.cognito.signin.user.admin"),
    ];
    set("AllowedOAuthScopes", json!(oauth.words("oAuthScopes", &scopes)?));
    let mut socials = Vec::new();
    for entry in oauth.list("socialProviderConfigurations")? {
        entry.only(&["provider", "clientId", "clientSecret"])?;
        let known = [("FACEBOOK", "Facebook"), ("GOOGLE", "Google"), ("LOGIN_WITH_AMAZON", "LoginWithAmazon")];
        let Some(social) = Social::of(entry.word("provider", &known)?) else { continue };
        set(&social.id_key(), json!(entry.text("clientId")?));
        set(&social.secret_key(), json!(entry.text("clientSecret")?));
        socials.push(social.name());
    }
    set("authProvidersUserPool", json!(socials));
    Ok(())
}

fn attributes(pool: &Place<'_>, name: &str, reading: bool) -> Result<Vec<String>, AuthError> {
    let wanted = "a list of attributes such as EMAIL and FAMILY_NAME";
    let mut found = Vec::new();
    for text in pool.texts(name)? {
        let value = match text.as_str() {
            "ZONE_INFO" => "zoneinfo".into(),
            other => other.to_lowercase(),
        };
        if text.chars().any(|c| c.is_ascii_lowercase()) || !attribute::exists(&value, reading) {
            return Err(wrong(&pool.at(name), wanted));
        }
        found.push(value);
    }
    Ok(found)
}

fn yes(flag: bool) -> Value {
    json!(if flag { "yes" } else { "no" })
}

fn wrong(path: &str, wanted: &str) -> AuthError {
    AuthError::Headless { path: path.into(), wanted: wanted.into() }
}

/// An object of the payload, and where it is.
struct Place<'p> {
    map: Option<&'p Map<String, Value>>,
    path: String,
}

impl<'p> Place<'p> {
    fn new(value: &'p Value, path: &str) -> Self {
        Self { map: value.as_object(), path: path.into() }
    }

    fn at(&self, key: &str) -> String {
        if self.path.is_empty() { key.into() } else { format!("{}.{key}", self.path) }
    }

    fn get(&self, key: &str) -> Option<&'p Value> {
        self.map.and_then(|map| map.get(key))
    }

    fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Refuses keys that are not among these: a mistyped one would be silently ignored.
    fn only(&self, known: &[&str]) -> Result<(), AuthError> {
        let Some(map) = self.map else {
            return Err(wrong(if self.path.is_empty() { "the payload" } else { &self.path }, "an object"));
        };
        match map.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => Err(wrong(&self.at(key), &format!("absent: what is known here is {}", known.join(", ")))),
            None => Ok(()),
        }
    }

    fn object(&self, key: &str) -> Result<Place<'p>, AuthError> {
        self.optional_object(key)?.ok_or_else(|| wrong(&self.at(key), "an object"))
    }

    fn optional_object(&self, key: &str) -> Result<Option<Place<'p>>, AuthError> {
        match self.get(key) {
            None => Ok(None),
            Some(value @ Value::Object(_)) => Ok(Some(Place::new(value, &self.at(key)))),
            Some(_) => Err(wrong(&self.at(key), "an object")),
        }
    }

    fn list(&self, key: &str) -> Result<Vec<Place<'p>>, AuthError> {
        match self.get(key) {
            None => Ok(Vec::new()),
            Some(Value::Array(list)) => Ok(list
                .iter()
                .enumerate()
                .map(|(i, each)| Place::new(each, &format!("{}[{i}]", self.at(key))))
                .collect()),
            Some(_) => Err(wrong(&self.at(key), "a list")),
        }
    }

    fn text(&self, key: &str) -> Result<&'p str, AuthError> {
        self.get(key).and_then(Value::as_str).ok_or_else(|| wrong(&self.at(key), "text"))
    }

    fn texts(&self, key: &str) -> Result<Vec<String>, AuthError> {
        let wanted = || wrong(&self.at(key), "a list of texts");
        match self.get(key) {
            None => Ok(Vec::new()),
            Some(Value::Array(list)) => {
                list.iter().map(|each| each.as_str().map(Into::into).ok_or_else(wanted)).collect()
            }
            Some(_) => Err(wanted()),
        }
    }

    fn flag(&self, key: &str) -> Result<bool, AuthError> {
        self.get(key).and_then(Value::as_bool).ok_or_else(|| wrong(&self.at(key), "true or false"))
    }

    fn number(&self, key: &str) -> Result<u64, AuthError> {
        self.get(key).and_then(Value::as_u64).ok_or_else(|| wrong(&self.at(key), "a number"))
    }

    fn word<'w>(&self, key: &str, known: &[(&str, &'w str)]) -> Result<&'w str, AuthError> {
        let given = self.get(key).and_then(Value::as_str);
        known.iter().find(|(word, _)| given == Some(word)).map(|(_, meaning)| *meaning).ok_or_else(|| {
            let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
            wrong(&self.at(key), &words.join(", "))
        })
    }

    fn words<'w>(&self, key: &str, known: &[(&str, &'w str)]) -> Result<Vec<&'w str>, AuthError> {
        let meaning = |text: &String| known.iter().find(|(word, _)| word == text).map(|(_, meaning)| *meaning);
        let found: Option<Vec<&str>> = self.texts(key)?.iter().map(meaning).collect();
        found.ok_or_else(|| {
            let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
            wrong(&self.at(key), &format!("a list of {}", words.join(", ")))
        })
    }
}
