//! Adds, changes and removes resources in the documents, as the original does.
//!
//! Files of a resource are the caller's: write them below [`crate::paths::relative::resource`], and after [`remove`] delete
//! that folder in the same transaction.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use serde_json::{Map, Value};

use crate::{Dependency, Error, ProjectState, entries, names, paths::relative};

/// Records a new resource in `backend-config.json` and `amplify-meta.json`.
///
/// # Errors
/// A name that cannot be used or is taken, a malformed `dependsOn`, or one that closes a circle.
pub fn add(state: &mut ProjectState, category: &str, name: &str, entry: Map<String, Value>) -> Result<(), Error> {
    names::category(category)?;
    names::resource(name)?;
    if state.meta.contains(category, name) || state.backend_config.contains(category, name) {
        return Err(Error::ResourceExists { category: category.to_owned(), name: name.to_owned() });
    }
    check(state, category, name, &entry)?;
    state.backend_config.insert(category, name, entry.clone());
    state.meta.insert(category, name, entry);
    Ok(())
}

/// Changes the record of a resource in both files: objects are merged key by key, other values replaced, nulls remove a
/// key.
///
/// # Errors
/// No such resource, a malformed `dependsOn`, or one that closes a circle.
pub fn patch(state: &mut ProjectState, category: &str, name: &str, changes: &Map<String, Value>) -> Result<(), Error> {
    let Some(known) = state.meta.entry(category, name) else { return Err(state.unknown_resource(category, name)) };
    let mut entry = known.clone();
    merge(&mut entry, changes);
    check(state, category, name, &entry)?;
    state.meta.insert(category, name, entry);
    match state.backend_config.entry_mut(category, name) {
        Some(entry) => merge(entry, changes),
        None => {
            let mut entry = Map::new();
            merge(&mut entry, changes);
            state.backend_config.insert(category, name, entry);
        }
    }
    Ok(())
}

/// Forgets a resource in both files, and the current environment's values for it, with parents that become empty. What is
/// deployed goes with the next push.
///
/// # Errors
/// No such resource, or others that depend on it.
pub fn remove(state: &mut ProjectState, category: &str, name: &str) -> Result<(), Error> {
    if known(state, category, name) {
        unneeded(state, category, name)?;
    }
    forget(state, category, name)
}

/// The same, whoever depends on it: for one of several changes, after all of which [`unneeded`] is asked.
///
/// # Errors
/// No such resource.
pub fn forget(state: &mut ProjectState, category: &str, name: &str) -> Result<(), Error> {
    if !known(state, category, name) {
        return Err(state.unknown_resource(category, name));
    }
    state.meta.remove(category, name);
    state.backend_config.remove(category, name);
    if let Ok(environment) = state.environment().map(str::to_owned) {
        state.team.remove_values(&environment, category, name);
    }
    Ok(())
}

/// Fails if something depends on a resource.
///
/// # Errors
/// [`Error::HasDependants`].
pub fn unneeded(state: &ProjectState, category: &str, name: &str) -> Result<(), Error> {
    let dependants = dependants(state, category, name);
    if dependants.is_empty() {
        return Ok(());
    }
    Err(Error::HasDependants { category: category.to_owned(), name: name.to_owned(), dependants })
}

fn known(state: &ProjectState, category: &str, name: &str) -> bool {
    state.meta.contains(category, name) || state.backend_config.contains(category, name)
}

/// `category/name` of every resource that depends on this one directly, in recorded order.
pub fn dependants(state: &ProjectState, category: &str, name: &str) -> Vec<String> {
    state
        .meta
        .resources()
        .filter(|resource| (resource.category, resource.name) != (category, name))
        .filter(|resource| resource.depends_on().iter().any(|need| need.category == category && need.name == name))
        .map(|resource| id(resource.category, resource.name))
        .collect()
}

/// A dependency on a resource that the project does not have.
#[derive(Clone, Debug, PartialEq)]
pub struct Dangling {
    /// Category of the resource that depends.
    pub category: String,
    /// Its name.
    pub name: String,
    /// What it depends on.
    pub dependency: Dependency,
}

/// All dependencies on resources that the project does not have; a deployment would fail on them.
pub fn dangling(state: &ProjectState) -> Vec<Dangling> {
    let mut found = Vec::new();
    for resource in state.meta.resources() {
        for dependency in resource.depends_on() {
            if !state.meta.contains(&dependency.category, &dependency.name) {
                let (category, name) = (resource.category.to_owned(), resource.name.to_owned());
                found.push(Dangling { category, name, dependency });
            }
        }
    }
    found
}

