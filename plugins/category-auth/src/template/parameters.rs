//! The parameters that the template declares: one for each setting, one for each value of a resource it depends on, and
//! those that each environment has for itself.

use amplify_sdk::JsonMap;
use serde_json::{Value, json};

use super::socials;
use crate::settings::Settings;

/// The settings that hold ids of an environment's own at identity providers, with the provider they are for.
pub const FEDERATION: [(&str, &str); 3] = [
    ("facebookAppId", "graph.facebook.com"),
    ("googleClientId", "accounts.google.com"),
    ("amazonAppId", "www.amazon.com"),
];

pub fn declared(settings: &Settings) -> JsonMap {
    let mut parameters = JsonMap::new();
    for name in ["env", "authRoleArn", "unauthRoleArn"] {
        declare(&mut parameters, name, "String");
    }
    for (name, value) in settings.entries() {
        match value {
            Value::Array(_) => declare(&mut parameters, name, "CommaDelimitedList"),
            Value::Number(_) => declare(&mut parameters, name, "Number"),
            _ => declare(&mut parameters, name, "String"),
        }
    }
    let federated = settings.list("authProviders");
    for (name, provider) in FEDERATION {
        if federated.iter().any(|each| each == provider) {
            declare(&mut parameters, name, "String");
        }
    }
    for social in socials(settings) {
        declare(&mut parameters, &social.id_key(), "String");
        parameters.insert(social.secret_key(), json!({ "Type": "String", "NoEcho": true }));
    }
    for (name, _) in dependencies(settings) {
        parameters.insert(name.clone(), json!({ "Type": "String", "Default": name }));
    }
    parameters
}

/// The parameters that other resources' outputs fill, with the name of the resource.
pub fn dependencies(settings: &Settings) -> Vec<(String, String)> {
    let Some(Value::Array(list)) = settings.get("dependsOn") else { return Vec::new() };
    let mut found = Vec::new();
    for entry in list {
        let (Some(category), Some(resource)) = (entry["category"].as_str(), entry["resourceName"].as_str()) else {
            continue;
        };
        for attribute in entry["attributes"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            found.push((format!("{category}{resource}{attribute}"), resource.to_owned()));
        }
    }
    found
}

fn declare(parameters: &mut JsonMap, name: &str, kind: &str) {
    parameters.entry(name).or_insert_with(|| json!({ "Type": kind }));
}
