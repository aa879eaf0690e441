//! References from a nested stack's parameters to the rest of the root stack: who needs whom, and where that is written.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Map, Value};

use crate::{Edge, Error, NestedStack, kept_secrets, resource::Entry, root};

/// The file that holds what a user sees of `dependsOn`.
pub(crate) const BACKEND_CONFIG: &str = "amplify/backend/backend-config.json";

/// Where each parameter that refers to something comes from.
pub(crate) type Origins = BTreeMap<String, Origin>;

/// Where a parameter's value is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// File, relative to the project's root.
    pub file: String,
    /// Key in it.
    pub key: String,
}

/// A reference in a parameter's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    /// The logical id, parameter or pseudo parameter referred to.
    pub target: String,
    /// The attribute, for a `Fn::GetAtt`.
    pub attribute: Option<String>,
}

impl Reference {
    /// The output of a nested stack that is asked for.
    pub fn output(&self) -> Option<&str> {
        self.attribute.as_deref()?.strip_prefix("Outputs.")
    }
}

/// Every reference in a value.
pub(crate) fn references(value: &Value) -> Vec<Reference> {
    let mut found = Vec::new();
    collect(value, &mut found);
    found
}

fn collect(value: &Value, found: &mut Vec<Reference>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(map) => {
            if let Some((key, argument)) = single(map) {
                match (key, argument) {
                    ("Ref", Value::String(target)) => {
                        found.push(Reference { target: target.clone(), attribute: None });
                        return;
                    }
                    ("Fn::GetAtt", argument) => {
                        found.extend(attribute(argument));
                        return;
                    }
                    ("Fn::Sub", Value::String(text)) => {
                        found.extend(substitutions(text, &Map::new()));
                        return;
                    }
                    ("Fn::Sub", Value::Array(arguments)) => {
                        if let [Value::String(text), Value::Object(own)] = arguments.as_slice() {
                            found.extend(substitutions(text, own));
                            own.values().for_each(|value| collect(value, found));
                            return;
                        }
                    }
                    _ => {}
                }
            }
            map.values().for_each(|value| collect(value, found));
        }
        _ => {}
    }
}

fn single(map: &Map<String, Value>) -> Option<(&str, &Value)> {
    let (key, value) = map.iter().next().filter(|_| map.len() == 1)?;
    Some((key.as_str(), value))
}

fn attribute(argument: &Value) -> Option<Reference> {
    let (target, attribute) = match argument {
        Value::String(text) => text.split_once('.')?,
        Value::Array(parts) => (parts.first()?.as_str()?, parts.get(1)?.as_str()?),
        _ => return None,
    };
    Some(Reference { target: target.to_owned(), attribute: Some(attribute.to_owned()) })
}

/// The `${...}` of a `Fn::Sub` that are not among its own variables. `${!...}` stands for itself.
fn substitutions(text: &str, own: &Map<String, Value>) -> Vec<Reference> {
    text.split("${")
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
        .filter(|name| !name.starts_with('!') && !own.contains_key(*name))
        .map(|name| match name.split_once('.') {
            Some((target, attribute)) => Reference { target: target.into(), attribute: Some(attribute.into()) },
            None => Reference { target: name.into(), attribute: None },
        })
        .collect()
}

/// References of one stack to other nested stacks, as edges, with the output each asks for.
pub(crate) fn edges<'s>(
    stack: &'s NestedStack,
    labels: &'s HashMap<String, String>,
) -> impl Iterator<Item = (Edge, Reference)> + 's {
    stack.parameters.iter().flat_map(move |(parameter, value)| {
        references(value).into_iter().map(move |reference| {
            let to = labels.get(&reference.target).cloned().unwrap_or_else(|| reference.target.clone());
            (edge(stack, parameter, to), reference)
        })
    })
}

fn edge(stack: &NestedStack, parameter: &str, to: String) -> Edge {
    let (file, key) = match stack.origins.get(parameter) {
        Some(origin) => (origin.file.clone(), origin.key.clone()),
        None => (stack.template.path.clone(), format!("Parameters.{parameter}")),
    };
    Edge { from: stack.label(), to, file, key }
}

/// Whether a reference's target is of the root stack itself: a parameter, a pseudo parameter or a resource of the environment.
pub(crate) fn is_environment(target: &str) -> bool {
    target.starts_with("AWS::")
        || root::ENVIRONMENT_RESOURCES.contains(&target)
        || kept_secrets::is_parameter(target)
        || matches!(target, "DeploymentBucketName" | "AuthRoleName" | "UnauthRoleName")
}

