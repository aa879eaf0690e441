//! Groups: those of the template, and those made by calls.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{listing::paged, nothing};
use crate::{
    call::Call,
    directory::{Pool, number, text},
    failure::{Failure, Outcome},
    store::{Items, Kind},
    user::User,
};

/// What a user is by its groups.
#[derive(Default)]
pub(super) struct Membership {
    pub(super) names: Vec<String>,
    pub(super) roles: Vec<String>,
    pub(super) preferred: Option<String>,
}

/// All groups, by name, as properties of a template.
fn all(items: &Items<'_>, pool: &Pool) -> Outcome<BTreeMap<String, Value>> {
    let mut groups: BTreeMap<String, Value> = items.list(Kind::Group, "", "")?.into_iter().collect();
    groups.extend(pool.groups.clone());
    Ok(groups)
}

/// A group as the API tells it.
fn document(pool: &Pool, name: &str, group: &Value) -> Value {
    let mut document = json!({ "GroupName": name, "UserPoolId": pool.id });
    for key in ["Description", "RoleArn"] {
        if let Some(text) = text(group, key) {
            document[key] = text.into();
        }
    }
    if let Some(precedence) = number(group, "Precedence") {
        document["Precedence"] = precedence.into();
    }
    for key in ["CreationDate", "LastModifiedDate"] {
        document[key] = number(group, key).unwrap_or_default().into();
    }
    document
}

/// The groups of a user, the most important first.
fn of(items: &Items<'_>, pool: &Pool, user: &User) -> Outcome<Vec<(String, Value)>> {
    let mut groups: Vec<(String, Value)> =
        all(items, pool)?.into_iter().filter(|(name, _)| user.groups.contains(name)).collect();
    groups.sort_by_key(|(_, group)| number(group, "Precedence").unwrap_or(u64::MAX));
    Ok(groups)
}

pub(super) fn membership(call: &Call<'_>, user: &User) -> Outcome<Membership> {
    let pool = call.pool()?;
    let groups = call.work(|items| of(items, pool, user))?;
    let role = |group: &Value| text(group, "RoleArn").filter(|role| !role.is_empty()).map(str::to_owned);
    let mut roles: Vec<String> = Vec::new();
    for found in groups.iter().filter_map(|(_, group)| role(group)) {
        if !roles.contains(&found) {
            roles.push(found);
        }
    }
    // Of the most important groups that have one; if these disagree, no role is preferred.
    let best = groups.iter().filter(|(_, group)| role(group).is_some());
    let best: Vec<(Option<u64>, String)> =
        best.filter_map(|(_, group)| Some((number(group, "Precedence"), role(group)?))).collect();
    let preferred = best.first().and_then(|(precedence, role)| {
        let agree = best.iter().all(|(other, same)| other != precedence || same == role);
        agree.then(|| role.clone())
    });
    Ok(Membership { names: groups.into_iter().map(|(name, _)| name).collect(), roles, preferred })
}

fn not_found(name: &str) -> Failure {
    Failure::not_found(format!("Group not found: {name}"))
}

/// The group of the field `GroupName`, which exists.
pub(super) fn named(call: &Call<'_>) -> Outcome<(String, Value)> {
    let pool = call.pool()?;
    let name = call.input.text("GroupName")?;
    let group = call.work(|items| Ok(all(items, pool)?.remove(name)))?;
    group.map(|group| (name.to_owned(), group)).ok_or_else(|| not_found(name))
}

pub(super) fn create(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_pool()?;
    let pool = call.pool()?;
    let name = call.input.text("GroupName")?;
    if name.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(Failure::invalid_parameter("GroupName must not have spaces"));
    }
    let mut group = json!({ "CreationDate": call.now, "LastModifiedDate": call.now });
    for key in ["Description", "RoleArn"] {
        if let Some(text) = call.input.optional(key)? {
            group[key] = text.into();
        }
    }
    if let Some(precedence) = call.input.number("Precedence", 0, u64::from(u32::MAX >> 1))? {
        group["Precedence"] = precedence.into();
    }
    call.work(|items| {
        if all(items, pool)?.contains_key(name) {
            return Err(Failure::group_exists("A group with the name already exists."));
        }
        items.put(Kind::Group, name, &group)
    })?;
    Ok(json!({ "Group": document(pool, name, &group) }))
}

pub(super) fn delete(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_pool()?;
    let pool = call.pool()?;
    let (name, _) = named(call)?;
    if pool.groups.contains_key(&name) {
        let message = format!("The group {name} is deployed; take it out of the project and push");
        return Err(Failure::invalid_parameter(message));
    }
    call.service.store.dissolve(&pool.id, &name)?;
    call.work(|items| items.delete(Kind::Group, &name))?;
    Ok(nothing())
}

pub(super) fn get(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_pool()?;
    let (name, group) = named(call)?;
    Ok(json!({ "Group": document(call.pool()?, &name, &group) }))
}

pub(super) fn list(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_pool()?;
    let pool = call.pool()?;
    let groups = call.work(|items| all(items, pool))?;
    let (groups, next) = paged(call, groups.into_iter().collect(), "NextToken", 60)?;
    let groups: Vec<Value> = groups.iter().map(|(name, group)| document(pool, name, group)).collect();
    let mut answer = json!({ "Groups": groups });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(answer)
}

pub(super) fn add(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_pool()?;
    let user = call.named_user()?;
    let (name, _) = named(call)?;
    call.change(&user.name, |user| {
        user.groups.insert(name);
        Ok(())
    })?;
    Ok(nothing())
}

pub(super) fn remove(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_pool()?;
    let user = call.named_user()?;
    let (name, _) = named(call)?;
    call.change(&user.name, |user| {
        user.groups.remove(&name);
        Ok(())
    })?;
    Ok(nothing())
}

pub(super) fn of_user(call: &mut Call<'_>) -> Outcome<Value> {
    call.enter_pool()?;
    let pool = call.pool()?;
    let user = call.named_user()?;
    let mut groups = call.work(|items| of(items, pool, &user))?;
    groups.sort_by(|(one, _), (other, _)| one.cmp(other));
    let (groups, next) = paged(call, groups, "NextToken", 60)?;
    let groups: Vec<Value> = groups.iter().map(|(name, group)| document(pool, name, group)).collect();
    let mut answer = json!({ "Groups": groups });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(answer)
}
