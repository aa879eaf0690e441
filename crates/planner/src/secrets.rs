//! Values of `NoEcho` parameters do not appear in a plan.

use serde_json::Value;

use crate::{Error, NestedStack, plan::Change};

const HIDDEN: &str = "****";

/// Hides the secrets of both sides in the causes of changes.
pub(crate) fn hide(changes: &mut [Change], stacks: [Option<&NestedStack>; 2]) -> Result<(), Error> {
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

    #[test]
    fn secrets_are_hidden_wherever_they_are() {
        let mut value = json!({ "a": ["x-hunter22-y", 7], "b": "hunter2" });
        redact(&mut value, &["hunter22".to_owned(), "hunter2".to_owned()]);
        assert_eq!(value, json!({ "a": ["x-****-y", 7], "b": "****" }));
    }
}
