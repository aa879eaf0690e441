//! A resource's folder: its template, its documents, and why it may have none.

use std::path::{Path, PathBuf};

use fs_err as fs;
use serde_json::{Map, Value};

use crate::{Error, StagedTemplate};

/// A folder under the project's root.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    /// Where it is.
    pub path: PathBuf,
    /// The same relative to the project's root, with `/` between the parts.
    pub relative: String,
}

impl Folder {
    /// A folder at `path`, somewhere below `root`.
    pub fn new(root: &Path, path: PathBuf) -> Self {
        let relative = path.strip_prefix(root).unwrap_or(&path);
        let relative =
            relative.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
        Self { path, relative }
    }

    /// A folder inside this one.
    pub fn inside(&self, name: &str) -> Self {
        Self { path: self.path.join(name), relative: format!("{}/{name}", self.relative) }
    }

    /// Whether it exists.
    pub fn exists(&self) -> bool {
        self.path.is_dir()
    }

    /// A file's bytes, if the file exists.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        match fs::read(self.path.join(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A file's JSON, if the file exists.
    pub fn json(&self, name: &str, expected: &'static str) -> Result<Option<Value>, Error> {
        let Some(bytes) = self.read(name)? else { return Ok(None) };
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let malformed = |source| Error::Malformed { path: format!("{}/{name}", self.relative), expected, source };
        serde_json::from_slice(bytes).map(Some).map_err(|error| malformed(Some(error)))
    }

    /// A file's JSON object, if the file exists.
    pub fn object(&self, name: &str) -> Result<Option<Map<String, Value>>, Error> {
        let expected = "a JSON object";
        match self.json(name, expected)? {
            None => Ok(None),
            Some(Value::Object(map)) => Ok(Some(map)),
            Some(_) => Err(Error::Malformed { path: format!("{}/{name}", self.relative), expected, source: None }),
        }
    }

    /// The one file whose name says that it is a template, if there is one.
    pub fn template(&self) -> Result<Option<(String, StagedTemplate)>, Error> {
        let entries = match fs::read_dir(&self.path) {
            Ok(entries) => entries,
            Err(error) if matches!(error.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if is_template(&name) && entry.path().is_file() {
                names.push(name);
            }
        }
        names.sort();
        match names.as_slice() {
            [] => Ok(None),
            [name] => Ok(Some((name.clone(), self.file(name)?))),
            _ => Err(Error::SeveralTemplates { folder: self.relative.clone(), files: names }),
        }
    }

    /// A template with a known name.
    pub fn file(&self, name: &str) -> Result<StagedTemplate, Error> {
        Ok(StagedTemplate::new(format!("{}/{name}", self.relative), fs::read(self.path.join(name))?))
    }

    /// Every file below this folder: path inside it with `/` between the parts, and where it is. Sorted.
    pub fn files(&self) -> Result<Vec<(String, PathBuf)>, Error> {
        let mut found = Vec::new();
        let mut pending = vec![(String::new(), self.path.clone())];
        while let Some((prefix, folder)) = pending.pop() {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
                if entry.path().is_dir() {
                    pending.push((format!("{name}/"), entry.path()));
                } else {
                    found.push((name, entry.path()));
                }
            }
        }
        found.sort();
        Ok(found)
    }
}

fn is_template(name: &str) -> bool {
    let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
    name.contains("template") && matches!(extension, Some("json" | "yml" | "yaml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_known_by_its_name() {
        assert!(is_template("s3-cloudformation-template.json"));
        assert!(is_template("template.yaml"));
        assert!(!is_template("parameters.json"));
        assert!(!is_template("email-template.html"));
        assert!(!is_template("template.json.bak"));
    }

    #[test]
    fn a_missing_folder_has_no_template_and_no_documents() {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::new(home.path(), home.path().join("amplify/backend/storage/gone"));
        assert_eq!(folder.relative, "amplify/backend/storage/gone");
        assert!(folder.template().unwrap().is_none());
        assert!(folder.object("parameters.json").unwrap().is_none());
    }

    #[test]
    fn two_templates_are_named() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("a-template.json"), "{}").unwrap();
        fs::write(home.path().join("b-template.yml"), "").unwrap();
        let error = Folder::new(home.path(), home.path().to_owned()).template().unwrap_err();
        assert!(error.to_string().contains("a-template.json, b-template.yml"), "{error}");
    }

    #[test]
    fn a_byte_order_mark_is_accepted_and_a_list_is_not_an_object() {
        let home = tempfile::tempdir().unwrap();
        let folder = Folder::new(home.path(), home.path().to_owned());
        fs::write(home.path().join("bom.json"), b"\xef\xbb\xbf{\"a\":1}").unwrap();
        fs::write(home.path().join("list.json"), "[]").unwrap();
        assert_eq!(folder.object("bom.json").unwrap().unwrap()["a"], 1);
        assert!(matches!(folder.object("list.json"), Err(Error::Malformed { .. })));
    }
}
