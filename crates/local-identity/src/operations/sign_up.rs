//! Signing up, and confirming it.

use serde_json::{Value, json};

use super::{hashed_names, nothing};
use crate::{
    attributes::{self, Attributes},
    call::{Call, find, save},
    codes::Purpose,
    directory::{Pool, flag},
    failure::{Failure, Outcome},
    message, password,
    password::Password,
    random,
    trigger::Trigger,
    user::{Factors, Status, User},
};

/// A user who is not in the pool yet. Where people sign in with an address, the name given is one.
pub(super) fn new_user(
    pool: &Pool,
    given: &str,
    mut attributes: Attributes,
    status: Status,
    now: u64,
) -> Outcome<User> {
    let sub = random::uuid()?;
    let (mail, phone) = (pool.names_are("email"), pool.names_are("phone_number"));
    let mut name = pool.folded(given);
    if mail || phone {
        let attribute = match () {
            () if mail && attributes::is_email(given) => "email",
            () if phone && attributes::is_phone(given) => "phone_number",
            () if mail && phone => {
                return Err(Failure::invalid_parameter("Username should be either an email or a phone number."));
            }
            () if mail => return Err(Failure::invalid_parameter("Username should be an email.")),
            () => return Err(Failure::invalid_parameter("Username should be a phone number.")),
        };
        attributes.insert(attribute.into(), given.to_owned());
        name.clone_from(&sub);
    } else if name.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(Failure::invalid_parameter(
            "1 validation error detected: Value at 'username' failed to satisfy constraint: Member must satisfy regular \
             expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+",
        ));
    } else if pool.aliases().contains(&"email") && attributes::is_email(given) {
        return Err(Failure::invalid_parameter(
            "Username cannot be of email format, since user pool is configured for email alias.",
        ));
    }
    for address in ["email", "phone_number"] {
        if attributes.contains_key(address) {
            attributes.entry(format!("{address}_verified")).or_insert_with(|| "false".into());
        }
    }
    Ok(User {
        name,
        sub,
        status,
        enabled: true,
        attributes,
        made: now,
        changed: now,
        password: None,
        groups: Default::default(),
        codes: Default::default(),
        factors: Factors::default(),
    })
}

/// What a name that is taken is refused with.
pub(super) fn taken(pool: &Pool, user: &User) -> Failure {
    for (attribute, word) in [("email", "email"), ("phone_number", "phone_number")] {
        if pool.names_are(attribute) && user.attributes.contains_key(attribute) {
            return Failure::user_exists(format!("An account with the given {word} already exists."));
        }
    }
    Failure::user_exists("User already exists")
}

