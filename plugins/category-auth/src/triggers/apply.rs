//! Makes the functions of chosen triggers, changes them, and takes them away.

use amplify_sdk::{JsonMap, prelude::*, random::Random};
use serde_json::{Value, json};

use super::{
    Chosen, SETTING, files,
    modules::{Asked, Module, Trigger},
};
use crate::{ask::answer_text, error::AuthError, settings::Settings};

/// The longest name of a bucket.
const LONGEST_BUCKET: usize = 63;
/// The longest name of an environment, and the hyphen before it.
const LONGEST_ENVIRONMENT: usize = 11;

const BUCKET: &str = "verificationBucketName";
/// The variable that tells the function its bucket.
const BUCKET_VARIABLE: &str = "VERIFICATIONBUCKET";
const LINK: &str = "verification-link";

/// Carries out what was chosen: asks for what modules have to be told, has the functions made, and notes it all in the
/// settings. `present` are the settings before. Returns what to tell the user once it is done.
///
/// # Errors
/// An answer that is missing, a name that is too long, or a function that cannot be changed.
pub fn apply(
    context: &mut Context<'_>,
    random: &dyn Random,
    present: Option<&Settings>,
    settings: &mut Settings,
    chosen: &Chosen,
) -> Result<Vec<String>, PluginError> {
    let before = present.map(Chosen::of).unwrap_or_default();
    let owner = settings.text("resourceName").to_owned();
    let mut told = Vec::new();
    if *chosen == before {
        return Ok(told);
    }
    bucket(random, &owner, settings, chosen)?;
    for (trigger, modules) in chosen.iter() {
        let old = before.modules(trigger);
        if modules != old {
            told.push(function(context, settings, trigger, old, modules)?);
        }
    }
    for (trigger, _) in before.iter().filter(|(trigger, _)| chosen.modules(*trigger).is_empty()) {
        let function = trigger.function(&owner);
        told.push(format!("Removing resource {function}..."));
        context.call("function", "discard", json!({ "resource": function }))?;
    }
    note(settings, &owner, chosen);
    Ok(told)
}

/// Makes or changes the function of one trigger.
fn function(
    context: &mut Context<'_>,
    settings: &Settings,
    trigger: Trigger,
    old: &[String],
    modules: &[String],
) -> Result<String, PluginError> {
    let owner = settings.text("resourceName");
    let name = trigger.function(owner);
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
    let mut variables = json!({ "MODULES": { "Ref": "modules" }, "RESOURCENAME": { "Ref": "resourceName" } });
    let mut parameters = json!({ "modules": modules.join(","), "resourceName": name });
    if is_in(LINK, modules) {
        variables[BUCKET_VARIABLE] = json!({ "Ref": BUCKET });
        parameters[BUCKET] = settings.text(BUCKET).into();
    } else if is_in(LINK, old) {
        variables[BUCKET_VARIABLE] = Value::Null;
        parameters[BUCKET] = Value::Null;
    }
    let gone: Vec<&String> = old.iter().filter(|module| !is_in(module, modules)).collect();
    let edit: Vec<Value> = modules
        .iter()
        .filter(|module| !is_in(module, old))
        .map(|module| {
            json!({
                "path": files::path(module),
                "key": format!("auth.editModules.{}.{module}", trigger.name()),
                "text": format!("Do you want to edit your {module} function now?")
            })
        })
        .collect();
    let call = json!({
        "name": name,
        "roleName": name,
        "files": files::of(trigger, &name, modules),
        "removeFiles": files::gone(&gone),
        "edit": edit,
        "variables": variables,
        "parameters": parameters,
        "values": values,
        "secrets": secrets,
        "memory": {
            "trigger": true,
            "modules": modules,
            "parentResource": owner,
            "functionName": name,
            "resourceName": name,
            "parentStack": "auth",
            "triggerEnvs": [],
            "triggerTemplate": format!("{}.json.ejs", trigger.name()),
            "roleName": name,
            "skipEdit": true
        }
    });
    put(context, call)
}

fn put(context: &mut Context<'_>, call: Value) -> Result<String, PluginError> {
    let reply = context.call("function", "put", call)?;
    let done = if reply["added"] == json!(true) { "added" } else { "updated" };
    // Spelt as the original spells it.
    Ok(format!("Succesfully {done} the Lambda function locally"))
}