/// Checks that `dependsOn` names resources that exist.
///
/// # Errors
/// [`Error::MissingDependency`].
pub(crate) fn check_dependencies(entries: &[Entry]) -> Result<(), Error> {
    let known: HashSet<(&str, &str)> =
        entries.iter().map(|entry| (entry.category.as_str(), entry.name.as_str())).collect();
    for entry in entries {
        for (index, dependency) in entry.depends_on().iter().enumerate() {
            let text = |key: &str| dependency.get(key).and_then(Value::as_str).unwrap_or_default();
            let (category, name) = (text("category"), text("resourceName"));
            if !known.contains(&(category, name)) {
                let edge = Edge {
                    from: format!("{}/{}", entry.category, entry.name),
                    to: format!("{category}/{name}"),
                    file: BACKEND_CONFIG.to_owned(),
                    key: format!("{}.{}.dependsOn[{index}]", entry.category, entry.name),
                };
                return Err(Error::MissingDependency { edge: Box::new(edge) });
            }
        }
    }
    Ok(())
}

/// Checks that each reference finds its stack and output, and that no stacks need each other in a circle.
///
/// # Errors
/// [`Error::MissingDependency`], [`Error::MissingOutput`], [`Error::Cycle`].
pub(crate) fn check(stacks: &[NestedStack]) -> Result<(), Error> {
    let labels: HashMap<String, String> =
        stacks.iter().map(|stack| (stack.logical_id.clone(), stack.label())).collect();
    let by_id: HashMap<&str, &NestedStack> = stacks.iter().map(|stack| (stack.logical_id.as_str(), stack)).collect();
    let mut graph: HashMap<&str, Vec<Edge>> = HashMap::new();
    for stack in stacks {
        for (edge, reference) in edges(stack, &labels) {
            if is_environment(&reference.target) {
                continue;
            }
            let Some(target) = by_id.get(reference.target.as_str()) else {
                return Err(Error::MissingDependency { edge: Box::new(edge) });
            };
            if let Some(output) = reference.output()
                && !target.kept
            {
                let known = &target.template.parse()?.outputs;
                if !known.contains_key(output) {
                    return Err(Error::MissingOutput {
                        edge: Box::new(edge),
                        output: output.to_owned(),
                        known: known.keys().cloned().collect(),
                    });
                }
            }
            graph.entry(stack.logical_id.as_str()).or_default().push(edge);
        }
    }
    let ids: HashMap<&str, &str> =
        stacks.iter().map(|stack| (labels[&stack.logical_id].as_str(), stack.logical_id.as_str())).collect();
    let mut done = HashSet::new();
    for stack in stacks {
        if let Some(edges) = circle(&stack.logical_id, &graph, &ids, &mut done) {
            return Err(Error::Cycle { edges });
        }
    }
    Ok(())
}

/// Walks depth first from `start`; the edges of a circle, if there is one.
fn circle(
    start: &str,
    graph: &HashMap<&str, Vec<Edge>>,
    ids: &HashMap<&str, &str>,
    done: &mut HashSet<String>,
) -> Option<Vec<Edge>> {
    // Each entry is a stack on the current path with the index of the edge to follow next.
    let mut path: Vec<(String, usize)> = vec![(start.to_owned(), 0)];
    while let Some((id, next)) = path.last_mut() {
        let Some(edge) = graph.get(id.as_str()).and_then(|edges| edges.get(*next)) else {
            done.insert(id.clone());
            path.pop();
            continue;
        };
        *next += 1;
        let target = (*ids.get(edge.to.as_str())?).to_owned();
        if let Some(first) = path.iter().position(|(id, _)| *id == target) {
            return Some(path[first..].iter().map(|(id, next)| graph[id.as_str()][next - 1].clone()).collect());
        }
        if !done.contains(&target) {
            path.push((target, 0));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn finds_every_form_of_reference() {
        let value = json!({
            "a": { "Ref": "AuthRoleName" },
            "b": { "Fn::GetAtt": ["storagephotos", "Outputs.BucketName"] },
            "c": { "Fn::GetAtt": "AuthRole.Arn" },
            "d": { "Fn::Sub": "${AWS::Region}-${functionhello.Outputs.Name}-${!literal}" },
            "e": { "Fn::Sub": ["${own}/${other}", { "own": { "Ref": "inner" } }] },
            "f": "${storagephotos.Outputs.BucketName}"
        });
        let found: Vec<String> = references(&value)
            .into_iter()
            .map(|found| match found.attribute {
                Some(attribute) => format!("{}.{attribute}", found.target),
                None => found.target,
            })
            .collect();
        assert_eq!(
            found,
            [
                "AuthRoleName",
                "storagephotos.Outputs.BucketName",
                "AuthRole.Arn",
                "AWS::Region",
                "functionhello.Outputs.Name",
                "other",
                "inner"
            ]
        );
    }
}