pub(super) fn sign_up(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_client()?;
    let pool = call.pool()?;
    let given = call.input.text("Username")?.to_owned();
    call.check_secret(call.input.optional("SecretHash")?, &[&given])?;
    if call.closed()? {
        return Err(Failure::not_authorized("SignUp is not permitted for this user pool"));
    }
    let password = call.input.text("Password")?.to_owned();
    let attributes = call.input.attributes("UserAttributes")?;
    let validation = call.input.attributes("ValidationData")?;
    attributes::check(pool, call.client, &attributes, true)?;
    password::check(pool, &password)?;
    let mut user = new_user(pool, &given, attributes, Status::Unconfirmed, call.now)?;
    attributes::complete(pool, &user.attributes)?;
    if call.find(&given)?.is_some() {
        return Err(taken(pool, &user));
    }

    let trigger = Trigger::new("PreSignUp", "PreSignUp_SignUp", &user).passing("validationData", &validation);
    let unset = json!({ "autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false });
    if let Some(response) = call.fire(trigger, unset)? {
        for (key, attribute) in [("autoVerifyEmail", "email"), ("autoVerifyPhone", "phone_number")] {
            if flag(&response, key) {
                if !user.attributes.contains_key(attribute) {
                    let message = format!("{attribute} is not there, so that it cannot be verified");
                    return Err(Failure::invalid_lambda_response(message));
                }
                user.attributes.insert(format!("{attribute}_verified"), "true".into());
            }
        }
        if flag(&response, "autoConfirmUser") {
            user.status = Status::Confirmed;
        }
    }
    user.password = Some(Password::new(&pool.id, &user.name, &password)?);
    let confirmed = user.status == Status::Confirmed;
    let reached = if confirmed { None } else { call.reachable(&user)? };
    let code = reached.map(|attribute| user.new_code(&Purpose::SignUp, attribute, call.now)).transpose()?;
    call.work(|items| {
        if find(items, pool, &given)?.is_some() || find(items, pool, &user.name)?.is_some() {
            return Err(taken(pool, &user));
        }
        save(items, pool, None, &user, false)
    })?;

    let mut answer = json!({ "UserConfirmed": confirmed, "UserSub": user.sub });
    if confirmed {
        confirmed_by(call, &user, "ConfirmSignUp")?;
    }
    if let (Some(attribute), Some(code)) = (reached, code) {
        call.send(&user, attribute, "SignUp", &code)?;
        answer["CodeDeliveryDetails"] = message::details(&user, attribute);
    }
    Ok(answer)
}

/// Tells the function that a user has been confirmed.
pub(super) fn confirmed_by(call: &Call<'_>, user: &User, how: &str) -> Outcome<()> {
    let trigger = Trigger::new("PostConfirmation", format!("PostConfirmation_{how}"), user);
    call.fire(trigger, json!({})).map(drop)
}

pub(super) fn confirm(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_client()?;
    let given = call.input.text("Username")?.to_owned();
    let code = call.input.text("ConfirmationCode")?.to_owned();
    let force = call.input.flag("ForceAliasCreation")?;
    let found = call.find(&given)?;
    call.check_secret(call.input.optional("SecretHash")?, &hashed_names(&given, found.as_ref()))?;
    let Some(user) = found else {
        if call.client()?.hides_users() {
            return Err(Failure::expired_code("Invalid code provided, please request a code again."));
        }
        return Err(Failure::user_not_found("Username/client id combination not found."));
    };
    if user.status != Status::Unconfirmed {
        let message = format!("User cannot be confirmed. Current status is {}", user.status.name());
        return Err(Failure::not_authorized(message));
    }
    let (_, tried) = call.change(&user.name, |user| Ok(user.try_code(&Purpose::SignUp, &code, call.now)))?;
    let attribute = tried?.attribute;
    let confirmed = call.rename(&user.name, force, |user| {
        user.status = Status::Confirmed;
        user.attributes.insert(format!("{attribute}_verified"), "true".into());
        Ok(())
    });
    // The code is used up; one who may try again with force needs it back.
    let user = match confirmed {
        Ok(user) => user,
        Err(failure) => {
            call.change(&user.name, |changed| {
                changed.codes.clone_from(&user.codes);
                Ok(())
            })?;
            return Err(failure);
        }
    };
    confirmed_by(call, &user, "ConfirmSignUp")?;
    Ok(nothing())
}

pub(super) fn resend(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_client()?;
    let given = call.input.text("Username")?.to_owned();
    let found = call.find(&given)?;
    call.check_secret(call.input.optional("SecretHash")?, &hashed_names(&given, found.as_ref()))?;
    let user = found.ok_or_else(|| Failure::user_not_found("Username/client id combination not found."))?;
    if user.status != Status::Unconfirmed {
        return Err(Failure::invalid_parameter("User is already confirmed."));
    }
    let Some(attribute) = call.reachable(&user)? else {
        return Err(Failure::invalid_parameter("Auto verification not turned on."));
    };
    let (user, code) = call.change(&user.name, |user| user.new_code(&Purpose::SignUp, attribute, call.now))?;
    call.send(&user, attribute, "ResendCode", &code)?;
    Ok(json!({ "CodeDeliveryDetails": message::details(&user, attribute) }))
}
