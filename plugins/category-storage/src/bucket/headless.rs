//! The payload of `--headless` for a bucket, as answers to its questions.

use amplify_sdk::{headless::Section, prelude::*};
use serde_json::{Value, json};

use super::{SERVICE, access::Operation};
use crate::{error::StorageError, service::CATEGORY};

/// Turns a payload into answers. `command` is `add` or `update`; the payload's version and service have been looked at.
///
/// # Errors
/// A payload that does not follow the schema of version 1.
pub fn answers(command: &str, section: Section<'_>, project: &ProjectView) -> Result<JsonMap, StorageError> {
    let body = section.body;
    let mut answers = JsonMap::new();
    answers.insert("storage.service".into(), "S3".into());
    if command == "update" {
        let named = body.get("resourceName").and_then(Value::as_str);
        let known = project.resources_of_service(CATEGORY, SERVICE);
        if named.is_none_or(|name| !known.contains(&name)) {
            let wanted = match known.first() {
                Some(only) => format!("\"{only}\""),
                None => "the name of a bucket, and the project has none".into(),
            };
            return Err(section.wrong("resourceName", &wanted).into());
        }
    }
    for (key, question) in [("resourceName", "storage.resourceName"), ("bucketName", "storage.bucketName")] {
        if let Some(text) = section.text(key)? {
            answers.insert(question.into(), text.into());
        }
    }
    access(body.get("permissions").unwrap_or(&Value::Null), &section.at("permissions"), &mut answers)?;
    trigger(command, body.get("lambdaTrigger"), &section.at("lambdaTrigger"), project, &mut answers)?;
    Ok(answers)
}

fn access(permissions: &Value, at: &str, answers: &mut JsonMap) -> Result<(), StorageError> {
    let Some(permissions) = permissions.as_object() else { return Err(wrong(at, "an object")) };
    let of = |who: &str| words(permissions.get(who), &format!("{at}.{who}"));
    let (authenticated, guest) = (of("auth")?, of("guest")?);
    let mut groups = JsonMap::new();
    match permissions.get("groups") {
        None => {}
        Some(Value::Object(map)) => {
            for (group, list) in map {
                let at = format!("{at}.groups.{group}");
                let words = words(Some(list), &at)?;
                if words.is_empty() {
                    return Err(wrong(&at, "a list of CREATE_AND_UPDATE, READ and DELETE that is not empty"));
                }
                groups.insert(group.clone(), words.into());
            }
        }
        Some(_) => return Err(wrong(&format!("{at}.groups"), "an object")),
    }
    if authenticated.is_empty() && !guest.is_empty() {
        return Err(wrong(&format!("{at}.auth"), "given where guests have access"));
    }
    let by = match (authenticated.is_empty(), groups.is_empty()) {
        (true, true) => return Err(wrong(at, "access for somebody: `auth` or `groups`")),
        (false, true) => "users",
        (true, false) => "groups",
        (false, false) => "both",
    };
    answers.insert("storage.restrictAccess".into(), by.into());
    if !authenticated.is_empty() {
        let who = if guest.is_empty() { "auth" } else { "authAndGuest" };
        answers.insert("storage.access".into(), who.into());
        answers.insert("storage.authenticatedAccess".into(), authenticated.into());
    }
    if !guest.is_empty() {
        answers.insert("storage.guestAccess".into(), guest.into());
    }
    if !groups.is_empty() {
        answers.insert("storage.groups".into(), groups.into());
    }
    Ok(())
}

fn words(list: Option<&Value>, at: &str) -> Result<Vec<String>, StorageError> {
    let wanted = "a list of CREATE_AND_UPDATE, READ and DELETE";
    let Some(list) = list else { return Ok(Vec::new()) };
    let list = list.as_array().ok_or_else(|| wrong(at, wanted))?;
    let known = |word: &Value| Operation::ALL.into_iter().find(|operation| *word == operation.headless_word());
    list.iter()
        .map(|word| known(word).map(|operation| operation.word().to_string()).ok_or_else(|| wrong(at, wanted)))
        .collect()
}

fn trigger(
    command: &str,
    trigger: Option<&Value>,
    at: &str,
    project: &ProjectView,
    answers: &mut JsonMap,
) -> Result<(), StorageError> {
    let present = match (command, answers.get("storage.resourceName").and_then(Value::as_str)) {
        ("update", Some(resource)) => present_trigger(project, resource),
        _ => None,
    };
    let Some(trigger) = trigger.filter(|trigger| !trigger.is_null()) else {
        let (key, answer) = if present.is_some() {
            ("storage.trigger.change", json!("remove"))
        } else {
            ("storage.trigger", json!(false))
        };
        answers.insert(key.into(), answer);
        return Ok(());
    };
    let name = trigger["name"].as_str();
    if present.is_some() && present.as_deref() == name {
        answers.insert("storage.trigger.change".into(), "skip".into());
        return Ok(());
    }
    if present.is_some() {
        answers.insert("storage.trigger.change".into(), "update".into());
    }
    match (trigger["mode"].as_str(), name) {
        (Some("existing"), Some(function)) => {
            answers.insert("storage.trigger.source".into(), "existing".into());
            answers.insert("storage.trigger.function".into(), function.into());
            Ok(())
        }
        // A new function gets a name that tells what it is for; a name of the user's own is for `amplify add function`.
        (Some("new"), None) => {
            answers.insert("storage.trigger.source".into(), "new".into());
            Ok(())
        }
        (Some("new"), Some(_)) => Err(wrong(
            &format!("{at}.name"),
            "absent with the mode `new`; for a name of your own, `amplify add function` first and use the mode `existing`",
        )),
        (Some("existing"), None) => Err(wrong(&format!("{at}.name"), "the name of a function")),
        _ => Err(wrong(&format!("{at}.mode"), "`new` or `existing`")),
    }
}

/// The function that the bucket calls now, as far as the list of resources tells.
fn present_trigger(project: &ProjectView, resource: &str) -> Option<String> {
    let depends_on = project.resource(CATEGORY, resource)?.get("dependsOn")?.as_array()?;
    let trigger = depends_on.iter().find(|each| {
        let attributes = each["attributes"].as_array();
        each["category"] == "function" && attributes.is_some_and(|list| list.contains(&json!("LambdaExecutionRole")))
    })?;
    trigger["resourceName"].as_str().map(Into::into)
}

fn wrong(path: &str, wanted: &str) -> StorageError {
    StorageError::Headless { path: path.into(), wanted: wanted.into() }
}
