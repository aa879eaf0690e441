//! `amplify env secret`: sets secrets that resources need in the current environment.

use std::collections::BTreeSet;

use amplify_planner::SECRET_NAMES;
use amplify_plugin_abi::{
    change::Changes,
    question::{Question, Validation},
};
use amplify_project::ProjectState;
use serde_json::{Value, json};

use crate::{
    command::{Call, Command},
    descriptor::{Argument, Descriptor},
    error::Error,
    exit::Exit,
    host::Host,
    open,
    pending::Pending,
};

/// The command.
pub struct Secret;

impl Command for Secret {
    fn descriptor(&self) -> Descriptor {
        Descriptor::new(&["env", "secret"], "Sets secrets that resources need in the current environment")
            .needs_project()
            .asks()
            .argument(Argument::positional(
                "name",
                "The secret, as category/resource/key; without it all that are missing",
            ))
            .argument(Argument::flag("--remove", "Forget the secret"))
            .details(
                "The environment's provider keeps secrets; the project holds their names only. Answers are given as \
                 `secrets.<category>.<resource>.<key>`, best by `--headless` or `--answers`, which other users of the \
                 machine do not see. What is set for a deployed resource takes effect at the next push.",
            )
            .example("amplify env secret", "Ask for all secrets that other environments have and this one lacks")
            .example("amplify env secret auth/app/googleClientSecret", "Ask for one")
    }

    fn run(&self, host: &Host<'_>, call: &Call) -> Result<Exit, Error> {
        let (project, lock, state) = open::change(host, "env secret")?;
        let environment = state.environment()?.to_owned();
        let names = match call.argument(0) {
            Some(name) => vec![parsed(&state, name)?],
            None if call.flag("remove") => {
                let error = Error::usage("missing-argument", "`--remove` needs the name of a secret");
                return Err(error.hint("type `amplify env secret <category>/<resource>/<secret> --remove`"));
            }
            None => missing(&state, &environment),
        };
        let mut changes = Changes::new();
        for [category, resource, key] in &names {
            let value = if call.flag("remove") { String::new() } else { ask(host, category, resource, key)? };
            changes = changes.secret(category, resource, key, value);
        }
        host.questions.finish(host.output)?;
        let names: Vec<String> = names.iter().map(|parts| parts.join("/")).collect();
        if names.is_empty() {
            host.output.answer("No secret is missing.")?;
        } else {
            let mut pending = Pending::new(&project, &lock, state);
            pending.keep(changes)?;
            pending.commit(host)?;
            let verb = if call.flag("remove") { "Forgotten" } else { "Kept" };
            host.output.answer(&format!("{verb} for `{environment}`: {}", names.join(", ")))?;
        }
        host.output.document(&json!({ "env": environment, "secrets": names }))?;
        Ok(Exit::Done)
    }
}

fn ask(host: &Host<'_>, category: &str, resource: &str, key: &str) -> Result<String, Error> {
    let not_empty = Validation {
        min_length: Some(1),
        message: "a secret is not empty; `--remove` forgets it".to_owned(),
        ..Validation::default()
    };
    let (key, text) =
        (format!("secrets.{category}.{resource}.{key}"), format!("The secret {key} of {category} {resource}:"));
    host.ask_text(&Question::secret(key, text).validation(not_empty))
}

fn parsed(state: &ProjectState, name: &str) -> Result<[String; 3], Error> {
    let parts: Vec<&str> = name.split('/').collect();
    let [category, resource, key] = parts.as_slice() else {
        let error = Error::usage("secret-name", format!("`{name}` is not the name of a secret"));
        return Err(error.hint("names have the form <category>/<resource>/<key>"));
    };
    if !state.meta.contains(category, resource) {
        let error = Error::failed("resource-not-found", format!("there is no resource `{resource}` in {category}"));
        return Err(error.hint("type `amplify status` for the resources there are"));
    }
    Ok([category, resource, key].map(|part| (*part).to_owned()))
}

/// The secrets that other environments have for resources of the project, and this one has not.
fn missing(state: &ProjectState, environment: &str) -> Vec<[String; 3]> {
    let names = |environment: &str| -> BTreeSet<[String; 3]> {
        let mut found = BTreeSet::new();
        for resource in state.meta.resources() {
            let values = state.team.resource_values(environment, resource.category, resource.name);
            let keys = values.and_then(|values| values.get(SECRET_NAMES)?.as_array()).into_iter().flatten();
            for key in keys.filter_map(Value::as_str) {
                found.insert([resource.category, resource.name, key].map(str::to_owned));
            }
        }
        found
    };
    let here = names(environment);
    let anywhere: BTreeSet<[String; 3]> = state.team.environments().into_iter().flat_map(names).collect();
    anywhere.difference(&here).cloned().collect()
}
