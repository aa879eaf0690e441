//! Signing in: with a password, with a proof that one knows it, with answers to an app's own questions, with a token.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    challenge::{self, Step},
    custom, factors, hashed_names, issue,
    sign_up::new_user,
};
use crate::{
    attributes::Attributes,
    call::{Call, find, save},
    directory::{flag, text},
    failure::{Failure, Outcome},
    input::Input,
    password::Password,
    random, srp,
    trigger::Trigger,
    user::{Status, User},
};

pub(super) fn initiate(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_client()?;
    begin(call, false)
}

pub(super) fn admin_initiate(call: &mut Call<'_>) -> Outcome<Value> {
    enter_both(call)?;
    begin(call, true)
}

/// Takes pool and client of an administrator's call, which must belong together.
pub(super) fn enter_both(call: &mut Call<'_>) -> Outcome<()> {
    call.enter_pool()?;
    let pool = call.pool()?;
    call.enter_client()?;
    if call.pool()?.id != pool.id {
        let id = call.input.text("ClientId")?;
        return Err(Failure::not_found(format!("User pool client {id} does not exist.")));
    }
    Ok(())
}

fn begin(call: &Call<'_>, admin: bool) -> Outcome<Value> {
    let flow = match call.input.text("AuthFlow")? {
        "ADMIN_NO_SRP_AUTH" => "ADMIN_USER_PASSWORD_AUTH",
        "REFRESH_TOKEN" => "REFRESH_TOKEN_AUTH",
        other => other,
    };
    let known =
        ["USER_SRP_AUTH", "USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "CUSTOM_AUTH", "REFRESH_TOKEN_AUTH"];
    if !known.contains(&flow) {
        return Err(Failure::invalid_parameter(format!("Unknown auth flow: {flow}")));
    }
    if flow == "ADMIN_USER_PASSWORD_AUTH" && !admin {
        return Err(Failure::invalid_parameter("Initiate Auth method not supported."));
    }
    if !call.client()?.allows(flow) {
        return Err(Failure::invalid_parameter(format!("{flow} flow not enabled for this client")));
    }
    let parameters = call.input.object("AuthParameters")?;
    match flow {
        "REFRESH_TOKEN_AUTH" => issue::refresh(call, &parameters),
        "USER_SRP_AUTH" => with_proof(call, &parameters),
        "CUSTOM_AUTH" => {
            let user = located(call, &parameters)?.ok_or_else(|| missing(call))?;
            before(call, &user)?;
            custom::start(call, &user, &parameters)
        }
        _ => with_password(call, &parameters),
    }
}

/// What somebody hears whom the pool does not know.
fn missing(call: &Call<'_>) -> Failure {
    if call.client.is_some_and(crate::directory::Client::hides_users) {
        Failure::wrong_password()
    } else {
        Failure::no_such_user()
    }
}

/// The user who wants to sign in, after the client has proved itself.
fn located(call: &Call<'_>, parameters: &Input) -> Outcome<Option<User>> {
    let given = parameters.text("USERNAME")?;
    let user = call.find(given)?;
    call.check_secret(parameters.optional("SECRET_HASH")?, &hashed_names(given, user.as_ref()))?;
    Ok(user)
}

/// What comes before the password is looked at.
fn before(call: &Call<'_>, user: &User) -> Outcome<()> {
    if !user.enabled {
        return Err(Failure::not_authorized("User is disabled."));
    }
    let trigger = Trigger::new("PreAuthentication", "PreAuthentication_Authentication", user)
        .passing("validationData", &call.metadata);
    call.fire(trigger, json!({})).map(drop)
}

fn with_password(call: &Call<'_>, parameters: &Input) -> Outcome<Value> {
    let password = parameters.text("PASSWORD")?;
    let user = match located(call, parameters)? {
        Some(user) => user,
        None => migrate(call, parameters.text("USERNAME")?, password)?,
    };
    before(call, &user)?;
    let pool = &call.pool()?.id;
    if !user.password.as_ref().is_some_and(|kept| kept.is(pool, &user.name, password)) {
        return Err(Failure::wrong_password());
    }
    passed(call, &user)
}

/// Asks the function that knows the users of an older system.
fn migrate(call: &Call<'_>, given: &str, password: &str) -> Outcome<User> {
    if !call.has_trigger("UserMigration")? {
        return Err(missing(call));
    }
    let pool = call.pool()?;
    let trigger = Trigger::unknown("UserMigration", "UserMigration_Authentication", given)
        .with(&json!({ "password": password }))
        .passing("validationData", &call.metadata);
    let unset = json!({
        "userAttributes": null, "finalUserStatus": null, "messageAction": null, "desiredDeliveryMediums": null,
        "forceAliasCreation": null,
    });
    let refused = |_| {
        Failure::user_not_found(format!(
            "Exception migrating user in app client {}",
            call.client_id().unwrap_or_default()
        ))
    };
    let Some(response) = call.fire(trigger, unset).map_err(refused)? else { return Err(missing(call)) };
    let Some(attributes) = response.get("userAttributes").and_then(Value::as_object) else {
        return Err(missing(call));
    };
    let own = |name: &str| name == "username" || name == "sub";
    let attributes: Attributes = attributes
        .iter()
        .filter(|(name, _)| !own(name))
        .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
        .collect();
    let status = match text(&response, "finalUserStatus") {
        Some("CONFIRMED") => Status::Confirmed,
        Some("FORCE_CHANGE_PASSWORD") => Status::ForceChangePassword,
        _ => Status::ResetRequired,
    };
    let mut user = new_user(pool, given, attributes, status, call.now)?;
    user.password = Some(Password::new(&pool.id, &user.name, password)?);
    let force = flag(&response, "forceAliasCreation");
    call.work(|items| match find(items, pool, given)? {
        Some(user) => Ok(user),
        None => save(items, pool, None, &user, force).map(|()| user),
    })
}

fn with_proof(call: &Call<'_>, parameters: &Input) -> Outcome<Value> {
    let client = srp::public(parameters.text("SRP_A")?)?;
    let given = parameters.text("USERNAME")?;
    match located(call, parameters)? {
        Some(user) => {
            before(call, &user)?;
            ask_for_proof(call, &user, &client, None)
        }
        None if call.client()?.hides_users() => pretend(call, given),
        None => Err(Failure::no_such_user()),
    }
}

/// Asks for the proof. `rounds` are those of an app's own sign-in.
pub(super) fn ask_for_proof(call: &Call<'_>, user: &User, client: &[u8], rounds: Option<Vec<Value>>) -> Outcome<Value> {
    let Some(password) = &user.password else { return Err(Failure::wrong_password()) };
    let (secret, server) = srp::numbers(&password.verifier())?;
    let block = random::bytes::<64>()?;
    let step =
        Step::Proof { client: hex::encode(client), secret: hex::encode(secret), server: hex::encode(&server), rounds };
    let block = BASE64_STANDARD.encode(block);
    challenge::keep(call, &user.name, step, &block)?;
    Ok(proof_challenge(&user.name, &password.salt, &server, &block))
}

fn proof_challenge(name: &str, salt: &str, server: &[u8], block: &str) -> Value {
    json!({
        "ChallengeName": "PASSWORD_VERIFIER",
        "ChallengeParameters": {
            "SALT": salt,
            "SECRET_BLOCK": block,
            "SRP_B": hex::encode(server),
            "USERNAME": name,
            "USER_ID_FOR_SRP": name,
        },
    })
}

/// Asks somebody for a proof whom the pool does not know, so that nobody learns who is in it.
fn pretend(call: &Call<'_>, given: &str) -> Outcome<Value> {
    let salt = Sha256::digest(format!("{}\n{given}", call.pool()?.arn));
    let (_, server) = srp::numbers(&random::bytes::<32>()?)?;
    let block = BASE64_STANDARD.encode(random::bytes::<64>()?);
    Ok(proof_challenge(given, &hex::encode(&salt[..16]), &server, &block))
}

/// Goes on with somebody whose password was right.
pub(super) fn passed(call: &Call<'_>, user: &User) -> Outcome<Value> {
    match user.status {
        Status::Unconfirmed => Err(Failure::user_not_confirmed("User is not confirmed.")),
        Status::ResetRequired => Err(Failure::password_reset_required("Password reset required for the user")),
        Status::ForceChangePassword => {
            let until = user.password.as_ref().and_then(|password| password.until);
            if until.is_some_and(|until| until <= call.now) {
                return Err(Failure::not_authorized(
                    "Temporary password has expired and must be reset by an administrator.",
                ));
            }
            challenge::ask_for_password(call, user)
        }
        Status::Confirmed => factors::next(call, user, "Authentication"),
    }
}
