//! The questions about a bucket.

use amplify_sdk::prelude::*;
use amplify_sdk::random::Random;
use serde_json::{Value, json};

use super::{
    access::{Access, GroupAccess, Operation, Operations, UserAccess},
    groups::GROUPS_RESOURCE,
};
use crate::{
    error::StorageError,
    function::{self, Source},
    service,
};

const AUTHENTICATED_ONLY: &str = "auth";
const WITH_GUESTS: &str = "authAndGuest";
const BY_USERS: &str = "users";
const BY_GROUPS: &str = "groups";
const BY_BOTH: &str = "both";
const LEARN: &str = "learn";

const ABOUT_GROUPS: &str = "Access can be given to everybody who has signed in, to guests, and to the groups of a user pool. \
Somebody who belongs to a group gets the access of that group only; somebody who belongs to none gets the access of \
people who have signed in.";

/// Asks for the name of the bucket.
pub fn bucket_name(context: &mut Context<'_>, random: &dyn Random) -> Result<String, PluginError> {
    let project: String = context.project().name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let default: String = format!("{project}{}", random.hex(32)).chars().take(47).collect();
    let wanted = Validation::pattern(
        "[a-z0-9][a-z0-9-]{2,46}",
        "Bucket name can only use the following characters: a-z 0-9 - and should have minimum 3 character and max of 47 character",
    );
    context.input("storage.bucketName", "Please provide bucket name:", Some(default), Some(wanted))
}

/// Asks who may do what. `recorded` holds the answers of an earlier time.
pub fn access(context: &mut Context<'_>, recorded: Option<&Access>) -> Result<Access, PluginError> {
    let groups = user_pool_groups(context)?;
    let by = if groups.is_empty() { BY_USERS.into() } else { restrict_by(context, recorded)? };
    let mut access = Access::default();
    if by != BY_GROUPS {
        access.users = Some(user_access(context, recorded.and_then(|access| access.users.as_ref()))?);
    }
    if by != BY_USERS {
        access.groups = group_access(context, &groups, recorded.map_or(&[], |access| &access.groups))?;
    }
    Ok(access)
}

/// The groups of the project's user pool, in order of precedence.
fn user_pool_groups(context: &mut Context<'_>) -> Result<Vec<String>, PluginError> {
    let path = format!("amplify/backend/auth/{GROUPS_RESOURCE}/user-pool-group-precedence.json");
    if context.project().resource("auth", GROUPS_RESOURCE).is_none() {
        return Ok(Vec::new());
    }
    let groups = context.read_json(&path)?.unwrap_or_default();
    let names = groups.as_array().into_iter().flatten().filter_map(|group| group["groupName"].as_str());
    Ok(names.map(Into::into).collect())
}

fn restrict_by(context: &mut Context<'_>, recorded: Option<&Access>) -> Result<String, PluginError> {
    let key = "storage.restrictAccess";
    let default = match recorded {
        Some(Access { users: None, groups }) if !groups.is_empty() => BY_GROUPS,
        Some(Access { users: Some(_), groups }) if !groups.is_empty() => BY_BOTH,
        _ => BY_USERS,
    };
    // Asked again after the explanation; a script that always answers "Learn more" must not go on for ever.
    for _ in 0..10 {
        let choices = vec![
            Choice::new(BY_USERS, "Auth/Guest Users"),
            Choice::new(BY_GROUPS, "Individual Groups"),
            Choice::new(BY_BOTH, "Both"),
            Choice::new(LEARN, "Learn more"),
        ];
        let question = Question::select(key, "Restrict access by?", choices).default_text(default).help(ABOUT_GROUPS);
        match context.ask(question)?.as_str() {
            Some(LEARN) => service::say(context, &["", ABOUT_GROUPS, ""]),
            answer => return Ok(answer.unwrap_or(default).into()),
        }
    }
    Err(StorageError::LearnMore { key: key.into() }.into())
}

