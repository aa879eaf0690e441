//! The difference of two evaluated stacks as changes with readable paths.

use amplify_cfn::{Action, EvaluatedStack, PropertyDiff, ResourceDiff, catalog, compare};

use crate::{
    evaluate::{NESTED, Tree},
    notes,
    plan::{Cause, Change},
};

/// Marks a value that comes out of another stack anew.
pub(crate) const ANEW: &str = " (new)";

const RETAIN: &str = "Retain";

/// What changes from `old` to `new`, below `path`.
pub(crate) fn between(path: &str, old: Option<&Tree>, new: Option<&Tree>) -> Vec<Change> {
    let (before, after) = (old.map(|tree| &tree.stack), new.map(|tree| &tree.stack));
    let child = |tree: Option<&'_ Tree>, id: &str| tree.is_some_and(|tree| tree.children.contains_key(id));
    let mut changes: Vec<Change> = compare(before, after)
        .into_iter()
        // A nested stack is described by what is in it, where that is known.
        .filter(|diff| diff.resource_type != NESTED || !(child(old, &diff.logical_id) || child(new, &diff.logical_id)))
        .map(|diff| change(path, diff, before, after))
        .collect();
    let of =
        |tree: Option<&Tree>| tree.map(|tree| tree.children.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
    let mut ids = of(new);
    ids.extend(of(old).into_iter().filter(|id| !child(new, id)));
    for id in ids {
        let side = |tree: Option<&'_ Tree>| tree.and_then(|tree| tree.children.get(&id).cloned());
        let (before, after) = (side(old), side(new));
        changes.extend(between(&join(path, &id), before.as_ref(), after.as_ref()));
    }
    changes
}

/// What changes of the root's own resources.
pub(crate) fn of_root(old: Option<&EvaluatedStack>, new: Option<&EvaluatedStack>) -> Vec<Change> {
    compare(old, new).into_iter().map(|diff| change("", diff, old, new)).collect()
}

fn join(path: &str, id: &str) -> String {
    if path.is_empty() { id.to_owned() } else { format!("{path}/{id}") }
}

fn change(path: &str, diff: ResourceDiff, old: Option<&EvaluatedStack>, new: Option<&EvaluatedStack>) -> Change {
    let before = old.and_then(|stack| stack.resources.get(&diff.logical_id));
    let after = new.and_then(|stack| stack.resources.get(&diff.logical_id));
    let holds = catalog::holds_data(before.map_or(diff.resource_type.as_str(), |before| before.resource_type.as_str()));
    let retains = |policy: Option<&Option<String>>| policy.is_some_and(|policy| policy.as_deref() == Some(RETAIN));
    let mut notes = notes::of(diff.action, before, after);
    let data_loss = match diff.action {
        Action::Delete => holds,
        Action::Replace => {
            let policies = [before, after].map(|side| side.map(|side| &side.update_replace_policy));
            let kept = policies.into_iter().all(retains);
            if kept && holds.is_some() {
                notes.push(
                    "the old one is kept (`UpdateReplacePolicy`), outside of the stack; the new one begins empty"
                        .to_owned(),
                );
            }
            holds.filter(|_| !kept)
        }
        Action::Create | Action::Update | Action::Retain => None,
    };
    if diff.action == Action::Retain {
        notes.push("it stays (`DeletionPolicy`), outside of the stack".to_owned());
    }
    Change {
        path: join(path, &diff.logical_id),
        resource_type: diff.resource_type,
        action: diff.action,
        causes: diff.causes.into_iter().map(cause).collect(),
        data_loss: data_loss.map(str::to_owned),
        notes,
    }
}

fn cause(diff: PropertyDiff) -> Cause {
    let text = |value: &Option<serde_json::Value>| value.as_ref().map(ToString::to_string).unwrap_or_default();
    let anew = text(&diff.new).contains(ANEW) && text(&diff.new).replace(ANEW, "") == text(&diff.old);
    Cause {
        property: diff.path,
        old: diff.old,
        new: diff.new,
        behaviour: diff.behaviour,
        conditional: diff.conditional || anew,
    }
}
