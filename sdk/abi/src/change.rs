//! What a plugin wants changed. The host checks it and applies it as one transaction.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{JsonMap, question::Question};

/// Everything a request changes. An empty value changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Changes {
    /// Files below the folders of the plugin's own resources.
    pub files: Vec<FileChange>,
    /// Entries of `backend-config.json` (the host mirrors them in `amplify-meta.json`).
    pub resources: Vec<ResourceChange>,
    /// Values that belong to the current environment only (`team-provider-info.json`).
    pub environment: Vec<EnvironmentValue>,
    /// Secrets; the host hands them to the provider's store, never to a file that git tracks.
    pub secrets: Vec<SecretValue>,
    /// Lines printed once the changes are recorded, such as `Successfully added resource photos locally`.
    pub messages: Vec<String>,
    /// What the user may want to do next, one command or sentence an entry.
    pub next_steps: Vec<String>,
    /// Files that the user may want to edit now. They are offered at a terminal once the changes are recorded.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open: Vec<FileToOpen>,
}

/// A file below `amplify/backend/<category>/<resource>/` that the user is asked about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileToOpen {
    /// Category of the resource.
    pub category: String,
    /// Name of the resource.
    pub resource: String,
    /// Path below the resource's folder, with forward slashes and no `..`.
    pub path: String,
    /// A yes-or-no question, such as "Do you want to edit it now?". Where nobody sits at a terminal it is answered by the
    /// answers document alone, and otherwise not asked.
    pub question: Question,
}

/// One file written or deleted below `amplify/backend/<category>/<resource>/`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FileChange {
    /// Category of the resource.
    pub category: String,
    /// Name of the resource.
    pub resource: String,
    /// Path below the resource's folder, with forward slashes and no `..`.
    pub path: String,
    /// The new content; null deletes the file.
    pub content: Option<FileContent>,
}

/// A file's content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "camelCase")]
#[non_exhaustive]
pub enum FileContent {
    /// UTF-8 text, written as it is.
    Text(String),
    /// A JSON document. The host keeps the indentation of the file it replaces; a new file gets four spaces.
    Json(Value),
    /// A JSON document indented with tabs if the file is new.
    JsonTabs(Value),
    /// Any bytes, in base64.
    Base64(String),
    /// What the host keeps already, by the number that it gave for it: see [`crate::message::KEEP`].
    Kept(u64),
}

/// A change of the resource list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "camelCase")]
#[non_exhaustive]
pub enum ResourceChange {
    /// A new resource.
    Add {
        /// Category it belongs to.
        category: String,
        /// Its name.
        resource: String,
        /// `service`, `providerPlugin`, `build`, `dependsOn`, ... in the order to be written.
        entry: JsonMap,
    },
    /// Keys set in an existing entry; a null removes the key.
    Patch {
        /// Category it belongs to.
        category: String,
        /// Its name.
        resource: String,
        /// The keys to set.
        entry: JsonMap,
    },
    /// The resource goes, with its folder and its environment values.
    Remove {
        /// Category it belongs to.
        category: String,
        /// Its name.
        resource: String,
    },
}

/// A value of the current environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentValue {
    /// Category of the resource.
    pub category: String,
    /// Name of the resource.
    pub resource: String,
    /// The parameter it overrides at deployment.
    pub key: String,
    /// The value; null removes it.
    pub value: Value,
}

/// A secret of the current environment.
///
/// The host hands the value to the environment's provider, and writes only the key to the project. The resource's stack
/// gets it as the parameter `key`, which its template declares with `NoEcho`; no template, upload or file of the project
/// holds it. An environment that lacks a secret which another one has is not deployed before `amplify env secret`, or the
/// plugin, has set it there.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretValue {
    /// Category of the resource.
    pub category: String,
    /// Name of the resource.
    pub resource: String,
    /// The secret's name, and that of the parameter in the resource's template.
    pub key: String,
    /// The secret; an empty text forgets it.
    pub value: String,
}

impl std::fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SecretValue({}/{}/{}: hidden)", self.category, self.resource, self.key)
    }
}

