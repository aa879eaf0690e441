//! The values that a new environment needs of its own: those of the environment it is added beside, or others.

use amplify_planner::{MADE_VALUES, SECRET_NAMES, SECRET_REVISION};
use amplify_plugin_abi::{manifest::PluginKind, message::LifecycleEvent, question::Question};
use amplify_plugin_host::Head;
use amplify_project::{Dependency, ProjectState, ResourceRef, dependencies};
use serde_json::Value;

use crate::{error::Error, host::Host};

/// One value of a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Carried {
    /// The resource's category.
    pub category: String,
    /// The resource.
    pub resource: String,
    /// The value's key.
    pub key: String,
    /// The value in the new environment.
    pub value: Value,
}

/// Decides on the values of a new environment: what `--categories` gives (`given`), else what the environment that is left has,
/// if the user wants that, else what the user answers. A category that asks for its own values after `event` is left to do
/// so, and for what its resources depend on.
///
/// # Errors
/// A wrong or missing answer.
pub fn decide(
    host: &Host<'_>,
    state: &ProjectState,
    given: &Value,
    event: LifecycleEvent,
) -> Result<Vec<Carried>, Error> {
    let from = state.environment().ok().or_else(|| state.team.environments().into_iter().next());
    let Some(from) = from.map(str::to_owned) else { return Ok(Vec::new()) };
    let asks_itself = |category: &str| {
        let mut plugins = host.catalog.heads();
        plugins.any(|head| keeps(head, category) && head.events.contains(&event))
    };
    // What such a category's resources are made of is its own too, such as the functions that a user pool calls.
    let own = state.backend_config.resources().filter(|resource| asks_itself(resource.category));
    let parts: Vec<Dependency> = own.flat_map(|resource| dependencies(resource.entry)).collect();
    let is_left = |resource: &ResourceRef<'_>| {
        let is_part = |part: &Dependency| (&*part.category, &*part.name) == (resource.category, resource.name);
        asks_itself(resource.category) || parts.iter().any(is_part)
    };
    let mut known = Vec::new();
    let mut decided = Vec::new();
    for resource in state.backend_config.resources().filter(|resource| !is_left(resource)) {
        let values = state.team.resource_values(&from, resource.category, resource.name);
        for (key, value) in values.into_iter().flatten().filter(|(key, _)| is_carried(key)) {
            let (category, resource, key) = (resource.category.to_owned(), resource.name.to_owned(), key.clone());
            match &given[&category][&resource][&key] {
                Value::Null => known.push(Carried { category, resource, key, value: value.clone() }),
                given => decided.push(Carried { category, resource, key, value: given.clone() }),
            }
        }
    }
    if known.is_empty() {
        return Ok(decided);
    }
    let lines: Vec<String> = known
        .iter()
        .map(|value| format!("  {}/{} {}: {}", value.category, value.resource, value.key, text(&value.value)))
        .collect();
    host.output.info(&format!("\nThe environment {from} has values of its own:\n{}", lines.join("\n")));
    let question = Question::confirm("env.carryValues", "Take them over into the new environment?", true);
    let carry = host.questions.ask(&question.unattended(true), host.output)?.value;
    if carry == Value::Bool(true) {
        decided.extend(known);
        return Ok(decided);
    }
    for value in known {
        let key = format!("env.values.{}.{}.{}", value.category, value.resource, value.key);
        let wording = format!("{} of {}/{}:", value.key, value.category, value.resource);
        let answer = host.ask_text(&Question::input(key, wording).default_text(text(&value.value)))?;
        decided.push(Carried { value: typed(&value.value, answer), ..value });
    }
    Ok(decided)
}

fn keeps(head: &Head, category: &str) -> bool {
    matches!(&head.kind, PluginKind::Category { category: own } if own == category)
}

/// Secrets are set for each environment by `amplify env secret`, and places of code are made by each deployment.
fn is_carried(key: &str) -> bool {
    !MADE_VALUES.contains(&key) && key != SECRET_NAMES && key != SECRET_REVISION
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// An answer as the value that it takes the place of is written: a number stays a number.
fn typed(before: &Value, answer: String) -> Value {
    match before {
        Value::String(_) => Value::String(answer),
        _ => serde_json::from_str(&answer).unwrap_or(Value::String(answer)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_has_the_form_of_what_it_replaces() {
        assert_eq!(typed(&json!(30), "60".into()), json!(60));
        assert_eq!(typed(&json!("30"), "60".into()), json!("60"));
        assert_eq!(typed(&json!(["a"]), "[\"b\"]".into()), json!(["b"]));
        assert_eq!(typed(&json!(true), "perhaps".into()), json!("perhaps"));
    }

    #[test]
    fn secrets_and_places_of_code_are_not_carried() {
        assert!(is_carried("visibilityTimeout"));
        for key in ["secretNames", "secretRevision", "s3Key", "deploymentBucketName"] {
            assert!(!is_carried(key), "{key}");
        }
    }
}
