//! Values of `NoEcho` parameters, and of environment variables whose names speak of secrets, do not appear in a plan.

use serde_json::Value;

use crate::{
    Error, NestedStack,
    plan::{Cause, Change},
};

const HIDDEN: &str = "****";
/// The property below which environment variables lie.
const ENVIRONMENT: &str = "Environment";
/// Parts of the names of variables that hold secrets.
const TELLING: [&str; 7] = ["PASSWORD", "PASSWD", "SECRET", "TOKEN", "CREDENTIAL", "CREDS", "PRIVATE"];

/// Hides the secrets of both sides in the causes of changes.
pub(crate) fn hide(changes: &mut [Change], stacks: [Option<&NestedStack>; 2]) -> Result<(), Error> {
    changes.iter_mut().flat_map(|change| &mut change.causes).for_each(hide_variables);
    let mut secrets = Vec::new();
    for stack in stacks.into_iter().flatten() {
        let declared = &stack.template.parse()?.parameters;
        secrets.extend(
            stack
                .parameters
                .iter()
                .filter(|(name, _)| declared.get(*name).is_some_and(|parameter| parameter.no_echo))
                .filter_map(|(_, value)| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)),
        );
    }
    // A longer secret may contain a shorter one.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    if secrets.is_empty() {
        return Ok(());
    }
    for cause in changes.iter_mut().flat_map(|change| &mut change.causes) {
        for value in [&mut cause.old, &mut cause.new].into_iter().flatten() {
            redact(value, &secrets);
        }
    }
    Ok(())
}

/// A plan is printed in the logs of build machines.
fn hide_variables(cause: &mut Cause) {
    let mut path = cause.property.split('.');
    if path.next() != Some(ENVIRONMENT) {
        return;
    }
    let telling = path.next_back().is_some_and(is_telling);
    for value in [&mut cause.old, &mut cause.new].into_iter().flatten() {
        if telling {
            cover(value);
        } else {
            cover_telling(value);
        }
    }
}

pub(crate) fn is_telling(name: &str) -> bool {
    let name = name.to_uppercase();
    // `API_KEY` holds one, `PARTITION_KEY_NAME` does not.
    name.ends_with("KEY") || TELLING.iter().any(|part| name.contains(part))
}

fn cover_telling(value: &mut Value) {
    let Value::Object(map) = value else { return };
    for (name, value) in map {
        if is_telling(name) { cover(value) } else { cover_telling(value) }
    }
}

/// A text that is made at deployment (`${...}`) is no secret yet, and tells what it refers to.
fn cover(value: &mut Value) {
    if let Value::String(text) = value
        && !text.is_empty()
        && !text.contains("${")
    {
        HIDDEN.clone_into(text);
    }
}

fn redact(value: &mut Value, secrets: &[String]) {
    match value {
        Value::String(text) => {
            for secret in secrets {
                *text = text.replace(secret.as_str(), HIDDEN);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| redact(item, secrets)),
        Value::Object(map) => map.values_mut().for_each(|item| redact(item, secrets)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use amplify_cfn::UpdateBehaviour;

    #[test]
    fn variables_that_speak_of_secrets_are_hidden() {
        let hidden = |property: &str, new: Value| {
            let behaviour = UpdateBehaviour::NoInterruption;
            let mut cause =
                Cause { property: property.into(), old: None, new: Some(new), behaviour, conditional: false };
            hide_variables(&mut cause);
            cause.new.unwrap()
        };
        assert_eq!(hidden("Environment.Variables.DB_PASSWORD", json!("hunter2")), json!("****"));
        assert_eq!(hidden("Environment.Variables.GREETING", json!("hello")), json!("hello"));
        assert_eq!(hidden("Environment.Variables.TOKEN_TABLE", json!("${Table}")), json!("${Table}"));
        assert_eq!(
            hidden("KeySchema", json!({ "AttributeName": "id", "KEY": "a" })),
            json!({ "AttributeName": "id", "KEY": "a" })
        );
        assert_eq!(
            hidden("Environment", json!({ "Variables": { "apiKey": "x", "PLAIN": "y" } })),
            json!({ "Variables": { "apiKey": "****", "PLAIN": "y" } })
        );
    }

    #[test]
    fn secrets_are_hidden_wherever_they_are() {
        let mut value = json!({ "a": ["x-hunter22-y", 7], "b": "hunter2" });
        redact(&mut value, &["hunter22".to_owned(), "hunter2".to_owned()]);
        assert_eq!(value, json!({ "a": ["x-****-y", 7], "b": "****" }));
    }
}
