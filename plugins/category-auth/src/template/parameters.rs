//! The parameters that the template declares: one for each setting, one for each value of a resource it depends on, and
//! those that each environment has for itself.

use amplify_sdk::JsonMap;
use serde_json::{Value, json};

use super::{Elsewhere, socials};
use crate::{federation, settings::Settings};

pub fn declared(settings: &Settings, elsewhere: Elsewhere) -> JsonMap {
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
    for provider in federation::chosen(settings) {
        declare(&mut parameters, provider.key, "String");
    }
    let native = federation::native(settings);
    for (name, _) in &native {
        declare(&mut parameters, name, "String");
    }
    if !native.is_empty() && !elsewhere.open_id {
        parameters.insert(federation::KNOWN_PROVIDER.into(), json!({ "Type": "String", "Default": "" }));
    }
    // The original's function takes them all in one parameter, which its template declares.
    if !elsewhere.hosted_ui {
        for social in socials(settings) {
            for credential in social.credentials() {
                let mut parameter = json!({ "Type": "String" });
                if credential.secret {
                    parameter["NoEcho"] = json!(true);
                }
                parameters.insert(social.key(credential), parameter);
            }
        }
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
