//! `backend-config.json`: the resources of the project, the same for every environment.

use std::{
    ops::{Deref, DerefMut},
    path::Path,
};

use serde_json::{Map, Value};

use crate::{Document, Entries, Error, Indent};

/// `backend-config.json`. Everything that it can do is on [`Entries`].
#[derive(Clone, Debug, PartialEq)]
pub struct BackendConfig(Entries);

impl BackendConfig {
    /// A new, empty file.
    pub fn new() -> Self {
        Self(Entries::unchecked(Document::new(Value::Object(Map::new()), Indent::Tabs)))
    }

    /// Reads the file; `path` names it in errors.
    ///
    /// # Errors
    /// No JSON object, a category or entry that is no object, or a malformed `dependsOn`.
    pub fn parse(bytes: &[u8], path: &Path) -> Result<Self, Error> {
        Ok(Self(Entries::checked(Document::parse(bytes, path)?, path)?))
    }
}

impl Default for BackendConfig {
    fn default() -> Self {
        Self::new()
    }
}

impl Deref for BackendConfig {
    type Target = Entries;

    fn deref(&self) -> &Entries {
        &self.0
    }
}

impl DerefMut for BackendConfig {
    fn deref_mut(&mut self) -> &mut Entries {
        &mut self.0
    }
}
