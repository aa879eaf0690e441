//! The environment's values of what is pulled: taken over from the record, or found in its root template.

use amplify_planner::{Options, StagedTemplate, as_text, assemble, missing_values, recovered_values};
use amplify_project::{
    BackendConfig, Project, ProjectState, Record,
    merge::{self, Mode},
    paths::relative,
    record::DeployedValues,
};
use serde_json::{Map, Value};

use super::remote::Fetched;
use crate::{error::Error, host::Host};

/// What a pull did with the environment's values, which are named as `team-provider-info.json` has them: `dev.categories.…`.
#[derive(Debug, Default)]
pub struct Values {
    /// Set or changed here.
    pub taken: Vec<String>,
    /// Changed on both sides; ours stay.
    pub conflicts: Vec<String>,
    /// Changed here, and now as they were deployed.
    pub lost: Vec<String>,
}

/// Merges the values of what is deployed into those of the current environment. `before` lists the resources that this folder
/// had; those that it has now are in the state already.
///
/// # Errors
/// A record that cannot be used.
pub fn merge(
    state: &mut ProjectState,
    before: &BackendConfig,
    base: &Record,
    fetched: &Fetched,
    mode: Mode,
) -> Result<Values, Error> {
    let mut done = Values::default();
    let Ok(name) = state.environment().map(str::to_owned) else { return Ok(done) };
    for gone in before.resources().filter(|before| !state.backend_config.contains(before.category, before.name)) {
        state.team.remove_values(&name, gone.category, gone.name);
    }
    let record = &fetched.record;
    let (known, base) = (record.values()?, base.values()?);
    let deployed = record.deployed()?;
    let resources = state.backend_config.resources();
    let resources: Vec<(String, String)> = resources
        .filter(|resource| deployed.meta.contains(resource.category, resource.name))
        .map(|resource| (resource.category.to_owned(), resource.name.to_owned()))
        .collect();
    for (category, resource) in resources {
        let ours = state.team.resource_values(&name, &category, &resource).cloned().unwrap_or_default();
        let (theirs, base) = match &known {
            Some(known) => {
                let theirs = known.get(&category, &resource).cloned().unwrap_or_default();
                let base = of_base(base.as_ref(), &category, &resource, &theirs, &ours);
                (theirs, base)
            }
            None => {
                let found = found(record, fetched.root_template.as_deref(), &category, &resource);
                // A stack has texts, so what says the same is left as it is written here.
                let theirs: Map<String, Value> = ours.clone().into_iter().chain(found).collect();
                let same = |key: &str| ours.get(key).filter(|ours| theirs.get(key).map(as_text) == Some(as_text(ours)));
                let theirs: Map<String, Value> =
                    theirs.iter().map(|(key, value)| (key.clone(), same(key).unwrap_or(value).clone())).collect();
                let base = of_base(None, &category, &resource, &theirs, &ours);
                (theirs, base)
            }
        };
        let place = format!("{name}.categories.{category}.{resource}");
        let merged = one(&place, [&base, &theirs, &ours], mode, &mut done);
        if merged == ours {
            continue;
        }
        state.team.set_values(&name, &category, &resource, merged);
    }
    Ok(done)
}

