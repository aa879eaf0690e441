//! Makes the functions of chosen triggers, changes them, and takes them away.

use amplify_sdk::{JsonMap, prelude::*};
use serde_json::{Value, json};

use super::{
    Chosen, SETTING, files,
    modules::{Asked, Module, Trigger},
};
use crate::{
    ask::{answer_text, say},
    error::AuthError,
    settings::Settings,
};

/// The longest name of a bucket.
const LONGEST_BUCKET: usize = 63;

/// Carries out what was chosen: asks for what modules have to be told, has the functions made, and notes it all in the
/// settings. `present` are the settings before.
///
/// # Errors
/// An answer that is missing, a name that is too long, or a function that cannot be changed.
pub fn apply(
    context: &mut Context<'_>,
    present: Option<&Settings>,
    settings: &mut Settings,
    chosen: &Chosen,
) -> Result<(), PluginError> {
    let before = present.map(Chosen::of).unwrap_or_default();
    if *chosen == before {
        return Ok(());
    }
    let owner = settings.text("resourceName").to_owned();
    bucket(context.project(), &owner, settings, chosen)?;
    for (trigger, modules) in chosen.iter() {
        let old = before.modules(trigger);
        if modules != old {
            function(context, &owner, trigger, old, modules)?;
        }
    }
    for (trigger, _) in before.iter().filter(|(trigger, _)| chosen.modules(*trigger).is_empty()) {
        let function = format!("{owner}{}", trigger.name());
        say(context, &[&format!("Removing resource {function}...")]);
        context.call("function", "discard", json!({ "resource": function }))?;
    }
    note(settings, &owner, chosen);
    Ok(())
}

/// Makes or changes the function of one trigger.
fn function(
    context: &mut Context<'_>,
    owner: &str,
    trigger: Trigger,
    old: &[String],
    modules: &[String],
) -> Result<(), PluginError> {
    let name = format!("{owner}{}", trigger.name());
    let (mut values, mut secrets) = (JsonMap::new(), JsonMap::new());
    for module in trigger.modules() {
        let (wanted, was) = (is_in(module.name, modules), is_in(module.name, old));
        for asked in module.values {
            let place = if asked.secret { &mut secrets } else { &mut values };
            if wanted {
                place.insert(asked.name.into(), value(context, &name, asked)?);
            } else if was {
                place.insert(asked.name.into(), Value::Null);
            }
        }
    }
    let gone: Vec<&String> = old.iter().filter(|module| !is_in(module, modules)).collect();
    let call = json!({
        "name": name,
        "roleName": name,
        "files": files::of(trigger, &name, modules),
        "removeFiles": files::gone(&gone),
        "variables": { "MODULES": { "Ref": "modules" }, "RESOURCENAME": { "Ref": "resourceName" } },
        "parameters": { "modules": modules.join(","), "resourceName": name },
        "values": values,
        "secrets": secrets,
        "memory": {
            "trigger": true,
            "modules": modules,
            "parentResource": owner,
            "functionName": name,
            "resourceName": name,
            "parentStack": "auth",
            "triggerEnvs": "[]",
            "triggerTemplate": format!("{}.json.ejs", trigger.name()),
            "roleName": name,
            "skipEdit": true
        }
    });
    let reply = context.call("function", "put", call)?;
    say(
        context,
        &[if reply["added"] == json!(true) {
            "Succesfully added the Lambda function locally"
        } else {
            "Succesfully updated the Lambda function locally"
        }],
    );
    Ok(())
}