/// A circle among the dependencies, if there is one: `category/name` in order, the first repeated at the end.
pub fn cycle(state: &ProjectState) -> Option<Vec<String>> {
    let graph = state
        .meta
        .resources()
        .map(|resource| (id(resource.category, resource.name), targets(resource.entry)))
        .collect::<Vec<_>>();
    let starts: Vec<&str> = graph.iter().map(|(from, _)| from.as_str()).collect();
    find_cycle(&graph.iter().map(|(from, to)| (from.as_str(), to.as_slice())).collect(), &starts)
}

fn check(state: &ProjectState, category: &str, name: &str, entry: &Map<String, Value>) -> Result<(), Error> {
    entries::check_entry(Path::new(relative::BACKEND_CONFIG), &format!("{category}.{name}"), entry)?;
    let own = id(category, name);
    let mut graph: Vec<(String, Vec<String>)> = state
        .meta
        .resources()
        .map(|resource| (id(resource.category, resource.name), targets(resource.entry)))
        .filter(|(from, _)| *from != own)
        .collect();
    graph.push((own.clone(), targets(entry)));
    let graph = graph.iter().map(|(from, to)| (from.as_str(), to.as_slice())).collect();
    match find_cycle(&graph, &[&own]) {
        Some(cycle) => Err(Error::Cycle { cycle }),
        None => Ok(()),
    }
}

/// Depth first, without recursion: a chain may be as long as the project is large.
fn find_cycle(graph: &HashMap<&str, &[String]>, starts: &[&str]) -> Option<Vec<String>> {
    let mut finished: HashSet<&str> = HashSet::new();
    for start in starts {
        let mut path: Vec<(&str, usize)> = vec![(start, 0)];
        let mut on_path: HashSet<&str> = HashSet::from([*start]);
        while let Some((node, next)) = path.last_mut() {
            let target = graph.get(*node).and_then(|targets| targets.get(*next));
            *next += 1;
            match target {
                None => {
                    let node = *node;
                    finished.insert(node);
                    on_path.remove(node);
                    path.pop();
                }
                Some(target) if on_path.contains(target.as_str()) => {
                    let from = path.iter().position(|(node, _)| node == target).unwrap_or_default();
                    let mut cycle: Vec<String> = path[from..].iter().map(|(node, _)| (*node).to_owned()).collect();
                    cycle.push(target.clone());
                    return Some(cycle);
                }
                Some(target) if !finished.contains(target.as_str()) => {
                    on_path.insert(target);
                    path.push((target, 0));
                }
                Some(_) => {}
            }
        }
    }
    None
}

fn targets(entry: &Map<String, Value>) -> Vec<String> {
    entries::dependencies(entry).iter().map(|need| id(&need.category, &need.name)).collect()
}

fn id(category: &str, name: &str) -> String {
    format!("{category}/{name}")
}

