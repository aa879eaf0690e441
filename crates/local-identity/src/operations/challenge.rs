//! Challenges: what was asked, kept until it is answered.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{custom, factors, hashed_names, issue, sign_in};
use crate::{
    attributes,
    call::Call,
    clock::MINUTE,
    failure::{Failure, Outcome},
    input::Input,
    password,
    password::Password,
    random,
    srp::Exchange,
    store::Kind,
    user::{Status, User},
};

/// How long there is to answer.
const LIFE: u64 = 3 * MINUTE;

/// A challenge that waits.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Challenge {
    client: String,
    user: String,
    until: u64,
    pub(super) step: Step,
}

/// What was asked.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "camelCase")]
pub(super) enum Step {
    /// The proof of a password. With `rounds` it belongs to an app's own sign-in.
    Proof { client: String, secret: String, server: String, rounds: Option<Vec<Value>> },
    /// A new password instead of a temporary one.
    Password,
    /// A code that was sent by text message.
    Sms { code: String, wrong: u32, source: String },
    /// A code of an authenticator app.
    App { wrong: u32, source: String },
    /// Which of several second factors.
    Select { source: String },
    /// To set up a second factor; `done` once the app has shown a right code.
    SetUp { done: bool, source: String },
    /// An app's own question.
    Custom { rounds: Vec<Value>, private: Value, metadata: Value },
}

impl Step {
    fn name(&self) -> &'static str {
        match self {
            Step::Proof { .. } => "PASSWORD_VERIFIER",
            Step::Password => "NEW_PASSWORD_REQUIRED",
            Step::Sms { .. } => "SMS_MFA",
            Step::App { .. } => "SOFTWARE_TOKEN_MFA",
            Step::Select { .. } => "SELECT_MFA_TYPE",
            Step::SetUp { .. } => "MFA_SETUP",
            Step::Custom { .. } => "CUSTOM_CHALLENGE",
        }
    }
}

fn key(session: &str) -> String {
    hex::encode(Sha256::digest(session))
}

/// Keeps a challenge under a text that the client gives back with its answer.
pub(super) fn keep(call: &Call<'_>, user: &str, step: Step, session: &str) -> Outcome<()> {
    let client = call.client()?.id.clone();
    let challenge = Challenge { client, user: user.to_owned(), until: call.now + LIFE, step };
    call.work(|items| {
        for (old, waiting) in items.list::<Challenge>(Kind::Challenge, "", "")? {
            if waiting.until <= call.now {
                items.delete(Kind::Challenge, &old)?;
            }
        }
        items.put(Kind::Challenge, &key(session), &challenge)
    })
}

/// Asks something, under a session of its own.
pub(super) fn ask(call: &Call<'_>, user: &User, step: Step, parameters: Value) -> Outcome<Value> {
    let session = random::secret()?;
    let name = step.name();
    keep(call, &user.name, step, &session)?;
    Ok(json!({ "ChallengeName": name, "ChallengeParameters": parameters, "Session": session }))
}

pub(super) fn ask_for_password(call: &Call<'_>, user: &User) -> Outcome<Value> {
    let missing: Vec<String> = attributes::required(call.pool()?)
        .into_iter()
        .filter(|name| user.attribute(name).is_none())
        .map(|name| format!("userAttributes.{name}"))
        .collect();
    let parameters = json!({
        "USER_ID_FOR_SRP": user.name,
        "requiredAttributes": json!(missing).to_string(),
        "userAttributes": json!(user.attributes).to_string(),
    });
    ask(call, user, Step::Password, parameters)
}

/// The challenge of a session, and its user.
pub(super) fn waiting(call: &Call<'_>, session: &str) -> Outcome<(Challenge, User)> {
    let (challenge, user) = call.work(|items| {
        let challenge: Option<Challenge> = items.get(Kind::Challenge, &key(session))?;
        let user = challenge.as_ref().map(|challenge| items.get::<User>(Kind::User, &challenge.user));
        Ok((challenge, user.transpose()?.flatten()))
    })?;
    match (challenge, user) {
        (Some(challenge), Some(user)) => {
            if challenge.until <= call.now {
                return Err(Failure::not_authorized("Invalid session for the user, session is expired."));
            }
            if call.client.is_some_and(|client| client.id != challenge.client) || !user.enabled {
                return Err(Failure::not_authorized("Invalid session for the user."));
            }
            Ok((challenge, user))
        }
        _ => Err(Failure::not_authorized("Invalid session for the user.")),
    }
}

/// Takes a challenge away, so that it is answered once.
pub(super) fn forget(call: &Call<'_>, session: &str) -> Outcome<()> {
    call.work(|items| match items.get::<Challenge>(Kind::Challenge, &key(session))? {
        Some(_) => items.delete(Kind::Challenge, &key(session)),
        None => Err(Failure::not_authorized("Invalid session for the user.")),
    })
}

/// Replaces what a session waits for.
pub(super) fn replace(call: &Call<'_>, session: &str, step: Step) -> Outcome<()> {
    call.work(|items| match items.get::<Challenge>(Kind::Challenge, &key(session))? {
        Some(challenge) => items.put(Kind::Challenge, &key(session), &Challenge { step, ..challenge }),
        None => Err(Failure::not_authorized("Invalid session for the user.")),
    })
}

