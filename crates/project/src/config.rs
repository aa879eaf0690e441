//! The files of `amplify/.config/`.

use std::path::Path;

use serde_json::{Map, Value};

use crate::{
    Document, Error, Indent,
    document::{optional_object, optional_string, shape},
    names,
};

/// `project-config.json`: name, frontend and its settings. Git tracks it.
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectConfig {
    document: Document,
}

impl ProjectConfig {
    /// A new project's file. `settings` is the frontend's object (`{framework, config}`); ios has none.
    pub fn new(name: &str, frontend: &str, settings: Option<Map<String, Value>>) -> Self {
        let mut top = Map::new();
        top.insert("projectName".into(), name.into());
        top.insert("version".into(), "3.0".into());
        top.insert("frontend".into(), frontend.into());
        if let Some(settings) = settings {
            top.insert(frontend.into(), Value::Object(settings));
        }
        top.insert("providers".into(), vec!["awscloudformation"].into());
        Self { document: Document::new(Value::Object(top), Indent::Spaces(4)) }
    }

    /// Reads the file; `path` names it in errors.
    ///
    /// # Errors
    /// No JSON object, no `projectName`, or a known key of the wrong type.
    pub fn parse(bytes: &[u8], path: &Path) -> Result<Self, Error> {
        let document = Document::parse(bytes, path)?;
        let top = document.object();
        for key in ["projectName", "version", "frontend"] {
            optional_string(path, top, ".", key)?;
        }
        if !top.contains_key("projectName") {
            return Err(Error::Shape {
                path: path.to_owned(),
                pointer: "projectName".into(),
                reason: "is missing".into(),
            });
        }
        if let Some(frontend) = top.get("frontend").and_then(Value::as_str) {
            optional_object(path, top, ".", frontend)?;
        }
        match top.get("providers") {
            None => {}
            Some(Value::Array(items)) if items.iter().all(Value::is_string) => {}
            Some(other) => return Err(shape(path, "providers", "a list of strings", other)),
        }
        Ok(Self { document })
    }

    /// The project's name.
    pub fn project_name(&self) -> &str {
        self.text("projectName")
    }

    /// Sets the name.
    pub fn set_project_name(&mut self, name: &str) {
        self.document.object_mut().insert("projectName".into(), name.into());
    }

    /// Version of the folder's layout, such as `3.0`.
    pub fn version(&self) -> &str {
        self.text("version")
    }

    /// The frontend, such as `javascript`; empty if none is set.
    pub fn frontend(&self) -> &str {
        self.text("frontend")
    }

    /// The frontend's object: `{framework, config: {SourceDir, ...}}`.
    pub fn frontend_settings(&self) -> Option<&Map<String, Value>> {
        self.document.object().get(self.frontend())?.as_object()
    }

    /// Sets the frontend and its object; the object of another frontend goes.
    pub fn set_frontend(&mut self, frontend: &str, settings: Option<Map<String, Value>>) {
        let former = self.frontend().to_owned();
        let top = self.document.object_mut();
        if former != frontend {
            top.shift_remove(&former);
        }
        top.insert("frontend".into(), frontend.into());
        if let Some(settings) = settings {
            top.insert(frontend.into(), Value::Object(settings));
        }
    }

    /// The provider plugins on record.
    pub fn providers(&self) -> Vec<&str> {
        match self.document.object().get("providers") {
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    fn text(&self, key: &str) -> &str {
        self.document.object().get(key).and_then(Value::as_str).unwrap_or_default()
    }
}

/// `local-env-info.json`: which environment this machine works on. Git ignores it.
#[derive(Clone, Debug, PartialEq)]
pub struct LocalEnvInfo {
    document: Document,
}

impl LocalEnvInfo {
    /// A new file. `editor` is left out if absent.
    pub fn new(project_path: &Path, editor: Option<&str>, environment: &str) -> Self {
        let mut top = Map::new();
        top.insert("projectPath".into(), project_path.to_string_lossy().into_owned().into());
        if let Some(editor) = editor {
            top.insert("defaultEditor".into(), editor.into());
        }
        top.insert("envName".into(), environment.into());
        Self { document: Document::new(Value::Object(top), Indent::Spaces(4)) }
    }

    /// Reads the file; `path` names it in errors.
    ///
    /// # Errors
    /// No JSON object, or a known key of the wrong type.
    pub fn parse(bytes: &[u8], path: &Path) -> Result<Self, Error> {
        let document = Document::parse(bytes, path)?;
        for key in ["projectPath", "defaultEditor", "envName"] {
            optional_string(path, document.object(), ".", key)?;
        }
        if let Some(Value::String(environment)) = document.object().get("envName") {
            names::component("environment", environment)?;
        }
        Ok(Self { document })
    }

    /// The current environment.
    pub fn env_name(&self) -> Option<&str> {
        self.document.object().get("envName")?.as_str()
    }

    /// Makes another environment the current one.
    pub fn set_env_name(&mut self, environment: &str) {
        self.document.object_mut().insert("envName".into(), environment.into());
    }

    /// Where the project lay when the file was written.
    pub fn project_path(&self) -> Option<&str> {
        self.document.object().get("projectPath")?.as_str()
    }

    /// Corrects where the project lies.
    pub fn set_project_path(&mut self, path: &Path) {
        self.document.object_mut().insert("projectPath".into(), path.to_string_lossy().into_owned().into());
    }

    /// The editor to open files with, such as `vscode`.
    pub fn default_editor(&self) -> Option<&str> {
        self.document.object().get("defaultEditor")?.as_str()
    }

    /// Sets the editor to open files with.
    pub fn set_default_editor(&mut self, editor: &str) {
        self.document.object_mut().insert("defaultEditor".into(), editor.into());
    }
}

/// `local-aws-info.json`: how each environment finds its AWS credentials. It holds names and paths, never keys; git
/// ignores it.
#[derive(Clone, Debug, PartialEq)]
pub struct LocalAwsInfo {
    document: Document,
}

impl LocalAwsInfo {
    /// A new, empty file.
    pub fn new() -> Self {
        Self { document: Document::new(Value::Object(Map::new()), Indent::Spaces(4)) }
    }

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

    /// The entry of an environment: `{"configLevel": "general"}` and the like. None means the same as `general`.
    pub fn environment(&self, name: &str) -> Option<&Map<String, Value>> {
        self.document.object().get(name)?.as_object()
    }

    /// Records the entry of an environment.
    pub fn set_environment(&mut self, name: &str, entry: Map<String, Value>) {
        self.document.object_mut().insert(name.to_owned(), Value::Object(entry));
    }

    /// Forgets an environment.
    pub fn remove_environment(&mut self, name: &str) {
        self.document.object_mut().shift_remove(name);
    }
}

impl Default for LocalAwsInfo {
    fn default() -> Self {
        Self::new()
    }
}

macro_rules! file_access {
    ($($name:ident),*) => {$(
        impl $name {
            /// The file.
            pub fn document(&self) -> &Document {
                &self.document
            }

            /// The file, to be changed in ways that the methods here do not cover.
            pub fn document_mut(&mut self) -> &mut Document {
                &mut self.document
            }

            /// The file's bytes.
            pub fn to_bytes(&self) -> Vec<u8> {
                self.document.to_bytes()
            }
        }
    )*};
}

file_access!(ProjectConfig, LocalEnvInfo, LocalAwsInfo);
