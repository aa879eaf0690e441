//! What an update does to each resource, and which property is the reason.

mod difference;
mod replaced;

use serde::Serialize;
use serde_json::Value;

use crate::catalog::{self, UpdateBehaviour};
use crate::evaluate::{EvaluatedResource, EvaluatedStack};

/// What happens to a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    Create,
    /// Changed in place, with or without interruption: see the causes.
    Update,
    /// A new one is created and everything moves over to it; then the old one is deleted, or kept when the update's
    /// [`ResourceDiff::keeps_old`] says so.
    Replace,
    Delete,
    /// Leaves the stack and goes on existing, as its `DeletionPolicy` says.
    Retain,
}

/// A property that differs, or that will differ because of another resource.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PropertyDiff {
    /// Inside `Properties`, such as `GlobalSecondaryIndexes[0].IndexName`; or an attribute of the resource itself:
    /// `Type`, `DeletionPolicy`, `UpdateReplacePolicy`.
    pub path: String,
    pub old: Option<Value>,
    pub new: Option<Value>,
    pub behaviour: UpdateBehaviour,
    /// The text is the same, but it refers to a resource that is replaced.
    pub conditional: bool,
}

/// What an update does to one resource.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ResourceDiff {
    pub logical_id: String,
    /// The type of the resource that exists; of the new one when it is created.
    pub resource_type: String,
    pub action: Action,
    /// Empty when the resource is created, deleted or retained.
    pub causes: Vec<PropertyDiff>,
    /// The resource that exists now goes on existing, because a policy says so.
    pub keeps_old: bool,
}

/// Compares two evaluated stacks; `None` is a stack that does not exist. Resources that stay as they are are left out.
///
/// New and changed resources come in the order of `new`, then those that leave in the order of `old`.
pub fn compare(old: Option<&EvaluatedStack>, new: Option<&EvaluatedStack>) -> Vec<ResourceDiff> {
    let (none, also_none) = (EvaluatedStack::default(), EvaluatedStack::default());
    let (old, new) = (old.unwrap_or(&none), new.unwrap_or(&also_none));
    let mut diffs = Vec::new();
    for (id, wanted) in &new.resources {
        let Some(existing) = old.resources.get(id) else {
            diffs.push(whole(id, wanted, Action::Create));
            continue;
        };
        let causes = causes(existing, wanted);
        if !causes.is_empty() {
            diffs.push(changed(id, existing, wanted, causes));
        }
    }
    replaced::spread(&mut diffs, old, new);
    for (id, existing) in old.resources.iter().filter(|(id, _)| !new.resources.contains_key(*id)) {
        let keeps = is_kept(existing.deletion_policy.as_deref());
        diffs.push(whole(id, existing, if keeps { Action::Retain } else { Action::Delete }));
    }
    diffs
}

/// `RetainExceptOnCreate` differs from `Retain` only while a stack is created.
fn is_kept(policy: Option<&str>) -> bool {
    matches!(policy, Some("Retain" | "RetainExceptOnCreate"))
}

fn whole(id: &str, resource: &EvaluatedResource, action: Action) -> ResourceDiff {
    ResourceDiff {
        logical_id: id.to_owned(),
        resource_type: resource.resource_type.clone(),
        action,
        causes: Vec::new(),
        keeps_old: action == Action::Retain,
    }
}

fn changed(
    id: &str,
    existing: &EvaluatedResource,
    wanted: &EvaluatedResource,
    causes: Vec<PropertyDiff>,
) -> ResourceDiff {
    let replaces = causes.iter().any(|cause| cause.behaviour == UpdateBehaviour::Replacement);
    ResourceDiff {
        logical_id: id.to_owned(),
        resource_type: existing.resource_type.clone(),
        action: if replaces { Action::Replace } else { Action::Update },
        causes,
        // The service reads this policy from the template that it updates to.
        keeps_old: replaces && is_kept(wanted.update_replace_policy.as_deref()),
    }
}

fn causes(existing: &EvaluatedResource, wanted: &EvaluatedResource) -> Vec<PropertyDiff> {
    let mut causes = Vec::new();
    if existing.resource_type != wanted.resource_type {
        // All else follows from the type, and properties of different types cannot be compared.
        causes.push(PropertyDiff {
            path: "Type".to_owned(),
            old: Some(existing.resource_type.clone().into()),
            new: Some(wanted.resource_type.clone().into()),
            behaviour: UpdateBehaviour::Replacement,
            conditional: false,
        });
        return causes;
    }
    let resource_type = &wanted.resource_type;
    difference::visit(&existing.properties, &wanted.properties, &mut |path, old, new| {
        causes.push(PropertyDiff {
            path: path.to_owned(),
            old: old.cloned(),
            new: new.cloned(),
            behaviour: catalog::behaviour(resource_type, path),
            conditional: false,
        });
    });
    let policies = [
        ("DeletionPolicy", &existing.deletion_policy, &wanted.deletion_policy),
        ("UpdateReplacePolicy", &existing.update_replace_policy, &wanted.update_replace_policy),
    ];
    // Without a policy the resource is deleted.
    let policy = |policy: &Option<String>| policy.clone().unwrap_or_else(|| "Delete".to_owned());
    for (path, old, new) in policies.into_iter().filter(|(_, old, new)| policy(old) != policy(new)) {
        causes.push(PropertyDiff {
            path: path.to_owned(),
            old: old.clone().map(Value::String),
            new: new.clone().map(Value::String),
            behaviour: UpdateBehaviour::NoInterruption,
            conditional: false,
        });
    }
    causes
}
