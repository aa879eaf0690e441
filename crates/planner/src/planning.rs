//! Compares what is deployed with what is wanted.

use std::collections::{HashMap, HashSet};

use amplify_cfn::{EvaluatedOutput, Template};
use amplify_project::status::{Operation, Row};
use serde_json::Value;

use crate::{
    Assembly, Error, NestedStack,
    changes::{self, ANEW},
    evaluate::{Evaluator, NESTED, Tree},
    indexes::{self, OrderedTable},
    limits,
    plan::{Change, Plan, ResourcePlan},
    references::references,
    secrets, tags,
};

/// Plans the deployment of `wanted` over `deployed`. `rows` are those of `status`, in its order; a resource that neither has
/// is not in the plan.
///
/// A stack is evaluated only if its template, its parameters or an output that it uses differs.
///
/// # Errors
/// Templates of `wanted` that cannot be evaluated. Where a deployed template cannot be, the resource's changes are not
/// listed, and a note says so.
pub fn plan(deployed: Option<&Assembly>, wanted: &Assembly, rows: &[Row]) -> Result<Plan, Error> {
    let root = parse_root(wanted)?;
    let old_root = deployed.map(parse_root).transpose()?;
    let mut comparison = Comparison {
        deployed,
        wanted,
        new: Evaluator::new(wanted, &root)?,
        old: deployed.zip(old_root.as_ref()).map(|(deployed, root)| Evaluator::new(deployed, root)).transpose()?,
        changed_outputs: HashSet::new(),
        found: HashMap::new(),
        ordered: Vec::new(),
    };
    for stack in in_order(&wanted.stacks) {
        comparison.stack(stack)?;
    }
    let mut resources = rows.iter().map(|row| comparison.resource(row)).collect::<Result<Vec<_>, _>>()?;
    // Whoever asked for some resources only has no rows of others; those change where they use what changes.
    for stack in &wanted.stacks {
        if comparison.found.contains_key(&stack.logical_id) {
            resources.push(comparison.resource(&Row {
                category: stack.category.clone(),
                name: stack.resource.clone(),
                service: stack.service.clone(),
                operation: Operation::NoChange,
                provider: String::new(),
            })?);
        }
    }
    let own_changed = match (&old_root, deployed) {
        (Some(old), Some(deployed)) => own(old) != own(&root) || deployed.parameters != wanted.parameters,
        _ => true,
    };
    let changes_of_root = if own_changed {
        let old = match (&comparison.old, &old_root) {
            (Some(old), Some(root)) => Some(old.own_resources(root)?),
            _ => None,
        };
        changes::of_root(old.as_ref(), Some(&comparison.new.own_resources(&root)?))
    } else {
        Vec::new()
    };
    let environment = &wanted.environment;
    Ok(Plan {
        environment: environment.provider.is_some().then(|| environment.name.clone()),
        provider: environment.provider.clone(),
        resources,
        root: changes_of_root,
        tags: deployed
            .filter(|deployed| deployed.recorded)
            .map(|deployed| tags::changes(tags::deployed(&deployed.template).as_ref(), &wanted.tags))
            .unwrap_or_default(),
        limits: limits::check(wanted, &root)?,
        steps: indexes::plan_steps(&comparison.ordered, deployed),
        ordered: comparison.ordered,
    })
}

pub(crate) fn parse_root(assembly: &Assembly) -> Result<Template, Error> {
    let path = "amplify/backend/awscloudformation/nested-cloudformation-stack.yml";
    Template::from_value(assembly.template.clone(), "the root stack")
        .map_err(|source| Error::Template { path: path.to_owned(), source: Box::new(source) })
}

/// The root's own resources, as written.
fn own(root: &Template) -> HashMap<&String, &amplify_cfn::Resource> {
    root.resources.iter().filter(|(_, resource)| resource.resource_type != NESTED).collect()
}

