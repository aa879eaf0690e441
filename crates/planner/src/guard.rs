//! Changes that lose data, which a deployment makes only for resources that the user has named.

use amplify_cfn::{Action, catalog};
use amplify_project::status::Operation;
use serde::Serialize;

use crate::{Change, Plan, ResourcePlan};

/// A change that loses data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Guarded {
    /// The resource's category.
    pub category: String,
    /// The name that the user has to give: the resource's own, or the logical id of what goes from one of the stacks inside it.
    pub name: String,
    /// The CloudFormation resource.
    pub path: String,
    /// Whether it is replaced (`--allow-replace`) or deleted (`--allow-delete`).
    pub replaced: bool,
    /// What is lost.
    pub loss: String,
}

impl Guarded {
    /// What the user types to allow it.
    pub fn option(&self) -> String {
        let option = if self.replaced { "--allow-replace" } else { "--allow-delete" };
        format!("{option} {}", self.name)
    }
}

/// Names of resources whose data may be lost; `category/name` is understood too.
#[derive(Clone, Debug, Default)]
pub struct Allowed {
    /// Values of `--allow-replace`.
    pub replace: Vec<String>,
    /// Values of `--allow-delete`.
    pub delete: Vec<String>,
}

/// The name of a resource with stacks inside it says nothing about which of its tables goes, unless all of it goes.
fn named<'p>(resource: &'p ResourcePlan, path: &'p str) -> &'p str {
    match path.rsplit_once('/') {
        Some((stacks, id)) if stacks.contains('/') && resource.operation != Operation::Delete => id,
        _ => &resource.name,
    }
}

impl Allowed {
    /// Whether the data of a resource may be lost by its replacement.
    pub fn may_replace(&self, category: &str, name: &str) -> bool {
        holds(&self.replace, category, name)
    }

    /// Whether the data of a resource may be lost by its deletion.
    pub fn may_delete(&self, category: &str, name: &str) -> bool {
        holds(&self.delete, category, name)
    }
}

fn holds(names: &[String], category: &str, name: &str) -> bool {
    let label = format!("{category}/{name}");
    names.iter().any(|given| *given == name || *given == label)
}

impl Plan {
    /// Every change that loses data.
    pub fn guarded(&self) -> Vec<Guarded> {
        let mut found = Vec::new();
        for resource in &self.resources {
            for change in &resource.changes {
                let Some(loss) = &change.data_loss else { continue };
                found.push(Guarded {
                    category: resource.category.clone(),
                    name: named(resource, &change.path).to_owned(),
                    path: change.path.clone(),
                    replaced: change.action == Action::Replace,
                    loss: loss.clone(),
                });
            }
        }
        found
    }

    /// What holds data and goes on existing outside of its stack, by its policy: deleted there, or replaced by an empty one.
    pub fn left_behind(&self) -> impl Iterator<Item = &Change> {
        self.changes().filter(|change| {
            let leaves = matches!(change.action, Action::Retain | Action::Replace) && change.data_loss.is_none();
            leaves && catalog::holds_data(&change.resource_type).is_some()
        })
    }

    /// The changes that lose data and whose resource the user has not named for it.
    pub fn blocked(&self, allowed: &Allowed) -> Vec<Guarded> {
        let mut found = self.guarded();
        found.retain(|Guarded { category, name, replaced, .. }| match replaced {
            true => !allowed.may_replace(category, name),
            false => !allowed.may_delete(category, name),
        });
        found
    }

    /// Names given to `--allow-replace` or `--allow-delete` that no resource of the plan has.
    pub fn unknown_names<'n>(&self, allowed: &'n Allowed) -> Vec<&'n str> {
        let guarded = self.guarded();
        let known = |name: &str| {
            guarded.iter().any(|guarded| guarded.name == name)
                || self
                    .resources
                    .iter()
                    .any(|resource| resource.name == name || format!("{}/{}", resource.category, resource.name) == name)
        };
        allowed.replace.iter().chain(&allowed.delete).map(String::as_str).filter(|name| !known(name)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_from_an_inner_stack_has_a_name_of_its_own() {
        let resource = |operation| ResourcePlan {
            category: "api".into(),
            name: "blog".into(),
            service: "AppSync".into(),
            operation,
            skipped: None,
            changes: Vec::new(),
            notes: Vec::new(),
        };
        assert_eq!(named(&resource(Operation::Update), "apiblog/Note/NoteTable"), "NoteTable");
        assert_eq!(named(&resource(Operation::Update), "storagenotes/DynamoDBTable"), "blog");
        assert_eq!(named(&resource(Operation::Delete), "apiblog/Note/NoteTable"), "blog");
    }
}
