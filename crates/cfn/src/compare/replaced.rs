//! Carries replacements on: who refers to a replaced resource gets a new value, though its template stays the same.

use std::collections::{HashMap, HashSet, VecDeque};

use serde_json::Value;

use super::{Action, PropertyDiff, ResourceDiff, is_kept};
use crate::catalog::{self, UpdateBehaviour};
use crate::evaluate::EvaluatedStack;
use crate::path::{self, Segment};
use crate::token;

/// A place that refers to another resource.
struct Use<'a> {
    user: &'a str,
    path: String,
    value: &'a Value,
}

/// Adds the conditional causes to `diffs`, and the resources that change only because of them, in the order of `new`.
pub(super) fn spread(diffs: &mut Vec<ResourceDiff>, old: &EvaluatedStack, new: &EvaluatedStack) {
    let is_replaced = |diff: &ResourceDiff| diff.action == Action::Replace;
    if !diffs.iter().any(is_replaced) {
        return;
    }
    let uses = uses(old, new);
    let mut waiting: VecDeque<String> =
        diffs.iter().filter(|diff| is_replaced(diff)).map(|diff| diff.logical_id.clone()).collect();
    let mut index: HashMap<String, usize> =
        diffs.iter().enumerate().map(|(index, diff)| (diff.logical_id.clone(), index)).collect();
    let mut seen: HashSet<String> = waiting.iter().cloned().collect();
    while let Some(replaced) = waiting.pop_front() {
        for place in uses.get(replaced.as_str()).into_iter().flatten() {
            let position = *index.entry(place.user.to_owned()).or_insert_with(|| {
                diffs.push(ResourceDiff {
                    logical_id: place.user.to_owned(),
                    resource_type: new.resources[place.user].resource_type.clone(),
                    action: Action::Update,
                    causes: Vec::new(),
                    keeps_old: false,
                });
                diffs.len() - 1
            });
            let diff = &mut diffs[position];
            // A type that changes says it all, and a changed property is a cause already.
            if diff.causes.iter().any(|cause| cause.path == place.path || cause.path == "Type") {
                continue;
            }
            let behaviour = catalog::behaviour(&diff.resource_type, &place.path);
            diff.causes.push(PropertyDiff {
                path: place.path.clone(),
                old: Some(place.value.clone()),
                new: Some(place.value.clone()),
                behaviour,
                conditional: true,
            });
            if behaviour == UpdateBehaviour::Replacement {
                diff.action = Action::Replace;
                diff.keeps_old = is_kept(new.resources[place.user].update_replace_policy.as_deref());
                if seen.insert(place.user.to_owned()) {
                    waiting.push_back(place.user.to_owned());
                }
            }
        }
    }
    diffs.sort_by_key(|diff| new.resources.get_index_of(&diff.logical_id));
}

/// For each resource that exists, where the others that exist refer to it.
fn uses<'a>(old: &EvaluatedStack, new: &'a EvaluatedStack) -> HashMap<&'a str, Vec<Use<'a>>> {
    let mut uses: HashMap<&str, Vec<Use<'_>>> = HashMap::new();
    let replaceable: HashSet<&str> =
        new.resources.keys().map(String::as_str).filter(|id| old.resources.contains_key(*id)).collect();
    for (user, resource) in new.resources.iter().filter(|(id, _)| old.resources.contains_key(*id)) {
        path::walk(&resource.properties, &mut Vec::<Segment<'_>>::new(), &mut |value, steps| {
            let ids = value.as_str().into_iter().flat_map(token::logical_ids);
            for id in ids.filter(|id| id != user && replaceable.contains(*id)) {
                let places = uses.entry(id).or_default();
                // A text may name the same resource several times.
                if !places.last().is_some_and(|place: &Use<'_>| std::ptr::eq(place.value, value)) {
                    places.push(Use { user, path: path::render(steps), value });
                }
            }
            true
        });
    }
    uses
}
