//! `local-revisions.json`: which record of each environment this folder's backend goes back to.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::{Document, Error, Indent, document::optional_object};

/// `local-revisions.json`. Git ignores it, as everything in `amplify/.config/` whose name begins with `local-`.
#[derive(Clone, Debug, PartialEq)]
pub struct Revisions {
    document: Document,
}

impl Revisions {
    /// Reads the file; `path` names it in errors.
    ///
    /// # Errors
    /// No JSON object, or an environment whose entry is no object.
    pub fn parse(bytes: &[u8], path: &Path) -> Result<Self, Error> {
        let document = Document::parse(bytes, path)?;
        for name in document.object().keys() {
            optional_object(path, document.object(), ".", name)?;
        }
        Ok(Self { document })
    }

    /// The revision that was pulled or published last; empty if none is known.
    pub fn revision(&self, environment: &str) -> &str {
        let entry = self.document.object().get(environment);
        entry.and_then(|entry| entry.get("revision")?.as_str()).unwrap_or_default()
    }

    /// Whether something was deployed from here whose record is not published yet.
    pub fn is_unpublished(&self, environment: &str) -> bool {
        let entry = self.document.object().get(environment);
        entry.and_then(|entry| entry.get("unpublished")?.as_bool()).unwrap_or_default()
    }

    /// Notes the revision that is the same as `#current-cloud-backend` now.
    pub fn set(&mut self, environment: &str, revision: &str) {
        if revision.is_empty() {
            self.remove(environment);
        } else {
            self.document.object_mut().insert(environment.to_owned(), json!({ "revision": revision }));
        }
    }

    /// Notes that `#current-cloud-backend` is ahead of what is published.
    pub fn set_unpublished(&mut self, environment: &str) {
        let entry = json!({ "revision": self.revision(environment), "unpublished": true });
        self.document.object_mut().insert(environment.to_owned(), entry);
    }

    /// Forgets an environment.
    pub fn remove(&mut self, environment: &str) {
        self.document.object_mut().shift_remove(environment);
    }

    /// The file.
    pub fn document(&self) -> &Document {
        &self.document
    }
}

impl Default for Revisions {
    fn default() -> Self {
        Self { document: Document::new(Value::Object(Map::new()), Indent::Spaces(4)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_is_kept_until_a_new_one_is_published() {
        let mut revisions = Revisions::default();
        assert_eq!((revisions.revision("dev"), revisions.is_unpublished("dev")), ("", false));
        revisions.set("dev", "r1");
        revisions.set_unpublished("dev");
        assert_eq!((revisions.revision("dev"), revisions.is_unpublished("dev")), ("r1", true));
        let read = Revisions::parse(&revisions.document().to_bytes(), Path::new("r")).unwrap();
        assert_eq!(read, revisions);
        revisions.set("dev", "r2");
        assert_eq!((revisions.revision("dev"), revisions.is_unpublished("dev")), ("r2", false));
        revisions.set("dev", "");
        assert!(revisions.document().object().is_empty());
    }
}
