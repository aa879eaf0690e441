//! Secrets that an environment's provider keeps: the project knows their names, and stacks get them as parameters of the
//! root that show nothing (`NoEcho`).

use std::collections::{BTreeMap, BTreeSet};

use amplify_project::ProjectState;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::{NestedStack, references::references};

/// Where an environment's values of a resource name its secrets.
pub const SECRET_NAMES: &str = "secretNames";
/// What changes whenever one of them is set, so that a plan can tell.
pub const SECRET_REVISION: &str = "secretRevision";

/// What the root's parameters for secrets begin with.
const PREFIX: &str = "AmplifySecret";
/// Where the root template says which secret a parameter takes.
const METADATA: &str = "AmplifySecrets";

/// A parameter of the root stack that takes a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// The parameter.
    pub parameter: String,
    /// The secret, `<category>/<resource>/<key>`.
    pub name: String,
    /// What its setting left in the project; empty if nothing.
    pub revision: String,
}

impl Secret {
    fn new(category: &str, resource: &str, key: &str, revision: &str) -> Self {
        let name = format!("{category}/{resource}/{key}");
        let words: String = name.chars().filter(char::is_ascii_alphanumeric).take(180).collect();
        // Names that differ in more than letters and digits, or in where one part ends, get different parameters.
        let mark = hex::encode(&Sha256::digest(&name)[..4]);
        Self { parameter: format!("{PREFIX}{words}{mark}"), name, revision: revision.to_owned() }
    }

    /// The secret's own key, which is the parameter of the resource's stack.
    pub fn key(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or_default()
    }
}

/// The secrets that an environment has for a resource, from its values.
pub(crate) fn of_resource(values: Option<&Map<String, Value>>, category: &str, resource: &str) -> Vec<Secret> {
    let Some(values) = values else { return Vec::new() };
    let revision = values.get(SECRET_REVISION).and_then(Value::as_str).unwrap_or_default();
    names(values).map(|key| Secret::new(category, resource, key, revision)).collect()
}

fn names(values: &Map<String, Value>) -> impl Iterator<Item = &str> {
    values.get(SECRET_NAMES).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// The secrets that any environment of the project has, by resource: an environment without them lacks something.
pub(crate) type Everywhere = BTreeMap<(String, String), BTreeSet<String>>;

/// Collects them.
pub(crate) fn everywhere(state: &ProjectState) -> Everywhere {
    let mut found = Everywhere::new();
    for environment in state.team.environments() {
        for (category, resources) in state.team.values(environment).into_iter().flatten() {
            for (resource, values) in resources.as_object().into_iter().flatten() {
                let Some(values) = values.as_object() else { continue };
                found.entry((category.clone(), resource.clone())).or_default().extend(names(values).map(str::to_owned));
            }
        }
    }
    found
}

/// The values of a resource without what is said of its secrets.
pub(crate) fn without(values: &Map<String, Value>) -> Map<String, Value> {
    let own = |key: &str| key == SECRET_NAMES || key == SECRET_REVISION;
    values.iter().filter(|(key, _)| !own(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// Whether the root has a parameter of this name for a secret.
pub(crate) fn is_parameter(target: &str) -> bool {
    target.starts_with(PREFIX)
}

/// Declares in a root template what its nested stacks use. `known` holds at least those secrets; the first of a name counts.
pub(crate) fn declare(template: &mut Value, stacks: &[NestedStack], known: &[Secret]) -> Vec<Secret> {
    let used: BTreeSet<String> = stacks
        .iter()
        .flat_map(|stack| stack.parameters.values().flat_map(references))
        .map(|reference| reference.target)
        .filter(|target| is_parameter(target))
        .collect();
    let mut declared: Vec<Secret> = Vec::new();
    for secret in known.iter().filter(|secret| used.contains(&secret.parameter)) {
        if declared.iter().any(|other| other.parameter == secret.parameter) {
            continue;
        }
        template["Parameters"][&secret.parameter] = json!({ "Type": "String", "NoEcho": true });
        template["Metadata"][METADATA][&secret.parameter] = json!({ "name": secret.name, "revision": secret.revision });
        declared.push(secret.clone());
    }
    declared
}

/// The secrets that a root template declares.
pub(crate) fn declared(template: &Value) -> Vec<Secret> {
    let declared = template.get("Metadata").and_then(|metadata| metadata.get(METADATA)?.as_object());
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    declared
        .into_iter()
        .flatten()
        .map(|(parameter, value)| Secret {
            parameter: parameter.clone(),
            name: text(value, "name"),
            revision: text(value, "revision"),
        })
        .collect()
}

/// Values that stand in for the secrets while templates are evaluated.
pub(crate) fn stand_ins(secrets: &[Secret]) -> impl Iterator<Item = (String, Value)> + '_ {
    secrets.iter().map(|secret| (secret.parameter.clone(), json!({ "Ref": secret.parameter })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_get_different_parameters() {
        let parameter = |category: &str, resource: &str, key: &str| Secret::new(category, resource, key, "").parameter;
        assert_ne!(parameter("auth", "ab", "c"), parameter("auth", "a", "bc"));
        assert_ne!(parameter("auth", "a", "b-c"), parameter("auth", "a", "bc"));
        let long = parameter("auth", &"x".repeat(300), "key");
        assert!(long.len() < 255 && long.chars().all(|part| part.is_ascii_alphanumeric()), "{long}");
        assert!(is_parameter(&long));
    }

    #[test]
    fn what_is_said_of_secrets_is_no_parameter() {
        let values = json!({ "secretNames": ["clientSecret"], "secretRevision": "1", "googleClientId": "x" });
        let values = values.as_object().unwrap();
        assert_eq!(Value::Object(without(values)), json!({ "googleClientId": "x" }));
        let secrets = of_resource(Some(values), "auth", "app");
        assert_eq!((secrets[0].name.as_str(), secrets[0].key()), ("auth/app/clientSecret", "clientSecret"));
    }
}