pub(super) fn respond(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_client()?;
    answer(call)
}

pub(super) fn admin_respond(call: &mut Call<'_>) -> Outcome<Value> {
    sign_in::enter_both(call)?;
    answer(call)
}

fn answer(call: &Call<'_>) -> Outcome<Value> {
    let name = call.input.text("ChallengeName")?;
    let responses = call.input.object("ChallengeResponses")?;
    let session = if name == "PASSWORD_VERIFIER" {
        responses.text("PASSWORD_CLAIM_SECRET_BLOCK")?
    } else {
        call.input.text("Session")?
    };
    let found = waiting(call, session);
    let given = responses.text("USERNAME")?;
    let user = found.as_ref().ok().map(|(_, user)| user);
    call.check_secret(responses.optional("SECRET_HASH")?, &hashed_names(given, user))?;
    let (challenge, user) = match found {
        // Nobody waits for the proof of somebody whom the pool does not know.
        Err(_) if name == "PASSWORD_VERIFIER" => return Err(Failure::wrong_password()),
        found => found?,
    };
    if challenge.step.name() != name {
        return Err(Failure::not_authorized("Invalid session for the user."));
    }
    match challenge.step {
        Step::Proof { client, secret, server, rounds } => {
            forget(call, session)?;
            let proof = Proof { client, secret, server, block: session };
            proven(call, &user, &proof, &responses, rounds)
        }
        Step::Password => new_password(call, session, &user, &responses),
        Step::Sms { code, wrong, source } => {
            let given = responses.text("SMS_MFA_CODE")?;
            if given != code {
                return factors::missed(call, session, wrong, |wrong| Step::Sms { code, wrong, source });
            }
            forget(call, session)?;
            issue::complete(call, &user, &source)
        }
        Step::App { wrong, source } => {
            let given = responses.text("SOFTWARE_TOKEN_MFA_CODE")?;
            if !factors::matches(call, &user, given)? {
                return factors::missed(call, session, wrong, |wrong| Step::App { wrong, source });
            }
            forget(call, session)?;
            issue::complete(call, &user, &source)
        }
        Step::Select { source } => {
            forget(call, session)?;
            factors::chosen(call, &user, responses.text("ANSWER")?, &source)
        }
        Step::SetUp { done, source } => {
            if !done {
                return Err(Failure::invalid_parameter("The software token was not verified in this session."));
            }
            forget(call, session)?;
            issue::complete(call, &user, &source)
        }
        Step::Custom { rounds, private, metadata } => {
            forget(call, session)?;
            custom::answered(call, &user, responses.text("ANSWER")?, rounds, &private, metadata)
        }
    }
}

struct Proof<'p> {
    client: String,
    secret: String,
    server: String,
    block: &'p str,
}

fn proven(
    call: &Call<'_>,
    user: &User,
    proof: &Proof<'_>,
    responses: &Input,
    rounds: Option<Vec<Value>>,
) -> Outcome<Value> {
    let bytes = |text: &str| hex::decode(text).unwrap_or_default();
    let decoded = |text: &str| BASE64_STANDARD.decode(text).unwrap_or_default();
    let Some(password) = &user.password else { return Err(Failure::wrong_password()) };
    let exchange = Exchange {
        pool: &call.pool()?.id,
        user: &user.name,
        verifier: &password.verifier(),
        client: &bytes(&proof.client),
        secret: &bytes(&proof.secret),
        server: &bytes(&proof.server),
    };
    let signature = decoded(responses.text("PASSWORD_CLAIM_SIGNATURE")?);
    let timestamp = responses.text("TIMESTAMP")?;
    if !exchange.proves(&decoded(proof.block), timestamp, &signature) {
        return Err(Failure::wrong_password());
    }
    match rounds {
        Some(mut rounds) => {
            rounds.push(custom::round("PASSWORD_VERIFIER", true, Value::Null));
            custom::decide(call, user, rounds, None)
        }
        None => sign_in::passed(call, user),
    }
}

fn new_password(call: &Call<'_>, session: &str, user: &User, responses: &Input) -> Outcome<Value> {
    let pool = call.pool()?;
    let given = responses.text("NEW_PASSWORD")?;
    password::check(pool, given)?;
    let mut own = call.input.texts("ChallengeResponses")?;
    own.retain(|name, _| name.starts_with("userAttributes."));
    let own: attributes::Attributes =
        own.into_iter().map(|(name, value)| (name["userAttributes.".len()..].to_owned(), value)).collect();
    attributes::check(pool, call.client, &own, false)?;
    let mut all = user.attributes.clone();
    all.extend(own.clone());
    attributes::complete(pool, &all)?;
    let kept = Password::new(&pool.id, &user.name, given)?;
    forget(call, session)?;
    let user = call.rename(&user.name, false, |user| {
        for (name, value) in own {
            if ["email", "phone_number"].contains(&name.as_str()) && user.attribute(&name) != Some(&value) {
                user.attributes.insert(format!("{name}_verified"), "false".into());
            }
            user.attributes.insert(name, value);
        }
        user.password = Some(kept);
        user.status = Status::Confirmed;
        Ok(())
    })?;
    factors::next(call, &user, "NewPasswordChallenge")
}
