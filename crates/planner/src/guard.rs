//! Changes that lose data, which a deployment makes only for resources that the user has named.

use amplify_cfn::Action;
use serde::Serialize;

use crate::Plan;

/// A change that loses data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Guarded {
    /// The resource's category.
    pub category: String,
    /// The resource's name, which the user has to give.
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

impl Plan {
    /// Every change that loses data.
    pub fn guarded(&self) -> Vec<Guarded> {
        let mut found = Vec::new();
        for resource in &self.resources {
            for change in &resource.changes {
                let Some(loss) = &change.data_loss else { continue };
                found.push(Guarded {
                    category: resource.category.clone(),
                    name: resource.name.clone(),
                    path: change.path.clone(),
                    replaced: change.action == Action::Replace,
                    loss: loss.clone(),
                });
            }
        }
        found
    }

    /// The changes that lose data and whose resource the user has not named for it.
    pub fn blocked(&self, allowed: &Allowed) -> Vec<Guarded> {
        let mut found = self.guarded();
        found.retain(|guarded| {
            let names = if guarded.replaced { &allowed.replace } else { &allowed.delete };
            let label = format!("{}/{}", guarded.category, guarded.name);
            !names.iter().any(|name| *name == guarded.name || *name == label)
        });
        found
    }

    /// Names given to `--allow-replace` or `--allow-delete` that no resource of the plan has.
    pub fn unknown_names<'n>(&self, allowed: &'n Allowed) -> Vec<&'n str> {
        let known = |name: &str| {
            self.resources
                .iter()
                .any(|resource| resource.name == name || format!("{}/{}", resource.category, resource.name) == name)
        };
        allowed.replace.iter().chain(&allowed.delete).map(String::as_str).filter(|name| !known(name)).collect()
    }
}
