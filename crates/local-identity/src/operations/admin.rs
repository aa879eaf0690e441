//! What administrators do with users.

use serde_json::{Value, json};

use super::{account, forgot, issue, nothing, sign_up};
use crate::{
    attributes,
    call::{self, Call, find, save},
    clock::DAY,
    failure::{Failure, Outcome},
    password,
    password::Password,
    random,
    trigger::Trigger,
    user::{Status, User},
};

pub(super) fn create(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_pool()?;
    let pool = call.pool()?;
    let given = call.input.text("Username")?.to_owned();
    let action = call.input.optional("MessageAction")?;
    if let Some(other) = action.filter(|action| !["RESEND", "SUPPRESS"].contains(action)) {
        return Err(Failure::invalid_parameter(format!("MessageAction cannot be {other}")));
    }
    let mediums = call.input.names("DesiredDeliveryMediums")?;
    if let Some(other) = mediums.iter().find(|medium| !["SMS", "EMAIL"].contains(&medium.as_str())) {
        return Err(Failure::invalid_parameter(format!("DesiredDeliveryMediums cannot have {other}")));
    }
    let password = match call.input.optional("TemporaryPassword")? {
        Some(given) => {
            password::check(pool, given)?;
            given.to_owned()
        }
        None => random::password()?,
    };
    let until = call.now + password::days(pool) * DAY;
    let user = if action == Some("RESEND") {
        let user = call.named_user()?;
        if user.status != Status::ForceChangePassword {
            return Err(Failure::unsupported_state("Resend not possible. User status is not FORCE_CHANGE_PASSWORD"));
        }
        let kept = Password { until: Some(until), ..Password::new(&pool.id, &user.name, &password)? };
        let renew = |user: &mut User| {
            user.password = Some(kept);
            Ok(())
        };
        call.change(&user.name, renew)?.0
    } else {
        let attributes = call.input.attributes("UserAttributes")?;
        attributes::check(pool, None, &attributes, true)?;
        let mut user = sign_up::new_user(pool, &given, attributes, Status::ForceChangePassword, call.now)?;
        if call.find(&given)?.is_some() {
            return Err(sign_up::taken(pool, &user));
        }
        let validation = call.input.attributes("ValidationData")?;
        let trigger =
            Trigger::new("PreSignUp", "PreSignUp_AdminCreateUser", &user).passing("validationData", &validation);
        let unset = json!({ "autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false });
        call.fire(trigger, unset)?;
        user.password = Some(Password { until: Some(until), ..Password::new(&pool.id, &user.name, &password)? });
        let force = call.input.flag("ForceAliasCreation")?;
        call.work(|items| {
            if find(items, pool, &given)?.is_some() && !force {
                return Err(sign_up::taken(pool, &user));
            }
            save(items, pool, None, &user, force)
        })?;
        user
    };
    if action != Some("SUPPRESS") {
        // By text message unless something else is wished for, as the service does.
        let mediums = if mediums.is_empty() { vec!["SMS".to_owned()] } else { mediums };
        for medium in mediums {
            let attribute = if medium == "SMS" { "phone_number" } else { "email" };
            if user.attribute(attribute).is_some() {
                call.send(&user, attribute, "AdminCreateUser", &password)?;
            }
        }
    }
    Ok(json!({ "User": user.document("Attributes", |_| true) }))
}

pub(super) fn set_password(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_pool()?;
    let pool = call.pool()?;
    let user = call.named_user()?;
    let given = call.input.text("Password")?;
    let permanent = call.input.flag("Permanent")?;
    password::check(pool, given)?;
    let until = (!permanent).then(|| call.now + password::days(pool) * DAY);
    let kept = Password { until, ..Password::new(&pool.id, &user.name, given)? };
    call.rename(&user.name, false, |user| {
        user.password = Some(kept);
        user.status = if permanent { Status::Confirmed } else { Status::ForceChangePassword };
        Ok(())
    })?;
    Ok(nothing())
}

pub(super) fn get(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_pool()?;
    let user = call.named_user()?;
    let mut answer = user.document("UserAttributes", |_| true);
    account::add_factors(&mut answer, &user);
    Ok(answer)
}

pub(super) fn confirm(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_pool()?;
    let user = call.named_user()?;
    if user.status != Status::Unconfirmed {
        let message = format!("User cannot be confirmed. Current status is {}", user.status.name());
        return Err(Failure::not_authorized(message));
    }
    let user = call.rename(&user.name, false, |user| {
        user.status = Status::Confirmed;
        Ok(())
    })?;
    sign_up::confirmed_by(call, &user, "ConfirmSignUp")?;
    Ok(nothing())
}

pub(super) fn disable(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_pool()?;
    let user = call.named_user()?;
    let (user, ()) = call.change(&user.name, |user| {
        user.enabled = false;
        Ok(())
    })?;
    issue::end_all(call, &user)
}

pub(super) fn enable(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_pool()?;
    let user = call.named_user()?;
    call.change(&user.name, |user| {
        user.enabled = true;
        Ok(())
    })?;
    Ok(nothing())
}

pub(super) fn delete(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_pool()?;
    let (pool, user) = (call.pool()?, call.named_user()?);
    call.work(|items| call::remove(items, pool, &user))?;
    Ok(nothing())
}

pub(super) fn update_attributes(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_pool()?;
    let user = call.named_user()?;
    let new = call.input.attributes("UserAttributes")?;
    let user = account::write(call, &user, &new)?;
    account::send_codes(call, &user, &new, "UpdateUserAttribute")?;
    Ok(nothing())
}

pub(super) fn delete_attributes(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_pool()?;
    let user = call.named_user()?;
    account::remove_attributes(call, &user)
}

pub(super) fn reset_password(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_pool()?;
    let user = call.named_user()?;
    if user.status == Status::ForceChangePassword {
        return Err(Failure::not_authorized("User password cannot be reset in the current state."));
    }
    forgot::send(call, &user)?;
    let (user, ()) = call.change(&user.name, |user| {
        user.status = Status::ResetRequired;
        Ok(())
    })?;
    issue::end_all(call, &user)
}