/// What a new environment has to be told for the functions that are there: asks for it, or takes it from `given`, which holds
/// values by function and name. Whoever answers nothing leaves it for later, so what is still lacking is returned: function
/// and names.
///
/// # Errors
/// An answer that does not fit, or a function that cannot be changed.
pub fn complete(
    context: &mut Context<'_>,
    settings: &Settings,
    given: &Value,
) -> Result<Vec<(String, Vec<&'static str>)>, PluginError> {
    let owner = settings.text("resourceName");
    let mut left = Vec::new();
    for (trigger, modules) in Chosen::of(settings).iter() {
        let name = trigger.function(owner);
        if context.project().resource("function", &name).is_none() {
            continue;
        }
        let (mut values, mut secrets, mut later) = (JsonMap::new(), JsonMap::new(), Vec::new());
        for asked in lacking(context.project(), owner, trigger, modules) {
            let answer = match given[&name][asked.name].as_str() {
                Some(given) => given.to_owned(),
                // Empty is an answer: whoever does not know it yet still gets an environment.
                None if asked.secret => answer_text(context, question(asked).kept(true))?,
                None => answer_text(context, question(asked).default_text(""))?,
            };
            match answer.as_str() {
                "" => later.push(asked.name),
                _ if asked.secret => drop(secrets.insert(asked.name.into(), answer.into())),
                _ => drop(values.insert(asked.name.into(), answer.into())),
            }
        }
        if !values.is_empty() || !secrets.is_empty() {
            put(context, json!({ "name": name, "values": values, "secrets": secrets }))?;
        }
        if !later.is_empty() {
            left.push((name, later));
        }
    }
    Ok(left)
}

/// What modules have to be told and this environment does not know.
fn lacking(project: &ProjectView, owner: &str, trigger: Trigger, modules: &[String]) -> Vec<&'static Asked> {
    let function = trigger.function(owner);
    let chosen = trigger.modules().filter(|module| is_in(module.name, modules));
    chosen.flat_map(|module| module.values).filter(|asked| known(project, &function, asked).is_none()).collect()
}

/// What this environment has for a variable; for a secret, whether it has one.
fn known(project: &ProjectView, function: &str, asked: &Asked) -> Option<Value> {
    let values = project.environment.as_ref()?.values.get("function")?.get(function)?;
    let mut names = values.get("secretNames").and_then(Value::as_array).into_iter().flatten();
    if asked.secret && names.any(|name| name == asked.name) {
        return Some(json!(true));
    }
    let known = values.get(asked.name).filter(|known| **known != "")?;
    // A project of the original has secrets here; they stay where they are.
    Some(if asked.secret { json!(true) } else { known.clone() })
}

/// The value of a variable: the one that this environment has, or the answer.
fn value(context: &mut Context<'_>, function: &str, asked: &Asked) -> Result<Value, PluginError> {
    if let Some(known) = known(context.project(), function, asked) {
        return Ok(known);
    }
    let wanted = Validation::length(1, 2048, "The value has 1 to 2048 characters");
    Ok(answer_text(context, question(asked).validation(wanted))?.into())
}

fn question(asked: &Asked) -> Question {
    let key = format!("auth.triggerEnv.{}", asked.name);
    if asked.secret { Question::secret(key, asked.text) } else { Question::input(key, asked.text) }
}

/// Notes in the settings what was chosen, and what follows from it for the pool's template.
fn note(settings: &mut Settings, owner: &str, chosen: &Chosen) {
    let functions: Vec<Value> = chosen
        .iter()
        .map(|(trigger, _)| {
            json!({
                "category": "function",
                "resourceName": trigger.function(owner),
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

/// The bucket with the page that the link leads to. It stays when the link is given up, so each one has a name of its own.
fn bucket(random: &dyn Random, owner: &str, settings: &mut Settings, chosen: &Chosen) -> Result<(), AuthError> {
    if !chosen.has(Trigger::CustomMessage, LINK) {
        settings.remove(BUCKET);
        return Ok(());
    }
    if !settings.text(BUCKET).is_empty() {
        return Ok(());
    }
    let name = format!("{}verification{}", owner.to_lowercase(), random.hex(8));
    let longest = LONGEST_BUCKET - LONGEST_ENVIRONMENT;
    if name.len() > longest {
        return Err(AuthError::BucketName { bucket: name, longest });
    }
    settings.set(BUCKET, name);
    Ok(())
}

fn is_in(module: &str, modules: &[String]) -> bool {
    modules.iter().any(|each| each == module)
}
