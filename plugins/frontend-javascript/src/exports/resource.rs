//! A deployed resource, as `amplify-meta.json` records it.

use amplify_sdk::JsonMap;
use serde_json::Value;

/// A resource with outputs.
#[derive(Clone, Copy, Debug)]
pub struct Resource<'m> {
    /// Its name.
    pub name: &'m str,
    /// Its whole entry.
    pub entry: &'m JsonMap,
    /// Its outputs.
    pub output: &'m JsonMap,
}

impl Resource<'_> {
    /// An output.
    pub fn get(&self, key: &str) -> Option<Value> {
        self.output.get(key).filter(|value| !value.is_null()).cloned()
    }

    /// An output that is a text with something in it.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.output.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
    }
}

/// The deployed resources by service, in the order in which the services appear.
pub fn by_service(meta: &JsonMap) -> Vec<(&str, Vec<Resource<'_>>)> {
    let mut services: Vec<(&str, Vec<Resource<'_>>)> = Vec::new();
    let resources = meta.values().filter_map(Value::as_object).flatten();
    for (name, entry) in resources {
        let Some(resource) = deployed(name, entry) else { continue };
        let Some(service) = resource.entry.get("service").and_then(Value::as_str) else { continue };
        match services.iter_mut().find(|(known, _)| *known == service) {
            Some((_, list)) => list.push(resource),
            None => services.push((service, vec![resource])),
        }
    }
    services
}

fn deployed<'m>(name: &'m str, entry: &'m Value) -> Option<Resource<'m>> {
    let entry = entry.as_object()?;
    let output = entry.get("output")?.as_object()?;
    let pushed = entry.get("lastPushTimeStamp").is_some_and(|time| !time.is_null());
    pushed.then_some(Resource { name, entry, output })
}
