//! The plan as the document that `plan --json` prints.

use amplify_cfn::{Action, UpdateBehaviour};
use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};
use serde_json::json;

use crate::plan::{Cause, Change, Limit, Plan, ResourcePlan};

/// What happens, as documents have it.
pub fn action_word(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Update => "update",
        Action::Replace => "replace",
        Action::Delete => "delete",
        Action::Retain => "retain",
    }
}

/// What CloudFormation does for a property, as documents have it.
pub fn behaviour_word(behaviour: UpdateBehaviour) -> &'static str {
    match behaviour {
        UpdateBehaviour::NoInterruption => "no-interruption",
        UpdateBehaviour::SomeInterruption => "some-interruption",
        UpdateBehaviour::Replacement => "replacement",
        UpdateBehaviour::Unknown => "unknown",
    }
}

impl Serialize for Plan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("environment", &self.environment)?;
        map.serialize_entry("provider", &self.provider)?;
        map.serialize_entry("resources", &self.resources)?;
        if !self.root.is_empty() {
            map.serialize_entry("root", &self.root)?;
        }
        if !self.tags.is_empty() {
            map.serialize_entry("tags", &self.tags)?;
        }
        map.serialize_entry("limits", &self.limits)?;
        if !self.steps.is_empty() {
            map.serialize_entry("steps", &self.steps)?;
        }
        map.serialize_entry("summary", &self.summary())?;
        map.end()
    }
}

impl Serialize for ResourcePlan {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("category", &self.category)?;
        map.serialize_entry("name", &self.name)?;
        map.serialize_entry("service", &self.service)?;
        map.serialize_entry("operation", &self.operation)?;
        if let Some(reason) = &self.skipped {
            map.serialize_entry("skipped", reason)?;
        }
        map.serialize_entry("changes", &self.changes)?;
        if !self.notes.is_empty() {
            map.serialize_entry("notes", &self.notes)?;
        }
        map.end()
    }
}

impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("path", &self.path)?;
        map.serialize_entry("type", &self.resource_type)?;
        map.serialize_entry("action", action_word(self.action))?;
        map.serialize_entry("causes", &self.causes)?;
        if let Some(loss) = &self.data_loss {
            map.serialize_entry("dataLoss", loss)?;
        }
        if !self.notes.is_empty() {
            map.serialize_entry("notes", &self.notes)?;
        }
        map.end()
    }
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("property", &self.property)?;
        map.serialize_entry("old", &self.old)?;
        map.serialize_entry("new", &self.new)?;
        map.serialize_entry("behaviour", behaviour_word(self.behaviour))?;
        if self.conditional {
            map.serialize_entry("conditional", &true)?;
        }
        map.end()
    }
}

impl Serialize for Limit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("stack", &self.stack)?;
        map.serialize_entry("limit", &self.limit)?;
        map.serialize_entry("count", &self.count)?;
        map.serialize_entry("maximum", &self.maximum)?;
        map.serialize_entry("exceeded", &self.exceeded)?;
        map.serialize_entry("largest", &Largest(&self.largest))?;
        map.end()
    }
}

struct Largest<'l>(&'l [(String, usize)]);

impl Serialize for Largest<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for (name, count) in self.0 {
            list.serialize_element(&json!({ "name": name, "count": count }))?;
        }
        list.end()
    }
}
