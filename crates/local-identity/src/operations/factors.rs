//! Second factors: text messages and authenticator apps.

use serde_json::{Value, json};

use super::{
    challenge::{self, Step},
    issue, nothing,
};
use crate::{
    call::Call,
    directory::Pool,
    failure::{Failure, Outcome},
    message, random, totp,
    user::{Factors, User},
};

/// How often a wrong code is taken within a sign-in.
const GUESSES: u32 = 3;

/// Asks for the second factor, if there is one to ask for.
pub(super) fn next(call: &Call<'_>, user: &User, source: &str) -> Outcome<Value> {
    let pool = call.pool()?;
    let mut names = user.factor_names();
    names.retain(|name| pool.takes_mfa(name));
    if names.is_empty() && pool.mfa() == "ON" && pool.takes_mfa("SMS_MFA") && user.attribute("phone_number").is_some() {
        names.push("SMS_MFA");
    }
    let preferred = user.factors.preferred.as_deref().filter(|name| names.contains(name));
    match (&names[..], preferred) {
        ([], _) if pool.mfa() == "ON" => {
            let kinds: Vec<&str> =
                ["SMS_MFA", "SOFTWARE_TOKEN_MFA"].into_iter().filter(|kind| pool.takes_mfa(kind)).collect();
            let parameters = json!({ "MFAS_CAN_SETUP": json!(kinds).to_string() });
            challenge::ask(call, user, Step::SetUp { done: false, source: source.into() }, parameters)
        }
        ([], _) => issue::complete(call, user, source),
        ([only], _) => chosen(call, user, only, source),
        (_, Some(preferred)) => chosen(call, user, preferred, source),
        (all, None) => {
            let parameters = json!({ "MFAS_CAN_CHOOSE": json!(all).to_string() });
            challenge::ask(call, user, Step::Select { source: source.into() }, parameters)
        }
    }
}

/// Asks for a second factor.
pub(super) fn chosen(call: &Call<'_>, user: &User, name: &str, source: &str) -> Outcome<Value> {
    let source = source.to_owned();
    match name {
        "SOFTWARE_TOKEN_MFA" if user.factors.app => {
            let parameters = json!({ "USER_ID_FOR_SRP": user.name, "FRIENDLY_DEVICE_NAME": "" });
            challenge::ask(call, user, Step::App { wrong: 0, source }, parameters)
        }
        "SMS_MFA" if user.attribute("phone_number").is_some() => {
            let code = random::code()?;
            call.send(user, "phone_number", "Authentication", &code)?;
            let details = message::details(user, "phone_number");
            let parameters = json!({
                "CODE_DELIVERY_DELIVERY_MEDIUM": "SMS",
                "CODE_DELIVERY_DESTINATION": details["Destination"],
                "USER_ID_FOR_SRP": user.name,
            });
            challenge::ask(call, user, Step::Sms { code, wrong: 0, source }, parameters)
        }
        _ => Err(Failure::mfa_method_not_found(format!("`{name}` is no second factor of this user"))),
    }
}

/// A wrong code: the session goes on, for a while.
pub(super) fn missed(call: &Call<'_>, session: &str, wrong: u32, step: impl FnOnce(u32) -> Step) -> Outcome<Value> {
    if wrong + 1 >= GUESSES {
        challenge::forget(call, session)?;
        return Err(Failure::not_authorized("Invalid code received for user"));
    }
    challenge::replace(call, session, step(wrong + 1))?;
    Err(Failure::code_mismatch("Invalid code received for user"))
}

/// Whether a code is the app's; it counts once.
pub(super) fn matches(call: &Call<'_>, user: &User, code: &str) -> Outcome<bool> {
    let now = call.now;
    let (_, matched) = call.change(&user.name, |user| {
        let Factors { secret, used, .. } = &mut user.factors;
        let step = secret.as_ref().and_then(|secret| totp::matching(secret, code, now, *used));
        *used = step.unwrap_or(*used);
        Ok(step.is_some())
    })?;
    Ok(matched)
}

/// The user of an access token, or of a session in which a second factor is to be set up.
fn owner(call: &mut Call<'_>) -> Outcome<(User, Option<(String, String)>)> {
    if call.input.has("AccessToken") {
        return Ok((call.enter_token()?, None));
    }
    let session = call.input.text("Session")?.to_owned();
    for pool in call.directory.pools.values() {
        call.pool = Some(pool);
        if let Ok((challenge, user)) = challenge::waiting(call, &session) {
            return match challenge.step {
                Step::SetUp { source, .. } => Ok((user, Some((session, source)))),
                _ => Err(Failure::not_authorized("Invalid session for the user.")),
            };
        }
    }
    Err(Failure::not_authorized("Invalid session for the user."))
}