/// The stacks with each behind those that it uses. They are known to be free of circles.
fn in_order(stacks: &[NestedStack]) -> Vec<&NestedStack> {
    let by_id: HashMap<&str, &NestedStack> = stacks.iter().map(|stack| (stack.logical_id.as_str(), stack)).collect();
    let mut done = HashSet::new();
    let mut ordered = Vec::new();
    // A stack is visited twice: first its needs are put on top of it, then it is taken.
    let mut pending: Vec<(&NestedStack, bool)> = stacks.iter().rev().map(|stack| (stack, false)).collect();
    while let Some((stack, ready)) = pending.pop() {
        if done.contains(stack.logical_id.as_str()) {
            continue;
        }
        if ready {
            done.insert(stack.logical_id.as_str());
            ordered.push(stack);
            continue;
        }
        pending.push((stack, true));
        for reference in stack.parameters.values().flat_map(references) {
            if let Some(needed) = by_id.get(reference.target.as_str())
                && !done.contains(reference.target.as_str())
            {
                pending.push((needed, false));
            }
        }
    }
    ordered
}

/// What was found about one resource.
#[derive(Debug, Default)]
struct Found {
    changes: Vec<Change>,
    notes: Vec<String>,
}

struct Comparison<'a> {
    deployed: Option<&'a Assembly>,
    wanted: &'a Assembly,
    old: Option<Evaluator<'a>>,
    new: Evaluator<'a>,
    /// Logical ids and outputs that change.
    changed_outputs: HashSet<(String, String)>,
    found: HashMap<String, Found>,
    /// Tables whose indexes change more than once.
    ordered: Vec<OrderedTable>,
}