/// What both sides began with. Where nobody knows, nothing of ours counts as unchanged.
fn of_base(
    base: Option<&DeployedValues>,
    category: &str,
    resource: &str,
    theirs: &Map<String, Value>,
    ours: &Map<String, Value>,
) -> Map<String, Value> {
    match base {
        Some(base) => base.get(category, resource).cloned().unwrap_or_default(),
        None => theirs
            .iter()
            .filter(|(key, _)| ours.contains_key(*key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
    }
}

/// Merges the values of one resource. What a record does not have need not be gone: nothing secret goes into it.
fn one(place: &str, sides: [&Map<String, Value>; 3], mode: Mode, done: &mut Values) -> Map<String, Value> {
    let [base, theirs, ours] = sides;
    let mode = if mode == Mode::Restore { Mode::Overwrite } else { mode };
    let mut merged = Map::new();
    for key in ours.keys().chain(theirs.keys().filter(|key| !ours.contains_key(*key))) {
        let (base, theirs, ours) = (base.get(key), theirs.get(key), ours.get(key));
        let mut conflicts = Vec::new();
        let value = merge::json(base, theirs, ours, mode, &mut conflicts);
        let place = format!("{place}.{key}");
        if !conflicts.is_empty() {
            done.conflicts.push(place.clone());
        }
        if value.as_ref() != ours {
            if ours.is_some() && ours != base {
                done.lost.push(format!("{}: {place}", relative::TEAM_PROVIDER_INFO));
            }
            if value.is_some() {
                done.taken.push(place);
            }
        }
        merged.extend(value.map(|value| (key.clone(), value)));
    }
    merged
}

/// What the root template of a record without values says of them.
fn found(record: &Record, other: Option<&[u8]>, category: &str, resource: &str) -> Map<String, Value> {
    let root = record.root_template().or(other).and_then(|root| serde_json::from_slice::<Value>(root).ok());
    let Some(root) = root else { return Map::new() };
    let folder = format!("{category}/{resource}/");
    let names: Vec<&str> = record.files().filter_map(|(file, _)| file.strip_prefix(folder.as_str())).collect();
    let object = |file: &str| {
        let bytes = record.file(&format!("{folder}{file}"))?;
        serde_json::from_slice::<Map<String, Value>>(bytes).ok()
    };
    // Without the document nobody can tell its values from the environment's.
    let Some(own) = object("parameters.json") else { return Map::new() };
    let mut templates = names.iter().filter(|name| !name.contains('/') && name.contains("template"));
    // Of several nobody knows which one was deployed.
    let (Some(name), None) = (templates.next(), templates.next()) else { return Map::new() };
    let bytes = record.file(&format!("{folder}{name}")).unwrap_or_default();
    recovered_values(&root, &format!("{category}{resource}"), &StagedTemplate::new(*name, bytes.to_vec()), &own)
}

/// Says which values the environment lacks, and how to give them. Returns their places.
pub fn tell_missing(host: &Host<'_>, project: &Project, state: &ProjectState, name: &str) -> Vec<String> {
    // What else is wrong with the project is said by the commands that deploy it.
    let missing = assemble(project, state, &Options::default()).and_then(|assembly| missing_values(&assembly));
    let missing = missing.unwrap_or_default();
    let categories: Vec<&str> = missing.iter().map(|(category, ..)| category.as_str()).collect();
    let places: Vec<String> = missing
        .iter()
        .map(|(category, resource, key)| format!("{name}.categories.{category}.{resource}.{key}"))
        .collect();
    let Some(category) = categories.first() else { return places };
    let file = relative::TEAM_PROVIDER_INFO;
    host.output.warning(&format!(
        "these values of the environment came neither with the record nor with git: {}",
        places.join(", ")
    ));
    host.output.info(&format!("Type `amplify update {category}`, which asks for them, or write them into {file}."));
    places
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    fn merged(base: Value, theirs: Value, ours: Value, mode: Mode) -> (Value, Values) {
        let mut done = Values::default();
        let merged = one("dev.x", [&map(base), &map(theirs), &map(ours)], mode, &mut done);
        (Value::Object(merged), done)
    }

    #[test]
    fn values_are_merged_as_files_are() {
        let base = json!({ "same": 1, "theirs": 1, "ours": 1, "both": 1, "gone": 1 });
        let theirs = json!({ "same": 1, "theirs": 2, "ours": 1, "both": 2, "new": 1 });
        let ours = json!({ "same": 1, "theirs": 1, "ours": 2, "both": 3, "gone": 1, "mine": 1 });
        let (found, done) = merged(base.clone(), theirs.clone(), ours.clone(), Mode::Keep);
        assert_eq!(found, json!({ "same": 1, "theirs": 2, "ours": 2, "both": 3, "mine": 1, "new": 1 }));
        assert_eq!(done.conflicts, ["dev.x.both"]);
        assert_eq!(done.taken, ["dev.x.theirs", "dev.x.new"]);
        assert!(done.lost.is_empty());
        let (found, done) = merged(base, theirs, ours, Mode::Restore);
        assert_eq!(
            found,
            json!({ "same": 1, "theirs": 2, "ours": 1, "both": 2, "mine": 1, "new": 1 }),
            "a secret is in no record"
        );
        assert_eq!(done.lost.len(), 2);
    }

    #[test]
    fn where_nobody_knows_what_both_began_with_ours_stay() {
        let (theirs, ours) = (map(json!({ "a": 1, "b": 1 })), map(json!({ "a": 2 })));
        let base = of_base(None, "queue", "jobs", &theirs, &ours);
        let (found, done) = merged(Value::Object(base), Value::Object(theirs), Value::Object(ours), Mode::Keep);
        assert_eq!(found, json!({ "a": 2, "b": 1 }));
        assert!(done.conflicts.is_empty());
    }
}
