//! What users do with their own account.

use serde_json::{Value, json};

use super::nothing;
use crate::{
    attributes::{self, Attributes},
    call::{self, Call},
    codes::Purpose,
    failure::{Failure, Outcome},
    message, password,
    password::Password,
    user::{Status, User},
};

pub(super) fn get(call: &mut Call<'_>) -> Outcome<Value> {
    let user = call.enter_token()?;
    let client = call.client;
    let readable = |name: &str| client.is_none_or(|client| client.may("ReadAttributes", name));
    let mut answer = json!({ "Username": user.name, "UserAttributes": user.listed(readable) });
    add_factors(&mut answer, &user);
    Ok(answer)
}

/// Adds a user's second factors to an answer.
pub(super) fn add_factors(answer: &mut Value, user: &User) {
    let names = user.factor_names();
    if !names.is_empty() {
        answer["UserMFASettingList"] = json!(names);
    }
    if let Some(preferred) = &user.factors.preferred {
        answer["PreferredMfaSetting"] = json!(preferred);
    }
}

pub(super) fn change_password(call: &mut Call<'_>) -> Outcome<Value> {
    let user = call.enter_token()?;
    let pool = call.pool()?;
    let before = call.input.text("PreviousPassword")?;
    let after = call.input.text("ProposedPassword")?;
    if !user.password.as_ref().is_some_and(|kept| kept.is(&pool.id, &user.name, before)) {
        return Err(Failure::wrong_password());
    }
    password::check(pool, after)?;
    let kept = Password::new(&pool.id, &user.name, after)?;
    call.change(&user.name, |user| {
        user.password = Some(kept);
        Ok(())
    })?;
    Ok(nothing())
}

/// Writes attributes; addresses that are new are unverified until their code is given.
pub(super) fn write(call: &Call<'_>, user: &User, new: &Attributes) -> Outcome<User> {
    let pool = call.pool()?;
    attributes::check(pool, call.client, new, false)?;
    let mut all = user.attributes.clone();
    all.extend(new.clone());
    attributes::complete(pool, &all)?;
    call.rename(&user.name, false, |user| {
        for address in ["email", "phone_number"] {
            let verified = format!("{address}_verified");
            if new.get(address).is_some_and(|value| user.attribute(address) != Some(value)) {
                user.attributes.insert(verified, "false".into());
            }
        }
        user.attributes.extend(new.clone());
        Ok(())
    })
}

/// Sends a code to each address that has just been written and is to be verified.
pub(super) fn send_codes(call: &Call<'_>, user: &User, new: &Attributes, reason: &'static str) -> Outcome<Vec<Value>> {
    let mut details = Vec::new();
    for address in call.pool()?.list("AutoVerifiedAttributes") {
        if new.contains_key(address) && user.status != Status::Unconfirmed && !user.verified(address) {
            let purpose = Purpose::Attribute(address.to_owned());
            let (user, code) = call.change(&user.name, |user| user.new_code(&purpose, address, call.now))?;
            call.send(&user, address, reason, &code)?;
            details.push(message::details(&user, address));
        }
    }
    Ok(details)
}

pub(super) fn update_attributes(call: &mut Call<'_>) -> Outcome<Value> {
    let user = call.enter_token()?;
    let new = call.input.attributes("UserAttributes")?;
    if new.is_empty() {
        return Err(Failure::invalid_parameter("UserAttributes must name at least one attribute"));
    }
    let user = write(call, &user, &new)?;
    let details = send_codes(call, &user, &new, "UpdateUserAttribute")?;
    Ok(json!({ "CodeDeliveryDetailsList": details }))
}

pub(super) fn delete_attributes(call: &mut Call<'_>) -> Outcome<Value> {
    let user = call.enter_token()?;
    remove_attributes(call, &user)
}

/// Deletes the attributes of the field `UserAttributeNames`.
pub(super) fn remove_attributes(call: &Call<'_>, user: &User) -> Outcome<Value> {
    let pool = call.pool()?;
    let names = call.input.names("UserAttributeNames")?;
    let gone: Attributes = names.iter().map(|name| (name.clone(), String::new())).collect();
    if let Some(client) = call.client
        && names.iter().any(|name| !client.may("WriteAttributes", name))
    {
        return Err(Failure::not_authorized("A client attempted to write unauthorized attribute"));
    }
    if names.iter().any(|name| name == "sub" || name.ends_with("_verified")) {
        return Err(Failure::invalid_parameter("Cannot modify the non-mutable attribute"));
    }
    let mut left = user.attributes.clone();
    left.retain(|name, _| !gone.contains_key(name));
    attributes::complete(pool, &left)?;
    call.rename(&user.name, false, |user| {
        for name in &names {
            user.attributes.remove(name);
            user.attributes.remove(&format!("{name}_verified"));
        }
        Ok(())
    })?;
    Ok(nothing())
}

fn address(name: &str) -> Outcome<&str> {
    match name {
        "email" | "phone_number" => Ok(name),
        _ => Err(Failure::invalid_parameter(format!("{name} is no attribute that can be verified"))),
    }
}

pub(super) fn send_code(call: &mut Call<'_>) -> Outcome<Value> {
    let user = call.enter_token()?;
    let name = address(call.input.text("AttributeName")?)?;
    if user.attribute(name).is_none_or(str::is_empty) {
        return Err(Failure::invalid_parameter(format!("User does not have the attribute {name}")));
    }
    let purpose = Purpose::Attribute(name.to_owned());
    let (user, code) = call.change(&user.name, |user| user.new_code(&purpose, name, call.now))?;
    call.send(&user, name, "VerifyUserAttribute", &code)?;
    Ok(json!({ "CodeDeliveryDetails": message::details(&user, name) }))
}

pub(super) fn verify(call: &mut Call<'_>) -> Outcome<Value> {
    let user = call.enter_token()?;
    let name = address(call.input.text("AttributeName")?)?;
    let code = call.input.text("Code")?;
    let purpose = Purpose::Attribute(name.to_owned());
    let (_, tried) = call.change(&user.name, |user| Ok(user.try_code(&purpose, code, call.now)))?;
    tried?;
    call.rename(&user.name, false, |user| {
        user.attributes.insert(format!("{name}_verified"), "true".into());
        Ok(())
    })?;
    Ok(nothing())
}

pub(super) fn delete(call: &mut Call<'_>) -> Outcome<Value> {
    let user = call.enter_token()?;
    let pool = call.pool()?;
    call.work(|items| call::remove(items, pool, &user))?;
    Ok(nothing())
}