fn merge(entry: &mut Map<String, Value>, changes: &Map<String, Value>) {
    for (key, value) in changes {
        match (entry.get_mut(key), value) {
            (_, Value::Null) => {
                entry.shift_remove(key);
            }
            (Some(Value::Object(old)), Value::Object(new)) => {
                for (key, value) in new {
                    match value {
                        Value::Null => old.shift_remove(key),
                        value => old.insert(key.clone(), value.clone()),
                    };
                }
            }
            _ => {
                entry.insert(key.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{LocalEnvInfo, ProjectConfig};

    fn entry(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    fn needs(targets: &[(&str, &str)]) -> Map<String, Value> {
        let list: Vec<Value> = targets
            .iter()
            .map(|(category, name)| json!({"category": category, "resourceName": name, "attributes": ["Arn"]}))
            .collect();
        entry(json!({"service": "Lambda", "providerPlugin": "awscloudformation", "dependsOn": list}))
    }

    fn state() -> ProjectState {
        let mut state = ProjectState::new(ProjectConfig::new("app", "javascript", None));
        state.local_env = Some(LocalEnvInfo::new(Path::new("/app"), None, "dev"));
        state.team.set_provider_state("dev", "local", Map::new());
        state
    }

    #[test]
    fn added_to_both_lists_in_order() {
        let mut state = state();
        add(&mut state, "storage", "table", needs(&[])).unwrap();
        add(&mut state, "function", "hello", needs(&[("storage", "table")])).unwrap();
        add(&mut state, "storage", "album", needs(&[])).unwrap();
        let meta = state.meta.document().value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(meta, ["providers", "storage", "function"]);
        assert_eq!(state.backend_config.names("storage"), ["table", "album"]);
        assert_eq!(state.backend_config.entry("function", "hello"), state.meta.entry("function", "hello"));
        assert_eq!(add(&mut state, "storage", "table", Map::new()).unwrap_err().code(), "resource-exists");
        assert_eq!(add(&mut state, "storage", "../x", Map::new()).unwrap_err().code(), "invalid-name");
    }

    #[test]
    fn circles_are_printed_edge_by_edge() {
        let mut state = state();
        add(&mut state, "function", "a", needs(&[("function", "b")])).unwrap();
        add(&mut state, "function", "b", needs(&[("function", "c")])).unwrap();
        assert_eq!(dangling(&state).len(), 1);
        let error = add(&mut state, "function", "c", needs(&[("function", "a")])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "resources depend on each other in a circle: function/c -> function/a -> function/b -> function/c"
        );
        assert!(!state.meta.contains("function", "c"), "a refused resource is not recorded");
        let own = patch(&mut state, "function", "a", &needs(&[("function", "a")])).unwrap_err();
        assert_eq!(own.to_string(), "resources depend on each other in a circle: function/a -> function/a");
        assert_eq!(cycle(&state), None);
    }

    #[test]
    fn a_circle_in_a_file_is_found_wherever_it_is() {
        let mut state = state();
        state.meta.insert("x", "lonely", needs(&[]));
        state.meta.insert("x", "to", needs(&[("x", "one")]));
        state.meta.insert("x", "one", needs(&[("x", "two")]));
        state.meta.insert("x", "two", needs(&[("x", "one")]));
        assert_eq!(cycle(&state).unwrap(), ["x/one", "x/two", "x/one"]);
    }

    #[test]
    fn long_chains_are_no_circle() {
        let mut state = state();
        for index in 0..5000 {
            state.meta.insert("x", &format!("r{index}"), needs(&[("x", &format!("r{}", index + 1))]));
        }
        assert_eq!(cycle(&state), None);
    }

    #[test]
    fn patches_merge_objects_and_drop_nulls() {
        let mut state = state();
        add(&mut state, "api", "gql", entry(json!({"service": "AppSync", "output": {"authConfig": 1}, "x": 1})))
            .unwrap();
        state.meta.entry_mut("api", "gql").unwrap()["output"]["Id"] = json!("i");
        let changes = entry(json!({"output": {"authConfig": 2}, "x": null, "dependsOn": []}));
        patch(&mut state, "api", "gql", &changes).unwrap();
        assert_eq!(
            json!(state.meta.entry("api", "gql")),
            json!({"service": "AppSync", "output": {"authConfig": 2, "Id": "i"}, "dependsOn": []})
        );
        assert_eq!(
            json!(state.backend_config.entry("api", "gql")),
            json!({"service": "AppSync", "output": {"authConfig": 2}, "dependsOn": []})
        );
        assert_eq!(patch(&mut state, "api", "none", &changes).unwrap_err().code(), "resource-not-found");
        let bad = entry(json!({"dependsOn": "x"}));
        assert_eq!(patch(&mut state, "api", "gql", &bad).unwrap_err().code(), "project-file-malformed");
    }

    #[test]
    fn removal_is_refused_while_others_need_it() {
        let mut state = state();
        add(&mut state, "storage", "table", needs(&[])).unwrap();
        add(&mut state, "function", "hello", needs(&[("storage", "table")])).unwrap();
        state.team.set_value("dev", "storage", "table", "size", json!(1));
        state.team.set_value("dev", "function", "hello", "GROUP", json!("x"));
        let error = remove(&mut state, "storage", "table").unwrap_err();
        assert_eq!(error.to_string(), "`storage/table` is needed by `function/hello`");
        assert_eq!(
            error.hints(),
            [
                "first let `function/hello` do without it (`amplify update function`), or remove that as well (`amplify remove function hello`)"
            ]
        );
        remove(&mut state, "function", "hello").unwrap();
        assert_eq!(
            state.team.document().value,
            json!({"dev": {"local": {}, "categories": {"storage": {"table": {"size": 1}}}}})
        );
        remove(&mut state, "storage", "table").unwrap();
        assert_eq!(state.team.document().value, json!({"dev": {"local": {}}}));
        assert_eq!(state.backend_config.document().value, json!({"storage": {}, "function": {}}));
        assert_eq!(remove(&mut state, "storage", "table").unwrap_err().code(), "resource-not-found");
    }
}
