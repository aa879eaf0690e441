//! The questions about one path.

use amplify_sdk::prelude::*;
use serde_json::Value;

use super::{
    access::{GroupMethods, Methods, Operation, Privacy},
    auth, lambda,
    params::ApiPath,
    path, say,
};
use crate::error::ApiError;

/// The list of paths among the answers.
pub const PATHS: &str = "api.paths";

const PRIVATE: &str = "private";
const PROTECTED: &str = "protected";
const BY_USERS: &str = "users";
const BY_GROUPS: &str = "groups";
const BY_BOTH: &str = "both";
const LEARN: &str = "learn";

const ABOUT_GROUPS: &str = "Access can be given to everybody who has signed in, to guests, and to the groups of a user pool. \
Somebody who belongs to a group gets the access of that group only; somebody who belongs to none gets the access of \
people who have signed in.";

/// Asks for a path, its function, and who may call it. `others` are the paths beside it, `present` is the path so far.
///
/// # Errors
/// An answer that is missing or breaks a rule, and those of the function and auth plugins.
pub fn one(
    context: &mut Context<'_>,
    position: usize,
    api: &str,
    others: &[&str],
    present: Option<&ApiPath>,
) -> Result<ApiPath, PluginError> {
    let key = format!("{PATHS}[{position}]");
    let name = name(context, &key, others, present)?;
    let function = present.filter(|path| path.lambda_arn.is_none()).map(|path| path.lambda_function.as_str());
    let lambda_function = lambda::ask(context, &key, &name, function, api)?;
    let privacy = privacy(context, &key, present.map(|path| &path.privacy))?;
    let reached = path::reached(&name, others);
    if !privacy.open && !reached.is_empty() {
        let text = format!("whoever may call `{name}` may also call {} with the same methods", quoted(&reached));
        context.log(LogLevel::Warning, text);
    }
    Ok(ApiPath { name, lambda_function, privacy, ..ApiPath::default() })
}

/// Asks for the path itself.
fn name(
    context: &mut Context<'_>,
    key: &str,
    others: &[&str],
    present: Option<&ApiPath>,
) -> Result<String, PluginError> {
    let key = format!("{key}.name");
    let default = present.map_or("/items", |path| &path.name);
    let text = "Provide a path (e.g., /book/{isbn}):";
    context.input_read(&key, text, Some(default.into()), None, |name| match path::check(name, others) {
        Ok(()) => Ok(name.to_owned()),
        Err(fault) => Err(ApiError::Path { key: key.clone(), path: name.to_owned(), rule: fault.message }.into()),
    })
}

fn privacy(context: &mut Context<'_>, key: &str, present: Option<&Privacy>) -> Result<Privacy, PluginError> {
    let restricted = present.is_none_or(|privacy| !privacy.open);
    if !context.confirm(&format!("{key}.restrict"), "Restrict API access", restricted)? {
        return Ok(Privacy::open());
    }
    auth::ensure(context, false)?;
    let groups = auth::groups(context)?;
    let by = if groups.is_empty() { BY_USERS.to_owned() } else { restrict_by(context, key, present)? };
    let mut privacy = Privacy::default();
    if by != BY_GROUPS {
        let default = if present.is_some_and(|privacy| privacy.protected) { PROTECTED } else { PRIVATE };
        let choices = vec![
            Choice::new(PRIVATE, "Authenticated users only"),
            Choice::new(PROTECTED, "Authenticated and Guest users"),
        ];
        let who = context.select(&format!("{key}.access"), "Who should have access?", choices, Some(default))?;
        let before = present.and_then(|privacy| privacy.auth.as_ref());
        privacy.auth = Some(methods(context, &format!("{key}.authenticated"), "Authenticated", before)?);
        privacy.private = who == PRIVATE;
        privacy.protected = who == PROTECTED;
        if privacy.protected {
            let before = present.and_then(|privacy| privacy.unauth.as_ref());
            privacy.unauth = Some(methods(context, &format!("{key}.guest"), "Guest", before)?);
            auth::ensure(context, true)?;
        }
    }
    if by != BY_USERS {
        privacy.user_pool_groups = Some(of_groups(context, key, &groups, present)?);
    }
    Ok(privacy)
}

fn restrict_by(context: &mut Context<'_>, key: &str, present: Option<&Privacy>) -> Result<String, PluginError> {
    let key = format!("{key}.restrictBy");
    let default = match present {
        Some(privacy) if !privacy.groups().is_empty() && privacy.auth.is_some() => BY_BOTH,
        Some(privacy) if !privacy.groups().is_empty() => BY_GROUPS,
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
        let question = Question::select(&key, "Restrict access by?", choices).default_text(default).help(ABOUT_GROUPS);
        match context.ask(question)?.as_str() {
            Some(LEARN) => ["", ABOUT_GROUPS, ""].into_iter().for_each(|line| say(context, line)),
            answer => return Ok(answer.unwrap_or(default).into()),
        }
    }
    Err(ApiError::LearnMore { key }.into())
}

fn of_groups(
    context: &mut Context<'_>,
    key: &str,
    groups: &[String],
    present: Option<&Privacy>,
) -> Result<GroupMethods, PluginError> {
    let recorded = present.map_or(&[][..], Privacy::groups);
    let selected = recorded.iter().map(|(group, _)| group).filter(|group| groups.contains(group)).cloned();
    let choices = groups.iter().map(|group| Choice::same(group.clone())).collect();
    let key = format!("{key}.groups");
    let question = Question::multi_select(&key, "Select groups:", choices, 1)
        .preselected(selected)
        .min_message("Select at least one option");
    let mut access = Vec::new();
    for group in texts(&context.ask(question)?) {
        let before = recorded.iter().find(|(name, _)| *name == group).map(|(_, methods)| methods);
        let methods = methods(context, &format!("{key}.{group}"), &group, before)?;
        access.push((group, methods));
    }
    Ok(GroupMethods(access))
}

fn methods(context: &mut Context<'_>, key: &str, who: &str, present: Option<&Methods>) -> Result<Methods, PluginError> {
    let choices = Operation::ALL.iter().map(|operation| Choice::same(operation.word())).collect();
    let text = format!("What kind of access do you want for {who} users?");
    let question = Question::multi_select(key, text, choices, 1)
        .preselected(present.map(Methods::words).unwrap_or_default())
        .min_message("Select at least one option");
    Ok(Methods::from_words(&texts(&context.ask(question)?)))
}

fn texts(answer: &Value) -> Vec<String> {
    answer.as_array().into_iter().flatten().filter_map(Value::as_str).map(Into::into).collect()
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ")
}