fn user_access(context: &mut Context<'_>, recorded: Option<&UserAccess>) -> Result<UserAccess, PluginError> {
    let default = if recorded.is_some_and(|users| users.guest.is_some()) { WITH_GUESTS } else { AUTHENTICATED_ONLY };
    let choices =
        vec![Choice::new(AUTHENTICATED_ONLY, "Auth users only"), Choice::new(WITH_GUESTS, "Auth and guest users")];
    let who = context.select("storage.access", "Who should have access:", choices, Some(default))?;
    let authenticated = operations(
        context,
        "storage.authenticatedAccess",
        "Authenticated",
        recorded.map(|users| &users.authenticated),
    )?;
    let guest = match who.as_str() {
        WITH_GUESTS => {
            let before = recorded.and_then(|users| users.guest.as_ref());
            Some(operations(context, "storage.guestAccess", "Guest", before)?)
        }
        _ => None,
    };
    Ok(UserAccess { authenticated, guest })
}

fn group_access(
    context: &mut Context<'_>,
    groups: &[String],
    recorded: &[GroupAccess],
) -> Result<Vec<GroupAccess>, PluginError> {
    let selected = recorded.iter().map(|access| &access.group).filter(|group| groups.contains(group)).cloned();
    let choices = groups.iter().map(|group| Choice::same(group.clone())).collect();
    let question = Question::multi_select("storage.groups", "Select groups:", choices, 1)
        .preselected(selected)
        .min_message("Select at least one option");
    let chosen = texts(context.ask(question)?);
    let mut access = Vec::new();
    for group in chosen {
        let key = format!("storage.groups.{group}");
        let before = recorded.iter().find(|access| access.group == group).map(|access| &access.operations);
        let operations = operations(context, &key, &group, before)?;
        access.push(GroupAccess { group, operations });
    }
    Ok(access)
}

fn operations(
    context: &mut Context<'_>,
    key: &str,
    who: &str,
    recorded: Option<&Operations>,
) -> Result<Operations, PluginError> {
    let choices = Operation::ALL.iter().map(|operation| Choice::same(operation.word())).collect();
    let text = format!("What kind of access do you want for {who} users?");
    let question = Question::multi_select(key, text, choices, 1)
        .preselected(recorded.map(Operations::words).unwrap_or_default())
        .min_message("Select at least one option");
    Ok(Operations::from_words(&texts(context.ask(question)?)))
}

fn texts(answer: Value) -> Vec<String> {
    answer.as_array().into_iter().flatten().filter_map(Value::as_str).map(Into::into).collect()
}

/// What is to become of the bucket's trigger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TriggerAnswer {
    /// It stays as it is.
    Keep,
    /// There is none from now on.
    Remove,
    /// This function is called from now on.
    Call(String),
}

/// Asks for the function that is called for every change of a file. `recorded` is the present one.
pub fn trigger(
    context: &mut Context<'_>,
    recorded: Option<&str>,
    random: &dyn Random,
) -> Result<TriggerAnswer, PluginError> {
    if recorded.is_some() {
        let choices = vec![
            Choice::new("update", "Update the Trigger"),
            Choice::new("remove", "Remove the trigger"),
            Choice::new("skip", "Skip Question"),
        ];
        match context.select("storage.trigger.change", "Select from the following options", choices, None)?.as_str() {
            "update" => {}
            "remove" => return Ok(TriggerAnswer::Remove),
            _ => return Ok(TriggerAnswer::Keep),
        }
    } else if !context.confirm("storage.trigger", "Do you want to add a Lambda Trigger for your S3 Bucket?", false)? {
        return Ok(TriggerAnswer::Keep);
    }
    let taken: Vec<String> = recorded.map(Into::into).into_iter().collect();
    let function = match function::ask(context, &taken)? {
        Source::Existing(function) => function,
        Source::New => {
            let name = format!("S3Trigger{}", random.hex(8));
            let parameters = json!({ "name": name, "template": "s3-trigger" });
            return Ok(TriggerAnswer::Call(function::create(context, parameters)?));
        }
    };
    let path = format!("amplify/backend/function/{function}/{function}-cloudformation-template.json");
    let template = context.read_json(&path)?.unwrap_or_default();
    if template.pointer("/Outputs/LambdaExecutionRole").is_none() {
        return Err(StorageError::FunctionWithoutRole { function }.into());
    }
    Ok(TriggerAnswer::Call(function))
}