impl Comparison<'_> {
    /// Compares one stack of the wanted deployment with the deployed one.
    fn stack(&mut self, stack: &NestedStack) -> Result<(), Error> {
        let old = self.deployed.and_then(|deployed| deployed.stack(&stack.category, &stack.resource));
        if old.is_some_and(|old| self.is_same(old, stack)) {
            return Ok(());
        }
        let after = self.new.tree(stack)?;
        let mut found = Found::default();
        let unknown = old.is_none()
            && self.deployed.is_some_and(|deployed| deployed.skipped(&stack.category, &stack.resource).is_some());
        let before = match (old, &self.old) {
            (Some(old), Some(evaluator)) => match evaluator.tree(old) {
                Ok(tree) => Some(tree),
                Err(error) => {
                    found.notes.push(format!(
                        "its changes are not listed: what is deployed cannot be evaluated ({})",
                        told(&error)
                    ));
                    self.found.insert(stack.logical_id.clone(), found);
                    return Ok(());
                }
            },
            _ => None,
        };
        if unknown {
            found.notes.push(
                "its changes are not listed: `#current-cloud-backend` does not hold what is deployed of it".to_owned(),
            );
        } else {
            found.changes = changes::between(&stack.logical_id, before.as_ref(), Some(&after));
            secrets::hide(&mut found.changes, [Some(stack), old])?;
            if let Some(before) = &before {
                self.ordered.extend(indexes::find(stack, before, &after, &mut found.changes));
            }
            self.outputs(stack, before.as_ref(), &after, &found.changes);
        }
        self.found.insert(stack.logical_id.clone(), found);
        Ok(())
    }

    fn is_same(&self, old: &NestedStack, new: &NestedStack) -> bool {
        let uses_changed = || {
            let mut uses = new.parameters.values().flat_map(references);
            uses.any(|reference| {
                let output = reference.output().unwrap_or_default().to_owned();
                self.changed_outputs.contains(&(reference.target, output))
            })
        };
        let same_children = || {
            old.children.len() == new.children.len()
                && old
                    .children
                    .iter()
                    .all(|(key, child)| new.children.get(key).is_some_and(|other| other.bytes() == child.bytes()))
        };
        old.parameters == new.parameters
            && old.template.bytes() == new.template.bytes()
            && same_children()
            && !uses_changed()
    }

    /// Notes which outputs change, for the stacks that use them.
    fn outputs(&mut self, stack: &NestedStack, before: Option<&Tree>, after: &Tree, changes: &[Change]) {
        let (Some(before), Some(old)) = (before, &self.old) else { return };
        let id = &stack.logical_id;
        for (name, output) in &after.stack.outputs {
            let earlier = before.stack.outputs.get(name);
            let anew = is_made_anew(output, id, changes);
            if earlier.is_some_and(|earlier| earlier.value == output.value) && !anew {
                continue;
            }
            self.changed_outputs.insert((id.clone(), name.clone()));
            let token = |mark: &str| format!("${{{id}.Outputs.{name}{mark}}}");
            self.new.set_output(id, name, as_seen(&output.value, || token(ANEW)));
            if let Some(earlier) = earlier {
                old.set_output(id, name, as_seen(&earlier.value, || token("")));
            }
        }
    }

    /// The plan of one row of `status`.
    fn resource(&mut self, row: &Row) -> Result<ResourcePlan, Error> {
        let id = format!("{}{}", row.category, row.name);
        let wanted = self.wanted.stack(&row.category, &row.name);
        let mut found = self.found.remove(&id).unwrap_or_default();
        if wanted.is_none() && row.operation == Operation::Delete {
            self.deletion(row, &mut found)?;
        }
        let notes = self.wanted.notes.iter().filter(|note| note.category == row.category && note.resource == row.name);
        found.notes.extend(notes.map(|note| note.text.clone()));
        let anew = wanted.is_some_and(|_| self.has_new_secrets(&row.category, &row.name));
        if anew {
            found.notes.push("a secret of it was set anew".to_owned());
        }
        let operation = match row.operation {
            Operation::NoChange if anew || !found.changes.is_empty() => Operation::Update,
            operation => operation,
        };
        Ok(ResourcePlan {
            category: row.category.clone(),
            name: row.name.clone(),
            service: row.service.clone(),
            operation,
            skipped: self.wanted.skipped(&row.category, &row.name).map(|skipped| skipped.reason.clone()),
            changes: found.changes,
            notes: found.notes,
        })
    }

    /// Whether a secret that is deployed has another value by now.
    fn has_new_secrets(&self, category: &str, resource: &str) -> bool {
        let folder = format!("{category}/{resource}/");
        let deployed = self.deployed.map(|deployed| deployed.secrets.as_slice()).unwrap_or_default();
        self.wanted.secrets.iter().filter(|secret| secret.name.starts_with(&folder)).any(|secret| {
            let earlier = deployed.iter().find(|other| other.name == secret.name);
            earlier.is_some_and(|earlier| earlier.revision != secret.revision)
        })
    }

    /// A resource that is gone from the project.
    fn deletion(&self, row: &Row, found: &mut Found) -> Result<(), Error> {
        let Some(deployed) = self.deployed else { return Ok(()) };
        let id = format!("{}{}", row.category, row.name);
        let unknown = |reason: &str| Change {
            path: id.clone(),
            resource_type: NESTED.to_owned(),
            action: amplify_cfn::Action::Delete,
            causes: Vec::new(),
            data_loss: Some("whatever its resources hold: they are not known here".to_owned()),
            notes: vec![reason.to_owned()],
        };
        if let Some(stack) = deployed.stack(&row.category, &row.name) {
            match self.old.as_ref().map(|old| old.tree(stack)) {
                Some(Ok(tree)) => {
                    found.changes = changes::between(&id, Some(&tree), None);
                    secrets::hide(&mut found.changes, [Some(stack), None])?;
                }
                Some(Err(error)) => found.changes.push(unknown(&told(&error))),
                None => {}
            }
        } else if let Some(skipped) = deployed.skipped(&row.category, &row.name) {
            found.changes.push(unknown(&skipped.reason));
        }
        Ok(())
    }
}

fn told(error: &Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

/// A value of one stack as another sees it: a literal as it is, else a token.
fn as_seen(value: &Value, token: impl Fn() -> String) -> Value {
    match value.to_string().contains("${") {
        true => Value::String(token()),
        false => value.clone(),
    }
}

/// Whether an output names a resource that is replaced.
fn is_made_anew(output: &EvaluatedOutput, stack: &str, changes: &[Change]) -> bool {
    let text = output.value.to_string();
    changes.iter().filter(|change| change.action == amplify_cfn::Action::Replace).any(|change| {
        let Some(id) = change.path.strip_prefix(&format!("{stack}/")) else { return false };
        text.contains(&format!("${{{id}}}")) || text.contains(&format!("${{{id}."))
    })
}
