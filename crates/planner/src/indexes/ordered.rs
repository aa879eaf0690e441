//! Tables whose indexes change more than once in a deployment.

use serde_json::Value;

use super::moves::{self, Moves};
use crate::{NestedStack, evaluate::Tree, plan::Change};

const TABLE: &str = "AWS::DynamoDB::Table";

/// A table with more than one index to make or delete.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OrderedTable {
    /// Its resource's category.
    pub category: String,
    /// Its resource's name.
    pub resource: String,
    /// Its path from the root.
    pub path: String,
    /// Its logical id in its own stack.
    pub logical_id: String,
    /// Key of the template that has it now; `None` for the resource's own template.
    pub old_template: Option<String>,
    /// The same in the wanted deployment.
    pub new_template: Option<String>,
    /// Its evaluated properties as deployed.
    pub old: Value,
    /// The same as wanted.
    pub new: Value,
    /// What there is to do.
    pub moves: Moves,
}

/// Finds such tables among the changes of one resource. A table whose indexes are not known yet gets a note instead.
pub(crate) fn find(stack: &NestedStack, old: &Tree, new: &Tree, changes: &mut [Change]) -> Vec<OrderedTable> {
    let mut found = Vec::new();
    for change in changes {
        if change.action != amplify_cfn::Action::Update || change.resource_type != TABLE {
            continue;
        }
        let mut ids: Vec<&str> = change.path.split('/').skip(1).collect();
        let Some(logical_id) = ids.pop() else { continue };
        let (Some((old_template, old)), Some((new_template, new))) =
            (table(old, &ids, logical_id), table(new, &ids, logical_id))
        else {
            continue;
        };
        let moves = moves::moves(&old, &new);
        if !moves::are_known(&old, &new) {
            change.notes.push(
                "its indexes are known at deployment only: change one at a time, AWS CloudFormation refuses more"
                    .to_owned(),
            );
        } else if moves.len() > 1 {
            found.push(OrderedTable {
                category: stack.category.clone(),
                resource: stack.resource.clone(),
                path: change.path.clone(),
                logical_id: logical_id.to_owned(),
                old_template,
                new_template,
                old,
                new,
                moves,
            });
        }
    }
    found
}

fn table(tree: &Tree, ids: &[&str], logical_id: &str) -> Option<(Option<String>, Value)> {
    let mut tree = tree;
    for id in ids {
        tree = tree.children.get(*id)?;
    }
    Some((tree.template.clone(), tree.stack.resources.get(logical_id)?.properties.clone()))
}