impl Changes {
    /// No changes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether nothing in the project would change (messages aside).
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.resources.is_empty() && self.environment.is_empty() && self.secrets.is_empty()
    }

    /// Appends what another plugin wants changed.
    pub fn extend(&mut self, other: Changes) {
        self.files.extend(other.files);
        self.resources.extend(other.resources);
        self.environment.extend(other.environment);
        self.secrets.extend(other.secrets);
        self.messages.extend(other.messages);
        self.next_steps.extend(other.next_steps);
        self.open.extend(other.open);
    }

    /// A new resource. The entry is a [`JsonMap`], or an array of keys and values.
    ///
    /// ```
    /// use amplify_plugin_abi::change::Changes;
    ///
    /// let changes = Changes::new().add_resource("storage", "photos", [("service", "S3".into())]);
    /// assert_eq!(changes.resources.len(), 1);
    /// ```
    #[must_use]
    pub fn add_resource<K: Into<String>>(
        mut self,
        category: &str,
        resource: &str,
        entry: impl IntoIterator<Item = (K, Value)>,
    ) -> Self {
        let entry = entry.into_iter().map(|(key, value)| (key.into(), value)).collect();
        self.resources.push(ResourceChange::Add { category: category.into(), resource: resource.into(), entry });
        self
    }

    /// Keys set in an existing entry; a null removes the key.
    #[must_use]
    pub fn patch_resource<K: Into<String>>(
        mut self,
        category: &str,
        resource: &str,
        entry: impl IntoIterator<Item = (K, Value)>,
    ) -> Self {
        let entry = entry.into_iter().map(|(key, value)| (key.into(), value)).collect();
        self.resources.push(ResourceChange::Patch { category: category.into(), resource: resource.into(), entry });
        self
    }

    /// The resource goes, with its folder and its environment values.
    #[must_use]
    pub fn remove_resource(mut self, category: &str, resource: &str) -> Self {
        self.resources.push(ResourceChange::Remove { category: category.into(), resource: resource.into() });
        self
    }

    /// A file of a resource.
    #[must_use]
    pub fn file(mut self, category: &str, resource: &str, path: &str, content: FileContent) -> Self {
        self.files.push(FileChange {
            category: category.into(),
            resource: resource.into(),
            path: path.into(),
            content: Some(content),
        });
        self
    }

    /// A text file of a resource.
    #[must_use]
    pub fn text(self, category: &str, resource: &str, path: &str, text: impl Into<String>) -> Self {
        self.file(category, resource, path, FileContent::Text(text.into()))
    }

    /// A JSON file of a resource; a new one is indented by four spaces.
    #[must_use]
    pub fn json(self, category: &str, resource: &str, path: &str, value: Value) -> Self {
        self.file(category, resource, path, FileContent::Json(value))
    }

    /// A JSON file of a resource; a new one is indented by tabs.
    #[must_use]
    pub fn json_tabs(self, category: &str, resource: &str, path: &str, value: Value) -> Self {
        self.file(category, resource, path, FileContent::JsonTabs(value))
    }

    /// Deletes a file of a resource.
    #[must_use]
    pub fn delete_file(mut self, category: &str, resource: &str, path: &str) -> Self {
        self.files.push(FileChange {
            category: category.into(),
            resource: resource.into(),
            path: path.into(),
            content: None,
        });
        self
    }

    /// A value that belongs to the current environment only; null removes it.
    #[must_use]
    pub fn environment_value(mut self, category: &str, resource: &str, key: &str, value: Value) -> Self {
        self.environment.push(EnvironmentValue {
            category: category.into(),
            resource: resource.into(),
            key: key.into(),
            value,
        });
        self
    }

    /// A secret of the current environment, see [`SecretValue`].
    ///
    /// ```
    /// use amplify_plugin_abi::change::Changes;
    ///
    /// let changes = Changes::new().secret("auth", "app", "googleClientSecret", "as typed");
    /// assert!(!format!("{changes:?}").contains("as typed"));
    /// ```
    #[must_use]
    pub fn secret(mut self, category: &str, resource: &str, key: &str, value: impl Into<String>) -> Self {
        self.secrets.push(SecretValue {
            category: category.into(),
            resource: resource.into(),
            key: key.into(),
            value: value.into(),
        });
        self
    }

    /// A line printed once the changes are recorded.
    #[must_use]
    pub fn message(mut self, line: impl Into<String>) -> Self {
        self.messages.push(line.into());
        self
    }

    /// A file that the user may want to edit now, see [`FileToOpen`].
    #[must_use]
    pub fn open_file(mut self, category: &str, resource: &str, path: &str, question: Question) -> Self {
        self.open.push(FileToOpen {
            category: category.into(),
            resource: resource.into(),
            path: path.into(),
            question,
        });
        self
    }

    /// What the user may want to do next.
    #[must_use]
    pub fn next_step(mut self, line: impl Into<String>) -> Self {
        self.next_steps.push(line.into());
        self
    }
}
