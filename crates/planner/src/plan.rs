//! What a deployment would change, resource by resource, and why.

use amplify_cfn::{Action, UpdateBehaviour};
use amplify_project::status::Operation;
use serde_json::Value;

use crate::{
    TagChange,
    indexes::{OrderedTable, StepPlan},
};

/// What a deployment would change.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The environment; `None`, if the project has none yet and names stand in for it.
    pub environment: Option<String>,
    /// The provider that deploys it.
    pub provider: Option<String>,
    /// The project's resources, in the order of `status`.
    pub resources: Vec<ResourcePlan>,
    /// Changes of what belongs to the environment itself: the deployment bucket and the two roles.
    pub root: Vec<Change>,
    /// Changes of the tags that everything in the environment has.
    pub tags: Vec<TagChange>,
    /// Limits of the service that are exceeded or close.
    pub limits: Vec<Limit>,
    /// The deployments that it takes, where one is not enough; else nothing.
    pub steps: Vec<StepPlan>,
    /// The tables whose indexes are the reason.
    pub(crate) ordered: Vec<OrderedTable>,
}

/// What a deployment would change of one resource of the project.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourcePlan {
    /// Its category.
    pub category: String,
    /// Its name.
    pub name: String,
    /// Its service.
    pub service: String,
    /// What happens to it as a whole. A resource whose files are unchanged counts as updated if its stack changes.
    pub operation: Operation,
    /// Why it is left out, if it is.
    pub skipped: Option<String>,
    /// Changes of CloudFormation resources.
    pub changes: Vec<Change>,
    /// What else to know.
    pub notes: Vec<String>,
}

impl ResourcePlan {
    /// Whether a deployment does anything for it.
    pub fn is_changed(&self) -> bool {
        !self.changes.is_empty() || (self.operation != Operation::NoChange && self.skipped.is_none())
    }
}

/// What happens to one CloudFormation resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Logical ids from the root stack down, joined by `/`, such as `storagephotos/S3Bucket`.
    pub path: String,
    /// CloudFormation type.
    pub resource_type: String,
    /// What happens.
    pub action: Action,
    /// The properties that make it happen.
    pub causes: Vec<Cause>,
    /// What is lost, in words.
    pub data_loss: Option<String>,
    /// What else to know.
    pub notes: Vec<String>,
}

/// A property that makes a change happen.
#[derive(Clone, Debug, PartialEq)]
pub struct Cause {
    /// Its path, such as `KeySchema[0].AttributeName`.
    pub property: String,
    /// Its value before; `None`, if it was not set.
    pub old: Option<Value>,
    /// Its value after; `None`, if it is no longer set.
    pub new: Option<Value>,
    /// What CloudFormation does for it.
    pub behaviour: UpdateBehaviour,
    /// Whether it changes only because another resource is replaced or its outputs change.
    pub conditional: bool,
}

/// A limit of the service that is exceeded or close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The stack it is about: its path from the root, or an empty text for the whole operation.
    pub stack: String,
    /// What is counted, such as `resources`.
    pub limit: String,
    /// How many there are.
    pub count: usize,
    /// How many there may be.
    pub maximum: usize,
    /// Whether it is exceeded.
    pub exceeded: bool,
    /// The largest contributions.
    pub largest: Vec<(String, usize)>,
}

/// How many CloudFormation resources are changed, by action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Summary {
    pub create: usize,
    pub update: usize,
    pub replace: usize,
    pub delete: usize,
}

impl Plan {
    /// Whether a deployment has anything to do.
    pub fn has_changes(&self) -> bool {
        !self.root.is_empty() || !self.tags.is_empty() || self.resources.iter().any(ResourcePlan::is_changed)
    }

    /// Every change of a CloudFormation resource.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.root.iter().chain(self.resources.iter().flat_map(|resource| &resource.changes))
    }

    /// How many CloudFormation resources are changed.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for change in self.changes() {
            match change.action {
                Action::Create => summary.create += 1,
                Action::Update => summary.update += 1,
                Action::Replace => summary.replace += 1,
                Action::Delete => summary.delete += 1,
                Action::Retain => {}
            }
        }
        summary
    }

    /// Limits that a deployment would break.
    pub fn exceeded(&self) -> impl Iterator<Item = &Limit> {
        self.limits.iter().filter(|limit| limit.exceeded)
    }
}
