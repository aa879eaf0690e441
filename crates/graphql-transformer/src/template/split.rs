//! References between stacks: from a child to the root by parameter, between children by export and import.

use std::collections::HashMap;

use indexmap::{IndexMap, IndexSet};
use serde_json::{Value, json};

use super::ROOT;

/// What a stack needs from others.
#[derive(Debug, Default)]
pub(super) struct Needs {
    /// Parameter → (what the root passes, what it says).
    pub(super) parameters: IndexMap<String, (Value, String)>,
    /// Stacks that export something it imports.
    pub(super) stacks: IndexSet<String>,
}

/// An output that another stack imports.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) stack: String,
    pub(super) id: String,
    pub(super) value: Value,
    pub(super) name: Vec<String>,
}

/// Rewrites references in one stack.
pub(super) struct Splitter<'r> {
    pub(super) stack_of: &'r HashMap<String, String>,
    pub(super) stack: &'r str,
    pub(super) needs: Needs,
    pub(super) wanted: Vec<Wanted>,
}

impl Splitter<'_> {
    /// Rewrites all references inside a value.
    pub(super) fn rewrite(&mut self, value: &mut Value) {
        if let Some(replaced) = self.replaced(value) {
            *value = replaced;
            return;
        }
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.rewrite(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.rewrite(member)),
            _ => {}
        }
    }

    /// Keeps what a resource of this stack can wait for.
    pub(super) fn dependencies(&self, resource: &mut Value) {
        let Some(list) = resource.get_mut("DependsOn").and_then(Value::as_array_mut) else { return };
        list.retain(|id| id.as_str().is_some_and(|id| self.stack_of.get(id).is_some_and(|stack| stack == self.stack)));
        if list.is_empty()
            && let Some(members) = resource.as_object_mut()
        {
            members.shift_remove("DependsOn");
        }
    }

    fn replaced(&mut self, value: &Value) -> Option<Value> {
        let members = value.as_object().filter(|members| members.len() == 1)?;
        let (function, argument) = members.iter().next()?;
        let (id, attribute) = match function.as_str() {
            "Ref" => (argument.as_str()?, None),
            "Fn::GetAtt" => (argument.get(0)?.as_str()?, Some(argument.get(1)?.as_str()?)),
            _ => return None,
        };
        let owner = self.stack_of.get(id)?;
        if owner == self.stack {
            return None;
        }
        let word = if attribute.is_some() { "GetAtt" } else { "Ref" };
        let flat: String = format!("{word}{id}{}", attribute.unwrap_or_default().replace('.', ""));
        if owner == ROOT {
            let what = format!("{id} {} of the parent stack.", attribute.unwrap_or("reference"));
            self.needs.parameters.entry(flat.clone()).or_insert_with(|| (value.clone(), what));
            return Some(json!({"Ref": flat}));
        }
        let mut name = vec![word.to_owned(), id.to_owned()];
        name.extend(attribute.map(str::to_owned));
        let mut parts = vec![json!({"Ref": "AppSyncApiId"})];
        parts.extend(name.iter().map(|part| json!(part)));
        self.needs.stacks.insert(owner.clone());
        self.wanted.push(Wanted { stack: owner.clone(), id: flat.clone(), value: value.clone(), name });
        if self.stack == ROOT {
            // The root cannot import what its own children export; it reads their outputs.
            return Some(json!({"Fn::GetAtt": [owner, format!("Outputs.{flat}")]}));
        }
        Some(json!({"Fn::ImportValue": {"Fn::Join": [":", parts]}}))
    }
}
