//! `amplify-meta.json`: what is known of the current environment, resource by resource.

use std::{
    ops::{Deref, DerefMut},
    path::Path,
};

use serde_json::{Map, Value};

use crate::{
    BackendConfig, Document, Entries, Error, Indent,
    document::{optional_object, shape},
};

/// Keys of a resource's entry that a deployment records, in the order in which the original first writes them.
pub(crate) const DEPLOYED_KEYS: [&str; 7] = [
    "lastBuildTimeStamp",
    "lastPackageTimeStamp",
    "distZipFilename",
    "providerMetadata",
    "lastPushTimeStamp",
    "output",
    "lastPushDirHash",
];

/// `amplify-meta.json`, of `backend/` or of `#current-cloud-backend/`. The resources are on [`Entries`].
#[derive(Clone, Debug, PartialEq)]
pub struct AmplifyMeta(Entries);

impl AmplifyMeta {
    /// A new file without providers and resources.
    pub fn new() -> Self {
        let mut top = Map::new();
        top.insert("providers".into(), Value::Object(Map::new()));
        Self(Entries::unchecked(Document::new(Value::Object(top), Indent::Tabs)))
    }

    /// Reads the file; `path` names it in errors.
    ///
    /// # Errors
    /// No JSON object, a category, provider or entry that is no object, or a malformed `dependsOn`.
    pub fn parse(bytes: &[u8], path: &Path) -> Result<Self, Error> {
        let document = Document::parse(bytes, path)?;
        if let Some(providers) = optional_object(path, document.object(), ".", "providers")? {
            for (name, state) in providers {
                if !state.is_object() {
                    return Err(shape(path, &format!("providers.{name}"), "an object", state));
                }
            }
        }
        Ok(Self(Entries::checked(document, path)?))
    }

    /// The file as an environment's initialisation makes it: what the provider knows of the environment, then every
    /// resource of `backend-config.json`. What `deployed` records of a resource that is still there is taken over.
    pub fn seed(
        provider: Option<(&str, &Map<String, Value>)>,
        config: &BackendConfig,
        deployed: Option<&AmplifyMeta>,
    ) -> Self {
        let mut meta = Self::new();
        if let Some((name, state)) = provider {
            meta.set_provider(name, state.clone());
        }
        for category in config.categories() {
            if let Some(section) = config.document().object().get(category) {
                meta.document_mut().object_mut().insert(category.to_owned(), section.clone());
            }
        }
        if let Some(deployed) = deployed {
            for resource in deployed.resources() {
                meta.take_over(resource.category, resource.name, resource.entry);
            }
        }
        meta
    }

    /// The providers that know this environment.
    pub fn providers(&self) -> Vec<&str> {
        self.provider_map()
            .map(|map| map.keys().map(String::as_str).filter(|name| *name != "categories").collect())
            .unwrap_or_default()
    }

    /// What a provider recorded of the environment: `Region`, `StackName`, ...
    pub fn provider_state(&self, provider: &str) -> Option<&Map<String, Value>> {
        self.provider_map()?.get(provider)?.as_object()
    }

    /// Records what a provider knows of the environment, replacing what it knew.
    pub fn set_provider(&mut self, provider: &str, state: Map<String, Value>) {
        let top = self.document_mut().object_mut();
        if !top.get("providers").is_some_and(Value::is_object) {
            top.insert("providers".into(), Value::Object(Map::new()));
        }
        if let Some(Value::Object(providers)) = top.get_mut("providers") {
            providers.insert(provider.to_owned(), Value::Object(state));
        }
    }

    /// What a deployment gave out for a resource.
    pub fn outputs(&self, category: &str, name: &str) -> Option<&Map<String, Value>> {
        self.entry(category, name)?.get("output")?.as_object()
    }

    /// Copies what a deployment recorded of a resource into the entry of the same resource here, if there is one.
    pub(crate) fn take_over(&mut self, category: &str, name: &str, deployed: &Map<String, Value>) {
        let Some(entry) = self.entry_mut(category, name) else { return };
        for key in DEPLOYED_KEYS {
            match (deployed.get(key), entry.get_mut(key)) {
                (None, _) => {}
                (Some(Value::Object(new)), Some(Value::Object(old))) => {
                    old.extend(new.iter().map(|(key, value)| (key.clone(), value.clone())));
                }
                (Some(new), _) => {
                    entry.insert(key.to_owned(), new.clone());
                }
            }
        }
    }

    /// Takes over another file's content, but keeps this one's layout.
    pub(crate) fn say_the_same_as(&mut self, other: &AmplifyMeta) {
        self.document_mut().value = other.document().value.clone();
    }

    fn provider_map(&self) -> Option<&Map<String, Value>> {
        self.document().object().get("providers")?.as_object()
    }
}

impl Default for AmplifyMeta {
    fn default() -> Self {
        Self::new()
    }
}

impl Deref for AmplifyMeta {
    type Target = Entries;

    fn deref(&self) -> &Entries {
        &self.0
    }
}

impl DerefMut for AmplifyMeta {
    fn deref_mut(&mut self) -> &mut Entries {
        &mut self.0
    }
}