fn takes_apps(pool: &Pool) -> Outcome<()> {
    if pool.takes_mfa("SOFTWARE_TOKEN_MFA") {
        return Ok(());
    }
    Err(Failure {
        name: "SoftwareTokenMFANotFoundException",
        message: "Software Token MFA has not been enabled by the userPool".into(),
    })
}

pub(super) fn associate(call: &mut Call<'_>) -> Outcome<Value> {
    let (user, session) = owner(call)?;
    takes_apps(call.pool()?)?;
    let secret = totp::encode(&random::bytes::<32>()?);
    call.change(&user.name, |user| {
        user.factors.new_secret = Some(secret.clone());
        Ok(())
    })?;
    let mut answer = json!({ "SecretCode": secret });
    if let Some((session, _)) = session {
        answer["Session"] = session.into();
    }
    Ok(answer)
}

pub(super) fn verify(call: &mut Call<'_>) -> Outcome<Value> {
    let (user, session) = owner(call)?;
    takes_apps(call.pool()?)?;
    let code = call.input.text("UserCode")?.to_owned();
    let now = call.now;
    call.change(&user.name, |user| {
        let factors = &mut user.factors;
        let Some(secret) = factors.new_secret.clone() else {
            return Err(Failure::invalid_parameter("No software token was associated."));
        };
        let Some(step) = totp::matching(&secret, &code, now, 0) else {
            return Err(Failure::enable_mfa("Code mismatch"));
        };
        *factors = Factors { secret: Some(secret), new_secret: None, used: step, ..factors.clone() };
        // Whoever sets the factor up to sign in has it from then on; others say so.
        factors.app |= session.is_some();
        Ok(())
    })?;
    let mut answer = json!({ "Status": "SUCCESS" });
    if let Some((session, source)) = session {
        challenge::replace(call, &session, Step::SetUp { done: true, source })?;
        answer["Session"] = session.into();
    }
    Ok(answer)
}

pub(super) fn prefer(call: &mut Call<'_>) -> Outcome<Value> {
    let user = call.enter_token()?;
    set(call, &user)
}

pub(super) fn admin_prefer(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_pool()?;
    let user = call.named_user()?;
    set(call, &user)
}

fn set(call: &Call<'_>, user: &User) -> Outcome<Value> {
    let pool = call.pool()?;
    let settings = [("SMSMfaSettings", "SMS_MFA"), ("SoftwareTokenMfaSettings", "SOFTWARE_TOKEN_MFA")];
    let mut wanted = Vec::new();
    for (field, name) in settings {
        if !call.input.has(field) {
            continue;
        }
        let given = call.input.object(field)?;
        let (on, first) = (given.flag("Enabled")?, given.flag("PreferredMfa")?);
        if on && !pool.takes_mfa(name) {
            return Err(Failure::invalid_parameter(format!("{name} is not enabled for the user pool")));
        }
        if on && name == "SMS_MFA" && user.attribute("phone_number").is_none() {
            return Err(Failure::invalid_parameter(
                "User does not have delivery config set to turn on SOFTWARE_TOKEN_MFA"
                    .replace("SOFTWARE_TOKEN_MFA", name),
            ));
        }
        if on && name == "SOFTWARE_TOKEN_MFA" && user.factors.secret.is_none() {
            return Err(Failure::invalid_parameter("User has not verified software token mfa"));
        }
        if first && !on {
            return Err(Failure::invalid_parameter("Preferred MFA must be enabled"));
        }
        wanted.push((name, on, first));
    }
    if wanted.iter().filter(|(_, _, first)| *first).count() > 1 {
        return Err(Failure::invalid_parameter("Cannot set multiple MFAs as preferred"));
    }
    call.change(&user.name, |user| {
        let factors = &mut user.factors;
        for (name, on, first) in wanted {
            *(if name == "SMS_MFA" { &mut factors.sms } else { &mut factors.app }) = on;
            if first {
                factors.preferred = Some(name.to_owned());
            } else if factors.preferred.as_deref() == Some(name) {
                factors.preferred = None;
            }
        }
        Ok(())
    })?;
    Ok(nothing())
}

/// The second factors of a pool, as they are described.
pub(super) fn described(pool: &Pool) -> Value {
    let mut described = json!({ "MfaConfiguration": pool.mfa() });
    if pool.takes_mfa("SMS_MFA") {
        described["SmsMfaConfiguration"] = json!({
            "SmsAuthenticationMessage": pool.properties.get("SmsAuthenticationMessage"),
            "SmsConfiguration": pool.properties.get("SmsConfiguration"),
        });
    }
    if pool.takes_mfa("SOFTWARE_TOKEN_MFA") {
        described["SoftwareTokenMfaConfiguration"] = json!({ "Enabled": true });
    }
    described
}
