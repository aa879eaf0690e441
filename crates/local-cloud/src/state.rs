//! What an environment holds: its stacks, their resources and outputs, in one file that is replaced whole.

use std::{collections::BTreeMap, io, path::Path};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Error, store};

/// The version of the state file that this crate writes.
const VERSION: u32 = 1;

/// An environment's state file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// Version of the file's form.
    pub version: u32,
    /// Counts the committed deployments; tells whether an interrupted one was committed.
    pub serial: u64,
    /// The region that ARNs and pseudo parameters name.
    pub region: String,
    /// The account that ARNs and pseudo parameters name.
    pub account_id: String,
    /// The root stack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<StackState>,
    /// Physical resources that a committed deployment no longer needs and has yet to delete.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cleanup: Vec<Discarded>,
    /// Physical resources kept by policy after their logical resource went away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retained: Vec<Discarded>,
}

/// A deployed stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StackState {
    /// Its name.
    pub name: String,
    /// Its id, an ARN.
    pub id: String,
    /// The template as deployed.
    pub template: Value,
    /// The parameters as passed.
    pub parameters: Map<String, Value>,
    /// Its resources in the order they were created.
    pub resources: IndexMap<String, ResourceState>,
    /// Its outputs.
    pub outputs: IndexMap<String, OutputState>,
}

/// A deployed resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceState {
    /// CloudFormation type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// What it is called in its service.
    pub physical_id: String,
    /// What `Ref` gives.
    pub reference: Value,
    /// Its evaluated properties.
    pub properties: Value,
    /// What `Fn::GetAtt` gives for the attributes that the resource has.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub attributes: Map<String, Value>,
    /// How often it was replaced.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub generation: u32,
    /// `Retain`, `Delete`, ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deletion_policy: Option<String>,
    /// The same for its replacement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_replace_policy: Option<String>,
    /// Whether it only stands in the records and does not run here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recorded: bool,
    /// Facts that its handler keeps.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub facts: Map<String, Value>,
    /// The stack it is, for `AWS::CloudFormation::Stack`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<Box<StackState>>,
}

/// An output of a stack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutputState {
    /// Its value.
    pub value: Value,
    /// The name it is exported by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub export: Option<String>,
}

/// A physical resource that no logical resource stands for any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Discarded {
    /// Logical ids from the root stack down, joined by `/`.
    pub path: String,
    /// CloudFormation type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// What it is called in its service.
    pub physical_id: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl State {
    /// The state of an environment with nothing in it.
    pub fn empty(region: &str, account_id: &str) -> Self {
        Self {
            version: VERSION,
            serial: 0,
            region: region.into(),
            account_id: account_id.into(),
            stack: None,
            cleanup: Vec::new(),
            retained: Vec::new(),
        }
    }

    /// Reads the state; `None` where there is none.
    pub(crate) fn load(path: &Path) -> Result<Option<Self>, Error> {
        let bytes = match fs_err::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let bad = |reason: String| Error::State { path: path.to_path_buf(), reason };
        let state: Self = serde_json::from_slice(&bytes).map_err(|error| bad(error.to_string()))?;
        if state.version > VERSION {
            return Err(bad(format!("it has version {}, and this program knows {VERSION}", state.version)));
        }
        Ok(Some(state))
    }

    /// Writes the state atomically.
    pub(crate) fn save(&self, path: &Path) -> Result<(), Error> {
        let bytes = serde_json::to_vec(self).map_err(io::Error::from)?;
        Ok(store::replace(path, &bytes)?)
    }

    /// Exported outputs of all stacks.
    pub(crate) fn exports(&self) -> BTreeMap<String, Value> {
        let mut exports = BTreeMap::new();
        if let Some(stack) = &self.stack {
            stack.collect_exports(&mut exports);
        }
        exports
    }
}

impl StackState {
    fn collect_exports(&self, exports: &mut BTreeMap<String, Value>) {
        for output in self.outputs.values() {
            if let Some(name) = &output.export {
                exports.insert(name.clone(), output.value.clone());
            }
        }
        for resource in self.resources.values() {
            if let Some(stack) = &resource.stack {
                stack.collect_exports(exports);
            }
        }
    }

    /// Every resource below this stack, nested stacks before what they hold, with its path.
    pub fn walk<'s>(&'s self, prefix: &str, visit: &mut dyn FnMut(&str, &'s ResourceState)) {
        for (id, resource) in &self.resources {
            let path = join(prefix, id);
            visit(&path, resource);
            if let Some(stack) = &resource.stack {
                stack.walk(&path, visit);
            }
        }
    }

    /// The values of the outputs.
    pub fn output_values(&self) -> Map<String, Value> {
        self.outputs.iter().map(|(name, output)| (name.clone(), output.value.clone())).collect()
    }
}

/// A resource's path below a stack's path.
pub(crate) fn join(prefix: &str, id: &str) -> String {
    if prefix.is_empty() { id.to_owned() } else { format!("{prefix}/{id}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_survives_writing_and_reading() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        assert_eq!(State::load(&path).unwrap(), None);
        let mut state = State::empty("eu-west-1", "000000000000");
        state.serial = 7;
        state.save(&path).unwrap();
        assert_eq!(State::load(&path).unwrap(), Some(state));
    }

    #[test]
    fn a_damaged_or_newer_state_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        fs_err::write(&path, "{\"version\": 1").unwrap();
        assert_eq!(State::load(&path).unwrap_err().code(), "local-state");
        let mut state = State::empty("eu-west-1", "000000000000");
        state.version = 99;
        state.save(&path).unwrap();
        let error = State::load(&path).unwrap_err();
        assert!(error.causes()[0].contains("99"), "{error:?}");
    }
}