/// The value of a variable: the one that this environment has, or the answer.
fn value(context: &mut Context<'_>, function: &str, asked: &Asked) -> Result<Value, PluginError> {
    let environment = context.project().environment.as_ref();
    let present = environment.and_then(|environment| environment.values.get("function")?.get(function));
    if asked.secret {
        let names = present.and_then(|values| values.get("secretNames")?.as_array());
        if names.into_iter().flatten().any(|name| name == asked.name) {
            return Ok(json!(true));
        }
    }
    if let Some(known) = present.and_then(|values| values.get(asked.name)).filter(|known| *known != "") {
        // A project of the original has secrets here; they stay where they are.
        return Ok(if asked.secret { json!(true) } else { known.clone() });
    }
    let key = format!("auth.triggerEnv.{}", asked.name);
    let wanted = Validation::length(1, 2048, "The value has 1 to 2048 characters");
    let question = if asked.secret { Question::secret(key, asked.text) } else { Question::input(key, asked.text) };
    Ok(answer_text(context, question.validation(wanted))?.into())
}

/// Notes in the settings what was chosen, and what follows from it for the pool's template.
fn note(settings: &mut Settings, owner: &str, chosen: &Chosen) {
    let functions: Vec<Value> = chosen
        .iter()
        .map(|(trigger, _)| {
            json!({
                "category": "function",
                "resourceName": format!("{owner}{}", trigger.name()),
                "triggerProvider": "Cognito",
                "attributes": ["Arn", "Name"]
            })
        })
        .collect();
    let others = settings.get("dependsOn").and_then(Value::as_array).cloned().unwrap_or_default();
    let others = others.into_iter().filter(|entry| entry["triggerProvider"] != "Cognito");
    settings.set("dependsOn", others.chain(functions).collect::<Vec<Value>>());
    let permissions = permissions(settings, chosen);
    if chosen.is_empty() {
        for key in [SETTING, "permissions", "parentStack"] {
            settings.remove(key);
        }
        return;
    }
    settings.set_nested(SETTING, &chosen.document());
    settings.set("parentStack", json!({ "Ref": "AWS::StackId" }));
    settings.set("permissions", permissions);
}

/// The policies that the modules need, and those that somebody else has put there for a trigger that is still used.
fn permissions(settings: &Settings, chosen: &Chosen) -> Vec<String> {
    let every: Vec<&Module> =
        Trigger::ALL.into_iter().flat_map(Trigger::modules).filter(|module| module.permission.is_some()).collect();
    let ours = |entry: &Value| {
        every
            .iter()
            .any(|module| module.permission.as_ref().is_some_and(|permission| entry["policyName"] == permission.policy))
    };
    let kept = settings.list("permissions").into_iter().filter(|text| {
        let entry: Value = serde_json::from_str(text).unwrap_or_default();
        let used = entry["trigger"].as_str().and_then(Trigger::of).is_some_and(|each| !chosen.modules(each).is_empty());
        used && !ours(&entry)
    });
    let needed = every.iter().filter(|module| chosen.has(module.trigger, module.name)).filter_map(|module| {
        let permission = module.permission.as_ref()?;
        let (tag, keys) = permission.resource;
        let entry = json!({
            "policyName": permission.policy,
            "trigger": module.trigger.name(),
            "effect": "Allow",
            "actions": permission.actions,
            "resource": { "paramType": tag, "keys": keys }
        });
        Some(entry.to_string())
    });
    kept.chain(needed).collect()
}

/// The bucket with the page that `verification-link` leads to.
fn bucket(project: &ProjectView, owner: &str, settings: &mut Settings, chosen: &Chosen) -> Result<(), AuthError> {
    if !chosen.has(Trigger::CustomMessage, "verification-link") {
        settings.remove("verificationBucketName");
        return Ok(());
    }
    let name = format!("{}verificationbucket", owner.to_lowercase());
    let environment = project.environment.as_ref().map_or(2, |environment| environment.name.len());
    let room = LONGEST_BUCKET - environment - 1;
    if name.len() > room {
        return Err(AuthError::BucketName { bucket: name, longest: room });
    }
    settings.set("verificationBucketName", name);
    Ok(())
}

fn is_in(module: &str, modules: &[String]) -> bool {
    modules.iter().any(|each| each == module)
}
