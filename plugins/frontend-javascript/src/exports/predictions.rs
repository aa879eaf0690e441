//! The keys of predictions: one group for each kind of work, one entry for each service that does it.

use amplify_sdk::JsonMap;
use serde_json::{Value, json};

use super::{insert, resource::Resource};

/// Adds what a service does, if it is one of predictions.
pub fn add(predictions: &mut JsonMap, service: &str, resources: &[Resource<'_>]) {
    let Some(first) = resources.first() else { return };
    let (group, entries) = match service {
        "Translate" | "Polly" | "Transcribe" => ("convert", vec![convert(first)]),
        "Rekognition" | "RekognitionAndTextract" => ("identify", resources.iter().filter_map(identify).collect()),
        "Comprehend" => {
            let entry = with_defaults(first, [("type", first.get("type"))]);
            ("interpret", vec![("interpretText", entry)])
        }
        "SageMaker" => {
            let mut entry = base(first);
            insert(&mut entry, "endpoint", first.get("endpointName"));
            ("infer", vec![("inferModel", entry)])
        }
        _ => return,
    };
    let group = predictions.entry(group).or_insert_with(|| json!({}));
    if let Value::Object(group) = group {
        group.extend(entries.into_iter().map(|(kind, entry)| (kind.to_string(), Value::Object(entry))));
    }
}

fn convert(resource: &Resource<'_>) -> (&'static str, JsonMap) {
    match resource.entry.get("convertType").and_then(Value::as_str) {
        Some("speechGenerator") => {
            let voice = [("VoiceId", resource.get("voice")), ("LanguageCode", resource.get("language"))];
            ("speechGenerator", with_defaults(resource, voice))
        }
        Some("transcription") => ("transcription", with_defaults(resource, [("language", resource.get("language"))])),
        _ => {
            let languages =
                [("sourceLanguage", resource.get("sourceLang")), ("targetLanguage", resource.get("targetLang"))];
            ("translateText", with_defaults(resource, languages))
        }
    }
}

fn identify(resource: &Resource<'_>) -> Option<(&'static str, JsonMap)> {
    // These entries name the proxy before the region.
    let base = || {
        let mut entry = JsonMap::new();
        entry.insert("proxy".into(), false.into());
        insert(&mut entry, "region", resource.get("region"));
        entry
    };
    let mut entry = base();
    match resource.entry.get("identifyType").and_then(Value::as_str)? {
        "identifyText" => {
            entry.insert("defaults".into(), defaults([("format", resource.get("format"))]));
            Some(("identifyText", entry))
        }
        "identifyEntities" => {
            let celebrities = match resource.output.get("celebrityDetectionEnabled") {
                Some(Value::Bool(enabled)) => *enabled,
                Some(Value::String(text)) => text == "true",
                _ => false,
            };
            entry.insert("celebrityDetectionEnabled".into(), celebrities.into());
            if let Some(collection) = resource.text("collectionId") {
                let maximum = resource.get("maxEntities").and_then(|value| whole_number(&value));
                let values = [("collectionId", Some(collection.into())), ("maxEntities", maximum)];
                entry.insert("defaults".into(), defaults(values));
            }
            Some(("identifyEntities", entry))
        }
        "identifyLabels" => {
            entry.insert("defaults".into(), defaults([("type", resource.get("type"))]));
            Some(("identifyLabels", entry))
        }
        _ => None,
    }
}

/// Outputs are texts; this one is a number in the app.
fn whole_number(value: &Value) -> Option<Value> {
    match value {
        Value::Number(_) => Some(value.clone()),
        Value::String(text) => text.trim().parse::<i64>().ok().map(Value::from),
        _ => None,
    }
}

fn base(resource: &Resource<'_>) -> JsonMap {
    let mut entry = JsonMap::new();
    insert(&mut entry, "region", resource.get("region"));
    entry.insert("proxy".into(), false.into());
    entry
}

fn with_defaults<const N: usize>(resource: &Resource<'_>, values: [(&str, Option<Value>); N]) -> JsonMap {
    let mut entry = base(resource);
    entry.insert("defaults".into(), defaults(values));
    entry
}

fn defaults<const N: usize>(values: [(&str, Option<Value>); N]) -> Value {
    let mut defaults = JsonMap::new();
    for (key, value) in values {
        insert(&mut defaults, key, value);
    }
    defaults.into()
}
