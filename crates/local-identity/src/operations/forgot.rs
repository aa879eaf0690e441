//! Passwords that were forgotten.

use serde_json::{Value, json};

use super::{hashed_names, issue, nothing, sign_up};
use crate::{
    call::Call,
    codes::Purpose,
    failure::{Failure, Outcome},
    message, password,
    password::Password,
    user::{Status, User},
};

pub(super) fn begin(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_client()?;
    let given = call.input.text("Username")?.to_owned();
    let found = call.find(&given)?;
    call.check_secret(call.input.optional("SecretHash")?, &hashed_names(&given, found.as_ref()))?;
    let Some(user) = found else {
        if call.client()?.hides_users() {
            // An answer as somebody would get whom the pool knows.
            let details = json!({ "AttributeName": "email", "DeliveryMedium": "EMAIL", "Destination": "u***@a***" });
            return Ok(json!({ "CodeDeliveryDetails": details }));
        }
        return Err(Failure::user_not_found("Username/client id combination not found."));
    };
    if !user.enabled {
        return Err(Failure::not_authorized("User is disabled."));
    }
    if user.status == Status::ForceChangePassword {
        return Err(Failure::not_authorized("User password cannot be reset in the current state."));
    }
    let attribute = send(call, &user)?;
    Ok(json!({ "CodeDeliveryDetails": message::details(&user, attribute) }))
}

/// Sends a code to somebody who is to choose a new password.
pub(super) fn send(call: &Call<'_>, user: &User) -> Outcome<&'static str> {
    let Some(attribute) = call.recovery(user)? else {
        return Err(Failure::invalid_parameter(
            "Cannot reset password for the user as there is no registered/verified email or phone_number",
        ));
    };
    let (user, code) = call.change(&user.name, |user| user.new_code(&Purpose::Password, attribute, call.now))?;
    call.send(&user, attribute, "ForgotPassword", &code)?;
    Ok(attribute)
}

pub(super) fn confirm(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_client()?;
    let pool = call.pool()?;
    let given = call.input.text("Username")?.to_owned();
    let code = call.input.text("ConfirmationCode")?.to_owned();
    let chosen = call.input.text("Password")?.to_owned();
    let found = call.find(&given)?;
    call.check_secret(call.input.optional("SecretHash")?, &hashed_names(&given, found.as_ref()))?;
    password::check(pool, &chosen)?;
    let Some(user) = found else {
        if call.client()?.hides_users() {
            return Err(Failure::expired_code("Invalid code provided, please request a code again."));
        }
        return Err(Failure::user_not_found("Username/client id combination not found."));
    };
    let (_, tried) = call.change(&user.name, |user| Ok(user.try_code(&Purpose::Password, &code, call.now)))?;
    let attribute = tried?.attribute;
    let kept = Password::new(&pool.id, &user.name, &chosen)?;
    let user = call.rename(&user.name, false, |user| {
        user.password = Some(kept);
        user.status = Status::Confirmed;
        user.attributes.insert(format!("{attribute}_verified"), "true".into());
        Ok(())
    })?;
    issue::end_all(call, &user)?;
    sign_up::confirmed_by(call, &user, "ConfirmForgotPassword")?;
    Ok(nothing())
}
